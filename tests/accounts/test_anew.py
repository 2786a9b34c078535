"""Somebody lost their only phone: what opened their account ends, the record says so, and of the office two agree."""

import base64
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from linli.accounts.models import (
    Account,
    Claim,
    DoorCode,
    PhoneCode,
    Readmission,
    RecoveryCode,
    SecondFactor,
    Session,
    WeixinLogin,
)
from linli.accounts.services import (
    add_device,
    agree_to_readmission,
    ask_phone_code,
    begin_totp,
    claim_door,
    confirm_claim,
    confirm_totp,
    end_help,
    invite_helper,
    print_door_codes,
    readmit_person,
    take_up_help,
    use_confirmed_claim,
    use_sign_in_link,
    withdraw_readmission,
)
from linli.accounts.services.factors import number_at
from linli.accounts.tokens import token_of
from linli.community.services import end_role, record_phone
from linli.messaging.models import Delivery, Message
from linli.messaging.services import keep_channel
from linli.record import clock
from linli.record.acting import Acting
from linli.record.cipher import unseal
from linli.record.models import Event
from linli.record.sealed import open_sealed
from linli.rules.errors import Forbidden, Refused
from tests import cast
from tests.at_once import behind_a_lock

SMS = {"url": "https://sms.example.cn/send", "key_id": "us", "secret": "nobody reads this"}


class Desk:
    """A secretary, a director, a clerk; 陈玉兰 of 二单元602, who is in on her phone."""

    def __init__(self) -> None:
        self.at = cast.community()
        self.compound = cast.compound(self.at)
        self.secretary, self.director, self.clerk = cast.secretary(self.at), cast.director(self.at), cast.clerk(self.at)
        self.owner = cast.owner(self.compound)
        self.lost = cast.signed_in(self.owner)

    def readmit(self, member: cast.Member, by: cast.Member, *, number_too: bool = False) -> Readmission:
        return readmit_person(person=member.person, basis="met", number_too=number_too, by=by.by)


@pytest.fixture
def desk(db) -> Desk:
    return Desk()


def code_of(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def account_of(member: cast.Member) -> Account:
    return member.person.claims.get().account


def test_from_the_persons_page_to_a_new_phone(desk):
    """The office presses, the lost phone is out with its next request, a code lets the new one in, she reads who."""
    office, page = cast.signed_in(desk.secretary), f"/people/{desk.owner.person.id}"
    assert "手机丢了" in office.get(page).content.decode()
    for _ in range(2):
        assert office.post(f"{page}/anew", {"basis": "met", "once": "1"})["Location"] == page
    assert Readmission.objects.count() == 1
    assert desk.lost.get("/")["Location"] == "/sign-in"
    link = re.search(r'class="address">[^<]*(/s/[^<]+)<', office.post(f"{page}/invite").content.decode())
    assert link
    phone = Client()
    assert phone.post(link[1]).status_code == 302
    mine = phone.get("/own/devices").content.decode()
    assert "社区给您开过新的进门" in mine
    assert "周文静办的" in mine
    assert Event.objects.filter(name="readmission.done", subject=desk.owner.person.id).count() == 1


def test_everything_that_opened_the_old_account_is_dead(desk):
    old = account_of(desk.owner)
    secret = base64.b32decode(open_sealed(begin_totp(account=old, by=desk.owner.by), "secret_sealed"))
    confirm_totp(account=old, number=number_at(secret, int(clock.now().timestamp()) // 30), by=desk.owner.by)
    link = add_device(account=old, by=desk.owner.by)
    WeixinLogin.objects.create(account=old, openid_index=b"w" * 32)
    print_door_codes(place=desk.compound, by=desk.clerk.by)
    code = DoorCode.objects.get(dwelling__place__name="二单元", dwelling__room="602")
    claim = claim_door(token=token_of(code), name="陈玉兰", relation="owner", secret="a browser")
    confirm_claim(claim=claim, by=desk.clerk.by)
    record_phone(person=desk.owner.person, phone="13800001234", by=desk.clerk.by)
    keep_channel(community=desk.at, kind="sms", title="短信", told=SMS, by=desk.secretary.by)
    ask_phone_code(phone="13800001234", once="o" * 32)
    desk.readmit(desk.owner, desk.secretary)
    old.refresh_from_db()
    assert not old.is_active
    assert account_of(desk.owner) != old
    assert not Session.objects.filter(account=old).exists()
    for kind in (SecondFactor, RecoveryCode, WeixinLogin):
        assert not kind.objects.exists()
    assert code_of(lambda: use_sign_in_link(secret=link)) == "link.unknown"
    assert use_confirmed_claim(secret="a browser") is None
    assert not PhoneCode.objects.filter(ended_at=None).exists()
    told = Message.objects.get(title="重新进门")
    assert told.body == "社区给您开了新的进门，以前的手机都退出了。不是您要的，请马上打电话给社区。"


def test_a_lost_number_is_taken_off_the_roster_and_nothing_is_sent_to_it(desk):
    keep_channel(community=desk.at, kind="sms", title="短信", told=SMS, by=desk.secretary.by)
    record_phone(person=desk.owner.person, phone="13800001234", by=desk.clerk.by)
    desk.readmit(desk.owner, desk.secretary, number_too=True)
    desk.owner.person.refresh_from_db()
    assert desk.owner.person.phone_index is None
    assert not Message.objects.exists()


def test_a_number_written_on_the_lost_phone_brings_nobody_into_the_new_account(desk):
    """The finder writes theirs over hers: hers is told of it, and the office, unasked, takes theirs off."""
    keep_channel(community=desk.at, kind="sms", title="短信", told=SMS, by=desk.secretary.by)
    record_phone(person=desk.owner.person, phone="13800001234", by=desk.clerk.by)
    office, page = cast.signed_in(desk.secretary), f"/people/{desk.owner.person.id}"
    assert "捡到手机的人也能改" not in office.get(page).content.decode()
    for number in ("13800001234", "13911112222", "13911112222"):
        assert desk.lost.post("/own/data", {"phone": number}).status_code == 302
    told = Delivery.objects.get(message__title="手机号改了")
    assert unseal(bytes(told.address), told.address_cell) == "13800001234"
    assert "捡到手机的人也能改" in office.get(page).content.decode()
    desk.readmit(desk.owner, desk.secretary)
    desk.owner.person.refresh_from_db()
    assert desk.owner.person.phone_index is None


def test_the_offices_own_number_stays_until_the_phone_changes_it(desk):
    """Written by the office after the person had theirs: it is the office's word again, and stays."""
    record_phone(person=desk.owner.person, phone="13911112222", by=desk.owner.by)
    record_phone(person=desk.owner.person, phone="13800001234", by=desk.clerk.by)
    desk.readmit(desk.owner, desk.secretary)
    desk.owner.person.refresh_from_db()
    assert desk.owner.person.phone_index is not None


def test_numbers_are_not_typed_in_to_be_written_to(desk):
    for n in range(10):
        assert desk.lost.post("/own/data", {"phone": f"1391111222{n}"}).status_code == 302
    assert desk.lost.post("/own/data", {"phone": "13800001234"}).status_code == 400


def test_the_new_phone_may_come_by_the_doors_code_too(desk):
    desk.readmit(desk.owner, desk.secretary)
    print_door_codes(place=desk.compound, by=desk.clerk.by)
    code = DoorCode.objects.get(dwelling__place__name="二单元", dwelling__room="602")
    claim = claim_door(token=token_of(code), name="陈玉兰", relation="owner", secret="a new phone")
    confirm_claim(claim=claim, by=cast.collector(desk.compound).by)
    assert use_confirmed_claim(secret="a new phone") == account_of(desk.owner)


def test_who_may_not_and_what_is_refused(desk):
    for by in (desk.clerk, desk.owner, cast.collector(desk.compound), cast.outsider("何志明")):
        with pytest.raises(Forbidden):
            desk.readmit(desk.owner, by)
    assert code_of(lambda: desk.readmit(desk.secretary, desk.secretary)) == "readmit.self"
    assert code_of(lambda: desk.readmit(cast.tenant(desk.compound), desk.secretary)) == "readmit.never-in"
    unsaid = {"person": desk.owner.person, "basis": "", "number_too": False, "by": desk.secretary.by}
    assert code_of(lambda: readmit_person(**unsaid)) == "readmit.basis"
    assert desk.lost.get("/").status_code == 200


def test_of_the_office_another_agrees_and_neither_who_asked_nor_the_person(desk):
    phone = cast.signed_in(desk.clerk)
    desk.readmit(desk.clerk, desk.secretary)
    assert desk.readmit(desk.clerk, desk.director).asked_by == desk.secretary.person, "asked twice it is one"
    assert phone.get("/people").status_code == 200, "nothing has happened yet"
    for by in (desk.secretary, desk.clerk):
        with pytest.raises(Refused, match="另一位"):
            agree_to_readmission(person=desk.clerk.person, by=by.by)
    with pytest.raises(Forbidden):
        agree_to_readmission(person=desk.clerk.person, by=desk.owner.by)
    other, page = cast.signed_in(desk.director), f"/people/{desk.clerk.person.id}"
    assert "等另一位同意" in other.get("/people").content.decode()
    assert other.post(f"{page}/anew", {"answer": "agree", "once": "1"})["Location"] == page
    assert phone.get("/people").status_code == 302
    done = Readmission.objects.get()
    assert (done.state, done.agreed_by) == ("done", desk.director.person)
    assert code_of(lambda: agree_to_readmission(person=desk.clerk.person, by=desk.director.by)) == "readmit.over"


def test_asked_again_with_the_number_lost_it_is_lost(desk):
    record_phone(person=desk.clerk.person, phone="13800001234", by=desk.secretary.by)
    cast.signed_in(desk.clerk)
    desk.readmit(desk.clerk, desk.secretary)
    desk.readmit(desk.clerk, desk.director, number_too=True)
    desk.readmit(desk.clerk, desk.secretary)
    assert Readmission.objects.get().number_too
    assert Event.objects.filter(name="readmission.number-lost").count() == 1
    assert "手机卡也丢了" in cast.signed_in(desk.director).get(f"/people/{desk.clerk.person.id}").content.decode()
    agree_to_readmission(person=desk.clerk.person, by=desk.director.by)
    desk.clerk.person.refresh_from_db()
    assert desk.clerk.person.phone_index is None


def test_who_left_the_office_lately_is_still_of_it(desk):
    """A secretary who ends the director's role lets them in alone only thirty days later."""
    phone = cast.signed_in(desk.director)
    end_role(role=desk.director.person.roles.get(), by=desk.secretary.by)
    office = cast.signed_in(desk.secretary)
    assert "三十天里刚卸任" in office.get(f"/people/{desk.director.person.id}").content.decode()
    assert desk.readmit(desk.director, desk.secretary).state == "asked"
    assert phone.get("/own/devices").status_code == 200
    withdraw_readmission(person=desk.director.person, by=desk.clerk.by)
    with clock.told_at(clock.now() + timedelta(days=29)):
        assert desk.readmit(desk.director, desk.secretary).state == "asked"
    with clock.told_at(clock.now() + timedelta(days=33)):
        assert desk.readmit(desk.director, desk.secretary).state == "done"


def test_withdrawn_or_left_for_three_days_nothing_comes_of_it(desk):
    cast.signed_in(desk.clerk)
    desk.readmit(desk.clerk, desk.secretary)
    withdraw_readmission(person=desk.clerk.person, by=desk.clerk.by)
    assert code_of(lambda: agree_to_readmission(person=desk.clerk.person, by=desk.director.by)) == "readmit.over"
    desk.readmit(desk.clerk, desk.secretary)
    with clock.told_at(clock.now() + timedelta(days=3, seconds=1)):
        assert code_of(lambda: agree_to_readmission(person=desk.clerk.person, by=desk.director.by)) == "readmit.over"
        assert desk.readmit(desk.clerk, desk.director).asked_by == desk.director.person
    assert [each.state for each in Readmission.objects.order_by("id")] == ["withdrawn", "withdrawn", "asked"]


def test_the_database_too_wants_others_to_ask_and_to_agree(desk):
    mine, other = desk.clerk.person, desk.secretary.person
    for asked, agreed in ((mine, other), (other, other), (other, mine)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Readmission.objects.create(
                community=desk.at, person=mine, basis="met", asked_by=asked, agreed_by=agreed, state="done"
            )


def test_of_two_who_agree_at_once_one_does(committed_db):
    desk = Desk()
    cast.signed_in(desk.clerk)
    second = cast.clerk(desk.at, "许国庆")
    desk.readmit(desk.clerk, desk.secretary)

    def agree(by: Acting):
        return lambda: agree_to_readmission(person=desk.clerk.person, by=by)

    lock = "select 1 from community_person where id = %s for update"
    results = behind_a_lock(committed_db, lock, desk.clerk.person.id, agree(desk.director.by), agree(second.by))
    assert sorted(type(each).__name__ for each in results) == ["Readmission", "Refused"]
    assert Claim.objects.filter(person=desk.clerk.person).count() == 1


def test_what_the_account_is_elsewhere_is_not_this_offices_to_hand_over(desk):
    """She helps her mother in another community: the new account is nobody there, and no key of the old is lost."""
    there = cast.community("红星里社区")
    mother = cast.elder(cast.compound(there, "红星里"))
    made = invite_helper(elder=mother.person, name="陈玉兰", kin="child", by=mother.by)
    old = account_of(desk.owner)
    take_up_help(token=token_of(made), account=old)
    desk.readmit(desk.owner, desk.secretary)
    old.refresh_from_db()
    made.refresh_from_db()
    assert old.is_active
    assert made.account == old
    assert account_of(desk.owner).helps.count() == 0
    assert not Session.objects.filter(account=old).exists()


def test_a_helper_of_the_same_community_helps_on(desk):
    neighbour = cast.neighbour(desk.compound)
    made = invite_helper(elder=neighbour.person, name="陈玉兰", kin="friend", by=neighbour.by)
    take_up_help(token=token_of(made), account=account_of(desk.owner))
    desk.readmit(desk.owner, desk.secretary)
    made.refresh_from_db()
    assert made.account == account_of(desk.owner)


def test_who_was_invited_from_the_lost_phone_helps_no_more(desk):
    """One took the invitation up, one has it still; whom she invites from her new phone helps."""
    keep_channel(community=desk.at, kind="sms", title="短信", told=SMS, by=desk.secretary.by)
    record_phone(person=desk.owner.person, phone="13800001234", by=desk.clerk.by)
    invited = [invite_helper(elder=desk.owner.person, name=name, kin="child", by=desk.owner.by) for name in "甲乙丙"]
    finder = Client()
    assert finder.post(f"/h/{token_of(invited[0])}")["Location"] == "/"
    assert "帮陈玉兰看着" in finder.get("/").content.decode()
    end_help(help_id=invited[2].id, by=desk.owner.by)
    desk.readmit(desk.owner, desk.secretary)
    assert "帮陈玉兰看着" not in finder.get("/").content.decode()
    assert code_of(lambda: take_up_help(token=token_of(invited[1]), account=None)) == "help.over"
    assert Event.objects.filter(name="family-help.ended").count() == 3, "what was over stays as it was"
    assert "请家里人帮忙的也停了" in Message.objects.get(title="重新进门").body
    again = invite_helper(elder=desk.owner.person, name="陈小军", kin="child", by=desk.owner.by)
    assert take_up_help(token=token_of(again), account=None).helps.get().elder == desk.owner.person


def test_another_communitys_secretary_has_no_say(desk):
    elsewhere = cast.secretary(cast.community("红星里社区"))
    browser = cast.signed_in(elsewhere)
    assert browser.post(f"/people/{desk.owner.person.id}/anew", {"basis": "met", "once": "1"}).status_code == 404
    with pytest.raises(Forbidden):
        desk.readmit(desk.owner, elsewhere)
    assert desk.lost.get("/").status_code == 200
