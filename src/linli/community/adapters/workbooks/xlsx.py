"""An .xlsx, never handed to its reader as it came.

Every part is first parsed as a stream and measured (parts, sizes, rows, columns, cells, letters in a cell); only the
measured XML parts are packed anew for the reader, which gives the values. So nothing in a crafted archive (two parts of
one name, a cell in the last corner of the sheet, one long text used a million times) reaches code that believes it.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import python_calamine

from linli.community.adapters.workbooks.limits import broken, other_kind
from linli.community.adapters.workbooks.measuring import BOOK, LINKS, SHEETS, TEXTS, TYPES, Measure
from linli.community.adapters.workbooks.sheet import Cell, Sheet
from linli.community.adapters.workbooks.zipped import opened, sound_parts, unpack

WORKSHEET = re.compile(SHEETS + r"[^/]+\.xml")
#: What a reader needs besides the sheets; pictures, comments, links and all else stay outside.
NEEDED = {TYPES, "_rels/.rels", BOOK, LINKS, "xl/styles.xml", TEXTS}


def read_xlsx(data: bytes) -> list[Sheet]:
    """The sheets of an .xlsx in their order, each with its merged ranges and what of it is hidden."""
    measure = Measure()
    safe = repack(data, measure)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(safe))
        names = book.sheet_names
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:
        # The reader's panics are no Exception; whatever stops it, the file cannot be read.
        raise broken() from None
    return [sheet_of(book, name, measure) for name in names]


def sheet_of(book: python_calamine.CalamineWorkbook, name: str, measure: Measure) -> Sheet:
    layout = measure.layout_of(name)
    sheet = Sheet(name, rows_of(book, name), hidden=name in measure.hidden_sheets, height=layout.height)
    sheet.merges.update(layout.merges)
    sheet.hidden_rows |= layout.hidden_rows
    sheet.hidden_columns |= layout.hidden_columns
    return sheet


def rows_of(book: python_calamine.CalamineWorkbook, name: str) -> Iterator[tuple[int, list[Cell]]]:
    try:
        sheet = book.get_sheet_by_name(name)
        # The reader leaves out the empty columns on the left, but not the empty rows on top.
        before: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
        for number, row in enumerate(sheet.iter_rows(), start=1):
            yield number, before + [cell if type(cell) is str else plain_cell(cell) for cell in row]
    except (KeyboardInterrupt, SystemExit, MemoryError, GeneratorExit):
        raise
    except BaseException:
        raise broken() from None


def plain_cell(cell: object) -> Cell:
    if type(cell) is float:
        return cell
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, str | bool | date) or cell is None:
        return cell
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, time | timedelta):
        return date.min
    return str(cell)


def repack(data: bytes, measure: Measure) -> bytes:
    """A new archive of the measured XML parts of ``data`` alone."""
    out = io.BytesIO()
    with opened(data) as archive:
        parts = sound_parts(archive)
        if TYPES not in parts or not any(name.startswith("xl/") for name in parts):
            raise other_kind()
        wanted = [name for name in parts if name in NEEDED or WORKSHEET.fullmatch(name)]
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as safe:
            # Sheets last: they refer to the shared texts by number.
            for name in sorted(wanted, key=lambda name: name.startswith(SHEETS)):
                parser, finish = measure.parser(name)
                with safe.open(parts[name].filename, "w") as copy:
                    for piece in unpack(archive, parts[name]):
                        parser.Parse(piece, False)
                        copy.write(piece)
                    parser.Parse(b"", True)
                    finish()
    return out.getvalue()
