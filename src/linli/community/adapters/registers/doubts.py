"""What can be read of a door but hardly be meant."""

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from linli.community.adapters.registers.reading import RegisterRow
from linli.community.adapters.registers.reading import marked as _

#: What rounding shares to hundredths of a percent may leave out of a whole.
ROUNDING = Fraction("0.01")
USUAL_ROOM = re.compile(r"[A-Za-z]?\d{1,5}[A-Za-z]?(?:[-之]\d{1,2})?[东西南北中左右]?[户侧]?")


def doubts(row: RegisterRow) -> Iterable[tuple[str, str, str, dict[str, str | int]]]:
    """What can be read but hardly be meant."""
    if row.room and row.use != "shop" and not USUAL_ROOM.fullmatch(row.room):
        yield "room", "room-unlikely", _("“{room}”不像房号，先照写的记。请核对。"), {"room": row.room}
    if row.area is not None and row.use != "shop" and not 500 <= row.area <= 100_000:
        shown = f"{row.area // 100}.{row.area % 100:02d}"
        yield "area", "area-unlikely", _("{area}平方米，住宅很少有这么大或这么小，请核对。"), {"area": shown}
    if row.occupied is False and row.families:
        yield "occupied", "head-but-empty", _("写了住户，又写没有入住，请核对。"), {}
    if row.shares and len(row.shares) == len(row.owners) and not adds_up(tuple(row.shares.values())):
        yield "owners", "shares-not-whole", _("几位业主的份额加起来不是一整份，请核对。"), {}


@lru_cache(1_000)
def adds_up(shares: tuple[str, ...]) -> bool:
    """Whether shares make a whole, but for what rounding to hundredths of a percent leaves out."""
    return abs(sum(map(Fraction, shares), Fraction(-1))) <= ROUNDING
