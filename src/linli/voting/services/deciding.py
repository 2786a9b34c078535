"""Closing a drive at its deadline, and deciding it: a recount, a comparison, and one result per scope."""

from typing import Any
from uuid import UUID

from django.db import transaction

from linli.community.models import Area
from linli.community.policy import require
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.decisions import Totals, judge
from linli.rules.errors import Refused
from linli.rules.packs import Pack
from linli.voting import counting, policy
from linli.voting.models import Drive, Result, Seat


def pass_deadline(drive_id: UUID) -> None:
    """The job at a drive's deadlines: closes what is open, decides what has been gathered; harmless when repeated."""
    by = Acting.system(None)
    with transaction.atomic():
        drive = Drive.objects.select_for_update().get(id=drive_id)
        by = Acting.system(drive.community_id)
        moment = clock.database_now()
        if drive.state == Drive.State.OPEN and moment >= drive.closes_at:
            close(drive, by=by)
        if drive.state == Drive.State.GATHERING and moment >= drive.gathers_until:
            decide(drive, by=by)


@transaction.atomic
def decide_drive(*, drive: Drive, by: Acting) -> Drive:
    """The office says that every slip is in: the drive is decided now, without waiting for the gathering to end.

    Refused before the deadline: what was announced to the neighbours holds. Safe to try twice.
    """
    require(by, policy.DECIDE_DRIVE, drive.place)
    drive = Drive.objects.select_for_update().get(id=drive.id)
    if drive.state == Drive.State.DECIDED:
        return drive
    if clock.database_now() < drive.closes_at:
        raise Refused("drive.still-open", "还没到截止时间，不能提前出结果。说好的时间要算数。")
    if drive.state == Drive.State.OPEN:
        close(drive, by=by)
    decide(drive, by=by)
    return drive


def close(drive: Drive, *, by: Acting) -> None:
    """Nothing may be given from here on (the drive is locked by the caller)."""
    drive.state = Drive.State.GATHERING
    drive.save(update_fields=["state"])
    note("drive.closed", by=by, subject_kind="drive", subject=drive.id, place=drive.place_id)


def decide(drive: Drive, *, by: Acting) -> None:
    """Recount every scope from its seats, compare with the running totals, and write the results.

    A difference between the two counts is an alarm: nothing is decided until a person has looked.
    """
    pack = counting.pack_of(drive)
    summary: dict[str, Any] = {}
    rows = drive.totals.select_for_update(of=("self",)).select_related("scope").order_by("id")
    for row in rows:
        recounted = recount(drive, row.scope, pack)
        if recounted != counting.totals_from_json(row.totals):
            raise Refused("count.differs", "两种算法的计票对不上，先不出结果。请管理员查对以后再来。")
        verdict = judge(pack, recounted, closed=True)
        Result.objects.create(
            community_id=drive.community_id,
            drive=drive,
            scope=row.scope,
            state=verdict.state,
            verdict=counting.verdict_to_json(verdict),
            totals=counting.tally_to_json(recounted),
        )
        summary[row.scope.name] = verdict.state
    drive.state = Drive.State.DECIDED
    drive.decided_at = clock.database_now()
    drive.save(update_fields=["state", "decided_at"])
    note(
        "drive.decided",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        place=drive.place_id,
        public={"results": summary, "pack": pack.id, "version": pack.version, "pack_sha256": pack.sha256},
    )


def recount(drive: Drive, scope: Area, pack: Pack) -> Totals:
    """The totals of one scope counted afresh from its seats and the voices that stand."""
    seats = list(
        Seat.objects.filter(electorate=drive.electorate_id, scope=scope).select_related("voice", "head").order_by("id")
    )
    return Totals.of(counting.columns_of(seats), spoiled_participates=pack.spoiled_participates.value)
