"""Counting done the slow way, from the law's words alone: the oracle that holds ``linli.rules.decisions`` to account.

It shares nothing with the code under test but the packs' thresholds: plain lists, Fractions, and every completion
enumerated. Unknown areas are not sampled blindly: under each completion of the voices each test by area is a straight
line (or point) in the unknown areas, so trying every crossing, every gap between crossings, and both ends tries every
case there is. Meant for two unknown areas at most.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise, product

from linli.rules.packs import Pack, Threshold


@dataclass(frozen=True)
class Unit:
    area: int | None
    owners: frozenset[str]
    voice: str = "none"
    developer: bool = False
    objection: bool = False
    excluded: bool = False
    present: bool = False


def heads(units: list[Unit]) -> list[list[int]]:
    """Positions of the units of each head."""
    groups: dict[object, list[int]] = {}
    for place, unit in enumerate(units):
        key: object = "developer" if unit.developer else unit.owners or place
        groups.setdefault(key, []).append(place)
    return list(groups.values())


def amounts(
    test: Threshold, units: list[Unit], voices: list[str], areas: list[Fraction], spoiled: bool
) -> tuple[Fraction, Fraction]:
    """What the test counts, and of what, when everything is known."""
    speaks = {"yes", "no", "abstain"} | ({"spoiled"} if spoiled else set())
    if test.measure == "area":
        yes = sum((a for a, v in zip(areas, voices, strict=True) if v == "yes"), Fraction(0))
        part = sum((a for a, v in zip(areas, voices, strict=True) if v in speaks), Fraction(0))
        whole, room = sum(areas, Fraction(0)), Fraction(0)
    else:
        said = [{voices[place] for place in group} & speaks for group in heads(units)]
        yes = Fraction(sum(words == {"yes"} for words in said))
        part = Fraction(sum(bool(words) for words in said))
        whole = Fraction(len(said))
        came = [any(units[place].present for place in group) for group in heads(units)]
        room = Fraction(sum(bool(words) or there for words, there in zip(said, came, strict=True)))
    if test.measure == "objections":
        return Fraction(sum(any(units[place].objection for place in group) for group in heads(units))), whole
    amount = {"yes": yes, "participants": part, "present": room, "scope": whole}
    return amount[test.counted], amount[test.base]


def holds(test: Threshold, have: Fraction, of: Fraction) -> bool:
    if test.measure == "objections":
        return have == 0
    if of == 0:
        return False
    return have / of >= test.ratio if test.relation == ">=" else have / of > test.ratio


def between(marks: Iterable[Fraction]) -> Iterator[Fraction]:
    """One number for each case on the positive half line that the marks cut up: tiny, on, between, huge."""
    points = sorted({mark for mark in marks if mark > 0}) or [Fraction(1)]
    yield points[0] / 1000
    yield from points
    yield from ((low + high) / 2 for low, high in pairwise(points))
    yield points[-1] * 1000


def completions(units: list[Unit], closed: bool) -> list[list[str]]:
    open_units = [] if closed else [n for n, unit in enumerate(units) if unit.voice in ("none", "conflict")]
    choices = ["none", "yes", "no", "abstain", "spoiled"] if len(open_units) < 2 else ["none", "yes", "no"]
    answers = []
    for chosen in product(choices, repeat=len(open_units)):
        voices = [unit.voice for unit in units]
        for place, voice in zip(open_units, chosen, strict=True):
            voices[place] = voice
        answers.append(voices)
    return answers


def area_cases(pack: Pack, units: list[Unit], every: list[list[str]], spoiled: bool) -> Iterator[list[Fraction]]:
    """Areas for all units, one list for each case that the tests can tell apart."""
    unknown = [n for n, unit in enumerate(units) if unit.area is None]
    known = [Fraction(unit.area or 0) for unit in units]

    def filled(values: tuple[Fraction, ...]) -> list[Fraction]:
        areas = list(known)
        for place, value in zip(unknown, values, strict=True):
            areas[place] = value
        return areas

    def gap(test: Threshold, voices: list[str], values: tuple[Fraction, ...]) -> Fraction:
        have, of = amounts(test, units, voices, filled(values), spoiled)
        return have - test.ratio * of

    tests = [test for test in pack.tests if test.measure == "area"]
    lines = {line(gap, test, voices, len(unknown)) for test, voices in product(tests, every)} if unknown else set()
    yield from (filled(values) for values in cases(lines, len(unknown)))


def line(
    gap: Callable[[Threshold, list[str], tuple[Fraction, ...]], Fraction], test: Threshold, voices: list[str], size: int
) -> tuple[Fraction, ...]:
    """What the gap is at the origin and how it grows along each unknown area: it is linear."""
    origin = (Fraction(0),) * size
    at_origin = gap(test, voices, origin)
    steps = [tuple(Fraction(n == place) for n in range(size)) for place in range(size)]
    return at_origin, *(gap(test, voices, step) - at_origin for step in steps)


def cases(lines: set[tuple[Fraction, ...]], size: int) -> Iterator[tuple[Fraction, ...]]:
    if size == 0:
        yield ()
    elif size == 1:
        yield from ((value,) for value in between(-c / a for c, a in lines if a))
    else:
        marks = {-c / a for c, a, _ in lines if a}
        for (c, a, b), (d, e, f) in combinations(lines, 2):
            if a * f != b * e:
                marks.add((b * d - f * c) / (a * f - b * e))
        for first in between(marks):
            yield from ((first, second) for second in between(-(c + a * first) / b for c, a, b in lines if b))


def judge_by_hand(pack: Pack, units: list[Unit], closed: bool) -> tuple[str, list[bool | None]]:
    """State, and for each test whether it is met in all completions (True), in none (False), or in some (None)."""
    units = [unit for unit in units if not unit.excluded]
    spoiled = pack.spoiled_participates.value
    every = completions(units, closed)
    by_areas: list[set[bool]] = []
    by_test: list[set[bool]] = [set() for _ in pack.tests]
    for areas in area_cases(pack, units, every, spoiled):
        outcomes = set()
        for voices in every:
            met = [holds(test, *amounts(test, units, voices, areas, spoiled)) for test in pack.tests]
            outcomes.add(all(met))
            for seen, one in zip(by_test, met, strict=True):
                seen.add(one)
        by_areas.append(outcomes)
    each = [seen.pop() if len(seen) == 1 else None for seen in by_test]
    together = set().union(*by_areas)
    if together == {True}:
        return "passed", each
    if together == {False}:
        return "failed", each
    return ("pending" if any(len(outcomes) == 2 for outcomes in by_areas) else "unverifiable"), each
