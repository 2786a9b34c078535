"""Who the people of a register are: told apart by name and phone, else by name within one door."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from linli.community.adapters.registers import Reading, RegisterRow
from linli.community.queries.intake.batches import Batch, Intake, NewPerson, NewPhone
from linli.community.queries.intake.known import People, doors_of_names, people_of_phones, phones_of
from linli.record.cipher import index_of
from linli.record.ids import new_id
from linli.rules.identifiers import mask_phone


class Persons:
    """Tells people apart; ``same_people`` are names of which the clerk says that each is one person."""

    def __init__(self, community: UUID, same_people: frozenset[str], intake: Intake) -> None:
        self.community = community
        self.same_people = same_people
        self.intake = intake
        self.one_person: dict[object, UUID] = {}
        self.by_phone: dict[tuple[str, bytes], UUID] = {}
        self.phone_of: dict[UUID, bytes] = {}

    def find_one_people(self, reading: Reading, rows_at: Callable[[], Mapping[UUID, RegisterRow]]) -> None:
        """For those who are one person at several doors: who that is, if some door already knows them.

        ``rows_at`` gives the rows of the doors that are there.
        """
        asked = set(reading.same_names)
        doors: dict[object, set[str]] = defaultdict(set)
        for row in reading.rows:
            for name in row.people:
                if name in row.phones and name not in self.same_people:
                    doors[row.person_key(name)].add(row.label)
        phones = {key for key, labels in doors.items() if len(labels) > 1}
        names = asked | {str(key[0]) for key in phones if isinstance(key, tuple)}
        if not names:
            return
        rows = rows_at()
        found: dict[str, set[UUID]] = defaultdict(set)
        for name, person, where in doors_of_names(names, self.community):
            there = rows.get(where)
            if there is None or name not in there.people:
                continue
            found[name].add(person)
            self.one_person.setdefault(self.key_of(name, there) or name, person)
        self.intake.joined = {name for name in asked if len(found[name]) == 1}

    def find_phones(self, rows: Sequence[RegisterRow], known: People) -> None:
        """Who on the roster has the phones of these rows, and which phone those have who may be meant: two statements
        where the rows have phones, and none where they have not."""
        asked = {number for row in rows for number in row.phones.values()}
        if not asked:
            return
        self.by_phone = people_of_phones([index_of(number, of="phone") for number in asked], self.community)
        meant = {*known.everybody(), *self.one_person.values()} - self.phone_of.keys()
        self.phone_of.update(phones_of(meant))
        self.phone_of.update({person: index for (_, index), person in self.by_phone.items()})

    def key_of(self, name: str, row: RegisterRow) -> object:
        """What makes somebody one person at several doors; None for somebody who is known at this door alone."""
        if name in self.same_people:
            return name
        return row.person_key(name) if name in row.phones else None

    def person(self, name: str, row: RegisterRow, people: dict[str, UUID], batch: Batch) -> UUID:
        """Who somebody of a row is: the one place where people are told apart and where a new one is made."""
        key, phone = self.key_of(name, row), row.phones.get(name, "")
        index = index_of(phone, of="phone") if phone else b""
        known = self.by_phone.get((name, index)) or (self.one_person.get(key) if key is not None else None)
        person = known or people.get(name)
        if person is None:
            person = new_id()
            batch.people.append(NewPerson(person, name, phone))
            if phone:
                self.phone_of[person] = index
        elif phone:
            self.plan_phone(person, name, row, index, batch)
        if key is not None:
            self.one_person.setdefault(key, person)
        people[name] = person
        return person

    def plan_phone(self, person: UUID, name: str, row: RegisterRow, index: bytes, batch: Batch) -> None:
        """A phone for somebody who has none; what they have stays."""
        if person not in self.phone_of:
            self.phone_of[person] = index
            batch.phones.append(NewPhone(person, row.phones[name]))
        elif self.phone_of[person] != index:
            self.intake.keep(row, "phone", name, mask_phone(row.phones[name]))
