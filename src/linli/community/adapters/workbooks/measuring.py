"""The parts of an .xlsx measured as they stream by: what they hold is counted, and refused where it is too much."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

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
    too_long,
    too_many_rows,
    too_much_text,
)
from linli.community.adapters.workbooks.sheet import Span
from linli.community.adapters.workbooks.zipped import xml_parser

SHEETS = "xl/worksheets/"
TEXTS = "xl/sharedstrings.xml"
BOOK, LINKS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[content_types].xml"

Finish = Callable[[], None]


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

    texts: list[int] = field(default_factory=list)
    cells: int = 0
    letters: int = 0
    merged: int = 0
    collecting: bool = False
    length: int = 0
    layouts: dict[str, Layout] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)
    hidden_sheets: set[str] = field(default_factory=set)

    def parser(self, name: str) -> tuple[expat.XMLParserType, Finish]:
        """A parser that measures the part ``name`` as it is fed, and what is to be called at the part's end."""
        parser = xml_parser()
        if name.startswith(SHEETS):
            layout = self.layouts[name] = Layout()
            sheet = SheetMeasure(self, layout, self.cells, self.letters)
            parser.StartElementHandler = sheet.start
            parser.CharacterDataHandler = sheet.text
            parser.EndElementHandler = sheet.end
            return parser, sheet.finish
        starts = {TEXTS: self.start_in_texts, TYPES: self.start_in_types, BOOK: self.start_in_book}
        parser.StartElementHandler = starts.get(name, self.start_in_links if name == LINKS else refuse_cells)
        parser.CharacterDataHandler = self.text
        parser.EndElementHandler = self.end_in_texts
        return parser, nothing

    def layout_of(self, sheet: str) -> Layout:
        """What is merged or hidden in the sheet that people see under this name."""
        target = self.links.get(self.sheets.get(sheet, ""), "")
        return self.layouts.get(target, NOTHING)

    def start_in_texts(self, tag: str, attributes: dict[str, str]) -> None:
        match local(tag):
            case "si":
                self.length = 0
            case "t":
                self.collecting = True
            case "c" | "row":
                raise broken()

    def text(self, text: str) -> None:
        if self.collecting:
            self.length += len(text)

    def end_in_texts(self, tag: str) -> None:
        match local(tag):
            case "t":
                self.collecting = False
            case "si":
                self.texts.append(self.length)

    def start_in_types(self, tag: str, attributes: dict[str, str]) -> None:
        if "macroenabled" in attributes.get("ContentType", "").lower():
            raise macros()
        refuse_cells(tag, attributes)

    def start_in_book(self, tag: str, attributes: dict[str, str]) -> None:
        refuse_cells(tag, attributes)
        if local(tag) == "sheet":
            link = next((value for name, value in attributes.items() if local(name) == "id"), "")
            self.sheets[attributes.get("name", "")] = link
            if attributes.get("state", "visible") != "visible":
                self.hidden_sheets.add(attributes.get("name", ""))

    def start_in_links(self, tag: str, attributes: dict[str, str]) -> None:
        refuse_cells(tag, attributes)
        if local(tag) == "Relationship":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/").lower()
            self.links[attributes.get("Id", "")] = target


@dataclass(slots=True)
class SheetMeasure:
    """Counts one sheet; what is counted of all of them goes to ``whole`` at its end."""

    whole: Measure
    layout: Layout
    cells: int
    letters: int
    row: int = 0
    #: The row as a cell's reference ends with it.
    row_name: str = ""
    column: int = 0
    widest: int = 0
    length: int = 0
    shared: bool = False
    collecting: bool = False
    index: str = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag) if ":" in tag else tag
        # Cells come by the million: they are asked for first.
        if name == "c":
            self.start_cell(attributes)
        elif name in ("v", "t"):
            self.collecting = True
            self.index = ""
        elif name == "row":
            self.column = 0
            self.stand_in(position(attributes.get("r"), self.row + 1))
            if is_true(attributes.get("hidden")):
                self.layout.hidden_rows.add(self.row)
        else:
            start_beside_rows(self.whole, self.layout, name, attributes)

    def start_cell(self, attributes: dict[str, str]) -> None:
        self.column = column = self.column + 1
        reference = attributes.get("r")
        if column > self.widest or (reference and reference != COLUMNS[column] + self.row_name):
            self.move(reference or "")
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise too_many_rows()
        self.shared = attributes.get("t") == "s"
        self.length = 0

    def move(self, reference: str) -> None:
        """Go where a cell says that it is: further right than any before, or not right of the one before it."""
        column, row = read_reference(reference)
        self.column = column or self.column
        check_place(0, self.column)
        self.widest = max(self.widest, self.column)
        self.stand_in(row or self.row)

    def stand_in(self, row: int) -> None:
        self.row, self.row_name = row, str(row)
        check_place(row, 0)
        if row * self.widest > MAX_CELLS:
            raise too_many_rows()

    def text(self, text: str) -> None:
        if self.collecting:
            self.length += len(text)
            if len(self.index) < 16:
                self.index += text[:16]

    def end(self, tag: str) -> None:
        name = local(tag) if ":" in tag else tag
        if name == "c":
            self.end_cell()
        elif name in ("v", "t"):
            self.collecting = False

    def end_cell(self) -> None:
        length = self.length
        if self.shared:
            number, texts = self.index.strip(), self.whole.texts
            length = texts[int(number)] if number.isdecimal() and int(number) < len(texts) else 0
            self.index = ""
        self.letters += length
        if length > MAX_LETTERS:
            raise too_long(self.row, self.column)
        if self.letters > MAX_ALL_LETTERS:
            raise too_much_text()

    def finish(self) -> None:
        self.whole.cells, self.whole.letters, self.layout.height = self.cells, self.letters, self.row


def start_beside_rows(measure: Measure, layout: Layout, name: str, attributes: dict[str, str]) -> None:
    match name:
        case "col" if is_true(attributes.get("hidden")):
            first, last = position(attributes.get("min"), 0), position(attributes.get("max"), 0)
            if 1 <= first <= last:
                layout.hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))
        case "mergeCell":
            merge(measure, layout, attributes.get("ref", ""))
        case "si":
            raise broken()


def merge(measure: Measure, layout: Layout, reference: str) -> None:
    first, _, last = reference.partition(":")
    (left, top), (right, bottom) = read_reference(first), read_reference(last or first)
    measure.merged += 1
    if measure.merged > MAX_MERGES:
        raise too_many_rows()
    if 1 <= left <= right and 1 <= top <= bottom and left <= MAX_COLUMNS:
        span = Span(left - 1, min(right, MAX_COLUMNS) - 1, min(bottom, MAX_ROWS))
        layout.merges.setdefault(top, []).append(span)


def refuse_cells(tag: str, attributes: dict[str, str]) -> None:
    """Refuse cells and texts in a part that is for neither."""
    if local(tag) in ("c", "si"):
        raise broken()


def nothing() -> None:
    """Of such a part nothing is kept at its end."""


def local(name: str) -> str:
    """A name without the prefix of its namespace."""
    return name.rpartition(":")[2] if ":" in name else name


def name_of_column(number: int) -> str:
    """The letters of a column: 2 → B."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


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


#: The letters of each column by its number, as far as the first that may not be.
COLUMNS = ["", *(name_of_column(number) for number in range(1, MAX_COLUMNS + 2))]
