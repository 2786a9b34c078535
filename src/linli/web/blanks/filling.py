"""Reading which fields a blank has, and filling it: one record, and rows that are repeated for each line of a list."""

import copy
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import docx
import openpyxl
from docx.oxml.ns import qn
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from linli.rules.errors import Refused
from linli.web.blanks.archive import Kind, broken, opened
from linli.web.blanks.fields import FIELD, MAX_FIELDS, Value, fields_in, filled

#: Rows that a .docx can bear, and an .xlsx.
MOST: dict[Kind, int] = {"docx": 2_000, "xlsx": 20_000}
#: What a spreadsheet would take for the beginning of a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LETTERS = 32_767

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Blank:
    """What a blank asks for. ``fields`` in their order; ``loose``: those that stand outside every row of a table."""

    kind: Kind
    fields: tuple[str, ...]
    loose: frozenset[str]


def read_blank(data: bytes) -> Blank:
    """The fields of a blank. Refused as ``archive.opened`` and ``fields.fields_in``, and what has no field at all."""
    kind, _ = opened(data)
    found = list(found_in_document(data) if kind == "docx" else found_in_workbook(data))
    names = tuple(dict.fromkeys(name for name, _ in found))
    if not names:
        raise Refused("blank.no-fields", "这份空表里没有 {{{{字段}}}}。请在要填的地方写上，例如 {{{{编号}}}}。")
    if len(names) > MAX_FIELDS:
        raise Refused("blank.too-many-fields", "这份空表的字段太多，最多{most}个。", most=MAX_FIELDS)
    return Blank(kind, names, frozenset(name for name, in_row in found if not in_row))


def fill_blank(data: bytes, *, record: Values, rows: Sequence[Values], row_fields: Iterable[str]) -> bytes:
    """The blank filled: fields from ``record``, and each row that has one of ``row_fields`` once for every line.

    A field without a value becomes a line to write on. Refused as ``read_blank``, and more lines than the kind bears.
    """
    blank = read_blank(data)
    if len(rows) > MOST[blank.kind]:
        raise Refused(
            "blank.too-many-rows",
            "要填的有{have}行，这种空表最多填{most}行。请分开填。",
            have=len(rows),
            most=MOST[blank.kind],
        )
    fill = fill_document if blank.kind == "docx" else fill_workbook
    return fill(data, record, rows, frozenset(row_fields))


# ── .docx ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def document_of(data: bytes) -> Any:
    try:
        return docx.Document(io.BytesIO(data))
    except Exception:
        raise broken() from None


def roots_of(document: Any) -> list[Any]:
    """The body, and every header and footer."""
    parts = [part for part in document.part.package.iter_parts() if hasattr(part, "element")]
    return [
        part.element for part in parts if part.content_type.endswith(("document.main+xml", "header+xml", "footer+xml"))
    ]


def texts_of(paragraph: Any) -> list[Any]:
    """The pieces of a paragraph's words, those of a text box within it left to its own paragraphs."""
    return [each for each in paragraph.iter(qn("w:t")) if nearest(each, "w:p") is paragraph]


def nearest(element: Any, tag: str) -> Any:
    """The closest ancestor of this kind, or None."""
    return next(element.iterancestors(qn(tag)), None)


def paragraphs_of(root: Any) -> list[Any]:
    return list(root.iter(qn("w:p")))


def words_of(paragraph: Any) -> str:
    return "".join(each.text or "" for each in texts_of(paragraph))


def found_in_document(data: bytes) -> Iterator[tuple[str, bool]]:
    """Each field, and whether it stands in a row of a table."""
    for root in roots_of(document_of(data)):
        for paragraph in paragraphs_of(root):
            for name in fields_in(words_of(paragraph)):
                yield name, nearest(paragraph, "w:tr") is not None


def fill_document(data: bytes, record: Values, rows: Sequence[Values], row_fields: frozenset[str]) -> bytes:
    document = document_of(data)
    for root in roots_of(document):
        for line in rows_to_repeat(root, row_fields):
            for row in rows:
                more = copy.deepcopy(line)
                line.addprevious(more)
                fill_paragraphs(more, {**record, **row})
            if rows:
                line.getparent().remove(line)
        fill_paragraphs(root, record)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def rows_to_repeat(root: Any, row_fields: frozenset[str]) -> list[Any]:
    """The innermost rows of tables that have a field of the list."""
    asked = (each for each in paragraphs_of(root) if row_fields & set(FIELD.findall(words_of(each))))
    lines = (nearest(paragraph, "w:tr") for paragraph in asked)
    return list(dict.fromkeys(line for line in lines if line is not None))


def fill_paragraphs(root: Any, values: Values) -> None:
    for paragraph in paragraphs_of(root):
        fill_paragraph(paragraph, values)


def fill_paragraph(paragraph: Any, values: Values) -> None:
    """Put values in the place of fields, whatever pieces an editor has cut these into; each takes its first's look."""
    texts = texts_of(paragraph)
    pieces = [each.text or "" for each in texts]
    whole = "".join(pieces)
    for found in reversed(list(FIELD.finditer(whole))):
        put_between(pieces, found.start(), found.end(), filled(found[0], values))
    for each, piece in zip(texts, pieces, strict=True):
        if each.text != piece:
            each.text = piece
            each.set(qn("xml:space"), "preserve")


def put_between(pieces: list[str], start: int, end: int, words: str) -> None:
    """Put ``words`` in the place of what stands from ``start`` to ``end`` of the pieces taken together."""
    at = 0
    for n, piece in enumerate(pieces):
        left, right = max(start - at, 0), min(end - at, len(piece))
        if left < right:
            pieces[n] = piece[:left] + (words if at + left == start else "") + piece[right:]
        at += len(piece)


# ── .xlsx ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def workbook_of(data: bytes) -> openpyxl.Workbook:
    try:
        return openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
    except Exception:
        raise broken() from None


def found_in_workbook(data: bytes) -> Iterator[tuple[str, bool]]:
    """Each field; all of them stand in rows."""
    for sheet in workbook_of(data).worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                if isinstance(cell.value, str):
                    yield from ((name, True) for name in fields_in(cell.value))


def fill_workbook(data: bytes, record: Values, rows: Sequence[Values], row_fields: frozenset[str]) -> bytes:
    book = workbook_of(data)
    for sheet in book.worksheets:
        for number in range(sheet.max_row, 0, -1):
            line = [cell for cell in sheet[number] if isinstance(cell, Cell)]
            names = {name for cell in line if isinstance(cell.value, str) for name in FIELD.findall(cell.value)}
            if names & row_fields and rows:
                repeat_row(sheet, number, line, [{**record, **row} for row in rows])
            elif names:
                fill_cells(line, record)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repeat_row(sheet: Worksheet, number: int, line: Sequence[Cell], values: Sequence[Values]) -> None:
    """One row in the place of the row ``number`` for each of ``values``; what stands below moves down."""
    pattern = [(cell.column, cell.value, copy.copy(cell._style)) for cell in line]
    height = sheet.row_dimensions[number].height
    across = move_down(sheet, number, len(values) - 1)
    for at, row in enumerate(values, number):
        for column, value, style in pattern:
            cell = sheet.cell(at, column)
            assert isinstance(cell, Cell)
            cell._style = copy.copy(style)
            cell.value = value
        if height:
            sheet.row_dimensions[at].height = height
        fill_cells([cell for cell in sheet[at] if isinstance(cell, Cell)], row)
        for left, right in across if at > number else []:
            sheet.merge_cells(start_row=at, end_row=at, start_column=left, end_column=right)


def move_down(sheet: Worksheet, number: int, more: int) -> list[tuple[int, int]]:
    """Make room for ``more`` rows below the row ``number``; returns the columns that it joins (left, right)."""
    ranges = list(sheet.merged_cells.ranges)
    if any(each.min_row < number <= each.max_row or each.min_row <= number < each.max_row for each in ranges):
        raise Refused(
            "blank.merged-row", "要重复的那一行（第{row}行）里，有格子和上下行合并在一起。请取消合并再交。", row=number
        )
    heights = {
        at: sheet.row_dimensions[at].height for at in range(number + 1, sheet.max_row + 1) if at in sheet.row_dimensions
    }
    sheet.insert_rows(number + 1, more)
    for each in ranges:
        if each.min_row > number:
            each.shift(row_shift=more)
    for at in heights:
        sheet.row_dimensions[at].height = None
    for at, height in heights.items():
        sheet.row_dimensions[at + more].height = height
    return [(each.min_col, each.max_col) for each in ranges if each.min_row == number]


def fill_cells(cells: Iterable[Cell | MergedCell], values: Values) -> None:
    """Fill the cells of one row. A number alone in its cell stays a number; words are never a formula."""
    for cell in cells:
        if isinstance(cell, MergedCell) or not isinstance(cell.value, str) or not FIELD.search(cell.value):
            continue
        alone = FIELD.fullmatch(cell.value.strip())
        value = values.get(alone[1]) if alone else None
        put_value(cell, filled(cell.value, values, nothing="") if value is None or isinstance(value, str) else value)


def put_value(cell: Cell, value: Value) -> None:
    """A number as a number; words as words, which are never a formula."""
    if isinstance(value, str):
        put_words(cell, value)
    else:
        cell.value = value


def put_words(cell: Cell, words: str) -> None:
    """Words that a spreadsheet keeps as words, here and where it is saved from there."""
    words = ILLEGAL_CHARACTERS_RE.sub("", words)[:LETTERS]
    cell.value = words
    cell.data_type = "s"
    if words.startswith(FORMULA):
        cell.quotePrefix = True
