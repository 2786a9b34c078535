"""Which column of the office's sheet is which of ours, told by its heading."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from linli.community.adapters.registers.cells import text_of
from linli.community.adapters.workbooks import Cell, Line, Sheet
from linli.rules.doors import plain

#: What each column of ours may be called in the office's sheet; the first name is the one in our template.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "zone": ("区", "片区", "分区", "区号"),
    "building": ("楼栋", "栋", "幢", "楼号", "栋号", "幢号", "楼栋号", "楼幢", "几号楼", "座", "楼座"),
    "unit": ("单元", "门", "单元号", "门栋", "单元名称", "门号", "门洞"),
    "floor": ("楼层", "层", "所在层", "所在楼层", "层号"),
    "room": ("房号", "房间号", "室号", "室", "户号", "房屋号", "房间", "房屋编号"),
    "door": ("门牌", "门牌号", "地址", "住址", "房屋坐落", "坐落", "房屋地址", "家庭住址", "居住地址", "现住址"),
    "area": ("面积", "建筑面积", "房屋面积", "产权面积", "房屋建筑面积", "专有部分面积"),
    "use": ("用途", "房屋用途", "房屋性质", "规划用途", "房屋类型"),
    "occupied": ("是否入住", "入住", "入住情况", "居住情况", "是否居住", "是否有人住", "居住状态", "房屋状态"),
    "owners": (
        *("业主", "业主姓名", "产权人", "产权人姓名", "房主", "所有权人", "权利人", "房屋所有权人"),
        *("房主姓名", "不动产权利人", "共有人", "业主名字"),
    ),
    "shares": ("份额", "产权份额", "占比", "产权比例", "持有比例", "共有份额", "所有权份额"),
    "head": ("住户", "户主", "户主姓名", "住户姓名", "居住人"),
    "name": ("姓名", "居民姓名", "人员姓名", "成员姓名", "家庭成员", "家庭成员姓名", "成员", "居住人员"),
    "relation": ("与户主关系", "与户主的关系", "户主关系", "家庭关系", "关系", "与业主关系", "与产权人关系"),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "移动电话", "联系号码"),
    "owner_phone": ("业主电话", "业主联系电话", "业主手机", "业主手机号", "产权人电话", "房主电话"),
    "head_phone": ("户主电话", "户主联系电话", "住户电话", "户主手机", "户主手机号"),
    "since": ("入住日期", "入住时间", "迁入日期", "迁入时间", "搬入日期", "搬入时间"),
}
NAMES = {name: column for column, names in COLUMNS.items() for name in names}
SHOWN = {column: names[0] for column, names in COLUMNS.items()}
SAID_LEVELS: tuple[Literal["zone", "building", "unit"], ...] = ("zone", "building", "unit")
SQUARE_METRES = {"", "m2", "平方米", "平米", "平方", "㎡"}
#: Headings that say nothing of a home: not worth naming among what was left out.
COUNTERS = {"序号", "编号", "no", "no."}
HEADER_WITHIN = 30
#: A heading with its unit or a remark in brackets: 面积（平方米）*.
HEADING = re.compile(r"([^()\[\]]*)(?:[(\[]([^()\[\]]*)[)\]])?[*:]*")
#: The name of a sheet of ours that only shows how to fill in the others.
EXAMPLE_SHEET = "示例（不读入）"
OF_OWNERS = re.compile("业主|产权|房主|权利人")
IN_A_GROUP = {"name": "业主", "phone": "业主电话"}


@dataclass(slots=True)
class Headings:
    """The headings of one sheet: our columns → position, how the office wrote them, and which were not needed."""

    row: int
    at: dict[str, int] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)
    twice: dict[str, str] = field(default_factory=dict)

    @property
    def are_there(self) -> bool:
        """Whether the row they were read from is a row of headings at all."""
        return ("room" in self.at or "door" in self.at) and len(self.at) > 1

    def shown(self, column: str) -> str:
        """What the office calls a column of ours."""
        return self.written.get(column) or SHOWN.get(column, column)


def find_headings(sheet: Sheet, lines: Sequence[Line]) -> tuple[Headings | None, int]:
    """The headings of a sheet and how many of its first lines they take with what stands above; None for none.

    Headings may take two rows, the upper one naming groups of columns.
    """
    for index, line in enumerate(lines[:HEADER_WITHIN]):
        alone = headings_of(line.number, line.cells)
        if index + 1 < len(lines):
            below = lines[index + 1]
            both = headings_of(below.number, two_rows(sheet, line, below))
            if both.are_there and len(both.at) > len(alone.at):
                return both, index + 2
        if alone.are_there:
            return alone, index + 1
    return None, 0


def two_rows(sheet: Sheet, upper: Line, lower: Line) -> list[Cell]:
    groups = {
        column: text_of(upper.cells[span.left])
        for span in sheet.wide(upper.number)
        if span.left < len(upper.cells)
        for column in range(span.left, span.right + 1)
    }
    cells: list[Cell] = []
    for column in range(max(len(upper.cells), len(lower.cells))):
        below = lower.cells[column] if column < len(lower.cells) else ""
        above = upper.cells[column] if column < len(upper.cells) else ""
        word = below if below not in (None, "") else above
        if OF_OWNERS.search(groups.get(column, "")):
            word = IN_A_GROUP.get(heading(word), word)
        cells.append(word)
    return cells


def headings_of(number: int, cells: Sequence[Cell]) -> Headings:
    """What a row says when it is read as headings."""
    found = Headings(number)
    for at, cell in enumerate(cells):
        words = text_of(cell)[:40]
        column = heading(cell)
        if column and column not in found.at:
            found.at[column] = at
            found.written[column] = words
        elif column:
            found.twice[column] = words
        elif words and plain(words).lower() not in COUNTERS:
            found.left_out[at] = words
    return found


def heading(cell: Cell) -> str:
    """The column of ours that a heading names, or ""."""
    return column_called(cell) if isinstance(cell, str) and len(cell) <= 40 else ""


@lru_cache(5_000)
def column_called(words: str) -> str:
    match = HEADING.fullmatch(plain(words).lower())
    if not match:
        return ""
    column = NAMES.get(match[1].strip("*:"), "")
    return "" if column == "area" and (match[2] or "") not in SQUARE_METRES else column
