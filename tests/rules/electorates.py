"""Electorates for the tests of decisions: flats by hand, and hypothesis strategies."""

import dataclasses
import datetime
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from linli.rules.decisions import UNKNOWN_AREA, Columns, Totals, Verdict, Voice, head_numbers, judge
from linli.rules.packs import Kind, Pack, Threshold, shelf
from tests.rules.by_hand import Unit

DAY = datetime.date(2023, 7, 1)
ORDINARY = shelf().in_force("cn.civil-code.278.ordinary", DAY)
SPECIAL = shelf().in_force("cn.civil-code.278.special", DAY)
BUSINESS_USE = shelf().in_force("cn.civil-code.279", DAY)
TIANJIN = shelf().in_force("cn.tianjin.lift", DAY)
PACKS = (ORDINARY, SPECIAL, BUSINESS_USE, TIANJIN)


def of_kind(name: str, kind: Kind, day: datetime.date = datetime.date(2026, 3, 1)) -> Pack:
    """The pack as it stands for one kind of electorate."""
    pack = shelf().in_force(name, day)
    tests = tuple(dataclasses.replace(test, kinds=()) for test in pack.tests_for(kind))
    return dataclasses.replace(pack, kinds=(kind,), tests=tests)


MEETINGS = (
    of_kind("cn.residents.meeting", "persons"),
    of_kind("cn.residents.representatives", "representatives"),
    of_kind("cn.residents.election", "representatives"),
    of_kind("cn.villagers.assembly", "households"),
)


def invented(*tests: tuple[str, str, str, str, str]) -> Pack:
    """A pack of tests (measure, counted, base, relation, ratio) that no law has, to reach corners that laws avoid."""
    made = tuple(
        Threshold(f"test{n}", measure, counted, base, relation, Fraction(ratio), True, None)  # type: ignore[arg-type]
        for n, (measure, counted, base, relation, ratio) in enumerate(tests)
    )
    return dataclasses.replace(SPECIAL, id="invented", tests=made)


def counting_spoiled(pack: Pack) -> Pack:
    return dataclasses.replace(pack, spoiled_participates=dataclasses.replace(pack.spoiled_participates, value=True))


CORNERS = (
    invented(("area", "yes", "scope", ">", "2/3"), ("heads", "yes", "scope", ">", "1/2")),
    invented(("area", "yes", "participants", ">=", "1"), ("area", "participants", "scope", ">", "1/3")),
    invented(("heads", "yes", "participants", ">=", "1"), ("heads", "participants", "scope", ">=", "1/2")),
    invented(("area", "yes", "participants", ">", "1/2"), ("area", "yes", "scope", ">=", "1/4")),
    invented(("heads", "present", "scope", ">=", "1/2"), ("area", "yes", "scope", ">", "1/2")),
    invented(("heads", "yes", "present", ">=", "1"), ("heads", "participants", "scope", ">", "1/3")),
    invented(("heads", "yes", "present", ">=", "2/3"), ("heads", "yes", "participants", ">", "3/4")),
)


def flats(*groups: tuple[int, str], area: int | None = 8520) -> list[Unit]:
    """Flats of equal area, each with an owner of its own: (how many, what they say), …"""
    voices = [voice for number, voice in groups for _ in range(number)]
    return [Unit(area, frozenset({f"P{n}"}), voice) for n, voice in enumerate(voices)]


def columns(units: list[Unit]) -> Columns:
    return Columns(
        head=head_numbers([(unit.owners, unit.developer) for unit in units]),
        area=np.array([UNKNOWN_AREA if unit.area is None else unit.area for unit in units], dtype=np.int64),
        voice=np.array([Voice[unit.voice.upper()] for unit in units], dtype=np.int8),
        objection=np.array([unit.objection for unit in units], dtype=np.bool_),
        excluded=np.array([unit.excluded for unit in units], dtype=np.bool_),
        present=np.array([unit.present for unit in units], dtype=np.bool_),
    )


def totals(units: list[Unit], pack: Pack) -> Totals:
    return Totals.of(columns(units), spoiled_participates=pack.spoiled_participates.value)


def verdict(pack: Pack, units: list[Unit], *, closed: bool = True) -> Verdict:
    return judge(pack, totals(units, pack), closed=closed)


VOICES = ("yes", "no", "abstain", "spoiled", "none", "conflict")


def units(areas: st.SearchStrategy[int | None], voices: tuple[str, ...] = VOICES) -> st.SearchStrategy[Unit]:
    owners = st.frozensets(st.sampled_from(["A", "B", "C", "D"]), max_size=2)
    return st.builds(
        Unit,
        area=areas,
        owners=owners,
        voice=st.sampled_from(voices),
        developer=st.sampled_from([False, False, False, True]),
        objection=st.sampled_from([False] * 9 + [True]),
        excluded=st.sampled_from([False] * 9 + [True]),
        present=st.booleans(),
    )


KNOWN_AREAS = st.integers(1, 40)
EVERY = (*PACKS, *MEETINGS, *CORNERS)
packs = st.sampled_from([*EVERY, *(counting_spoiled(pack) for pack in EVERY)])


@st.composite
def electorates(draw: st.DrawFn, most: int = 12) -> list[Unit]:
    drawn = draw(st.lists(units(KNOWN_AREAS | st.none()), min_size=1, max_size=most))
    return [dataclasses.replace(drawn[0], excluded=False), *drawn[1:]]


@st.composite
def small_electorates(draw: st.DrawFn) -> tuple[list[Unit], bool]:
    """(units, closed) within what the oracle can enumerate: one unknown area and three outstanding, or two and one."""
    closed = draw(st.booleans())
    unknown = draw(st.integers(0, 2))
    waiting = 4 if closed else draw(st.integers(0, 3 if unknown < 2 else 1))
    size = draw(st.integers(max(1, unknown), 6))
    spoken = units(KNOWN_AREAS, VOICES if closed else VOICES[:4])
    drawn = [draw(spoken) for _ in range(size)]
    if not closed:
        for place in range(min(waiting, size)):
            drawn[place] = dataclasses.replace(drawn[place], voice=draw(st.sampled_from(["none", "conflict"])))
    order = draw(st.permutations(range(size)))
    for place in order[:unknown]:
        drawn[place] = dataclasses.replace(drawn[place], area=None)
    drawn[0] = dataclasses.replace(drawn[0], excluded=False)
    return drawn, closed
