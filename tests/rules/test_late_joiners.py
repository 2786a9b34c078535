"""Late joiners: worked by hand from the terms, and what must hold whatever the terms are."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.rules.errors import Refused
from linli.rules.late_joiners import NOTE, Newcomer, Terms, join_late
from linli.rules.shares import Airport, ByArea, Custom, Equal, Household, Method, split


def homes(*names: str) -> list[Household]:
    return [Household(name) for name in names]


def later(name: str, months: int) -> Newcomer:
    return Newcomer(Household(name), months)


def test_at_the_full_price_everybody_stands_as_if_all_had_begun_together() -> None:
    late = join_late(Equal(), 420_000, homes(*"ABCDEF"), [later("G", 30)], Terms())
    (joined,) = late.joinings
    assert (joined.price, joined.refunds) == (60_000, dict.fromkeys("ABCDEF", 10_000))
    assert late.paid == dict.fromkeys("ABCDEFG", 60_000)


def test_the_price_falls_with_the_years() -> None:
    """36 of 180 months are a fifth: four fifths of 60,000 fen are 48,000, a sixth of it for each of six."""
    late = join_late(Equal(), 420_000, homes(*"ABCDEF"), [later("G", 36)], Terms(life_months=180))
    (joined,) = late.joinings
    assert (joined.part, joined.price, joined.refunds["A"]) == (60_000, 48_000, 8_000)
    assert late.paid["A"] == 62_000


def test_after_its_life_nothing_is_asked() -> None:
    late = join_late(Equal(), 420_000, homes(*"ABCDEF"), [later("G", 181)], Terms(life_months=180))
    assert (late.joinings[0].price, set(late.joinings[0].refunds.values())) == (0, {0})


def test_interest_is_simple_and_on_the_full_part() -> None:
    """Three per cent a year for two years on 60,000 are 3,600."""
    terms = Terms(yearly_interest=Fraction(3, 100))
    assert join_late(Equal(), 420_000, homes(*"ABCDEF"), [later("G", 24)], terms).joinings[0].price == 63_600


def test_the_odd_fen_goes_to_the_first() -> None:
    late = join_late(Equal(), 100, homes("A", "B", "C"), [later("D", 0)], Terms())
    assert split(Equal(), 100, homes("A", "B", "C")).shares == {"A": 34, "B": 33, "C": 33}
    assert (late.joinings[0].price, late.joinings[0].refunds) == (25, {"A": 9, "B": 8, "C": 8})
    assert late.paid == {"A": 25, "B": 25, "C": 25, "D": 25}


def test_a_second_newcomer_pays_the_first_as_well() -> None:
    late = join_late(Equal(), 12_000, homes("A", "B"), [later("C", 0), later("D", 0)], Terms())
    assert [joined.price for joined in late.joinings] == [4_000, 3_000]
    assert late.joinings[1].refunds == {"A": 1_000, "B": 1_000, "C": 1_000}
    assert set(late.paid.values()) == {3_000}


def test_in_a_lift_only_those_are_relieved_who_ride_the_same_stretch() -> None:
    """Stops at 2 and 4 cost 600 and 1,000. Floor 2 and floor 4 pay 300 and 700; another on floor 4 takes a third of the
    lower stretch (200) and half of the upper one (200): 100 of it relieve floor 2, 300 floor 4.
    """
    founders = [Household("201", floor=2), Household("401", floor=4)]
    newcomer = Newcomer(Household("402", floor=4), 0)
    late = join_late(Airport({2: 600, 4: 1_000}), 1_000, founders, [newcomer], Terms())
    assert (late.joinings[0].price, late.joinings[0].refunds) == (400, {"201": 100, "401": 300})
    on_the_second = Newcomer(Household("202", floor=2), 0)
    lower = join_late(Airport({2: 600, 4: 1_000}), 1_000, founders, [on_the_second], Terms())
    assert (lower.joinings[0].price, lower.joinings[0].refunds) == (200, {"201": 100, "401": 100})


def test_by_area_and_with_a_subsidy() -> None:
    founders = [Household("A", area=60), Household("B", area=90)]
    late = join_late(ByArea(), 4_000, founders, [Newcomer(Household("C", area=50), 0)], Terms(), subsidy=1_000)
    assert (late.joinings[0].price, late.joinings[0].refunds) == (750, {"A": 300, "B": 450})


def test_whoever_has_no_part_pays_nothing() -> None:
    weights = Custom({"A": 1, "B": 1, "地面": 0})
    late = join_late(weights, 1_000, homes("A", "B"), [later("地面", 5)], Terms())
    assert (late.joinings[0].price, late.joinings[0].refunds) == (0, {"A": 0, "B": 0})


@pytest.mark.parametrize(
    ("newcomers", "terms", "code"),
    [
        ([later("C", -1)], Terms(), "late.order"),
        ([later("C", 9), later("D", 8)], Terms(), "late.order"),
        ([later("A", 1)], Terms(), "shares.id-twice"),
        ([later("C", 1)], Terms(life_months=0), "late.life"),
        ([later("C", 1)], Terms(yearly_interest=Fraction(-1, 100)), "late.interest"),
    ],
)
def test_what_cannot_be_is_refused(newcomers: list[Newcomer], terms: Terms, code: str) -> None:
    with pytest.raises(Refused) as refused:
        join_late(Equal(), 1_000, homes("A", "B"), newcomers, terms)
    assert refused.value.code == code


def test_it_is_said_that_no_law_gives_the_formula() -> None:
    assert "协议" in NOTE
    assert "没有查到" in NOTE


FLOORS = st.integers(2, 6)
METHODS = st.sampled_from(["equal", "area", "airport"])
TERMS = st.builds(
    Terms,
    life_months=st.none() | st.integers(1, 240),
    yearly_interest=st.sampled_from([Fraction(0), Fraction(3, 100), Fraction(1, 7)]),
)


def method_of(name: str, cost: int) -> Method:
    stops = {floor: cost * (floor - 1) // 5 for floor in range(2, 7)} | {6: cost}
    methods: dict[str, Method] = {"equal": Equal(), "area": ByArea(), "airport": Airport(stops)}
    return methods[name]


@st.composite
def buildings(draw: st.DrawFn) -> tuple[list[Household], list[Newcomer]]:
    count, more = draw(st.integers(1, 8)), draw(st.integers(1, 5))
    everyone = [Household(str(n), floor=draw(FLOORS), area=draw(st.integers(1, 20_000))) for n in range(count + more)]
    top = Household("0", floor=6, area=everyone[0].area)
    months = sorted(draw(st.lists(st.integers(0, 300), min_size=more, max_size=more)))
    newcomers = [Newcomer(home, month) for home, month in zip(everyone[count:], months, strict=True)]
    return [top, *everyone[1:count]], newcomers


@given(METHODS, st.integers(0, 10**9), buildings(), TERMS)
def test_not_a_fen_is_made_or_lost(
    name: str, cost: int, building: tuple[list[Household], list[Newcomer]], terms: Terms
) -> None:
    founders, newcomers = building
    late = join_late(method_of(name, cost), cost, founders, newcomers, terms)
    assert sum(late.paid.values()) == cost
    for joined in late.joinings:
        assert sum(joined.refunds.values()) == joined.price >= 0
        assert min(joined.refunds.values()) >= 0
        assert joined.id not in joined.refunds


@given(METHODS, st.integers(0, 10**9), buildings())
def test_at_the_full_price_joining_late_is_joining_at_once(
    name: str, cost: int, building: tuple[list[Household], list[Newcomer]]
) -> None:
    founders, newcomers = building
    method = method_of(name, cost)
    late = join_late(method, cost, founders, newcomers, Terms())
    together = split(method, cost, [*founders, *(newcomer.household for newcomer in newcomers)])
    for id_, share in together.exact.items():
        # Each joining rounds once; the founders' first payment once more.
        assert abs(late.paid[id_] - share) < len(newcomers) + 1 + Fraction(cost and 1)


@given(st.integers(1, 10**9), st.integers(0, 240), st.integers(0, 240), st.integers(1, 240))
def test_who_joins_later_pays_no_more(cost: int, one: int, other: int, life: int) -> None:
    early, late = sorted((one, other))
    terms = Terms(life_months=life)

    def price(months: int) -> int:
        return join_late(Equal(), cost, homes("A", "B", "C"), [later("D", months)], terms).joinings[0].price

    assert price(late) <= price(early)
