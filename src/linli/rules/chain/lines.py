"""The pasted text of a chat, line by line: which lines are entries of the chain, which are talk, and where a chain is
pasted again. Doors are found here as they are written; nothing is completed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from linli.rules.chain.answers import Purpose, says_nothing_else
from linli.rules.doors import LETTERED, NUMERAL, DoorName, N, read_number
from linli.rules.errors import Refused

LONGEST = 400_000
"""Characters: thousands of entries, pasted several times over."""

RINGED = ((0x2460, 0x2473), (0x24EB, 0x24FF), (0x2776, 0x2793), (0x3251, 0x325F), (0x32B1, 0x32BF))
KEYCAPS = re.compile("(?:[0-9]\ufe0f?\u20e3)+|\U0001f51f")
INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufe0e\ufe0f\ufeff]")
DATES = re.compile(
    r"(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}日?(?=\s+\d{1,2}:\d\d)|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}月\d{1,2}[日号]"
)
STAMP = re.compile(rf"(?:{DATES.pattern})?\s*(?:(?:上午|下午|晚上|早上|中午|昨天|今天)\s*)?\d{{1,2}}:\d\d(?::\d\d)?")
HEAD = re.compile(r"^\W*#?\s*(?:群)?接龙\b|#\s*接龙")
EXAMPLE = re.compile(
    r"^\s*(?:\d{1,3}\s*[.、)]\s*)?[(\[【]?\s*(?:例子|例如|示例|样例|范例|举例|比如|格式|模板|例)\s*[)\]】]?\s*(?:[:.、,\s]|(?=\d)|(?<=例如)|(?<=比如))"
)
POSITION = re.compile(
    rf"^\s*(?:[-*•·>]\s*)?(?:[(\[【<]\s*(?P<ringed>\d{{1,4}}|[{NUMERAL}]{{1,4}})\s*[)\]】>]\s*[.、,:]?"
    rf"|第?\s*(?P<plain>\d{{1,4}}|[{NUMERAL}]{{1,4}})\s*(?:[.、,:。)]|号[:、.]))+\s*(?P<rest>.*)$"
)
SPACED = re.compile(r"^\s*(?P<plain>\d{1,3})\s+(?P<rest>\S.*)$")
LEVELS = "号楼|单元|号门|栋|幢|座|门|区|层|室|号|楼|房"

WORDED = re.compile(
    rf"(?:(?P<zone>{LETTERED})区-?)?(?:(?P<building>{LETTERED})(?:号楼|栋|幢|座|楼(?={LETTERED}(?:单元|门)))-?)?"
    rf"(?:(?P<unit>{LETTERED})(?:单元|号门|门)-?)?(?:(?P<floor>{N})[层楼]-?)?"
    r"(?P<room>\d{3,5}[A-Za-z]?|\d{1,2}(?=室|号(?!楼|门)|房))(?:室|号(?!楼|门)|房)?"
)
SHORT = rf"(?:\d{{1,2}}|[A-Za-z]\d?|[{NUMERAL}]{{1,3}})"
DASHED = re.compile(
    rf"(?:(?P<zone>{LETTERED})区-?)?(?:(?P<building>\d{{1,3}}|{SHORT})-)?(?P<unit>{SHORT})-"
    r"(?P<room>\d{3,5}[A-Za-z]?)(?:室|号(?!楼|门)|房)?"
)
AT_START = re.compile(r"^[\s,，.、:：;；]*(?:[一-鿿]{1,4}[\s,，]*)?(?P<room>\d{3,4}[A-Za-z]?)(?:室|号(?!楼|门)|房)?")
NOT_A_DOOR = re.compile(
    rf"[\dA-Za-z]|-\d|\.\d|:\d|\s*[/、,和及与]\s*\d{{3,4}}(?!\d)|\s*(?:元|块|圆|小时|分|人|个|位|名|口|袋|吨|方|斤|次|天|点|月|日|年|度|平|㎡|米|%|万|{LEVELS})"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A door as it stands in a text: its parts, and where."""

    name: DoorName
    start: int
    end: int


@dataclass(slots=True)
class Line:
    """One entry as it was pasted. ``text`` is without its number and in ordinary characters; ``raw`` is as pasted."""

    number: int | None
    text: str
    raw: str
    doors: list[Found] = field(default_factory=list)


@dataclass(slots=True)
class Pasted:
    """A text taken apart: the copies of the chain in order, each with its entries, and the lines that are none."""

    copies: list[list[Line]] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    talk: list[str] = field(default_factory=list)


def take_apart(text: str, purpose: Purpose) -> Pasted:
    """The entries of a pasted text, copy by copy. A chain grows by being pasted anew, so a number that comes again
    after a higher one, or a new heading, begins another copy.
    """
    if len(text) > LONGEST:
        raise Refused("chain.too-long", "贴进来的内容太长，请分几次贴。")
    pasted, copy = Pasted(), list[Line]()
    for raw in text.splitlines():
        plain = ordinary(raw)
        if not plain.strip():
            continue
        if HEAD.search(plain):
            copy = _next(pasted, copy)
            _say(pasted, copy, raw)
        else:
            copy = _take(pasted, copy, raw.strip()[:200], plain, purpose)
    _next(pasted, copy)
    return pasted


def _take(pasted: Pasted, copy: list[Line], raw: str, plain: str, purpose: Purpose) -> list[Line]:
    number, text = numbered(plain)
    doors = find_doors(text)
    last = copy[-1] if copy else None
    if EXAMPLE.search(plain) or (STAMP.search(plain) and not doors) or (number is not None and not text.strip()):
        _say(pasted, copy, raw)
    elif number is not None:
        if any(line.number == number for line in copy) and last is not None and number < (last.number or 0):
            copy = _next(pasted, copy)
        copy.append(Line(number, text, raw, doors))
    elif last is not None and (_is_its_door(last, doors) or _is_its_answer(last, doors, text, purpose)):
        last.text, last.raw = f"{last.text} {text}", f"{last.raw} {raw}"
        last.doors = find_doors(last.text)
    elif doors:
        copy.append(Line(None, text, raw, doors))
    else:
        _say(pasted, copy, raw)
    return copy


def _next(pasted: Pasted, copy: list[Line]) -> list[Line]:
    if copy:
        pasted.copies.append(copy)
    return []


def _say(pasted: Pasted, copy: list[Line], raw: str) -> None:
    (pasted.talk if copy or pasted.copies else pasted.title).append(raw.strip()[:200])


def _is_its_door(last: Line, doors: list[Found]) -> bool:
    return bool(doors) and last.number is not None and not last.doors


def _is_its_answer(last: Line, doors: list[Found], text: str, purpose: Purpose) -> bool:
    short = not doors and len(text.strip()) <= 12
    return short and says_nothing_else(text, purpose) and not _answers(last.text, purpose)


def _answers(text: str, purpose: Purpose) -> bool:
    return any(says_nothing_else(word, purpose) for word in re.split(r"[\s,，.。;；:]+", text) if word)


def ordinary(raw: str) -> str:
    """The line in ordinary characters: full-width forms folded, ringed numbers and keycaps as "3. ", dashes one."""
    text = KEYCAPS.sub(lambda match: "".join(c for c in match.group() if c.isdigit()) + ". ", raw[:2000])
    text = "".join(f"{int(unicodedata.numeric(c))}. " if _is_ringed(c) else c for c in text)
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = re.sub(r"[–—―‐‑‒−]|(?<=\d)一(?=\d{3,4}(?!\d))", "-", text)
    text = re.sub(r"(?<=\d)\s*-\s*(?=\d)", "-", text)
    text = re.sub(r"(?<![\d-])(\d{1,2})\s*[/#_](?=\d{3,4}(?!\d))", r"\1-", text)
    text = re.sub(rf"(?<=[\d{NUMERAL}A-Za-z])\s+(?={LEVELS})", "", text)
    return re.sub(rf"({LEVELS})\s+(?=[\d{NUMERAL}A-Za-z])", r"\1", text)


def _is_ringed(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in RINGED) and unicodedata.numeric(character, 0) > 0


def numbered(text: str) -> tuple[int | None, str]:
    """The number in front of an entry, and the rest; (None, text) where no number stands in front."""
    if STAMP.match(text.strip()) or DATES.match(text.strip()):
        return None, text
    match = POSITION.match(text)
    if match is None:
        match = SPACED.match(text)
        if match is None or not _begins_with_door(match["rest"]):
            return None, text
        return int(match["plain"]), match["rest"]
    number = read_number(match["ringed"] or match["plain"])
    return (None, text) if number is None else (number, match["rest"])


def _begins_with_door(text: str) -> bool:
    return any(found.start == 0 and (found.name.unit or found.name.building) for found in find_doors(text))


def find_doors(text: str) -> list[Found]:
    """Every door that ``text`` writes out, once each. A bare room counts at the beginning alone: elsewhere 300 may be
    anything.
    """
    found = [each for pattern in (DASHED, WORDED) for each in _matches(pattern, text)]
    found = [one for one in found if not any(_inside(one, other) for other in found)]
    if not found:
        match = AT_START.match(text)
        if match and not NOT_A_DOOR.match(text, match.end()):
            found = [Found(DoorName(room=match["room"]), match.start("room"), match.end())]
    return sorted(found, key=lambda each: each.start)


def _inside(one: Found, other: Found) -> bool:
    """Whether ``one`` is only a part of what ``other`` reads."""
    longer = other.end - other.start > one.end - one.start
    return longer and one.start < other.end and other.start < one.end


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    for match in pattern.finditer(text):
        parts = {level: value for level, value in match.groupdict().items() if value}
        has_level = any(level != "room" for level in parts)
        if has_level and _stands_alone(text, match) and not NOT_A_DOOR.match(text, match.end()):
            yield Found(DoorName(**parts), match.start(), match.end())


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether the door does not begin in the middle of something: 张三-502 is a name, 13-502 is not 3-502."""
    before = text[match.start() - 1] if match.start() else " "
    if match.group()[0] in NUMERAL:
        return not before.isalnum()
    return not (before.isascii() and (before.isalnum() or before in ".-+¥"))
