"""Taking in paper slips: a stack, what each slip says, and their photos.

Locks are always taken in one order: drive (shared by voices, alone by closing), seats, heads, totals; within each by
id. "Too late" is judged by the database's clock inside the drive's lock.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from linli.community.models import Person
from linli.files.models import File
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.decisions import changed
from linli.rules.errors import Refused
from linli.voting import counting, policy
from linli.voting.models import Drive, DriveWorker, Head, ScopeTotals, Seat, SlipPhoto, Stack, Voice


@dataclass(frozen=True, slots=True)
class Slip:
    """One paper slip as a clerk reads it. ``position`` is its place in the stack, from 1.

    ``reason`` is given when it takes the place of a voice that stands already, and says why.
    """

    seat: UUID
    choice: str
    position: int
    objection: bool = False
    reason: str = ""


@transaction.atomic
def start_stack(*, drive: Drive, collector: Person, witness: str, collected_on: date, by: Acting) -> Stack:
    """Begin a stack of slips: who collected them, who witnessed, and the date on them, said once for all.

    Refused: a clerk not named on the drive, a collector not named, a date ahead or before the drive opened.
    """
    clerk = policy.require_clerk(by, drive)
    drive = Drive.objects.select_for_update().get(id=drive.id)
    if not DriveWorker.objects.filter(drive=drive, person=collector, task=DriveWorker.Task.COLLECTOR).exists():
        raise Refused("stack.collector-not-named", "收表人要是这次表态指定的人。请从名单里选。")
    if not witness.strip():
        raise Refused("stack.no-witness", "请写下见证人的姓名。")
    today = clock.database_now().astimezone(clock.SHANGHAI).date()
    if not drive.opened_at.astimezone(clock.SHANGHAI).date() <= collected_on <= today:
        raise Refused("stack.date-outside", "表上的日期要在开始表态之后，到今天为止。请核对日期。")
    last = drive.stacks.aggregate(last=Max("number"))["last"] or 0
    stack = Stack.objects.create(
        community_id=drive.community_id,
        drive=drive,
        number=last + 1,
        collector=collector,
        witness=witness.strip(),
        clerk_id=clerk,
        collected_on=collected_on,
    )
    note("stack.started", by=by, subject_kind="stack", subject=stack.id, internal={"drive": str(drive.id)})
    return stack


@transaction.atomic
def enter_slips(*, stack: Stack, slips: Sequence[Slip], by: Acting) -> list[Voice]:
    """Record what each slip says, all of them or none; totals move with them, nothing is recounted.

    Refused: a seat of another drive, a seat that has spoken already (unless ``reason`` says why this one takes its
    place), a position used twice, a slip given after the deadline, anything after the drive is decided.
    """
    drive = lock_drive_for_voices(stack.drive_id)
    policy.require_clerk(by, drive)
    require_in_time(drive, given_on=stack.collected_on)
    seats = lock_seats(drive, [slip.seat for slip in slips])
    voices = [voice_of(slip, seat=seats[slip.seat], stack=stack, drive=drive, by=by) for slip in slips]
    pairs = [(seats[slip.seat], voice) for slip, voice in zip(slips, voices, strict=True)]
    move_totals(drive, pairs)
    try:
        with transaction.atomic():
            Voice.objects.bulk_create(voices)
    except IntegrityError:
        raise Refused("slip.position-taken", "这一叠里已经有同样序号的表。请刷新页面再录。") from None
    for seat, voice in pairs:
        seat.voice = voice
    Seat.objects.bulk_update([seat for seat, _ in pairs], ["voice"])
    note(
        "slips.entered",
        by=by,
        subject_kind="stack",
        subject=stack.id,
        internal={
            "drive": str(drive.id),
            "slips": len(voices),
            "corrections": sum(v.replaces_id is not None for v in voices),
        },
    )
    return voices


def lock_drive_for_voices(drive_id: UUID) -> Drive:
    """The drive under a shared lock: voices do not wait for each other, closing waits for them and they for it."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from voting_drive where id = %s for share", [drive_id])
    return Drive.objects.get(id=drive_id)


def require_in_time(drive: Drive, *, given_on: date) -> None:
    """Refuse what comes too late: after the deadline nothing may be given; what a dated, witnessed sheet shows was
    given before may arrive until the gathering ends."""
    moment = clock.database_now()
    if drive.state == Drive.State.DECIDED or moment >= drive.gathers_until:
        raise Refused("drive.over", "这次表态已经结束，不能再录。有异议请走异议程序。")
    if moment >= drive.closes_at and given_on > drive.last_day:
        raise Refused("slip.given-late", "这张表是截止以后填的，不能算。截止以前填的，请核对表上的日期。")


def lock_seats(drive: Drive, ids: Iterable[UUID]) -> dict[UUID, Seat]:
    """The seats of this drive under lock, by id; refused when one belongs to another or comes twice.

    The voices that stand are read by a statement of their own once the locks are held: one that is joined would be as
    old as the start of the wait, and the voice that another clerk has just entered would not be seen.
    """
    wanted = Counter(ids)
    if any(times > 1 for times in wanted.values()):
        raise Refused("slip.seat-twice", "同一户录了两张表。请留一张，另一张按“更正”录。")
    locked = {
        seat.id: seat
        for seat in Seat.objects.select_for_update(no_key=True)
        .filter(electorate=drive.electorate_id, id__in=wanted)
        .order_by("id")
        .prefetch_related("voice")
    }
    if len(locked) != len(wanted):
        raise Refused("slip.seat-of-another-drive", "有一户不在这次表态的名单里。请核对门牌。")
    return locked


def voice_of(slip: Slip, *, seat: Seat, stack: Stack, drive: Drive, by: Acting) -> Voice:
    """The voice that a slip gives to its seat, not yet saved."""
    if slip.choice not in Voice.Choice.values:
        raise Refused("slip.no-such-choice", "请选：同意、不同意、暂不表态，或者废票。")
    if seat.excluded:
        raise Refused("slip.seat-excluded", "{door}不在这次表态的范围里。请核对门牌。", door=seat.label)
    if seat.voice and not slip.reason.strip():
        raise Refused(
            "slip.already", "{door}已经录过一张表。要改，请按“更正”并写明原因；不改，就跳过这一户。", door=seat.label
        )
    return Voice(
        community_id=drive.community_id,
        drive=drive,
        seat=seat,
        choice=slip.choice,
        objection=slip.objection,
        collector_id=stack.collector_id,
        witness=stack.witness,
        entered_by_id=by.person,
        stack=stack,
        position=slip.position,
        replaces=seat.voice,
        reason=slip.reason.strip() if seat.voice else "",
        given_on=stack.collected_on,
    )


def move_totals(drive: Drive, pairs: Sequence[tuple[Seat, Voice]]) -> None:
    """Move the heads' tallies and the scopes' totals from what each seat said before to what it says now."""
    heads = {
        head.id: head
        for head in Head.objects.select_for_update().filter(id__in={seat.head_id for seat, _ in pairs}).order_by("id")
    }
    totals = {
        row.scope_id: row
        for row in ScopeTotals.objects.select_for_update()
        .filter(drive=drive, scope__in={seat.scope_id for seat, _ in pairs})
        .order_by("id")
    }
    for seat, voice in pairs:
        head, row = heads[seat.head_id], totals[seat.scope_id]
        moved, tally = changed(
            counting.totals_from_json(row.totals),
            counting.head_from_json(head.tally),
            counting.said(seat, seat.voice),
            counting.said(seat, voice),
        )
        row.totals, head.tally = counting.tally_to_json(moved), counting.tally_to_json(tally)
    Head.objects.bulk_update(heads.values(), ["tally"])
    ScopeTotals.objects.bulk_update(totals.values(), ["totals"])


@transaction.atomic
def attach_photos(*, stack: Stack, files: Sequence[File], by: Acting) -> int:
    """Lay photos on a stack in the order in which they came, after those it has; return how many it has now.

    The first photo belongs to the first slip, whether the slips are entered before or after.
    """
    policy.require_clerk(by, stack.drive)
    Stack.objects.select_for_update(no_key=True).get(id=stack.id)
    last = stack.photos.aggregate(last=Max("position"))["last"] or 0
    SlipPhoto.objects.bulk_create(
        SlipPhoto(community_id=stack.community_id, stack=stack, position=position, file=file)
        for position, file in enumerate(files, last + 1)
    )
    note("slip-photos.attached", by=by, subject_kind="stack", subject=stack.id, internal={"photos": len(files)})
    return last + len(files)
