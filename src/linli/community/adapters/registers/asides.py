"""Lines of a sheet that are no rows: sums, notes, and titles of the rows below them."""

import re
from functools import lru_cache

from linli.community.adapters.registers.cells import text_of
from linli.community.adapters.registers.columns import SAID_LEVELS
from linli.community.adapters.workbooks import Line
from linli.rules.doors import LETTERED, level_name, plain, read_number

TOTALS = ("合计", "总计", "小计", "共计", "总数")
NOTES = re.compile(
    r"(?:注|备注|说明|附注|附|填表|制表|审核|填报|经办|复核|负责|联系|打印|统计|登记|单位|日期)"
    r"(?:人|员|日期|时间|单位|说明|意见|盖章|签字)*\d*[:：、.]|[（(]?(?:注|盖章|签字)[:：）)]|[※★*]|以上|本表"
)
SECTION = re.compile(
    rf"(?:(?P<zone>{LETTERED})区|(?P<building>{LETTERED})(?:号楼|#楼|#|栋|幢|座)|(?P<unit>{LETTERED})(?:单元|门))[:]?"
)


def first_words(line: Line) -> list[str]:
    """The first texts of a line, four at most."""
    return [text for cell in line.cells[:8] if type(cell) is str and (text := cell.strip())][:4]


def is_total(words: list[str]) -> bool:
    """Whether a line that begins so is a sum."""
    return any(word.startswith(TOTALS) for word in words)


def is_note(words: list[str]) -> bool:
    """Whether a line that begins so is said about the sheet."""
    return any(NOTES.match(word) for word in words)


def section_of(line: Line, words: list[str]) -> dict[str, str]:
    """The levels that a line says, where it is only the title of the rows below it: 3号楼, 二单元."""
    found = levels_in(words[0]) if words and len(words[0]) <= 12 else {}
    return found if found and says_one_thing(line) else {}


def says_one_thing(line: Line) -> bool:
    said = ""
    for cell in line.cells:
        text = text_of(cell)
        if text and said and text != said:
            return False
        said = said or text
    return True


@lru_cache(5_000)
def levels_in(text: str) -> dict[str, str]:
    """The level that a title of rows or a sheet's name says (3号楼, 二单元), or nothing."""
    match = SECTION.fullmatch(plain(text))
    if not match:
        return {}
    found: dict[str, str] = {}
    for level in SAID_LEVELS:
        if number := match.group(level):
            known = read_number(number) is not None or level == "building"
            found[level] = level_name(level, number) if known else plain(text).rstrip(":")
    return found
