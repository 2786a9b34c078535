"""Several sheets that speak of the same doors: each adds what the others leave out."""

from collections.abc import Iterable

from linli.community.adapters.registers.reading import RegisterRow
from linli.rules.doors import level_key


def complete(known: RegisterRow, more: RegisterRow) -> list[str]:
    """Fill in what ``known`` does not say from ``more``; the headings of what both say, differently."""
    differ = []
    for column, shown in (("floor", "楼层"), ("area", "面积"), ("use", "用途"), ("occupied", "是否入住")):
        here, there = getattr(known, column), getattr(more, column)
        if here in (None, ""):
            setattr(known, column, there)
        elif there not in (None, "", here) and column != "floor":
            differ.append(shown)
    known.phones = {**more.phones, **known.phones}
    known.shares = {**more.shares, **known.shares}
    if not known.owners:
        known.owners = more.owners
    elif more.owners and set(more.owners) != set(known.owners):
        differ.append("业主")
    if complete_families(known, more):
        differ.append("住户")
    known.since = known.since or more.since
    known.lists_members = known.lists_members or more.lists_members
    return differ


def complete_families(known: RegisterRow, more: RegisterRow) -> bool:
    """Join the families of two sheets by their heads; true where the two name other people."""
    if not known.families or not more.families:
        known.families = known.families or more.families
        return False
    heads = {family[0] for family in known.families}
    families = {family[0]: family for family in known.families}
    for family in more.families:
        if family[0] in families:
            families[family[0]] = tuple(dict.fromkeys((*families[family[0]], *family)))
        elif not set(family) & {name for one in known.families for name in one}:
            return True
    known.families = tuple(families[family[0]] for family in known.families)
    return not heads


def fill_levels(rows: Iterable[RegisterRow]) -> tuple[list[RegisterRow], list[tuple[RegisterRow, RegisterRow]]]:
    """Rows of a sheet that never names a zone or building, put into the one that all other sheets name.

    Gives the rows that remain, and the pairs (row, the row of the same door that was there before).
    """
    rows = list(rows)
    for level in ("zone", "building"):
        named = {level_key(name): name for row in rows if (name := getattr(row, level))}
        said = {row.sheet for row in rows if getattr(row, level)}
        if len(named) == 1:
            for row in rows:
                if row.sheet not in said and row.unit:
                    setattr(row, level, next(iter(named.values())))
    kept: dict[tuple[str, ...], RegisterRow] = {}
    doubled = []
    for row in rows:
        other = kept.setdefault(row.key, row)
        if other is not row:
            doubled.append((row, other))
    return list(kept.values()), doubled
