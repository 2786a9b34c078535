"""The notices of the story: the result on Juxinyuan's lift in 2023, and what hangs and waits today, all invented."""

from datetime import datetime, timedelta
from functools import partial

from linli.demo.ground import CLERK, NEIGHBOUR, RESIDENT, SECRETARY, Ground, as_resident, at
from linli.matters.models import Matter
from linli.matters.services import announce_result
from linli.messaging.models import Notice, NoticeObjection
from linli.messaging.services import (
    answer_objection,
    appeal_text,
    approve_text,
    name_reviewers,
    object_to_notice,
    post_notice,
    return_text,
    take_down_notice,
    write_notice,
)
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import run_due

CONTACT = "社区服务站一楼，林小梅，022-0000-0000"


def result_of_2023(ground: Ground, lift: Matter) -> None:
    """The result of Juxinyuan's lift: posted in July 2023 at three doors, fifteen days, one objection answered.

    The article gives neither the days nor the objection.
    """
    with clock.told_at(at(2023, 7, 10)):
        people = ground.people
        name_reviewers(
            community=ground.community, reviewer=people[SECRETARY], deputy=people[CLERK], by=ground.secretary
        )
        notice = announce_result(
            matter=lift,
            text="已达到法定比例，48户同意。\n"
            "几户同意：一单元16户（共18户）；二单元16户（共18户）；三单元16户（共18户）。\n"
            "每户出多少：按估算576,000元，48户相同，每户12,000元（示例）。\n"
            "谁来管：小区自管委员会，电费、维保费每季公布（示例）。",
            days=15,
            contact=CONTACT,
            by=ground.clerk,
        )
    with clock.told_at(at(2023, 7, 11)):
        approve(notice, ground.secretary)
    for hour, posting in zip((16, 17, 17), notice.postings.order_by("position"), strict=True):
        with clock.told_at(at(2023, 7, 20, hour, 40)):
            post_notice(posting=posting, by=ground.leader)
    with clock.told_at(at(2023, 7, 22)):
        resident = as_resident(people[RESIDENT])
        said = object_to_notice(notice=notice, text="机房离卧室近，夜里会不会吵？请写清楚。", by=resident)
        approve_text(review=said.review, seen=said.review.fingerprint, by=ground.secretary)
    with clock.told_at(at(2023, 7, 24)):
        answer(said, "电梯没有单独的机房，夜里10点以后低速运行；验收时请两户邻居一起听。", ground)
    with clock.told_at(at(2023, 8, 5, 9)):
        run_due()
        for posting in notice.postings.order_by("position"):
            take_down_notice(posting=posting, by=ground.leader)


def under_way(ground: Ground, now: datetime) -> None:
    """A notice in its third day or so, one that waits for its reviewer, one objection sent back and appealed."""
    issuer = ground.bodies["广顺园社区居委会"]
    write = partial(write_notice, place=ground.juxinyuan, issuer=issuer, contact=CONTACT, by=ground.clerk)
    with clock.told_at(now - timedelta(days=5)):
        notice = write(
            title="更换单元门禁的报价公示（示例）",
            text="三家报价：甲17,400元，乙18,200元，丙19,000元。自管委员会拟选甲，质保三年。"
            "报价单在社区服务站一楼可以看。",
            days=7,
        )
        approve(notice, ground.secretary)
    with clock.told_at(now - timedelta(days=3)):
        for posting in notice.postings.order_by("position"):
            post_notice(posting=posting, by=ground.leader)
    with clock.told_at(now - timedelta(days=1)):
        neighbour = as_resident(ground.people[NEIGHBOUR])
        said = object_to_notice(notice=notice, text="为什么只问了三家？社区办事应当多问几家。", by=neighbour)
        return_text(
            review=said.review,
            seen=said.review.fingerprint,
            reason="untrue",
            words="已经问过五家，请核实。",
            by=ground.secretary,
        )
        appeal_text(review=said.review, words="我问的是为什么公示里只写三家，这是批评，不是不实。", by=neighbour)
    with clock.told_at(now - timedelta(hours=2)):
        write(
            title="二单元水管维修停水公示（示例）",
            text="二单元主管漏水，本周六停水一天。有急用水的，请打电话13800001234，或者到一单元401找楼长。",
            days=3,
        )


def approve(notice: Notice, by: Acting) -> None:
    """The reviewer lets the notice's text through as it is covered."""
    approve_text(review=notice.review, seen=notice.review.fingerprint, by=by)
    notice.refresh_from_db()


def answer(said: NoticeObjection, text: str, ground: Ground) -> None:
    """The office answers, and the reviewer lets the answer through."""
    answered = answer_objection(objection=said, text=text, by=ground.clerk)
    assert answered.reply is not None
    approve_text(review=answered.reply, seen=answered.reply.fingerprint, by=ground.secretary)
