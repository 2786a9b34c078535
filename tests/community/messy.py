"""Workbooks as offices have them, made by other programs' means: openpyxl, xlwt, and OpenDocument by hand."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

import xlwt  # type: ignore[import-untyped]
from openpyxl import Workbook

NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
    for short in ("office", "table", "text", "style")
)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(
    rows: Iterable[Sequence[object]], *, merged: Sequence[str] = (), title: str = "住户", hide: Sequence[str] = ()
) -> bytes:
    """An .xlsx with ``rows`` from A1 on; ``hide`` names rows (7) and columns (C)."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    for what in hide:
        (sheet.row_dimensions[int(what)] if what.isdecimal() else sheet.column_dimensions[what]).hidden = True
    return saved(book)


def xls_of(
    rows: Iterable[Sequence[object]],
    *,
    merged: Sequence[tuple[int, int, int, int]] = (),
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
    more: str = "",
) -> bytes:
    """An .xls: ``merged`` as (first row, last row, first column, last column) from 0; ``more`` is a hidden sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("住户")
    tops = {(top, left) for top, _, left, _ in merged}
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None and (at, column) not in tops:
                sheet.write(at, column, value)
            elif value is not None:
                top, bottom, left, right = next(one for one in merged if (one[0], one[2]) == (at, column))
                sheet.write_merge(top, bottom, left, right, value)
    for at in hidden_rows:
        sheet.row(at).hidden = True
    for at in hidden_columns:
        sheet.col(at).hidden = True
    if more:
        other = book.add_sheet(more)
        other.visibility = 1
        other.write(0, 0, "房号")
        other.write(0, 1, "业主")
        other.write(1, 0, "999")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods_of(*rows: str, styles: str = "", columns: str = "", table: str = "", manifest: str = "") -> bytes:
    """An .ods of rows given as XML; see ``ods_row``."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="住户" {table}>{columns}{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = zipfile.ZipInfo("mimetype")
        archive.writestr(kind, "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return out.getvalue()


def ods_row(*cells: object, attributes: str = "", spans: dict[int, int] | None = None) -> str:
    """One row of an .ods; ``spans``: column → how many rows its cell covers."""
    return (
        f"<table:table-row {attributes}>{''.join(map(ods_cell, cells, spans_of(cells, spans or {})))}</table:table-row>"
    )


def spans_of(cells: Sequence[object], spans: dict[int, int]) -> list[str]:
    return [f'table:number-rows-spanned="{spans[at]}"' if at in spans else "" for at in range(len(cells))]


def ods_cell(value: object, more: str = "") -> str:
    if value is None:
        return f"<table:table-cell {more}/>"
    if isinstance(value, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value}" {more}>'
            f"<text:p>{value}</text:p></table:table-cell>"
        )
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string" {more}>{lines}</table:table-cell>'
