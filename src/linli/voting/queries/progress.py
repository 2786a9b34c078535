"""What anybody may see of a drive: counts per unit.

Nothing here tells a flat, a floor or an area: with known floor plans a sum of areas names the flats missing from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from linli.community.models import Area
from linli.record.acting import Acting
from linli.rules.decisions import Totals, Verdict, judge
from linli.rules.packs import Pack, Threshold
from linli.voting import counting, policy
from linli.voting.models import Drive, Result, ScopeTotals
from linli.voting.queries.decisions import results_of
from linli.voting.queries.own import seats_of_person


@dataclass(frozen=True, slots=True)
class TestLine:
    """One condition of the rule as anybody may see it. ``have`` and ``of`` are shown for heads only, and only while
    that names nobody; ``met`` is None while it cannot be told."""

    measure: str
    counted: str
    base: str
    need: str
    met: bool | None
    confirmed: bool
    have: str = ""
    of: str = ""
    working: str = ""


@dataclass(frozen=True, slots=True)
class ScopeProgress:
    """One scope of a drive as a neighbour may see it.

    ``yes`` is None where progress is not shown. ``of``, the least that the rule asks of it (``line``), what counts
    towards that (``lit``) and what is ``missing`` are for the unit's own people, and for them only until enough are
    there: 47 of 48 names the one, whatever else (area, an objection) still stands in the way. They come back to
    everybody with the result. ``by_answers``: the line is of those who take part, not of those who agree.
    ``by_owners``: somebody owns several dwellings here, so that heads are owners and not homes.
    """

    name: str
    state: str
    reached: bool
    yes: int | None
    lit: int | None
    of: int | None
    line: int | None
    missing: int | None
    mine: bool
    by_answers: bool
    by_owners: bool
    tests: tuple[TestLine, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """A drive as a neighbour may see it: one line per unit, and their sum."""

    drive: Drive
    pack: Pack
    scopes: tuple[ScopeProgress, ...]
    shown: bool
    #: Whether the reader is of the office or named on the drive, so that every unit is theirs.
    at_work: bool
    #: The least number of households with which every unit could meet the rule, whatever they have said.
    least: int

    @property
    def yes(self) -> int | None:
        """Households that agree in all units, where progress is shown."""
        return sum(scope.yes or 0 for scope in self.scopes) if self.shown else None

    @property
    def joined(self) -> int:
        """With how many households a share is reckoned: those that agree, once every unit has reached its ratio (their
        sum would before tell what the bars of others leave out); until then the least that could meet the rule.
        """
        told = self.decided or all(scope.reached for scope in self.scopes)
        return (told and self.yes) or self.least

    @property
    def decided(self) -> bool:
        """Whether the results stand."""
        return self.drive.state == Drive.State.DECIDED

    @property
    def state(self) -> str:
        """All passed, else the first that is not: what the drive as a whole still waits for."""
        states = [scope.state for scope in self.scopes]
        return next((state for state in ("failed", "unverifiable", "pending") if state in states), "passed")


def progress_of(drive: Drive, viewer: Acting | None, results: Sequence[Result] | None = None) -> Progress:
    """The drive for anybody who may read its page; as many statements whatever the number of seats.

    Once it is decided, what the results counted is shown (those that stand, or the ``results`` of an earlier count):
    while one is looked into, the running totals move, and each step would tell of a home. Every unit is the office's
    own, and that of those named on the drive: they must know where to knock.
    """
    pack = counting.pack_of(drive)
    mine = {seat.scope_id for seat in seats_of_person(drive, viewer)}
    at_work = policy.can_open(viewer, drive.place) or bool(policy.tasks_of(viewer, drive))
    decided = drive.state == Drive.State.DECIDED
    shown = decided or (drive.progress == Drive.Progress.LIVE and not is_unanimous(pack))
    rows: Sequence[Result | ScopeTotals]
    if decided:
        rows = results_of(drive) if results is None else results
    else:
        rows = list(ScopeTotals.objects.filter(drive=drive).select_related("scope").order_by("scope__sort_key", "id"))
    totals = [(row.scope, counting.totals_from_json(row.totals)) for row in rows]
    scopes = tuple(
        scope_progress(scope, each, pack, decided=decided, shown=shown, mine=at_work or scope.id in mine)
        for scope, each in totals
    )
    least = sum(line_of(pack, each.heads.all) or 1 for _, each in totals)
    return Progress(drive, pack, scopes, shown, at_work, least)


def scope_progress(scope: Area, totals: Totals, pack: Pack, *, decided: bool, shown: bool, mine: bool) -> ScopeProgress:
    """One scope reduced to what a neighbour may see at this moment."""
    verdict = judge(pack, totals, closed=decided)
    reached = judge(pack, totals, closed=True).state == "passed"
    test = heads_test(pack)
    by_answers = test is not None and test.counted == "participants"
    lit = totals.heads.participating if by_answers else totals.heads.yes
    line = line_of(pack, totals.heads.all)
    enough = reached or (line is not None and lit >= line)
    # Where all must agree, the count of a scope that failed would name those who did not.
    told = not is_unanimous(pack) or reached
    shown = shown and told
    base_shown = (decided and told) or (shown and mine and not enough)
    return ScopeProgress(
        name=scope.name,
        state=verdict.state if decided else ("reached" if reached and shown else "asking"),
        reached=reached and shown,
        yes=totals.heads.yes if shown else None,
        lit=lit if base_shown else None,
        of=totals.heads.all if base_shown else None,
        line=line if base_shown else None,
        missing=verdict.missing.heads if verdict.missing and base_shown else None,
        mine=mine,
        by_answers=by_answers,
        by_owners=totals.heads.all != sum(totals.units),
        tests=test_lines(verdict, base_shown=base_shown, shown=shown or decided),
    )


def test_lines(verdict: Verdict, *, base_shown: bool, shown: bool) -> tuple[TestLine, ...]:
    """The conditions without any sum of areas, and without a base once that would name the one who is missing."""
    lines = []
    for finding in verdict.tests:
        threshold = finding.threshold
        countable = base_shown and threshold.measure != "area"
        lines.append(
            TestLine(
                measure=threshold.measure,
                counted=threshold.counted,
                base=threshold.base,
                need=threshold.need,
                met=finding.met if shown else None,
                confirmed=threshold.confirmed,
                have=str(finding.have) if countable else "",
                of=str(finding.of) if countable else "",
                working=finding.working if countable and threshold.measure == "heads" else "",
            )
        )
    return tuple(lines)


def is_unanimous(pack: Pack) -> bool:
    """Whether everybody must agree, so that any progress would name those who have not."""
    return any(test.counted == "yes" and test.ratio == 1 for test in pack.tests)


def heads_test(pack: Pack) -> Threshold | None:
    """The condition whose line a bar shows: of heads, against the whole scope."""
    return next((test for test in pack.tests if test.measure == "heads" and test.base == "scope"), None)


def line_of(pack: Pack, heads: int) -> int | None:
    """The least number of heads that meets the bar's condition."""
    test = heads_test(pack)
    if test is None:
        return None
    need = heads * test.ratio
    whole = -(-need.numerator // need.denominator)
    return whole + 1 if test.relation == ">" and whole == need else whole
