"""A register read from its lines: what is sure, and every fault by row and column with words that say what to do."""

import zlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.community.adapters.registers import Reading, read_register
from linli.rules.errors import Refused
from tests.community.spreadsheets import HEADINGS, csv_of, the_article_s_building, xlsx_of


def read(*lines: Sequence[str], headings: Sequence[str] = HEADINGS) -> Reading:
    return read_register(csv_of(*lines, headings=headings), "x.csv")


def line(**cells: str) -> list[str]:
    """One line of the usual headings: unit 1, room 301, and what is given."""
    usual = {"单元": "1", "楼层": "3", "房号": "301", "面积": "85.20"} | cells
    return [usual.get(heading, "") for heading in HEADINGS]


def words(reading: Reading, level: str = "error") -> list[str]:
    return [
        f"第{fault.row}行 {fault.column}：{fault.words.format(**fault.facts)}"
        for fault in reading.faults
        if fault.level == level
    ]


def test_the_article_s_building():
    reading = read_register(xlsx_of(*the_article_s_building()), "聚鑫园.xlsx")
    assert reading.errors == ()
    assert len(reading.rows) == 58
    assert sum(row.use == "home" for row in reading.rows) == 54
    assert sum(row.occupied is True for row in reading.rows) == 48
    first = reading.rows[0]
    assert (first.unit, first.floor, first.room, first.area, first.owners) == (
        "1单元", "3", "301", 8101, ("示例甲三1",)
    )  # fmt: skip
    assert list(reading.same_names) == ["示例商户"]


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("85.2", 8520),
        ("85.20㎡", 8520), ("８５．２", 8520), ("85", 8500), ('"1,085.20"', 108520), ("85.2平方米", 8520),
        ("85.2 m²", 8520), ("", None), ("不详", None), ("85.19999999999999", 8520), ("85.200000000000003", 8520),
        ("0.01", 1), ("120.5平米", 12050),
    ],
)  # fmt: skip
def test_areas_are_read_exactly(text, area):
    reading = read(line(面积=text))
    assert words(reading) == []
    assert reading.rows[0].area == area


@given(st.integers(1, 10_000_000))
def test_every_area_to_the_hundredth_survives_a_spreadsheet_s_number(area):
    text = f"{area // 100}.{area % 100:02d}"
    assert read(line(面积=text)).rows[0].area == read(line(面积=repr(float(text)))).rows[0].area == area


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"面积": "约85"}, "第2行 面积：写的是“约85”，请写数字，例如 85.20。"),
        ({"面积": "-85"}, "第2行 面积：写的是“-85”，面积要大于0；不知道就空着。"),
        ({"面积": "0"}, "第2行 面积：写的是“0”，面积要大于0；不知道就空着。"),
        ({"面积": "0.00㎡"}, "第2行 面积：写的是“0.00㎡”，面积要大于0；不知道就空着。"),
        ({"面积": "85.123"}, "第2行 面积：写的是“85.123”，请写到小数点后两位，例如 85.20。"),
        ({"面积": "1e5"}, "第2行 面积：写的是“1e5”，请写数字，例如 85.20。"),
        ({"面积": "nan"}, "第2行 面积：写的是“nan”，请写数字，例如 85.20。"),
        ({"面积": "999999"}, "第2行 面积：写的是“999999”，一户不会这么大，请核对。"),
        ({"房号": ""}, "第2行 房号：没写房号，请写上，例如 301。"),
        ({"房号": "--"}, "第2行 房号：写的是“--”，请写房号，例如 301。"),
        ({"单元": ""}, "第2行 单元：没写单元，上面也没有可以照着的。请写上单元，例如 1单元。"),
        ({"用途": "车库"}, "第2行 用途：写的是“车库”，请写“住宅”或“商铺”；车库、储藏室不算一户，请删去这一行。"),
        ({"是否入住": "也许"}, "第2行 是否入住：写的是“也许”，请写“是”或“否”；不清楚就空着。"),
        ({"业主": "示例甲13800000000"}, "第2行 业主：这里只写姓名，几个人用“、”分开；电话、证件号不要写在这一栏。"),
        ({"单元": "长" * 30}, "第2行 单元：写得太长，最多24个字。"),
    ],
)
def test_a_fault_is_named_by_row_and_column(cells, said):
    reading = read(line(**cells))
    assert words(reading) == [said]


def test_two_lines_of_one_door_however_written():
    reading = read(line(), line(房号="302"), line(单元="一单元", 房号="0301室"))
    assert words(reading) == ["第4行 房号：一单元0301和第2行重复。一户只写一行，几位业主写在一格里，用“、”分开。"]


def test_all_faults_of_a_file_are_named_at_once():
    assert len(words(read(line(面积="约85", 用途="车库"), line(房号="", 业主="123456")))) == 4


@pytest.mark.parametrize("between", ["、", "/", "；", ";", "，", " 、 "])
def test_several_owners_stand_in_one_cell(between):
    reading = read(line(业主=f"示 例甲{between}示例乙{between}示例甲"))
    assert reading.rows[0].owners == ("示例甲", "示例乙")


@pytest.mark.parametrize("nobody", ["", "无", "不详", "—", "/"])
def test_words_for_nobody_are_no_owner(nobody):
    assert read(line(业主=nobody)).rows[0].owners == ()


@pytest.mark.parametrize(
    ("text", "occupied"), [("是", True), ("√", True), ("已入住", True), ("空置", False), ("", None)]
)
def test_whether_somebody_lives_there(text, occupied):
    assert read(line(是否入住=text)).rows[0].occupied is occupied


def test_headings_by_other_names_below_a_title():
    reading = read_register(
        "聚鑫园住户登记表\n门 牌,建筑面积（㎡）,产权人,户主\n"
        "1-301,85.2,示例甲,示例乙\n一区502,90,,\n堰塘边第三家,,,\n".encode(),
        "x.csv",
    )
    assert words(reading) == []
    assert [(row.row, row.zone, row.unit, row.floor, row.room, row.name) for row in reading.rows] == [
        (3, "", "一单元", "3", "301", ""), (4, "一区", "", "5", "502", ""), (5, "", "", "", "", "堰塘边第三家")
    ]  # fmt: skip
    assert (reading.rows[0].owners, reading.rows[0].head) == (("示例甲",), "示例乙")


def test_columns_nobody_needs_are_left_out_and_named():
    reading = read(
        ["1", "301", "85.2", "120101199001011234", "佛教", "糖尿病", "13800000000", "独居"],
        headings=["单元", "房号", "面积", "身份证号", "宗教", "疾病", "电话", "备注"],
    )
    assert reading.left_out == ("身份证号", "宗教", "疾病", "备注")
    kept = zlib.decompress(reading.packed()).decode()
    for secret in ("120101199001011234", "佛教", "糖尿病", "独居"):
        assert secret not in kept


def test_an_area_in_another_measure_is_not_taken_for_square_metres():
    reading = read(["1", "301", "0.5"], headings=["单元", "房号", "面积（亩）"])
    assert reading.left_out == ("面积（亩）",)
    assert reading.rows[0].area is None


def test_of_two_columns_that_say_the_same_the_first_is_read():
    reading = read(["1", "301", "85", "80"], headings=["单元", "房号", "面积", "建筑面积"])
    assert words(reading, "doubt") == ["第1行 面积：有两栏都是“建筑面积”，只读了前面一栏“面积”。请核对。"]
    assert reading.rows[0].area == 8500


@pytest.mark.parametrize("text", ["房号\n301\n", "姓名,电话\n甲,1\n", "1,301,85\n", "随便写的一句话\n"])
def test_without_headings_nothing_is_read(text):
    with pytest.raises(Refused) as refused:
        read_register(text.encode(), "x.csv")
    assert refused.value.code == "register.no-headings"


def test_headings_without_homes_are_refused():
    with pytest.raises(Refused) as refused:
        read()
    assert refused.value.code == "register.no-rows"


def test_sums_and_empty_lines_are_no_doors():
    reading = read(line(), [""] * 8, ["合计", "", "", "4600", "", "", "", ""])
    assert len(reading.rows) == 1
    assert "第4行 ：像是合计行，没有读入。" in words(reading, "notice")


def test_doubts_do_not_refuse():
    reading = read(
        line(面积="3.00"), line(房号="302", 业主="示例甲等3人"), line(房号="303", 是否入住="否", 住户="示例乙")
    )
    assert reading.errors == ()
    assert [fault.kind for fault in reading.faults if fault.level == "doubt"] == [
        "area-unlikely", "owners-incomplete", "head-but-empty"
    ]  # fmt: skip


def test_a_door_that_the_spreadsheet_turned_into_a_date():
    from datetime import date

    reading = read_register(xlsx_of([date(2023, 1, 3), 85], headings=["门牌", "面积"]), "x.xlsx")
    assert [fault.kind for fault in reading.errors] == ["became-date"]


def test_a_name_at_two_doors_is_a_question():
    reading = read(line(业主="示例甲"), line(房号="302", 业主="示例乙"), line(单元="2", 业主="示例甲、示例丙"))
    assert reading.same_names == {"示例甲": ("一单元301", "二单元301")}


def test_a_reading_survives_being_kept():
    reading = read(line(业主="示例甲"), line(房号="302", 面积="约85"))
    assert Reading.unpacked(reading.packed()) == reading
