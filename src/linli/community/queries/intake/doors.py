"""The places and doors of a register: those that are there, however they are written, and those that it would make."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from linli.community.adapters.registers import SAID_LEVELS, RegisterRow
from linli.community.models import Dwelling, Place
from linli.community.queries.intake.batches import Batch, ChangedDoor, Intake, NewDoor
from linli.community.queries.intake.known import KnownDoor, doors_below
from linli.community.tree import LEVELS, Tree
from linli.record.ids import new_id
from linli.rules.doors import level_key, name_key, natural_key, room_key
from linli.rules.errors import Refused


class Doors:
    """Finds the door of each row below one place."""

    def __init__(self, place: Place, intake: Intake) -> None:
        self.place = place
        self.intake = intake
        self.tree = Tree.below(place)
        self.places = {(at.parent_id, at.kind, level_key(at.name)): at for at in self.tree.places}
        self.by_key = doors_below(place)
        self.at: dict[tuple[str, str, str], Place] = {}

    def place_of(self, row: RegisterRow, batch: Batch) -> Place:
        """The place right above a row's door; one that is not there yet is made."""
        said = row.zone, row.building, row.unit
        if said not in self.at:
            self.at[said] = self.find_place(row, batch)
        return self.at[said]

    def find_place(self, row: RegisterRow, batch: Batch) -> Place:
        at = self.place
        for kind in SAID_LEVELS:
            name = getattr(row, kind)
            if LEVELS.index(kind) <= LEVELS.index(self.place.kind):
                self.refuse_other_place(kind, name)
            elif name:
                at = self.child(at, kind, name, batch)
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

    def child(self, parent: Place, kind: str, name: str, batch: Batch) -> Place:
        key = (parent.id, kind, level_key(name))
        if key not in self.places:
            place = Place(
                kind=kind, name=name, parent=parent, community_id=parent.community_id, sort_key=natural_key(name)
            )
            place.path = [*parent.path, place.id]
            self.places[key] = place
            batch.places.append(place)
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

    def known(self, row: RegisterRow, at: Place) -> KnownDoor | None:
        """The door of a row, where it is there already."""
        return self.by_key.get((at.id, room_key(row.room), name_key(row.name)))

    def door_key(self, at: Place, floor: str, room: str, name: str) -> str:
        return self.tree.door_key(at, floor=floor, room=room, name=name)

    def plan(self, row: RegisterRow, at: Place, known: KnownDoor | None, batch: Batch) -> UUID:
        """Which door a row is, with what of it would change; a new one is made."""
        if known is not None:
            self.plan_changes(row, at, known, batch)
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
        batch.doors.append(door)
        return door.id

    def plan_changes(self, row: RegisterRow, at: Place, known: KnownDoor, batch: Batch) -> None:
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
        batch.changed_doors.append(ChangedDoor(after, known))
        for name, value in changed.items():
            before = getattr(known, name)
            self.intake.show(row, name, "" if before is None else show(before), show(value))

    def absent(self, seen: Collection[UUID]) -> list[KnownDoor]:
        """The doors that are there and were not seen."""
        return [door for door in self.by_key.values() if door.id not in seen]

    def label(self, door: KnownDoor) -> str:
        return self.tree.prefix(self.tree.by_id[door.place], self.place) + (door.room or door.name)


def show(value: object) -> str:
    """A value of a door as text; areas in m²."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    return str(value)
