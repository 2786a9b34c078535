"""The registers of homes that the demo's office brings in: real workbooks, every person and area in them invented."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

SURNAMES = "刘陈杨黄吴徐朱马胡郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪范"
GIVEN = ("秀英", "建华", "玉珍", "志强", "桂兰", "国庆", "淑芬", "德明", "凤霞", "永福", "慧敏")
HEADINGS = ("单元", "楼层", "房号", "建筑面积", "用途", "业主", "是否入住", "户主")


@dataclass(frozen=True, slots=True)
class Homes:
    """The homes of one building as its register has them.

    ``areas`` are the m² of each door of a landing, ``vacant`` the doors (unit, room) where nobody lives, ``owners``
    the doors whose owners the story knows by name; all others get an invented name of their own.
    """

    units: int
    floors: range
    areas: tuple[str, ...]
    vacant: frozenset[tuple[int, str]]
    owners: Mapping[tuple[int, str], str]

    def doors(self) -> Iterator[tuple[int, str]]:
        """Every door as (unit, room), from the ground up."""
        for unit, floor, number in product(range(1, self.units + 1), self.floors, range(1, len(self.areas) + 1)):
            yield unit, f"{floor}{number:02d}"


def invented_names(start: int) -> Iterator[str]:
    """Names of nobody, each once; another ``start`` gives other people."""
    for number in range(start, start + len(SURNAMES) * len(GIVEN)):
        yield SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]


def rows_of(homes: Homes, *, start: int) -> Iterator[tuple[object, ...]]:
    """One row for each door; who owns a home and lives in it is head of its household."""
    names = invented_names(start)
    for unit, room in homes.doors():
        owners = homes.owners.get((unit, room)) or next(names)
        lives_there = (unit, room) not in homes.vacant
        head = owners.split("、")[0] if lives_there else ""
        area = float(homes.areas[int(room[-2:]) - 1])
        yield f"{unit}单元", int(room[:-2]), room, area, "住宅", owners, "是" if lives_there else "否", head


def households_workbook(title: str, homes: Homes, *, start: int) -> bytes:
    """The office's own list of families, as such lists are: a block for each home under merged cells, an ID column
    nobody needs, homes that stand empty, a sum and a note below. Who lives with the head has an invented name too."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "户籍"
    sheet.append([f"{title}（示例：姓名都是编的）"])
    sheet.merge_cells("A1:F1")
    sheet.append(["单元", "房号", "户主", "姓名", "与户主关系", "身份证号"])
    members, unit_from = invented_names(start + 300), 3
    rows = list(rows_of(homes, start=start))
    for number, (unit, _floor, room, _area, _use, _owners, _lives, head) in enumerate(rows):
        first = sheet.max_row + 1
        if head:
            sheet.append([unit, room, head, head, "户主", "（略）"])
            if number % 3 == 0:
                sheet.append([None, None, None, next(members), "家人", "（略）"])
        else:
            sheet.append([unit, room, "空置"])
        merge(sheet, first, sheet.max_row, "BC")
        if number + 1 == len(rows) or rows[number + 1][0] != unit:
            merge(sheet, unit_from, sheet.max_row, "A")
            unit_from = sheet.max_row + 1
    sheet.append(["合计", f"{len(rows)}户"])
    sheet.append(["注：空置的以水表为准"])
    return saved(book)


def merge(sheet: Worksheet, first: int, last: int, columns: str) -> None:
    for column in columns:
        if last > first:
            sheet.merge_cells(f"{column}{first}:{column}{last}")


def ownership_workbook(title: str, homes: Homes, *, start: int) -> bytes:
    """The property list of the same homes: doors written 1-301, areas with their measure, owners; nobody's home."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "产权"
    sheet.append([f"{title}（示例：面积都是编的）"])
    sheet.append(["序号", "门牌号", "建筑面积（㎡）", "用途", "产权人"])
    for number, (unit, _floor, room, area, use, owners, _lives, _head) in enumerate(rows_of(homes, start=start), 1):
        sheet.append([number, f"{str(unit).removesuffix('单元')}-{room}", area, use, owners])
    return saved(book)


def workbook_of(title: str, rows: Iterable[tuple[object, ...]]) -> bytes:
    """An .xlsx as an office keeps it: a title over all columns, the headings, a row for each door."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "房屋登记表"
    sheet.append([f"{title}（示例：姓名、面积都是编的）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
    sheet.append(list(HEADINGS))
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
