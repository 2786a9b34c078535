"""Reading places, doors and people, for somebody who may see the register."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Func, IntegerField, Prefetch, Q, QuerySet

from linli.community.models import Dwelling, Household, Organisation, Ownership, Person, Place, Role
from linli.community.policy import SEE_REGISTER, require
from linli.community.queries.labels import labels_of
from linli.community.tree import Tree
from linli.record import clock
from linli.record.acting import Acting


def find_place(place: UUID, viewer: Acting) -> Place:
    """A place of the viewer's own community; ``Place.DoesNotExist`` for any other, as if it were not there."""
    return Place.objects.get(id=place, community=viewer.community)


def community_of(viewer: Acting) -> Place:
    """The viewer's community."""
    return Place.objects.get(id=viewer.community or NOWHERE)


def places_of(community: Place, viewer: Acting) -> list[tuple[int, Place]]:
    """The community's places with their depth, each above its own, in the order people expect."""
    require(viewer, SEE_REGISTER, community)
    return list(Tree.below(community).walk(community))


def places_in_order(viewer: Acting) -> QuerySet[Place]:
    """The viewer's community and all places in it, which are no secret: larger ones first, then by their names."""
    return Place.objects.filter(community=viewer.community).order_by(
        Func(F("path"), function="cardinality", output_field=IntegerField()), "sort_key", "id"
    )


#: The id of no place.
NOWHERE = UUID(int=0)


def area_code_of(community: UUID) -> str:
    """The twelve digits of the community; empty where nobody has entered them."""
    found = Place.objects.filter(id=community, kind=Place.Kind.COMMUNITY).values_list("area_code", flat=True)
    return found.first() or ""


@dataclass(frozen=True, slots=True)
class Ground:
    """A compound, or a building outside compounds, and how many doors are on the register there."""

    place: Place
    doors: int


def nothing_founded() -> bool:
    """Whether this instance has no community yet, so that nobody can come in."""
    return not Place.objects.filter(kind=Place.Kind.COMMUNITY).exists()


def grounds_of(community: Place, viewer: Acting) -> list[Ground]:
    """What lies directly below the community, each with its count of doors, in the order of their names."""
    require(viewer, SEE_REGISTER, community)
    places = Place.objects.filter(parent=community).order_by("sort_key")
    level = len(community.path)
    counts: Counter[UUID] = Counter()
    for path, doors in (
        Dwelling.objects.filter(community=community).values_list("place__path").annotate(doors=Count("id"))
    ):
        counts[path[level] if len(path) > level else community.id] += doors
    return [Ground(place, counts[place.id]) for place in places]


@dataclass(frozen=True, slots=True)
class DoorLine:
    """One door as the office's list shows it: ``area`` in 1/100 m² or unknown."""

    id: UUID
    room: str
    name: str
    floor: str
    use: str
    area: int | None
    occupied: bool | None
    owners: tuple[str, ...]
    heads: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.room or self.name


@dataclass(frozen=True, slots=True)
class UnitDoors:
    """A unit (or a building without units) with its doors in order."""

    place: UUID
    title: str
    doors: tuple[DoorLine, ...]

    @property
    def with_area(self) -> int:
        return sum(door.area is not None for door in self.doors)

    @property
    def with_owner(self) -> int:
        return sum(bool(door.owners) for door in self.doors)

    @property
    def occupied(self) -> int:
        return sum(door.occupied is True for door in self.doors)


def doors_of(place: Place, viewer: Acting) -> list[UnitDoors]:
    """The doors at ``place``, unit by unit, with owners and heads of household as of today's register."""
    require(viewer, SEE_REGISTER, place)
    tree = Tree.below(place)
    doors = (
        Dwelling.objects.filter(place__path__contains=[place.id])
        .order_by("sort_key")
        .prefetch_related(
            Prefetch("ownerships", Ownership.objects.filter(until=None).select_related("person").order_by("id")),
            Prefetch("households", Household.objects.filter(until=None).select_related("head").order_by("id")),
        )
    )
    groups: dict[UUID, list[DoorLine]] = {}
    for door in doors:
        groups.setdefault(door.place_id, []).append(line_of(door))
    return [
        UnitDoors(at.id, tree.title(at, place), tuple(groups[at.id])) for _, at in tree.walk(place) if at.id in groups
    ]


def line_of(door: Dwelling) -> DoorLine:
    return DoorLine(
        id=door.id,
        room=door.room,
        name=door.name,
        floor=door.floor,
        use=door.use,
        area=door.area,
        occupied=door.occupied,
        owners=tuple(ownership.person.name for ownership in door.ownerships.all()),
        heads=tuple(household.head.name for household in door.households.all() if household.head),
    )


def entrances_of(place: Place) -> list[tuple[Place, str]]:
    """The doors of houses at ``place`` where paper hangs, each with what people there call it, in their order.

    A unit's door, or a building's without units; the place itself where nothing has been laid out yet.
    """
    tree = Tree.below(place)
    units = {at.parent_id for at in tree.places if at.kind == Place.Kind.UNIT}
    doors = [
        at
        for _, at in tree.walk(place)
        if at.kind == Place.Kind.UNIT or (at.kind == Place.Kind.BUILDING and at.id not in units)
    ]
    return [(at, entrance_label(tree, at, place)) for at in doors] or [(place, place.name)]


def entrance_label(tree: Tree, door: Place, within: Place) -> str:
    """A door of a house as it is called at ``within``; a community has many a 一单元, so there with its compound."""
    above = [step.name for step in tree.chain(door) if step.kind == Place.Kind.COMPOUND and step.id not in within.path]
    return "".join([*above, tree.title(door, within)])


def people_of(community: Place, viewer: Acting) -> QuerySet[Person]:
    """Everybody on the community's roster, by name."""
    require(viewer, SEE_REGISTER, community)
    return Person.objects.filter(community=community).order_by("name", "id")


def person_of(viewer: Acting) -> Person:
    """The viewer as somebody on the roster."""
    return Person.objects.select_related("community").get(id=viewer.person or NOWHERE)


def find_people(community: Place, name: str, viewer: Acting) -> list[Person]:
    """Up to fifty people whose name has ``name`` in it, each with ``doors``: where they live or what they own."""
    found = list(people_of(community, viewer).filter(name__contains=name)[:50])
    homes = Dwelling.objects.filter(
        Q(ownerships__person__in=found, ownerships__until=None)
        | Q(households__residencies__person__in=found, households__residencies__until=None)
    ).values_list("id", "ownerships__person", "households__residencies__person")
    theirs: dict[UUID, set[UUID]] = {}
    for door, owner, dweller in homes:
        for one in (owner, dweller):
            if one is not None:
                theirs.setdefault(one, set()).add(door)
    doors = list(Dwelling.objects.filter(id__in={each for ids in theirs.values() for each in ids}).order_by("sort_key"))
    labels = labels_of(community, doors)
    for person in found:
        person.doors = [labels[door.id].full for door in doors if door.id in theirs.get(person.id, ())]  # type: ignore[attr-defined]
    return found


def roles_of(community: Place, viewer: Acting) -> QuerySet[Role]:
    """Every role that somebody holds in the community today, by person."""
    require(viewer, SEE_REGISTER, community)
    today = clock.today()
    held = Role.objects.filter(community=community, since__lte=today).filter(Q(until=None) | Q(until__gt=today))
    return held.select_related("person", "place").order_by("place__sort_key", "person__name", "id")


def bodies_of(community: Place, viewer: Acting) -> QuerySet[Organisation]:
    """The organisations of the community, by name."""
    require(viewer, SEE_REGISTER, community)
    return Organisation.objects.filter(community=community).order_by("name")


def register_rows(place: Place, viewer: Acting) -> list[dict[str, str]]:
    """The register at ``place`` as the columns of its sheet, door by door; what is unknown is empty."""
    tree = Tree.below(place)
    rows = []
    for unit in doors_of(place, viewer):
        levels = {step.kind: step.name for step in tree.chain(tree.by_id[unit.place]) if step.id not in place.path}
        rows += [{**levels, **cells_of(door)} for door in unit.doors]
    return rows


def cells_of(door: DoorLine) -> dict[str, str]:
    return {
        "floor": door.floor,
        "room": door.room,
        "door": "" if door.room else door.name,
        "area": "" if door.area is None else f"{door.area // 100}.{door.area % 100:02d}",
        "use": {"home": "住宅", "shop": "商铺"}[door.use],
        "occupied": {True: "是", False: "否", None: ""}[door.occupied],
        "owners": "、".join(door.owners),
        "head": "、".join(door.heads),
    }


def known_at(dwelling: Dwelling, name: str) -> Person | None:
    """Who of that name lives at the door or owns it today; a service's own question, which shows nobody anything."""
    day = clock.today()
    lives = Q(residencies__household__dwelling=dwelling) & (Q(residencies__until=None) | Q(residencies__until__gt=day))
    owns = Q(ownerships__dwelling=dwelling) & (Q(ownerships__until=None) | Q(ownerships__until__gt=day))
    there = Person.objects.filter(lives | owns, community=dwelling.community_id, name=" ".join(name.split()))
    return there.order_by("id").first()
