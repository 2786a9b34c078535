"""Family helpers: begun by the elder's own word, seeing what the elder sees, never speaking, ended at once."""

from datetime import timedelta

import pytest
from django.test import Client

from linli.accounts.models import Account, Claim, FamilyHelp
from linli.accounts.queries import standings_of
from linli.accounts.services import end_help, invite_helper, record_help_at_door, take_up_help
from linli.accounts.tokens import token_of
from linli.community.models import Dwelling, Person
from linli.community.services import record_phone
from linli.matters.models import Matter
from linli.matters.queries import own_seats
from linli.matters.services import put_to_owners, raise_matter
from linli.record import clock
from linli.record.acting import Acting
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def compound():
    return cast.compound(cast.community())


@pytest.fixture
def elder(compound) -> cast.Member:
    return cast.elder(compound)


def invited(elder: cast.Member, name: str = "方小燕") -> FamilyHelp:
    return invite_helper(elder=elder.person, name=name, kin="child", by=elder.by)


def helping(elder: cast.Member, name: str = "方小燕") -> tuple[FamilyHelp, Acting, Client]:
    """A help that was taken up in a browser of the helper's own."""
    made = invited(elder, name)
    browser = Client()
    assert browser.post(f"/h/{token_of(made)}")["Location"] == "/"
    made.refresh_from_db()
    assert made.helper_id
    by = Acting(community=made.community_id, person=made.helper_id, role="helper", helps=elder.person.id)
    return made, by, browser


def ask_owners(compound, title: str = "给聚鑫园加装一部电梯") -> Matter:
    at = compound.community
    secretary = cast.secretary(at)
    matter = raise_matter(
        place=compound,
        title=title,
        words="48级露天台阶。",
        pack_id="cn.tianjin.lift",
        convener=cast.organisation(at),
        decider="每个单元的业主",
        building_facts={"storeys": 8, "has_lift": True},
        cost=57_600_000,
        circle=Matter.Circle.RESIDENTS,
        by=secretary.by,
    )
    put_to_owners(
        matter=matter,
        closes_at=clock.now() + timedelta(days=7),
        collectors=[cast.collector(compound).person],
        clerks=[cast.clerk(at).person],
        share_method="area",
        share_reason="按面积",
        by=secretary.by,
    )
    matter.refresh_from_db()
    return matter


def code_of(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_the_elders_own_phone_makes_the_invitation_and_shows_its_code(elder):
    phone = cast.signed_in(elder)
    page = phone.post("/own/family", {"name": "方小燕", "kin": "child", "once": "a"}, follow=True).content.decode()
    made = FamilyHelp.objects.get()
    assert token_of(made) in page
    assert 'class="qr"' in page
    phone.post("/own/family", {"name": "方小燕", "kin": "child", "once": "a"})
    assert FamilyHelp.objects.count() == 1, "sent twice, invited once"
    assert token_of(made) not in str(list(FamilyHelp.objects.values())) + str(list(Event.objects.values()))


def test_the_invitation_tells_a_stranger_neither_the_name_nor_the_door(elder):
    page = Client().get(f"/h/{token_of(invited(elder))}").content.decode()
    assert "方*珍" in page
    assert "方雅珍" not in page
    assert "503" not in page


def test_the_helper_sees_the_matter_and_the_elders_slip_and_nothing_else_of_hers(compound, elder):
    record_phone(person=elder.person, phone="13800138000", by=elder.by)
    matter = ask_owners(compound)
    made, by, browser = helping(elder)
    assert [(each.title, seat.label) for each, seat in own_seats(by)] == [(matter.title, "三单元503")]
    home = browser.get("/").content.decode()
    assert "帮方雅珍看着" in home
    assert "三单元503" in home
    assert browser.get(f"/matters/{matter.id}").status_code == 200
    for address in ("/own/data", "/own/family", "/places", "/people", "/claims", "/codes", "/family/at-door"):
        assert browser.get(address).status_code == 403, address
    assert browser.get(f"/own/family/{made.id}").status_code == 404
    assert "13800138000" not in browser.get("/own").content.decode()


def test_the_helper_is_nobody_who_may_speak(compound, elder):
    """Whoever gives a voice must be entitled on the seat; the helper is another person, and no claim makes them one."""
    matter = ask_owners(compound)
    made, by, _ = helping(elder)
    assert made.helper_id != elder.person.id
    assert matter.drive
    seats = matter.drive.electorate.seats.filter(entitled=by.person)
    assert not seats.exists()
    assert matter.drive.electorate.seats.filter(entitled=elder.person).count() == 1
    assert not Claim.objects.filter(account=made.account).exists()


def test_ended_by_the_elder_it_is_over_with_the_next_page(elder):
    made, _, browser = helping(elder)
    assert browser.get("/").status_code == 200
    cast.signed_in(elder).post(f"/family/{made.id}/end")
    assert browser.get("/")["Location"] == "/sign-in"
    assert made.account is not None
    assert standings_of(made.account) == []
    assert "已停" in cast.signed_in(elder).get("/own/family").content.decode()
    names = list(Event.objects.filter(subject=made.id).order_by("id").values_list("name", flat=True))
    assert names == ["family-help.invited", "family-help.taken-up", "family-help.ended"]


def test_the_helper_may_stop_too_and_twice_is_once(elder):
    made, by, _ = helping(elder)
    for _ in range(2):
        end_help(help_id=made.id, by=by)
    assert Event.objects.filter(name="family-help.ended").count() == 1


def test_nobody_else_ends_it_and_nobody_else_invites(compound, elder):
    made, by, _ = helping(elder)
    other = cast.neighbour(compound)
    _, foreign, _ = helping(other, "李远")
    for who in (other.by, foreign, cast.idle_leader(cast.compound(compound.community, "紫藤里")).by):
        with pytest.raises(Forbidden):
            end_help(help_id=made.id, by=who)
        with pytest.raises(Forbidden):
            invite_helper(elder=elder.person, name="别人", kin="child", by=who)
    with pytest.raises(Forbidden):
        invite_helper(elder=elder.person, name="别人", kin="child", by=by)
    with pytest.raises(FamilyHelp.DoesNotExist):
        end_help(help_id=made.id, by=cast.outsider().by)


def test_a_leader_writes_down_the_word_given_at_the_door(compound, elder):
    leader = cast.collector(compound)
    door = Dwelling.objects.get(room="503", place__name="三单元")

    def record(elder: str = "方雅珍", evidence: str = "当面", by: Acting = leader.by) -> FamilyHelp:
        return record_help_at_door(dwelling=door, elder=elder, name="方小燕", kin="child", evidence=evidence, by=by)

    assert code_of(lambda: record(evidence=" ")) == "help.evidence"
    assert code_of(lambda: record(elder="方大珍")) == "help.nobody-of-the-name"
    browser = cast.signed_in(leader)
    sent = {
        "door": " 三单元 503",
        "elder": "方雅珍",
        "name": "方小燕",
        "kin": "child",
        "evidence": "郝素琴在场",
    }
    for nowhere in ("503", "四单元503", "三单元504", ""):
        assert browser.post("/family/at-door", {**sent, "door": nowhere}).status_code == 400
    page = browser.post("/family/at-door", sent, follow=True).content.decode()
    made = FamilyHelp.objects.get()
    assert token_of(made) in page
    assert (made.elder, made.invited_by) == (elder.person, leader.person)
    assert "郝素琴在场" in cast.signed_in(elder).get(f"/own/family/{made.id}").content.decode()
    assert "郝素琴" not in str(list(Event.objects.values()))
    with pytest.raises(Forbidden):
        record(by=cast.idle_leader(cast.compound(compound.community, "紫藤里")).by)
    end_help(help_id=made.id, by=leader.by)


@pytest.mark.parametrize("kind", ["taken-up", "over", "unknown"])
def test_what_is_no_invitation_any_more_opens_nothing(elder, kind):
    made = invited(elder)
    token = token_of(made)
    if kind == "taken-up":
        take_up_help(token=token, account=None)
    elif kind == "over":
        end_help(help_id=made.id, by=elder.by)
    else:
        token = token[::-1]
    assert code_of(lambda: take_up_help(token=token, account=None)) == f"help.{kind}"
    answer = Client().post(f"/h/{token}")
    assert answer.status_code == 409
    assert Account.objects.count() == (1 if kind == "taken-up" else 0)


def test_an_invitation_lives_a_week(elder):
    made = invited(elder)
    with clock.told_at(made.made_at + timedelta(days=7)):
        assert code_of(lambda: take_up_help(token=token_of(made), account=None)) == "help.over"


def test_with_an_account_of_ones_own_one_helps_as_oneself(compound, elder):
    neighbour = cast.neighbour(compound)
    browser = cast.signed_in(neighbour)
    browser.post(f"/h/{token_of(invited(elder, '李桂珍'))}")
    made = FamilyHelp.objects.get()
    assert made.helper == neighbour.person
    assert Person.objects.filter(name="李桂珍").count() == 1
    account = made.account
    assert account is not None
    assert [bool(each.helps) for each in standings_of(account)] == [False, True]


def test_one_does_not_help_oneself(elder):
    made = invited(elder)
    answer = cast.signed_in(elder).post(f"/h/{token_of(made)}")
    assert answer["X-Refused"] == "help.own"
