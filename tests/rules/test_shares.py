"""Shares of a cost: figures of Littlechild & Owen 1973 and the published examples; the rest by definition."""

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from linli.rules.errors import Refused
from linli.rules.shares import (
    Airport,
    ByArea,
    Coefficients,
    Condition,
    Custom,
    Equal,
    Household,
    Method,
    curve,
    eligibility,
    split,
)


def on_floors(*floors: int) -> list[Household]:
    return [Household(id=f"户{row}", floor=floor) for row, floor in enumerate(floors, start=1)]


def test_equal_shares_to_the_fen_with_the_odd_fen_in_the_order_of_the_list():
    # 576,000 yuan over 41: 39 pay 14,048.78 and the first two 14,048.79.
    households = [Household(id=str(row)) for row in range(41)]
    found = split(Equal(), 57_600_000, households)
    assert list(found.shares.values()) == [1_404_879] * 2 + [1_404_878] * 39
    assert list(found.rounding.values()) == [1] * 2 + [0] * 39
    assert found.exact["0"] == Fraction(57_600_000, 41)


def test_four_flights_of_the_airport_game():
    # Published example: costs 8, 11, 13, 18 are shared 2, 3, 4, 9.
    airport = Airport({1: 8, 2: 11, 3: 13, 4: 18})
    assert list(split(airport, 18, on_floors(1, 2, 3, 4)).exact.values()) == [2, 3, 4, 9]


def test_six_flights_of_the_airport_game():
    # Published example: costs 40, 50 … 90 are shared (40, 52, 67, 87, 117, 177) / 6.
    airport = Airport({floor: 30 + 10 * floor for floor in range(1, 7)})
    found = split(airport, 90, on_floors(1, 2, 3, 4, 5, 6))
    assert [share * 6 for share in found.exact.values()] == [40, 52, 67, 87, 117, 177]


@pytest.mark.parametrize("lowest", [1, 2])
def test_six_floors_of_two_flats_with_a_cost_linear_above_the_ground(lowest):
    # Floor totals 0, 4, 9, 15.67, 25.67, 45.67 per cent, whether the ground floor is named as a stop or not.
    airport = Airport({floor: (floor - 1) * 20 for floor in range(lowest, 7)})
    shares = list(split(airport, 100, on_floors(*(floor for floor in range(1, 7) for _ in range(2)))).exact.values())
    totals = [below + above for below, above in zip(shares[::2], shares[1::2], strict=True)]
    assert totals == [0, 4, 9, Fraction(47, 3), Fraction(77, 3), Fraction(137, 3)]


def test_a_lift_from_the_street_to_the_third_floor_costs_every_flat_above_the_same():
    # Juxinyuan: the new lift goes to the third floor only, so 3 to 8 use the same stretch and pay equally.
    found = split(Airport({3: 48_000_000}), 48_000_000, on_floors(*range(3, 9)))
    assert set(found.shares.values()) == {8_000_000}


def test_the_subsidy_lowers_the_shares_of_the_airport_game_in_proportion():
    airport = Airport({1: 8, 2: 11, 3: 13, 4: 18})
    assert list(split(airport, 18, on_floors(1, 2, 3, 4), subsidy=9).exact.values()) == [1, 1.5, 2, 4.5]
    assert list(split(airport, 18, on_floors(1, 2, 3, 4), subsidy=18).shares.values()) == [0, 0, 0, 0]


def test_by_area_by_coefficient_by_both_and_by_agreement():
    households = [
        Household("a", floor=3, area=Fraction("85.20")),
        Household("b", floor=4, area=Fraction("42.60")),
        Household("c", floor=1, area=Fraction("85.20")),
    ]
    table: dict[int, Fraction | int] = {1: 0, 3: Fraction("0.7"), 4: Fraction("0.8")}
    assert list(split(ByArea(), 1000, households).shares.values()) == [400, 200, 400]
    assert list(split(Coefficients(table), 1500, households).shares.values()) == [700, 800, 0]
    # 0.7 × 85.2 to 0.8 × 42.6 is 7 to 4.
    assert list(split(Coefficients(table, by_area=True), 1100, households).shares.values()) == [700, 400, 0]
    assert list(split(Custom({"a": 1, "b": Fraction(3, 2), "c": 0}), 50, households).shares.values()) == [20, 30, 0]


def test_the_midpoints_of_shanghais_seven_storey_table_are_per_cents_of_the_cost():
    # Shanghai's guide of 2021: second to seventh floor 5, 9, 14, 19, 24, 29 per cent, the ground floor nothing.
    table = dict(zip(range(1, 8), [0, 5, 9, 14, 19, 24, 29], strict=True))
    found = split(Coefficients(table), 60_000_000, on_floors(*range(1, 8)))
    assert list(found.shares.values()) == [per_cent * 600_000 for per_cent in table.values()]


FLAT = [Household("a")]
HIGH = on_floors(2, 3)


@pytest.mark.parametrize(
    ("code", "method", "cost", "households", "subsidy"),
    [
        ("shares.subsidy-above-cost", Equal(), 100, FLAT, 101),
        ("shares.negative-amount", Equal(), -1, FLAT, 0),
        ("shares.negative-amount", Equal(), 1, FLAT, -1),
        ("shares.nobody", Equal(), 100, [], 0),
        ("shares.id-twice", Equal(), 100, FLAT * 2, 0),
        ("shares.no-area", ByArea(), 100, FLAT, 0),
        ("shares.area-not-positive", ByArea(), 100, [Household("a", area=0)], 0),
        ("shares.no-floor", Coefficients({3: 1}), 100, FLAT, 0),
        ("shares.no-coefficient", Coefficients({3: 1}), 100, HIGH, 0),
        ("shares.no-area", Coefficients({2: 1, 3: 1}, by_area=True), 100, HIGH, 0),
        ("shares.negative-weight", Coefficients({2: -1, 3: 2}), 100, HIGH, 0),
        ("shares.no-weight-at-all", Coefficients({2: 0, 3: 0}), 100, HIGH, 0),
        ("shares.no-weight", Custom({"b": 1}), 100, FLAT, 0),
        ("shares.no-floor", Airport({3: 100}), 100, FLAT, 0),
        ("shares.levels-not-cost", Airport({}), 100, HIGH, 0),
        ("shares.levels-not-cost", Airport({2: 50, 3: 99}), 100, HIGH, 0),
        ("shares.levels-fall", Airport({1: 60, 2: 50, 3: 100}), 100, HIGH, 0),
        ("shares.levels-fall", Airport({1: -10, 3: 100}), 100, on_floors(1, 3), 0),
        ("shares.nobody-rides", Airport({2: 50, 4: 100}), 100, on_floors(2), 0),
        ("shares.between-stops", Airport({2: 50, 4: 100}), 100, on_floors(3, 4), 0),
    ],
)
def test_what_cannot_be_shared_is_refused_by_name(code, method, cost, households, subsidy):
    with pytest.raises(Refused) as no:
        split(method, cost, households, subsidy)
    assert no.value.code == code


WEIGHTS = st.fractions(0, 1000, max_denominator=100)


@given(st.lists(WEIGHTS, min_size=1, max_size=30), st.integers(0, 10**10), st.integers(0, 10**10))
def test_shares_add_up_to_the_net_cost_and_stay_within_a_fen_of_the_exact_share(weights, net, subsidy):
    assume(any(weights))
    households = [Household(str(row)) for row in range(len(weights))]
    agreed = dict(zip((household.id for household in households), weights, strict=True))
    found = split(Custom(agreed), net + subsidy, households, subsidy)
    assert sum(found.shares.values()) == sum(found.exact.values()) == net
    for id_, share in found.exact.items():
        assert share == Fraction(net) * agreed[id_] / sum(weights)
        assert found.rounding[id_] in (0, 1)
        assert 0 <= share - (found.shares[id_] - found.rounding[id_]) < 1
    # The larger remainder is served first; of equal ones, the one that stands earlier in the list.
    remainders = [found.exact[id_] - (found.shares[id_] - found.rounding[id_]) for id_ in found.exact]
    served = [found.rounding[id_] for id_ in found.exact]
    for earlier in range(len(served)):
        for later in range(earlier + 1, len(served)):
            if served[later] > served[earlier]:
                assert remainders[later] > remainders[earlier]
            if served[earlier] > served[later]:
                assert remainders[earlier] >= remainders[later]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.lists(st.integers(0, 60), min_size=5, max_size=5))
def test_the_airport_game_is_the_average_over_every_order_of_arrival(floors, stretches):
    # Shapley's own definition: everybody pays what their arrival adds to the cost of the highest so far.
    cumulative = {floor: sum(stretches[:floor]) for floor in range(1, max(floors) + 1)}
    households = on_floors(*floors)
    added = [Fraction(0)] * len(floors)
    orders = list(permutations(range(len(floors))))
    for order in orders:
        reached = 0
        for row in order:
            cost = cumulative[floors[row]]
            added[row] += max(0, cost - reached)
            reached = max(reached, cost)
    found = split(Airport(cumulative), cumulative[max(floors)], households)
    assert list(found.exact.values()) == [total / len(orders) for total in added]


def test_the_curve_of_equal_shares_is_exact_whoever_joins():
    # "再有3户参加，每户从14048.78元降到13090.91元": 576,000 over 41 and over 44.
    joined = [Household(f"a{row}") for row in range(41)]
    waiting = [Household(f"b{row}") for row in range(7)]
    points = curve(Equal(), 57_600_000, joined, waiting, "a0")
    assert [point.joined for point in points] == list(range(41, 49))
    assert (points[0].least, points[0].most) == (1_404_878, 1_404_879)
    assert (points[3].least, points[3].most) == (1_309_090, 1_309_091)
    assert points[7].least == points[7].most == points[7].average == 1_200_000


METHODS = st.sampled_from(["area", "airport", "equal"])
PEOPLE = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), min_size=0, max_size=4)


@given(METHODS, PEOPLE, PEOPLE, st.integers(0, 5_000), st.integers(0, 5_000))
def test_the_curve_holds_every_choice_of_newcomers(name, joined, waiting, net, subsidy):
    cost = net + subsidy
    levels = {floor: cost * floor // 5 for floor in range(1, 6)}
    methods: dict[str, Method] = {"equal": Equal(), "area": ByArea(), "airport": Airport(levels)}
    method = methods[name]
    there = [Household("mine", 5, 3), *(Household(f"a{row}", *who) for row, who in enumerate(joined))]
    outside = [Household(f"b{row}", *who) for row, who in enumerate(waiting)]
    points = curve(method, cost, there, outside, "mine", subsidy)
    for point in points:
        shares = [
            split(method, cost, [*there, *choice], subsidy)
            for choice in permutations(outside, point.joined - len(there))
        ]
        mine = [found.shares["mine"] for found in shares]
        exact = [found.exact["mine"] for found in shares]
        assert point.least <= min(mine)
        assert max(mine) <= point.most
        # The bounds are reached: they are the exact least and most, rounded outwards to the fen.
        assert point.least <= min(exact) < point.least + 1
        assert point.most - 1 < max(exact) <= point.most
        assert point.average * point.joined == net


def test_the_curve_is_only_drawn_for_one_who_has_joined():
    with pytest.raises(Refused) as no:
        curve(Equal(), 100, [Household("a")], [Household("b")], "b")
    assert no.value.code == "shares.not-joined"


# Tianjin, as the article reports it: homes of six storeys and more that have no lift.
TIANJIN = [
    Condition("storeys", 6, confirmed=False, source="人民日报 2024-06-12"),
    Condition("has_lift", False, confirmed=True, source="人民日报 2024-06-12"),
]


@pytest.mark.parametrize(
    ("facts", "state", "met", "confirmed"),
    [
        # Juxinyuan: eight storeys, but there is a lift from the third floor up, and that is sure.
        ({"storeys": 8, "has_lift": True}, "not eligible", [True, False], True),
        ({"storeys": 8, "has_lift": False}, "eligible", [True, True], False),
        ({"storeys": 6, "has_lift": False}, "eligible", [True, True], False),
        ({"storeys": 5, "has_lift": False}, "not eligible", [False, True], False),
        ({"storeys": 5, "has_lift": True}, "not eligible", [False, False], True),
        ({"storeys": 8}, "unknown", [True, None], False),
        ({"storeys": None, "has_lift": True}, "not eligible", [None, False], True),
    ],
)
def test_who_is_eligible_for_a_subsidy_and_why_not(facts, state, met, confirmed):
    found = eligibility(TIANJIN, facts)
    assert (found.state, [reason.met for reason in found.reasons], found.confirmed) == (state, met, confirmed)


def test_no_condition_is_no_entitlement():
    assert eligibility([], {"storeys": 8}).state == "unknown"
