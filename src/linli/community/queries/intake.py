"""What a register would change: its rows compared with what is known, before anything is written."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from linli.community.adapters.registers import SAID_LEVELS, Reading, RegisterRow
from linli.community.models import Dwelling, Household, Ownership, Person, Place, RegisterDraft, Residency
from linli.community.policy import CHANGE_REGISTER, require
from linli.community.tree import LEVELS, Tree
from linli.record import clock
from linli.record.acting import Acting
from linli.record.ids import new_id
from linli.rules.doors import level_key, natural_key, plain, room_key
from linli.rules.errors import Refused

#: An ownership of these sources, or a checked one, is not taken back by a list that says otherwise.
FIRM = {Ownership.Source.REGISTRY, Ownership.Source.CONTRACT}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be other than it is: at which door, what (a field of the door, or "owner"), and how."""

    door: str
    what: str
    before: str
    after: str


@dataclass
class Intake:
    """All rows that taking a register in would write, none of them saved yet, and what a clerk should see of them."""

    place: Place
    tree: Tree
    places: list[Place] = field(default_factory=list)
    doors: list[Dwelling] = field(default_factory=list)
    changed_doors: list[Dwelling] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    ownerships: list[Ownership] = field(default_factory=list)
    ended_ownerships: list[UUID] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    changed_households: list[Household] = field(default_factory=list)
    ended_households: list[UUID] = field(default_factory=list)
    residencies: list[Residency] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    joined: set[str] = field(default_factory=set)
    unchanged: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many of what would be added, changed and ended; what is already so is counted in ``unchanged``."""
        return {
            "places_added": len(self.places),
            "doors_added": len(self.doors),
            "doors_changed": len(self.changed_doors),
            "people_added": len(self.people),
            "ownerships_added": len(self.ownerships),
            "ownerships_ended": len(self.ended_ownerships),
            "households_added": len(self.households),
            "households_changed": len(self.changed_households),
            "households_ended": len(self.ended_households),
            "unchanged": self.unchanged,
        }

    @property
    def is_nothing(self) -> bool:
        """Whether all of it is already so."""
        return not any(count for name, count in self.counts.items() if name != "unchanged")


def plan_intake(place: Place, reading: Reading, *, viewer: Acting, same_people: Collection[str] = ()) -> Intake:
    """Compare a reading with what is known at ``place``; nothing is written.

    Doors are matched by their places and room, however these are written; people by name within one door, never by
    name alone. ``same_people`` are the names of which the clerk says that all their doors belong to one person. Cells
    that say nothing change nothing; a checked ownership stays, and is shown as kept. Refused: a reading with errors,
    and rows that belong to another place, or to one of several buildings without saying which.
    """
    require(viewer, CHANGE_REGISTER, place)
    if reading.errors:
        raise Refused(
            "register.has-errors", "表里有{count}处要改，一户也没有写入。请改好再选一次。", count=len(reading.errors)
        )
    return Planner(place, frozenset(same_people)).plan(reading.rows)


class Planner:
    """Holds what is known at a place while rows are compared with it: five statements, however many rows."""

    def __init__(self, place: Place, same_people: frozenset[str]) -> None:
        assert place.community_id is not None
        self.place = place
        self.community = place.community_id
        self.same_people = same_people
        self.intake = Intake(place, Tree.below(place))
        self.places = {(at.parent_id, at.kind, level_key(at.name)): at for at in self.intake.tree.places}
        self.doors = {door_of(dwelling): dwelling for dwelling in Dwelling.objects.filter(**self.below(""))}
        self.ownerships = by_door(
            Ownership.objects.filter(until=None, **self.below("dwelling__")).select_related("person").order_by("id")
        )
        self.households = by_door(
            Household.objects.filter(until=None, **self.below("dwelling__")).select_related("head").order_by("id")
        )
        self.today = clock.today()
        self.one_person: dict[str, Person] = {}
        self.seen: set[UUID] = set()

    def below(self, prefix: str) -> dict[str, object]:
        return {f"{prefix}place__path__contains": [self.place.id]}

    def plan(self, rows: Iterable[RegisterRow]) -> Intake:
        pairs = [(row, self.place_of(row)) for row in rows]
        known = [(row, at, self.doors.get((at.id, room_key(row.room), plain(row.name)))) for row, at in pairs]
        self.find_one_people(known)
        for row, at, door in known:
            before = Counter(self.intake.counts)
            door = self.plan_door(row, at, door)
            if door.id in self.seen:
                raise Refused(
                    "register.door-twice", "表里有两行是同一户：{door}。一户只写一行。", door=self.label(door)
                )
            self.seen.add(door.id)
            owners = self.plan_owners(row, door)
            self.plan_household(row, door, owners)
            self.intake.unchanged += Counter(self.intake.counts) == before
        return self.intake

    def place_of(self, row: RegisterRow) -> Place:
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
        own = [at for at in self.intake.tree.chain(self.place) if at.kind == kind]
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
            self.intake.places.append(place)
            self.intake.tree.add(place)
        return self.places[key]

    def only_building(self, parent: Place, row: RegisterRow) -> Place:
        buildings = self.intake.tree.children(parent, Place.Kind.BUILDING)
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

    def plan_door(self, row: RegisterRow, at: Place, door: Dwelling | None) -> Dwelling:
        if door is None:
            door = Dwelling(
                community_id=self.community,
                place=at,
                floor=row.floor,
                room=row.room,
                name=row.name,
                area=row.area,
                area_source=Dwelling.AreaSource.REGISTER if row.area else "",
                use=row.use or Dwelling.Use.HOME,
                occupied=True if row.head and row.occupied is None else row.occupied,
                sort_key=self.intake.tree.door_key(at, floor=row.floor, room=row.room, name=row.name),
            )
            self.intake.doors.append(door)
            return door
        changes = list(self.door_changes(row, door))
        if changes:
            self.intake.changed_doors.append(door)
            self.intake.changes += changes
        return door

    def door_changes(self, row: RegisterRow, door: Dwelling) -> Iterable[Change]:
        wanted = {
            "floor": row.floor if not door.floor else "",
            "area": row.area,
            "use": row.use,
            "occupied": True if row.head and row.occupied is None else row.occupied,
        }
        for name, value in wanted.items():
            before = getattr(door, name)
            if value in (None, "") or value == before:
                continue
            setattr(door, name, value)
            if name == "area":
                door.area_source = Dwelling.AreaSource.REGISTER
            if name == "floor":
                door.sort_key = self.intake.tree.door_key(
                    self.intake.tree.by_id[door.place_id], floor=door.floor, room=door.room, name=door.name
                )
            yield Change(self.label(door), name, "" if before is None else show(before), show(value))

    def find_one_people(self, known: Iterable[tuple[RegisterRow, Place, Dwelling | None]]) -> None:
        """For the names that are one person: who that is, if some door already knows them; and which names are so."""
        owners: dict[str, set[UUID]] = defaultdict(set)
        doors: Counter[str] = Counter()
        for row, _, door in known:
            doors.update(row.owners)
            for ownership in self.ownerships[door.id] if door else ():
                if ownership.person.name in row.owners:
                    owners[ownership.person.name].add(ownership.person_id)
                    self.one_person.setdefault(ownership.person.name, ownership.person)
        self.intake.joined = {name for name, ids in owners.items() if len(ids) == 1 and doors[name] > 1}
        self.one_person = {name: person for name, person in self.one_person.items() if name in self.same_people}

    def plan_owners(self, row: RegisterRow, door: Dwelling) -> list[Person]:
        current = self.ownerships[door.id]
        wanted = [self.owner(name, door, current) for name in row.owners]
        if not wanted:
            return []
        held = {ownership.person_id for ownership in current}
        added = [person for person in wanted if person.id not in held]
        gone = [ownership for ownership in current if ownership.person not in wanted]
        for ownership in [one for one in gone if one.verified or one.source in FIRM]:
            gone.remove(ownership)
            self.intake.kept.append(Change(self.label(door), "owner", ownership.person.name, "、".join(row.owners)))
        self.intake.ended_ownerships += [ownership.id for ownership in gone]
        self.intake.ownerships += [
            Ownership(community_id=self.community, dwelling=door, person=person, since=self.today) for person in added
        ]
        if gone:
            before = "、".join(ownership.person.name for ownership in current)
            self.intake.changes.append(Change(self.label(door), "owner", before, "、".join(row.owners)))
        return wanted

    def owner(self, name: str, door: Dwelling, current: list[Ownership]) -> Person:
        if name in self.same_people:
            if name not in self.one_person:
                self.one_person[name] = self.new_person(name)
            return self.one_person[name]
        return self.person_at(name, door, current) or self.new_person(name)

    def person_at(self, name: str, door: Dwelling, current: list[Ownership]) -> Person | None:
        owners = (ownership.person for ownership in current)
        heads = (household.head for household in self.households[door.id] if household.head)
        return next((person for person in [*owners, *heads] if person.name == name), None)

    def new_person(self, name: str) -> Person:
        person = Person(id=new_id(), community_id=self.community, name=name)
        self.intake.people.append(person)
        return person

    def plan_household(self, row: RegisterRow, door: Dwelling, owners: list[Person]) -> None:
        current = self.households[door.id]
        if row.occupied is False:
            self.intake.ended_households += [household.id for household in current]
        elif not current and (row.head or row.occupied):
            self.add_household(door, self.head(row, door, owners))
        elif row.head and row.head not in {household.head.name for household in current if household.head}:
            self.plan_head(row, door, current, owners)

    def plan_head(self, row: RegisterRow, door: Dwelling, current: list[Household], owners: list[Person]) -> None:
        head = self.head(row, door, owners)
        unnamed = next((household for household in current if household.head is None), None)
        if unnamed is not None:
            unnamed.head = head
            self.intake.changed_households.append(unnamed)
            self.add_residency(unnamed, head)
            return
        if len(current) == 1:
            self.intake.ended_households.append(current[0].id)
            self.intake.changes.append(Change(self.label(door), "household", str(current[0].head), row.head))
        self.add_household(door, head)

    def add_household(self, door: Dwelling, head: Person | None) -> None:
        household = Household(community_id=self.community, dwelling=door, head=head, since=self.today)
        self.intake.households.append(household)
        self.add_residency(household, head)

    def add_residency(self, household: Household, person: Person | None) -> None:
        if person is not None:
            self.intake.residencies.append(
                Residency(community_id=self.community, household=household, person=person, since=self.today)
            )

    def head(self, row: RegisterRow, door: Dwelling, owners: list[Person]) -> Person | None:
        if not row.head:
            return None
        owner = next((person for person in owners if person.name == row.head), None)
        return owner or self.person_at(row.head, door, self.ownerships[door.id]) or self.new_person(row.head)

    def label(self, door: Dwelling) -> str:
        return self.intake.tree.label(door, self.place)


def door_of(dwelling: Dwelling) -> tuple[UUID, str, str]:
    return dwelling.place_id, room_key(dwelling.room), plain(dwelling.name)


Held = TypeVar("Held", Ownership, Household)


def by_door(held: Iterable[Held]) -> dict[UUID, list[Held]]:
    found: dict[UUID, list[Held]] = defaultdict(list)
    for one in held:
        found[one.dwelling_id].append(one)
    return found


def show(value: object) -> str:
    """A value of a door as text; areas in m²."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    return str(value)


def draft_for(place: Place, draft: UUID, viewer: Acting) -> RegisterDraft:
    """The viewer's own draft for ``place``; ``RegisterDraft.DoesNotExist`` for any other, or one that is used up."""
    require(viewer, CHANGE_REGISTER, place)
    return RegisterDraft.objects.get(id=draft, place=place, by_person=viewer.person)
