"""Taking in paper slips: a stack, what each slip says, and their photos. Locks as in ``words``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from linli.community.models import Person
from linli.community.services import take_own_word
from linli.files.models import File
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused
from linli.voting import policy
from linli.voting.models import Drive, DriveWorker, LateSlip, Seat, SlipPhoto, Stack, Voice
from linli.voting.queries.words import paper_words
from linli.voting.services.words import lock_drive_for_voices, lock_seats, require_in_time, take_in, what_was_said


@dataclass(frozen=True, slots=True)
class Slip:
    """One paper slip as a clerk reads it. ``position`` is its place in the stack, from 1.

    ``reason`` is given when it takes the place of an earlier slip of the door, and says why. ``signer`` is the name
    under it, read only where no owner of the door is on the roster yet.
    """

    seat: UUID
    choice: str
    position: int
    objection: bool = False
    reason: str = ""
    signer: str = ""


@transaction.atomic
def start_stack(*, drive: Drive, collector: Person, witness: str, collected_on: date | None, by: Acting) -> Stack:
    """Begin a stack of slips: who collected them, who witnessed, and the date on them, said once for all.

    Only what arrives after the deadline may lack a witness or a date: ``hold_slips`` takes it in for an officer to
    judge. Refused: a clerk not named on the drive, a collector not named, a date ahead or before the drive opened,
    slips that come too late for the drive.
    """
    clerk = policy.require_clerk(by, drive)
    drive = Drive.objects.select_for_update().get(id=drive.id)
    if not DriveWorker.objects.filter(drive=drive, person=collector, task=DriveWorker.Task.COLLECTOR).exists():
        raise Refused("stack.collector-not-named", "收表人要是这次表态指定的人。请从名单里选。")
    moment = clock.database_now()
    if moment < drive.closes_at and not witness.strip():
        raise Refused("stack.no-witness", "请写下见证人的姓名。")
    if moment < drive.closes_at and collected_on is None:
        raise Refused("stack.no-date", "请写下表上的日期。")
    today = moment.astimezone(clock.SHANGHAI).date()
    if collected_on and not drive.opened_at.astimezone(clock.SHANGHAI).date() <= collected_on <= today:
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

    A slip that says something else than was said on a phone overwrites nothing: the seat is then in conflict. Where no
    owner of a door is on the roster, the signer of its slip is put there by their own word, and admitted to the seat; a
    spoiled slip needs no signer.

    Refused: a seat of another drive, a seat that has a slip already (unless ``reason`` says why this one takes its
    place), a position that another slip has, a slip given after the deadline, one that nothing shows to be given before
    it, anything after the drive is decided.
    """
    drive = lock_drive_for_voices(stack.drive_id)
    policy.require_clerk(by, drive)
    require_in_time(drive, given_on=stack.collected_on)
    if not stack.backed:
        raise Refused("slip.not-backed", "这一叠没有日期或见证人，要由录入人逐张核对，不能直接算。")
    return record_slips(drive, stack=stack, slips=slips, by=by)


def record_slips(drive: Drive, *, stack: Stack, slips: Sequence[Slip], by: Acting) -> list[Voice]:
    """The voices of slips that may count (the drive is locked by the caller)."""
    seats = lock_seats(drive, [slip.seat for slip in slips])
    signers = admit_signers(drive, slips, seats, by=by)
    before = paper_words(seats.values())
    voices = [
        voice_of(slip, seat=seats[slip.seat], stack=stack, author=signers.get(slip.seat), before=before, by=by)
        for slip in slips
    ]
    require_free_positions(stack, voices)
    take_in(drive, seats=[seats[slip.seat] for slip in slips], voices=voices, by=by)
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


@transaction.atomic
def hold_slips(*, stack: Stack, slips: Sequence[Slip], by: Acting) -> list[LateSlip]:
    """Take in late slips that nothing shows to be given in time: none counts before a named officer has judged it.

    Refused as ``enter_slips``; also a stack with date and witness, whose slips count by themselves, and the stack of
    another clerk: who began it is who may not judge it.
    """
    drive = lock_drive_for_voices(stack.drive_id)
    policy.require_clerk(by, drive)
    require_in_time(drive, given_on=stack.collected_on)
    if stack.backed:
        raise Refused("slip.backed", "这一叠有日期也有见证人，直接录入就行。")
    if stack.clerk_id != by.person:
        raise Refused("stack.of-another", "这一叠迟到的表是另一位录入人的，请自己另开一叠再录。")
    seats = lock_seats(drive, [slip.seat for slip in slips])
    for slip in slips:
        require_readable(slip, seats[slip.seat])
    Stack.objects.select_for_update(no_key=True).get(id=stack.id)
    if stack.late_slips.filter(position__in=[slip.position for slip in slips]).exists():
        raise position_taken()
    if again := stack.late_slips.filter(seat__in=seats).select_related("seat").first():
        raise already_there(again.seat)
    held = LateSlip.objects.bulk_create(
        LateSlip(
            community_id=stack.community_id,
            drive=drive,
            seat=seats[slip.seat],
            stack=stack,
            position=slip.position,
            choice=slip.choice,
            objection=slip.objection,
            signer=slip.signer.strip()[:60],
            at=clock.now(),
        )
        for slip in slips
    )
    facts = {"drive": str(drive.id), "slips": len(held)}
    note("slips.held", by=by, subject_kind="stack", subject=stack.id, internal=facts)
    return held


def require_readable(slip: Slip, seat: Seat) -> None:
    """Refuse a slip that says nothing there is to say, or whose seat has no part in this drive."""
    if slip.choice not in Voice.Choice.values:
        raise Refused("slip.no-such-choice", "请选：同意、不同意、暂不表态，或者废票。")
    if seat.excluded:
        raise Refused("slip.seat-excluded", "{door}不在这次表态的范围里。请核对门牌。", door=seat.label)
    if slip.position < 1 or len(slip.reason) > 200 or not slip.reason.isprintable():
        raise Refused("slip.unreadable", "这一页没有填完整，或者原因超过了{most}个字。请刷新页面再录。", most=200)


def already_there(seat: Seat) -> Refused:
    """The refusal of a second slip without a reason."""
    return Refused("slip.already", "{door}已经录过一张表。要改，请写更正的原因；不改，就清空这一户。", door=seat.label)


def position_taken() -> Refused:
    """The refusal of a second slip at one position."""
    return Refused("slip.position-taken", "这一叠里已经有同样序号的表。请刷新页面再录。")


def voice_of(
    slip: Slip, *, seat: Seat, stack: Stack, author: Person | None, before: Mapping[UUID, Voice], by: Acting
) -> Voice:
    """The voice that a slip gives to its seat, not yet saved; it takes the place of the slip that came before it."""
    require_readable(slip, seat)
    earlier = before.get(seat.id)
    if earlier is not None and not slip.reason.strip():
        raise already_there(seat)
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
        replaces=earlier,
        reason=slip.reason.strip() if earlier is not None or not stack.backed else "",
        given_on=stack.collected_on,
    )


def require_free_positions(stack: Stack, voices: Sequence[Voice]) -> None:
    """Refuse a position that another slip of the stack has: each photo belongs to one slip.

    Only the voice that a correction replaces may have lain where the correction lies: it is the same paper, read again.
    The stack is locked before the totals and after the seats, and by whoever lays photos alone: they wait for no drive.
    """
    Stack.objects.select_for_update(no_key=True).get(id=stack.id)
    positions = [voice.position for voice in voices]
    there = Voice.objects.filter(stack=stack, position__in=positions).values_list("position", "id")
    latest = dict(there.order_by("id"))
    replaced = {voice.position: voice.replaces_id for voice in voices}
    if len(replaced) < len(positions) or any(replaced[position] != id_ for position, id_ in latest.items()):
        raise position_taken()


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
