"""What a register would write, batch by batch, and what a clerk sees of all batches: plain values."""

from collections import Counter
from collections.abc import Sized
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from linli.community.adapters.registers import RegisterRow
from linli.community.models import Place
from linli.community.queries.intake.known import KnownDoor

#: Changes that are shown one by one; more would not be read.
SHOWN = 200
COUNTS = (
    *("places_added", "doors_added", "doors_changed", "people_added", "ownerships_added", "ownerships_changed"),
    *("ownerships_ended", "households_added", "households_changed", "households_ended", "residents_added"),
    *("residents_ended", "phones_added", "unchanged"),
)


class Change(NamedTuple):
    """One thing that would be other than it is: at which door, what (a field of the door, or "owner"), and how."""

    door: str
    what: str
    before: str
    after: str


class NewDoor(NamedTuple):
    """A door that is not there yet."""

    id: UUID
    place: UUID
    floor: str
    room: str
    name: str
    area: int | None
    area_source: str
    use: str
    occupied: bool | None
    sort_key: str


class ChangedDoor(NamedTuple):
    """A door as it would be, and as it is."""

    after: KnownDoor
    before: KnownDoor


class NewPerson(NamedTuple):
    """Somebody new on the roster; ``phone`` as the register has it, empty where it has none."""

    id: UUID
    name: str
    phone: str


class NewPhone(NamedTuple):
    """The phone of somebody who is known and had none."""

    person: UUID
    phone: str


class NewOwner(NamedTuple):
    """An ownership that begins."""

    id: UUID
    dwelling: UUID
    person: UUID
    share: str


class NewFamily(NamedTuple):
    """A household that is not known yet."""

    id: UUID
    dwelling: UUID
    head: UUID | None
    since: date


class NewResident(NamedTuple):
    """Somebody who lives in a household from a day on."""

    id: UUID
    household: UUID
    person: UUID
    since: date


@dataclass(slots=True)
class Batch:
    """What some rows of a register would write; nothing of it is saved yet."""

    places: list[Place] = field(default_factory=list)
    doors: list[NewDoor] = field(default_factory=list)
    changed_doors: list[ChangedDoor] = field(default_factory=list)
    people: list[NewPerson] = field(default_factory=list)
    phones: list[NewPhone] = field(default_factory=list)
    owners: list[NewOwner] = field(default_factory=list)
    changed_owners: list[tuple[UUID, str, str]] = field(default_factory=list)
    ended_owners: list[UUID] = field(default_factory=list)
    families: list[NewFamily] = field(default_factory=list)
    changed_families: list[tuple[UUID, UUID, UUID | None]] = field(default_factory=list)
    ended_families: list[UUID] = field(default_factory=list)
    residents: list[NewResident] = field(default_factory=list)
    ended_residents: list[UUID] = field(default_factory=list)
    rows: int = 0
    unchanged: int = 0

    @property
    def _lists(self) -> tuple[Sized, ...]:
        """All that would be written, in the order of ``COUNTS``."""
        return (
            *(self.places, self.doors, self.changed_doors, self.people, self.owners, self.changed_owners),
            *(self.ended_owners, self.families, self.changed_families, self.ended_families, self.residents),
            *(self.ended_residents, self.phones),
        )

    @property
    def size(self) -> int:
        """How much would be written; asked for at every row."""
        return sum(map(len, self._lists))

    @property
    def counts(self) -> Counter[str]:
        """How many of what would be added, changed and ended; rows that are already so are ``unchanged``."""
        *sizes, phones = map(len, self._lists)
        phones += sum(bool(person.phone) for person in self.people)
        return Counter(dict(zip(COUNTS, [*sizes, phones, self.unchanged], strict=True)))


@dataclass(slots=True)
class Intake:
    """What a clerk should see of all batches: counts, and the first changes one by one."""

    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTS, 0)))
    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    joined: set[str] = field(default_factory=set)
    absent: int = 0
    absent_lived_in: list[str] = field(default_factory=list)

    def show(self, row: RegisterRow, what: str, before: str, after: str) -> None:
        """Note one change, while they are few enough to be read; what was empty before is no change."""
        if before and len(self.changes) < SHOWN:
            self.changes.append(Change(row.label, what, before, after))

    def keep(self, row: RegisterRow, what: str, before: str, after: str) -> None:
        """Note once what stays although the register says otherwise."""
        kept = Change(row.label, what, before, after)
        if len(self.kept) < SHOWN and kept not in self.kept:
            self.kept.append(kept)

    @property
    def is_nothing(self) -> bool:
        """Whether all of it is already so."""
        return not any(count for name, count in self.counts.items() if name != "unchanged")
