"""What follows a matter's result: its notice, a look into it, its papers."""

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from linli.community.policy import require
from linli.files.models import StampedPaper
from linli.files.services import keep_stamped, store_picture
from linli.matters import policy
from linli.matters.models import Matter
from linli.matters.queries import last_notice, objections_to, paper_of
from linli.messaging.models import Notice, NoticeObjection
from linli.messaging.services import withdraw_notice, write_notice
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused
from linli.voting.models import Drive, Recount
from linli.voting.policy import require_clerk
from linli.voting.queries import decisions_of, recount_under_way
from linli.voting.services import order_recount

#: How files know the paper of a matter's result, whose stamped photo they keep.
RESULT_PAPER = "matter.result"


@transaction.atomic
def announce_result(*, matter: Matter, text: str, days: int, contact: str, by: Acting) -> Notice:
    """Write the notice of a matter's result, to be reviewed and then posted at every unit's door of its place.

    Its rule's days of notice are the least. A result that took the place of another is announced by a notice that names
    the one before; if that still hangs, it is withdrawn. Refused: a matter without a result, one while its result is
    looked into, one whose notice is there already, and whatever no notice may be.
    """
    matter = lock_decided(matter)
    assert matter.drive is not None
    if recount_under_way(matter.drive):
        raise Refused("matter.looked-into", "结果正在重新核对，核对完了再公示。")
    decision, before = decisions_of(matter.drive)[0], last_notice(matter)
    if before is not None and before.written_at >= decision.at:
        raise Refused("matter.announced", "这件事的结果已经写成公示了。请到公示栏看。")
    named = f"代替{day_in_words(before.written_at)}写的公示。\n" if before is not None else ""
    anew = "（重新核对后）" if decision.recount else ""
    notice = write_notice(
        place=matter.place,
        title=f"{matter.title[:60]}：结果公示{anew}",
        text=named + text,
        issuer=matter.convener,
        days=days,
        contact=contact,
        pack_id=matter.pack,
        circle=matter.circle,
        about_kind="matter",
        about=matter.id,
        thread=matter.thread_id,
        by=by,
    )
    facts = {"notice": str(notice.id), "replaces": str(before.id) if before else ""}
    note(
        "matter.announced", by=by, subject_kind="matter", subject=matter.id, place=matter.place_id,
        public=facts, thread=matter.thread_id,
    )  # fmt: skip
    if before is not None and before.state in (Notice.State.PREPARED, Notice.State.RUNNING):
        withdraw_notice(notice=before, why=f"结果重新核对过，见{day_in_words(notice.written_at)}写的公示。", by=by)
    return notice


def day_in_words(moment: datetime) -> str:
    """The day as a notice writes it, in the community's time: 2023年7月15日."""
    day = moment.astimezone(clock.SHANGHAI)
    return f"{day.year}年{day.month}月{day.day}日"


@transaction.atomic
def look_into_result(*, matter: Matter, reason: str, by: Acting, objection: NoticeObjection | None = None) -> Recount:
    """Let a matter's result be looked into again, because an objection to its notice is upheld or for another reason.

    Refused: a matter without a result, an objection to another notice, and whatever ``order_recount`` refuses.
    """
    matter = lock_decided(matter)
    assert matter.drive is not None
    if objection is not None and objection not in objections_to(matter):
        raise Refused("recount.objection-elsewhere", "这条意见不是对这件事的公示提的。请重新选。")
    return order_recount(drive=matter.drive, reason=reason, objection=objection, by=by)


def lock_decided(matter: Matter) -> Matter:
    """The matter as it is now, held; refused before it has a result."""
    related = ("place", "convener", "drive", "drive__place", "drive__electorate")
    matter = Matter.objects.select_for_update(of=("self",)).select_related(*related).get(id=matter.id)
    if matter.state != Matter.State.DECIDED:
        raise Refused("matter.no-result", "这件事还没有结果，不能公示结果。")
    return matter


@transaction.atomic
def take_stamped_result(*, matter: Matter, photo: "UploadedFile[bytes]", by: Acting, reason: str = "") -> StampedPaper:
    """The printed result was stamped and photographed: the photo is its official version from now on.

    Refused: before there is a result, what is no photo, a second version without a reason.
    """
    require(by, policy.RAISE_MATTER, matter.place)
    matter = Matter.objects.select_for_update(of=("self",)).get(id=matter.id)
    if matter.state != Matter.State.DECIDED:
        raise Refused("stamped.no-result", "结果还没有出来，没有可以盖章的文件。")
    assert matter.drive is not None
    paper = paper_of(matter, decisions_of(matter.drive)[0])
    stamped = keep_stamped(
        kind=RESULT_PAPER, subject=paper, photo=store_picture(upload=photo, by=by), reason=reason, by=by
    )
    facts = {"sha256": stamped.sha256}
    note("matter.result_stamped", by=by, subject_kind="matter", subject=matter.id, place=matter.place_id, public=facts)
    return stamped


@transaction.atomic
def note_sign_sheet(*, matter: Matter, purpose: str, by: Acting) -> None:
    """A clerk named on the drive takes out the collected sheet of signatures, for the packet of ``purpose``.

    It names every door with its answer, so that each time is in the record. Refused: anybody else, before the result,
    and while it is looked into again.
    """
    if matter.drive is None or matter.drive.state != Drive.State.DECIDED:
        raise Refused("sign-sheet.no-result", "结果还没有出来，还不能出汇总签字表。")
    require_clerk(by, matter.drive)
    if recount_under_way(matter.drive):
        raise Refused("sign-sheet.looked-into", "结果正在重新核对，核对完了再出汇总签字表。")
    facts = {"purpose": purpose}
    note("matter.sign_sheet_made", by=by, subject_kind="matter", subject=matter.id, internal=facts)


@transaction.atomic
def note_recount_file(*, matter: Matter, number: int, by: Acting) -> None:
    """A clerk named on the drive takes out a result as a file to count again: it names every door with its answer."""
    if matter.drive is None or matter.drive.state != Drive.State.DECIDED:
        raise Refused("sign-sheet.no-result", "结果还没有出来，还不能出汇总签字表。")
    require_clerk(by, matter.drive)
    note("matter.recount_file_made", by=by, subject_kind="matter", subject=matter.id, internal={"number": number})
