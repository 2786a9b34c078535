"""Drawing the scopes within which a decision is judged."""

from collections import defaultdict
from uuid import UUID

from django.db import transaction

from linli.community.models import Area, AreaDwelling, Dwelling, Place
from linli.community.policy import CHANGE_REGISTER, require
from linli.community.services.places import lock_community
from linli.community.tree import Tree
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.doors import natural_key
from linli.rules.errors import Refused


@transaction.atomic
def draw_decision_scopes(*, place: Place, by_unit: bool, homes_only: bool, by: Acting) -> list[Area]:
    """The scopes of a decision at ``place``: one for each of its units (``by_unit``), or one for all of it.

    A building without units is one scope. ``homes_only`` leaves the shops outside. A scope with the same name and
    exactly the same doors that is already drawn is used again. Without doors the list is empty. Refused when a wanted
    door belongs to no unit of a building that has units: nobody could say which result it belongs to.
    """
    require(by, CHANGE_REGISTER, place)
    community = lock_community(place)
    tree = Tree.below(place)
    wanted = Dwelling.objects.filter(place__path__contains=[place.id]).order_by("sort_key")
    if homes_only:
        wanted = wanted.filter(use=Dwelling.Use.HOME)
    groups: dict[UUID, list[UUID]] = defaultdict(list)
    for dwelling, home in wanted.values_list("id", "place_id"):
        groups[home if by_unit else place.id].append(dwelling)
    if by_unit:
        refuse_doors_without_unit(tree, groups)
    order = [at for _, at in tree.walk(place) if at.id in groups]
    return use_or_draw([(tree.title(at, place)[:80], groups[at.id]) for at in order], place, community, by)


def refuse_doors_without_unit(tree: Tree, groups: dict[UUID, list[UUID]]) -> None:
    for at, dwellings in groups.items():
        if any(tree.children(tree.by_id[at], kind) for kind in (Place.Kind.ZONE, Place.Kind.BUILDING, Place.Kind.UNIT)):
            raise Refused(
                "scope.door-without-unit",
                "“{place}”有{count}户没有写明属于哪个单元，不能按单元计票。请先在房屋表里写上单元。",
                place=tree.by_id[at].name,
                count=len(dwellings),
            )


def use_or_draw(wanted: list[tuple[str, list[UUID]]], place: Place, community: UUID, by: Acting) -> list[Area]:
    drawn = Area.objects.filter(community=community, kind=Area.Kind.DECISION_SCOPE, until=None)
    drawn = drawn.filter(name__in=[name for name, _ in wanted])
    doors: dict[UUID, set[UUID]] = defaultdict(set)
    for area_id, dwelling in AreaDwelling.objects.filter(area__in=drawn).values_list("area_id", "dwelling_id"):
        doors[area_id].add(dwelling)
    there = {(area.name, frozenset(doors[area.id])): area for area in drawn}
    areas: list[Area] = []
    new: list[tuple[Area, list[UUID]]] = []
    for name, dwellings in wanted:
        area = there.get((name, frozenset(dwellings)))
        if area is None:
            area = Area(community_id=community, kind=Area.Kind.DECISION_SCOPE, name=name, sort_key=natural_key(name))
            new.append((area, dwellings))
        areas.append(area)
    if new:
        save_scopes(new, place, community, by)
    return areas


def save_scopes(new: list[tuple[Area, list[UUID]]], place: Place, community: UUID, by: Acting) -> None:
    Area.objects.bulk_create([area for area, _ in new])
    AreaDwelling.objects.bulk_create(
        [
            AreaDwelling(community_id=community, area=area, dwelling_id=dwelling)
            for area, dwellings in new
            for dwelling in dwellings
        ]
    )
    note(
        "scopes.drawn",
        by=by,
        subject_kind="place",
        subject=place.id,
        place=place.id,
        public={"scopes": [{"name": area.name, "doors": len(dwellings)} for area, dwellings in new]},
    )
