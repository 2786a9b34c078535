"""Doors: their order, how they are read, and a building laid out from one line of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.rules.doors import (
    MAX_DOORS,
    DoorName,
    door_key,
    floor_key,
    floor_of_room,
    in_chinese,
    level_key,
    natural_key,
    read_door,
    read_layout,
    read_number,
    room_key,
)
from linli.rules.errors import Refused

#: Written by hand, as people say them.
NUMERALS = {
    "一": 1, "十": 10, "十一": 11, "二十": 20, "二十一": 21, "三十五": 35, "九十九": 99, "一百": 100, "一百零二": 102,
    "两百三十": 230, "一千零一": 1001, "三〇一": 301, "二零二三": 2023, "〇": 0,
}  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(("text", "number"), NUMERALS.items())
def test_numerals_are_read(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["十十", "百", "千", "二三十", "一百十百", "", "甲", "1一"])
def test_what_is_no_numeral_is_not_read(text):
    assert read_number(text) is None


@given(st.integers(1, 99))
def test_numerals_round_trip(number):
    assert read_number(in_chinese(number)) == number


def test_the_order_people_expect():
    expected = ["一单元", "二单元", "３单元", "九单元", "十单元", "十一单元", "20单元", "二十一单元"]
    shuffled = [expected[at] for at in (7, 0, 5, 2, 6, 4, 1, 3)]
    assert sorted(shuffled, key=natural_key) == expected
    assert sorted(["10号楼", "2号楼", "1号楼"], key=natural_key) == ["1号楼", "2号楼", "10号楼"]


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.sampled_from(["单元", "号楼", ""]))
def test_numbers_order_names(one, other, suffix):
    assert (natural_key(f"{one}{suffix}") < natural_key(f"{other}{suffix}")) == (one < other)


@given(st.integers(1, 99), st.integers(1, 99))
def test_numerals_order_like_digits_however_written(one, other):
    assert (natural_key(f"{in_chinese(one)}单元") < natural_key(f"{other}单元".translate(FULL_WIDTH))) == (one < other)


@given(st.text(max_size=300))
def test_a_key_fits_its_column_and_does_not_depend_on_width(name):
    assert len(natural_key(name)) <= 200
    assert len(door_key([name] * 4, name, name, name)) <= 240
    assert natural_key(name.translate(FULL_WIDTH)) == natural_key(name)


def test_basements_lie_below_the_ground():
    assert sorted(["10", "-1", "夹层", "1", "-2", "3层"], key=floor_key) == ["-2", "-1", "1", "3层", "10", "夹层"]


def test_doors_are_ordered_by_unit_then_floor_then_room():
    doors = [(["十单元"], "3", "301"), (["二单元"], "10", "1001"), (["二单元"], "3", "302"), (["二单元"], "3", "301")]
    assert sorted(doors, key=lambda door: door_key(*door)) == doors[:0:-1] + doors[:1]


@pytest.mark.parametrize(
    ("one", "other"),
    [("一单元", "1单元"), ("1", "１门"), ("2号楼", "二栋"), ("2幢", "2号楼"), ("A座", "a栋"), ("十一单元", "11")],
)
def test_one_place_in_two_writings(one, other):
    assert level_key(one) == level_key(other)


def test_different_places_stay_different():
    names = ["1单元", "2单元", "11单元", "A座", "B座", "商铺"]
    assert len({level_key(name) for name in names}) == len(names)


def test_one_room_in_several_writings():
    assert len({room_key(room) for room in ("301", "0301", "３０１", "301室", " 301 ")}) == 1
    assert room_key("301") != room_key("302")


@pytest.mark.parametrize(
    ("room", "floor"), [("301", "3"), ("1203", "12"), ("0301", "3"), ("商铺1", ""), ("31", ""), ("301A", "3")]
)
def test_the_floor_that_a_room_says(room, floor):
    assert floor_of_room(room) == floor


@pytest.mark.parametrize(
    "rule",
    [
        "3个单元, 3–8层, 每层3户",
        "三个单元，3-8层，每层三户",
        "3个单元、3—8楼、每层3户",
        "3单元 3~8层 每层3户",
        "３个单元，３至８层，每层３户",
        "三个单元三到八层每层三户",
        "共3个单元；3层-8层；一梯3户。",
    ],
)
def test_the_article_s_building_has_54_doors(rule):
    doors = read_layout(rule).doors
    assert len(doors) == 54
    assert [door.label for door in doors[:4]] == ["1-301", "1-302", "1-303", "1-401"]
    assert (doors[-1].unit, doors[-1].floor, doors[-1].room, doors[-1].label) == ("三单元", "8", "803", "3-803")
    assert len({door.label for door in doors}) == 54
    assert {door.use for door in doors} == {"home"}


def test_shops_of_the_building_and_of_each_unit():
    whole = read_layout("3个单元，3–8层，每层3户，1-2层商铺4间").doors
    shops = [door for door in whole if door.use == "shop"]
    assert [(door.unit, door.floor, door.room) for door in shops] == [("", "1-2", f"商铺{n}") for n in (1, 2, 3, 4)]
    each = [door for door in read_layout("3个单元，3–8层，每层3户，每单元1层商铺2间").doors if door.use == "shop"]
    assert [(door.unit, door.label) for door in each][:3] == [
        ("一单元", "1-商铺1"), ("一单元", "1-商铺2"), ("二单元", "2-商铺1")
    ]  # fmt: skip


def test_a_building_without_units_counts_from_its_first_floor():
    doors = read_layout("6层，每层2户").doors
    assert [(door.unit, door.label) for door in doors] == [
        ("", f"{floor}0{n}") for floor in range(1, 7) for n in (1, 2)
    ]


@given(st.integers(1, 12), st.integers(1, 30), st.integers(0, 10), st.integers(1, 12))
def test_every_layout_has_units_times_floors_times_doors(units, low, more, per_floor):
    doors = read_layout(f"{units}个单元，{low}–{low + more}层，每层{per_floor}户").doors
    assert len(doors) == len({(door.unit, door.room) for door in doors}) == units * (more + 1) * per_floor
    assert sorted(doors, key=lambda door: door_key([door.unit], door.floor, door.room)) == list(doors)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("", "doors.rule-incomplete"),
        ("3个单元", "doors.rule-incomplete"),
        ("3个单元，3–8层", "doors.rule-incomplete"),
        ("三室两厅", "doors.rule-unread"),
        ("3个单元，3–8层，每层3户，还有地下室", "doors.rule-unread"),
        ("3个单元，8–3层，每层3户", "doors.floors-reversed"),
        ("3个单元，3–8层，每层3户，每层4户", "doors.rule-twice"),
        ("0个单元，3–8层，每层3户", "doors.number-out-of-range"),
        ("3个单元，3–8层，每层0户", "doors.number-out-of-range"),
        ("3个单元，3–800层，每层3户", "doors.number-out-of-range"),
        ("99999999999个单元，3–8层，每层3户", "doors.number-out-of-range"),
        ("60个单元，1–99层，每层30户", "doors.too-many"),
        ("3个单元，2–8层，每层3户，1–2层商铺4间", "doors.floors-overlap"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(rule, code):
    with pytest.raises(Refused) as refused:
        read_layout(rule)
    assert refused.value.code == code
    assert str(refused.value).endswith("。")


@given(st.text(alphabet="0123456789一二三十百个单元层楼每户商铺间–-，, 至有共", max_size=40))
def test_any_line_is_a_layout_or_a_refusal(rule):
    try:
        assert 1 <= len(read_layout(rule).doors) <= MAX_DOORS
    except Refused:
        return


@pytest.mark.parametrize(
    ("line", "door"),
    [
        ("1-301", DoorName(unit="1", room="301")),
        ("一单元301", DoorName(unit="一", room="301")),
        ("1单元 301室", DoorName(unit="1", room="301")),
        ("１－３０１", DoorName(unit="1", room="301")),
        ("1-3-0301", DoorName(building="1", unit="3", room="0301")),
        ("2号楼1单元1203", DoorName(building="2", unit="1", room="1203")),
        ("A座1203", DoorName(building="A", room="1203")),
        ("一区502", DoorName(zone="一", room="502")),
        ("一区2栋3门502号", DoorName(zone="一", building="2", unit="3", room="502")),
        ("502", DoorName(room="502")),
        ("堰塘边第三家", DoorName(name="堰塘边第三家")),
        ("马家营 堰塘边第三家", DoorName(name="马家营 堰塘边第三家")),
    ],
)
def test_a_door_is_read_from_a_line(line, door):
    assert read_door(line) == door


@pytest.mark.parametrize("line", ["", "  ", "---", "1-", "1-2-3-4-5", "123456789", "abc", "长" * 81])
def test_what_names_no_door_is_refused(line):
    with pytest.raises(Refused):
        read_door(line)


@given(st.text(max_size=100))
def test_any_line_names_a_door_or_is_refused(line):
    try:
        door = read_door(line)
    except Refused:
        return
    assert door.room or door.name
