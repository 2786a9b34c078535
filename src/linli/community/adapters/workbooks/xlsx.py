"""An .xlsx, never handed to its reader as it came.

Every part is first parsed as a stream and measured (parts, sizes, rows, columns, cells, letters in a cell); only the
measured XML parts are packed anew for the reader, which gives the values. So nothing in a crafted archive (two parts of
one name, a cell in the last corner of the sheet, one long text used a million times) reaches code that believes it.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from xml.parsers import expat

import python_calamine

from linli.community.adapters.workbooks.limits import (
    MAX_ALL_LETTERS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_LETTERS,
    MAX_MERGES,
    MAX_ROWS,
    broken,
    check_place,
    macros,
    other_kind,
    too_long,
    too_many_rows,
    too_much_text,
)
from linli.community.adapters.workbooks.sheet import Cell, Sheet, Span
from linli.community.adapters.workbooks.zipped import opened, sound_parts, unpack, xml_parser

SHEETS = "xl/worksheets/"
TEXTS = "xl/sharedstrings.xml"
BOOK, LINKS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[content_types].xml"
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


def sheet_of(book: python_calamine.CalamineWorkbook, name: str, measure: "Measure") -> Sheet:
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
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, str | bool | date) or cell is None:
        return cell
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, time | timedelta):
        return date.min
    return str(cell)


def repack(data: bytes, measure: "Measure") -> bytes:
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
                parser = measure.parser(name)
                with safe.open(parts[name].filename, "w") as copy:
                    for piece in unpack(archive, parts[name]):
                        parser.Parse(piece, False)
                        copy.write(piece)
                    parser.Parse(b"", True)
                    measure.finish()
    return out.getvalue()


@dataclass(slots=True)
class Layout:
    """What of one sheet is merged or hidden."""

    merges: dict[int, list[Span]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    height: int = 0


NOTHING = Layout()


@dataclass(slots=True)
class Measure:
    """Counts what the parts of a workbook hold and refuses what is too much, or what is not where it belongs."""

    part_name: str = ""
    texts: list[int] = field(default_factory=list)
    cells: int = 0
    area: int = 0
    letters: int = 0
    merged: int = 0
    row: int = 0
    column: int = 0
    widest: int = 0
    collecting: bool = False
    length: int = 0
    shared: bool = False
    value: list[str] = field(default_factory=list)
    layouts: dict[str, Layout] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)
    hidden_sheets: set[str] = field(default_factory=set)

    def parser(self, name: str) -> expat.XMLParserType:
        """A parser that measures the part ``name`` as it is fed."""
        parser = xml_parser()
        self.part_name = name
        self.row = self.column = self.widest = 0
        if name.startswith(SHEETS):
            self.layouts[name] = Layout()
            parser.StartElementHandler = self.start_in_sheet
        else:
            parser.StartElementHandler = {TEXTS: self.start_in_texts, TYPES: self.start_in_types}.get(
                name, self.start_elsewhere
            )
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        return parser

    def finish(self) -> None:
        """The part has come to its end."""
        if self.part_name in self.layouts:
            self.layouts[self.part_name].height = self.row

    def layout_of(self, sheet: str) -> Layout:
        """What is merged or hidden in the sheet that people see under this name."""
        target = self.links.get(self.sheets.get(sheet, ""), "")
        return self.layouts.get(target, NOTHING)

    def start_in_sheet(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        # Cells come by the million: they are asked for first.
        if name == "c":
            self.start_cell(attributes)
        elif name in ("v", "t"):
            self.collecting = True
            self.value.clear()
        elif name == "row":
            self.start_row(attributes)
        else:
            self.start_beside_rows(name, attributes)

    def start_beside_rows(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "col" if is_true(attributes.get("hidden")):
                self.hide_columns(attributes)
            case "mergeCell":
                self.merge(attributes.get("ref", ""))
            case "si":
                raise broken()

    def start_in_texts(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "si":
                self.length = 0
            case "t":
                self.collecting = True
                self.value.clear()
            case "c" | "row":
                raise broken()

    def start_in_types(self, tag: str, attributes: dict[str, str]) -> None:
        if "macroenabled" in attributes.get("ContentType", "").lower():
            raise macros()
        self.start_elsewhere(tag, attributes)

    def start_elsewhere(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "c" | "si":
                raise broken()
            case "sheet" if self.part_name == BOOK:
                link = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
                self.sheets[attributes.get("name", "")] = link
                if attributes.get("state", "visible") != "visible":
                    self.hidden_sheets.add(attributes.get("name", ""))
            case "Relationship" if self.part_name == LINKS:
                target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/").lower()
                self.links[attributes.get("Id", "")] = target

    def start_row(self, attributes: dict[str, str]) -> None:
        self.row = position(attributes.get("r"), self.row + 1)
        self.column = 0
        check_place(self.row, 0)
        if is_true(attributes.get("hidden")):
            self.layouts[self.part_name].hidden_rows.add(self.row)

    def start_cell(self, attributes: dict[str, str]) -> None:
        column, row = read_reference(attributes.get("r", ""))
        self.row, self.column = row or self.row, column or self.column + 1
        if self.row > MAX_ROWS or self.column > MAX_COLUMNS:
            check_place(self.row, self.column)
        self.shared = attributes.get("t") == "s"
        self.length = 0
        self.cells += 1
        if self.column > self.widest:
            self.widest = self.column
        if self.cells > MAX_CELLS or self.row * self.widest > MAX_CELLS:
            raise too_many_rows()

    def hide_columns(self, attributes: dict[str, str]) -> None:
        first, last = position(attributes.get("min"), 0), position(attributes.get("max"), 0)
        if 1 <= first <= last:
            self.layouts[self.part_name].hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))

    def merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (left, top), (right, bottom) = read_reference(first), read_reference(last or first)
        self.merged += 1
        if self.merged > MAX_MERGES:
            raise too_many_rows()
        if 1 <= left <= right and 1 <= top <= bottom and left <= MAX_COLUMNS:
            span = Span(left - 1, min(right, MAX_COLUMNS) - 1, min(bottom, MAX_ROWS))
            self.layouts[self.part_name].merges.setdefault(top, []).append(span)

    def text(self, text: str) -> None:
        if self.collecting:
            self.length += len(text)
            if len(self.value) < 8:
                self.value.append(text[:16])

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name == "c":
            self.end_cell()
        elif name in ("v", "t"):
            self.collecting = False
        elif name == "si":
            self.texts.append(self.length)

    def end_cell(self) -> None:
        if self.shared:
            number = "".join(self.value).strip()
            self.length = self.texts[int(number)] if number.isdecimal() and int(number) < len(self.texts) else 0
            self.value.clear()
        self.letters += self.length
        if self.length > MAX_LETTERS:
            raise too_long(self.row, self.column)
        if self.letters > MAX_ALL_LETTERS:
            raise too_much_text()


def is_true(text: str | None) -> bool:
    return text in ("1", "true")


def position(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else MAX_ROWS + 1 if text else otherwise


def read_reference(reference: str) -> tuple[int, int]:
    """Column and row of a cell's reference (B7 → 2, 7); a reference that is none counts as beyond every limit."""
    if not reference:
        return 0, 0
    letters = reference.rstrip("0123456789")
    return column_of(letters), position(reference[len(letters) :], 0)


@lru_cache(1_000)
def column_of(letters: str) -> int:
    """The number of a column by its letters: B → 2."""
    column = 0
    for letter in letters[:4]:
        column = column * 26 + (ord(letter.upper()) - 64 if letter.isascii() and letter.isalpha() else 10_000)
    return column
