"""What the drive's people settle by name and reason: words that differ, slips that came late, homes that were sold."""

import re

from django.db import transaction

from linli.community.models import Person
from linli.community.queries import owners_of
from linli.messaging.services import pieces_of
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused
from linli.rules.masking import ORDINARY
from linli.voting import counting, policy
from linli.voting.models import Conflict, Drive, LateSlip, PutRight, Seat, Succession, Voice
from linli.voting.queries.words import hands_on, paper_words, words_of
from linli.voting.services.phone import drive_of
from linli.voting.services.slips import Slip, record_slips
from linli.voting.services.words import (
    lock_drive_for_voices,
    lock_seat,
    put_right,
    require_not_over,
    require_settling,
    stand_anew,
)


@transaction.atomic
def settle_conflict(*, conflict: Conflict, voice: Voice, reason: str, by: Acting) -> Conflict:
    """A clerk named on the drive says, by name and with a reason, which of the words stands; both sides can read it.

    Refused: no reason, a word that is not one of those that differ, a conflict that is settled already otherwise, a
    slip that they entered or read themselves where the drive has another clerk, anything once the drive is decided and
    its result is not looked into again.
    """
    drive = lock_drive_for_voices(conflict.drive_id)
    clerk = policy.require_clerk(by, drive)
    recount = require_settling(drive)
    seat = lock_seat(drive, conflict.seat_id)
    conflict = Conflict.objects.get(id=conflict.id)
    if conflict.closed_at is not None:
        if conflict.settled_by_id is not None and conflict.voice_id == voice.id:
            return conflict
        raise Refused("conflict.settled", "这一户的表态已经对上了。请刷新页面看看。")
    words = words_of([seat])[seat.id]
    if voice not in words.clear:
        raise Refused("conflict.other-voice", "请选这一户现有的一份表态。它可能刚改过，请刷新页面再看。")
    policy.require_other_eyes(by, drive, hands=hands_on([seat])[seat.id])
    before = counting.said(seat)
    conflict.settled_by_id, conflict.reason = clerk, written(reason)
    conflict.save(update_fields=["settled_by", "reason"])
    conflict.set_aside.set([word for word in words.heard if word != voice])
    seat.conflict = conflict
    stand_anew(drive, seats=[seat], by=by)
    if recount is not None:
        put_right(
            recount=recount, seat=seat, kind=PutRight.Kind.CONFLICT, before=before, after=counting.said(seat),
            reason=conflict.reason, by=by,
        )  # fmt: skip
    conflict.refresh_from_db()
    note("conflict.settled", by=by, subject_kind="conflict", subject=conflict.id, internal={"drive": str(drive.id)})
    return conflict


@transaction.atomic
def judge_late_slip(*, slip: LateSlip, admit: bool, reason: str, by: Acting) -> LateSlip:
    """A clerk named on the drive admits a late slip, or refuses it, for a reason that is published without the door.

    Refused: no reason, a reason that tells of a home or a person, a slip judged otherwise before, a slip that they
    entered themselves where the drive has another clerk, one for a door that has a dated, witnessed slip, anything once
    the drive is decided and its result is not looked into again.
    """
    drive = lock_drive_for_voices(slip.drive_id)
    clerk = policy.require_clerk(by, drive)
    recount = require_settling(drive)
    slip = LateSlip.objects.select_for_update(no_key=True, of=("self",)).select_related("seat", "stack").get(id=slip.id)
    wanted = LateSlip.State.ADMITTED if admit else LateSlip.State.REFUSED
    if slip.state != LateSlip.State.WAITING:
        if slip.state == wanted:
            return slip
        raise Refused("late.judged", "这张表已经有人核对过了。请刷新页面看看。")
    policy.require_other_eyes(by, drive, hands=[slip.stack.clerk_id])
    seat = lock_seat(drive, slip.seat_id)
    if admit:
        require_no_backed_slip(seat)
    before = counting.said(seat)
    slip.reason = public_words(drive, reason)
    slip.state, slip.judged_by_id, slip.judged_at = wanted, clerk, clock.now()
    slip.save(update_fields=["reason", "state", "judged_by", "judged_at"])
    if admit:
        said = Slip(slip.seat_id, slip.choice, slip.position, slip.objection, slip.reason, slip.signer)
        record_slips(drive, stack=slip.stack, slips=[said], by=by)
    if recount is not None:
        seat = lock_seat(drive, slip.seat_id)
        put_right(
            recount=recount, seat=seat, kind=PutRight.Kind.LATE_SLIP, before=before, after=counting.said(seat),
            reason=slip.reason, by=by,
        )  # fmt: skip
    note(
        "late-slip.judged",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        place=drive.place_id,
        internal={"admitted": admit},
        commitments={"reason": slip.reason},
        thread=drive.thread,
    )
    return slip


def require_no_backed_slip(seat: Seat) -> None:
    """Refuse to let a late slip take the place of one that a date and a witness show to be given in time."""
    there = paper_words([seat]).get(seat.id)
    if there is not None and there.stack is not None and there.stack.backed:
        raise Refused(
            "late.slip-there",
            "{door}已经有一张有日期、有见证人的表，迟到的不能代替它，请退回。那一张录错了，就更正那一张。",
            door=seat.label,
        )


@transaction.atomic
def admit_successor(*, seat: Seat, person: Person, reason: str, by: Acting) -> Succession:
    """Admit to a seat who owns its home now: they speak from here on, who owns it no longer does not.

    What was said stays, and the seat keeps its head and area: the list itself is frozen. Refused: no reason, somebody
    who does not own the home by the register, anything once the drive is decided. Safe to try twice.
    """
    drive = lock_drive_for_voices(drive_of(seat))
    clerk = policy.require_clerk(by, drive)
    require_not_over(drive)
    seat = lock_seat(drive, seat.id)
    there = Succession.objects.filter(seat=seat, person=person).first()
    if there is not None:
        return there
    owners = owners_of([seat.dwelling_id] if seat.dwelling_id else [])
    if person.id not in {owner.id for _, owner in owners}:
        raise Refused("successor.not-an-owner", "登记册里，这个人不是这一户现在的业主。请先改登记册。")
    gone = [one for one in seat.entitled.all() if one.id not in {owner.id for _, owner in owners}]
    seat.entitled.remove(*gone)
    seat.entitled.add(person)
    succession = Succession.objects.create(
        community_id=seat.community_id, seat=seat, person=person, admitted_by_id=clerk, reason=written(reason)
    )
    note("successor.admitted", by=by, subject_kind="seat", subject=seat.id, internal={"drive": str(drive.id)})
    return succession


def written(reason: str) -> str:
    """A reason as it is kept. Refused: none, one that is too long or not to be read."""
    reason = reason.strip()
    if not reason or len(reason) > 200 or not reason.isprintable():
        raise Refused("reason.missing", "请写一句原因，最多{most}个字。", most=200)
    return reason


def public_words(drive: Drive, reason: str) -> str:
    """A reason that everybody reads and nobody reviews.

    Refused also: one that tells of a number, a home of the list, or somebody on the list or the roster.
    """
    reason = written(reason)
    listed = Seat.entitled.through.objects.filter(seat__electorate=drive.electorate_id)
    names = set(listed.values_list("person__name", flat=True))
    if pieces_of(reason, drive.community_id, names=names, words=ORDINARY) or names_a_door(drive, reason):
        raise Refused("reason.names-the-door", "这句原因会公布，不要写门牌、姓名和电话。")
    return reason


def names_a_door(drive: Drive, reason: str) -> bool:
    """Whether a home of the list stands in a text, however it is called; a year is no home."""
    seats = Seat.objects.filter(electorate=drive.electorate_id).select_related("dwelling")
    marks = {mark for seat in seats for mark in (seat.label, seat.short, str(seat.dwelling or ""))}
    return any(
        len(mark) > 2 and mark in reason and re.search(rf"(?<!\d){re.escape(mark)}(?![\d年])", reason) for mark in marks
    )
