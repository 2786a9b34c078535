"""Doors: how they are named, put in order, read from a line, and laid out by rule.

Chinese addresses write one number in several ways (１, 1, 一), one level in several words (单元, 门). What is compared
is always ``natural_key`` or ``level_key``; what is shown is always what people wrote.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from linli.rules.errors import Refused

Use = Literal["home", "shop"]

#: The most that one rule may lay out: above any real building, below what a slip of the finger would ask for.
MAX_UNITS, MAX_FLOOR, MAX_PER_FLOOR, MAX_DOORS = 60, 120, 60, 6000

DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
SCALES = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "〇零一二三四五六七八九十百千两"
N = rf"(?:\d+|[{NUMERAL}]+)"

DASHES = re.compile("[–—―‐‑‒−]")
NUMBER = re.compile(rf"\d+|[{NUMERAL}]+")


def read_number(text: str) -> int | None:
    """The number that ``text`` writes in digits or Chinese numerals (十一, 二十, 一百零二, 三〇一), or None."""
    if text.isdecimal():
        return int(text)
    if not text or any(character not in NUMERAL for character in text):
        return None
    if not any(character in SCALES for character in text):
        return int("".join(str(DIGITS[character]) for character in text))
    return read_scaled(text)


def read_scaled(text: str) -> int | None:
    total, digit, last = 0, None, 10_000
    for place, character in enumerate(text):
        if character in DIGITS:
            if digit not in (None, 0):
                return None
            digit = DIGITS[character]
            continue
        scale = SCALES[character]
        if scale >= last or (digit is None and not (character == "十" and place == 0)) or digit == 0:
            return None
        total, digit, last = total + (1 if digit is None else digit) * scale, None, scale
    return total + (digit or 0)


def in_chinese(number: int) -> str:
    """1 to 99 in Chinese numerals, as people write a unit's number."""
    tens, ones = divmod(number, 10)
    figures = "〇一二三四五六七八九"
    if not 1 <= number <= 99:
        return str(number)
    return ("" if tens == 0 else "十" if tens == 1 else figures[tens] + "十") + (figures[ones] if ones else "")


def plain(text: str) -> str:
    """``text`` with full-width forms made ordinary (NFKC), dashes made one, and white space taken out."""
    if text.isascii():
        return "".join(text.split())
    return DASHES.sub("-", "".join(unicodedata.normalize("NFKC", text).split()))


@lru_cache(20_000)
def natural_key(name: str) -> str:
    """A key whose plain order is the order people expect: 2号楼 before 10号楼, 二单元 before 十一单元, １ like 1.

    Each number becomes the count of its digits (two figures) and then its digits, so that comparing characters
    compares numbers; the rest stays. At most 200 characters.
    """
    return NUMBER.sub(number_key, plain(name[:200]).casefold())[:200]


def number_key(match: re.Match[str]) -> str:
    number = read_number(match.group())
    if number is None:
        return match.group()
    digits = str(number)
    return f"{len(digits):02d}{digits}"


def floor_key(label: str) -> str:
    """The order of floors: basements below the ground, labels that are no numbers (夹层) after the numbers."""
    text = plain(label).removesuffix("层").removesuffix("楼")
    number = read_number(text.removeprefix("-"))
    if number is None or number > 400:
        return natural_key(text)
    return f"{500 - number if text.startswith('-') else 500 + number:03d}"


def door_key(levels: list[str], floor: str, room: str, name: str = "") -> str:
    """The key that orders a community's doors: by the names of the places above, then floor, then room.

    ``levels`` are the names from below the community down to the unit. At most 240 characters.
    """
    parts = [natural_key(level)[:36] for level in levels]
    return " ".join([*parts, floor_key(floor), natural_key(room)[:32], natural_key(name)])[:240]


SUFFIXES = re.compile(r"(?<=.)(号楼|楼栋|单元|号门|门栋|栋|幢|座|楼|门|号|区)$")


@lru_cache(20_000)
def level_key(name: str) -> str:
    """What makes two names of one level the same: 1单元, 一单元, １门 and 1 are one unit; A座 and a栋 one building."""
    return natural_key(SUFFIXES.sub("", plain(name)))


def short_name(name: str) -> str:
    """A level as people type it: 1 for 一单元 and 1号楼, A for A座; any other name stays."""
    text = SUFFIXES.sub("", plain(name))
    number = read_number(text)
    return text if number is None else str(number)


@lru_cache(20_000)
def room_key(room: str) -> str:
    """What makes two rooms the same: 301, ３０１, 0301 and 301室 are one."""
    return natural_key(re.sub(r"(?<=.)[室号房]$", "", plain(room)))


@lru_cache(20_000)
def level_name(kind: Literal["zone", "building", "unit"], text: str) -> str:
    """How a place is called: a bare number or letter becomes 一区, 1号楼, A座, 一单元; any other name stays."""
    number = read_number(plain(text))
    if number is not None:
        return {"zone": f"{in_chinese(number)}区", "building": f"{number}号楼", "unit": f"{in_chinese(number)}单元"}[
            kind
        ]
    if kind == "building" and re.fullmatch("[A-Za-z]", plain(text)):
        return f"{plain(text).upper()}座"
    return text.strip()


def name_key(name: str) -> str:
    """What makes two doors without a number the same: 堰塘边第三家 and 堰塘边 第3家 are one."""
    return natural_key(name)


def floor_of_room(room: str) -> str:
    """The floor that a room's number says by custom (301 → 3, 1203 → 12, 0301 → 3), or "" where it says none."""
    match = re.fullmatch(r"(\d{1,3})\d\d[a-z]?", plain(room).casefold())
    return str(int(match.group(1))) if match and int(match.group(1)) else ""


@dataclass(frozen=True, slots=True)
class PlannedDoor:
    """One door of a layout. ``unit`` is its unit's name, or "" where the door belongs to the building itself."""

    unit: str
    floor: str
    room: str
    use: Use
    label: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What a rule says: how many units, which floors hold homes, how many on each, and the shops."""

    units: int
    floors: range
    per_floor: int
    shop_floors: str = ""
    shops: int = 0
    shops_per_unit: bool = False

    @property
    def doors(self) -> tuple[PlannedDoor, ...]:
        """Every door, unit by unit from the ground up, the shops of no unit last."""
        return tuple(self.lay_out())

    def lay_out(self) -> Iterator[PlannedDoor]:
        for unit in range(1, self.units + 1) if self.units else [0]:
            name = level_name("unit", str(unit)) if unit else ""
            if self.shops_per_unit:
                yield from self.lay_out_shops(unit, name)
            for floor in self.floors:
                for number in range(1, self.per_floor + 1):
                    room = f"{floor}{number:02d}"
                    yield PlannedDoor(name, str(floor), room, "home", f"{unit}-{room}" if unit else room)
        if not self.shops_per_unit:
            yield from self.lay_out_shops(0, "")

    def lay_out_shops(self, unit: int, name: str) -> Iterator[PlannedDoor]:
        for number in range(1, self.shops + 1):
            room = f"商铺{number}"
            yield PlannedDoor(name, self.shop_floors, room, "shop", f"{unit}-{room}" if unit else room)


EXAMPLE = "3个单元，3–8层，每层3户"
CLAUSES = {
    "shops": re.compile(
        rf"(?P<each>每个?单元)?(?P<low>{N})(?:-(?P<high>{N}))?[层楼](?:为|是|有)?(?:商铺|店铺|门面|底商|门市)"
        rf"(?P<each2>每个?单元)?(?:共|有)*(?P<count>{N})[间户家个]"
    ),
    "units": re.compile(rf"(?:共|有)*(?P<count>{N})个?单元"),
    "floors": re.compile(rf"(?:第|住宅|住户)*(?P<low>{N})[层楼]?-(?P<high>{N})[层楼](?:是?住宅|为住宅|住户)?"),
    "storeys": re.compile(rf"(?:共|有)*(?P<high>{N})(?:层楼|层)"),
    "per_floor": re.compile(rf"(?:每个?单元)?(?:每[层楼]|一梯)(?:有|住)?(?P<count>{N})[户家]"),
}


def read_layout(rule: str) -> Layout:
    """Read a rule such as "3个单元，3–8层，每层3户", also with "1-2层商铺4间" or "每单元1-2层商铺2间".

    Refused when part of it cannot be read, when it says something twice, leaves out the floors or the doors of each
    floor, or asks for a building that cannot be (sixty units, a hundred and twenty floors and 6,000 doors at most).
    """
    said: dict[str, re.Match[str]] = {}
    text = re.sub(r"[~至到]", "-", plain(rule)[:200])
    while text := text.lstrip(",;、。.和及"):
        name, match = next_clause(text)
        if name in said:
            raise Refused("doors.rule-twice", "“{part}”和前面的说法重了，请只留一处。", part=match.group())
        said[name] = match
        text = text[match.end() :]
    return layout_of(said)


def next_clause(text: str) -> tuple[str, re.Match[str]]:
    for name, pattern in CLAUSES.items():
        if match := pattern.match(text):
            return "floors" if name == "storeys" else name, match
    raise Refused("doors.rule-unread", "看不懂“{part}”。请照这个样子写：{example}。", part=text[:20], example=EXAMPLE)


def layout_of(said: dict[str, re.Match[str]]) -> Layout:
    if "floors" not in said or "per_floor" not in said:
        raise Refused("doors.rule-incomplete", "还要写明住宅是几层到几层、每层几户，例如：{example}。", example=EXAMPLE)
    floors = said["floors"].groupdict()
    low, high = number_in(floors.get("low") or "1", MAX_FLOOR), number_in(floors["high"], MAX_FLOOR)
    in_order(low, high)
    layout = Layout(
        units=number_in(said["units"]["count"], MAX_UNITS) if "units" in said else 0,
        floors=range(low, high + 1),
        per_floor=number_in(said["per_floor"]["count"], MAX_PER_FLOOR),
    )
    if "shops" in said:
        layout = with_shops(layout, said["shops"])
    count = max(layout.units, 1) * len(layout.floors) * layout.per_floor
    if count + layout.shops * max(layout.units, 1) > MAX_DOORS:
        raise Refused(
            "doors.too-many",
            "照这样排有{count}户，一次最多{most}户。请核对，或者一栋一栋地排。",
            count=count,
            most=MAX_DOORS,
        )
    return layout


def with_shops(layout: Layout, match: re.Match[str]) -> Layout:
    first = number_in(match["low"], MAX_FLOOR)
    last = number_in(match["high"] or match["low"], MAX_FLOOR)
    in_order(first, last)
    if first in layout.floors or last in layout.floors or layout.floors[0] in range(first, last + 1):
        raise Refused(
            "doors.floors-overlap", "商铺和住宅写到了同一层。请把楼层分开写，例如：1–2层商铺4间，3–8层，每层3户。"
        )
    return replace(
        layout,
        shop_floors=str(first) if first == last else f"{first}-{last}",
        shops=number_in(match["count"], MAX_PER_FLOOR),
        shops_per_unit=bool(match["each"] or match["each2"]),
    )


def in_order(low: int, high: int) -> None:
    if low > high:
        raise Refused("doors.floors-reversed", "楼层要从低到高写，例如 3–8层。")


def number_in(text: str, most: int) -> int:
    number = read_number(text) if len(text) < 8 else None
    if number is None or not 1 <= number <= most:
        raise Refused("doors.number-out-of-range", "“{part}”不对：这里要写1到{most}的数。", part=text[:20], most=most)
    return number


@dataclass(frozen=True, slots=True)
class DoorName:
    """A door as a line names it; what it does not say is "". ``name`` is for doors that have no number.

    ``within`` is what stands before the levels, such as the compound of a whole address.
    """

    zone: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    name: str = ""
    within: str = ""


FIGURES = "〇零一二三四五六七八九"
LETTERED = rf"(?:{N}|[A-Za-z]\d?)"
ROOM = rf"(?P<room>\d{{1,5}}[A-Za-z]?|[{FIGURES}]{{3,4}})(?:室|号|房)?"
UNIT_WORD = "(?:单元|号门|门)"
IN_WORDS = re.compile(
    rf"(?:(?P<zone>{LETTERED})区-?)?"
    rf"(?:(?P<building>{LETTERED})(?:(?:号楼|号院|栋|幢|座|楼(?=.*{UNIT_WORD}))-?|-(?={LETTERED}{UNIT_WORD})))?"
    rf"(?:(?P<unit>{LETTERED})(?:{UNIT_WORD}-?|-))?(?:(?P<floor>{N})[层楼]-?)?{ROOM}"
)
WITH_DASHES = re.compile(
    rf"(?:(?:(?P<zone>{LETTERED})(?:区-?|-(?={LETTERED}-{LETTERED}-)))?"
    rf"(?:(?P<building>{LETTERED})-)?(?P<unit>{LETTERED})-)?{ROOM}"
)
#: A whole address: words, then a door that says its building or unit, or has a zone before its number.
BEFORE = rf"(?P<within>.*?[^\d{NUMERAL}A-Za-z-])"
ADDRESSED = (
    re.compile(rf"{BEFORE}(?=.*(?:号楼|栋|幢|座|{UNIT_WORD})|{LETTERED}区-?\d)(?:{IN_WORDS.pattern})"),
    re.compile(rf"{BEFORE}(?=[\dA-Za-z]+(?:-[\dA-Za-z]+)*-\d{{3}})(?:{WITH_DASHES.pattern})"),
)


def read_door(text: str) -> DoorName:
    """Read one door from a line: "1-301", "一单元301", "1单元 301室", "2-1-301" (building, unit, room), "一区502".

    An address before it is kept apart ("桃园街聚鑫园3号楼2单元502室"). Words without a number at the end
    ("堰塘边第三家") are the door's own name. Refused: nothing to read, or digits and dashes that make no door.
    """
    line = plain(text).replace("#楼", "号楼").replace("#", "号楼")
    for pattern in (IN_WORDS, WITH_DASHES, *ADDRESSED):
        if match := pattern.fullmatch(line):
            said = {level: value for level, value in match.groupdict().items() if value}
            return DoorName(**said | {"room": room_in_digits(said["room"])})
    if not any(character.isalpha() for character in line) or not re.search(r"[^\W\d_A-Za-z]", line) or len(line) > 80:
        raise Refused(
            "doors.unread", "看不懂这个门牌。请写成 1-301、一单元301，或者大家平时的叫法，例如 堰塘边第三家。"
        )
    return DoorName(name=unicodedata.normalize("NFC", text.strip()))


def room_in_digits(room: str) -> str:
    """五〇二 as 502; any other room as it is written."""
    return "".join(str(DIGITS[figure]) for figure in room) if room[0] in FIGURES else room
