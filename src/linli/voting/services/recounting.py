"""Looking into a result again: asked for with a reason, put right by the drive's clerks, ended by a second person.

From the deadline on nothing may be given, so a recount takes in no new word: it judges slips that had come and waited,
settles words that differed, and reads again a paper that was read wrongly. The old result stands until a new one names
it.
"""

from collections import Counter
from datetime import datetime

from django.db import transaction

from linli.community.policy import require, title_of
from linli.messaging.models import NoticeObjection
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused
from linli.voting import counting, policy
from linli.voting.models import Conflict, Drive, PutRight, Recount, Voice
from linli.voting.queries.words import hands_on
from linli.voting.services.conflicts import public_words, written
from linli.voting.services.deciding import as_text, counts_told, late_slips_told, waiting_slips, write_results
from linli.voting.services.slips import Slip, record_slips
from linli.voting.services.words import lock_drive_for_voices, lock_seat, put_right


@transaction.atomic
def order_recount(*, drive: Drive, reason: str, by: Acting, objection: NoticeObjection | None = None) -> Recount:
    """The office lets a result be looked into again, because an objection is upheld or something seems to be wrong.

    ``reason`` is read by everybody. Refused: before there is a result, while it is looked into already, no reason, one
    that tells of a home or a person, an objection that was followed before.
    """
    require(by, policy.DECIDE_DRIVE, drive.place)
    drive = Drive.objects.select_for_update(of=("self",)).select_related("place").get(id=drive.id)
    if drive.state != Drive.State.DECIDED:
        raise Refused("recount.no-result", "还没有结果，不用重新核对。到了截止时间，先出结果。")
    if drive.recounts.filter(state=Recount.State.OPEN).exists():
        raise Refused("recount.open-already", "已经在重新核对了。先把这一次做完，再看还要不要核对。")
    if objection is not None and drive.recounts.filter(objection=objection).exists():
        raise Refused("recount.objection-followed", "这条意见已经核对过一次了。还有别的原因，请写出来。")
    recount = Recount.objects.create(
        community_id=drive.community_id,
        drive=drive,
        number=drive.recounts.count() + 1,
        ground=Recount.Ground.OBJECTION if objection else Recount.Ground.ORDERED,
        objection=objection,
        reason=public_words(drive, reason),
        ordered_by_id=by.person,
        ordered_as=title_of(by),
        ordered_at=clock.database_now(),
    )
    note(
        "drive.recount_ordered",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        place=drive.place_id,
        public={"number": recount.number, "ground": str(recount.ground)},
        commitments={"reason": recount.reason},
        thread=drive.thread,
    )
    return recount


@transaction.atomic
def correct_slip(
    *, voice: Voice, choice: str, reason: str, by: Acting, objection: bool = False, signer: str = ""
) -> Voice:
    """A paper that was read wrongly is read again, by another clerk where the drive has one: the same paper.

    Refused: while no result is looked into, what was said on a phone, a slip that another took the place of, one that
    was set aside when the home's words were settled, the same reading again, no reason.
    """
    drive = lock_drive_for_voices(voice.drive_id)
    policy.require_clerk(by, drive)
    recount = drive.recounts.filter(state=Recount.State.OPEN).first()
    if recount is None:
        raise Refused("recount.none", "现在没有在重新核对。要更正录错的表，先由社区要求重新核对。")
    seat = lock_seat(drive, voice.seat_id)
    if voice.stack is None or Voice.objects.filter(replaces=voice).exists():
        raise Refused("misread.not-a-slip", "只能更正现在算数的纸表。请刷新页面再看。")
    if Conflict.objects.filter(set_aside=voice).exists():
        raise Refused(
            "misread.set-aside",
            "这一户核对过说法，已经不以这张纸表为准，不用更正。觉得核对错了，请业主对结果提异议。",
        )
    policy.require_other_eyes(by, drive, hands=hands_on([seat])[seat.id])
    if (voice.choice, voice.objection) == (choice, objection):
        raise Refused("misread.the-same", "读出来和原来录的一样，不用更正。")
    before = counting.said(seat)
    slip = Slip(seat.id, choice, voice.position or 0, objection, written(reason), signer)
    (read,) = record_slips(drive, stack=voice.stack, slips=[slip], by=by)
    after = counting.said(lock_seat(drive, seat.id))
    put_right(
        recount=recount, seat=seat, kind=PutRight.Kind.MISREAD, before=before, after=after, reason=read.reason, by=by
    )
    return read


@transaction.atomic
def decide_anew(*, recount: Recount, by: Acting) -> Recount:
    """Everything is counted again, and each scope has a new result that names the old one; safe to try twice.

    Refused: whoever asked for it, where the office has another who may; while a late slip waits or a home's words
    differ; where nothing changed and no objection asks for an answer: then the old result was right (``keep_result``).
    """
    drive, recount = lock_recount(recount, by)
    if recount.state == Recount.State.DECIDED:
        return recount
    require_open(recount)
    policy.require_second_person(by, drive, ordered_by=recount.ordered_by_id)
    if waiting := waiting_slips(drive):
        raise Refused("late.waiting", "还有{n}张迟到的表没有核对，先收下或退回，再出结果。", n=waiting)
    if recount.ground != Recount.Ground.OBJECTION and not changed_seats(recount):
        raise Refused(
            "recount.nothing-changed",
            "核对下来没有变化，不用出新的结果。请写一句说明，再点“原来的结果没有错”；还有录错的，先更正。",
        )
    if differing := drive.conflicts.filter(closed_at=None).count():
        raise Refused("conflict.waiting", "还有{n}户说法不一样没有核对，先核对完，再出新的结果。", n=differing)
    pack = counting.pack_of(drive)
    states = write_results(drive, pack, recount=recount)
    ended = end_recount(recount, Recount.State.DECIDED, outcome="", by=by)
    note(
        "drive.decided_anew",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        place=drive.place_id,
        public={
            "number": recount.number,
            "ground": str(recount.ground),
            "results": states,
            "pack": pack.id,
            "version": pack.version,
            "pack_sha256": pack.sha256,
        },
        commitments={
            "reason": recount.reason,
            **counts_told(drive),
            "looked_at": as_text(Counter(recount.put_right.values_list("kind", flat=True))),
            **late_slips_told(drive, at=ended),
        },
        thread=drive.thread,
    )
    return recount


@transaction.atomic
def keep_result(*, recount: Recount, outcome: str, by: Acting) -> Recount:
    """The old result was right: the recount ends, and says so in words that everybody reads; safe to try twice.

    Refused: whoever asked for it, where the office has another who may; once something has changed; no words.
    """
    drive, recount = lock_recount(recount, by)
    if recount.state == Recount.State.FOUND_RIGHT:
        return recount
    require_open(recount)
    policy.require_second_person(by, drive, ordered_by=recount.ordered_by_id)
    if changed_seats(recount):
        raise Refused("recount.changed", "核对下来有了变化，要出新的结果，不能说原来的没有错。")
    end_recount(recount, Recount.State.FOUND_RIGHT, outcome=public_words(drive, outcome), by=by)
    note(
        "drive.result_kept",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        place=drive.place_id,
        public={"number": recount.number},
        commitments={"outcome": recount.outcome},
        thread=drive.thread,
    )
    return recount


def lock_recount(recount: Recount, by: Acting) -> tuple[Drive, Recount]:
    """The drive, alone under its lock, and its recount as it is now; for whoever may decide there."""
    drive = Drive.objects.select_related("place").get(id=recount.drive_id)
    require(by, policy.DECIDE_DRIVE, drive.place)
    drive = Drive.objects.select_for_update(of=("self",)).select_related("place").get(id=drive.id)
    return drive, Recount.objects.get(id=recount.id)


def require_open(recount: Recount) -> None:
    """Refuse to end what has ended otherwise."""
    if recount.state != Recount.State.OPEN:
        raise Refused("recount.over", "这一次核对已经做完了。请刷新页面看看。")


def changed_seats(recount: Recount) -> int:
    """For how many homes something else counts now than when the recount began."""
    first: dict[object, tuple[str, bool]] = {}
    last: dict[object, tuple[str, bool]] = {}
    for act in recount.put_right.order_by("id"):
        first.setdefault(act.seat_id, (act.before, act.objected_before))
        last[act.seat_id] = (act.after, act.objected_after)
    return sum(first[seat] != last[seat] for seat in first)


def end_recount(recount: Recount, state: Recount.State, *, outcome: str, by: Acting) -> datetime:
    """Write down how a recount ended, and return when (its drive is locked by the caller)."""
    ended = clock.database_now()
    recount.state, recount.outcome = state, outcome
    recount.ended_by_id, recount.ended_as, recount.ended_at = by.person, title_of(by), ended
    recount.save(update_fields=["state", "outcome", "ended_by", "ended_as", "ended_at"])
    return ended
