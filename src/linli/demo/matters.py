"""The matters of the story: Juxinyuan's lift, decided in 2023, and two invented ones that are under way now."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.utils.translation import gettext_noop

from linli.community.models import Person
from linli.demo.ground import CLERK, JUXINYUAN, LEADER, SECOND_LEADER, Ground, as_resident, at, photos_of
from linli.matters.models import Matter
from linli.matters.services import put_to_owners, raise_matter
from linli.record import clock
from linli.record.services import run_due
from linli.voting.models import Drive, Seat, SharePlan
from linli.voting.queries import chain_opening
from linli.voting.services import Slip, attach_photos, decide_drive, enter_slips, give_voice, paste_chain, start_stack

Door = tuple[int, str]

#: Three homes of each unit answer on their phone, when the article's 48 are asked; nobody knocks there.
BY_PHONE: tuple[Door, ...] = (
    *((1, room) for room in ("401", "602", "803")),
    *((2, room) for room in ("301", "602", "803")),
    *((3, room) for room in ("403", "601", "702")),
)
#: What the compound's chat said before the first knock. The first stands empty; the last names no door.
CHAIN = """1. 1-303 同意，房子空着也支持
2. 1-401 同意
3. 2-402 再考虑
4. 2-602 同意 👍
5. 3-301 不同意，怕吵
6. 3-702 同意
7. 楼上的李阿姨 再说吧
"""


def lift_of_2023(ground: Ground) -> Matter:
    """给聚鑫园加装一部电梯: raised and put to the owners in June 2023; all 48 households that live there agree.

    The article gives the month and the 48; days, the chat, who answered by phone, who knocked, and the cost are
    invented.
    """
    with clock.told_at(at(2023, 6, 5)):
        matter = raise_matter(
            place=ground.juxinyuan,
            title="给聚鑫园加装一部电梯",
            words="聚鑫园建于1990年，1栋楼3个单元，总高8层，1—2层是商铺，3—8层是住家，里面不连通。"
            "现在回家要先走48级露天台阶，到3楼才能乘电梯；住户大多60岁以上。"
            "社区党委书记、居委会主任王菊说：“2/3只是底线，同意加装的户数越多，各家平摊的费用越低。”"
            "（台阶、楼层、住户和这句话见报道；造价、日期、办事的人是示例。）",
            pack_id="cn.tianjin.lift",
            convener=ground.bodies["广顺园社区党委"],
            decider=gettext_noop("每个单元的业主"),
            carrier=ground.bodies["聚鑫园加梯筹备小组"],
            supervisor=ground.bodies["广顺园社区居务监督委员会"],
            building_facts={"storeys": 8, "has_lift": True},
            cost=57_600_000,
            circle=Matter.Circle.NET,
            by=ground.secretary,
        )
    with clock.told_at(at(2023, 6, 12)):
        collectors = [ground.people[LEADER], ground.people[SECOND_LEADER]]
        drive = put(
            matter,
            ground,
            collectors,
            closes_at=at(2023, 7, 1, 0),
            share_reason="新电梯只从街面到3楼，各家用的是同一段，所以各户一样。",
        )
    with clock.told_at(at(2023, 6, 13, 19)):
        paste_chain(drive=drive, text=chain_opening(drive) + CHAIN, by=ground.clerk)
    with clock.told_at(at(2023, 6, 15, 20)):
        answer_by_phone(drive, BY_PHONE)
    asked_at_the_door = [door for door in JUXINYUAN.doors() if door not in JUXINYUAN.vacant.union(BY_PHONE)]
    #: At the first knock these were not at home; their slips came in a later stack.
    later = {(2, "402"), (2, "703"), (3, "301"), (3, "502"), (3, "803")}
    stacks = [
        (at(2023, 6, 17, 20), LEADER, [door for door in asked_at_the_door if door[0] == 1]),
        (at(2023, 6, 18, 20), LEADER, [door for door in asked_at_the_door if door[0] == 2 and door not in later]),
        (
            at(2023, 6, 21, 20),
            SECOND_LEADER,
            [door for door in asked_at_the_door if door[0] == 3 and door not in later],
        ),
        (at(2023, 6, 28, 20), LEADER, sorted(later)),
    ]
    for moment, collector, doors in stacks:
        hand_in(drive, ground, moment, collector, [(door, "yes") for door in doors])
    with clock.told_at(at(2023, 7, 1, 9)):
        run_due()
        decide_drive(drive=drive, by=ground.secretary)
    with clock.told_at(at(2023, 7, 4, 9)):
        run_due()
    return Matter.objects.get(id=matter.id)


def lift_under_way(ground: Ground, now: datetime) -> None:
    """给紫藤里加装一部电梯: one unit has reached the ratio, the others not; here a subsidy may be due."""
    with clock.told_at(now - timedelta(days=14)):
        matter = raise_matter(
            place=ground.zitengli,
            title="给紫藤里加装一部电梯（示例）",
            words="紫藤里6层，没有电梯，楼上的老人下楼难。这件事从头到尾都是示例。",
            pack_id="cn.tianjin.lift",
            convener=ground.bodies["广顺园社区党委"],
            decider=gettext_noop("每个单元的业主"),
            carrier=ground.bodies["广顺园社区居委会"],
            supervisor=ground.bodies["广顺园社区居务监督委员会"],
            building_facts={"storeys": 6, "has_lift": False},
            cost=46_800_000,
            by=ground.secretary,
        )
    with clock.told_at(now - timedelta(days=10)):
        closes_at = end_of_day(now + timedelta(days=12))
        drive = put(matter, ground, [ground.people[SECOND_LEADER]], closes_at=closes_at, share_reason=ZITENGLI_SHARES)
    said = (
        [((1, room), "yes") for room in ("101", "102", "201", "301", "302", "401", "501", "502", "602")]
        + [((1, "202"), "abstain")]
        + [((2, room), "yes") for room in ("202", "302", "402", "502", "501", "602")]
        + [((2, "101"), "no")]
        + [((3, room), "yes") for room in ("301", "402", "601")]
    )
    hand_in(drive, ground, now - timedelta(days=4), SECOND_LEADER, said[:10])
    hand_in(drive, ground, now - timedelta(days=2), SECOND_LEADER, said[10:])


ZITENGLI_SHARES = "先按各户一样估算，方案定下来以后再按楼层商量。"


def new_doors_under_way(ground: Ground, now: datetime) -> None:
    """更换单元门禁: an ordinary matter of all owners of Juxinyuan, shops included, a week after its beginning."""
    with clock.told_at(now - timedelta(days=8)):
        matter = raise_matter(
            place=ground.juxinyuan,
            title="更换聚鑫园的单元门禁（示例）",
            words="单元门的门禁常常刷不开，想换成刷卡、按键都能开的。这件事从头到尾都是示例。",
            pack_id="cn.civil-code.278.ordinary",
            convener=ground.bodies["聚鑫园小区自管委员会"],
            decider=gettext_noop("小区的全体业主"),
            carrier=ground.bodies["广顺园社区居委会"],
            supervisor=ground.bodies["广顺园社区居务监督委员会"],
            cost=1_740_000,
            by=ground.secretary,
        )
    with clock.told_at(now - timedelta(days=7)):
        closes_at = end_of_day(now + timedelta(days=9))
        reason = "一家一张卡，用的是同一扇门，所以各户一样。"
        drive = put(matter, ground, [ground.people[LEADER]], closes_at=closes_at, share_reason=reason)
    lived_in = [door for door in JUXINYUAN.doors() if door not in JUXINYUAN.vacant]
    said = [(door, "no" if place % 11 == 5 else "yes") for place, door in enumerate(lived_in[::2])]
    hand_in(drive, ground, now - timedelta(days=1), LEADER, said)


def put(matter: Matter, ground: Ground, collectors: list[Person], *, closes_at: datetime, share_reason: str) -> Drive:
    """Put the matter to its owners; the demo's clerk enters the slips."""
    return put_to_owners(
        matter=matter,
        closes_at=closes_at,
        collectors=collectors,
        clerks=[ground.people[CLERK]],
        share_method=SharePlan.Method.EQUAL,
        share_reason=share_reason,
        by=ground.secretary,
    )


def end_of_day(moment: datetime) -> datetime:
    """24:00 of the community's day."""
    day = moment.astimezone(clock.SHANGHAI).date() + timedelta(days=1)
    return datetime.combine(day, time(0), tzinfo=clock.SHANGHAI)


def hand_in(drive: Drive, ground: Ground, moment: datetime, collector: str, said: Iterable[tuple[Door, str]]) -> None:
    """A stack of slips: collected, entered by the clerk in the order in which it lies, its photos dropped in one go."""
    seats = dict(Seat.objects.filter(electorate=drive.electorate_id).values_list("short", "id"))
    slips = [(f"{unit}-{room}", choice) for (unit, room), choice in said]
    with clock.told_at(moment):
        stack = start_stack(
            drive=drive,
            collector=ground.people[collector],
            witness="郝素琴",
            collected_on=clock.today(),
            by=ground.clerk,
        )
        entered = [Slip(seat=seats[door], choice=choice, position=n) for n, (door, choice) in enumerate(slips, 1)]
        enter_slips(stack=stack, slips=entered, by=ground.clerk)
        attach_photos(stack=stack, files=photos_of(slips, ground.clerk), by=ground.clerk)


def answer_by_phone(drive: Drive, doors: Iterable[Door]) -> None:
    """At each of these doors the first of its owners agrees on their own phone, under their typed name."""
    shorts = [f"{unit}-{room}" for unit, room in doors]
    asked = Seat.objects.filter(electorate=drive.electorate_id, short__in=shorts).prefetch_related("entitled")
    for seat in asked.order_by("sort_key"):
        owner = min(seat.entitled.all(), key=lambda person: person.id)
        give_voice(seat=seat, choice="yes", typed_name=owner.name, by=as_resident(owner))
