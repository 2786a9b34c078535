"""An old .xls: its stream of records walked and measured first, then read."""

import os
import struct
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, TextIO

import xlrd
from xlrd.compdoc import CompDoc

from linli.community.adapters.workbooks.limits import (
    MAX_ALL_LETTERS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_LETTERS,
    MAX_MERGES,
    broken,
    check_place,
    locked,
    macros,
    other_kind,
    too_long,
    too_many_rows,
    too_much_text,
)
from linli.community.adapters.workbooks.sheet import Cell, Sheet, Span
from linli.rules.errors import Refused

#: Records that hold one cell, or a run of cells, at a row and column ([MS-XLS] 2.3.2).
ONE_CELL = {0x0006, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x0001, 0x0002, 0x0003, 0x0004, 0x0005}
RUN = {0x00BD: 6, 0x00BE: 2}
PASSWORD, MACROS = 0x002F, 0x00D3


def read_xls(data: bytes) -> list[Sheet]:
    """The sheets of an .xls in their order; refused where it is locked, has macros, or is no workbook at all."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        try:
            measure(workbook_stream(data, nowhere))
            book = xlrd.open_workbook(
                file_contents=data, formatting_info=True, ragged_rows=True, logfile=nowhere, on_demand=False
            )
        except (Refused, MemoryError):
            raise
        except Exception:
            raise broken() from None
    return [sheet_of(book, sheet) for sheet in book.sheets()]


def workbook_stream(data: bytes, log: TextIO) -> bytes:
    document = CompDoc(data, logfile=log)
    names = {entry.name for entry in document.dirlist}
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        raise locked()
    if names & {"_VBA_PROJECT_CUR", "VBA"}:
        raise macros()
    for name in ("Workbook", "Book"):
        whole, start, length = document.locate_named_stream(name)
        if whole is not None:
            return bytes(whole[start : start + length])
    raise other_kind()


def measure(stream: bytes) -> None:
    """Walk the records and refuse what is locked, carries macros, or is too much before anything is built of it."""
    at = cells = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = at + 4
        if kind == PASSWORD:
            raise locked()
        if kind == MACROS:
            raise macros()
        if kind in ONE_CELL and length >= 6:
            row, column = struct.unpack_from("<HH", stream, body)
            check_place(row + 1, column + 1)
            cells += 1
        elif kind in RUN and length >= 6:
            row, first = struct.unpack_from("<HH", stream, body)
            count = (length - 6) // RUN[kind]
            check_place(row + 1, first + count if kind == 0x00BD else 1)
            cells += count
        if cells > MAX_CELLS:
            raise too_many_rows()
        at = body + length


def sheet_of(book: xlrd.Book, found: xlrd.sheet.Sheet) -> Sheet:
    sheet = Sheet(found.name, rows_of(book, found), hidden=found.visibility != 0, height=found.nrows)
    for top, bottom, left, right in found.merged_cells[:MAX_MERGES]:
        if right <= MAX_COLUMNS:
            sheet.merges[top + 1].append(Span(left, right - 1, bottom))
    sheet.hidden_rows |= {row + 1 for row, info in found.rowinfo_map.items() if info.hidden}
    sheet.hidden_columns |= {column for column, info in found.colinfo_map.items() if info.hidden}
    return sheet


def rows_of(book: xlrd.Book, found: xlrd.sheet.Sheet) -> Iterator[tuple[int, list[Cell]]]:
    letters = 0
    for row in range(found.nrows):
        kinds, values = found.row_types(row), found.row_values(row)
        cells: list[Cell] = []
        for column, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            if column >= MAX_COLUMNS:
                break
            if kind == xlrd.XL_CELL_TEXT:
                letters += len(value)
                if len(value) > MAX_LETTERS:
                    raise too_long(row + 1, column + 1)
                if letters > MAX_ALL_LETTERS:
                    raise too_much_text()
            cells.append(plain_cell(kind, value, book.datemode))
        yield row + 1, cells


def plain_cell(kind: int, value: object, datemode: Literal[0, 1]) -> Cell:
    match kind, value:
        case xlrd.XL_CELL_TEXT, str():
            return value
        case xlrd.XL_CELL_NUMBER, int() | float():
            return float(value)
        case xlrd.XL_CELL_BOOLEAN, _:
            return bool(value)
        case xlrd.XL_CELL_DATE, float():
            return day_of(value, datemode)
    return None


def day_of(value: float, datemode: Literal[0, 1]) -> Cell:
    try:
        moment: datetime = xlrd.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError, xlrd.XLDateError):
        return value
    return moment.date()
