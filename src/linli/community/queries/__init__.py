"""Every read of places and their people; other apps enter here."""

from linli.community.adapters.registers import read_register
from linli.community.queries.contacts import Reach, reach_of
from linli.community.queries.intake import Change, Intake, draft_for, plan_intake
from linli.community.queries.labels import DoorLabel, labels_of
from linli.community.queries.owners import owners_of
from linli.community.queries.places import (
    DoorLine,
    Ground,
    UnitDoors,
    community_of,
    doors_of,
    find_place,
    grounds_of,
    nothing_founded,
    people_of,
    places_of,
    register_rows,
)

__all__ = [
    "Change",
    "DoorLabel",
    "DoorLine",
    "Ground",
    "Intake",
    "Reach",
    "UnitDoors",
    "community_of",
    "doors_of",
    "draft_for",
    "find_place",
    "grounds_of",
    "labels_of",
    "nothing_founded",
    "owners_of",
    "people_of",
    "places_of",
    "plan_intake",
    "reach_of",
    "read_register",
    "register_rows",
]
