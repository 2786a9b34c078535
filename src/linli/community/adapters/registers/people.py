"""The people of one row, and of several rows of one door: owners with their shares, families, phones."""

import itertools
import re
from collections.abc import Mapping
from typing import Protocol

from linli.community.adapters.registers.cells import (
    DECEASED,
    EMPTY_HOME,
    HEADS,
    OWNING,
    Unread,
    read_day,
    read_names,
    read_phones,
    read_shared_names,
    share_of,
    text_in,
)
from linli.community.adapters.registers.reading import Level, RegisterRow
from linli.community.adapters.registers.reading import marked as _
from linli.community.adapters.workbooks import Cell
from linli.rules.doors import plain

BETWEEN_SHARES = re.compile(r"[、，,;；\s]+")
AND_OTHERS = re.compile(r"等(?:.{0,2}人)?(?:$|[（(])")


class Say(Protocol):
    """Names a fault of the row that is being read."""

    def __call__(self, column: str, kind: str, level: Level, words: str, /, **facts: str | int) -> None: ...


def read_people(row: Mapping[str, Cell], door: RegisterRow, say: Say) -> None:
    """Write the owners, the families and their phones of one row into ``door``; ``Unread`` where an error is."""
    if "owners" in row or "shares" in row:
        read_owners(row, door, say)
    read_families(row, door)
    read_lightly(row, door, say)


def read_owners(row: Mapping[str, Cell], door: RegisterRow, say: Say) -> None:
    shared = read_shared_names(row, "owners")
    door.owners = tuple(name for name, _share in shared)
    shares = {name: share for name, share in shared if share}
    if not shares and (said := text_in(row, "shares")):
        parts = BETWEEN_SHARES.split(said)
        if len(parts) in (1, len(shared)) and all(map(share_of, parts)):
            shares = {name: share_of(part) for name, part in zip(door.owners, itertools.cycle(parts), strict=False)}
    if shares:
        door.shares = shares
    words = text_in(row, "owners")
    if DECEASED.search(words):
        say("owners", "owner-deceased", "doubt", _("写着已故的业主，先照写的记。请问清现在是谁。"))
    if AND_OTHERS.search(words):
        say("owners", "owners-incomplete", "doubt", _("写着“等”，业主可能没写全，请把每一位都写上。"))


def read_families(row: Mapping[str, Cell], door: RegisterRow) -> None:
    heads, names = (read_residents(row, column, door) for column in ("head", "name"))
    relation = plain(text_in(row, "relation"))
    if names and relation in OWNING:
        door.owners = tuple(dict.fromkeys((*door.owners, *names)))
    head = heads or (names if relation in HEADS else ())
    people = tuple(dict.fromkeys((*head, *names)))
    if people:
        door.families = (people if head else ("", *people),)


def read_residents(row: Mapping[str, Cell], column: str, door: RegisterRow) -> tuple[str, ...]:
    """The people of one cell who live at a door, where the cell does not say that nobody does."""
    if column not in row:
        return ()
    if plain(text_in(row, column)) in EMPTY_HOME:
        door.occupied = False if door.occupied is None else door.occupied
        return ()
    return read_names(row, column, 200)


def read_lightly(row: Mapping[str, Cell], door: RegisterRow, say: Say) -> None:
    """Phones and the day of moving in: what cannot be read of these is a doubt, the row stays."""
    people = [name for family in door.families for name in family if name]
    for column, names in (
        ("owner_phone", list(door.owners)),
        ("head_phone", people[:1]),
        ("phone", people[-1:] if "name" in row else people[:1] or list(door.owners)),
    ):
        if column not in row:
            continue
        try:
            phones = read_phones(row, column)
            if phones and names and (len(phones) == len(names) or len(names) == 1):
                found = dict(zip(names, phones, strict=False))
                door.phones = {**found, **door.phones}
        except Unread as unread:
            say(unread.column, unread.kind, "doubt", unread.words, **unread.facts)
    try:
        door.since = read_day(row, "since")
    except Unread as unread:
        say(unread.column, unread.kind, "doubt", unread.words, **unread.facts)


def join(door: RegisterRow, more: RegisterRow, say: Say) -> None:
    """Add the people of one more row to a door."""
    for name in more.people:
        if name and name in door.people and (name not in more.owners or name in door.owners):
            say_twice(door, more, name, say)
    if more.owners:
        door.owners = tuple(dict.fromkeys((*door.owners, *more.owners)))
        door.shares = {**more.shares, **door.shares}
    for family in more.families:
        door.families = joined(door.families, family)
    if more.phones:
        door.phones = {**more.phones, **door.phones}
    door.area, door.use = door.area or more.area, door.use or more.use
    door.occupied = more.occupied if door.occupied is None else door.occupied
    door.since = door.since or more.since


def say_twice(door: RegisterRow, more: RegisterRow, name: str, say: Say) -> None:
    known, phone = door.phones.get(name), more.phones.get(name)
    if known and phone and known != phone:
        say("name", "person-twice", "doubt", _("这一户有两行同名、电话不同，先算一个人。请核对。"))
    elif name == more.head and name in (family[0] for family in door.families) and len(more.people) > 1:
        return
    elif name in more.people[-1:]:
        say("name", "person-twice", "notice", _("这个人在这一户已经写过一次，只算一次。"))


def joined(families: tuple[tuple[str, ...], ...], more: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The families of a door with one row's people more: with their own head, or in the family above.

    A family of which nobody is named as head yet begins with "".
    """
    head, members = more[0], more[1:]
    at = len(families) - 1 if not head else place_of_head(families, head)
    if at < 0:
        return (*families, more)
    family = families[at] if families[at][0] or not head else (head, *families[at][1:])
    return (*families[:at], tuple(dict.fromkeys((*family, *members))), *families[at + 1 :])


def place_of_head(families: tuple[tuple[str, ...], ...], head: str) -> int:
    """Which family a head belongs to: theirs, else one that has no head yet; -1 for none."""
    wanted = [at for at, family in enumerate(families) if family[0] == head]
    return next(iter([*wanted, *(at for at, family in enumerate(families) if not family[0])]), -1)
