"""Which live topics of a drive concern a reader, and what the readers of each see."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from linli.voting import counting
from linli.voting.models import Drive, ScopeTotals, Seat
from linli.voting.queries.progress import progress_of, scope_progress


def live_topics(drive: Drive, own: Sequence[Seat], *, at_work: bool) -> list[str]:
    """What a reader may hear of: the drive as anybody sees it, their own units, and for those at work all of it.

    A topic moves only with what its readers can see: a neighbour must not learn from a bell that somebody in another
    unit has answered.
    """
    units = sorted({f"unit.{drive.id}.{seat.scope_id}" for seat in own})
    return [f"drive.{drive.id}", *units, *([f"work.{drive.id}"] if at_work else [])]


def seen_by_topic(drive: Drive) -> Iterator[tuple[str, str]]:
    """Each topic of the drive with all that its readers see of the count."""
    progress = progress_of(drive, None)
    yield f"drive.{drive.id}", json.dumps([drive.state, progress.joined, [asdict(scope) for scope in progress.scopes]])
    pack = counting.pack_of(drive)
    everything = []
    for row in ScopeTotals.objects.filter(drive=drive).select_related("scope").order_by("id"):
        totals = counting.totals_from_json(row.totals)
        own = scope_progress(row.scope, totals, pack, decided=progress.decided, shown=progress.shown, mine=True)
        yield f"unit.{drive.id}.{row.scope_id}", json.dumps(asdict(own))
        everything.append(row.totals)
    yield f"work.{drive.id}", json.dumps([drive.state, everything], sort_keys=True)
