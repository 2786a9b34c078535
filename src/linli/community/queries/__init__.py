"""Every read of places and their people; other apps enter here."""

from linli.community.adapters.registers import read_register
from linli.community.queries.intake import Change, Intake, draft_for, plan_intake
from linli.community.queries.labels import DoorLabel, labels_of
from linli.community.queries.personal import Reading, people_by_phone, readings_of
from linli.community.queries.places import (
    DoorLine,
    Ground,
    UnitDoors,
    bodies_of,
    community_of,
    doors_of,
    find_people,
    find_place,
    grounds_of,
    known_at,
    nothing_founded,
    people_of,
    person_of,
    places_of,
    register_rows,
    roles_of,
)

__all__ = [
    "Change",
    "DoorLabel",
    "DoorLine",
    "Ground",
    "Intake",
    "Reading",
    "UnitDoors",
    "bodies_of",
    "community_of",
    "doors_of",
    "draft_for",
    "find_people",
    "find_place",
    "grounds_of",
    "known_at",
    "labels_of",
    "nothing_founded",
    "people_by_phone",
    "people_of",
    "person_of",
    "places_of",
    "plan_intake",
    "read_register",
    "readings_of",
    "register_rows",
    "roles_of",
]
