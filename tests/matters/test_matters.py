"""A matter: its number, its bodies, being put once, following its drive."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from linli.community.services import add_place, lay_out_doors
from linli.matters.models import Matter
from linli.matters.queries import for_community, matter_for, own_seats, packs_today, station
from linli.matters.services import edit_matter, put_to_owners, raise_matter, withdraw_matter
from linli.matters.views.putting import put_page
from linli.portal.queries import check_of
from linli.record import clock
from linli.record.models import Event
from linli.record.services import run_due
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Drive
from linli.voting.services import enter_slips
from tests import cast
from tests.at_once import at_once, behind_a_lock
from tests.houses import LIFT, ORDINARY, House, acting_as, build, person_of, seats_of, slips, somebody, stack_of
from tests.journeys.reading import Reader

TINY = "1个单元，3–4层，每层1户"


def raised(house: House, **more: object) -> Matter:
    values: dict[str, object] = {
        "place": house.building,
        "title": "给聚鑫园加装一部电梯",
        "words": "老人上下楼不便。",
        "pack_id": LIFT,
        "convener": house.committee,
        "decider": "每个单元的业主",
        "by": house.secretary,
    }
    return raise_matter(**(values | more))  # type: ignore[arg-type]


def put(house: House, matter: Matter, **more: object) -> Drive:
    values: dict[str, object] = {
        "matter": matter,
        "closes_at": clock.now() + timedelta(days=7),
        "collectors": [person_of(house.leader)],
        "clerks": [person_of(house.clerk)],
        "by": house.secretary,
    }
    return put_to_owners(**(values | more))  # type: ignore[arg-type]


def refusal(call: object, *args: object, **more: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **more)  # type: ignore[operator]
    return refused.value.code


@pytest.fixture
def house(db: None) -> House:
    return build(rule=TINY)


def test_what_was_raised_wrongly_is_mended_under_the_same_number(house: House):
    matter = raised(house, title="给聚鑫园装一步电梯")
    values = {"words": matter.words, "pack_id": ORDINARY, "convener": house.committee, "decider": "全体业主"}
    more = {"matter": matter, **values, "title": " 给聚鑫园装一部电梯 ", "cost": 100, "seen": matter.version}
    for code, wrong in (
        ("matter.no-words", {"title": " "}),
        ("matter.body-elsewhere", {"carrier": build("惠岗社区", rule=TINY).committee}),
        ("pack.unknown", {"pack_id": "cn.nowhere"}),
        ("not-allowed", {"by": house.leader}),
    ):
        assert refusal(edit_matter, **({"by": house.secretary} | more | wrong)) == code
    mended = edit_matter(**more, by=house.clerk)  # type: ignore[arg-type]
    assert (mended.title, mended.pack, mended.cost, mended.number) == (
        "给聚鑫园装一部电梯",
        ORDINARY,
        100,
        matter.number,
    )
    assert check_of(matter.thread_id, house.secretary).is_whole
    # Whoever began from the words before overwrites nothing.
    assert refusal(edit_matter, **more, by=house.secretary) == "matter.changed-meanwhile"
    Matter.objects.filter(id=matter.id).update(title="给聚鑫园装一步电梯")
    assert not check_of(matter.thread_id, house.secretary).is_whole
    put(house, matter)
    assert refusal(edit_matter, **more, by=house.clerk) == "matter.asked"
    assert refusal(edit_matter, **more | {"title": "给301室门口装扶手"}, by=house.clerk) == "notice.title-private"


def test_of_two_who_mend_at_once_the_later_sees_both_texts(db: None):
    at = cast.community()
    compound, secretary, clerk = cast.compound(at), cast.secretary(at), cast.clerk(at)
    bodies = {"convener": cast.organisation(at), "decider": "全体业主"}
    said: dict[str, Any] = {"words": "门锁坏了", "pack_id": ORDINARY, **bodies}
    matter = raise_matter(place=compound, title="更换门禁", **said, by=clerk.by)
    desk = Reader(cast.signed_in(secretary))
    form = desk.open(f"/matters/{matter.id}/edit").form()
    edit_matter(matter=matter, title="别人写的", **said, seen=matter.version, by=clerk.by)
    page = desk.send(form, expect=400, title="我写的")
    assert page.says("别人也改了这件事")
    assert page.says("别人写的")
    assert page.form().values["title"] == ["我写的"]
    matter.refresh_from_db()
    assert matter.title == "别人写的"


def test_what_was_raised_wrongly_is_withdrawn_and_stays_to_be_read(house: House):
    matter = raised(house)
    assert refusal(withdraw_matter, matter=matter, why=" ", by=house.clerk) == "reason.missing"
    assert refusal(withdraw_matter, matter=matter, why="打13800138000问", by=house.clerk) == "matter.why-private"
    assert refusal(withdraw_matter, matter=matter, why="题目写错了", by=house.leader) == "not-allowed"
    for _ in range(2):
        withdraw_matter(matter=matter, why="题目写错了", by=house.clerk)
    assert refusal(put, house, matter) == "matter.withdrawn"
    read = matter_for(somebody(house.community), matter.id)
    assert (read.state, read.withdrawn_why, station(read)[0]) == ("withdrawn", "题目写错了", "info")
    names = [event.name for event in check_of(matter.thread_id, None).events]
    assert names == ["matter.raised", "matter.withdrawn"]
    other = raised(house)
    put(house, other)
    assert refusal(withdraw_matter, matter=other, why="题目写错了", by=house.clerk) == "matter.asked"


def test_numbers_count_per_community_and_year(house: House):
    other = build("惠岗社区", rule=TINY)
    summer, new_year = (
        datetime(2023, 7, 1, 12, tzinfo=clock.SHANGHAI),
        datetime(2024, 1, 1, 0, 5, tzinfo=clock.SHANGHAI),
    )
    with clock.told_at(summer):
        first = [raised(house).number for _ in range(3)]
        first.append(raised(other, convener=other.committee, place=other.building, by=other.secretary).number)
    with clock.told_at(new_year):
        first.append(raised(house).number)
    assert first == ["广顺园-2023-0001", "广顺园-2023-0002", "广顺园-2023-0003", "惠岗-2023-0001", "广顺园-2024-0001"]


def test_numbers_given_at_once_differ(committed_db: str):
    house = build(rule=TINY)
    matters = at_once(*(lambda: raised(house) for _ in range(8)))
    year = clock.today().year
    assert sorted(matter.number for matter in matters) == [  # type: ignore[attr-defined]
        f"广顺园-{year}-{number:04d}" for number in range(1, 9)
    ]


def test_what_is_refused_at_raising(house: House):
    other = build("惠岗社区", rule=TINY)
    assert refusal(raised, house, title="  ") == "matter.no-words"
    assert refusal(raised, house, words="") == "matter.no-words"
    assert refusal(raised, house, title="给301室门口装扶手") == "notice.title-private"
    assert refusal(raised, house, pack_id="cn.nowhere") == "pack.unknown"
    for body in ("convener", "carrier", "supervisor"):
        assert refusal(raised, house, **{body: other.committee}) == "matter.body-elsewhere"
    assert refusal(raised, house, place=other.building) == "not-allowed"
    for by in (house.leader, somebody(house.community), other.secretary):
        assert refusal(raised, house, by=by) == "not-allowed"
    assert not Matter.objects.exists()


def test_a_rule_that_is_not_in_force_on_the_day(house: House):
    with clock.told_at(datetime(2019, 1, 1, tzinfo=clock.SHANGHAI)):
        assert refusal(raised, house) == "pack.none-in-force"
        assert LIFT not in {pack.id for pack in packs_today()}


def test_a_matter_is_put_once(house: House):
    matter = raised(house, cost=57_600_000)
    drive = put(house, matter, share_method="area", share_reason="民法典第二百八十三条")
    assert refusal(put, house, matter) == "matter.put-already"
    matter.refresh_from_db()
    assert (matter.drive, matter.state, Drive.objects.count()) == (drive, "asking", 1)
    assert drive.share_plan.cost == 57_600_000


def test_a_matter_put_twice_at_once_is_put_once(committed_db: str):
    house = build(rule=TINY)
    matter = raised(house)
    lock = "select 1 from matters_matter where id = %s for update"
    outcomes = behind_a_lock(committed_db, lock, matter.id, lambda: put(house, matter), lambda: put(house, matter))
    assert sorted(each.code if isinstance(each, Refused) else type(each).__name__ for each in outcomes) == [
        "Drive",
        "matter.put-already",
    ]
    assert Drive.objects.count() == 1


def test_who_may_not_put_it_is_told_so_first(house: House):
    matter = raised(house)
    put(house, matter)
    for by in (house.leader, somebody(house.community), build("惠岗社区", rule=TINY).secretary):
        with pytest.raises(Forbidden):
            put(house, matter, by=by)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"closes_at": datetime(2020, 1, 1, tzinfo=clock.SHANGHAI)}, "drive.deadline-past"),
        ({"clerks": []}, "drive.nobody-named"),
        ({"collectors": []}, "drive.nobody-named"),
        ({"share_method": "area", "share_reason": " "}, "shares.no-reason"),
        ({"share_method": "coefficients", "share_reason": "x"}, "shares.no-such-method"),
        ({"share_method": "lottery", "share_reason": "x"}, "shares.no-such-method"),
    ],
)
def test_what_is_refused_at_putting_opens_nothing(house: House, more: dict[str, object], code: str):
    matter = raised(house, cost=57_600_000)
    assert refusal(put, house, matter, **more) == code
    matter.refresh_from_db()
    assert (matter.drive, matter.state, Drive.objects.count()) == (None, "raised", 0)


def test_the_drives_deadlines_carry_the_matter_to_its_end(house: House):
    """Open until the deadline, gathering for three days, decided by the worker, and the matter follows."""
    matter = raised(house)
    drive = put(house, matter)
    enter_slips(stack=stack_of(house, drive), slips=slips(seats_of(drive)), by=house.clerk)
    states = []
    for hours in (-1, 0, 71, 72, 72.1):
        with clock.told_at(drive.closes_at + timedelta(hours=hours)):
            run_due()
            run_due()
        drive.refresh_from_db()
        matter.refresh_from_db()
        states.append((drive.state, matter.state))
    assert states == [
        ("open", "asking"),
        ("gathering", "asking"),
        ("gathering", "asking"),
        ("decided", "decided"),
        ("decided", "decided"),
    ]
    names = list(Event.objects.filter(subject__in=[drive.id, matter.id]).order_by("id").values_list("name", flat=True))
    assert names == ["matter.raised", "drive.opened", "matter.put", "drive.closed", "drive.decided", "matter.decided"]


def test_each_reads_the_matters_of_their_own_community(house: House):
    other = build("惠岗社区", rule=TINY)
    mine = raised(house)
    theirs = raised(other, convener=other.committee, place=other.building, by=other.secretary)
    open_to_all = raised(house, circle="net")
    resident = somebody(house.community)
    assert set(for_community(resident)) == {mine, open_to_all}
    assert matter_for(resident, mine.id) == mine
    for viewer in (None, other.secretary):
        with pytest.raises(Forbidden):
            matter_for(viewer, mine.id)
        assert matter_for(viewer, open_to_all.id) == open_to_all
    put(house, mine)
    put(other, theirs, collectors=[person_of(other.leader)], clerks=[person_of(other.clerk)], by=other.secretary)
    owner = acting_as(seats_of(mine_drive := Drive.objects.get(matter=mine))[0].entitled.get())
    assert [(matter, seat.electorate_id) for matter, seat in own_seats(owner)] == [(mine, mine_drive.electorate_id)]


def test_before_opening_the_list_of_the_asked_is_the_list_that_is_frozen(house: House):
    """Two buildings have a first unit each: two lines, as there will be two results, and the shop in neither."""
    compound = house.building.parent
    assert compound is not None
    second = add_place(parent=compound, kind="building", name="2号楼", by=house.system)
    lay_out_doors(place=second, rule="1个单元，3–4层，每层2户，1层商铺1间", by=house.system)
    matter = raised(house, place=compound)
    page = put_page(matter, house.secretary)
    drive = put(house, matter)
    frozen = Counter(str(seat.scope) for seat in seats_of(drive))
    assert {line.cells[0]: line.cells[1] for line in page["units"]} == dict(frozen)
    assert (len(frozen), page["shops"]) == (2, 1)


def test_the_rules_that_are_offered_are_for_owners_and_for_the_place():
    with clock.told_at(datetime(2026, 3, 1, tzinfo=clock.SHANGHAI)):
        tianjin, zaoyang = ({pack.id for pack in packs_today(code)} for code in ("120103008001", "420683001001"))
    assert LIFT in tianjin
    assert LIFT not in zaoyang
    assert not any(name.startswith(("cn.residents", "cn.villagers")) for name in tianjin | zaoyang)
    assert "cn.civil-code.278.special" in tianjin & zaoyang
