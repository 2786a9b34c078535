"""What a register writes, batch by batch, and the trace by which it is undone."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models

from linli.community.models import Dwelling, Household, Ownership, Person, Place, Residency
from linli.community.queries.intake import Batch
from linli.record import clock
from linli.record.cipher import Cell, index_of, seal
from linli.rules.errors import Refused

#: How many rows one statement speaks of.
AT_ONCE = 10_000
#: What a register may change of a door: the columns, each with its kind.
DOOR = {"floor": "text", "area": "int", "use": "text", "occupied": "bool", "area_source": "text", "sort_key": "text"}
#: A phone of somebody who is known.
PHONE = {"phone_sealed": "bytea", "phone_index": "bytea"}
#: What a register makes, in the order in which it can be taken away again.
MADE: Mapping[str, type[models.Model]] = {
    "residents": Residency,
    "owners": Ownership,
    "families": Household,
    "people": Person,
    "doors": Dwelling,
    "places": Place,
}
ENDED: Mapping[str, type[models.Model]] = {
    "ended_owners": Ownership,
    "ended_families": Household,
    "ended_residents": Residency,
}


def write_batch(batch: Batch, community: UUID) -> None:
    """Write one batch: what is new by COPY, what changes in one statement a table."""
    today = clock.today()
    Place.objects.bulk_create(batch.places)
    copy_in(
        Dwelling,
        (
            "id",
            "place_id",
            "floor",
            "room",
            "name",
            "area",
            "area_source",
            "use",
            "occupied",
            "sort_key",
            "community_id",
        ),
        ((*door, community) for door in batch.doors),
    )
    set_values(Dwelling, DOOR, [door_values(door.after) for door in batch.changed_doors])
    copy_in(
        Person,
        ("id", "name", "phone_sealed", "phone_index", "community_id"),
        ((one.id, one.name, *phone_values(one.id, one.phone), community) for one in batch.people),
    )
    set_values(Person, PHONE, [(one.person, *phone_values(one.person, one.phone)) for one in batch.phones])
    Ownership.objects.filter(id__in=batch.ended_owners).update(until=today)
    copy_in(
        Ownership,
        ("id", "dwelling_id", "person_id", "share", "community_id", "source", "verified", "since"),
        ((*owner, community, Ownership.Source.OFFICE.value, False, today) for owner in batch.owners),
    )
    set_values(Ownership, {"share": "text"}, [(id, share) for id, share, _ in batch.changed_owners])
    Residency.objects.filter(id__in=batch.ended_residents).update(until=today)
    Household.objects.filter(id__in=batch.ended_families).update(until=today)
    copy_in(
        Household,
        ("id", "dwelling_id", "head_id", "since", "community_id"),
        ((*family, community) for family in batch.families),
    )
    set_values(Household, {"head_id": "uuid"}, [(id, head) for id, head, _ in batch.changed_families])
    copy_in(
        Residency,
        ("id", "household_id", "person_id", "since", "community_id"),
        ((*resident, community) for resident in batch.residents),
    )


def phone_values(person: UUID, phone: str) -> tuple[bytes | None, bytes | None]:
    """A phone as it lies in its row: sealed for it, and its index; nothing where there is none."""
    if not phone:
        return None, None
    return seal(phone, Cell(Person._meta.db_table, "phone_sealed", person)), index_of(phone, of="phone")


def copy_in(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """New rows of a table by COPY."""
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"copy {model._meta.db_table} ({names}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def set_values(model: type[models.Model], columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Set columns of many rows, each row (id, value, …) to its own values, in one statement."""
    if not rows:
        return
    table = model._meta.db_table
    given = ", ".join(["%s::uuid[]", *(f"%s::{kind}[]" for kind in columns.values())])
    to = ", ".join(f"{column} = new.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} set {to} from unnest({given}) as new (id, {', '.join(columns)}) where {table}.id = new.id",
            [list(values) for values in zip(*rows, strict=True)],
        )


def door_values(door: Any) -> list[Any]:
    """A door's id and the values of what a register may change, in the order of ``DOOR``."""
    return [door.id, *(getattr(door, column) for column in DOOR)]


class Trace:
    """Which rows a register made, ended and changed: ids, and the values of doors and shares before and after.

    Of a phone that somebody known was given it keeps the index, which tells whether it is still the same.
    """

    def __init__(self) -> None:
        self.ids: dict[str, bytearray] = defaultdict(bytearray)
        self.changed: dict[str, list[list[Any]]] = defaultdict(list)

    def add(self, batch: Batch) -> None:
        for name in MADE:
            made = getattr(batch, name)
            self.ids[name] += b"".join(id_of(one).bytes for one in made)
        for name in ENDED:
            self.ids[name] += b"".join(id.bytes for id in getattr(batch, name))
        for door in batch.changed_doors:
            self.changed["doors"].append(
                [str(door.after.id), door_values(door.before)[1:], door_values(door.after)[1:]]
            )
        self.changed["owners"] += [[str(id), [before], [after]] for id, after, before in batch.changed_owners]
        self.changed["families"] += [
            [str(id), [before and str(before)], [str(after)]] for id, after, before in batch.changed_families
        ]

        self.changed["phones"] += [[str(one.person), index_of(one.phone, of="phone").hex()] for one in batch.phones]

    def packed(self) -> bytes:
        """The trace as bytes, from which ``unpacked`` makes an equal one."""
        head = json.dumps({"ids": {name: len(ids) for name, ids in self.ids.items()}, "changed": self.changed})
        return zlib.compress(b"\n".join([head.encode(), b"".join(self.ids.values())]), 1)

    @classmethod
    def unpacked(cls, packed: bytes) -> "Trace":
        head, _, rest = zlib.decompress(packed).partition(b"\n")
        trace, said = cls(), json.loads(head)
        for name, length in said["ids"].items():
            trace.ids[name] += rest[:length]
            rest = rest[length:]
        trace.changed.update(said["changed"])
        return trace

    def some(self, name: str) -> Iterator[list[UUID]]:
        """The ids under one name, some at a time."""
        ids = self.ids[name]
        for at in range(0, len(ids), 16 * AT_ONCE):
            part = ids[at : at + 16 * AT_ONCE]
            yield [UUID(bytes=bytes(part[one : one + 16])) for one in range(0, len(part), 16)]


def id_of(one: Any) -> UUID:
    """The id of something made: a place, or a tuple that begins with it."""
    found: UUID = one.id if isinstance(one, Place) else one[0]
    return found


#: What a register may change, by its name in the trace: the table, and its columns with their kinds.
CHANGED: Mapping[str, tuple[type[models.Model], Mapping[str, str]]] = {
    "doors": (Dwelling, DOOR),
    "owners": (Ownership, {"share": "text"}),
    "families": (Household, {"head_id": "uuid"}),
}


def take_back(trace: Trace) -> None:
    """Undo what the trace says; the database refuses where other rows stand on it.

    Refused: what was changed, checked or ended since.
    """
    refuse_ended_since(trace)
    for name in CHANGED:
        restore(name, trace)
    take_phones_back(trace.changed["phones"])
    with connection.cursor() as cursor:
        for name, model in MADE.items():
            for ids in trace.some(name):
                cursor.execute(f"delete from {model._meta.db_table} where id = any(%s)", [ids])
        for name, model in ENDED.items():
            for ids in trace.some(name):
                model._default_manager.filter(id__in=ids).update(until=None)
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def refuse_ended_since(trace: Trace) -> None:
    """Refuse where somebody else has ended or checked what the register made."""
    for name in ("residents", "owners", "families"):
        over = ~models.Q(until=None)
        if name == "owners":
            over |= models.Q(verified=True)
        for ids in trace.some(name):
            if MADE[name]._default_manager.filter(over, id__in=ids).exists():
                raise built_on()


def restore(name: str, trace: Trace) -> None:
    """Give rows the values that they had before; refused where somebody else has changed them since."""
    model, columns = CHANGED[name]
    rows = trace.changed[name]
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        found = model._default_manager.filter(id__in=[id for id, _, _ in some]).values_list("id", *columns)
        now = {str(id): texts(values) for id, *values in found}
        if any(now.get(id) != texts(after) for id, _, after in some):
            raise built_on()
        set_values(model, columns, [(id, *before) for id, before, _ in some])


def take_phones_back(rows: Sequence[Sequence[str]]) -> None:
    """Take away the phones that known people were given; refused where one has another by now."""
    for at in range(0, len(rows), AT_ONCE):
        some = {str(id): index for id, index in rows[at : at + AT_ONCE]}
        phones = Person.objects.filter(id__in=some.keys())
        now = {str(id): bytes(index or b"").hex() for id, index in phones.values_list("id", "phone_index")}
        if now != some:
            raise built_on()
        phones.update(phone_sealed=None, phone_index=None)


def texts(values: list[Any]) -> list[str | None]:
    return [None if value is None else str(value) for value in values]


def built_on() -> Refused:
    """The refusal to take an import back whose rows something stands on by now."""
    return Refused(
        "register.built-on", "这次导入的内容已经有人在用了（表决、职务、改过的登记等），不能整个撤回。请一处一处地改。"
    )
