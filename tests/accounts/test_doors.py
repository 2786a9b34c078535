"""Coming in by the code at one's own door: what a stranger learns, who may agree, which codes still open anything."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from linli.accounts.models import DoorClaim, DoorCode
from linli.accounts.queries.doors import code_of_token, slips_of
from linli.accounts.services import (
    claim_door,
    confirm_claim,
    decline_claim,
    end_door_code,
    print_door_code,
    print_door_codes,
    use_confirmed_claim,
)
from linli.accounts.tokens import token_of
from linli.community.models import Dwelling, Ownership, Person, Place, Residency
from linli.record import clock
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused, TooOften
from tests import cast
from tests.at_once import behind_a_lock


class Block:
    """The compound with printed codes, its leader and its clerk; 二单元602 is 陈玉兰's, 一单元402 is rented."""

    def __init__(self) -> None:
        self.community = cast.community()
        self.compound = cast.compound(self.community)
        self.building = Place.objects.get(kind=Place.Kind.BUILDING, community=self.community)
        self.owner, self.tenant = cast.owner(self.compound), cast.tenant(self.compound)
        self.clerk, self.leader = cast.clerk(self.community), cast.collector(self.compound)
        print_door_codes(place=self.building, by=self.clerk.by)

    def door(self, label: str) -> Dwelling:
        unit, room = label[:-3], label[-3:]
        return Dwelling.objects.get(place__name=unit, room=room, community=self.community)

    def token(self, label: str) -> str:
        return token_of(DoorCode.objects.get(dwelling=self.door(label), ended_at=None))

    def claim(self, label: str, name: str, relation: str, secret: str = "one phone") -> DoorClaim:
        return claim_door(token=self.token(label), name=name, relation=relation, secret=secret)


@pytest.fixture
def block(db) -> Block:
    return Block()


def code_of(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


# ── codes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_door_has_a_code_of_its_own_and_nothing_kept_opens_it(block):
    slips = slips_of(block.building, block.clerk.by)
    assert len({token for _, token in slips}) == len(slips) == 54
    assert slips[0][0] == "一单元301"
    kept = str(list(DoorCode.objects.values())) + str(list(Event.objects.values()))
    assert not [token for _, token in slips if token in kept]
    # RFC 4648 base 32: 26 signs of 5 bits each.
    assert all(re.fullmatch("[a-z2-7]{26}", token) for _, token in slips)


@pytest.mark.parametrize(
    "change", [lambda token: "", lambda token: token[:-1], lambda token: token[::-1], lambda token: token + "x"]
)
def test_a_forged_code_is_refused_in_plain_words(block, change):
    forged = change(block.token("二单元602"))
    assert code_of(lambda: code_of_token(forged)) == "door-code.unknown"
    if forged:
        answer = Client().get(f"/d/{forged}")
        assert answer.status_code == 404
        assert "认不出来" in answer.content.decode()


def test_a_code_ends_when_it_is_printed_anew_or_taken_back(block):
    old, kept = block.token("二单元602"), block.token("一单元402")
    print_door_codes(place=Place.objects.get(name="二单元", community=block.community), by=block.clerk.by)
    assert code_of(lambda: code_of_token(old)) == "door-code.ended"
    assert code_of(lambda: claim_door(token=old, name="陈玉兰", relation="owner", secret="s")) == "door-code.ended"
    assert code_of_token(block.token("二单元602")).dwelling == block.door("二单元602")
    assert code_of_token(kept).dwelling == block.door("一单元402")
    end_door_code(dwelling=block.door("一单元402"), by=block.clerk.by)
    end_door_code(dwelling=block.door("一单元402"), by=block.clerk.by)
    assert code_of(lambda: code_of_token(kept)) == "door-code.ended"
    assert Event.objects.filter(name="door-code.ended").count() == 1
    assert "已经换了新的" in Client().get(f"/d/{old}").content.decode()


def test_who_prints_codes(block):
    for by in (block.leader.by, block.owner.by, cast.outsider().by):
        for call in (
            lambda: print_door_codes(place=block.building, by=by),  # noqa: B023
            lambda: print_door_code(dwelling=block.door("二单元602"), by=by),  # noqa: B023
            lambda: slips_of(block.building, by),  # noqa: B023
        ):
            with pytest.raises(Forbidden):
                call()
    for by in (block.owner.by, cast.supervisor(block.community).by):
        with pytest.raises(Forbidden):
            end_door_code(dwelling=block.door("二单元602"), by=by)


# ── what a stranger with the slip learns ─────────────────────────────────────────────────────────────────────────────


def test_a_door_says_nothing_of_who_lives_there(block):
    """The pages of two doors, one lived in and one of nobody known, differ in the door's own name alone."""
    pages = []
    for door in ("二单元602", "三单元303"):
        html = Client().get(f"/d/{block.token(door)}").content.decode()
        assert f"聚鑫园{door}" in html
        assert not [name for name in Person.objects.values_list("name", flat=True) if name in html]
        pages.append(re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", html).replace(door, ""))
    assert pages[0] == pages[1]


def test_waiting_says_the_same_to_who_is_known_and_who_is_not(block):
    pages = []
    for name in ("陈玉兰", "何人是"):
        browser = Client()
        browser.post(f"/d/{block.token('二单元602')}", {"name": name, "relation": "owner"})
        pages.append(browser.get("/waiting").content.decode().replace(name, ""))
    assert pages[0] == pages[1]
    assert 'http-equiv="refresh"' in pages[0]


# ── claims ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_whole_way_without_script_and_without_a_message(block):
    browser = Client()
    assert browser.get("/waiting")["Location"] == "/sign-in"
    address = f"/d/{block.token('二单元602')}"
    assert browser.post(address, {"name": " 陈玉兰 ", "relation": "owner"})["Location"] == "/waiting"
    assert browser.get("/waiting").status_code == 200
    assert browser.get("/")["Location"] == "/sign-in"
    leader = cast.signed_in(block.leader)
    assert "认一认" in leader.get("/").content.decode()
    claim = DoorClaim.objects.get()
    shown = leader.get(f"/claims/{claim.id}").content.decode()
    assert "陈玉兰" in shown
    assert "没有登记" not in shown
    assert leader.post(f"/claims/{claim.id}", {"confirm": "yes"})["Location"] == "/claims"
    assert browser.get("/waiting")["Location"] == "/"
    home = browser.get("/").content.decode()
    assert "陈玉兰" in home
    assert "您进门了" in home
    claim.refresh_from_db()
    assert claim.person == block.owner.person
    assert browser.get("/waiting")["Location"] == "/sign-in", "the secret of a claim is used up"


def test_sent_twice_it_is_one_claim_and_another_phone_learns_nothing_of_it(block):
    browser = Client()
    for _ in range(2):
        browser.post(f"/d/{block.token('二单元602')}", {"name": "陈玉兰", "relation": "owner"})
    assert DoorClaim.objects.count() == 1
    confirm_claim(claim=DoorClaim.objects.get(), by=block.leader.by)
    assert Client().get("/waiting")["Location"] == "/sign-in"
    assert browser.get("/waiting")["Location"] == "/"


def test_a_declined_claim_says_why_and_lets_nobody_in(block):
    browser = Client()
    browser.post(f"/d/{block.token('二单元602')}", {"name": "路人", "relation": "family"})
    claim = DoorClaim.objects.get()
    leader = cast.signed_in(block.leader)
    assert leader.post(f"/claims/{claim.id}", {"decline": "yes", "reason": " "}).status_code == 400
    leader.post(f"/claims/{claim.id}", {"decline": "yes", "reason": "这家没有这个人"})
    page = browser.get("/waiting").content.decode()
    assert "这家没有这个人" in page
    assert "refresh" not in page
    assert browser.get("/")["Location"] == "/sign-in"
    assert "这家没有这个人" not in str(list(Event.objects.values()))


def test_somebody_new_lives_there_from_now_on(block):
    """At a door whose household is known, and at one of which nothing is known."""
    for door, name, relation in (("二单元602", "陈小军", "family"), ("三单元303", "于慧敏", "tenant")):
        claim = confirm_claim(claim=block.claim(door, name, relation, secret=name), by=block.leader.by)
        assert claim.person is not None
        assert Residency.objects.get(person=claim.person).household.dwelling == block.door(door)
    assert Residency.objects.get(person__name="陈小军").household.head == block.owner.person


def test_an_owner_by_own_word_where_no_owner_is_known(block):
    claim = confirm_claim(claim=block.claim("三单元303", "于慧敏", "owner"), by=block.leader.by)
    ownership = Ownership.objects.get(person=claim.person)
    assert (ownership.source, ownership.verified, ownership.dwelling) == ("own_word", False, block.door("三单元303"))


def test_a_claim_to_own_anothers_home_is_flagged_and_never_makes_an_owner(block):
    claim = block.claim("二单元602", "冒名人", "owner")
    shown = cast.signed_in(block.leader).get(f"/claims/{claim.id}").content.decode()
    assert "登记的业主里没有这个名字" in shown
    assert "是，认下" not in shown
    assert "是，认下" in cast.signed_in(block.clerk).get(f"/claims/{claim.id}").content.decode()
    assert code_of(lambda: confirm_claim(claim=claim, by=block.leader.by)) == "claim.other-owner"
    claim.refresh_from_db()
    assert claim.state == "waiting"
    confirm_claim(claim=claim, by=block.clerk.by)
    owners = Ownership.objects.filter(dwelling=block.door("二单元602"), until=None)
    assert [ownership.person for ownership in owners] == [block.owner.person]


def test_a_name_known_only_elsewhere_is_another_person(block):
    """马晓东 rents at 一单元402; whoever says that name at 二单元602 is not he."""
    claim = confirm_claim(claim=block.claim("二单元602", "马晓东", "family"), by=block.leader.by)
    assert claim.person != block.tenant.person
    assert Person.objects.filter(name="马晓东").count() == 2


def test_who_may_answer(block):
    claim = block.claim("二单元602", "陈玉兰", "owner")
    elsewhere = cast.idle_leader(cast.compound(block.community, "紫藤里"))
    for member in (block.owner, cast.neighbour(block.compound), elsewhere):
        for call in (
            lambda: confirm_claim(claim=claim, by=member.by),  # noqa: B023
            lambda: decline_claim(claim=claim, reason="不", by=member.by),  # noqa: B023
        ):
            with pytest.raises(Forbidden):
                call()
        assert cast.signed_in(member).get(f"/claims/{claim.id}").status_code == 404
    with pytest.raises(DoorClaim.DoesNotExist):
        confirm_claim(claim=claim, by=cast.clerk(cast.community("红星里社区")).by)


def test_an_answer_is_given_once_and_not_after_two_weeks(block):
    claim = block.claim("二单元602", "陈玉兰", "owner")
    confirm_claim(claim=claim, by=block.leader.by)
    assert code_of(lambda: decline_claim(claim=claim, reason="晚了", by=block.clerk.by)) == "claim.decided"
    late = block.claim("一单元402", "马晓东", "tenant", secret="another phone")
    with clock.told_at(late.made_at + timedelta(days=15)):
        assert code_of(lambda: confirm_claim(claim=late, by=block.leader.by)) == "claim.decided"
    with clock.told_at(clock.now() + timedelta(days=15)):
        assert use_confirmed_claim(secret="one phone") is None
    assert use_confirmed_claim(secret="one phone") is not None
    assert use_confirmed_claim(secret="one phone") is None, "a replayed secret opens nothing"


def test_two_answers_at_once_and_one_counts(committed_db):
    block = Block()
    claim = block.claim("二单元602", "陈玉兰", "owner")
    results = behind_a_lock(
        committed_db,
        "select 1 from accounts_doorclaim where id = %s for update",
        claim.id,
        lambda: confirm_claim(claim=claim, by=block.leader.by),
        lambda: decline_claim(claim=claim, reason="不认得", by=block.clerk.by),
    )
    assert sorted(type(each).__name__ for each in results) == ["DoorClaim", "Refused"]


def test_a_door_takes_only_so_many_claims_in_a_day(block):
    for number in range(6):
        block.claim("二单元602", f"来人{number}", "family", secret=str(number))
    with pytest.raises(TooOften):
        block.claim("二单元602", "又来", "family", secret="more")
    block.claim("一单元402", "马晓东", "tenant", secret="elsewhere")
    with clock.told_at(clock.now() + timedelta(days=1)):
        block.claim("二单元602", "次日", "family", secret="next day")


def test_guessing_codes_from_one_place_is_stopped(block, client):
    answers = [client.get(f"/d/guess{number}").status_code for number in range(62)]
    assert answers[:60] == [404] * 60
    assert answers[60:] == [429] * 2 or answers[60:] == [404] * 2
    assert client.get(f"/d/{block.token('二单元602')}").status_code == 200


def test_whoever_is_already_in_on_another_phone_is_said_to_who_answers(block):
    cast.signed_in(block.owner)
    claim = block.claim("二单元602", "陈玉兰", "owner")
    assert "别的手机上进过门" in cast.signed_in(block.leader).get(f"/claims/{claim.id}").content.decode()


def test_the_office_prints_from_its_pages(block):
    office = cast.signed_in(block.clerk)
    sheet = reverse("code-sheet", args=[block.building.id])
    assert sheet in office.get("/codes").content.decode()
    before = office.get(sheet).content.decode()
    assert before.count('class="qr"') == 54
    once = re.search(r'name="once" value="(\w+)"', before)
    assert once
    for _ in range(2):
        assert office.post(f"{sheet}/print", {"once": once[1]})["Location"] == sheet
    assert DoorCode.objects.count() == 108, "sent twice, printed once"
    assert office.get(sheet).content.decode().count('class="qr"') == 54


def test_a_lost_slip_is_ended_by_the_leader_and_the_office_prints_that_one_alone(block):
    """From the door's name to a new slip; the leader never sees a code, and whoever holds the old one is told so."""
    lost, claim = block.token("二单元602"), block.claim("二单元602", "陈玉兰", "owner")
    leader, office = cast.signed_in(block.leader), cast.signed_in(block.clerk)
    door = leader.get("/codes/door", {"door": "2-602"})["Location"]
    assert leader.get("/codes/door", {"door": "二单元999"}).status_code == 400
    shown = leader.get(door).content.decode()
    assert lost not in shown
    assert 'class="qr"' not in shown
    for _ in range(2):
        assert leader.post(door, {"end": "yes", "once": "1"})["Location"] == door
    assert leader.post(door, {"print": "yes", "once": "2"}).status_code == 403
    assert code_of(lambda: code_of_token(lost)) == "door-code.ended"
    assert Event.objects.filter(name="door-code.ended").count() == 1
    assert "后来作废了" in leader.get(f"/claims/{claim.id}").content.decode()
    assert "没有能用的码" in office.get(door).content.decode()
    for _ in range(2):
        office.post(door, {"print": "yes", "once": "3"})
    assert DoorCode.objects.count() == 55, "one door's, once"
    page = office.get(door).content.decode()
    assert page.count('class="qr"') == 1
    assert code_of_token(block.token("二单元602")).dwelling == block.door("二单元602")
    assert cast.signed_in(block.owner).get(door).status_code == 403
    assert cast.signed_in(cast.outsider("何志明")).get(door).status_code == 404
    cast.compound(block.community, "紫藤里")
    assert "不止一个小区" in office.get("/codes/door", {"door": "二单元602"}).content.decode()
    assert office.get("/codes/door", {"door": "聚鑫园二单元602"})["Location"] == door


def test_of_two_who_make_a_new_code_at_once_the_later_ends_the_earlier(committed_db):
    block = Block()
    door = block.door("二单元602")

    def make() -> DoorCode:
        return print_door_code(dwelling=door, by=block.clerk.by)

    lock = "select 1 from community_place where id = %s for update"
    results = behind_a_lock(committed_db, lock, block.community.id, make, make)
    assert [type(each) for each in results] == [DoorCode, DoorCode]
    assert DoorCode.objects.filter(dwelling=door, ended_at=None).count() == 1
