"""The way of every word into the count: what stands for a seat follows from all its words, and the totals move with it.

Locks are always taken in one order: drive (shared by voices, alone by closing), seats, a stack, heads, totals; within
each by id. What belongs to a seat (its conflict, who may speak for it, late slips) is held by the seat's lock. "Too
late" is judged by the database's clock inside the drive's lock.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import connection

from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.decisions import Seat as Said
from linli.rules.decisions import changed
from linli.rules.errors import Refused
from linli.voting import counting
from linli.voting.models import Conflict, Drive, Head, PutRight, Recount, ScopeTotals, Seat, Voice
from linli.voting.queries.words import Words, words_of


def lock_drive_for_voices(drive_id: UUID) -> Drive:
    """The drive under a shared lock: voices do not wait for each other, closing waits for them and they for it."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from voting_drive where id = %s for share", [drive_id])
    return Drive.objects.get(id=drive_id)


def require_open(drive: Drive) -> None:
    """Refuse to take a word that is given now, once the deadline has passed."""
    if drive.state != Drive.State.OPEN or clock.database_now() >= drive.closes_at:
        raise Refused(
            "voice.too-late", "表态到{last_day}24时为止，现在不能再填、再改了。", last_day=drive.last_day.isoformat()
        )


def require_not_over(drive: Drive) -> None:
    """Refuse everything once nothing may arrive any more."""
    if drive.state == Drive.State.DECIDED or clock.database_now() >= drive.gathers_until:
        raise Refused("drive.over", "这次表态已经结束，不能再录。有异议请走异议程序。")


def require_settling(drive: Drive) -> Recount | None:
    """The recount under which what was taken down may be put right, None while the drive runs; refused otherwise.

    To be asked under the drive's lock, which the end of a recount takes alone.
    """
    if drive.state == Drive.State.DECIDED:
        recount = drive.recounts.filter(state=Recount.State.OPEN).first()
        if recount is not None:
            return recount
    require_not_over(drive)
    return None


def put_right(
    *, recount: Recount, seat: Seat, kind: PutRight.Kind, before: Said, after: Said, reason: str, by: Acting
) -> PutRight:
    """Keep what an act of a recount made of a seat, so that every earlier result can be recounted for ever."""
    return PutRight.objects.create(
        community_id=seat.community_id,
        recount=recount,
        seat=seat,
        kind=kind,
        before=counting.word_of(before),
        objected_before=before.objection,
        after=counting.word_of(after),
        objected_after=after.objection,
        reason=reason,
        by_person_id=by.person,
        at=clock.now(),
    )


def require_in_time(drive: Drive, *, given_on: date | None) -> None:
    """Refuse what comes too late: after the deadline nothing may be given; what a dated, witnessed sheet shows was
    given before may arrive until the gathering ends."""
    require_not_over(drive)
    if clock.database_now() >= drive.closes_at and given_on is not None and given_on > drive.last_day:
        raise Refused("slip.given-late", "这张表是截止以后填的，不能算。截止以前填的，请核对表上的日期。")


def lock_seats(drive: Drive, ids: Iterable[UUID]) -> dict[UUID, Seat]:
    """The seats of this drive under lock, by id; refused when one belongs to another or comes twice.

    What stands is read by statements of their own once the locks are held: what is joined would be as old as the start
    of the wait, and the voice that another clerk has just entered would not be seen.
    """
    wanted = Counter(ids)
    if any(times > 1 for times in wanted.values()):
        raise Refused("slip.seat-twice", "同一户录了两张表。请留一张；要改，以后再写更正的原因。")
    locked = {
        seat.id: seat
        for seat in Seat.objects.select_for_update(no_key=True)
        .filter(electorate=drive.electorate_id, id__in=wanted)
        .order_by("id")
        .prefetch_related("voice", "conflict", "entitled")
    }
    if len(locked) != len(wanted):
        raise Refused("slip.seat-of-another-drive", "有一户不在这次表态的名单里。请核对门牌。")
    return locked


def lock_seat(drive: Drive, seat_id: UUID) -> Seat:
    """One seat of this drive under lock."""
    return lock_seats(drive, [seat_id])[seat_id]


def take_in(drive: Drive, *, seats: Sequence[Seat], voices: Sequence[Voice], by: Acting) -> None:
    """Save what was said for seats under lock, and let each stand by all its words."""
    Voice.objects.bulk_create(voices)
    stand_anew(drive, seats=seats, by=by)


def stand_anew(drive: Drive, *, seats: Sequence[Seat], by: Acting) -> None:
    """Let each seat (under lock) stand by all its words: the one that stands, none, or a conflict; then the totals."""
    before = {seat.id: counting.said(seat) for seat in seats}
    words = words_of(seats)
    for seat in seats:
        its = words[seat.id]
        seat.voice = its.stands
        seat.conflict = conflict_of(drive, seat, its, by=by)
    move_totals(drive, seats, before)
    Seat.objects.bulk_update(seats, ["voice", "conflict"])


def conflict_of(drive: Drive, seat: Seat, words: Words, *, by: Acting) -> Conflict | None:
    """The seat's open conflict after its words have changed: opened, kept, or closed because they now agree."""
    there = seat.conflict
    objection = words.differ and any(word.objection for word in words.clear)
    if words.differ and there is None:
        there = Conflict.objects.create(
            community_id=seat.community_id, drive=drive, seat=seat, objection=objection, opened_at=clock.now()
        )
        note("conflict.opened", by=by, subject_kind="conflict", subject=there.id, internal={"drive": str(drive.id)})
    elif words.differ and there is not None and there.objection != objection:
        there.objection = objection
        there.save(update_fields=["objection"])
    elif there is not None and not words.differ:
        there.closed_at, there.voice = clock.now(), words.stands
        there.save(update_fields=["closed_at", "voice"])
        note("conflict.closed", by=by, subject_kind="conflict", subject=there.id, internal={"drive": str(drive.id)})
    return there if words.differ else None


def move_totals(drive: Drive, seats: Sequence[Seat], before: Mapping[UUID, Said]) -> None:
    """Move the heads' tallies and the scopes' totals from what each seat said before to what it says now."""
    heads = {
        head.id: head
        for head in Head.objects.select_for_update().filter(id__in={seat.head_id for seat in seats}).order_by("id")
    }
    totals = {
        row.scope_id: row
        for row in ScopeTotals.objects.select_for_update()
        .filter(drive=drive, scope__in={seat.scope_id for seat in seats})
        .order_by("id")
    }
    for seat in seats:
        head, row = heads[seat.head_id], totals[seat.scope_id]
        moved, tally = changed(
            counting.totals_from_json(row.totals),
            counting.head_from_json(head.tally),
            before[seat.id],
            counting.said(seat),
        )
        row.totals, head.tally = counting.tally_to_json(moved), counting.tally_to_json(tally)
    Head.objects.bulk_update(heads.values(), ["tally"])
    ScopeTotals.objects.bulk_update(totals.values(), ["totals"])


def what_was_said(voices: Sequence[Voice]) -> str:
    """What the record binds to and does not show: each seat's answer, so that none can be changed afterwards."""
    said = sorted((str(voice.seat_id), voice.choice, voice.objection) for voice in voices)
    return json.dumps(said, separators=(",", ":"))
