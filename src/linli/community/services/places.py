"""Founding a community, and adding places to its tree."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction

from linli.community.models import Place
from linli.community.policy import CHANGE_REGISTER, not_allowed, require
from linli.community.tree import LEVELS
from linli.record.acting import Acting
from linli.record.models import Thread
from linli.record.services import note, open_thread
from linli.rules.doors import level_key, natural_key
from linli.rules.errors import Refused

Kind = Place.Kind


def lock_community(place: Place) -> UUID:
    """Hold the place's community, whose id is returned: whoever changes its tree or doors waits for one another.

    Refused above the community: there are no doors.
    """
    if place.community_id is None:
        raise Refused("place.above-community", "这里是街道以上的一级。请先选一个社区。")
    return Place.objects.select_for_update(no_key=True).get(id=place.community_id).id


def begin_thread(community: UUID) -> Thread:
    """A new affair of the community, under the next number of its year and what people call it: 广顺园-2023-0001."""
    called = Place.objects.get(id=community).name.removesuffix("社区")
    return open_thread(community=community, called=called)


def new_place(*, parent: Place | None, kind: str, name: str, community: Place | None, area_code: str = "") -> Place:
    """A place not yet saved, with its path and key. A community's own place belongs to itself."""
    place = Place(kind=kind, name=name, parent=parent, area_code=area_code, sort_key=natural_key(name))
    place.community = place if kind == Kind.COMMUNITY else community
    place.path = [*(parent.path if parent else []), place.id]
    return place


@transaction.atomic
def found_community(*, city: str, district: str, town: str, community: str, area_code: str = "", by: Acting) -> Place:
    """The community's place, with the city, district and town (or street) above it made where they are not yet there.

    Called a second time with the same names it returns the same place. Only the program itself founds communities
    (start-up and demo); ``area_code`` is the community's own, twelve digits.
    """
    if by.role != "system" or by.community is not None:
        raise not_allowed()
    above: Place | None = None
    for kind, name in ((Kind.CITY, city), (Kind.DISTRICT, district), (Kind.TOWN, town), (Kind.COMMUNITY, community)):
        name = checked_name(name)
        found = Place.objects.filter(parent=above, kind=kind, name=name).first()
        if found is None:
            code = area_code if kind == Kind.COMMUNITY else ""
            found = new_place(parent=above, kind=kind, name=name, community=None, area_code=code)
            found.save(force_insert=True)
            note(
                "place.added",
                by=replace(by, community=found.community_id),
                subject_kind="place",
                subject=found.id,
                place=found.id,
                public={"kind": kind.value, "name": name},
            )
        above = found
    assert above is not None
    return above


@transaction.atomic
def add_place(*, parent: Place, kind: str, name: str, by: Acting) -> Place:
    """Add a compound, zone, building or unit below ``parent``.

    Refused: a level that does not lie below the parent's, and a name that is there already in other writing (一单元 and
    1单元 are one).
    """
    require(by, CHANGE_REGISTER, parent)
    lock_community(parent)
    name = checked_name(name)
    if kind not in LEVELS[LEVELS.index(Kind.COMPOUND) :] or LEVELS.index(kind) <= LEVELS.index(parent.kind):
        raise Refused(
            "place.level", "这一级不能放在“{parent}”下面。请从大到小加：小区、区、楼栋、单元。", parent=parent.name
        )
    siblings = Place.objects.filter(parent=parent, kind=kind)
    if any(level_key(sibling.name) == level_key(name) for sibling in siblings):
        raise Refused("place.exists", "“{parent}”下面已经有“{name}”了，不用再加。", parent=parent.name, name=name)
    place = new_place(parent=parent, kind=kind, name=name, community=parent.community)
    place.save(force_insert=True)
    note(
        "place.added",
        by=by,
        subject_kind="place",
        subject=place.id,
        place=place.id,
        public={"kind": kind, "name": name},
    )
    return place


def checked_name(name: str, *, most: int = 80) -> str:
    """The name without white space around it; refused when empty or longer than a sign would have it."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= most or not name.isprintable():
        raise Refused("name.length", "请写名称，最多{most}个字。", most=most)
    return name
