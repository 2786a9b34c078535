"""Taking in paper slips: a stack, what each slip says, and their photos.

Locks are always taken in one order: drive (shared by voices, alone by closing), seats, heads, totals; within each by
id; a stack comes last. "Too late" is judged by the database's clock inside the drive's lock.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from linli.community.models import Person
from linli.community.services import take_own_word
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

    ``reason`` is given when it takes the place of a voice that stands already, and says why. ``signer`` is the name
    under it, read only where no owner of the door is on the roster yet.
    """

    seat: UUID
    choice: str
    position: int
    objection: bool = False
    reason: str = ""
    signer: str = ""


@transaction.atomic
def start_stack(*, drive: Drive, collector: Person, witness: str, collected_on: date, by: Acting) -> Stack:
    """Begin a stack of slips: who collected them, who witnessed, and the date on them, said once for all.

    Refused: a clerk not named on the drive, a collector not named, a date ahead or before the drive opened, slips that
    come too late for the drive.
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
    require_in_time(drive, given_on=collected_on)
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

    Where no owner of a door is on the roster, the signer of its slip is put there by their own word, and admitted to
    the seat; a spoiled slip needs no signer.

    Refused: a seat of another drive, a seat that has spoken already (unless ``reason`` says why this one takes its
    place), a position that another slip has, a slip given after the deadline, anything after the drive is decided.
    """
    drive = lock_drive_for_voices(stack.drive_id)
    policy.require_clerk(by, drive)
    require_in_time(drive, given_on=stack.collected_on)
    seats = lock_seats(drive, [slip.seat for slip in slips])
    signers = admit_signers(drive, slips, seats, by=by)
    voices = [
        voice_of(slip, seat=seats[slip.seat], stack=stack, author=signers.get(slip.seat), by=by) for slip in slips
    ]
    pairs = [(seats[slip.seat], voice) for slip, voice in zip(slips, voices, strict=True)]
    move_totals(drive, pairs)
    require_free_positions(stack, voices)
    Voice.objects.bulk_create(voices)
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
        commitments={"voices": what_was_said(voices)},
        thread=drive.thread,
    )
    return voices


def what_was_said(voices: Sequence[Voice]) -> str:
    """What the record binds to and does not show: each seat's answer, so that none can be changed afterwards."""
    said = sorted((str(voice.seat_id), voice.choice, voice.objection) for voice in voices)
    return json.dumps(said, separators=(",", ":"))


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
        raise Refused("slip.seat-twice", "同一户录了两张表。请留一张；要改，以后再写更正的原因。")
    locked = {
        seat.id: seat
        for seat in Seat.objects.select_for_update(no_key=True)
        .filter(electorate=drive.electorate_id, id__in=wanted)
        .order_by("id")
        .prefetch_related("voice", "entitled")
    }
    if len(locked) != len(wanted):
        raise Refused("slip.seat-of-another-drive", "有一户不在这次表态的名单里。请核对门牌。")
    return locked


def voice_of(slip: Slip, *, seat: Seat, stack: Stack, author: Person | None, by: Acting) -> Voice:
    """The voice that a slip gives to its seat, not yet saved."""
    if slip.choice not in Voice.Choice.values:
        raise Refused("slip.no-such-choice", "请选：同意、不同意、暂不表态，或者废票。")
    if seat.excluded:
        raise Refused("slip.seat-excluded", "{door}不在这次表态的范围里。请核对门牌。", door=seat.label)
    if slip.position < 1 or len(slip.reason) > 200 or not slip.reason.isprintable():
        raise Refused("slip.unreadable", "这一页没有填完整，或者原因超过了{most}个字。请刷新页面再录。", most=200)
    if seat.voice and not slip.reason.strip():
        raise Refused(
            "slip.already", "{door}已经录过一张表。要改，请写更正的原因；不改，就清空这一户。", door=seat.label
        )
    return Voice(
        community_id=stack.community_id,
        drive_id=stack.drive_id,
        seat=seat,
        choice=slip.choice,
        objection=slip.objection,
        author=author,
        collector_id=stack.collector_id,
        witness=stack.witness,
        entered_by_id=by.person,
        stack=stack,
        position=slip.position,
        replaces=seat.voice,
        reason=slip.reason.strip() if seat.voice else "",
        given_on=stack.collected_on,
    )


def require_free_positions(stack: Stack, voices: Sequence[Voice]) -> None:
    """Refuse a position that another slip of the stack has: each photo belongs to one slip.

    Only the voice that a correction replaces may have lain where the correction lies: it is the same paper, read again.
    The stack is locked last, so that whoever lays photos on it waits for no drive.
    """
    Stack.objects.select_for_update(no_key=True).get(id=stack.id)
    positions = [voice.position for voice in voices]
    there = Voice.objects.filter(stack=stack, position__in=positions).values_list("position", "id")
    latest = dict(there.order_by("id"))
    replaced = {voice.position: voice.replaces_id for voice in voices}
    if len(replaced) < len(positions) or any(replaced[position] != id_ for position, id_ in latest.items()):
        raise Refused("slip.position-taken", "这一叠里已经有同样序号的表。请刷新页面再录。")


def admit_signers(drive: Drive, slips: Sequence[Slip], seats: Mapping[UUID, Seat], *, by: Acting) -> dict[UUID, Person]:
    """Admit to each seat that nobody may speak for the one who signed its slip; who that is, by seat.

    Refused where the slip's signer is not said: a voice of nobody counts for nobody.
    """
    signers = {}
    for slip in slips:
        seat = seats[slip.seat]
        if seat.entitled.all() or slip.choice == Voice.Choice.SPOILED:
            continue
        if not slip.signer.strip() or seat.dwelling is None:
            raise Refused("slip.no-signer", "{door}还没有登记业主。请照表上的签名，写下业主姓名。", door=seat.label)
        signers[seat.id] = take_own_word(dwelling=seat.dwelling, name=slip.signer, by=by)
        seat.entitled.add(signers[seat.id])
        note("seat.admitted", by=by, subject_kind="seat", subject=seat.id, internal={"drive": str(drive.id)})
    return signers


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
