"""Registers as an .xlsx of our own: one to be filled in and taken in again, and the rows that were left out of one."""

import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from linli.community.adapters.registers import EXAMPLE_SHEET, SHOWN

#: The columns in the order people fill them in.
ORDER = ("building", "unit", "floor", "room", "door", "area", "use", "occupied", "owners", "head")
#: All columns that a register may have, in the order of the rows that are handed back.
ALL = ("zone", *ORDER[:9], "shares", "head", "name", "relation", "phone", "owner_phone", "head_phone", "since")
WIDTHS = {"door": 22, "owners": 22}
#: How a register may be filled in: two owners of one home, one who lives there; an empty home; a shop.
EXAMPLE = (
    {"unit": "1单元", "floor": "3", "room": "301", "area": "62.48", "use": "住宅", "occupied": "是",
     "owners": "示例甲50%、示例乙50%", "head": "示例甲"},
    {"unit": "1单元", "floor": "3", "room": "302", "area": "54.36", "use": "住宅", "occupied": "否",
     "owners": "示例丙"},
    {"floor": "1", "room": "商铺1", "area": "120.50", "use": "商铺", "owners": "示例商户"},
)  # fmt: skip


def write_register_sheet(rows: Iterable[Mapping[str, str]]) -> bytes:
    """An .xlsx with our headings and one line for each of ``rows`` (our columns → text), and a sheet of examples.

    Every cell is text, marked so that no spreadsheet turns 1-3 into a date or a name that begins with "=" into a
    formula. The sheet of examples is never read back.
    """
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "房屋"
    lines = list(rows)
    columns = [
        column for column in ORDER if column not in ("building", "door") or any(row.get(column) for row in lines)
    ]
    fill(sheet, [SHOWN[column] for column in columns], [[row.get(column, "") for column in columns] for row in lines])
    examples = [[row.get(column, "") for column in columns] for row in EXAMPLE]
    fill(book.create_sheet(EXAMPLE_SHEET), [SHOWN[column] for column in columns], examples)
    for each in book.worksheets:
        for at, column in enumerate(columns, start=1):
            each.column_dimensions[get_column_letter(at)].width = WIDTHS.get(column, 11)
    return saved(book)


def write_left_out_sheet(rows: Sequence[tuple[str, int, str, Mapping[str, str]]]) -> bytes:
    """The rows that were left out, as (sheet, row, what to mend, our columns → text), to be mended and read again."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "要改的行"
    columns = [column for column in ALL if any(cells.get(column) for *_, cells in rows)]
    # A file without a room's column would not be read again.
    columns = columns if {"room", "door"} & set(columns) else ["room", *columns]
    heads = ["原来在哪张表", "原来第几行", "要改什么", *(SHOWN[column] for column in columns)]
    lines = [
        [name, str(number), words, *(cells.get(column, "") for column in columns)]
        for name, number, words, cells in rows
    ]
    fill(sheet, heads, lines)
    for at in range(1, len(heads) + 1):
        sheet.column_dimensions[get_column_letter(at)].width = 44 if at == 3 else 14
    for (cell,) in sheet.iter_rows(min_row=2, min_col=3, max_col=3):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return saved(book)


def fill(sheet: Worksheet, heads: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    for number, line in enumerate([heads, *lines], start=1):
        for at, text in enumerate(line, start=1):
            write_text(sheet.cell(row=number, column=at), text, heading=number == 1)
    sheet.freeze_panes = "A2"


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_text(cell: Cell, text: str, *, heading: bool) -> None:
    cell.value = text or None
    cell.number_format = "@"
    if text:
        cell.data_type = "s"
        cell.quotePrefix = True
    if heading:
        cell.font = Font(bold=True)
