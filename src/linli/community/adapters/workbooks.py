"""Spreadsheets from outside, read as hostile: .xlsx and .csv into sheets of plain cells, or a refusal in words.

An .xlsx is never handed to its reader as it came. Every part is first parsed as a stream and measured (parts, sizes,
rows, columns, cells, letters in a cell); only the measured XML parts are then packed anew for the reader. So nothing
in a crafted archive (two parts of one name, a cell in the last corner of the sheet, one long text used a million times)
reaches code that would believe it.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from xml.parsers import expat

import python_calamine

from linli.rules.errors import Refused

MAX_BYTES = 10 * 1024 * 1024
MAX_PARTS = 200
MAX_UNPACKED = 64 * 1024 * 1024
#: How many times smaller an archive may make a part; real sheets stay below 40.
MAX_RATIO = 200
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_CELLS = 600_000
MAX_LETTERS = 1_000
MAX_ALL_LETTERS = 20_000_000

SHEETS = "xl/worksheets/"
TEXTS = "xl/sharedstrings.xml"
WORKSHEET = re.compile(SHEETS + r"[^/]+\.xml")
#: What a reader needs besides the sheets; pictures, comments, links and all else stay outside.
NEEDED = {"[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", TEXTS}

Cell = str | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, and its rows from the spreadsheet's row 1 on."""

    name: str
    rows: list[list[Cell]]


def read_sheets(data: bytes, file_name: str) -> list[Sheet]:
    """The sheets of an .xlsx, or the one of a .csv (UTF-8 with or without BOM, or GB18030).

    The kind is told by the content, not by the name. Formulas are never computed: a cell has the value it was saved
    with. Refused: what is too large in any measure, is broken, has macros or a password, or is of another kind (.xls,
    .ods, UTF-16 text).
    """
    if len(data) > MAX_BYTES:
        raise Refused(
            "workbook.too-large",
            "这个文件太大了，最多{most}MB。请只留一个小区的房屋，再试一次。",
            most=MAX_BYTES // 1024 // 1024,
        )
    if not data.strip():
        raise Refused("workbook.empty", "这个文件是空的。请选有内容的表格。")
    if data.startswith(b"PK"):
        return read_xlsx(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            "workbook.old-kind",
            "这是旧格式的表格（.xls），或者设了密码。请在表格软件里取消密码，“另存为”.xlsx 或 .csv，再选一次。",
        )
    return [Sheet(file_name, read_csv(data))]


def other_kind() -> Refused:
    return Refused("workbook.other-kind", "这个文件读不了。请用 .xlsx 或 .csv（UTF-8 或 GB18030）的表格。")


def too_many_rows() -> Refused:
    return Refused("workbook.too-many-rows", "这张表超过{most}行。请按小区或楼栋分成几个文件。", most=MAX_ROWS)


def too_many_columns() -> Refused:
    return Refused("workbook.too-many-columns", "这张表超过{most}栏。请只留房屋要用的栏。", most=MAX_COLUMNS)


def too_long(row: int, column: int) -> Refused:
    return Refused(
        "workbook.cell-too-long",
        "第{row}行第{column}栏的字太多，一格最多{most}个字。请改短再试。",
        row=row,
        column=column,
        most=MAX_LETTERS,
    )


def broken() -> Refused:
    return Refused("workbook.broken", "这个文件是坏的，打不开。请在表格软件里打开它，另存一份再试。")


def read_csv(data: bytes) -> list[list[Cell]]:
    """The records of a CSV file, separated by commas, or by tabs where the first line has more of these."""
    text = decode(data)
    first = text.partition("\n")[0]
    rows: list[list[Cell]] = []
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number > MAX_ROWS:
                raise too_many_rows()
            if len(record) > MAX_COLUMNS:
                raise too_many_columns()
            for column, cell in enumerate(record, start=1):
                if len(cell) > MAX_LETTERS:
                    raise too_long(number, column)
            rows.append(list(record))
    except csv.Error:
        raise broken() from None
    return rows


def decode(data: bytes) -> str:
    if b"\0" in data:
        raise other_kind()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise other_kind()


def read_xlsx(data: bytes) -> list[Sheet]:
    safe = repack(data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(safe))
        sheets = []
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            sheets.append(Sheet(name, [[plain_cell(cell) for cell in row] for row in rows]))
        return sheets
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:
        # The reader's panics are no Exception; whatever stops it, the file cannot be read.
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


def repack(data: bytes) -> bytes:
    """A new archive of the measured XML parts of ``data`` alone."""
    out = io.BytesIO()
    measure = Measure()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as safe:
            parts = wanted_parts(archive)
            # Sheets last: they refer to the shared texts by number.
            for part in sorted(parts, key=lambda info: SHEETS in info.filename.lower()):
                content = unpack(archive, part)
                measure.part(part.filename.lower(), content)
                safe.writestr(part.filename, content)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, ValueError, NotImplementedError):
        raise broken() from None
    except RuntimeError:
        raise Refused("workbook.locked", "这个文件设了密码。请在表格软件里取消密码，另存一份再试。") from None
    return out.getvalue()


def wanted_parts(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if any("vbaproject" in name or (name.endswith(".bin") and "macro" in name) for name in names):
        raise Refused("workbook.macros", "这个文件带有宏，不能收。请“另存为”普通的 .xlsx，再选一次。")
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise other_kind()
    if len(parts) > MAX_PARTS or len(set(names)) != len(names) or any(map(leaves_folder, names)):
        raise broken()
    if sum(part.file_size for part in parts) > MAX_UNPACKED or any(map(swells, parts)):
        raise Refused("workbook.swells", "这个文件解开后太大，不像房屋表。请把表格内容复制到一份新的 .xlsx 里再试。")
    return [part for part, name in zip(parts, names, strict=True) if name in NEEDED or WORKSHEET.fullmatch(name)]


def leaves_folder(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name


def swells(part: zipfile.ZipInfo) -> bool:
    return part.file_size > 1024 * 1024 and part.file_size > MAX_RATIO * max(part.compress_size, 1)


def unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as stream:
        content = stream.read(part.file_size + 1)
    if len(content) != part.file_size:
        raise zipfile.BadZipFile
    return content


@dataclass
class Measure:
    """Counts what the parts of a workbook hold and refuses what is too much, or what is not where it belongs."""

    part_name: str = ""
    texts: list[int] = field(default_factory=list)
    cells: int = 0
    letters: int = 0
    row: int = 0
    column: int = 0
    collecting: bool = False
    length: int = 0
    shared: bool = False
    value: list[str] = field(default_factory=list)

    def part(self, name: str, content: bytes) -> None:
        """Parse one XML part as a stream; refuse document types (and so every entity), and whatever breaks a limit."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self.refuse_document_type
        self.part_name = name
        self.row = self.column = 0
        parser.Parse(content, True)

    def refuse_document_type(self, *_: object) -> None:
        raise broken()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self.row = position(attributes.get("r"), self.row + 1)
                self.column = 0
            case "c" if self.part_name.startswith(SHEETS):
                self.start_cell(attributes)
            case "si" if self.part_name == TEXTS:
                self.length = 0
            case "c" | "si":
                raise broken()
            case "v" | "t":
                self.collecting = True
                self.value.clear()
            case _:
                return
        if self.row > MAX_ROWS:
            raise too_many_rows()
        if self.column > MAX_COLUMNS:
            raise too_many_columns()

    def start_cell(self, attributes: dict[str, str]) -> None:
        column, row = read_reference(attributes.get("r", ""))
        self.row, self.column = row or self.row, column or self.column + 1
        self.shared = attributes.get("t") == "s"
        self.length = 0
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise too_many_rows()

    def text(self, text: str) -> None:
        if self.collecting:
            self.length += len(text)
            if len(self.value) < 8:
                self.value.append(text[:16])

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "si":
                self.texts.append(self.length)
            case "c":
                self.end_cell()
            case "v" | "t":
                self.collecting = False

    def end_cell(self) -> None:
        if self.shared:
            number = "".join(self.value).strip()
            self.length = self.texts[int(number)] if number.isdecimal() and int(number) < len(self.texts) else 0
        self.letters += self.length
        if self.length > MAX_LETTERS:
            raise too_long(self.row, self.column)
        if self.letters > MAX_ALL_LETTERS:
            raise Refused("workbook.too-much-text", "这个文件里的字太多，不像房屋表。请只留房屋要用的栏。")


def position(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else MAX_ROWS + 1 if text else otherwise


def read_reference(reference: str) -> tuple[int, int]:
    """Column and row of a cell's reference (B7 → 2, 7); a reference that is none counts as beyond every limit."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters[:4]:
        column = column * 26 + (ord(letter.upper()) - 64 if letter.isascii() and letter.isalpha() else 10_000)
    return (column, position(reference[len(letters) :], 0)) if reference else (0, 0)


def iter_cells(sheet: Sheet) -> Iterator[tuple[int, list[Cell]]]:
    """The rows that hold anything, each with the number that the spreadsheet shows for it."""
    for number, row in enumerate(sheet.rows, start=1):
        if any(cell not in (None, "") for cell in row):
            yield number, row
