"""What a register says, as plain values: doors, faults, rows that were left out."""

import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from linli.rules.doors import Use, level_key, name_key, room_key

Level = Literal["error", "doubt", "notice"]
#: What makes a person of a register another one than somebody of the same name.
PersonKey = tuple[str, object]
NONE: Mapping[str, str] = {}
#: Takes how much of a long work is done, and of how much.
Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def marked(words: str) -> str:
    """A sentence for the catalogue; whoever shows it translates it. (Django's own mark would need its settings.)"""
    return words


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about one place of the file. ``words`` (with ``facts``) say what to do; the level what it means.

    An *error* leaves its row out, a *doubt* asks the clerk to look, a *notice* says what was assumed. ``row`` is the
    spreadsheet's own number, 0 for the whole sheet; ``column`` the heading as the office wrote it.
    """

    sheet: str
    row: int
    column: str
    kind: str
    level: Level
    words: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out, with the cells of the columns that are needed, so that it can be handed back."""

    sheet: str
    row: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class RegisterRow:
    """One door as the register has it: ``area`` in 1/100 m² and ``use`` and ``occupied``, each or unknown.

    ``shares`` are exact fractions of owners; ``families`` the people keeping house there, the head first; ``phones``
    and ``shares`` go by name, because within one door a name is one person. ``since`` is the day the first family
    moved in, as ISO text. ``lists_members`` says that the families are meant to be whole.
    """

    sheet: str
    row: int
    zone: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    name: str = ""
    use: Use | None = None
    area: int | None = None
    occupied: bool | None = None
    owners: tuple[str, ...] = ()
    shares: Mapping[str, str] = field(default_factory=lambda: NONE)
    families: tuple[tuple[str, ...], ...] = ()
    phones: Mapping[str, str] = field(default_factory=lambda: NONE)
    since: str = ""
    lists_members: bool = False

    @property
    def levels(self) -> tuple[str, str, str]:
        """The keys of the places above the door; "" for a level that is not said."""
        return level_key(self.zone), level_key(self.building), level_key(self.unit)

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What makes this door the same as another."""
        return (*self.levels, room_key(self.room), name_key(self.name))

    @property
    def label(self) -> str:
        """How the door is named in a list: 一单元301."""
        return f"{self.zone}{self.building}{self.unit}{self.room or self.name}"

    @property
    def head(self) -> str:
        """The head of the first family, or ""."""
        return self.families[0][0] if self.families else ""

    @property
    def is_lived_in(self) -> bool | None:
        """Whether somebody lives there: as the register says, else because it names who does."""
        return True if self.occupied is None and self.families else self.occupied

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody at this door, owners first, each name once."""
        return tuple(dict.fromkeys((*self.owners, *(name for family in self.families for name in family if name))))

    def person_key(self, name: str) -> PersonKey:
        """A person by their phone, where it is written; else by name and door: a name alone never merges."""
        return name, self.phones.get(name) or self.key

    def packed(self) -> list[Any]:
        return [getattr(self, name) for name in self.__slots__]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its content's hash, its rows, what was left out, and everything that is not sure."""

    sha256: str
    rows: tuple[RegisterRow, ...]
    faults: tuple[Fault, ...]
    left_out: tuple[str, ...]
    bad: tuple[BadRow, ...] = ()

    @property
    def errors(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.level == "error")

    @property
    def sheets(self) -> set[str]:
        """The names of the sheets that anything was read of or said about."""
        return {row.sheet for row in self.rows} | {fault.sheet for fault in self.faults}

    @property
    def counts(self) -> dict[str, int]:
        """Doors, those lived in, people, and those of them who own a door."""
        people: set[PersonKey] = set()
        owners: set[PersonKey] = set()
        for row in self.rows:
            people.update(map(row.person_key, row.people))
            owners.update(map(row.person_key, row.owners))
        return {
            "dwellings": len(self.rows),
            "occupied": sum(row.is_lived_in is True for row in self.rows),
            "persons": len(people),
            "owners": len(owners),
        }

    @property
    def same_names(self) -> dict[str, tuple[str, ...]]:
        """Names that own several doors without a phone to tell: whether it is one person, only the clerk can say."""
        return {name: tuple(row.label for row in rows) for name, rows in sorted(same_names(self.rows).items())}

    def packed(self) -> bytes:
        """The reading as bytes, from which ``unpacked`` makes an equal one."""
        press = zlib.compressobj(6)
        return b"".join([*(press.compress(line) for line in self._lines()), press.flush()])

    def _lines(self) -> Iterator[bytes]:
        faults = [[getattr(fault, name) for name in Fault.__slots__] for fault in self.faults]
        bad = [[row.sheet, row.row, row.cells] for row in self.bad]
        yield json.dumps([self.sha256, self.left_out, faults, bad], ensure_ascii=False).encode()
        for row in self.rows:
            yield b"\n" + json.dumps(row.packed(), ensure_ascii=False).encode()

    @classmethod
    def unpacked(cls, packed: bytes) -> "Reading":
        lines = _lines_of(packed)
        sha256, left_out, faults, bad = json.loads(next(lines))
        return cls(
            sha256=sha256,
            rows=tuple(_row(json.loads(line)) for line in lines),
            faults=tuple(Fault(*fault) for fault in faults),
            left_out=tuple(left_out),
            bad=tuple(BadRow(*row) for row in bad),
        )


def same_names(rows: tuple[RegisterRow, ...] | list[RegisterRow]) -> dict[str, list[RegisterRow]]:
    """Owners' names at several doors that may or may not be one person: several keys, one of them without a phone."""
    found: dict[str, list[RegisterRow]] = defaultdict(list)
    for row in rows:
        for owner in row.owners:
            found[owner].append(row)
    return {
        name: at
        for name, at in found.items()
        if len(at) > 1 and len({row.person_key(name) for row in at}) > 1 and not all(name in row.phones for row in at)
    }


def _lines_of(packed: bytes) -> Iterator[bytes]:
    unpress = zlib.decompressobj()
    rest = b""
    for at in range(0, len(packed), 65_536):
        *lines, rest = (rest + unpress.decompress(packed[at : at + 65_536])).split(b"\n")
        yield from lines
    yield rest + unpress.flush()


def _row(values: list[Any]) -> RegisterRow:
    row = RegisterRow(*values)
    row.owners = tuple(row.owners)
    row.families = tuple(tuple(family) for family in row.families)
    return row
