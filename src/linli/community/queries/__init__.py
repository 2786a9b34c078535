"""Every read of places and their people; other apps enter here."""

from linli.community.adapters.registers import read_register, read_registers
from linli.community.queries.intake import (
    Change,
    Intake,
    Preview,
    draft_for,
    imports_of,
    left_out_of,
    plan_intake,
    preview_in,
)
from linli.community.queries.labels import DoorLabel, labels_of
from linli.community.queries.places import (
    DoorLine,
    Ground,
    UnitDoors,
    area_code_of,
    community_of,
    doors_of,
    entrances_of,
    find_place,
    grounds_of,
    nothing_founded,
    people_of,
    places_in_order,
    places_of,
    register_rows,
)

__all__ = [
    "Change",
    "DoorLabel",
    "DoorLine",
    "Ground",
    "Intake",
    "Preview",
    "UnitDoors",
    "area_code_of",
    "community_of",
    "doors_of",
    "draft_for",
    "entrances_of",
    "find_place",
    "grounds_of",
    "imports_of",
    "labels_of",
    "left_out_of",
    "nothing_founded",
    "people_of",
    "places_in_order",
    "places_of",
    "plan_intake",
    "preview_in",
    "read_register",
    "read_registers",
    "register_rows",
]
