"""先审后发: every public text waits for a reviewer, with what tells of people covered before anybody reads it."""

import unicodedata
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from linli.community.models import Person, Place
from linli.community.policy import not_allowed, require
from linli.messaging.models import Appeal, Review, ReviewDuty
from linli.messaging.policy import NAME_REVIEWERS, can_decide_appeal, can_review
from linli.record import clock
from linli.record.acting import Acting
from linli.record.cipher import index_of, seal, unseal
from linli.record.services import Facts, note, plan_job
from linli.rules.errors import Refused
from linli.rules.masking import Piece, covered, personal_pieces, possible_names

State = Review.State
#: How long a text may wait for its reviewer before the deputy may take it.
CLOCK = timedelta(hours=24)
HAND_ON = "review.hand_on"
#: What can be wrong with a text that is already public: that it is unfinished is no reason to hide it.
REASONS_TO_HIDE = frozenset(Review.Reason.values) - {Review.Reason.INCOMPLETE}
LONGEST = 4000


@transaction.atomic
def name_reviewers(*, community: Place, reviewer: Person, deputy: Person, by: Acting) -> ReviewDuty:
    """Name who reviews the community's public texts, and who does when that takes longer than a day.

    Refused: one person for both, somebody of another community.
    """
    require(by, NAME_REVIEWERS, community)
    if reviewer == deputy or {reviewer.community_id, deputy.community_id} != {community.id}:
        raise Refused("review.two-people", "审核人和替补要是本社区的两个人。请重新选。")
    duty, _ = ReviewDuty.objects.update_or_create(
        community=community, defaults={"reviewer": reviewer, "deputy": deputy}
    )
    note("reviewers.named", by=by, subject_kind="community", subject=community.id, place=community.id)
    return duty


def checked_text(text: str) -> str:
    """A text as it is kept: NFC, one kind of line end, no signs that cannot be seen. Refused when empty or too long."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    text = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign)[0] != "C")
    if not 1 <= len(text) <= LONGEST:
        raise Refused("text.length", "请写内容，最多{most}个字。", most=LONGEST)
    return text


def pieces_of(
    text: str, community: UUID, *, names: Collection[str] = (), words: Collection[str] = ()
) -> tuple[Piece, ...]:
    """What in a text tells of people, with the names on the community's roster, and ``names`` besides.

    ``words`` are no names; they are given where nobody looks at the pieces afterwards.
    """
    roster = Person.objects.filter(community=community, name__in=possible_names(text)).values_list("name", flat=True)
    return personal_pieces(text, {*roster, *names}, words)


def put_up_for_review(
    *, community: UUID, of: str, subject: UUID, title: str, text: str, by: Acting, thread: UUID | None = None
) -> Review:
    """A public text put in the queue, in the caller's transaction; its clock begins."""
    text = checked_text(text)
    now = clock.now()
    review = Review(
        community_id=community,
        of=of,
        subject=subject,
        thread=thread,
        title=title[:80],
        by_person_id=by.person,
        due_at=now + CLOCK,
    )
    write_into(review, text)
    review.asked_at = now
    review.save(force_insert=True)
    after_putting(review, by)
    return review


def write_into(review: Review, text: str) -> None:
    """Seal a text into its review, with what is to be covered of it.

    A plain hash of it would give away what is covered: few numbers fit between the words that all may read.
    """
    review.original = seal(text, review.original_cell)
    review.fingerprint = index_of(text, of="public text").hex()
    review.pieces = [[piece.start, piece.end, piece.kind] for piece in pieces_of(text, review.community_id)]
    review.uncovered = []


def after_putting(review: Review, by: Acting) -> None:
    """Note that a text waits, and plan the deputy's turn."""
    note_review("text.put-up", review, by=by, public={"of": review.of})
    plan_job(HAND_ON, subject=review.id, due_at=review.due_at, community=review.community_id)


def note_review(
    name: str, review: Review, *, by: Acting, public: Facts | None = None, internal: Facts | None = None
) -> None:
    """Note what was done with a public text, in the affair that it belongs to."""
    kind = "review"
    note(name, by=by, subject_kind=kind, subject=review.id, public=public, internal=internal, thread=review.thread)


def put_up_again(review: Review, *, text: str, by: Acting) -> Review:
    """A returned text, mended, in the queue again, in the caller's transaction. Refused where it was not returned."""
    review = Review.objects.select_for_update().get(id=review.id)
    if review.state != State.RETURNED:
        raise Refused("review.not-returned", "这段话没有被退回，不用改。")
    write_into(review, checked_text(text))
    review.state = State.WAITING
    review.reason = review.words = ""
    review.with_deputy = False
    review.due_at = clock.now() + CLOCK
    review.save()
    after_putting(review, by)
    return review


def text_as_written(review: Review) -> str:
    """What was written, for those entitled to it: the reviewer and the author."""
    return unseal(bytes(review.original), review.original_cell)


def shown_with(review: Review, uncovered: Collection[int]) -> str:
    """The text with every piece covered but those at the places named."""
    pieces = [Piece(*piece) for n, piece in enumerate(review.pieces) if n not in uncovered]
    return covered(text_as_written(review), pieces)


def lock_review(review: Review, by: Acting) -> Review:
    """The review as it is now, held, by somebody who may decide it."""
    review = Review.objects.select_for_update(of=("self",)).select_related("community").get(id=review.id)
    if not can_review(by, review):
        raise not_allowed()
    return review


@transaction.atomic
def approve_text(*, review: Review, seen: str, uncovered: Sequence[int] = (), by: Acting) -> Review:
    """Let a text go public as it was seen (``seen``: its fingerprint), covered but for the pieces named.

    Refused: somebody whose turn it is not, a text that was decided or changed meanwhile.
    """
    review = lock_review(review, by)
    require_waiting(review, seen)
    chosen = sorted(set(uncovered) & set(range(len(review.pieces))))
    review.uncovered = chosen
    review.shown = shown_with(review, chosen)
    decide(review, State.APPROVED, by)
    facts = {"of": review.of, "sha256": review.shown_sha256, "covered": len(review.pieces) - len(chosen)}
    note_review("text.approved", review, by=by, public=facts)
    return review


@transaction.atomic
def return_text(*, review: Review, seen: str, reason: str, words: str, by: Acting) -> Review:
    """Send a text back for one of the listed reasons, in words that say what to mend.

    Refused: no listed reason, no words, somebody whose turn it is not, a text decided or changed meanwhile.
    """
    review = lock_review(review, by)
    require_waiting(review, seen)
    give_reason(review, reason, words, frozenset(Review.Reason.values))
    decide(review, State.RETURNED, by)
    note_review("text.returned", review, by=by, public={"of": review.of, "reason": reason})
    return review


@transaction.atomic
def hide_text(*, review: Review, reason: str, words: str, by: Acting) -> Review:
    """Hide a text that is public, for a listed reason; it goes on being counted, and its author may appeal.

    Refused: no listed reason (criticism of anybody's work is none), no words, a text that is not public; a notice,
    which is withdrawn and never hidden.
    """
    review = lock_review(review, by)
    if review.state != State.APPROVED or review.of == Review.Of.NOTICE:
        raise Refused("review.not-public", "只有已经公开的意见和答复才能隐藏；公示要撤，请走撤回。")
    give_reason(review, reason, words, REASONS_TO_HIDE)
    decide(review, State.HIDDEN, by)
    note_review("text.hidden", review, by=by, public={"of": review.of, "reason": reason})
    return review


def require_waiting(review: Review, seen: str) -> None:
    """Refused where the text was decided, or is another than the one that was seen."""
    if review.state != State.WAITING:
        raise Refused("review.decided", "这段话已经审过了。请看看别人是怎么处理的。")
    if review.fingerprint != seen:
        raise Refused("review.changed", "这段话刚改过，和您看到的不一样。请再看一遍。")


def give_reason(review: Review, reason: str, words: str, allowed: frozenset[str]) -> None:
    """Why, by the list and in words to the author."""
    if reason not in allowed:
        raise Refused("review.reason", "请从列出的原因里选一条。批评工作不是理由。")
    if not words.strip() or len(words.strip()) > 400:
        raise Refused("review.words", "请用几句话告诉写的人哪里要改，最多{most}个字。", most=400)
    review.reason, review.words = reason, words.strip()


def decide(review: Review, state: str, by: Acting) -> None:
    """Write down who decided, and when."""
    review.state = state
    review.reviewed_by_id, review.reviewed_at = by.person, clock.now()
    review.save()


@transaction.atomic
def hand_on_review(review_id: UUID) -> None:
    """The clock has run out: the deputy may take it as well. Does nothing where it was decided."""
    review = Review.objects.select_for_update().filter(id=review_id).first()
    if review is None or review.state != State.WAITING or review.with_deputy or clock.now() < review.due_at:
        return
    review.with_deputy = True
    review.save(update_fields=["with_deputy"])
    by = Acting.system(review.community_id)
    note_review("text.handed-on", review, by=by, internal={"of": review.of})


@transaction.atomic
def appeal_text(*, review: Review, words: str, by: Acting) -> Appeal:
    """The author asks the supervision committee to look at a text that was sent back or hidden.

    Refused: somebody else's text, a text that is neither, no words. Asked twice it is one appeal.
    """
    review = Review.objects.select_for_update().get(id=review.id)
    if by.person is None or review.by_person_id != by.person or review.community_id != by.community:
        raise not_allowed()
    if review.state not in (State.RETURNED, State.HIDDEN):
        raise Refused("appeal.nothing", "这段话没有被退回，也没有被隐藏，不用申诉。")
    if not words.strip() or len(words.strip()) > 400:
        raise Refused("appeal.words", "请写为什么不该退回或者隐藏，最多{most}个字。", most=400)
    waiting = Appeal.objects.filter(review=review, state=Appeal.State.WAITING).first()
    if waiting is not None:
        return waiting
    appeal = Appeal.objects.create(
        community_id=review.community_id, review=review, words=words.strip(), by_person_id=by.person
    )
    note_review("text.appealed", review, by=by, internal={"appeal": str(appeal.id)})
    return appeal


@transaction.atomic
def decide_appeal(*, appeal: Appeal, overturn: bool, answer: str, by: Acting) -> Appeal:
    """The supervision committee's word: the text is shown after all, covered as it always was, or stays as it is.

    Refused: whoever is not of the committee or had a part in the text, an appeal decided before, no answer.
    """
    review = Review.objects.select_for_update(of=("self",)).select_related("community").get(id=appeal.review_id)
    if not can_decide_appeal(by, review):
        raise not_allowed()
    appeal = Appeal.objects.select_for_update().get(id=appeal.id)
    if appeal.state != Appeal.State.WAITING:
        raise Refused("appeal.decided", "这件申诉已经有结果了。")
    if not answer.strip() or len(answer.strip()) > 400:
        raise Refused("appeal.answer", "请写下委员会的意见，最多{most}个字。", most=400)
    appeal.state = Appeal.State.OVERTURNED if overturn else Appeal.State.UPHELD
    appeal.answer = answer.strip()
    appeal.decided_by_id, appeal.decided_at = by.person, clock.now()
    appeal.save()
    if overturn and review.state in (State.RETURNED, State.HIDDEN):
        review.shown = shown_with(review, review.uncovered)
        review.state, review.reason, review.words = State.APPROVED, "", ""
        review.save()
    facts: dict[str, object] = {"result": appeal.state}
    if review.is_public:
        facts["sha256"] = review.shown_sha256
    note_review("appeal.decided", review, by=by, public=facts)
    return appeal
