"""The notice board, one notice with its doors and days, and what was said against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from linli.community.policy import can
from linli.community.queries import community_of
from linli.messaging.models import Notice, NoticeObjection, Posting, Review
from linli.messaging.policy import POST_NOTICE, WRITE_NOTICE, can_read_notice
from linli.record import clock
from linli.record.acting import Acting
from linli.record.queries import threads_in
from linli.rules.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Board:
    """A notice's doors and days. ``day`` is which day of the notice today is, from 1; None outside of it.

    ``days`` are its calendar days, from the first counted to the last, which may be more than were asked for: a last
    day that is a day of rest moves on.
    """

    postings: Sequence[Posting]
    left: int
    days: Sequence[date]
    day: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """What was said against a notice: the objections that all may read, and how many there are of each other kind."""

    shown: Sequence[NoticeObjection]
    total: int
    waiting: int
    hidden: int


def notices_for(viewer: Acting) -> QuerySet[Notice]:
    """The notices of the viewer's community, the newest first; before their review only the office sees them."""
    notices = Notice.objects.filter(community=viewer.community).select_related("place", "review", "issuer", "thread")
    if not can(viewer, WRITE_NOTICE, community_of(viewer)):
        notices = notices.filter(review__state=Review.State.APPROVED)
    return notices.order_by("-written_at", "-id")


def notices_of(thread: UUID) -> list[Notice]:
    """The notices of an affair and of what was merged into it, the first written first; who may read each is asked of
    the policy.
    """
    joined = threads_in(thread)
    notices = Notice.objects.filter(thread__in=joined).select_related("place", "community", "review", "thread")
    return list(notices.order_by("written_at", "id"))


def notice_for(viewer: Acting | None, notice_id: UUID) -> Notice:
    """One notice; ``Notice.DoesNotExist`` where there is none, refused to those outside its circle."""
    notice = Notice.objects.select_related("place", "community", "review", "issuer", "thread").get(id=notice_id)
    if not can_read_notice(viewer, notice):
        raise Forbidden("notice.other-circle", "这份公示只给本社区的居民看。请先从自家楼道的链接进门。")
    return notice


def board_of(notice: Notice) -> Board:
    """The doors where a notice hangs, and its days as of today."""
    postings = list(notice.postings.select_related("place").order_by("position"))
    left = sum(posting.posted_at is None for posting in postings)
    if notice.posted_on is None or notice.last_day is None:
        return Board(postings, left, (), None)
    first, today = notice.posted_on + timedelta(days=1), clock.today()
    days = [first + timedelta(days=n) for n in range((notice.last_day - notice.posted_on).days)]
    running = notice.state == Notice.State.RUNNING and first <= today <= notice.last_day
    return Board(postings, left, days, (today - first).days + 1 if running else None)


def said_of(notice: Notice) -> Said:
    """The objections to a notice; what is hidden is counted."""
    every = list(notice.objections.select_related("review", "reply").order_by("at", "id"))
    state = Review.State
    return Said(
        shown=[each for each in every if each.review.is_public],
        total=len(every),
        waiting=sum(each.review.state in (state.WAITING, state.RETURNED) for each in every),
        hidden=sum(each.review.state == state.HIDDEN for each in every),
    )


def may_post(viewer: Acting | None, board: Board) -> bool:
    """Whether the reader may say of any of these doors that the paper hangs there or is down."""
    return viewer is not None and any(can(viewer, POST_NOTICE, posting.place) for posting in board.postings)
