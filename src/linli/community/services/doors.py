"""Laying out a building's doors by rule."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from linli.community.models import Dwelling, Place
from linli.community.policy import CHANGE_REGISTER, require
from linli.community.services.places import add_place, checked_name, lock_community, new_place
from linli.community.tree import Tree
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.doors import PlannedDoor, level_key, level_name, read_layout, room_key
from linli.rules.errors import Refused

#: Places that doors can be laid out in.
GROUND = {Place.Kind.COMPOUND, Place.Kind.ZONE, Place.Kind.BUILDING}


@dataclass(frozen=True, slots=True)
class LaidOut:
    """What a rule brought: how many units and doors were added; both 0 when all of it was there already."""

    units: int
    doors: int


@transaction.atomic
def lay_out_doors(*, place: Place, rule: str, by: Acting, building: str = "") -> LaidOut:
    """Make the units and doors of one building as ``rule`` says ("3个单元，3–8层，每层3户"), all or nothing.

    ``building`` names the building of ``place`` that is meant, made when it is not yet there; without it the doors are
    ``place``'s own. Said a second time it changes nothing. Refused: a rule that cannot be read (``read_layout``), a
    place that is no compound, zone or building, and a layout of which some doors, but not all, are there already.
    """
    require(by, CHANGE_REGISTER, place)
    community = lock_community(place)
    if building.strip():
        place = building_named(building, place, by)
    if place.kind not in GROUND:
        raise Refused("doors.place", "请选一个小区或一栋楼，再排门户。")
    planned = read_layout(rule).doors
    tree = Tree.below(place)
    there = {
        (dwelling.place_id, room_key(dwelling.room)) for dwelling in Dwelling.objects.filter(place__in=tree.places)
    }
    units = {level_key(unit.name): unit for unit in tree.children(place, Place.Kind.UNIT)}
    new_units = {
        level_key(name): new_place(parent=place, kind=Place.Kind.UNIT, name=name, community=place.community)
        for name in dict.fromkeys(door.unit for door in planned)
        if name and level_key(name) not in units
    }
    tree.add(*new_units.values())
    units |= new_units
    homes = [(door, units[level_key(door.unit)] if door.unit else place) for door in planned]
    existing = [door for door, home in homes if (home.id, room_key(door.room)) in there]
    if len(existing) == len(planned):
        return LaidOut(0, 0)
    if existing:
        raise Refused(
            "doors.exist",
            "有{count}户已经在表里了，例如{door}。一户也没有加；请改规则，只排还没有的。",
            count=len(existing),
            door=existing[0].label,
        )
    Place.objects.bulk_create(new_units.values())
    doors = [dwelling_of(door, home, tree, community) for door, home in homes]
    Dwelling.objects.bulk_create(doors)
    added = LaidOut(len(new_units), len(doors))
    note(
        "doors.laid-out",
        by=by,
        subject_kind="place",
        subject=place.id,
        place=place.id,
        public={"units": added.units, "doors": added.doors},
    )
    return added


def building_named(name: str, within: Place, by: Acting) -> Place:
    """The building of that name directly below ``within``, in whatever writing, or a new one."""
    name = level_name("building", checked_name(name))
    for building in Place.objects.filter(parent=within, kind=Place.Kind.BUILDING):
        if level_key(building.name) == level_key(name):
            return building
    return add_place(parent=within, kind=Place.Kind.BUILDING, name=name, by=by)


def dwelling_of(door: PlannedDoor, home: Place, tree: Tree, community: UUID) -> Dwelling:
    """The planned door as a row, not yet saved."""
    return Dwelling(
        community_id=community,
        place=home,
        floor=door.floor,
        room=door.room,
        use=door.use,
        sort_key=tree.door_key(home, floor=door.floor, room=door.room),
    )
