"""Closing a drive at its deadline, and deciding it: a recount, a comparison, and one result per scope."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from linli.community.models import Area
from linli.community.policy import require
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note, plan_job
from linli.rules.decisions import Totals, judge
from linli.rules.errors import Refused
from linli.rules.packs import Pack
from linli.voting import counting, policy
from linli.voting.models import Drive, LateSlip, Recount, Result, ScopeTotals, Seat
from linli.voting.queries.decisions import results_of
from linli.voting.queries.progress import progress_of
from linli.voting.queries.tasks import late_told

logger = logging.getLogger(__name__)


@transaction.atomic
def pass_deadline(drive_id: UUID) -> None:
    """The job at a drive's deadlines: closes what is open, decides what has been gathered; harmless when repeated."""
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

    Refused before the deadline: what was announced to the neighbours holds; and while a late slip waits to be judged.
    Safe to try twice.
    """
    require(by, policy.DECIDE_DRIVE, drive.place)
    drive = Drive.objects.select_for_update().get(id=drive.id)
    if drive.state == Drive.State.DECIDED:
        return drive
    if clock.database_now() < drive.closes_at:
        raise Refused("drive.still-open", "还没到截止时间，不能提前出结果。说好的时间要算数。")
    if waiting := waiting_slips(drive):
        raise Refused("late.waiting", "还有{n}张迟到的表没有核对，先收下或退回，再出结果。", n=waiting)
    if drive.state == Drive.State.OPEN:
        close(drive, by=by)
    decide(drive, by=by)
    return drive


def waiting_slips(drive: Drive) -> int:
    """How many late slips no officer has judged yet."""
    return drive.late_slips.filter(state=LateSlip.State.WAITING).count()


def close(drive: Drive, *, by: Acting) -> None:
    """Nothing may be given from here on (the drive is locked by the caller)."""
    drive.state = Drive.State.GATHERING
    drive.save(update_fields=["state"])
    note(
        "drive.closed",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        place=drive.place_id,
        public={},
        thread=drive.thread,
    )


def decide(drive: Drive, *, by: Acting) -> None:
    """Recount every scope from its seats, compare with the running totals, and write the results.

    A difference between the two counts is an alarm: nothing is decided until a person has looked.
    """
    pack = counting.pack_of(drive)
    states = write_results(drive, pack)
    drive.state = Drive.State.DECIDED
    drive.decided_at = clock.database_now()
    drive.save(update_fields=["state", "decided_at"])
    note(
        "drive.decided",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        place=drive.place_id,
        public={
            "results": states,
            "pack": pack.id,
            "version": pack.version,
            "pack_sha256": pack.sha256,
            "late_slips_not_judged": waiting_slips(drive),
        },
        commitments={**counts_told(drive), **late_slips_told(drive, at=drive.decided_at)},
        thread=drive.thread,
    )


def counts_told(drive: Drive) -> dict[str, str]:
    """What a close opens of a drive to whoever may read the affair: how many agree in each scope, of how many.

    The log binds to it and does not show it: the affair's circle may be smaller than the net. No rule that was read
    asks for answers by room, so none is opened; where all must agree and did not, not even the counts, which would name
    those who did not.
    """
    scopes = progress_of(drive, None).scopes
    told = {scope.name: {"yes": scope.yes, "of": scope.of} for scope in scopes if scope.yes is not None and scope.of}
    return {"counts": as_text(told)} if told else {}


def late_slips_told(drive: Drive, *, at: datetime) -> dict[str, str]:
    """What is published of late slips: how many, and the reasons, which whoever may read the affair is shown."""
    told = late_told(drive, at=at)
    return {"late_slips": as_text(asdict(told))} if told else {}


def as_text(told: Mapping[str, object]) -> str:
    """Facts as the one text that the record binds to."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def write_results(drive: Drive, pack: Pack, *, recount: Recount | None = None) -> dict[str, str]:
    """One result for each scope, which names the one before it; return their states by the scopes' names.

    Refused where the running totals and the recount differ: then nothing is written.
    """
    before = {result.scope_id: result for result in results_of(drive)}
    states = {}
    for row, recounted in recounts(drive, pack):
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
            replaces=before.get(row.scope_id),
            recount=recount,
        )
        states[row.scope.name] = str(verdict.state)
    return states


def recounts(drive: Drive, pack: Pack) -> Iterator[tuple[ScopeTotals, Totals]]:
    """Each scope's running totals under lock, and the same counted afresh."""
    for row in drive.totals.select_for_update(of=("self",)).select_related("scope").order_by("id"):
        yield row, count_afresh(drive, row.scope, pack)


def count_afresh(drive: Drive, scope: Area, pack: Pack) -> Totals:
    """The totals of one scope counted afresh from its seats and what stands for each."""
    seats = list(
        Seat.objects.filter(electorate=drive.electorate_id, scope=scope)
        .select_related("voice", "conflict", "head")
        .order_by("id")
    )
    return Totals.of(counting.columns_of(seats), spoiled_participates=pack.spoiled_participates.value)


@transaction.atomic
def recount_nightly(drive_id: UUID) -> None:
    """The job of each night while a drive runs: count afresh, and write an alarm where the running totals differ."""
    drive = Drive.objects.select_for_update().get(id=drive_id)
    if drive.state == Drive.State.DECIDED:
        return
    by = Acting.system(drive.community_id)
    pack = counting.pack_of(drive)
    differing = [
        row.scope.name for row, totals in recounts(drive, pack) if totals != counting.totals_from_json(row.totals)
    ]
    if differing:
        logger.error("drive %s: running totals differ from the recount", drive.id)
        note(
            "count.differed",
            by=by,
            subject_kind="drive",
            subject=drive.id,
            public={},
            internal={"scopes": differing},
            thread=drive.thread,
        )
    plan_recount(drive)


def plan_recount(drive: Drive) -> None:
    """Plan the next night's recount, at three in the community's morning."""
    night = clock.today() + timedelta(days=1)
    due_at = datetime.combine(night, time(3), tzinfo=clock.SHANGHAI)
    plan_job(
        "drive.recount_nightly", subject=drive.id, step=night.isoformat(), due_at=due_at, community=drive.community_id
    )
