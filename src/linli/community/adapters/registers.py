"""A compound's register of homes, read from a spreadsheet: rows that are sure, and faults in words for all else.

Pure: what is read depends on the file alone. Whoever takes it in decides what it means for what is already known.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext_noop as _

from linli.community.adapters.workbooks import Cell, Sheet, iter_cells, read_sheets
from linli.rules.doors import Use, floor_of_room, level_key, level_name, plain, read_door, room_key
from linli.rules.errors import Refused

Level = Literal["error", "doubt", "notice"]

#: What each column of ours may be called in the office's sheet; the first name is the one in our template.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "zone": ("区", "片区", "分区", "区号"),
    "building": ("楼栋", "栋", "幢", "楼号", "栋号", "幢号", "楼栋号", "楼幢", "几号楼"),
    "unit": ("单元", "门", "单元号", "门栋", "单元名称", "门号"),
    "floor": ("楼层", "层", "所在层", "所在楼层", "层号"),
    "room": ("房号", "房间号", "室号", "室", "户号", "房屋号", "房间"),
    "door": ("门牌", "门牌号", "地址", "住址", "房屋坐落", "坐落", "房屋地址"),
    "area": ("面积", "建筑面积", "房屋面积", "产权面积", "房屋建筑面积", "专有部分面积"),
    "use": ("用途", "房屋用途", "房屋性质", "规划用途", "房屋类型"),
    "occupied": ("是否入住", "入住", "入住情况", "居住情况", "是否居住", "是否有人住"),
    "owners": ("业主", "业主姓名", "产权人", "产权人姓名", "房主", "所有权人", "权利人", "房屋所有权人"),
    "head": ("住户", "户主", "户主姓名", "住户姓名", "居住人"),
}
NAMES = {name: column for column, names in COLUMNS.items() for name in names}
SHOWN = {column: names[0] for column, names in COLUMNS.items()}
SQUARE_METRES = {"", "m2", "平方米", "平米", "平方", "㎡"}
SAID_LEVELS: tuple[Literal["zone", "building", "unit"], ...] = ("zone", "building", "unit")
HEADER_WITHIN = 12

USES: Mapping[str, Use] = {
    **dict.fromkeys(("住宅", "住房", "居住", "家", "民用", "成套住宅", "普通住宅", "居民住宅", "自住"), "home"),
    **dict.fromkeys(
        ("商铺", "店铺", "商业", "门面", "门面房", "门市", "商服", "底商", "商用", "商业用房", "商户"), "shop"
    ),
}
YES = frozenset(
    [
        "是",
        "已入住",
        "入住",
        "有人",
        "有人住",
        "自住",
        "常住",
        "在住",
        "出租",
        "租住",
        "√",
        "✓",
        "✔",
        "y",
        "yes",
        "1",
        "true",
    ]
)
NO = frozenset(
    ["否", "未入住", "空置", "空", "空房", "无人", "没人", "没人住", "无人居住", "×", "x", "n", "no", "0", "false"]
)
NOBODY = frozenset(["无", "空", "-", "--", "/", "不详", "未知", "待定", "不清楚", "暂无", "待查"])
TOTALS = ("合计", "总计", "小计", "共计", "总数")
BETWEEN_NAMES = re.compile(r"[、，,/／;；|\n]+")
LARGEST_AREA = 10_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about one place of the file. ``words`` (with ``facts``) say what to do; the level what it means.

    An *error* refuses the whole file, a *doubt* asks the clerk to look, a *notice* says what was assumed. ``row`` is
    the spreadsheet's own number, 0 for the whole sheet.
    """

    sheet: str
    row: int
    column: str
    kind: str
    level: Level
    words: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One door as the register has it: ``area`` in 1/100 m² and ``use`` and ``occupied``, each or unknown."""

    sheet: str
    row: int
    zone: str
    building: str
    unit: str
    floor: str
    room: str
    name: str
    use: Use | None
    area: int | None
    occupied: bool | None
    owners: tuple[str, ...]
    head: str

    @property
    def levels(self) -> tuple[str, str, str]:
        """The keys of the places above the door; "" for a level that is not said."""
        zone, building, unit = (level_key(level) for level in (self.zone, self.building, self.unit))
        return zone, building, unit

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What makes this door the same as another."""
        return (*self.levels, room_key(self.room), plain(self.name))

    @property
    def label(self) -> str:
        """How the door is named in a list: 一单元301."""
        return f"{self.zone}{self.building}{self.unit}{self.room or self.name}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its content's hash, its rows, what was left out, and everything that is not sure."""

    sha256: str
    rows: tuple[RegisterRow, ...]
    faults: tuple[Fault, ...]
    left_out: tuple[str, ...]

    @property
    def errors(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.level == "error")

    @property
    def sheets(self) -> set[str]:
        """The names of the sheets that anything was read of or said about."""
        return {row.sheet for row in self.rows} | {fault.sheet for fault in self.faults}

    @property
    def same_names(self) -> dict[str, tuple[str, ...]]:
        """Names that own more than one door: whether it is one person, only the clerk can say."""
        doors: dict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            for owner in row.owners:
                doors[owner].append(row.label)
        return {name: tuple(labels) for name, labels in sorted(doors.items()) if len(labels) > 1}

    def as_json(self) -> dict[str, Any]:
        """The reading as plain values, from which ``from_json`` makes an equal one."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Reading":
        return cls(
            sha256=value["sha256"],
            rows=tuple(RegisterRow(**{**row, "owners": tuple(row["owners"])}) for row in value["rows"]),
            faults=tuple(Fault(**fault) for fault in value["faults"]),
            left_out=tuple(value["left_out"]),
        )


def read_register(data: bytes, file_name: str) -> Reading:
    """Read a register from the bytes of an .xlsx or .csv.

    Every sheet with a row of headings is read; a heading row has the room (or the door in words) and at least one
    heading more. Columns that are not needed are left out and named. Refused: what ``read_sheets`` refuses, and a file
    without such a row. All else is in the reading's faults.
    """
    reader = Reader()
    for sheet in read_sheets(data, file_name):
        reader.read(sheet)
    if not reader.found:
        raise Refused(
            "register.no-headings",
            "没找到表头。表里要有一行写着“房号”（或“门牌”），还有“单元、面积、业主”等栏名；可以下载模板照着填。",
        )
    if not reader.rows and not any(fault.level == "error" for fault in reader.faults):
        raise Refused("register.no-rows", "表头下面没有房屋。请一行写一户，再试一次。")
    return Reading(
        sha256=hashlib.sha256(data).hexdigest(),
        rows=tuple(reader.rows),
        faults=tuple(reader.faults),
        left_out=tuple(dict.fromkeys(reader.left_out)),
    )


class Unread(Exception):
    """A cell that says nothing sure; carries the fault's kind and words."""

    def __init__(self, column: str, kind: str, words: str, /, **facts: str | int) -> None:
        super().__init__(kind)
        self.column, self.kind, self.words, self.facts = column, kind, words, facts


class Reader:
    """Reads the sheets of one file, one after another, and gathers rows and faults."""

    def __init__(self) -> None:
        self.rows: list[RegisterRow] = []
        self.faults: list[Fault] = []
        self.left_out: list[str] = []
        self.found = self.unit_wanted = False
        self.seen: dict[tuple[str, ...], RegisterRow] = {}

    def read(self, sheet: Sheet) -> None:
        cells = list(iter_cells(sheet))
        start, columns = next(
            ((index, found) for index, (_, row) in enumerate(cells[:HEADER_WITHIN]) if (found := headings(row))),
            (0, {}),
        )
        if not columns:
            if cells:
                self.say(sheet, 0, "", "sheet-left-out", "notice", _("这张表没有表头，没有读入。"))
            return
        self.found = True
        self.name_left_out(cells[start][1], columns)
        if twice := repeated(cells[start][1]):
            self.say(
                sheet,
                cells[start][0],
                twice,
                "column-twice",
                "error",
                _("有两栏都是“{name}”，请只留一栏。"),
                name=twice,
            )
            return
        if "use" not in columns:
            self.say(sheet, 0, "use", "use-missing", "notice", _("没有“用途”一栏，都按住宅算。"))
        self.unit_wanted = "unit" in columns
        before = len(self.rows)
        for number, row in cells[start + 1 :]:
            self.read_row(sheet, number, {column: row[at] for column, at in columns.items() if at < len(row)})
        if unknown := sum(row.area is None for row in self.rows[before:]):
            self.say(
                sheet,
                0,
                "area",
                "area-unknown",
                "notice",
                _("有{count}户没有面积，先记作“不知道”；按面积计票时会说明。"),
                count=unknown,
            )

    def name_left_out(self, row: list[Cell], columns: Mapping[str, int]) -> None:
        used = set(columns.values())
        self.left_out += [text_of(cell)[:40] for at, cell in enumerate(row) if at not in used and text_of(cell)]

    def say(
        self, sheet: Sheet, row: int, column: str, kind: str, level: Level, words: str, /, **facts: str | int
    ) -> None:
        shown = SHOWN.get(column, column)
        self.faults.append(Fault(sheet.name, row, shown, kind, level, words, facts))

    def read_row(self, sheet: Sheet, number: int, row: Mapping[str, Cell]) -> None:
        if any(text_of(cell).startswith(TOTALS) for cell in row.values()):
            self.say(sheet, number, "", "total-row", "notice", _("像是合计行，没有读入。"))
            return
        values: dict[str, Any] = {}
        sound = True
        for read in (read_place, read_area, read_use, read_occupied, read_owners, read_head):
            try:
                values |= read(row)
            except Unread as unread:
                sound = False
                self.say(sheet, number, unread.column, unread.kind, "error", unread.words, **unread.facts)
        if sound:
            self.keep(sheet, RegisterRow(sheet=sheet.name, row=number, **values))

    def keep(self, sheet: Sheet, row: RegisterRow) -> None:
        if self.unit_wanted and not row.unit and row.use != "shop" and not row.name:
            self.say(
                sheet,
                row.row,
                "unit",
                "unit-missing",
                "error",
                _("没写单元。合并的单元格请拆开，每行都写上单元。"),
            )
        earlier = self.seen.setdefault(row.key, row)
        if earlier is not row:
            self.say(
                sheet,
                row.row,
                "room",
                "door-twice",
                "error",
                _("{door}和第{earlier}行重复。一户只写一行，几位业主写在一格里，用“、”分开。"),
                door=row.label,
                earlier=earlier.row,
            )
        self.rows.append(row)
        for column, kind, words, facts in doubts(row):
            self.say(sheet, row.row, column, kind, "doubt", words, **facts)


def doubts(row: RegisterRow) -> Iterator[tuple[str, str, str, dict[str, str | int]]]:
    """What can be read but hardly be meant."""
    if row.area is not None and row.use != "shop" and not 500 <= row.area <= 100_000:
        shown = f"{row.area // 100}.{row.area % 100:02d}"
        yield "area", "area-unlikely", _("{area}平方米，住宅很少有这么大或这么小，请核对。"), {"area": shown}
    if any(re.search(r"等(?:.{0,2}人)?$", owner) for owner in row.owners):
        yield "owners", "owners-incomplete", _("写着“等”，业主可能没写全，请把每一位都写上。"), {}
    if row.occupied is False and row.head:
        yield "occupied", "head-but-empty", _("写了住户，又写没有入住，请核对。"), {}


def headings(row: list[Cell]) -> dict[str, int]:
    """Our columns → position, if this row is a row of headings, else nothing."""
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        if column := heading(cell):
            found.setdefault(column, at)
    return found if ("room" in found or "door" in found) and len(found) > 1 else {}


def repeated(row: list[Cell]) -> str:
    columns = [column for cell in row if (column := heading(cell))]
    return next((column for column in columns if columns.count(column) > 1), "")


def heading(cell: Cell) -> str:
    if not isinstance(cell, str):
        return ""
    match = re.fullmatch(r"([^()\[\]]*)(?:[(\[]([^()\[\]]*)[)\]])?[*:]*", plain(cell).lower())
    if not match:
        return ""
    column = NAMES.get(match[1].strip("*:"), "")
    return "" if column == "area" and (match[2] or "") not in SQUARE_METRES else column


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, dates in their own form."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    text = "" if cell is None else str(cell)
    return unicodedata.normalize("NFC", re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\ufeff]", "", text)).strip()


def said(row: Mapping[str, Cell], column: str, most: int = 40) -> str:
    cell = row.get(column)
    if isinstance(cell, date):
        raise Unread(column, "became-date", _("这一格被表格软件变成了日期。请先把这一栏设成“文本”，再填一次。"))
    text = text_of(cell)
    if len(text) > most:
        raise Unread(column, "too-long", _("写得太长，最多{most}个字。"), most=most)
    return text


def read_place(row: Mapping[str, Cell]) -> dict[str, str]:
    values = {kind: said(row, kind, 24) for kind in SAID_LEVELS}
    floor = said(row, "floor", 8).removesuffix("层").removesuffix("楼")
    room, door = said(row, "room", 16), said(row, "door", 80)
    name = ""
    if room and not re.search(r"[^\W_]", room):
        raise Unread("room", "room-unread", _("写的是“{said}”，请写房号，例如 301。"), said=room)
    if not room and not door:
        raise Unread("room", "room-missing", _("没写房号，请写上，例如 301。"))
    if not room:
        try:
            read = read_door(door)
        except Refused as refused:
            raise Unread("door", "door-unread", refused.words) from None
        values = {kind: values[kind] or getattr(read, kind) for kind in SAID_LEVELS}
        floor, room, name = floor or read.floor, read.room, read.name
    room = re.sub(r"(?<=.)[室号房]$", "", plain(room))
    levels: dict[str, str] = {kind: level_name(kind, values[kind]) for kind in SAID_LEVELS}
    return {**levels, "floor": plain(floor) or floor_of_room(room), "room": room, "name": name}


def read_area(row: Mapping[str, Cell]) -> dict[str, int | None]:
    text = said(row, "area")
    number = re.sub(r"(?:平方米|平米|平方|m2|㎡)$", "", plain(text).lower())
    if not number or number in NOBODY:
        return {"area": None}
    if re.fullmatch(r"-\d+(?:\.\d+)?", number) or re.fullmatch(r"0+(?:\.0+)?", number):
        raise Unread("area", "area-not-positive", _("写的是“{said}”，面积要大于0；不知道就空着。"), said=text)
    if not re.fullmatch(r"(?:\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.\d{1,20})?", number):
        raise Unread("area", "area-unread", _("写的是“{said}”，请写数字，例如 85.20。"), said=text)
    exact = Decimal(number.replace(",", "")) * 100
    area = round(exact)
    # A spreadsheet stores 85.2 as the nearest binary fraction and may show 85.19999999999999.
    if abs(exact - area) > Decimal("0.000001"):
        raise Unread("area", "area-too-fine", _("写的是“{said}”，请写到小数点后两位，例如 85.20。"), said=text)
    if not 0 < area <= LARGEST_AREA:
        raise Unread("area", "area-too-large", _("写的是“{said}”，一户不会这么大，请核对。"), said=text)
    return {"area": area}


def read_use(row: Mapping[str, Cell]) -> dict[str, Use | None]:
    text = said(row, "use")
    use = USES.get(plain(text))
    if text and use is None:
        raise Unread(
            "use",
            "use-unread",
            _("写的是“{said}”，请写“住宅”或“商铺”；车库、储藏室不算一户，请删去这一行。"),
            said=text,
        )
    return {"use": use}


def read_occupied(row: Mapping[str, Cell]) -> dict[str, bool | None]:
    text = said(row, "occupied")
    word = plain(text).lower()
    if not word or word in {"不详", "未知", "不清楚", "-"}:
        return {"occupied": None}
    if word not in YES | NO:
        raise Unread("occupied", "occupied-unread", _("写的是“{said}”，请写“是”或“否”；不清楚就空着。"), said=text)
    return {"occupied": word in YES}


def read_owners(row: Mapping[str, Cell]) -> dict[str, tuple[str, ...]]:
    owners = (person(part, "owners") for part in BETWEEN_NAMES.split(said(row, "owners", 400)))
    return {"owners": tuple(dict.fromkeys(filter(None, owners)))}


def read_head(row: Mapping[str, Cell]) -> dict[str, str]:
    heads = (person(part, "head") for part in BETWEEN_NAMES.split(said(row, "head", 200)))
    return {"head": next(filter(None, heads), "")}


def person(text: str, column: str) -> str:
    """One name, or "" for a word that stands for nobody. Spaces inside a Chinese name (王 芳) are for looks."""
    name = re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", unicodedata.normalize("NFKC", text).strip())
    if plain(name).lower() in NOBODY:
        return ""
    if len(name) > 60 or re.search(r"\d{5}", name) or (name and not re.search(r"[^\W\d_]", name)):
        raise Unread(column, "name-unread", _("这里只写姓名，几个人用“、”分开；电话、证件号不要写在这一栏。"))
    return name
