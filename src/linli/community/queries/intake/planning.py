"""Rows of a register compared with what is known: batch by batch, so that a town's register fits in memory."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from linli.community.adapters.registers import Progress, Reading, RegisterRow, silent
from linli.community.models import Ownership, Place
from linli.community.policy import CHANGE_REGISTER, require
from linli.community.queries.intake.batches import SHOWN, Batch, Intake, NewFamily, NewOwner, NewResident
from linli.community.queries.intake.doors import Doors
from linli.community.queries.intake.known import KnownDoor, KnownFamily, KnownOwner, People, people_at
from linli.community.queries.intake.people import Persons
from linli.record import clock
from linli.record.acting import Acting
from linli.record.ids import new_id
from linli.rules.errors import Refused

#: An ownership of these sources, or a checked one, is not taken back by a list that says otherwise.
FIRM = {Ownership.Source.REGISTRY, Ownership.Source.CONTRACT}
#: Rows planned and written at a time.
BATCH = 5_000


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
        self.intake = intake
        self.doors = Doors(place, intake)
        self.persons = Persons(place.community_id, same_people, intake)
        self.today = clock.today()
        self.batch = Batch()
        self.people = People()
        self.seen: set[UUID] = set()

    def plan(self, reading: Reading, *, whole: bool) -> Iterator[Batch]:
        if self.doors.by_key:
            self.persons.find_one_people(reading, partial(self.rows_at, reading))
        for start in range(0, len(reading.rows), BATCH):
            rows = reading.rows[start : start + BATCH]
            known = [(row, at, self.doors.known(row, at)) for row in rows for at in (self.place_of(row),)]
            self.people = people_at([door.id for _, _, door in known if door])
            self.persons.find_phones(rows, self.people)
            for row, at, door in known:
                self.plan_row(row, at, door)
            yield self.finished(len(rows))
        yield from self.plan_absent(whole=whole)

    def rows_at(self, reading: Reading) -> dict[UUID, RegisterRow]:
        """The rows of the doors that are there."""
        return {door.id: row for row in reading.rows if (door := self.doors.known(row, self.place_of(row)))}

    def place_of(self, row: RegisterRow) -> Place:
        return self.doors.place_of(row, self.batch)

    def person(self, name: str, row: RegisterRow, people: dict[str, UUID]) -> UUID:
        return self.persons.person(name, row, people, self.batch)

    def finished(self, rows: int) -> Batch:
        batch, self.batch = self.batch, Batch()
        batch.rows = rows
        self.intake.counts.update(batch.counts)
        return batch

    def plan_row(self, row: RegisterRow, at: Place, known: KnownDoor | None) -> None:
        before = self.batch.size
        door = self.doors.plan(row, at, known, self.batch)
        if door in self.seen:
            raise Refused("register.door-twice", "表里有两行是同一户：{door}。一户只写一行。", door=row.label)
        self.seen.add(door)
        people = self.people.named(door)
        self.plan_owners(row, door, people)
        self.plan_families(row, door, people)
        self.batch.unchanged += self.batch.size == before

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
            self.intake.keep(row, "owner", owner.name, "、".join(row.owners))
        ended = [owner.id for owner in gone if owner not in firm]
        self.batch.ended_owners += ended
        if ended:
            self.intake.show(row, "owner", "、".join(owner.name for owner in current), "、".join(row.owners))

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
        self.intake.show(row, "household", before or "—", "、".join(names[0] for names in row.families))

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
            self.intake.show(row, "member", "、".join(name for _, name in gone.values()), "")

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
        absent = self.doors.absent(self.seen)
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
            self.intake.absent_lived_in.append(self.doors.label(door))
        if whole:
            self.batch.ended_owners += gone
            for family in families:
                self.end_family(family)


def matching(names: tuple[str, ...], families: Sequence[KnownFamily]) -> KnownFamily | None:
    """Which of the families that are known is this one: by its head, else one without a head, else by a member."""
    by_head = [family for family in families if family.head_name == names[0]]
    unnamed = [family for family in families if family.head is None]
    by_member = [family for family in families if family.names & set(names)]
    return next(iter([*by_head, *unnamed, *by_member]), None)
