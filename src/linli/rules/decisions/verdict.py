"""The verdict on one decision scope under one rule pack, with its working."""

from dataclasses import dataclass
from typing import Literal

from linli.rules.decisions.completions import ZERO, Bound, Form, possible
from linli.rules.decisions.totals import OUTSTANDING, Totals, Voice
from linli.rules.packs import Kind, Measure, Pack, Threshold

State = Literal["passed", "failed", "pending", "unverifiable"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition of the pack and what the voices given so far come to.

    ``have`` and ``of`` are heads, or the known areas in 1/100 square metres; ``unknown`` is how many units of unknown
    area belong to ``of`` besides. ``met`` holds for every completion (True), for none (False), or is open (None).
    """

    threshold: Threshold
    have: int
    of: int
    unknown: int
    met: bool | None

    @property
    def sides(self) -> tuple[int, int]:
        """The two whole numbers that are compared: have × denominator, of × numerator."""
        ratio = self.threshold.ratio
        return self.have * ratio.denominator, self.of * ratio.numerator

    @property
    def working(self) -> str:
        """The comparison multiplied out, as "15×3＝45，18×2＝36"; areas in square metres with two digits."""
        ratio, measure = self.threshold.ratio, self.threshold.measure
        left, right = (amount(side, measure) for side in self.sides)
        have, of = amount(self.have, measure), amount(self.of, measure)
        return f"{have}×{ratio.denominator}＝{left}，{of}×{ratio.numerator}＝{right}"


@dataclass(frozen=True, slots=True)
class Missing:
    """What is still wanting while a drive is open, if everybody asked next says yes.

    ``heads``: the least number of further heads with which every test of heads is met. ``area``: the least further
    area, in 1/100 square metres, with which every test of area is met; None where areas in the scope are unknown, since
    no number is then enough for certain. Zeros mean that it would pass if it closed now.
    """

    heads: int
    area: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """State, tests in the pack's order, what is missing (only while pending), and the pack that was applied."""

    state: State
    tests: tuple[Finding, ...]
    missing: Missing | None
    pack: Pack
    totals: Totals
    closed: bool


def amount(value: int, measure: Measure) -> str:
    """A number of heads or objections as it is, an area (given in 1/100 square metres) in square metres: "3412.50"."""
    return f"{value // 100}.{value % 100:02d}" if measure == "area" else str(value)


def judge(pack: Pack, totals: Totals, *, closed: bool, kind: Kind | None = None) -> Verdict:
    """What the voices come to under ``pack``, over every completion.

    A completion gives each outstanding unit (silent or in conflict) any voice or none, unless ``closed``, and each
    unknown area any number above zero. Voices and objections that were given stand. All completions pass → passed; all
    fail → failed; otherwise pending if, for some fixed areas, the outstanding voices decide; otherwise unverifiable.
    Why this is exact: docs/adr/0002-counting-every-completion.md;
    for who is in the room, docs/adr/0005-who-is-in-the-room.md.

    ``kind`` is the electorate's; it may be left out where the pack makes no difference between its kinds.

    An empty scope, totals counted under another rule for spoiled papers than the pack's, and a kind that is not the
    pack's or is left out where it matters, are mistakes of the caller: ValueError.
    """
    if kind not in pack.kinds and (kind is not None or any(test.kinds for test in pack.tests)):
        raise ValueError("the pack must know for which kind of electorate")
    if totals.heads.all == 0:
        raise ValueError("nobody is in the scope")
    if totals.spoiled_participates != pack.spoiled_participates.value:
        raise ValueError("the totals were counted under another rule for spoiled papers")
    questions = [_question(threshold, totals, closed) for threshold in pack.tests_for(kind or pack.kinds[0])]
    state = _state(questions)
    return Verdict(
        state=state,
        tests=tuple(question.answered() for question in questions),
        missing=_missing(questions, totals) if state == "pending" else None,
        pack=pack,
        totals=totals,
        closed=closed,
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """One measure of the scope, split by what was said; ``wavering`` is the part of ``yes`` that may yet differ.

    ``attending`` is the part of ``silent`` and ``outstanding`` together that is in the room, ``coming`` the part of
    ``outstanding`` that is not and may yet come in.
    """

    yes: Form
    other: Form
    silent: Form
    outstanding: Form
    wavering: Form = ZERO
    attending: Form = ZERO
    coming: Form = ZERO


@dataclass(frozen=True, slots=True)
class _Question:
    """One threshold: its voices as they stand, at their best and at their worst, as linear forms in unknown areas."""

    threshold: Threshold
    now: tuple[Form, Form]
    best: tuple[Form, Form]
    worst: tuple[Form, Form]
    unknown: int

    def met(self) -> tuple[Bound, ...]:
        """What must hold for the test to be met by the voices most in its favour."""
        return self._met(*self.best)

    def missed(self) -> tuple[Bound, ...]:
        """Any one of these is enough for the test to be missed with the voices most against it."""
        return tuple(bound.reversed() for bound in self._met(*self.worst))

    def _met(self, counted: Form, base: Form) -> tuple[Bound, ...]:
        ratio = self.threshold.ratio
        if self.threshold.relation == "=":
            return (Bound(counted.times(-1), False),)
        gap = counted.times(ratio.denominator).plus(base, -ratio.numerator)
        # A share of nobody is not reached: 0 >= 2/3 × 0 must not count as met.
        return Bound(gap, self.threshold.relation == ">"), Bound(base, True)

    def answered(self) -> Finding:
        can_miss = any(possible([bound]) for bound in self.missed())
        met = None if can_miss and possible(self.met()) else not can_miss
        counted, base = self.now
        return Finding(self.threshold, counted.known, base.known, self.unknown, met)

    def missing(self, *, coming: int = 0, attending: int = 0) -> int:
        """The least further amount of this measure, all of it yes, with which the test is met.

        Of heads against those present: ``coming`` must come in for another test and are told in the answer; of
        ``attending``, who are in the room and may still speak, each helps more than one who enlarges the base.
        """
        counted, base = self.now
        ratio, strict = self.threshold.ratio, self.threshold.relation == ">"
        gain = ratio.denominator - (0 if self.threshold.base == "scope" else ratio.numerator)
        lack = base.known * ratio.numerator - counted.known * ratio.denominator
        if self.threshold.base != "present":
            return max(1 if base.known == 0 else 0, _steps(lack, gain, strict))
        lack -= coming * gain
        inside = min(attending, _steps(lack, ratio.denominator, strict))
        further = _steps(lack - inside * ratio.denominator, gain, strict)
        return coming + inside + max(1 if base.known + coming == 0 else 0, further)


def _steps(lack: int, gain: int, strict: bool) -> int:
    """How many steps of ``gain`` make up ``lack``, or more than make it up if ``strict``; never below zero."""
    # A gain of nothing is unanimity among those in the base: pending, so nobody among them differs yet.
    return max(0, lack // gain + 1 if strict else -(-lack // gain)) if gain else 0


def _question(threshold: Threshold, totals: Totals, closed: bool) -> _Question:
    if threshold.measure == "objections":
        fixed = (Form(totals.heads.objecting), Form(totals.heads.all))
        return _Question(threshold, fixed, fixed, fixed, 0)
    by_area = threshold.measure == "area"
    sums = _areas(totals, closed) if by_area else _heads(totals, closed)
    taking_part = sums.yes.plus(sums.other)
    scope = taking_part.plus(sums.silent).plus(sums.outstanding)
    of_scope = threshold.base == "scope"
    in_the_room = "present" in (threshold.counted, threshold.base)
    answering = taking_part.plus(sums.attending) if in_the_room else taking_part
    fuller = answering.plus(sums.coming if in_the_room else sums.outstanding)

    def sides(yes: Form, answering: Form) -> tuple[Form, Form]:
        return (yes if threshold.counted == "yes" else answering), (scope if of_scope else answering)

    return _Question(
        threshold,
        now=sides(sums.yes, answering),
        best=sides(sums.yes.plus(sums.outstanding), fuller),
        # Against a share of those taking part, a no weighs most; against a share of the whole scope, silence.
        worst=sides(sums.yes.plus(sums.wavering, -1), answering if of_scope else fuller),
        unknown=_unknown(threshold, totals) if by_area else 0,
    )


def _unknown(threshold: Threshold, totals: Totals) -> int:
    voices = tuple(Voice) if threshold.base == "scope" else totals.taking_part()
    return sum(totals.unknown[voice] for voice in voices)


def _heads(totals: Totals, closed: bool) -> _Sums:
    heads = totals.heads
    open_silent = 0 if closed else heads.silent_open
    return _Sums(
        yes=Form(heads.yes),
        other=Form(heads.participating - heads.yes),
        silent=Form(heads.silent - open_silent),
        outstanding=Form(open_silent),
        wavering=ZERO if closed else Form(heads.yes_open),
        attending=Form(heads.attending),
        coming=ZERO if closed else Form(heads.silent_open - heads.attending_open),
    )


def _areas(totals: Totals, closed: bool) -> _Sums:
    taking_part = totals.taking_part()
    outstanding = () if closed else OUTSTANDING
    others = tuple(voice for voice in taking_part if voice != Voice.YES)
    silent = tuple(voice for voice in Voice if voice not in taking_part and voice not in outstanding)
    groups: tuple[tuple[Voice, ...], ...] = ((Voice.YES,), others, silent, outstanding)
    return _Sums(
        *(
            Form(
                sum(totals.area[voice] for voice in group),
                tuple(int(n == place and any(totals.unknown[voice] for voice in group)) for n in range(len(groups))),
            )
            for place, group in enumerate(groups)
        )
    )


def _state(questions: list[_Question]) -> State:
    # One completion, every outstanding voice a yes, is the best for all tests at once; to fail, one test is enough.
    met = [bound for question in questions for bound in question.met()]
    missed = [bound for question in questions for bound in question.missed()]
    if not any(possible([bound]) for bound in missed):
        return "passed"
    if not possible(met):
        return "failed"
    return "pending" if any(possible([*met, bound]) for bound in missed) else "unverifiable"


def _missing(questions: list[_Question], totals: Totals) -> Missing:
    attending = totals.heads.attending_open
    coming = max((each.missing() for each in questions if each.threshold.counted == "present"), default=0)

    def least(measure: Measure) -> int:
        of_measure = [each for each in questions if each.threshold.measure == measure]
        return max((each.missing(coming=coming, attending=attending) for each in of_measure), default=0)

    areas_known = not any(any(each.now[0].unknown) or any(each.best[1].unknown) for each in questions)
    return Missing(least("heads"), least("area") if areas_known else None)
