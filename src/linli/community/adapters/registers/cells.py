"""Single cells of a register: text, areas, words for yes and no, names with shares, phones, days."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from linli.community.adapters.registers.reading import marked as _
from linli.community.adapters.workbooks import Cell
from linli.rules.doors import Use, floor_of_room, level_key, level_name, plain, read_door
from linli.rules.errors import Refused

USES: Mapping[str, Use] = {
    **dict.fromkeys(("住宅", "住房", "居住", "家", "民用", "成套住宅", "普通住宅", "居民住宅", "自住"), "home"),
    **dict.fromkeys(
        ("商铺", "店铺", "商业", "门面", "门面房", "门市", "商服", "底商", "商用", "商业用房", "商户"), "shop"
    ),
}
YES = frozenset(
    "是 已入住 入住 有人 有人住 自住 常住 在住 出租 租住 租用 √ ✓ ✔ y yes 1 true".split()  # noqa: SIM905
)
NO = frozenset("否 未入住 空置 空 空房 无人 没人 没人住 无人居住 无人住 闲置 × x n no 0 false".split())  # noqa: SIM905
NOT_SAID = frozenset("不详 未知 不清楚 待查 -".split())  # noqa: SIM905
NOBODY = frozenset("无 空 - -- / 不详 未知 待定 不清楚 暂无 待查".split())  # noqa: SIM905
EMPTY_HOME = frozenset("空置 空房 空户 无人居住 无人住 没人住 未入住 闲置 空".split())  # noqa: SIM905
HEADS = frozenset("户主 本人 家长".split())  # noqa: SIM905
OWNING = frozenset("业主 产权人 房主 所有权人".split())  # noqa: SIM905

BETWEEN_NAMES = re.compile(r"[、，,/／;；|\n&]+|(?<=[^\x00-\x7f])[和与](?=\s*[^\x00-\x7f]{2,4}$)")
FRACTION = re.compile(r"(\d{1,4})\s*[/／⁄]\s*(\d{1,4})|(\d{1,3}(?:\.\d{1,4})?)\s*[%％]")
SHARED = re.compile(r"(?:各占|各|占|持有|按份共有|共同共有|共有|份额|产权)+[:：]?")
NOT_NAMES = re.compile("[和与各占]|共有|持有|份额|产权")
DECEASED = re.compile("已?故|去世|死亡|过世")
LETTER_OR_DIGIT = re.compile(r"[^\W_]")
ROOM_WORDS = re.compile(r"(?<=.)[室号房]$")
SQUARE_METRES = re.compile(r"(?:平方米|平米|平方|m2|㎡)$")
NUMBER = re.compile(r"(?:\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.\d{1,20})?")
NOT_POSITIVE = re.compile(r"-\d+(?:\.\d+)?|0+(?:\.0+)?")
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
#: What stands in brackets behind a name, and signs left over at its end.
REMARK = re.compile(r"\s*\([^()]*\)\s*$|[:(\s-]+$")
SPACE_WITHIN = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\ufeff]")
LARGEST_AREA = 10_000_000
LEVELS = ("zone", "building", "unit")


class Unread(Exception):
    """A cell that says nothing sure; carries the fault's kind and words."""

    def __init__(self, column: str, kind: str, words: str, /, **facts: str | int) -> None:
        super().__init__(kind)
        self.column, self.kind, self.words, self.facts = column, kind, words, facts


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, dates in their own form."""
    if type(cell) is str:
        return clean(cell) if cell else ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return "" if cell is None else clean(str(cell))


def text_in(row: Mapping[str, Cell], column: str) -> str:
    """What a row of cleaned cells says in a column, as text."""
    cell = row.get(column)
    return cell if type(cell) is str else text_of(cell)


def clean(text: str) -> str:
    """``text`` without control characters and invisible marks, in one form (NFC), trimmed."""
    if text.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text.strip()
    return unicodedata.normalize("NFC", UNSEEN.sub("", text)).strip()


def said(row: Mapping[str, Cell], column: str, most: int = 40) -> str:
    """What a row (of cleaned cells) says in a column; unread where it is too long, or became a date."""
    cell = row.get(column)
    if cell is None or cell == "":
        return ""
    if isinstance(cell, date):
        raise Unread(column, "became-date", _("这一格被表格软件变成了日期。请先把这一栏设成“文本”，再填一次。"))
    text = cell if type(cell) is str else text_of(cell)
    if len(text) > most:
        raise Unread(column, "too-long", _("写得太长，最多{most}个字。"), most=most)
    return text


def read_place(row: Mapping[str, Cell], levels: Mapping[str, str]) -> dict[str, str]:
    """Where a door is; ``levels`` are those that stand above the row (in a line of its own, in the sheet's name)."""
    zone, building, unit = (said(row, kind, 24) for kind in LEVELS)
    floor = said(row, "floor", 8)
    room, door = said(row, "room", 80), said(row, "door", 80)
    if not room and not door:
        raise Unread("room", "room-missing", _("没写房号，请写上，例如 301。"))
    values = place_of(zone, building, unit, floor, room, door)
    return values | {kind: values[kind] or levels.get(kind, "") for kind in LEVELS}


def place_of(zone: str, building: str, unit: str, floor: str, room: str, door: str) -> dict[str, str]:
    values = {"zone": zone, "building": building, "unit": unit, "room": room, "name": "", "within": ""}
    floor = floor.removesuffix("层").removesuffix("楼")
    if room and not LETTER_OR_DIGIT.search(room):
        raise Unread("room", "room-unread", _("写的是“{said}”，请写房号，例如 301。"), said=room)
    column = "room" if room else "door"
    if not room or is_whole_door(room):
        floor = read_whole_door(room or door, column, floor, values)
    if len(values["room"]) > 16:
        raise Unread(column, "too-long", _("写得太长，最多{most}个字。"), most=16)
    values["room"] = room_name(values["room"])
    values |= {kind: level_name(kind, values[kind]) if values[kind] else "" for kind in ("zone", "building", "unit")}
    values["floor"] = plain(floor) or floor_of_room(values["room"])
    return values


@lru_cache(5_000)
def room_name(room: str) -> str:
    return ROOM_WORDS.sub("", plain(room))


@lru_cache(5_000)
def is_whole_door(room: str) -> bool:
    """Whether a room's cell names more than the room: 1-301, 一单元301, 门卫室旁边第二家."""
    text = plain(room)
    return not re.fullmatch(r"\D{0,4}\d+\D{0,3}|\D{1,4}", text) or bool(re.search(r"\d-\d|单元|号楼|栋|幢", text))


def read_whole_door(text: str, column: str, floor: str, values: dict[str, str]) -> str:
    try:
        read = read_door(text)
    except Refused as refused:
        raise Unread(column, "door-unread", refused.words) from None
    for kind in LEVELS:
        here, there = values[kind], getattr(read, kind)
        if here and there and level_key(here) != level_key(there):
            raise Unread(
                column,
                "place-differs",
                _("写的是“{said}”，和本行另写的“{other}”对不上，请核对。"),
                said=text,
                other=here,
            )
        values[kind] = here or there
    values |= {"room": read.room, "name": read.name, "within": read.within}
    return floor or read.floor


def read_area(row: Mapping[str, Cell]) -> int | None:
    """An area in 1/100 m²."""
    text = said(row, "area")
    number = SQUARE_METRES.sub("", plain(text).lower()) if text else ""
    if not number or number in NOBODY:
        return None
    if NOT_POSITIVE.fullmatch(number):
        raise Unread("area", "area-not-positive", _("写的是“{said}”，面积要大于0；不知道就空着。"), said=text)
    if not NUMBER.fullmatch(number):
        raise Unread("area", "area-unread", _("写的是“{said}”，请写数字，例如 85.20。"), said=text)
    exact = Decimal(number.replace(",", "")) * 100
    area = round(exact)
    # A spreadsheet stores 85.2 as the nearest binary fraction and may show 85.19999999999999.
    if abs(exact - area) > Decimal("0.000001"):
        raise Unread("area", "area-too-fine", _("写的是“{said}”，请写到小数点后两位，例如 85.20。"), said=text)
    if not 0 < area <= LARGEST_AREA:
        raise Unread("area", "area-too-large", _("写的是“{said}”，一户不会这么大，请核对。"), said=text)
    return area


def read_use(row: Mapping[str, Cell]) -> Use | None:
    text = said(row, "use")
    use = USES.get(plain(text)) if text else None
    if text and use is None:
        raise Unread(
            "use",
            "use-unread",
            _("写的是“{said}”，请写“住宅”或“商铺”；车库、储藏室不算一户，请删去这一行。"),
            said=text,
        )
    return use


def read_occupied(row: Mapping[str, Cell]) -> bool | None:
    text = said(row, "occupied")
    word = plain(text).lower() if text else ""
    if not word or word in NOT_SAID:
        return None
    if word not in YES | NO:
        raise Unread("occupied", "occupied-unread", _("写的是“{said}”，请写“是”或“否”；不清楚就空着。"), said=text)
    return word in YES


def read_names(row: Mapping[str, Cell], column: str, most: int = 400) -> tuple[str, ...]:
    """The people of one cell, each once."""
    return tuple(name for name, _share in read_shared_names(row, column, most))


def read_shared_names(row: Mapping[str, Cell], column: str, most: int = 400) -> tuple[tuple[str, str], ...]:
    """The people of one cell with the share that stands beside each, or ""."""
    text = said(row, column, most)
    return names_in(text, column) if text else ()


def names_in(text: str, column: str) -> tuple[tuple[str, str], ...]:
    if text.isalpha() and text[0] > "\x7f" and not NOT_NAMES.search(text):
        # Nearly every cell: one name and nothing else.
        return ((name, ""),) if (name := person(text, column)) else ()
    text = FRACTION.sub(lambda found: found.group().replace("/", "⁄").replace("／", "⁄"), text)
    each = share_of(text) if "各" in text else ""
    found: dict[str, str] = {}
    for part in BETWEEN_NAMES.split(text):
        for piece in apart(SHARED.sub("", FRACTION.sub("", part))):
            if name := person(piece, column):
                found.setdefault(name, each or share_of(part))
    return tuple(found.items())


def apart(part: str) -> list[str]:
    """Names that only a space divides (张三 李四); a space within one name (王 芳) does not."""
    pieces = part.split()
    whole = len(pieces) > 1 and all(re.fullmatch(r"[\u3400-\u9fff·]{2,4}(?:[(（][^)）]*[)）])?", one) for one in pieces)
    return pieces if whole else [part]


def share_of(text: str) -> str:
    """The first share in a text as an exact fraction (50% → 1/2), or ""."""
    match = FRACTION.search(text)
    return exact_share(*match.groups()) if match else ""


@lru_cache(1_000)
def exact_share(part: str | None, of: str | None, percent: str | None) -> str:
    share = Fraction(percent) / 100 if percent else Fraction(int(part or 0), int(of or 0) or 10_000_000)
    return str(share) if 0 < share <= 1 else ""


def person(text: str, column: str) -> str:
    """One name, or "" for a word that stands for nobody. Spaces inside a Chinese name (王 芳) are for looks.

    What stands in brackets behind a name is a remark, and is not read.
    """
    name = unicodedata.normalize("NFKC", text).strip()
    if not name.isalpha():
        name = REMARK.sub("", name)
        name = SPACE_WITHIN.sub("", name)
    if plain(name).lower() in NOBODY:
        return ""
    if name.isalpha() and len(name) <= 60:
        return name
    if len(name) > 60 or re.search(r"\d{5}", name) or (name and not re.search(r"[^\W\d_]", name)):
        raise Unread(column, "name-unread", _("这里只写姓名，几个人用“、”分开；电话、证件号不要写在这一栏。"))
    return name


def read_phones(row: Mapping[str, Cell], column: str) -> list[str]:
    """The numbers of one cell, mobile ones first: 13800001234.0, +86 138-0000-1234, 022-23456789."""
    cell = row.get(column)
    if cell in (None, ""):
        return []
    text = plain(text_in(row, column))
    if MOBILE.fullmatch(text):
        # Nearly every cell: one number and nothing else.
        return [text]
    found = list(dict.fromkeys(phones_in(text)))
    if not found and text.lower() not in NOBODY:
        raise Unread(column, "phone-unread", _("电话不像一个号码，没有读。手机号是11位数字。"))
    return sorted(found, key=lambda number: not number.startswith("1"))


def phones_in(text: str) -> Iterator[str]:
    text = re.sub(r"(?<=\d)\.0+(?!\d)", "", text)
    for part in re.split(r"[、，,/;；|]+|(?<=\d{7})(?=0\d{2,3}-)", text):
        number = re.sub(r"^(?:\+|00)?86(?=1[3-9])", "", re.sub(r"[-()·.]", "", part))
        for length in (11, 12, 10, 8, 7):
            mobile = MOBILE.fullmatch(number)
            if len(number) == length and number.isdecimal() and (mobile or not number.startswith("1") or length < 11):
                yield number
                break


def read_day(row: Mapping[str, Cell], column: str) -> str:
    """A day as ISO text, however it was typed: a date, 2021.3.5, 2021年3月, 20210305, a spreadsheet's own number."""
    cell = row.get(column)
    if cell in (None, ""):
        return ""
    day = cell if isinstance(cell, date) else day_in(plain(text_of(cell)))
    if day is None or not date(1900, 1, 2) <= day <= date(2100, 1, 1):
        raise Unread(column, "day-unread", _("看不懂这个日期，没有读。请写成 2021-03-05 这样。"))
    return day.isoformat()


def day_in(text: str) -> date | None:
    if re.fullmatch(r"[1-9]\d{4}(?:\.\d+)?", text):
        # A spreadsheet counts days from the last day of 1899, as its own dates do when they become text.
        return date(1899, 12, 30) + timedelta(days=int(text.split(".")[0]))
    match = re.match(r"(\d{4})[-./年]?(\d{1,2})?[-./月]?(\d{1,2})?日?(?:\d{2}:\d{2}.*)?$", text)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None
