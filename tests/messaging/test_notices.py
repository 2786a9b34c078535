"""公示: its days by the law's counting, from the last place posted; objections until its last moment; taken down."""

from datetime import date, datetime, timedelta

import pytest

from linli.messaging.models import NoticeObjection
from linli.messaging.queries import board_of, notice_for, notices_for, said_of
from linli.messaging.services import (
    answer_objection,
    approve_text,
    object_to_notice,
    post_notice,
    return_text,
    take_down_notice,
    withdraw_notice,
)
from linli.record import clock
from linli.record.models import Event
from linli.record.services import run_due
from linli.rules.errors import Forbidden, Refused
from tests import cast
from tests.at_once import behind_a_lock
from tests.messaging.worlds import MONDAY, World, doors


def at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2023) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=clock.SHANGHAI)


@pytest.fixture
def world(db):
    with clock.told_at(at(6, 1)):
        yield World()


def posted_on(world: World, *moments: datetime, **more: object):
    """A notice whose three doors were posted at these moments."""
    with clock.told_at(min(moments) - timedelta(hours=1)):
        notice = world.approved(**more)
    for posting, moment in zip(doors(notice), moments, strict=True):
        with clock.told_at(moment):
            post_notice(posting=posting, by=world.leader.by)
    notice.refresh_from_db()
    return notice


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_days_of_the_article_count_from_the_last_door(world):
    """The notice of 2023: the third door on 20 July at 17:40, fifteen days, from 21 July to 4 August."""
    notice = posted_on(world, at(7, 19), at(7, 20, 9), at(7, 20, 17, 40))
    assert (notice.posted_on, notice.last_day) == (date(2023, 7, 20), date(2023, 8, 4))
    assert notice.ends_at == at(8, 5, 0)
    assert notice.number == "广顺园-2023-0001"


@pytest.mark.parametrize(
    ("days", "posted", "last"),
    [
        # Civil Code 203: a last day of rest gives way; the holidays are those of the State Council's notice for 2023.
        (3, at(7, 5), date(2023, 7, 10)),  # Saturday 8 July → Monday
        (7, at(9, 22), date(2023, 10, 7)),  # 29 September to 6 October: mid-autumn and national day; 7 is worked
        (1, at(10, 6), date(2023, 10, 7)),  # a Saturday that is worked is no day of rest
        (1, at(7, 3, 23, 59), date(2023, 7, 4)),
        (1, at(7, 4, 0, 0), date(2023, 7, 5)),
    ],
)
def test_the_first_day_is_not_counted_and_a_last_day_of_rest_moves_on(world, days, posted, last):
    notice = posted_on(world, posted, posted, posted, days=days)
    assert notice.last_day == last


def test_no_day_begins_while_one_door_is_bare(world):
    with clock.told_at(at(7, 3)):
        notice = world.approved()
    first, second, third = doors(notice)
    for posting in (first, second):
        with clock.told_at(at(7, 4)):
            post_notice(posting=posting, by=world.leader.by)
    notice.refresh_from_db()
    assert (notice.state, notice.ends_at, board_of(notice).left) == ("prepared", None, 1)
    with clock.told_at(at(7, 10)):
        post_notice(posting=third, at=at(7, 9, 8), by=world.leader.by)
        post_notice(posting=first, by=world.leader.by)
    notice.refresh_from_db()
    assert (notice.state, notice.posted_on) == ("running", date(2023, 7, 9))
    assert doors(notice)[0].posted_at == at(7, 4), "said again, nothing begins anew"


def test_it_ends_at_24_oclock_by_itself_and_not_a_second_before(world):
    notice = posted_on(world, at(7, 20), at(7, 20), at(7, 20))
    with clock.told_at(at(8, 4, 23, 59)):
        run_due()
        notice.refresh_from_db()
        assert notice.state == "running"
        assert board_of(notice).day == 15
    with clock.told_at(at(8, 5, 0)):
        run_due()
        run_due()
    notice.refresh_from_db()
    assert notice.state == "ended"
    assert Event.objects.filter(name="notice.ended").count() == 1


# ── what no notice may be ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notice_shorter_than_the_law_is_refused_with_the_article(world):
    """物业管理条例 art. 14: fifteen days."""
    with pytest.raises(Refused) as refused:
        world.written(days=14, pack_id="cn.civil-code.278.special")
    assert refused.value.code == "notice.too-short"
    assert "15天" in str(refused.value)
    assert "民法典第二百七十八条" in str(refused.value)
    assert world.written(days=15, pack_id="cn.civil-code.278.special").days == 15
    assert world.written(days=1, pack_id="cn.tianjin.lift").days == 1, "whose rule says no number"


@pytest.mark.parametrize(
    "more",
    [
        {"days": 0},
        {"days": 366},
        {"title": " "},
        {"title": "张三13812341234的事"},
        {"contact": ""},
        {"text": " "},
        {"text": "长" * 4001},
    ],
)
def test_what_no_notice_may_be(world, more):
    with pytest.raises(Refused):
        world.written(**more)


def test_nothing_is_posted_before_it_is_reviewed(world):
    notice = world.written()
    with pytest.raises(Refused, match="还没审过"):
        post_notice(posting=doors(notice)[0], by=world.leader.by)
    with pytest.raises(Forbidden):
        notice_for(cast.neighbour(world.compound).by, notice.id)
    assert list(notices_for(cast.neighbour(world.compound).by)) == []
    assert list(notices_for(world.clerk.by)) == [notice]


@pytest.mark.parametrize("hours", [-48, 1])
def test_a_door_is_posted_after_the_review_and_not_in_the_future(world, hours):
    with clock.told_at(at(7, 3)):
        notice = world.approved()
        with pytest.raises(Refused, match="之后"):
            post_notice(posting=doors(notice)[0], at=at(7, 3) + timedelta(hours=hours), by=world.leader.by)


def test_who_may_post(world):
    notice = world.approved()
    elsewhere = World(cast.community("红星里社区"))
    for by in (cast.neighbour(world.compound).by, elsewhere.leader.by, elsewhere.secretary.by):
        with pytest.raises(Forbidden):
            post_notice(posting=doors(notice)[0], by=by)


# ── objections ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_objections_are_taken_to_the_last_moment(world):
    notice = posted_on(world, at(7, 20), at(7, 20), at(7, 20))
    by = cast.neighbour(world.compound).by
    with clock.told_at(at(8, 4, 23, 59)):
        object_to_notice(notice=notice, text="太吵。", by=by)
    with clock.told_at(at(8, 5, 0)), pytest.raises(Refused, match="满期"):
        object_to_notice(notice=notice, text="太吵。", by=by)
    assert said_of(notice).total == 1


def test_an_objection_without_a_name_names_nobody_anywhere(world):
    notice = posted_on(world, at(7, 20), at(7, 20), at(7, 20))
    neighbour = cast.neighbour(world.compound)
    with clock.told_at(at(7, 21)):
        said = object_to_notice(notice=notice, text="太吵。", named=False, by=neighbour.by)
    assert (said.by_person, said.review.by_person) == (None, None)
    assert not Event.objects.filter(actor=neighbour.person.id, at__gte=at(7, 21)).exists()


def test_a_name_is_nobodys_but_ones_own(world):
    """What the office writes down for a caller is not the clerk's own word."""
    notice = posted_on(world, at(7, 20), at(7, 20), at(7, 20))
    with clock.told_at(at(7, 21)):
        said = object_to_notice(notice=notice, text="太吵。", way="phone", by=world.clerk.by)
        assert said.by_person is None
        with pytest.raises(Forbidden):
            object_to_notice(notice=notice, text="太吵。", way="phone", by=cast.neighbour(world.compound).by)
        with pytest.raises(Forbidden):
            object_to_notice(notice=notice, text="太吵。", by=cast.outsider().by)


def test_every_answer_is_reviewed_too_and_given_once(world):
    notice = posted_on(world, at(7, 20), at(7, 20), at(7, 20))
    with clock.told_at(at(7, 21)):
        said = object_to_notice(notice=notice, text="太吵。", by=cast.neighbour(world.compound).by)
        answered = answer_objection(objection=said, text="装隔音门，请找林小梅。", by=world.clerk.by)
        assert answered.reply is not None
        assert not answered.reply.is_public
        with pytest.raises(Refused, match="已经答复"):
            answer_objection(objection=said, text="再说一遍。", by=world.clerk.by)
        seen = answered.reply.fingerprint
        return_text(review=answered.reply, seen=seen, reason="incomplete", words="写日期。", by=world.secretary.by)
        answered = answer_objection(objection=said, text="8月装隔音门。", by=world.clerk.by)
        reply = NoticeObjection.objects.get(id=said.id).reply
        assert reply is not None
        approve_text(review=reply, seen=reply.fingerprint, by=world.secretary.by)
    assert NoticeObjection.objects.get(id=said.id).reply.shown == "8月装隔音门。"  # type: ignore[union-attr]


# ── down, and withdrawn ──────────────────────────────────────────────────────────────────────────────────────────────


def test_it_comes_down_after_its_days_door_by_door(world):
    notice = posted_on(world, at(7, 20), at(7, 20), at(7, 20))
    with clock.told_at(at(8, 4, 23)), pytest.raises(Refused, match="还没满期"):
        take_down_notice(posting=doors(notice)[0], by=world.leader.by)
    with clock.told_at(at(8, 6)):
        run_due()
        for posting in doors(notice):
            notice.refresh_from_db()
            assert notice.state == "ended"
            take_down_notice(posting=posting, by=world.leader.by)
    notice.refresh_from_db()
    assert notice.state == "down"
    assert {posting.down_at for posting in doors(notice)} == {at(8, 6)}


def test_a_withdrawn_notice_stays_to_be_read_with_its_reason_and_its_clock_stops(world):
    notice = posted_on(world, at(7, 20), at(7, 20), at(7, 20))
    with clock.told_at(at(7, 21)):
        withdraw_notice(notice=notice, why="费用写错了", by=world.clerk.by)
        with pytest.raises(Refused, match="不收意见"):
            object_to_notice(notice=notice, text="太吵。", by=cast.neighbour(world.compound).by)
    with clock.told_at(at(8, 5)):
        run_due()
    notice.refresh_from_db()
    assert (notice.state, notice.withdrawn_why) == ("withdrawn", "费用写错了")
    assert notice_for(cast.neighbour(world.compound).by, notice.id) == notice


def test_the_last_two_doors_posted_at_once_begin_the_days_once(committed_db):
    with clock.told_at(MONDAY):
        world = World()
        notice = world.approved()
        first, second, third = doors(notice)
        post_notice(posting=first, by=world.leader.by)
    behind_a_lock(
        committed_db,
        "select 1 from messaging_notice where id = %s for update",
        notice.id,
        lambda: post_notice(posting=second, by=world.leader.by),
        lambda: post_notice(posting=third, by=world.leader.by),
    )
    notice.refresh_from_db()
    assert notice.state == "running"
    assert Event.objects.filter(name="notice.counted").count() == 1


def test_an_unreviewed_notice_and_its_number_are_of_one_community(world):
    with clock.told_at(at(7, 3)):
        other = World(cast.community("红星里社区"))
        assert [world.written().number, world.written().number, other.written().number] == [
            "广顺园-2023-0001",
            "广顺园-2023-0002",
            "红星里-2023-0001",
        ]
