"""What a lift costs each household, by the article's figures, and whether a subsidy is due."""

import pytest

from linli.matters.queries import subsidy_of
from linli.matters.views.sharing import share_words
from linli.rules.errors import Refused
from linli.rules.packs import shelf
from linli.voting.models import Drive
from linli.voting.queries import Step, plan_of, share_curve, shares_of
from linli.voting.services import enter_slips, plan_shares
from tests.houses import LIFT, House, build, open_at, seats_of, slips, stack_of

COST = 57_600_000


@pytest.fixture
def house(db: None) -> House:
    return build()


def joined(house: House, count: int, method: str = "equal", subsidy: int = 0) -> Drive:
    """The article's lift: 576,000 yuan, and so many households that agree."""
    drive = open_at(house)
    enter_slips(stack=stack_of(house, drive), slips=slips(seats_of(drive)[:count]), by=house.clerk)
    enter_slips(stack=stack_of(house, drive), slips=slips(seats_of(drive)[count:], "no"), by=house.clerk)
    plan_shares(drive=drive, method=method, cost=COST, subsidy=subsidy, reason="大家坐的是同一段", by=house.secretary)
    return drive


def shares(drive: Drive) -> list[int]:
    plan = plan_of(drive)
    assert plan is not None
    return list(shares_of(plan).values())


def test_41_households_pay_to_the_fen(house: House):
    fen = shares(joined(house, 41))
    assert fen == [1_404_879] * 2 + [1_404_878] * 39
    assert sum(fen) == COST


def test_48_households_pay_12000_each(house: House):
    assert shares(joined(house, 48)) == [1_200_000] * 48


def test_a_subsidy_lowers_every_share(house: House):
    assert shares(joined(house, 48, subsidy=9_600_000)) == [1_000_000] * 48


def test_by_area_whoever_owns_twice_as_much_pays_twice_as_much(house: House):
    first = house.dwellings[0]
    first.area = 2 * 8520
    first.save()
    fen = shares(joined(house, 47, "area"))
    assert fen == [2_400_000] + [1_200_000] * 46


def test_by_area_with_an_area_unknown_is_refused(house: House):
    house.dwellings[0].__class__.objects.filter(room="301").update(area=None)
    with pytest.raises(Refused) as refused:
        shares(joined(house, 5, "area"))
    assert refused.value.code == "shares.no-area"


def test_nobody_pays_where_nobody_agreed(house: House):
    with pytest.raises(Refused) as refused:
        shares(joined(house, 0))
    assert refused.value.code == "shares.nobody"


def test_the_curve_shows_what_more_households_change(house: House):
    drive = joined(house, 41)
    plan = plan_of(drive)
    assert plan is not None
    curve = share_curve(plan, least=36, now=41, own=None)
    assert [step.joined for step in curve.steps] == list(range(36, 55))
    assert {step.joined: step.fen for step in curve.steps if step.joined in (36, 41, 44, 48)} == {
        36: 1_600_000,
        41: 1_404_878,
        44: 1_309_090,
        48: 1_200_000,
    }
    assert (curve.at(curve.now).fen, curve.at(9999).joined, curve.at(0).joined) == (1_404_878, 54, 36)


def test_the_curve_is_of_what_remains_after_the_subsidy(house: House):
    plan = plan_of(joined(house, 48, subsidy=9_600_000))
    assert plan is not None
    assert share_curve(plan, least=36, now=48, own=None).at(48).fen == 1_000_000


def test_the_sentence_never_promises_more_homes_than_there_are(house: House):
    plan = plan_of(joined(house, 41))
    assert plan is not None
    curve = share_curve(plan, least=36, now=41, own=None)
    assert [share_words(curve, curve.at(homes)) for homes in (41, 51, 53, 54)] == [
        "41户一起出时。再有3户参加，每户从14,048.78元降到13,090.90元。",
        "51户一起出时。再有3户参加，每户从11,294.11元降到10,666.66元。",
        "53户一起出时。再有1户参加，每户从10,867.92元降到10,666.66元。",
        "54户全都参加时，每户最少。",
    ]


@pytest.mark.django_db
def test_the_curve_of_hundreds_of_homes_still_fits_a_page():
    drive = joined(build(rule="3个单元，1–30层，每层6户"), 401)
    plan = plan_of(drive)
    assert plan is not None
    curve = share_curve(plan, least=360, now=401, own=None)
    assert len(curve.steps) <= 122
    assert [step for step in curve.steps if step.joined in (360, 401, 540)] == [
        Step(joined, COST // joined) for joined in (360, 401, 540)
    ]


@pytest.mark.parametrize(
    ("cost", "subsidy", "reason", "code"),
    [
        (0, 0, "x", "shares.cost-impossible"),
        (-1, 0, "x", "shares.cost-impossible"),
        (100, 101, "x", "shares.cost-impossible"),
        (100, -1, "x", "shares.cost-impossible"),
        (100, 0, "", "shares.no-reason"),
    ],
)
def test_plans_that_cannot_be(house: House, cost: int, subsidy: int, reason: str, code: str):
    drive = open_at(house)
    with pytest.raises(Refused) as refused:
        plan_shares(drive=drive, method="equal", cost=cost, subsidy=subsidy, reason=reason, by=house.secretary)
    assert refused.value.code == code
    assert plan_of(drive) is None


# ── the subsidy ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("facts", "state", "reasons"),
    [
        # The article's building: eight storeys, and a lift that stops short of the homes.
        ({"storeys": 8, "has_lift": True}, "not eligible", {"storeys": True, "has_lift": False}),
        ({"storeys": 6, "has_lift": False}, "eligible", {"storeys": True, "has_lift": True}),
        ({"storeys": 5, "has_lift": False}, "not eligible", {"storeys": False, "has_lift": True}),
        ({"storeys": 8}, "unknown", {"storeys": True, "has_lift": None}),
        ({}, "unknown", {"storeys": None, "has_lift": None}),
        ({"has_lift": True}, "not eligible", {"storeys": None, "has_lift": False}),
    ],
)
def test_why_a_subsidy_is_due_or_not(facts: dict[str, int | bool], state: str, reasons: dict[str, bool | None]):
    pack = next(pack for pack in shelf() if pack.id == LIFT)
    found = subsidy_of(pack, facts)
    assert found is not None
    assert found.state == state
    assert {reason.condition.fact: reason.met for reason in found.reasons} == reasons
    assert not found.confirmed


def test_other_rules_know_no_subsidy():
    assert [pack.id for pack in shelf() if subsidy_of(pack, {}) is not None] == ["cn.chengdu.lift", LIFT]
