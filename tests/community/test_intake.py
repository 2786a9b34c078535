"""A register taken in: doors matched or made, people only by door, all or nothing, a second time nothing new."""

from collections.abc import Sequence

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from linli.community import models
from linli.community.adapters.register_sheets import write_register_sheet
from linli.community.adapters.registers import read_register
from linli.community.models import Dwelling, Household, Ownership, Person, Place, RegisterDraft, RegisterImport
from linli.community.queries import doors_of, plan_intake, register_rows
from linli.community.services import add_place, lay_out_doors, take_in_register
from linli.record.acting import Acting
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from tests.community.spreadsheets import HEADINGS, RULE, csv_of, the_article_s_building, xlsx_of

TABLES: list[type[Model]] = [
    Place,
    Dwelling,
    Person,
    Household,
    models.Residency,
    Ownership,
    RegisterImport,
    RegisterDraft,
    Event,
]


def sizes() -> list[int]:
    return [table._default_manager.count() for table in TABLES]


def take(
    place: Place, clerk: Acting, *lines: list[str], headings: list[str] = HEADINGS, same_people: Sequence[str] = ()
) -> dict[str, int]:
    reading = read_register(csv_of(*lines, headings=headings), "x.csv")
    counts: dict[str, int] = take_in_register(place=place, reading=reading, same_people=same_people, by=clerk).counts
    return counts


def door(unit: str, room: str, area: str = "85.20", owners: str = "", occupied: str = "", head: str = "") -> list[str]:
    return [unit, "", room, area, "住宅", occupied, owners, head]


def added(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count and name != "unchanged"}


def test_the_article_s_building_from_a_spreadsheet(compound, clerk):
    reading = read_register(xlsx_of(*the_article_s_building()), "x.xlsx")
    taken = take_in_register(place=compound, reading=reading, same_people=["示例商户"], by=clerk)
    assert taken.counts["doors_added"] == 58
    assert taken.counts["places_added"] == 3
    assert Dwelling.objects.filter(use="home").count() == 54
    assert Household.objects.count() == 48
    assert Person.objects.filter(name="示例商户").count() == 1
    units = doors_of(compound, clerk)
    assert [(unit.title, len(unit.doors), unit.with_area, unit.with_owner, unit.occupied) for unit in units] == [
        ("聚鑫园", 4, 4, 4, 0), ("1单元", 18, 18, 18, 16), ("2单元", 18, 18, 18, 16), ("3单元", 18, 18, 18, 16)
    ]  # fmt: skip
    event = Event.objects.get(name="register.taken-in")
    assert event.internal["doors_added"] == 58
    assert "示例" not in str([event.public, event.internal])


def test_a_register_fills_the_doors_laid_out_by_rule(compound, clerk):
    lay_out_doors(place=compound, rule=RULE, by=clerk)
    flats = [line for line in the_article_s_building() if line[4] == "住宅"]
    reading = read_register(xlsx_of(*flats), "x.xlsx")
    counts = take_in_register(place=compound, reading=reading, by=clerk).counts
    assert (counts["places_added"], counts["doors_added"], counts["doors_changed"]) == (0, 0, 54)
    assert Dwelling.objects.count() == 54
    assert Dwelling.objects.filter(area=None).count() == 0
    assert set(Dwelling.objects.values_list("area_source", flat=True)) == {"register"}


def test_the_same_register_again_changes_nothing(compound, clerk):
    data = xlsx_of(*the_article_s_building())
    for again in (False, True, True):
        reading = read_register(data, "x.xlsx")
        before = sizes()[:6]
        counts = take_in_register(place=compound, reading=reading, by=clerk).counts
        assert (added(counts) == {}) is again
        assert (sizes()[:6] == before) is again
        assert counts["unchanged"] == (58 if again else 0)


def test_what_goes_out_comes_in_again_as_nothing_new(compound, clerk):
    take(
        compound,
        clerk,
        door("1", "301", owners="示例甲、示例乙", head="示例甲"),
        door("2", "1001", area="", occupied="否"),
    )
    data = write_register_sheet(register_rows(compound, clerk))
    reading = read_register(data, "x.xlsx")
    assert reading.errors == ()
    assert plan_intake(compound, reading, viewer=clerk).is_nothing


def test_a_name_that_looks_like_a_formula_goes_out_as_text(community, compound, clerk):
    import io

    from openpyxl import load_workbook

    place = add_place(parent=compound, kind="unit", name="=1+1单元", by=clerk)
    Dwelling.objects.create(community=community, place=place, room="301", sort_key="x")
    sheet = load_workbook(io.BytesIO(write_register_sheet(register_rows(compound, clerk)))).active
    cell = sheet["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1单元", "s", True)


def test_a_name_alone_never_makes_two_people_one(compound, clerk):
    take(compound, clerk, door("1", "301", owners="示例甲"), door("2", "301", owners="示例甲"))
    assert Person.objects.filter(name="示例甲", ownerships__isnull=False).distinct().count() == 2


def test_the_clerk_may_say_that_it_is_one_person_also_afterwards(compound, clerk):
    lines = [door("1", "301", owners="示例丁"), door("2", "301", owners="示例丁、示例丙")]
    take(compound, clerk, *lines)
    counts = take(compound, clerk, *lines, same_people=["示例丁"])
    assert added(counts) == {"ownerships_added": 1, "ownerships_ended": 1}
    current = Ownership.objects.filter(until=None, person__name="示例丁")
    assert len({ownership.person_id for ownership in current}) == 1
    assert current.count() == 2
    assert added(take(compound, clerk, *lines, same_people=["示例丁"])) == {}
    assert plan_intake(compound, read_register(csv_of(*lines), "x"), viewer=clerk).joined == {"示例丁"}


def test_owner_and_head_of_one_door_are_one_person(compound, clerk):
    take(compound, clerk, door("1", "301", owners="示例丁", head="示例丁"), door("1", "302", head="示例丁"))
    household = Household.objects.get(dwelling__room="301")
    assert household.head == Ownership.objects.get().person
    assert Household.objects.get(dwelling__room="302").head != household.head


def test_empty_cells_change_nothing(compound, clerk):
    take(compound, clerk, door("1", "301", owners="示例丁", occupied="是"))
    assert added(take(compound, clerk, ["1", "", "301", "", "", "", "", ""])) == {}
    found = Dwelling.objects.get()
    assert (found.area, found.occupied, found.ownerships.count()) == (8520, True, 1)


def test_what_changed_is_shown_before_it_is_written(compound, clerk):
    take(compound, clerk, door("1", "301", owners="示例丁", occupied="是", head="示例戊"))
    lines = [door("1", "301", area="90.00", owners="示例己", occupied="是", head="示例庚")]
    intake = plan_intake(compound, read_register(csv_of(*lines), "x"), viewer=clerk)
    assert [(change.door, change.what, change.before, change.after) for change in intake.changes] == [
        ("一单元301", "area", "85.20", "90.00"),
        ("一单元301", "owner", "示例丁", "示例己"),
        ("一单元301", "household", "示例戊", "示例庚"),
    ]
    take(compound, clerk, *lines)
    assert [str(one.person) for one in Ownership.objects.filter(until=None)] == ["示例己"]
    assert [str(one.head) for one in Household.objects.filter(until=None)] == ["示例庚"]


def test_a_checked_owner_stays_and_is_shown(compound, clerk):
    take(compound, clerk, door("1", "301", owners="示例丁"))
    Ownership.objects.update(verified=True)
    reading = read_register(csv_of(door("1", "301", owners="示例己")), "x")
    assert [change.before for change in plan_intake(compound, reading, viewer=clerk).kept] == ["示例丁"]
    take(compound, clerk, door("1", "301", owners="示例己"))
    assert Ownership.objects.filter(until=None).count() == 2


def test_who_moved_out_is_ended_with_a_date(compound, clerk):
    take(compound, clerk, door("1", "301", occupied="是", head="示例丁"))
    assert added(take(compound, clerk, door("1", "301", occupied="否"))) == {
        "doors_changed": 1, "households_ended": 1, "residents_ended": 1
    }  # fmt: skip
    assert Household.objects.get().until is not None


@pytest.mark.parametrize(
    "bad", [door("1", "302", area="约85"), door("1", "301", area="90"), door("1", "302", area="0")]
)
def test_a_bad_row_stays_out_and_the_good_ones_go_in(compound, clerk, bad):
    reading = read_register(csv_of(door("1", "301"), bad, door("2", "301")), "x.csv")
    counts = take_in_register(place=compound, reading=reading, by=clerk).counts
    assert (counts["doors_added"], len(reading.bad)) == (2, 1)
    assert sorted(Dwelling.objects.values_list("place__name", "room", "area")) == [
        ("一单元", "301", 8520), ("二单元", "301", 8520)
    ]  # fmt: skip


def test_a_failure_in_the_middle_leaves_nothing(compound, clerk, monkeypatch):
    before = sizes()
    reading = read_register(csv_of(door("1", "301", owners="示例丁")), "x.csv")

    def fail(*_, **__):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(RegisterImport.objects, "create", fail)
    with pytest.raises(RuntimeError):
        take_in_register(place=compound, reading=reading, by=clerk)
    assert sizes() == before


def test_several_buildings_must_be_told_apart(compound, clerk):
    for name in ("1号楼", "2号楼"):
        add_place(parent=compound, kind="building", name=name, by=clerk)
    with pytest.raises(Refused) as refused:
        take(compound, clerk, door("1", "301"))
    assert refused.value.code == "register.building-missing"
    take(compound, clerk, ["2栋", "1", "301", "85"], headings=["楼栋", "单元", "房号", "面积"])
    assert list(Dwelling.objects.values_list("place__parent__name", "place__name")) == [("2号楼", "一单元")]


def test_a_register_of_another_building_is_refused(compound, clerk):
    building = add_place(parent=compound, kind="building", name="1号楼", by=clerk)
    headings = ["楼栋", "单元", "房号", "面积"]
    with pytest.raises(Refused) as refused:
        take(building, clerk, ["3", "1", "301", "85"], headings=headings)
    assert refused.value.code == "register.other-place"
    assert take(building, clerk, ["1幢", "1", "301", "85"], headings=headings)["doors_added"] == 1


def test_the_number_of_statements_does_not_grow_with_the_rows(community, clerk):
    counted = []
    for name, rooms in (("小的", 3), ("大的", 300)):
        place = add_place(parent=community, kind="compound", name=name, by=clerk)
        lay_out_doors(place=place, rule="1个单元，1层，每层1户", by=clerk)
        lines = [
            door("1", f"{floor}01", owners=f"示例{floor}、示例乙{floor}", head=f"示例{floor}")
            for floor in range(1, rooms + 1)
        ]
        reading = read_register(csv_of(*lines), "x.csv")
        with CaptureQueriesContext(connection) as first:
            take_in_register(place=place, reading=reading, by=clerk)
        with CaptureQueriesContext(connection) as second:
            doors_of(place, clerk)
        counted.append((len(first), len(second)))
    assert counted[0] == counted[1]


def test_only_the_office_of_this_place_takes_a_register_in(community, compound, clerk, neighbour, hold, system):
    reading = read_register(csv_of(door("1", "301")), "x.csv")
    other = add_place(parent=community, kind="compound", name="示例园", by=system)
    before = sizes()
    for by in (neighbour,):
        with pytest.raises(Forbidden):
            take_in_register(place=compound, reading=reading, by=by)
        with pytest.raises(Forbidden):
            doors_of(compound, by)
    assert sizes() == before
    elsewhere = hold("clerk", other, "示例辛")
    with pytest.raises(Forbidden):
        take_in_register(place=compound, reading=reading, by=elsewhere)
    assert take_in_register(place=other, reading=reading, by=elsewhere).counts["doors_added"] == 1
