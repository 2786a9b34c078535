"""Spreadsheets from outside, read as hostile: .xlsx, .xls, .ods and .csv into sheets of plain cells, or a refusal.

The kind is told by the content, not by the name. Formulas are never computed: a cell has the value it was saved with.
"""

from linli.community.adapters.workbooks.delimited import read_csv
from linli.community.adapters.workbooks.limits import MAX_BYTES, MAX_LETTERS, MAX_ROWS, check_size
from linli.community.adapters.workbooks.ods import read_ods
from linli.community.adapters.workbooks.sheet import Cell, Line, Sheet
from linli.community.adapters.workbooks.xls import read_xls
from linli.community.adapters.workbooks.xlsx import read_xlsx
from linli.community.adapters.workbooks.zipped import is_ods
from linli.rules.errors import Refused

__all__ = ["MAX_BYTES", "MAX_LETTERS", "MAX_ROWS", "Cell", "Line", "Sheet", "check_size", "read_sheets"]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_sheets(data: bytes, file_name: str) -> list[Sheet]:
    """The sheets of an .xlsx, .xls or .ods, or the one of a .csv (UTF-8 with or without BOM, or GB18030).

    A sheet's lines are read as they are asked for, once, sheet after sheet; a limit that is broken only there refuses
    then. Refused: what is too large in any measure, is broken, has macros or a password, or is of another kind.
    """
    check_size(data)
    if not data.strip():
        raise Refused("workbook.empty", "这个文件是空的。请选有内容的表格。")
    if data.startswith(OLE):
        return read_xls(data)
    if data.startswith(b"PK"):
        return read_ods(data) if is_ods(data) else read_xlsx(data)
    return [read_csv(data, file_name)]
