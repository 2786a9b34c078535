"""A result as a file that whoever has the register and the slips can count again: ``linli rules verdict``."""

from typing import Any
from uuid import UUID

from linli.record import clock
from linli.voting import counting
from linli.voting.models import Drive, PutRight, Recount, Seat
from linli.voting.queries.decisions import Decision


def recount_file(drive: Drive, decision: Decision, scope: UUID) -> dict[str, Any]:
    """What ``docs/recount.md`` describes, of one scope, as it counted for ``decision``; owners by marks, no name.

    It names doors with their answers: for the drive's clerks, as the collected sheet of signatures.
    """
    before = undone(drive, decision)
    seats = Seat.objects.filter(electorate=drive.electorate_id, scope=scope).select_related("voice", "conflict", "head")
    units = []
    for seat in seats.order_by("sort_key", "id"):
        now = counting.said(seat)
        word, objection = before.get(seat.id, (counting.word_of(now), now.objection))
        units.append(
            {
                "id": seat.short,
                "area": None if seat.area is None else f"{seat.area // 100}.{seat.area % 100:02d}",
                "owners": [str(seat.head.number)],
                # Words that differ take no part once all is closed, as silence does.
                "voice": "none" if word == "conflict" else word,
                "objection": objection,
                "excluded": seat.excluded,
            }
        )
    at = drive.opened_at.astimezone(clock.SHANGHAI).date()
    return {"pack": drive.pack, "at": at.isoformat(), "kind": drive.electorate.kind, "units": units}


def undone(drive: Drive, decision: Decision) -> dict[UUID, tuple[str, bool]]:
    """What counted for ``decision`` where a later recount, or one under way, made something else of it."""
    later = drive.recounts.exclude(state=Recount.State.FOUND_RIGHT)
    if decision.recount is not None:
        later = later.filter(number__gt=decision.recount.number)
    acts = PutRight.objects.filter(recount__in=later).order_by("-id")
    return {act.seat_id: (act.before, act.objected_before) for act in acts}
