"""The queue of public texts, as its reviewer, its authors and the supervision committee see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from linli.community.policy import can, not_allowed
from linli.community.queries import community_of
from linli.messaging.models import Appeal, Review, ReviewDuty
from linli.messaging.policy import DECIDE_APPEAL, LEADING, REVIEW_TEXT, can_decide_appeal, can_review
from linli.messaging.services.reviews import text_as_written
from linli.record.acting import Acting
from linli.rules.masking import Piece, covered


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a text: plain, or a piece that is covered, with its number, its kind and how it is covered."""

    words: str
    number: int = 0
    kind: str = ""
    shown: str = ""


def queue_of(viewer: Acting) -> QuerySet[Review]:
    """The texts that wait for this reader's eye, the oldest first."""
    waiting = Review.objects.filter(community=viewer.community, state=Review.State.WAITING).order_by("asked_at", "id")
    if not can(viewer, REVIEW_TEXT, community_of(viewer)):
        return waiting.none()
    duty = ReviewDuty.objects.filter(community=viewer.community).first()
    if duty is None:
        return waiting if viewer.role in LEADING else waiting.none()
    if viewer.person == duty.reviewer_id:
        return waiting.exclude(by_person=viewer.person)
    if viewer.person == duty.deputy_id:
        return waiting.filter(Q(with_deputy=True) | Q(by_person=duty.reviewer))
    return waiting.none()


def appeals_before(viewer: Acting) -> QuerySet[Appeal]:
    """The appeals that wait for this reader's word, the oldest first."""
    waiting = Appeal.objects.filter(community=viewer.community, state=Appeal.State.WAITING)
    if not can(viewer, DECIDE_APPEAL, community_of(viewer)):
        return waiting.none()
    return waiting.select_related("review").order_by("at", "id")


def own_texts(viewer: Acting) -> QuerySet[Review]:
    """What the reader has written themselves, the newest first."""
    mine = Review.objects.filter(community=viewer.community, by_person=viewer.person, by_person__isnull=False)
    return mine.order_by("-asked_at", "-id")[:20]


def review_for(viewer: Acting, review_id: UUID) -> Review:
    """One text with what was written, for its reviewer, its author, and the committee once there is an appeal.

    ``Review.DoesNotExist`` outside the reader's community; refused to everybody else.
    """
    review = Review.objects.select_related("community", "reviewed_by").get(id=review_id, community=viewer.community)
    if viewer.person is not None and review.by_person_id == viewer.person:
        return review
    if can_review(viewer, review) or (can_decide_appeal(viewer, review) and review.appeals.exists()):
        return review
    raise not_allowed()


def segments_of(review: Review) -> Sequence[Segment]:
    """The text as written, cut at what is covered."""
    text, at = text_as_written(review), 0
    found: list[Segment] = []
    for number, (start, end, kind) in enumerate(review.pieces):
        words = text[start:end]
        found += [Segment(text[at:start]), Segment(words, number, kind, covered(words, [Piece(0, end - start, kind)]))]
        at = end
    return [*found, Segment(text[at:])]
