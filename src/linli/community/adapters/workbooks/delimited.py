"""Text with commas or tabs between the cells."""

import csv
import io
from collections.abc import Iterator

from linli.community.adapters.workbooks.limits import (
    MAX_ALL_LETTERS,
    MAX_COLUMNS,
    MAX_LETTERS,
    MAX_ROWS,
    broken,
    other_kind,
    too_long,
    too_many_columns,
    too_many_rows,
    too_much_text,
)
from linli.community.adapters.workbooks.sheet import Cell, Sheet
from linli.rules.errors import Refused


def read_csv(data: bytes, name: str) -> Sheet:
    """The records of a CSV file, separated by the mark (comma, semicolon, tab) that its first lines have most of.

    A quoted record of several lines counts as one row, as a spreadsheet shows it.
    """
    text = decode(data)
    if text.lstrip().lower().startswith(("<html", "<!doctype", "<table", "<?xml", "<meta")):
        raise Refused(
            "workbook.web-page",
            "这个文件其实是网页，只是叫作表格。请用表格软件打开它，“另存为”.xlsx，再选一次。",
        )
    if len(text) > MAX_ALL_LETTERS:
        raise too_much_text()
    head = "".join(text[:4_000].splitlines(keepends=True)[:5])
    delimiter = max(",\t;", key=head.count)
    return Sheet(name, records(text, delimiter), height=text.count("\n"))


def records(text: str, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number > MAX_ROWS:
                raise too_many_rows()
            if len(record) > MAX_COLUMNS:
                if any(record[MAX_COLUMNS:]):
                    raise too_many_columns()
                del record[MAX_COLUMNS:]
            for column, cell in enumerate(record, start=1):
                if len(cell) > MAX_LETTERS:
                    raise too_long(number, column)
            yield number, list(record)
    except csv.Error:
        raise broken() from None


def decode(data: bytes) -> str:
    if b"\0" in data:
        raise other_kind()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise other_kind()
