"""公示: written, reviewed, posted at each unit's door, counted out from the last place posted, taken down."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from linli.community.models import Organisation, Place
from linli.community.policy import require
from linli.community.queries import entrances_of
from linli.community.services import begin_thread, lock_community
from linli.files.models import File, StampedPaper
from linli.files.services import keep_stamped, store_picture
from linli.messaging.models import Notice, NoticeObjection, Posting, Review
from linli.messaging.policy import POST_NOTICE, WRITE_NOTICE, can_read_notice
from linli.messaging.services.reviews import put_up_again, put_up_for_review
from linli.record import clock
from linli.record.acting import Acting
from linli.record.ids import new_id
from linli.record.services import Facts, note, plan_job
from linli.rules import calendar
from linli.rules.errors import Forbidden, Refused
from linli.rules.masking import personal_pieces
from linli.rules.packs import Pack, shelf

State = Notice.State
END = "notice.end"
LONGEST_DAYS = 365


#: What a stamped notice is called where stamped papers are kept.
NOTICE_PAPER = "notice"


@transaction.atomic
def write_notice(
    *,
    place: Place,
    title: str,
    text: str,
    issuer: Organisation,
    days: int,
    contact: str,
    by: Acting,
    pack_id: str = "",
    circle: str = Notice.Circle.RESIDENTS,
    about_kind: str = "",
    about: UUID | None = None,
    thread: UUID | None = None,
) -> Notice:
    """Write a notice for every unit's door at ``place`` and put its text up for review.

    ``pack_id`` is the rule that asks for it, ``about`` what it is about (a matter), ``thread`` the affair that it
    belongs to, with its number; without one it begins an affair. Refused: fewer days than the rule
    has, with its article; a title that tells of a person; a body of another community.
    """
    require(by, WRITE_NOTICE, place)
    community = lock_community(place)
    title = checked_title(title)
    if issuer.community_id != community:
        raise Refused("notice.issuer", "落款的组织不在本社区。请重新选。")
    if not contact.strip() or len(contact.strip()) > 120:
        raise Refused("notice.contact", "请写有意见到哪里提：电话或者地点，最多{most}个字。", most=120)
    if circle not in Notice.Circle.values:
        raise Refused("notice.circle", "请选给谁看。")
    require_days(days, shelf().in_force(pack_id, clock.today()) if pack_id else None)
    notice = Notice(
        id=new_id(),
        community_id=community,
        thread_id=thread or begin_thread(community).id,
        place=place,
        title=title,
        issuer=issuer,
        contact=contact.strip(),
        days=days,
        pack=pack_id,
        circle=circle,
        about_kind=about_kind,
        about=about,
        written_at=clock.now(),
    )
    public = {"number": notice.number, "days": days, "pack": pack_id}
    note_notice("notice.written", notice, by=by, public=public, commitments={"title": title})
    notice.review = put_up_for_review(
        community=community,
        of=Review.Of.NOTICE,
        subject=notice.id,
        thread=notice.thread_id,
        title=title,
        text=text,
        by=by,
    )
    notice.save(force_insert=True)
    Posting.objects.bulk_create(
        Posting(community_id=community, notice=notice, place=door, label=label, position=n)
        for n, (door, label) in enumerate(entrances_of(place), 1)
    )
    return notice


def note_notice(
    name: str,
    notice: Notice,
    *,
    by: Acting,
    place: UUID | None = None,
    at: datetime | None = None,
    public: Facts | None = None,
    commitments: Mapping[str, str] | None = None,
) -> None:
    """Note what was done with a notice, in the affair that it belongs to."""
    note(
        name,
        by=by,
        subject_kind="notice",
        subject=notice.id,
        place=place or notice.place_id,
        at=at,
        public=public,
        commitments=commitments,
        thread=notice.thread_id,
    )


def checked_title(title: str) -> str:
    """A title, without white space around it."""
    title = " ".join(title.split())
    if not 1 <= len(title) <= 80:
        raise Refused("notice.title", "请写题目，最多{most}个字。", most=80)
    return impersonal(title)


def impersonal(line: str) -> str:
    """A line that everybody reads and nobody reviews: refused where something in it has a shape that is covered."""
    if personal_pieces(line):
        raise Refused("notice.title-private", "题目和原因里不能有电话、证件号、车牌或者门牌号，请拿掉。")
    return line


def require_days(days: int, pack: Pack | None) -> None:
    """Refused: fewer days than the rule has, or a number of days that no notice has."""
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused("notice.days", "公示天数要在1到{most}之间。", most=LONGEST_DAYS)
    least = pack.notice_days.value if pack else None
    if pack is not None and least is not None and days < least:
        raise Refused(
            "notice.too-short",
            "公示不能少于{least}天（{article}）。请改成{least}天或者更长。",
            least=least,
            article=pack.article,
        )


@transaction.atomic
def revise_notice(*, notice: Notice, text: str, by: Acting) -> Notice:
    """Mend the text of a notice that the reviewer sent back. Refused where it was not sent back."""
    require(by, WRITE_NOTICE, notice.place)
    notice = lock_notice(notice)
    put_up_again(notice.review, text=text, by=by)
    note_notice("notice.revised", notice, by=by)
    return notice


def lock_notice(notice: Notice) -> Notice:
    """The notice as it is now, held."""
    return (
        Notice.objects.select_for_update(of=("self",)).select_related("place", "community", "review").get(id=notice.id)
    )


@transaction.atomic
def post_notice(*, posting: Posting, by: Acting, at: datetime | None = None, photo: File | None = None) -> Posting:
    """Somebody says that the notice hangs at this door, since ``at`` (now). With the last door its days begin.

    A photo is offered, never demanded. Said again for a door that is posted, only a photo is added. Refused: a text not
    yet approved, a time to come or before it was approved, a notice that is over.
    """
    require(by, POST_NOTICE, posting.place)
    notice = lock_notice(posting.notice)
    posting = Posting.objects.select_for_update(of=("self",)).select_related("place").get(id=posting.id)
    require_own_photo(photo, notice)
    if posting.posted_at is not None:
        if photo is not None and posting.photo_id is None:
            posting.photo = photo
            posting.save(update_fields=["photo"])
        return posting
    if not notice.review.is_public:
        raise Refused("notice.not-approved", "内容还没审过，先别贴。审过了再贴。")
    if notice.state != State.PREPARED:
        raise Refused("notice.over", "这份公示已经结束或者撤回了。")
    now = clock.database_now()
    moment = at or now
    if moment > now or (notice.review.reviewed_at and moment < notice.review.reviewed_at):
        raise Refused("notice.posted-when", "贴出的时间要在审过之后、现在之前。请核对。")
    posting.posted_at, posting.posted_by_id, posting.photo = moment, by.person, photo
    posting.save()
    facts = {"photo": photo.sha256 if photo else ""}
    note_notice("notice.posted", notice, by=by, at=at, place=posting.place_id, public=facts)
    begin_counting(notice, by)
    return posting


def begin_counting(notice: Notice, by: Acting) -> None:
    """With the last door posted, count the days out: the day of posting is not counted, the end is at 24:00."""
    times = list(Posting.objects.filter(notice=notice).values_list("posted_at", flat=True))
    if any(moment is None for moment in times):
        return
    last = max(moment for moment in times if moment is not None).astimezone(clock.SHANGHAI).date()
    counted = calendar.deadline(last, notice.days)
    notice.posted_on, notice.last_day, notice.ends_at = last, counted.last_day, counted.ends
    notice.state = State.RUNNING
    notice.save()
    plan_job(END, subject=notice.id, due_at=counted.ends, community=notice.community_id)
    note_notice(
        "notice.counted",
        notice,
        by=by,
        public={
            "from": counted.first_day.isoformat(),
            "to": counted.last_day.isoformat(),
            "confirmed": counted.confirmed,
        },
    )


@transaction.atomic
def end_notice(notice_id: UUID) -> None:
    """The last day is over. Does nothing before it, and where the notice is over already."""
    notice = Notice.objects.select_for_update().filter(id=notice_id).first()
    if notice is None or notice.state != State.RUNNING or notice.ends_at is None or clock.now() < notice.ends_at:
        return
    notice.state = State.ENDED
    notice.save(update_fields=["state"])
    facts = {"objections": NoticeObjection.objects.filter(notice=notice).count()}
    note_notice("notice.ended", notice, by=Acting.system(notice.community_id), public=facts)


@transaction.atomic
def take_down_notice(*, posting: Posting, by: Acting, photo: File | None = None) -> Posting:
    """Somebody says that the paper is down at this door; with the last door the notice is. Refused before its end."""
    require(by, POST_NOTICE, posting.place)
    notice = lock_notice(posting.notice)
    posting = Posting.objects.select_for_update(of=("self",)).select_related("place").get(id=posting.id)
    require_own_photo(photo, notice)
    if posting.down_at is not None or posting.posted_at is None:
        return posting
    now = clock.database_now()
    running = notice.state in (State.PREPARED, State.RUNNING)
    if running and (notice.ends_at is None or now < notice.ends_at):
        raise Refused("notice.still-running", "公示还没满期，不能撤下。内容有错，请走撤回。")
    posting.down_at, posting.down_by_id, posting.last_photo = now, by.person, photo
    posting.save()
    note_notice("notice.taken-down", notice, by=by, place=posting.place_id, public={})
    left = Posting.objects.filter(notice=notice, posted_at__isnull=False, down_at=None).exists()
    if not left and notice.state in (State.RUNNING, State.ENDED):
        notice.state = State.DOWN
        notice.save(update_fields=["state"])
    return posting


@transaction.atomic
def withdraw_notice(*, notice: Notice, why: str, by: Acting) -> Notice:
    """Withdraw a notice that is wrong; it stays to be read, with the reason. A new one is counted anew.

    Refused: no reason, a notice that has ended.
    """
    require(by, WRITE_NOTICE, notice.place)
    notice = lock_notice(notice)
    if notice.state == State.WITHDRAWN:
        return notice
    if notice.state not in (State.PREPARED, State.RUNNING):
        raise Refused("notice.ended", "公示已经满期，不能再撤回。")
    if not why.strip() or len(why.strip()) > 200:
        raise Refused("notice.why", "请写为什么撤回，最多{most}个字。", most=200)
    notice.state, notice.withdrawn_why = State.WITHDRAWN, impersonal(why.strip())
    notice.save(update_fields=["state", "withdrawn_why"])
    note_notice("notice.withdrawn", notice, by=by, public={})
    return notice


@transaction.atomic
def object_to_notice(
    *, notice: Notice, text: str, by: Acting, way: str = NoticeObjection.Way.WEB, named: bool = True
) -> NoticeObjection:
    """Take an objection to a notice, with or without a name; what the office heard by phone or at the counter too.

    Refused: a notice that is not posted or is over (judged by the database's clock under the notice's lock).
    """
    notice = lock_notice(notice)
    if not can_read_notice(by, notice) or by.community != notice.community_id:
        raise Forbidden("notice.other-circle", "这份公示只给本社区的居民看。请先从自家楼道的链接进门。")
    if way != NoticeObjection.Way.WEB:
        require(by, WRITE_NOTICE, notice.place)
    if way not in NoticeObjection.Way.values:
        raise Refused("notice.way", "请选意见是怎么来的。")
    begun = Posting.objects.filter(notice=notice, posted_at__isnull=False).exists()
    if not begun or notice.state not in (State.PREPARED, State.RUNNING):
        raise Refused("notice.closed", "这份公示现在不收意见。有话要说，请找社区。")
    if notice.ends_at is not None and clock.database_now() >= notice.ends_at:
        raise Refused("notice.too-late", "公示已经满期，不再收意见。还有话要说，请找社区。")
    objection = NoticeObjection(
        id=new_id(),
        community_id=notice.community_id,
        notice=notice,
        way=way,
        by_person_id=by.person if named and way == NoticeObjection.Way.WEB else None,
        at=clock.now(),
    )
    author = by if objection.by_person_id else Acting(community=by.community, role=by.role, request_id=by.request_id)
    objection.review = put_up_for_review(
        community=notice.community_id,
        of=Review.Of.OBJECTION,
        subject=objection.id,
        thread=notice.thread_id,
        title=notice.title,
        text=text,
        by=author,
    )
    objection.save(force_insert=True)
    note_notice("notice.objected", notice, by=author)
    return objection


@transaction.atomic
def answer_objection(*, objection: NoticeObjection, text: str, by: Acting) -> NoticeObjection:
    """The office's answer, which hangs beside the notice once it is reviewed. One that was sent back is mended by this.

    Refused: an answer that waits or is public already.
    """
    require(by, WRITE_NOTICE, objection.notice.place)
    objection = (
        NoticeObjection.objects.select_for_update(of=("self",)).select_related("notice", "reply").get(id=objection.id)
    )
    if objection.reply is not None:
        if objection.reply.state != Review.State.RETURNED:
            raise Refused("objection.answered", "这条意见已经答复了。")
        put_up_again(objection.reply, text=text, by=by)
        return objection
    objection.reply = put_up_for_review(
        community=objection.community_id,
        of=Review.Of.REPLY,
        subject=objection.id,
        thread=objection.notice.thread_id,
        title=objection.notice.title,
        text=text,
        by=by,
    )
    objection.save(update_fields=["reply"])
    note_notice("notice.answered", objection.notice, by=by)
    return objection


@transaction.atomic
def take_stamped_notice(*, notice: Notice, photo: "UploadedFile[bytes]", by: Acting, reason: str = "") -> StampedPaper:
    """The printed notice was stamped and photographed: the photo is its official version from now on.

    Refused: a text that is not approved, what is no photo, a second version without a reason.
    """
    require(by, WRITE_NOTICE, notice.place)
    notice = Notice.objects.select_for_update(of=("self",)).select_related("review").get(id=notice.id)
    if not notice.review.is_public:
        raise Refused("stamped.not-approved", "内容还没有审过，不能盖章。")
    photo_file = store_picture(upload=photo, by=by)
    return keep_stamped(kind=NOTICE_PAPER, subject=notice.id, photo=photo_file, reason=reason, by=by)


def require_own_photo(photo: File | None, notice: Notice) -> None:
    """Refused: a photo of another community."""
    if photo is not None and photo.community != notice.community_id:
        raise Refused("notice.photo", "这张照片不是本社区的。请重新选。")
