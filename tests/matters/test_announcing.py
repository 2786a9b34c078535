"""The result of a matter as a notice: once for each, for no fewer days than its rule has, naming the one before."""

from datetime import timedelta

import pytest

from linli.matters.models import Matter
from linli.matters.papers import result_paper
from linli.matters.queries import objections_to
from linli.matters.services import announce_result, look_into_result, put_to_owners, raise_matter
from linli.messaging.models import Notice
from linli.messaging.services import approve_text, object_to_notice, post_notice, withdraw_notice
from linli.messaging.services.reviews import text_as_written
from linli.record import clock
from linli.record.services import run_due
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Recount, Voice
from linli.voting.queries import decisions_of
from linli.voting.services import correct_slip, decide_anew, enter_slips, keep_result
from linli.web.papers import Facts, Text
from tests import cast
from tests.houses import ORDINARY, House, acting_as, build, person_of, seats_of, slips, somebody, stack_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return build(rule="1个单元，3–5层，每层1户")


@pytest.fixture
def matter(house: House) -> Matter:
    """Three homes, of which two agree."""
    matter = raise_matter(
        place=house.building, title="更换门禁", words="刷不开。", pack_id=ORDINARY,
        convener=house.committee, decider="全体业主", by=house.secretary,
    )  # fmt: skip
    with pytest.raises(Refused, match="还没有结果"):
        announced(house, matter)
    with clock.told_at(clock.now() - timedelta(days=20)):
        put_to_owners(
            matter=matter, closes_at=clock.now() + timedelta(days=7), collectors=[person_of(house.leader)],
            clerks=[person_of(house.clerk), person_of(house.second_clerk)], by=house.secretary,
        )  # fmt: skip
        matter.refresh_from_db()
        assert matter.drive is not None
        seats = seats_of(matter.drive)[:2]
        enter_slips(stack=stack_of(house, matter.drive), slips=slips(seats), by=house.clerk)
    with clock.told_at(matter.drive.gathers_until):
        run_due()
        run_due()
    matter.refresh_from_db()
    matter.drive.refresh_from_db()
    return matter


def announced(house: House, matter: Matter, **more: object) -> Notice:
    words: dict[str, object] = {"text": "2户同意。", "days": 15, "contact": "社区服务站", "by": house.secretary}
    return announce_result(matter=matter, **{**words, **more})  # type: ignore[arg-type]


def test_a_result_is_posted_once_and_by_its_own_rule(house: House, matter: Matter):
    with pytest.raises(Refused, match="15天"):
        announced(house, matter, days=14)
    with pytest.raises(Forbidden):
        announced(house, matter, by=somebody(house.community))
    notice = announced(house, matter)
    assert (notice.about_kind, notice.about, notice.issuer) == ("matter", matter.id, matter.convener)
    assert notice.number == matter.number, "one number from the first word to the last notice"
    assert [posting.label for posting in notice.postings.order_by("position")] == ["一单元"]
    with pytest.raises(Refused, match="已经写成公示"):
        announced(house, matter)
    withdraw_notice(notice=notice, why="写错了", by=house.secretary)
    assert announced(house, matter) != notice


def hung(house: House, matter: Matter) -> Notice:
    """The notice of the result on its door."""
    notice = announced(house, matter)
    approve_text(review=notice.review, seen=notice.review.fingerprint, by=house.secretary)
    for posting in notice.postings.all():
        post_notice(posting=posting, by=house.secretary)
    return notice


def test_an_objection_is_upheld_and_the_new_result_takes_the_place_of_the_old_on_every_paper(
    house: House, matter: Matter
):
    drive = matter.drive
    assert drive is not None
    notice = hung(house, matter)
    owner = seats_of(drive)[0].entitled.get()
    object_to_notice(notice=notice, text="我写的是不同意。", by=acting_as(owner))
    (objection,) = objections_to(matter)
    recount = look_into_result(matter=matter, reason="有一张纸表录反了", objection=objection, by=house.secretary)
    with pytest.raises(Refused, match="正在重新核对"):
        announced(house, matter)
    with pytest.raises(Refused, match="已经在重新核对"):
        look_into_result(matter=matter, reason="再看看", by=house.secretary)
    voice = Voice.objects.get(seat=seats_of(drive)[0])
    correct_slip(voice=voice, choice="no", reason="勾的是不同意", by=house.second_clerk)
    decide_anew(recount=recount, by=house.clerk)
    now, before = decisions_of(drive)
    assert [result.state for each in (now, before) for result in each.results] == ["failed", "passed"]
    paper = result_paper(matter, now)
    assert isinstance(paper.blocks[0], Facts)
    facts = dict(paper.blocks[0].pairs)
    assert facts["为什么重新算"] == "有人提出异议，异议成立：有一张纸表录反了"
    assert (facts["代替哪一份"], facts["核对了什么"]) == ("第1次的结果", "更正录错的表，1件")
    old = result_paper(matter, before)
    assert old.title.endswith("（已被代替）")
    assert isinstance(old.blocks[0], Text)
    assert "有一张纸表录反了" in old.blocks[0].words
    anew = announced(house, matter, text="1户同意。")
    notice.refresh_from_db()
    today = f"{clock.today().year}年{clock.today().month}月{clock.today().day}日"
    assert text_as_written(anew.review).startswith(f"代替{today}写的公示。")
    assert (notice.state, notice.withdrawn_why) == ("withdrawn", f"结果重新核对过，见{today}写的公示。")
    with pytest.raises(Refused, match="已经核对过一次"):
        look_into_result(matter=matter, reason="再看看", objection=objection, by=house.secretary)


def test_a_stale_page_of_one_recount_does_not_end_the_next(house: House, matter: Matter):
    first = look_into_result(matter=matter, reason="有一张纸表录反了", by=house.secretary)
    office = cast.signed_in(cast.Member(person_of(house.clerk), house.clerk))
    address = f"/matters/{matter.id}/recount"
    stale = office.get(address).content.decode()
    assert stale.count(f'name="recount" value="{first.id}"') == 2
    keep_result(recount=first, outcome="都对。", by=house.clerk)
    second = look_into_result(matter=matter, reason="再看看", by=house.secretary)
    sent = {"end": "kept", "outcome": "都对。"}
    for each, state in ((first, "open"), (second, "found_right")):
        assert office.post(f"{address}/end", sent | {"recount": each.id, "once": f"{each.id}"}).status_code == 302
        second.refresh_from_db()
        assert second.state == state


def test_an_objection_is_answered_by_a_new_result_though_nothing_changed(house: House, matter: Matter):
    object_to_notice(notice=hung(house, matter), text="再数一遍。", by=house.leader)
    (objection,) = objections_to(matter)
    recount = look_into_result(matter=matter, reason="再数一遍", objection=objection, by=house.secretary)
    assert decide_anew(recount=recount, by=house.clerk).state == Recount.State.DECIDED


def test_an_objection_to_another_notice_is_no_reason(house: House, matter: Matter):
    notice = hung(house, matter)
    object_to_notice(notice=notice, text="再数一遍。", by=house.leader)
    (objection,) = objections_to(matter)
    Notice.objects.filter(id=notice.id).update(about=house.community.id)
    with pytest.raises(Refused, match="不是对这件事"):
        look_into_result(matter=matter, reason="再数一遍", objection=objection, by=house.secretary)
