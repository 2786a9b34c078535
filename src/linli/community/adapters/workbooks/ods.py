"""An OpenDocument spreadsheet, its one part of content read as a stream within limits."""

from datetime import date
from xml.parsers import expat

from linli.community.adapters.workbooks.limits import (
    MAX_ALL_LETTERS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_LETTERS,
    MAX_ROWS,
    broken,
    check_place,
    locked,
    other_kind,
    too_long,
    too_many_rows,
    too_much_text,
)
from linli.community.adapters.workbooks.sheet import Cell, Sheet, Span
from linli.community.adapters.workbooks.zipped import opened, sound_parts, unpack, xml_parser

CONTENT, MANIFEST = "content.xml", "meta-inf/manifest.xml"


def read_ods(data: bytes) -> list[Sheet]:
    """The sheets of an .ods in their order; refused where they are locked with a password."""
    content = Content()
    with opened(data) as archive:
        parts = sound_parts(archive)
        if CONTENT not in parts:
            raise other_kind()
        if MANIFEST in parts and b"encryption-data" in b"".join(unpack(archive, parts[MANIFEST])):
            raise locked()
        parser = content.parser()
        for piece in unpack(archive, parts[CONTENT]):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    return content.sheets


class Content:
    """Gathers the sheets of a content.xml as its parser meets them."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.rows: list[tuple[int, list[Cell]]] = []
        self.row = self.column = self.column_at = 0
        self.row_repeat = self.cell_repeat = 1
        self.cells: list[Cell] = []
        self.value: Cell = None
        self.words: list[str] = []
        self.in_paragraph = self.in_cell = False
        self.aside = 0
        self.count = self.letters = 0

    def parser(self) -> expat.XMLParserType:
        parser = xml_parser()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        return parser

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.aside or tag == "office:annotation":
            self.aside += 1
            return
        match tag:
            case "table:table-cell" | "table:covered-table-cell":
                self.start_cell(attributes)
            case "text:p":
                if self.in_cell:
                    self.words += ["\n"] * bool(self.words)
                    self.in_paragraph = True
            case "text:s":
                self.words.append(" " * min(count_of(attributes.get("text:c")), 100))
            case "text:tab" | "text:line-break":
                self.words.append(" ")
            case "table:table-row":
                self.start_row(attributes)
            case _:
                self.start_outside_rows(tag, attributes)

    def start_outside_rows(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "table:table":
                self.start_table(attributes)
            case "table:table-column":
                self.start_column(attributes)
            case "style:style":
                self.style = attributes.get("style:name", "")
            case "style:table-properties":
                if attributes.get("table:display") == "false":
                    self.hidden_styles.add(self.style)

    def start_table(self, attributes: dict[str, str]) -> None:
        self.rows = []
        self.row = self.column_at = 0
        hidden = attributes.get("table:style-name") in self.hidden_styles
        self.sheets.append(Sheet(attributes.get("table:name", ""), self.rows, hidden=hidden))

    def start_column(self, attributes: dict[str, str]) -> None:
        repeat = count_of(attributes.get("table:number-columns-repeated"))
        if attributes.get("table:visibility", "visible") != "visible":
            last = min(self.column_at + repeat, MAX_COLUMNS)
            self.sheet.hidden_columns.update(range(self.column_at, last))
        self.column_at += repeat

    @property
    def sheet(self) -> Sheet:
        if not self.sheets:
            raise broken()
        return self.sheets[-1]

    def start_row(self, attributes: dict[str, str]) -> None:
        self.row += 1
        self.row_repeat = count_of(attributes.get("table:number-rows-repeated"))
        self.column = 0
        self.cells = []
        if attributes.get("table:visibility", "visible") != "visible":
            self.sheet.hidden_rows.update(range(self.row, min(self.row + self.row_repeat, MAX_ROWS + 1)))

    def start_cell(self, attributes: dict[str, str]) -> None:
        self.cell_repeat = count_of(attributes.get("table:number-columns-repeated"))
        self.value = value_of(attributes)
        self.words = []
        self.in_cell = True
        rows, columns = (count_of(attributes.get(f"table:number-{what}-spanned")) for what in ("rows", "columns"))
        if rows > 1 or columns > 1:
            span = Span(self.column, self.column + columns - 1, min(self.row + rows - 1, MAX_ROWS))
            if span.right < MAX_COLUMNS:
                self.sheet.merges[self.row].append(span)

    def text(self, text: str) -> None:
        if self.in_paragraph and not self.aside:
            self.words.append(text)
            self.letters += len(text)
            if self.letters > MAX_ALL_LETTERS:
                raise too_much_text()

    def end(self, tag: str) -> None:
        if self.aside:
            self.aside -= 1
            return
        match tag:
            case "table:table-cell" | "table:covered-table-cell":
                self.end_cell()
            case "text:p":
                self.in_paragraph = False
            case "table:table-row":
                self.end_row()

    def end_cell(self) -> None:
        words = "".join(self.words)
        value = words if self.value is None else self.value
        self.in_cell = False
        if value not in (None, ""):
            check_place(self.row, self.column + self.cell_repeat)
            if len(words) > MAX_LETTERS:
                raise too_long(self.row, self.column + 1)
            self.cells += [""] * (self.column - len(self.cells)) + [value] * self.cell_repeat
        self.column += self.cell_repeat

    def end_row(self) -> None:
        if self.cells:
            check_place(self.row + self.row_repeat - 1, 0)
            self.count += len(self.cells) * self.row_repeat
            if self.count > MAX_CELLS:
                raise too_many_rows()
            self.rows += [(self.row + more, list(self.cells)) for more in range(self.row_repeat)]
            self.sheets[-1].height = len(self.rows)
        self.row += self.row_repeat - 1


def count_of(text: str | None) -> int:
    """A count as an attribute says it; 1 where it says nothing."""
    if text is None:
        return 1
    if not (text.isdecimal() and len(text) < 9 and int(text)):
        raise broken()
    return int(text)


def value_of(attributes: dict[str, str]) -> Cell:
    """The typed value of a cell; None for text, which stands in its paragraphs."""
    try:
        match attributes.get("office:value-type"):
            case "float" | "percentage" | "currency":
                return float(attributes.get("office:value", ""))
            case "boolean":
                return attributes.get("office:boolean-value") == "true"
            case "date":
                return date.fromisoformat(attributes.get("office:date-value", "")[:10])
            case "time":
                return date.min
    except ValueError:
        raise broken() from None
    return None
