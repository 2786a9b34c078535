"""Every read of places and their people; other apps enter here."""

from linli.community.queries.intake import Change, Intake, plan_intake
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
)

__all__ = [
    "Change",
    "DoorLine",
    "Ground",
    "Intake",
    "UnitDoors",
    "community_of",
    "doors_of",
    "find_place",
    "grounds_of",
    "people_of",
    "places_of",
    "plan_intake",
]
