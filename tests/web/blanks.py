"""Blanks as offices have them, and as no office would send them."""

import io
import zipfile
from collections.abc import Callable, Sequence

import docx
import openpyxl
from docx.document import Document


def docx_of(*paragraphs: str, table: Sequence[Sequence[str]] = (), header: str = "") -> bytes:
    """A document of these paragraphs, a table, and a header."""
    document = docx.Document()
    for words in paragraphs:
        document.add_paragraph(words)
    if table:
        made = document.add_table(rows=len(table), cols=len(table[0]))
        for line, row in zip(made.rows, table, strict=True):
            for cell, words in zip(line.cells, row, strict=True):
                cell.text = words
    if header:
        document.sections[0].header.paragraphs[0].text = header
    return saved(document)


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx_of(*rows: Sequence[object], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part.filename, change(content) if part.filename == name else content)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes, media_type: str = "") -> bytes:
    """The archive with one part more, declared as ``media_type``."""
    if media_type:
        declared = f'<Override PartName="/{name}" ContentType="{media_type}"/></Types>'.encode()
        data = changed(data, "[Content_Types].xml", lambda old: old.replace(b"</Types>", declared))
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def words_of(data: bytes) -> list[list[str]]:
    """The tables' rows of a document."""
    return [[cell.text for cell in row.cells] for table in docx.Document(io.BytesIO(data)).tables for row in table.rows]


def rows_of(data: bytes) -> list[list[object]]:
    """The rows of a workbook's first sheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]
