"""Totals kept up one voice at a time equal totals recounted from columns."""

import dataclasses
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.rules.decisions import UNKNOWN_AREA, Columns, Head, Seat, Totals, Voice, changed, head_numbers, judge
from linli.rules.packs import Pack
from tests.rules.by_hand import Unit, heads
from tests.rules.electorates import PACKS, columns, electorates, flats, packs, totals


def seat(unit: Unit) -> Seat:
    return Seat(
        UNKNOWN_AREA if unit.area is None else unit.area, Voice[unit.voice.upper()], unit.objection, unit.present
    )


@settings(max_examples=150, deadline=None)
@given(packs, electorates(), st.data(), st.booleans())
def test_running_totals_equal_a_recount(pack: Pack, units: list[Unit], data: st.DataObject, closed: bool) -> None:
    units = [unit for unit in units if not unit.excluded]
    running = totals(units, pack)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(units) - 1))
        group = next(group for group in heads(units) if place in group)
        before = units[place]
        after = dataclasses.replace(
            before,
            voice=data.draw(st.sampled_from([voice.name.lower() for voice in Voice])),
            area=data.draw(st.sampled_from([before.area, 7, None])),
            objection=data.draw(st.booleans()),
            present=data.draw(st.booleans()),
        )
        head = Head.of(seat(units[n]) for n in group)
        running, moved = changed(running, head, seat(before), seat(after))
        units[place] = after
        assert moved == Head.of(seat(units[n]) for n in group)
    assert running == totals(units, pack)
    assert judge(pack, running, closed=closed) == judge(pack, totals(units, pack), closed=closed)


def test_a_change_that_the_head_does_not_hold_is_a_mistake() -> None:
    pack = PACKS[0]
    units = flats((2, "yes"))
    with pytest.raises(ValueError, match="does not hold"):
        changed(totals(units, pack), Head.of([seat(units[0])]), Seat(8520, Voice.NO), Seat(8520, Voice.YES))


def test_sums_beyond_sixty_four_bits_are_exact() -> None:
    largest = np.iinfo(np.int64).max
    units = 5
    made = Totals.of(
        Columns(
            head=np.arange(units, dtype=np.int64),
            area=np.full(units, largest, dtype=np.int64),
            voice=np.full(units, Voice.YES, dtype=np.int8),
            objection=np.zeros(units, dtype=np.bool_),
            excluded=np.zeros(units, dtype=np.bool_),
        ),
        spoiled_participates=False,
    )
    assert made.area[Voice.YES] == units * int(largest)


@pytest.mark.parametrize(
    "wrong",
    [
        {"area": np.array([0, 5])},
        {"area": np.array([-2, 5])},
        {"area": np.array([5])},
        {"voice": np.array([0, 6], dtype=np.int8)},
        {"head": np.array([0, 2])},
        {"head": np.array([0, -1])},
    ],
)
def test_columns_that_cannot_be_are_a_mistake(wrong: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match=r"columns|head|voice|area"):
        dataclasses.replace(columns(flats((2, "yes"))), **wrong)


def test_heads_are_sets_of_owners() -> None:
    """Article 9: several units of one buyer are one person, and so are all unsold units of the developer."""
    units = [
        (frozenset({"王", "李"}), False),
        (frozenset({"王"}), False),
        (frozenset({"李", "王"}), False),
        (frozenset(), False),
        (frozenset(), False),
        (frozenset({"王"}), True),
        (frozenset(), True),
    ]
    assert head_numbers(units).tolist() == [0, 1, 0, 2, 3, 4, 4]
    assert head_numbers(units, overlap="joined").tolist() == [0, 0, 0, 1, 2, 3, 3]


def test_joined_heads_follow_links_in_any_order() -> None:
    chain = [frozenset("AB"), frozenset("CD"), frozenset("BC"), frozenset("E")]
    for order in permutations(chain):
        numbers = head_numbers([(owners, False) for owners in order], overlap="joined").tolist()
        assert len({number for owners, number in zip(order, numbers, strict=True) if owners != frozenset("E")}) == 1
        assert len(set(numbers)) == 2
