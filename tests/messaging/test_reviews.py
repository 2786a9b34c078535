"""先审后发: who reviews and when, what is covered, what may be hidden and why, and who hears an appeal."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection

from linli.messaging.models import Appeal, Review
from linli.messaging.queries import appeals_before, queue_of, review_for, said_of
from linli.messaging.services import (
    appeal_text,
    approve_text,
    decide_appeal,
    hide_text,
    name_reviewers,
    object_to_notice,
    return_text,
    revise_notice,
)
from linli.record import clock
from linli.record.models import Event
from linli.record.services import run_due
from linli.rules.errors import Forbidden, Refused
from tests import cast
from tests.at_once import behind_a_lock
from tests.messaging.worlds import MONDAY, World

PRIVATE = "有事找林小梅，电话13812341234，车牌津A·12345，住一单元401。居委会办事太慢！"
COVERED = "有事找林*梅，电话138****1234，车牌津A*****，住一单元***。居委会办事太慢！"


@pytest.fixture
def told():
    with clock.told_at(MONDAY):
        yield


@pytest.fixture
def world(db, told):
    return World()


def objection(world: World, text: str = PRIVATE, *, named: bool = True):
    author = cast.neighbour(world.compound)
    return object_to_notice(notice=world.posted(), text=text, named=named, by=author.by), author


def public(world: World, text: str = PRIVATE):
    said, author = objection(world, text)
    approve_text(review=said.review, seen=said.review.fingerprint, by=world.secretary.by)
    said.review.refresh_from_db()
    return said, author


def test_nobody_reads_a_text_before_its_review_and_then_only_covered(world):
    said, _ = objection(world)
    assert said.review.shown == ""
    assert said_of(said.notice).shown == []
    assert said_of(said.notice).total == 1
    approve_text(review=said.review, seen=said.review.fingerprint, by=world.secretary.by)
    (shown,) = said_of(said.notice).shown
    assert shown.review.shown == COVERED


def test_what_the_reviewer_uncovers_stands_and_nothing_else(world):
    said, _ = objection(world)
    kinds = [piece[2] for piece in said.review.pieces]
    assert kinds == ["name", "phone", "plate", "room"]
    approve_text(review=said.review, seen=said.review.fingerprint, uncovered=[0, 99], by=world.secretary.by)
    said.review.refresh_from_db()
    assert said.review.shown == COVERED.replace("林*梅", "林小梅")


def test_what_was_written_lies_sealed_and_the_record_holds_its_hash_alone(world):
    public(world)
    with connection.cursor() as cursor:
        for table in ("messaging_review", "messaging_noticeobjection", "record_event", "record_job", "record_answer"):
            cursor.execute(f"select coalesce(string_agg(t::text, ''), '') from {table} t")
            (whole,) = cursor.fetchone()
            assert "13812341234" not in whole
            assert "一单元401" not in whole
    for event in Event.objects.filter(name__startswith="text."):
        assert "慢" not in str(event.public) + str(event.internal)


def test_nothing_that_all_may_see_gives_away_what_is_covered(world):
    """Neither the text nor its plain hash: with all other words known, ten thousand tries would find the phone."""
    said, _ = public(world)
    plain = hashlib.sha256(PRIVATE.encode()).hexdigest()
    with connection.cursor() as cursor:
        for table in ("messaging_review", "record_event"):
            cursor.execute(f"select coalesce(string_agg(t::text, ''), '') from {table} t")
            assert plain not in cursor.fetchone()[0]
    approved = Event.objects.get(name="text.approved", subject=said.review_id)
    assert approved.public["sha256"] == hashlib.sha256(COVERED.encode()).hexdigest()


def test_the_clock_gives_the_deputy_a_turn_and_not_before(world):
    said, _ = objection(world)
    review = said.review
    assert list(queue_of(world.secretary.by)) == [review]
    assert list(queue_of(world.deputy.by)) == []
    with pytest.raises(Forbidden):
        approve_text(review=review, seen=review.fingerprint, by=world.deputy.by)
    with clock.told_at(MONDAY + timedelta(hours=23, minutes=59)):
        run_due()
        assert list(queue_of(world.deputy.by)) == []
    with clock.told_at(MONDAY + timedelta(hours=24)):
        run_due()
        assert list(queue_of(world.deputy.by)) == [review]
        approve_text(review=review, seen=review.fingerprint, by=world.deputy.by)
        assert list(queue_of(world.secretary.by)) == []


def test_nobody_reviews_their_own_text_where_a_reviewer_is_named(world):
    notice = world.written(by=world.secretary.by)
    assert list(queue_of(world.secretary.by)) == []
    assert list(queue_of(world.deputy.by)) == [notice.review]
    with pytest.raises(Forbidden):
        approve_text(review=notice.review, seen=notice.review.fingerprint, by=world.secretary.by)
    approve_text(review=notice.review, seen=notice.review.fingerprint, by=world.deputy.by)


def test_where_nobody_is_named_the_secretary_does_it(db, told):
    at = cast.community("红星里社区")
    place, secretary, clerk = cast.compound(at), cast.secretary(at), cast.clerk(at)
    world = object.__new__(World)
    world.community, world.compound, world.clerk = at, place, clerk
    world.issuer = cast.organisation(at, "居委会", "residents_committee")
    notice = world.written()
    assert list(queue_of(secretary.by)) == [notice.review]
    assert list(queue_of(clerk.by)) == []
    with pytest.raises(Refused, match="两个人"):
        name_reviewers(community=at, reviewer=secretary.person, deputy=secretary.person, by=secretary.by)


def test_a_text_that_was_changed_meanwhile_is_not_let_through(world):
    notice = world.written()
    seen = notice.review.fingerprint
    return_text(review=notice.review, seen=seen, reason="incomplete", words="请写清楚费用。", by=world.secretary.by)
    revise_notice(notice=notice, text="每户约12,000元。", by=world.clerk.by)
    with pytest.raises(Refused, match="刚改过"):
        approve_text(review=notice.review, seen=seen, by=world.secretary.by)
    notice.review.refresh_from_db()
    approve_text(review=notice.review, seen=notice.review.fingerprint, by=world.secretary.by)
    with pytest.raises(Refused, match="没有被退回"):
        revise_notice(notice=notice, text="再改。", by=world.clerk.by)


@pytest.mark.parametrize(("reason", "words"), [("criticism", "说得不好听"), ("", "不好"), ("insult", " ")])
def test_only_a_listed_reason_with_words_sends_a_text_back_or_hides_it(world, reason, words):
    said, _ = objection(world, "居委会办事太慢！")
    seen = said.review.fingerprint
    with pytest.raises(Refused):
        return_text(review=said.review, seen=seen, reason=reason, words=words, by=world.secretary.by)
    approve_text(review=said.review, seen=seen, by=world.secretary.by)
    for asked in (reason, "incomplete"):
        with pytest.raises(Refused):
            hide_text(review=said.review, reason=asked, words=words, by=world.secretary.by)
    said.review.refresh_from_db()
    assert said.review.is_public


def test_what_is_hidden_is_still_counted(world):
    said, _ = public(world)
    hide_text(review=said.review, reason="privacy", words="说了邻居的病。", by=world.secretary.by)
    now = said_of(said.notice)
    assert (now.total, now.hidden, now.shown) == (1, 1, [])


def test_a_notice_is_withdrawn_and_never_hidden(world):
    notice = world.approved()
    with pytest.raises(Refused, match="撤回"):
        hide_text(review=notice.review, reason="untrue", words="写错了。", by=world.secretary.by)


def test_an_appeal_goes_to_the_committee_and_can_bring_the_text_back(world):
    said, author = public(world)
    supervisor = cast.supervisor(world.community)
    hide_text(review=said.review, reason="insult", words="语气重。", by=world.secretary.by)
    with pytest.raises(Forbidden):
        review_for(supervisor.by, said.review_id)
    with pytest.raises(Forbidden):
        appeal_text(review=said.review, words="我没有骂人。", by=cast.owner(world.compound).by)
    appeal = appeal_text(review=said.review, words="我没有骂人，是说工作慢。", by=author.by)
    assert appeal_text(review=said.review, words="我没有骂人。", by=author.by) == appeal
    assert list(appeals_before(supervisor.by)) == [appeal]
    assert review_for(supervisor.by, said.review_id) == said.review
    for other in (
        world.secretary,
        world.clerk,
        author,
        cast.holder(world.community, "supervisor", "监督委员", "钱学勤"),
    ):
        with pytest.raises(Forbidden):
            decide_appeal(appeal=appeal, overturn=True, answer="应当公开。", by=other.by)
    decide_appeal(appeal=appeal, overturn=True, answer="批评工作，应当公开。", by=supervisor.by)
    assert said_of(said.notice).shown[0].review.shown == COVERED
    with pytest.raises(Refused, match="有结果"):
        decide_appeal(appeal=appeal, overturn=False, answer="不。", by=supervisor.by)


def test_an_appeal_that_is_not_followed_leaves_things_as_they_are(world):
    said, author = public(world)
    hide_text(review=said.review, reason="privacy", words="说了邻居的病。", by=world.secretary.by)
    appeal = appeal_text(review=said.review, words="大家都知道。", by=author.by)
    decide_appeal(appeal=appeal, overturn=False, answer="确实是别人的隐私。", by=cast.supervisor(world.community).by)
    assert Appeal.objects.get().state == "upheld"
    assert Review.objects.get(id=said.review_id).state == "hidden"


def test_what_was_returned_before_anybody_read_it_comes_back_covered(world):
    said, author = objection(world)
    return_text(
        review=said.review, seen=said.review.fingerprint, reason="insult", words="请说事情。", by=world.secretary.by
    )
    appeal = appeal_text(review=said.review, words="没有骂人。", by=author.by)
    decide_appeal(appeal=appeal, overturn=True, answer="可以公开。", by=cast.supervisor(world.community).by)
    assert said_of(said.notice).shown[0].review.shown == COVERED


def test_who_had_a_part_in_a_text_does_not_judge_it(world):
    """The supervisor who also wrote it, and a text of another community."""
    supervisor = cast.supervisor(world.community)
    said = object_to_notice(notice=world.posted(), text="太慢。", by=supervisor.by)
    return_text(review=said.review, seen=said.review.fingerprint, reason="insult", words="x", by=world.secretary.by)
    appeal = appeal_text(review=said.review, words="没有。", by=supervisor.by)
    with pytest.raises(Forbidden):
        decide_appeal(appeal=appeal, overturn=True, answer="可以。", by=supervisor.by)
    with pytest.raises(Review.DoesNotExist):
        review_for(cast.secretary(cast.community("红星里社区")).by, said.review_id)


def test_two_reviewers_at_once_decide_once(committed_db):
    world = World()
    notice = world.written()
    review, seen = notice.review, notice.review.fingerprint
    Review.objects.filter(id=review.id).update(with_deputy=True)
    answers = behind_a_lock(
        committed_db,
        "select 1 from messaging_review where id = %s for update",
        review.id,
        lambda: approve_text(review=review, seen=seen, by=world.secretary.by),
        lambda: return_text(review=review, seen=seen, reason="untrue", words="不对。", by=world.deputy.by),
    )
    assert [isinstance(answer, Refused) for answer in answers].count(True) == 1
    assert Event.objects.filter(name__in=["text.approved", "text.returned"]).count() == 1
