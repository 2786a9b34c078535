"""A register as an .xlsx of our own, to be filled in and taken in again."""

import io
from collections.abc import Iterable, Mapping

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from linli.community.adapters.registers import SHOWN

#: The columns in the order people fill them in.
ORDER = ("building", "unit", "floor", "room", "door", "area", "use", "occupied", "owners", "head")
WIDTHS = {"door": 22, "owners": 22}


def write_register_sheet(rows: Iterable[Mapping[str, str]]) -> bytes:
    """An .xlsx with our headings and one line for each of ``rows`` (our columns → text).

    Every cell is text, marked so that no spreadsheet turns 1-3 into a date or a name that begins with "=" into a
    formula.
    """
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "房屋"
    lines = [SHOWN, *rows]
    columns = [
        column for column in ORDER if column not in ("building", "door") or any(row.get(column) for row in lines[1:])
    ]
    for number, line in enumerate(lines, start=1):
        for at, column in enumerate(columns, start=1):
            write_text(sheet.cell(row=number, column=at), line.get(column, ""), heading=number == 1)
    for at, column in enumerate(columns):
        sheet.column_dimensions["ABCDEFGHIJ"[at]].width = WIDTHS.get(column, 11)
    sheet.freeze_panes = "A2"
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
