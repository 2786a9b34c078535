"""The results of a drive: those that stand, and those that later ones took the place of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from linli.voting.models import Drive, PutRight, Recount, Result


@dataclass(frozen=True, slots=True)
class Decision:
    """One count of a drive with its results, one for each scope. ``recount`` is why it took the place of the one before
    (None for the first), ``replaced`` why another took its own (None for the one that stands)."""

    drive: Drive
    number: int
    at: datetime
    results: tuple[Result, ...]
    recount: Recount | None
    replaced: Recount | None

    @property
    def stands(self) -> bool:
        """Whether no later one has taken its place."""
        return self.replaced is None


def results_of(drive: Drive) -> list[Result]:
    """The results that stand, in the order of the scopes."""
    return list(
        Result.objects.filter(drive=drive, replaced_by=None).select_related("scope").order_by("scope__sort_key", "id")
    )


def decisions_of(drive: Drive) -> list[Decision]:
    """Every count of a drive, the one that stands first; none before it is decided. Two statements."""
    recounts: dict[UUID | None, Recount] = {
        recount.id: recount for recount in drive.recounts.filter(state=Recount.State.DECIDED).order_by("number")
    }
    ways: list[Recount | None] = [None, *recounts.values()]
    by_recount: dict[UUID | None, list[Result]] = {}
    for result in drive.results.select_related("scope").order_by("scope__sort_key", "id"):
        by_recount.setdefault(result.recount_id, []).append(result)
    if not by_recount or drive.decided_at is None:
        return []
    found = []
    for number, (way, later) in enumerate(zip(ways, [*ways[1:], None], strict=True), 1):
        at = drive.decided_at if way is None else way.ended_at
        assert at is not None
        found.append(Decision(drive, number, at, tuple(by_recount[way.id if way else None]), way, later))
    return found[::-1]


def recount_under_way(drive: Drive) -> Recount | None:
    """The recount by which the result is looked into now."""
    return drive.recounts.filter(state=Recount.State.OPEN).first()


def acts_told(recount: Recount) -> list[tuple[str, int]]:
    """What a recount looked at, as everybody may read it: which kind of act, how many; no door and no answer."""
    counts = Counter(recount.put_right.values_list("kind", flat=True))
    return [(str(kind.label), counts[kind]) for kind in PutRight.Kind if counts[kind]]


def acts_of(recount: Recount) -> Sequence[PutRight]:
    """What a recount made of which home, latest first: for the drive's clerks."""
    return list(recount.put_right.select_related("seat", "by_person").order_by("-id"))
