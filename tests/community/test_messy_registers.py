"""Registers as offices have them: each workbook by hand, and by hand what a careful clerk would read in it."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.community.adapters.registers import Reading, read_register, read_registers
from linli.community.adapters.registers.cells import day_in, names_in, phones_in
from linli.rules.doors import level_key, name_key, plain, read_door, room_key
from linli.rules.errors import Refused
from tests.community.messy import book_of, ods_of, ods_row, xls_of
from tests.community.spreadsheets import csv_of


def kinds(reading: Reading, *levels: str) -> list[tuple[int, str, str]]:
    """(row, kind, level) of what is said, but for what is left out of columns and areas."""
    quiet = {"column-left-out", "use-missing", "area-unknown", "phone-tells-people-apart"}
    return [
        (fault.row, fault.kind, fault.level)
        for fault in reading.faults
        if fault.kind not in quiet and (not levels or fault.level in levels)
    ]


def doors(reading: Reading) -> list[str]:
    return [row.label for row in reading.rows]


#: One family a block: the door and the head are written once, in cells merged over the block or left empty below.
BLOCKS: list[list[object]] = [
    ["聚鑫园居民家庭登记表"],
    ["单元", "房号", "户主", "姓名", "与户主关系", "联系电话", "身份证号", "宗教信仰"],
    ["一单元", "301", "陈玉兰", "陈玉兰", "户主", 13800001234.0, "120101", "无"],
    [None, None, None, "李志强", "夫", "１３８-００００-１２３５", "120102", None],
    [None, None, None, "李小梅", "女", None, "120103", None],
    [None, "302", "王秀英", "王秀英", "户主", None, "120104", None],
    [None, "303", "空置", None, None, None, None, None],
    ["二单元", "301", "周建华", "周建华", "户主", "13900005678", "120105", None],
    [None, None, None, "周小明", "子", None, "120106", None],
    ["合计", None, "4户", None, None, None, None, None],
    ["填表人：林小梅", None, None, "审核：周文静", None, None, None, None],
]
MERGED = ["A1:H1", "A3:A7", "B3:B5", "C3:C5", "A8:A9", "B8:B9", "C8:C9"]


def check_blocks(reading: Reading, carried: int = 0) -> None:
    assert reading.counts == {"dwellings": 4, "occupied": 3, "persons": 6, "owners": 0}
    assert doors(reading) == ["一单元301", "一单元302", "一单元303", "二单元301"]
    assert [row.families for row in reading.rows] == [
        (("陈玉兰", "李志强", "李小梅"),), (("王秀英",),), (), (("周建华", "周小明"),)
    ]  # fmt: skip
    assert [row.occupied for row in reading.rows] == [None, None, False, None]
    assert reading.rows[0].phones == {"陈玉兰": "13800001234", "李志强": "13800001235"}
    assert reading.left_out == ("身份证号", "宗教信仰")
    assert Counter(kind for _, kind, _ in kinds(reading)) == Counter(
        {"total-row": 1, "note-row": 1} | ({"carried-down": carried} if carried else {})
    )
    assert "120101" not in str(reading.packed())


def test_family_blocks_under_merged_cells():
    check_blocks(read_register(book_of(BLOCKS, merged=MERGED), "x.xlsx"))


def test_family_blocks_in_an_old_xls():
    merged = [(0, 0, 0, 7), (2, 6, 0, 0), (2, 4, 1, 1), (2, 4, 2, 2), (7, 8, 0, 0), (7, 8, 1, 1), (7, 8, 2, 2)]
    check_blocks(read_register(xls_of(BLOCKS, merged=merged), "x.xls"))


def test_family_blocks_in_an_ods():
    spans = {2: {0: 5, 1: 3, 2: 3}, 7: {0: 2, 1: 2, 2: 2}}
    rows = [ods_row(*row, spans=spans.get(at)) for at, row in enumerate(BLOCKS)]
    rows.append(ods_row(None, attributes='table:number-rows-repeated="1048000"'))
    check_blocks(read_register(ods_of(*rows), "x.ods"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_family_blocks_whose_merged_cells_a_csv_lost(encoding):
    lines = [["" if cell is None else cell for cell in row] for row in BLOCKS]
    data = csv_of(*lines[1:], headings=[str(cell) for cell in lines[0]], encoding=encoding)
    # 302 and 303 have no unit of their own: a family list is meant to be read on, and says so.
    check_blocks(read_register(data, "x.csv"), carried=1)


def test_a_list_of_doors_with_an_empty_unit_is_read_on_and_asked_about():
    reading = read_register(
        csv_of(["1单元", "301", "85"], ["", "302", "85"], ["", "303", "85"], ["2单元", "301", "85"],
               headings=["单元", "房号", "面积"]), "x.csv",
    )  # fmt: skip
    assert doors(reading) == ["1单元301", "1单元302", "1单元303", "2单元301"]
    (fault,) = [fault for fault in reading.faults if fault.kind == "carried-down"]
    assert (fault.row, fault.level, fault.facts) == (3, "doubt", {"count": 2, "value": "1单元"})


def test_shops_below_the_flats_belong_to_no_unit():
    reading = read_register(
        csv_of(["1单元", "301", "住宅"], ["", "商铺1", "商铺"], headings=["单元", "房号", "用途"]), "x.csv"
    )
    assert doors(reading) == ["1单元301", "商铺1"]


def test_headings_in_two_rows_under_groups():
    data = book_of(
        [
            ["聚鑫园", None, None, None, None, None],
            ["房屋", None, "业主信息", None, "住户", None],
            ["门牌号", "建筑面积（㎡）", "姓名", "电话", "户主姓名", "户主电话"],
            ["3-2-502", 85.2, "魏长林、袁秀琴", "13800000001/13800000002", "魏长林", None],
        ],
        merged=["A1:F1", "A2:B2", "C2:D2", "E2:F2"],
    )
    (row,) = read_register(data, "x.xlsx").rows
    assert (row.label, row.area, row.owners, row.head) == ("3号楼二单元502", 8520, ("魏长林", "袁秀琴"), "魏长林")
    assert row.phones == {"魏长林": "13800000001", "袁秀琴": "13800000002"}


def test_headings_far_below_titles_and_again_on_every_page():
    head = ["房号", "业主"]
    rows = [[f"第{n}行说明"] for n in range(1, 21)] + [head, ["301", "甲一"], head, ["302", "乙二"]]
    assert doors(read_register(book_of(rows), "x.xlsx")) == ["301", "302"]


def test_titles_between_the_rows_and_on_the_sheet_say_building_and_unit():
    rows = [["房号", "业主"], ["一单元"], ["301", "甲一"], ["302", "乙二"], ["二单元"], ["301", "丙三"]]
    reading = read_register(book_of(rows, title="3号楼"), "x.xlsx")
    assert doors(reading) == ["3号楼一单元301", "3号楼一单元302", "3号楼二单元301"]
    assert kinds(reading) == [(0, "level-from-sheet", "notice")]


def test_hidden_rows_and_columns_are_read_and_said_and_hidden_sheets_are_not_read():
    rows: list[list[object]] = [["房号", "业主", "面积"], ["301", "甲一", 80], ["302", "乙二", 80], ["303", "丙三", 80]]
    for data in (
        book_of(rows, hide=["3", "4", "B"]),
        xls_of(rows, hidden_rows=[2, 3], hidden_columns=[1]),
        ods_of(
            ods_row(*rows[0]), ods_row(*rows[1]),
            *(ods_row(*row, attributes='table:visibility="filter"') for row in rows[2:]),
            columns='<table:table-column/><table:table-column table:visibility="collapse"/>',
        ),
    ):  # fmt: skip
        reading = read_register(data, "x")
        assert doors(reading) == ["301", "302", "303"]
        assert kinds(reading) == [(1, "column-hidden", "notice"), (3, "rows-hidden", "doubt")]
    reading = read_register(xls_of(rows, more="旧表"), "x.xls")
    assert (len(reading.rows), kinds(reading)) == (3, [(0, "sheet-hidden", "doubt")])


def test_two_workbooks_complete_one_another():
    families = csv_of(
        ["3号楼2单元502室", "陈玉兰", "13800001234"], ["3号楼2单元601", "周建华", ""],
        headings=["家庭住址", "户主", "联系电话"],
    )  # fmt: skip
    areas = csv_of(
        ["2", "502", "85.20", "陈玉兰（50%）、陈国庆（50%）"], ["2", "601", "60.00", "示例公司"],
        ["2", "602", "61.00", ""], headings=["单元", "房号", "建筑面积", "产权人"],
    )  # fmt: skip
    reading = read_registers([(families, "户籍.csv"), (areas, "产权.csv")])
    assert doors(reading) == ["3号楼二单元502", "3号楼二单元601", "3号楼二单元602"]
    assert [(row.area, row.owners, row.head) for row in reading.rows] == [
        (8520, ("陈玉兰", "陈国庆"), "陈玉兰"), (6000, ("示例公司",), "周建华"), (6100, (), "")
    ]  # fmt: skip
    assert reading.rows[0].shares == {"陈玉兰": "1/2", "陈国庆": "1/2"}
    # 陈玉兰 owns and lives at 502: one person of the two lists.
    assert reading.counts == {"dwellings": 3, "occupied": 2, "persons": 4, "owners": 3}
    assert kinds(reading) == []


def test_what_two_workbooks_say_differently_is_asked():
    one = csv_of(["1-301", "85.20", "甲一"], headings=["门牌", "面积", "业主"])
    other = csv_of(["1单元301室", "58.20", "乙二"], headings=["门牌", "面积", "业主"])
    reading = read_registers([(one, "一.csv"), (other, "二.csv")])
    assert [(row.area, row.owners) for row in reading.rows] == [(8520, ("甲一",))]
    assert [(fault.sheet, fault.row, fault.column, fault.level) for fault in reading.faults if fault.row] == [
        ("二.csv", 2, "面积", "doubt"), ("二.csv", 2, "业主", "doubt")
    ]  # fmt: skip


def test_a_person_is_told_by_phone_else_by_door_and_never_by_name():
    lines = [["1-301", "王芳", "13800001234.0"], ["1-302", "王芳", "138 0000 1234"], ["1-401", "王芳", ""],
             ["1-402", "王芳", "13900000000"], ["2-101", "张伟", ""], ["2-102", "张伟", ""]]  # fmt: skip
    reading = read_register(csv_of(*lines, headings=["门牌", "业主", "电话"]), "x.csv")
    # Three 王芳 (one with two homes, one without a phone, one with another number) and two 张伟.
    assert reading.counts == {"dwellings": 6, "occupied": 0, "persons": 5, "owners": 5}
    assert set(reading.same_names) == {"王芳", "张伟"}


def test_a_person_twice_in_one_home_is_one():
    lines = [["301", "王芳", "户主"], ["301", "王芳", "户主"], ["301", "李强", "夫"]]
    reading = read_register(csv_of(*lines, headings=["房号", "姓名", "与户主关系"]), "x.csv")
    assert reading.counts["persons"] == 2
    assert kinds(reading) == [(3, "person-twice", "notice")]


def test_a_bad_row_is_left_out_with_the_rows_that_hang_on_it():
    lines = [["301", "约80", "甲一"], ["", "", "甲二"], ["302", "80", "乙一"], ["", "", "乙二"]]
    reading = read_register(csv_of(*lines, headings=["房号", "面积", "姓名"]), "x.csv")
    assert doors(reading) == ["302"]
    assert reading.rows[0].families == (("乙一", "乙二"),)
    assert kinds(reading, "error") == [(2, "area-unread", "error"), (3, "above-left-out", "error")]
    assert [(bad.row, dict(bad.cells)) for bad in reading.bad] == [
        (2, {"room": "301", "area": "约80", "name": "甲一"}), (3, {"name": "甲二"})
    ]  # fmt: skip


def test_the_very_same_row_twice_is_one_and_another_of_the_door_is_left_out():
    head = ["门牌", "面积", "业主"]
    reading = read_register(
        csv_of(["1-301", "80", "甲一"], ["1-301", "80", "甲一"], ["1-301", "90", "乙二"], headings=head), "x.csv"
    )
    assert len(reading.rows) == 1
    assert kinds(reading) == [(3, "row-twice", "notice"), (4, "door-twice", "error")]


def test_rural_doors_have_names():
    lines = [["堰塘边第三家", "罗家"], ["堰塘边 第3家", "罗家"], ["马家营一组12号", "惠家"]]
    reading = read_register(csv_of(*lines, headings=["住址", "户主"]), "x.csv")
    assert doors(reading) == ["堰塘边第三家", "马家营一组12号"]


def test_addresses_of_two_compounds_in_one_register_are_asked_about():
    lines = [["桃园街道聚鑫园1-301", "甲一"], ["聚鑫园1-302", "乙二"], ["紫藤里1-101", "丙三"]]
    reading = read_register(csv_of(*lines, headings=["地址", "业主"]), "x.csv")
    assert kinds(reading) == [(4, "other-compound", "doubt")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张三、李四", {"张三": "", "李四": ""}),
        ("张三50%、李四50％", {"张三": "1/2", "李四": "1/2"}),
        ("张三（1/3），李四（2/3）", {"张三": "1/3", "李四": "2/3"}),
        ("张三/李四", {"张三": "", "李四": ""}),
        ("张三 李四各50%", {"张三": "1/2", "李四": "1/2"}),
        ("张三占60%；李四占40%", {"张三": "3/5", "李四": "2/5"}),
        ("张三和李四", {"张三": "", "李四": ""}),
        ("王 芳", {"王芳": ""}),
        ("张三（已故）", {"张三": ""}),
        ("和平（个体）", {"和平": ""}),
        ("无", {}),
    ],
)  # fmt: skip
def test_owners_of_one_cell_with_their_shares(text, names):
    assert dict(names_in(text, "owners")) == names


def test_shares_that_make_no_whole_are_asked_about():
    head = ["房号", "业主", "份额"]
    for shares, asked in (("1/2、1/2", 0), ("33.33%、33.33%", 1), ("各50%", 0), ("60%、30%", 1)):
        reading = read_register(csv_of(["301", "甲一、乙二", shares], headings=head), "x.csv")
        assert [kind for _, kind, _ in kinds(reading)] == ["shares-not-whole"] * asked, shares


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("13800001234.0", ["13800001234"]), ("１３８００００１２３４", ["13800001234"]),
        ("+86 138-0000-1234", ["13800001234"]), ("8613800001234", ["13800001234"]),
        ("022-23456789", ["02223456789"]), ("23456789", ["23456789"]),
        ("13800001234/13900005678", ["13800001234", "13900005678"]), ("1.38E+10", []), ("12345", []), ("无", []),
    ],
)  # fmt: skip
def test_phones_however_they_were_typed(text, phones):
    assert list(phones_in(plain(text))) == phones


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-03-05", date(2021, 3, 5)), ("2021.3.5", date(2021, 3, 5)), ("2021/3/5", date(2021, 3, 5)),
        ("2021年3月5日", date(2021, 3, 5)), ("2021年3月", date(2021, 3, 1)), ("20210305", date(2021, 3, 5)),
        ("44260", date(2021, 3, 5)), ("2021-03-0500:00:00", date(2021, 3, 5)), ("去年", None), ("2021-13-05", None),
    ],
)  # fmt: skip
def test_days_however_they_were_typed(text, day):
    assert day_in(text) == day


NUMBER = st.integers(1, 99)
CHINESE = "〇一二三四五六七八九"


def chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else ("十" if tens == 1 else CHINESE[tens] + "十")) + (CHINESE[ones] if ones else "")


@given(
    building=NUMBER, unit=NUMBER, floor=st.integers(1, 33), door=st.integers(1, 9),
    wide=st.booleans(), before=st.sampled_from(["", "聚鑫园", "天津市河西区桃园街道聚鑫园"]),
)  # fmt: skip
def test_one_door_however_written_has_one_key(building, unit, floor, door, wide, before):
    room = f"{floor}0{door}"
    wanted = (level_key(str(building)), level_key(str(unit)), room_key(room))
    for form in (
        "{before}{building}-{unit}-{room}", "{before}{building}号楼{unit}单元{room}室",
        "{before}{building}栋{unit}单元{room}",
        "{before}{cbuilding}幢{cunit}单元 {room}号", "{before}{building}#楼{unit}单元{room}",
        "{before}{building}号楼{unit}门{floor}楼{room}", "{before} {building} 号楼 {unit} 单元 {room}",
    ):  # fmt: skip
        text = form.format(
            before=before, building=building, unit=unit, room=room, floor=floor,
            cbuilding=chinese(building), cunit=chinese(unit),
        )  # fmt: skip
        if wide:
            text = text.translate({ord(figure): ord(figure) + 0xFEE0 for figure in "0123456789-"})
        read = read_door(text)
        assert (level_key(read.building), level_key(read.unit), room_key(read.room)) == wanted, text


@given(st.text(st.characters(categories=["Lo"]), min_size=1, max_size=20))
def test_a_door_in_words_is_its_own_key(text):
    try:
        read = read_door(text)
    except Refused:
        return
    if read.name:
        assert name_key(read.name) == name_key(f" {text} ")
