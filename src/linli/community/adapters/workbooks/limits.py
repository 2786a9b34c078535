"""What a spreadsheet may measure, and the refusals of one that measures more or cannot be read."""

from linli.rules.errors import Refused

MAX_BYTES = 32 * 1024 * 1024
MAX_PARTS = 400
MAX_UNPACKED = 384 * 1024 * 1024
#: How many times smaller an archive may make a part; real sheets stay below 60.
MAX_RATIO = 200
MAX_ROWS = 120_000
MAX_COLUMNS = 100
#: Cells that are written, and the corner that they span, of all sheets together.
MAX_CELLS = 4_000_000
MAX_MERGES = 200_000
MAX_LETTERS = 1_000
MAX_ALL_LETTERS = 60_000_000


def other_kind() -> Refused:
    return Refused("workbook.other-kind", "这个文件读不了。请用 .xlsx、.xls、.ods 或 .csv（UTF-8 或 GB18030）的表格。")


def too_many_rows() -> Refused:
    return Refused("workbook.too-many-rows", "这张表超过{most}行。请按小区或楼栋分成几个文件。", most=MAX_ROWS)


def too_many_columns() -> Refused:
    return Refused("workbook.too-many-columns", "这张表超过{most}栏。请只留房屋要用的栏。", most=MAX_COLUMNS)


def too_long(row: int, column: int) -> Refused:
    """The refusal of a cell (both numbers as people count, from 1) with too many letters."""
    return Refused(
        "workbook.cell-too-long",
        "第{row}行第{column}栏的字太多，一格最多{most}个字。请改短再试。",
        row=row,
        column=column,
        most=MAX_LETTERS,
    )


def too_much_text() -> Refused:
    return Refused("workbook.too-much-text", "这个文件里的字太多，不像房屋表。请只留房屋要用的栏。")


def broken() -> Refused:
    return Refused("workbook.broken", "这个文件是坏的，打不开。请在表格软件里打开它，另存一份再试。")


def locked() -> Refused:
    return Refused("workbook.locked", "这个文件设了密码。请在表格软件里取消密码，另存一份再试。")


def macros() -> Refused:
    return Refused("workbook.macros", "这个文件带有宏，不能收。请“另存为”普通的 .xlsx，再选一次。")


def swells() -> Refused:
    return Refused("workbook.swells", "这个文件解开后太大，不像房屋表。请把表格内容复制到一份新的 .xlsx 里再试。")


def check_size(data: bytes) -> None:
    """Refuse a file that is larger than any register of one compound."""
    if len(data) > MAX_BYTES:
        raise Refused(
            "workbook.too-large",
            "这个文件太大了，最多{most}MB。请只留一个小区的房屋，再试一次。",
            most=MAX_BYTES // 1024 // 1024,
        )


def check_place(row: int, column: int) -> None:
    """Refuse a cell (both numbers from 1) that lies beyond the rows or columns a sheet may have."""
    if row > MAX_ROWS:
        raise too_many_rows()
    if column > MAX_COLUMNS:
        raise too_many_columns()
