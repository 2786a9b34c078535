"""Every read of places and their people; other apps enter here."""

from linli.community.queries.intake import Change, Intake, draft_for, plan_intake
from linli.community.queries.places import (
    DoorLine,
    Ground,
    UnitDoors,
    community_of,
    doors_of,
    find_place,
    grounds_of,
    people_of,
    places_of,
    register_rows,
)

__all__ = [
    "Change",
    "DoorLine",
    "Ground",
    "Intake",
    "UnitDoors",
    "community_of",
    "doors_of",
    "draft_for",
    "find_place",
    "grounds_of",
    "people_of",
    "places_of",
    "plan_intake",
    "register_rows",
]
