"""A compound's register of homes, read from spreadsheets: rows that are sure, and faults in words for all else.

Pure: what is read depends on the files alone. Whoever takes it in decides what it means for what is already known.
"""

import hashlib
from collections.abc import Sequence

from linli.community.adapters.registers.columns import EXAMPLE_SHEET, SAID_LEVELS, SHOWN
from linli.community.adapters.registers.reading import BadRow, Fault, Progress, Reading, RegisterRow, silent
from linli.community.adapters.registers.sheets import Reader
from linli.community.adapters.workbooks import read_sheets
from linli.rules.errors import Refused

__all__ = [
    "EXAMPLE_SHEET",
    "SAID_LEVELS",
    "SHOWN",
    "BadRow",
    "Fault",
    "Progress",
    "Reading",
    "RegisterRow",
    "read_register",
    "read_registers",
    "silent",
]


def read_register(data: bytes, file_name: str) -> Reading:
    """Read a register from the bytes of one workbook; see ``read_registers``."""
    return read_registers([(data, file_name)])


def read_registers(files: Sequence[tuple[bytes, str]], progress: Progress = silent) -> Reading:
    """Read one register from the bytes of one or several workbooks (.xlsx, .xls, .ods, .csv) that complete each other.

    Every sheet with a row of headings is read; such a row has the room (or the door in words) and at least one heading
    more. A row that is not sure is left out and named; so are the columns that are not needed. ``progress`` is told how
    many rows are read. Refused: what ``read_sheets`` refuses, and files without such a row of headings, or without any
    row below it.
    """
    reader = Reader(progress)
    for data, name in files:
        sheets = read_sheets(data, name)
        reader.expect(sheets)
        for sheet in sheets:
            reader.read(sheet, f"{name}·{sheet.name}" if len(files) > 1 and sheet.name != name else sheet.name)
    if not reader.found:
        raise Refused(
            "register.no-headings",
            "没找到表头。表里要有一行写着“房号”（或“门牌”），还有“单元、面积、业主”等栏名；可以下载模板照着填。",
        )
    whole = reader.whole
    whole.finish()
    if not whole.rows and not whole.bad:
        raise Refused("register.no-rows", "表头下面没有房屋。请一行写一户，再试一次。")
    digest = hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data, _ in files))
    return Reading(
        sha256=hashlib.sha256(files[0][0]).hexdigest() if len(files) == 1 else digest.hexdigest(),
        rows=tuple(whole.rows),
        faults=tuple(sorted(whole.faults, key=lambda fault: (fault.sheet, fault.row))),
        left_out=tuple(dict.fromkeys(whole.left_out)),
        bad=tuple(whole.bad),
    )
