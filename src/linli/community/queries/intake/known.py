"""What is known at a place, as plain rows: all its doors, and of some doors at a time who owns and lives there."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from linli.community.models import Dwelling, Household, Ownership, Person, Place, Residency
from linli.rules.doors import name_key, room_key

#: How many ids or names one statement asks for.
AT_ONCE = 10_000


class KnownDoor(NamedTuple):
    """A door of the register; ``area`` in 1/100 m² or unknown."""

    id: UUID
    place: UUID
    floor: str
    room: str
    name: str
    area: int | None
    use: str
    occupied: bool | None
    area_source: str
    sort_key: str


class KnownOwner(NamedTuple):
    """An ownership that holds."""

    id: UUID
    dwelling: UUID
    person: UUID
    name: str
    source: str
    verified: bool
    share: str


@dataclass(slots=True)
class KnownFamily:
    """A household that holds, with its members: person → (residency, name)."""

    id: UUID
    head: UUID | None
    head_name: str
    members: dict[UUID, tuple[UUID, str]] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        return {name for _, name in self.members.values()} | ({self.head_name} if self.head_name else set())


@dataclass(slots=True)
class People:
    """Who owns and lives at some doors."""

    owners: dict[UUID, list[KnownOwner]] = field(default_factory=lambda: defaultdict(list))
    families: dict[UUID, list[KnownFamily]] = field(default_factory=lambda: defaultdict(list))

    def everybody(self) -> Iterable[UUID]:
        """All of them."""
        yield from (owner.person for owners in self.owners.values() for owner in owners)
        for family in (family for families in self.families.values() for family in families):
            yield from family.members
            if family.head:
                yield family.head

    def named(self, door: UUID) -> dict[str, UUID]:
        """The people of a door by name, the first of a name."""
        found: dict[str, UUID] = {}
        for owner in self.owners.get(door, ()):
            found.setdefault(owner.name, owner.person)
        for family in self.families.get(door, ()):
            if family.head:
                found.setdefault(family.head_name, family.head)
            for person, (_, name) in family.members.items():
                found.setdefault(name, person)
        return found


def doors_below(place: Place) -> dict[tuple[UUID, str, str], KnownDoor]:
    """Every door at or below ``place``, by what makes it the same as another."""
    rows = Dwelling.objects.filter(place__path__contains=[place.id]).values_list(
        *("id", "place_id", "floor", "room", "name", "area", "use", "occupied", "area_source", "sort_key")
    )
    return {(door.place, room_key(door.room), name_key(door.name)): door for door in map(KnownDoor._make, rows)}


def people_at(doors: Collection[UUID]) -> People:
    """Who owns and lives at these doors today: three statements."""
    people = People()
    if not doors:
        return people
    owners = Ownership.objects.filter(dwelling__in=doors, until=None).order_by("id")
    for row in owners.values_list("id", "dwelling_id", "person_id", "person__name", "source", "verified", "share"):
        owner = KnownOwner._make(row)
        people.owners[owner.dwelling].append(owner)
    by_id: dict[UUID, KnownFamily] = {}
    households = Household.objects.filter(dwelling__in=doors, until=None).order_by("id")
    for id, dwelling, head, name in households.values_list("id", "dwelling_id", "head_id", "head__name"):
        by_id[id] = KnownFamily(id, head, name or "")
        people.families[dwelling].append(by_id[id])
    residents = Residency.objects.filter(household__dwelling__in=doors, household__until=None, until=None)
    for id, household, person, name in residents.order_by("id").values_list(
        "id", "household_id", "person_id", "person__name"
    ):
        by_id[household].members[person] = id, name
    return people


def doors_of_names(names: Collection[str], community: UUID) -> Iterable[tuple[str, UUID, UUID]]:
    """(name, person, door) of all who own or live anywhere in the community under one of these names."""
    wanted = sorted(names)
    for at in range(0, len(wanted), AT_ONCE):
        some = {"community": community, "until": None, "person__name__in": wanted[at : at + AT_ONCE]}
        yield from (
            Ownership.objects.filter(**some).order_by("id").values_list("person__name", "person_id", "dwelling_id")
        )
        yield from (
            Residency.objects.filter(**some)
            .order_by("id")
            .values_list("person__name", "person_id", "household__dwelling_id")
        )


def people_of_phones(indexes: Collection[bytes], community: UUID) -> dict[tuple[str, bytes], UUID]:
    """(name, index of the phone) → person of the community; of two who have both alike, the first."""
    rows = Person.objects.filter(community=community, phone_index__in=indexes).order_by("-id")
    return {(name, bytes(index or b"")): id for id, name, index in rows.values_list("id", "name", "phone_index")}


def phones_of(people: Collection[UUID]) -> dict[UUID, bytes]:
    """Of these people, those who have a phone, with its index."""
    rows = Person.objects.filter(id__in=people, phone_index__isnull=False)
    return {id: bytes(index or b"") for id, index in rows.values_list("id", "phone_index")}
