"""Rows of a register compared with what is known: batch by batch, so that a town's register fits in memory."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from linli.community.adapters.registers import SAID_LEVELS, Progress, Reading, RegisterRow, silent
from linli.community.models import Dwelling, Ownership, Place
from linli.community.policy import CHANGE_REGISTER, require
from linli.community.queries.intake.known import (
    KnownDoor,
    KnownFamily,
    KnownOwner,
    People,
    doors_below,
    doors_of_names,
    people_at,
    people_of_phones,
    phones_of,
)
from linli.community.tree import LEVELS, Tree
from linli.record import clock
from linli.record.acting import Acting
from linli.record.cipher import index_of
from linli.record.ids import new_id
from linli.rules.doors import level_key, name_key, natural_key, room_key
from linli.rules.errors import Refused
from linli.rules.identifiers import mask_phone

#: An ownership of these sources, or a checked one, is not taken back by a list that says otherwise.
FIRM = {Ownership.Source.REGISTRY, Ownership.Source.CONTRACT}
#: Rows planned and written at a time.
BATCH = 5_000
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
    id: UUID
    dwelling: UUID
    person: UUID
    share: str


class NewFamily(NamedTuple):
    id: UUID
    dwelling: UUID
    head: UUID | None
    since: date


class NewResident(NamedTuple):
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
    def sizes(self) -> tuple[int, ...]:
        """How many of what would be written, in the order of ``COUNTS``."""
        return (
            *(len(self.places), len(self.doors), len(self.changed_doors), len(self.people), len(self.owners)),
            *(len(self.changed_owners), len(self.ended_owners), len(self.families), len(self.changed_families)),
            *(len(self.ended_families), len(self.residents), len(self.ended_residents)),
            sum(bool(person.phone) for person in self.people) + len(self.phones),
        )

    @property
    def counts(self) -> Counter[str]:
        """How many of what would be added, changed and ended; rows that are already so are ``unchanged``."""
        return Counter(dict(zip(COUNTS, [*self.sizes, self.unchanged], strict=True)))


@dataclass(slots=True)
class Intake:
    """What a clerk should see of all batches: counts, and the first changes one by one."""

    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTS, 0)))
    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    joined: set[str] = field(default_factory=set)
    absent: int = 0
    absent_lived_in: list[str] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Whether all of it is already so."""
        return not any(count for name, count in self.counts.items() if name != "unchanged")


def plan_intake(place: Place, reading: Reading, *, viewer: Acting, progress: Progress = silent) -> Intake:
    """Compare a reading with what is known at ``place``; nothing is written. See ``intake_batches``."""
    intake = Intake()
    done, total = 0, len(reading.rows)
    for batch in intake_batches(place, reading, intake, viewer=viewer):
        done += batch.rows
        progress(done, total)
    return intake


def intake_batches(
    place: Place,
    reading: Reading,
    intake: Intake,
    *,
    viewer: Acting,
    same_people: Collection[str] = (),
    whole: bool = False,
) -> Iterator[Batch]:
    """Compare a reading with what is known at ``place``, some rows at a time; ``intake`` gathers what is to be seen.

    Doors are matched by their places and room, however these are written; people by their name and phone, in the
    register and on the roster, else by name within one door, never by name alone. A phone is written where somebody
    has none; another one than they have stays unwritten, and is shown as kept: it opens their door. ``same_people``
    are the names of which the clerk says that all their doors belong to one person. Cells that say nothing change
    nothing; a checked ownership stays, and is shown as kept. A list of families that leaves somebody out says that
    they are gone. ``whole`` says that the register is: who is known only at doors it leaves out is gone too. Refused:
    rows that belong to another place, or to one of several buildings without saying which.
    """
    require(viewer, CHANGE_REGISTER, place)
    return Planner(place, frozenset(same_people), intake).plan(reading, whole=whole)


class Planner:
    """Holds what is known at a place while rows are compared with it: a few statements for each batch of rows."""

    def __init__(self, place: Place, same_people: frozenset[str], intake: Intake) -> None:
        assert place.community_id is not None
        self.place = place
        self.community = place.community_id
        self.same_people = same_people
        self.intake = intake
        self.tree = Tree.below(place)
        self.places = {(at.parent_id, at.kind, level_key(at.name)): at for at in self.tree.places}
        self.doors = doors_below(place)
        self.today = clock.today()
        self.batch = Batch()
        self.people = People()
        self.one_person: dict[object, UUID] = {}
        self.by_phone: dict[tuple[str, bytes], UUID] = {}
        self.phone_of: dict[UUID, bytes] = {}
        self.seen: set[UUID] = set()
        self.at: dict[tuple[str, str, str], Place] = {}

    def plan(self, reading: Reading, *, whole: bool) -> Iterator[Batch]:
        self.find_one_people(reading)
        for start in range(0, len(reading.rows), BATCH):
            rows = reading.rows[start : start + BATCH]
            known = [(row, at, self.known_door(row, at)) for row, at in ((row, self.place_of(row)) for row in rows)]
            self.people = people_at([door.id for _, _, door in known if door])
            self.find_phones(rows)
            for row, at, door in known:
                self.plan_row(row, at, door)
            yield self.finished(len(rows))
        yield from self.plan_absent(whole=whole)

    def finished(self, rows: int) -> Batch:
        batch, self.batch = self.batch, Batch()
        batch.rows = rows
        self.intake.counts.update(batch.counts)
        return batch

    def plan_row(self, row: RegisterRow, at: Place, known: KnownDoor | None) -> None:
        before = self.batch.sizes
        door = self.plan_door(row, at, known)
        if door in self.seen:
            raise Refused("register.door-twice", "表里有两行是同一户：{door}。一户只写一行。", door=row.label)
        self.seen.add(door)
        people = self.people.named(door)
        self.plan_owners(row, door, people)
        self.plan_families(row, door, people)
        self.batch.unchanged += self.batch.sizes == before

    # Places and doors

    def place_of(self, row: RegisterRow) -> Place:
        said = row.zone, row.building, row.unit
        if said not in self.at:
            self.at[said] = self.find_place(row)
        return self.at[said]

    def find_place(self, row: RegisterRow) -> Place:
        at = self.place
        for kind in SAID_LEVELS:
            name = getattr(row, kind)
            if LEVELS.index(kind) <= LEVELS.index(self.place.kind):
                self.refuse_other_place(kind, name)
            elif name:
                at = self.child(at, kind, name)
            elif kind == "building":
                at = self.only_building(at, row)
        return at

    def refuse_other_place(self, kind: str, name: str) -> None:
        own = [at for at in self.tree.chain(self.place) if at.kind == kind]
        if name and (not own or level_key(own[0].name) != level_key(name)):
            raise Refused(
                "register.other-place",
                "表里写着“{name}”，可这一页是“{place}”。请到对的小区或楼栋去导入。",
                name=name,
                place=self.place.name,
            )

    def child(self, parent: Place, kind: str, name: str) -> Place:
        key = (parent.id, kind, level_key(name))
        if key not in self.places:
            place = Place(
                kind=kind, name=name, parent=parent, community_id=parent.community_id, sort_key=natural_key(name)
            )
            place.path = [*parent.path, place.id]
            self.places[key] = place
            self.batch.places.append(place)
            self.tree.add(place)
        return self.places[key]

    def only_building(self, parent: Place, row: RegisterRow) -> Place:
        buildings = self.tree.children(parent, Place.Kind.BUILDING)
        if not buildings or (parent.id, Place.Kind.UNIT, level_key(row.unit)) in self.places:
            return parent
        if len(buildings) > 1:
            raise Refused(
                "register.building-missing",
                "“{place}”有{count}栋楼，表里第{row}行没有写是哪一栋。请加一栏“楼栋”。",
                place=parent.name,
                count=len(buildings),
                row=row.row,
            )
        return buildings[0]

    def known_door(self, row: RegisterRow, at: Place) -> KnownDoor | None:
        return self.doors.get((at.id, room_key(row.room), name_key(row.name)))

    def door_key(self, at: Place, floor: str, room: str, name: str) -> str:
        return self.tree.door_key(at, floor=floor, room=room, name=name)

    def plan_door(self, row: RegisterRow, at: Place, known: KnownDoor | None) -> UUID:
        if known is not None:
            self.plan_changes(row, at, known)
            return known.id
        door = NewDoor(
            id=new_id(),
            place=at.id,
            floor=row.floor,
            room=row.room,
            name=row.name,
            area=row.area,
            area_source=Dwelling.AreaSource.REGISTER.value if row.area else "",
            use=row.use or Dwelling.Use.HOME.value,
            occupied=row.is_lived_in,
            sort_key=self.door_key(at, row.floor, row.room, row.name),
        )
        self.batch.doors.append(door)
        return door.id

    def plan_changes(self, row: RegisterRow, at: Place, known: KnownDoor) -> None:
        wanted = {
            "floor": row.floor if not known.floor else "",
            "area": row.area,
            "use": row.use,
            "occupied": row.is_lived_in,
        }
        changed: dict[str, Any] = {
            name: value for name, value in wanted.items() if value not in (None, "") and value != getattr(known, name)
        }
        if not changed:
            return
        after = known._replace(**changed)
        if "area" in changed:
            after = after._replace(area_source=Dwelling.AreaSource.REGISTER.value)
        if "floor" in changed:
            after = after._replace(sort_key=self.door_key(at, after.floor, after.room, after.name))
        self.batch.changed_doors.append(ChangedDoor(after, known))
        for name, value in changed.items():
            before = getattr(known, name)
            self.show(row, name, "" if before is None else show(before), show(value))

    # People

    def find_one_people(self, reading: Reading) -> None:
        """For those who are one person at several doors: who that is, if some door already knows them."""
        asked = set(reading.same_names)
        doors: dict[object, set[str]] = defaultdict(set)
        for row in reading.rows:
            for name in row.people:
                if name in row.phones and name not in self.same_people:
                    doors[row.person_key(name)].add(row.label)
        phones = {key for key, labels in doors.items() if len(labels) > 1}
        names = asked | {str(key[0]) for key in phones if isinstance(key, tuple)}
        if not names or not self.doors:
            return
        rows = {door.id: row for row in reading.rows if (door := self.known_door(row, self.place_of(row)))}
        found: dict[str, set[UUID]] = defaultdict(set)
        for name, person, where in doors_of_names(names, self.community):
            there = rows.get(where)
            if there is None or name not in there.people:
                continue
            found[name].add(person)
            self.one_person.setdefault(self.key_of(name, there) or name, person)
        self.intake.joined = {name for name in asked if len(found[name]) == 1}

    def find_phones(self, rows: Sequence[RegisterRow]) -> None:
        """Who on the roster has the phones of these rows, and which phone those have who may be meant: two statements
        where the rows have phones, and none where they have not."""
        asked = {number for row in rows for number in row.phones.values()}
        if not asked:
            return
        self.by_phone = people_of_phones([index_of(number, of="phone") for number in asked], self.community)
        meant = {*self.people.everybody(), *self.one_person.values()} - self.phone_of.keys()
        self.phone_of.update(phones_of(meant))
        self.phone_of.update({person: index for (_, index), person in self.by_phone.items()})

    def key_of(self, name: str, row: RegisterRow) -> object:
        """What makes somebody one person at several doors; None for somebody who is known at this door alone."""
        if name in self.same_people:
            return name
        return row.person_key(name) if name in row.phones else None

    def person(self, name: str, row: RegisterRow, people: dict[str, UUID]) -> UUID:
        """Who somebody of a row is: the one place where people are told apart and where a new one is made."""
        key, phone = self.key_of(name, row), row.phones.get(name, "")
        index = index_of(phone, of="phone") if phone else b""
        known = self.by_phone.get((name, index)) or (self.one_person.get(key) if key is not None else None)
        person = known or people.get(name)
        if person is None:
            person = new_id()
            self.batch.people.append(NewPerson(person, name, phone))
            if phone:
                self.phone_of[person] = index
        elif phone:
            self.plan_phone(person, name, row, index)
        if key is not None:
            self.one_person.setdefault(key, person)
        people[name] = person
        return person

    def plan_phone(self, person: UUID, name: str, row: RegisterRow, index: bytes) -> None:
        """A phone for somebody who has none; what they have stays."""
        if person not in self.phone_of:
            self.phone_of[person] = index
            self.batch.phones.append(NewPhone(person, row.phones[name]))
        elif self.phone_of[person] != index:
            kept = Change(row.label, "phone", name, mask_phone(row.phones[name]))
            if kept not in self.intake.kept and len(self.intake.kept) < SHOWN:
                self.intake.kept.append(kept)

    def plan_owners(self, row: RegisterRow, door: UUID, people: dict[str, UUID]) -> None:
        current = self.people.owners.get(door, [])
        if not row.owners:
            return
        wanted = {self.person(name, row, people): row.shares.get(name, "") for name in row.owners}
        held = {owner.person: owner for owner in current}
        for person, share in wanted.items():
            if person not in held:
                self.batch.owners.append(NewOwner(new_id(), door, person, share))
            elif share and share != held[person].share:
                self.batch.changed_owners.append((held[person].id, share, held[person].share))
        self.end_owners(row, [owner for owner in current if owner.person not in wanted], current)

    def end_owners(self, row: RegisterRow, gone: list[KnownOwner], current: list[KnownOwner]) -> None:
        firm = [owner for owner in gone if owner.verified or owner.source in FIRM]
        for owner in firm:
            if len(self.intake.kept) < SHOWN:
                self.intake.kept.append(Change(row.label, "owner", owner.name, "、".join(row.owners)))
        ended = [owner.id for owner in gone if owner not in firm]
        self.batch.ended_owners += ended
        if ended:
            self.show(row, "owner", "、".join(owner.name for owner in current), "、".join(row.owners))

    def plan_families(self, row: RegisterRow, door: UUID, people: dict[str, UUID]) -> None:
        current = list(self.people.families.get(door, ()))
        if row.occupied is False:
            for family in current:
                self.end_family(family)
        elif not row.families:
            if not current and row.occupied:
                self.add_family(row, door, (), people)
        else:
            self.match_families(row, door, current, people)

    def match_families(self, row: RegisterRow, door: UUID, current: list[KnownFamily], people: dict[str, UUID]) -> None:
        left = list(current)
        new = []
        for names in row.families:
            known = matching(names, left)
            if known is None:
                new.append(names)
                continue
            left.remove(known)
            self.plan_members(row, known, names, people)
        if len(current) == len(left) == len(new) == 1 or (row.lists_members and left):
            self.replace_families(row, left)
        for names in new:
            self.add_family(row, door, names, people)

    def replace_families(self, row: RegisterRow, gone: Sequence[KnownFamily]) -> None:
        for family in gone:
            self.end_family(family)
        before = "、".join(family.head_name for family in gone if family.head_name)
        self.show(row, "household", before or "—", "、".join(names[0] for names in row.families))

    def plan_members(
        self, row: RegisterRow, known: KnownFamily, names: tuple[str, ...], people: dict[str, UUID]
    ) -> None:
        members = [self.person(name, row, people) for name in names]
        if known.head is None or (row.lists_members and known.head not in members):
            self.batch.changed_families.append((known.id, members[0], known.head))
        self.add_residents(known.id, [one for one in members if one not in known.members], self.today)
        if not row.lists_members:
            return
        gone = {person: one for person, one in known.members.items() if person not in members}
        self.batch.ended_residents += [residency for residency, _ in gone.values()]
        if gone:
            self.show(row, "member", "、".join(name for _, name in gone.values()), "")

    def add_family(self, row: RegisterRow, door: UUID, names: tuple[str, ...], people: dict[str, UUID]) -> None:
        members = [self.person(name, row, people) for name in names]
        since = date.fromisoformat(row.since) if row.since else self.today
        family = NewFamily(new_id(), door, members[0] if members else None, min(since, self.today))
        self.batch.families.append(family)
        self.add_residents(family.id, members, family.since)

    def add_residents(self, family: UUID, people: Iterable[UUID], since: date) -> None:
        self.batch.residents += [NewResident(new_id(), family, person, since) for person in people]

    def end_family(self, family: KnownFamily) -> None:
        self.batch.ended_families.append(family.id)
        self.batch.ended_residents += [residency for residency, _ in family.members.values()]

    # Doors that the register leaves out

    def plan_absent(self, *, whole: bool) -> Iterator[Batch]:
        absent = [door for door in self.doors.values() if door.id not in self.seen]
        self.intake.absent = len(absent)
        for start in range(0, len(absent), BATCH):
            some = absent[start : start + BATCH]
            self.people = people_at([door.id for door in some])
            for door in some:
                self.plan_absent_door(door, whole=whole)
            yield self.finished(0)

    def plan_absent_door(self, door: KnownDoor, *, whole: bool) -> None:
        families, owners = self.people.families.get(door.id, []), self.people.owners.get(door.id, [])
        gone = [owner.id for owner in owners if not owner.verified and owner.source not in FIRM]
        if not families and not gone:
            return
        if len(self.intake.absent_lived_in) < SHOWN:
            self.intake.absent_lived_in.append(self.label(door))
        if whole:
            self.batch.ended_owners += gone
            for family in families:
                self.end_family(family)

    def label(self, door: KnownDoor) -> str:
        return self.tree.prefix(self.tree.by_id[door.place], self.place) + (door.room or door.name)

    def show(self, row: RegisterRow, what: str, before: str, after: str) -> None:
        if before and len(self.intake.changes) < SHOWN:
            self.intake.changes.append(Change(row.label, what, before, after))


def matching(names: tuple[str, ...], families: Sequence[KnownFamily]) -> KnownFamily | None:
    """Which of the families that are known is this one: by its head, else one without a head, else by a member."""
    by_head = [family for family in families if family.head_name == names[0]]
    unnamed = [family for family in families if family.head is None]
    by_member = [family for family in families if family.names & set(names)]
    return next(iter([*by_head, *unnamed, *by_member]), None)


def show(value: object) -> str:
    """A value of a door as text; areas in m²."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    return str(value)
