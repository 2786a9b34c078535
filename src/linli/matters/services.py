"""Every write of a matter: raising it, and putting it to those who decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from linli.community.models import Organisation, Person, Place
from linli.community.policy import require
from linli.community.services import begin_thread, lock_community
from linli.files.models import StampedPaper
from linli.files.services import keep_stamped, store_picture
from linli.matters import policy
from linli.matters.models import Matter
from linli.messaging.models import Notice
from linli.messaging.services import write_notice
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused
from linli.rules.packs import shelf
from linli.voting.models import Drive
from linli.voting.policy import OPEN_DRIVE, require_clerk
from linli.voting.services import open_drive, plan_shares

#: How files know the paper of a matter's result, whose stamped photo they keep.
RESULT_PAPER = "matter.result"


@transaction.atomic
def raise_matter(
    *,
    place: Place,
    title: str,
    words: str,
    pack_id: str,
    convener: Organisation,
    decider: str,
    by: Acting,
    carrier: Organisation | None = None,
    supervisor: Organisation | None = None,
    building_facts: Mapping[str, int | bool] | None = None,
    cost: int | None = None,
    circle: str = Matter.Circle.RESIDENTS,
) -> Matter:
    """Raise what is wanted at ``place`` to a matter, and name who convenes, decides, carries and supervises.

    ``building_facts`` are what a subsidy is judged by (storeys, has_lift); ``cost`` is an estimate in fen. Refused: no
    title or words, a rule that is not in force today, a body of another community.
    """
    require(by, policy.RAISE_MATTER, place)
    bodies = [body for body in (convener, carrier, supervisor) if body is not None]
    if any(body.community_id != place.community_id for body in bodies):
        raise Refused("matter.body-elsewhere", "牵头、办事和监督的组织都要是本社区的。请重新选。")
    if not title.strip() or not words.strip():
        raise Refused("matter.no-words", "请写下题目，和为什么要办这件事。")
    pack = shelf().in_force(pack_id, clock.today())
    community = lock_community(place)
    matter = Matter.objects.create(
        community_id=community,
        thread=begin_thread(community),
        place=place,
        title=title.strip(),
        words=words.strip(),
        pack=pack.id,
        convener=convener,
        decider=decider,
        carrier=carrier,
        supervisor=supervisor,
        raised_by_id=by.person,
        building_facts=dict(building_facts or {}),
        cost=cost,
        circle=circle,
        raised_at=clock.now(),
    )
    note(
        "matter.raised",
        by=by,
        subject_kind="matter",
        subject=matter.id,
        place=place.id,
        public={"number": matter.number, "pack": pack.id, "convener": convener.name},
        commitments={"title": matter.title, "words": matter.words},
        thread=matter.thread_id,
    )
    return matter


@transaction.atomic
def put_to_owners(
    *,
    matter: Matter,
    closes_at: datetime,
    collectors: Sequence[Person],
    clerks: Sequence[Person],
    by: Acting,
    progress: str = Drive.Progress.LIVE,
    share_method: str = "",
    share_reason: str = "",
) -> Drive:
    """Open the matter's drive over the electorate frozen now, with the share plan where a cost is estimated.

    Refused: whoever may not open a drive there, a matter that was put before. Safe to try twice: the second try is told
    so and nothing is opened.
    """
    require(by, OPEN_DRIVE, matter.place)
    matter = Matter.objects.select_for_update(of=("self",)).select_related("place").get(id=matter.id)
    if matter.drive_id:
        raise Refused("matter.put-already", "这件事已经在表态了，不用再开一次。")
    drive = open_drive(
        place=matter.place,
        question=matter.title,
        pack_id=matter.pack,
        closes_at=closes_at,
        collectors=collectors,
        clerks=clerks,
        progress=progress,
        thread=matter.thread_id,
        by=by,
    )
    if matter.cost and share_method:
        plan_shares(drive=drive, method=share_method, cost=matter.cost, reason=share_reason, by=by)
    matter.drive = drive
    matter.state = Matter.State.ASKING
    matter.save(update_fields=["drive", "state"])
    note(
        "matter.put",
        by=by,
        subject_kind="matter",
        subject=matter.id,
        public={},
        internal={"drive": str(drive.id)},
        thread=matter.thread_id,
    )
    return drive


@transaction.atomic
def announce_result(*, matter: Matter, text: str, days: int, contact: str, by: Acting) -> Notice:
    """Write the notice of a matter's result, to be reviewed and then posted at every unit's door of its place.

    Its rule's days of notice are the least. Refused: a matter without a result, one whose notice is there already, and
    whatever no notice may be.
    """
    matter = Matter.objects.select_for_update(of=("self",)).select_related("place", "convener").get(id=matter.id)
    if matter.state != Matter.State.DECIDED:
        raise Refused("matter.no-result", "这件事还没有结果，不能公示结果。")
    there = Notice.objects.filter(about_kind="matter", about=matter.id).exclude(state=Notice.State.WITHDRAWN)
    if there.exists():
        raise Refused("matter.announced", "这件事的结果已经写成公示了。请到公示栏看。")
    notice = write_notice(
        place=matter.place,
        title=f"{matter.title[:70]}：结果公示",
        text=text,
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
    note(
        "matter.announced",
        by=by,
        subject_kind="matter",
        subject=matter.id,
        place=matter.place_id,
        public={},
        thread=matter.thread_id,
    )
    return notice


def take_stamped_result(*, matter: Matter, photo: "UploadedFile[bytes]", by: Acting, reason: str = "") -> StampedPaper:
    """The printed result was stamped and photographed: the photo is its official version from now on.

    Refused: before there is a result, what is no photo, a second version without a reason.
    """
    require(by, policy.RAISE_MATTER, matter.place)
    matter = Matter.objects.select_for_update(of=("self",)).get(id=matter.id)
    if matter.state != Matter.State.DECIDED:
        raise Refused("stamped.no-result", "结果还没有出来，没有可以盖章的文件。")
    stamped = keep_stamped(
        kind=RESULT_PAPER, subject=matter.id, photo=store_picture(upload=photo, by=by), reason=reason, by=by
    )
    facts = {"sha256": stamped.sha256}
    note("matter.result_stamped", by=by, subject_kind="matter", subject=matter.id, place=matter.place_id, public=facts)
    return stamped


@transaction.atomic
def note_sign_sheet(*, matter: Matter, purpose: str, by: Acting) -> None:
    """A clerk named on the drive takes out the collected sheet of signatures, for the packet of ``purpose``.

    It names every door with its answer, so that each time is in the record. Refused: anybody else, and before the
    result.
    """
    if matter.drive is None or matter.drive.state != Drive.State.DECIDED:
        raise Refused("sign-sheet.no-result", "结果还没有出来，还不能出汇总签字表。")
    require_clerk(by, matter.drive)
    facts = {"purpose": purpose}
    note("matter.sign_sheet_made", by=by, subject_kind="matter", subject=matter.id, internal=facts)
