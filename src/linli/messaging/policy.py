"""Who may send, keep a channel, review a text, decide an appeal, and write, post and take down a notice."""

from linli.community.models import Organisation, Role
from linli.community.policy import OFFICE, Action, can
from linli.messaging.models import Notice, Review, ReviewDuty
from linli.record.acting import Acting

LEADING = frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR})

SEND_MESSAGE = Action("message.send", OFFICE)
KEEP_CHANNEL = Action("channel.keep", LEADING)
NAME_REVIEWERS = Action("text.name-reviewers", LEADING)
REVIEW_TEXT = Action("text.review", OFFICE)
DECIDE_APPEAL = Action("appeal.decide", frozenset({Role.Kind.SUPERVISOR}))
WRITE_NOTICE = Action("notice.write", OFFICE)
POST_NOTICE = Action("notice.post", OFFICE | {Role.Kind.BUILDING_LEADER})
ACTIONS = (
    SEND_MESSAGE,
    KEEP_CHANNEL,
    NAME_REVIEWERS,
    REVIEW_TEXT,
    DECIDE_APPEAL,
    WRITE_NOTICE,
    POST_NOTICE,
)


def has_queue(by: Acting) -> bool:
    """Whether texts or appeals of others can wait for somebody who acts in this role."""
    return by.role in REVIEW_TEXT.roles | DECIDE_APPEAL.roles


def can_review(by: Acting, review: Review) -> bool:
    """Whoever is named for it; the deputy once the clock has run out, or at once where the text is the reviewer's own.

    Where nobody is named, the secretary or the director.
    """
    if not can(by, REVIEW_TEXT, review.community):
        return False
    duty = ReviewDuty.objects.filter(community=review.community_id).first()
    if duty is None:
        return by.role in LEADING
    if by.person == duty.reviewer_id:
        return review.by_person_id != by.person
    return by.person == duty.deputy_id and (review.with_deputy or review.by_person_id == duty.reviewer_id)


def can_decide_appeal(by: Acting, review: Review) -> bool:
    """A supervisor of the community whose body is its supervision committee, and who had no part in the text."""
    if not can(by, DECIDE_APPEAL, review.community) or by.person in (review.by_person_id, review.reviewed_by_id):
        return False
    kind = Organisation.Kind.SUPERVISION_COMMITTEE
    return by.role_id is not None and Role.objects.filter(id=by.role_id, organisation__kinds__contains=[kind]).exists()


def can_read_notice(by: Acting | None, notice: Notice) -> bool:
    """The office at any time; others once its text is approved: everybody of the community, or the whole net."""
    if by is not None and by.community == notice.community_id and can(by, WRITE_NOTICE, notice.place):
        return True
    if not notice.review.is_public:
        return False
    return notice.circle == Notice.Circle.NET or (by is not None and by.community == notice.community_id)
