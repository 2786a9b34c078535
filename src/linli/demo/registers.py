"""The registers of homes that the demo's office brings in: real workbooks, every person and area in them invented."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from openpyxl import Workbook

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
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
