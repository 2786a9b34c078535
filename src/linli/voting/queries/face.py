"""What those who knock see of a drive, until it is decided: the building as a grid of flats."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from linli.record.acting import Acting
from linli.rules.errors import Forbidden
from linli.voting import policy
from linli.voting.models import Drive, Seat
from linli.voting.queries.chains import homes_to_visit_first


@dataclass(frozen=True, slots=True)
class Landing:
    """One floor of one unit, as those who knock see it."""

    unit: str
    floor: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """The building as a grid of flats: rows from the top floor down, one landing per unit in each row.

    ``first`` are the homes to visit first: they have said something in the chain, and no word of theirs is in.
    """

    drive: Drive
    units: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Landing, ...]], ...]
    counts: dict[str, int]
    first: frozenset[UUID]


def face_of(drive: Drive, viewer: Acting | None) -> Face:
    """The face, for those named on the drive and only until it is decided; one statement for all seats."""
    if not policy.can_see_face(viewer, drive):
        raise Forbidden("drive.face-private", "这一页只给上门的人看，用完收回。")
    seats = list(
        Seat.objects.filter(electorate=drive.electorate_id)
        .select_related("voice", "dwelling__place")
        .order_by("sort_key", "id")
    )
    units = tuple(dict.fromkeys(unit_of(seat) for seat in seats))
    floors: dict[str, dict[str, list[Seat]]] = {}
    for seat in seats:
        floors.setdefault(seat.floor, {}).setdefault(unit_of(seat), []).append(seat)
    rows = tuple(
        (floor, tuple(Landing(unit, floor, tuple(landings.get(unit, []))) for unit in units))
        for floor, landings in sorted(floors.items(), key=lambda item: floor_number(item[0]), reverse=True)
    )
    return Face(drive, units, rows, dict(Counter(seat_state(seat) for seat in seats)), homes_to_visit_first(drive))


def unit_of(seat: Seat) -> str:
    """Where the seat's door stands: its label without its room."""
    if seat.dwelling is None:
        return ""
    return seat.label.removesuffix(str(seat.dwelling)) or seat.dwelling.place.name


def floor_number(floor: str) -> int:
    """Where a floor's label stands in the building."""
    return int(floor) if floor.lstrip("-").isdigit() else 0


def seat_state(seat: Seat) -> str:
    """What a window of the face shows: the choice that stands, else words that differ, empty (nobody lives there) or
    open."""
    if seat.conflict_id:
        return "conflict"
    if seat.voice:
        return str(seat.voice.choice)
    return "empty" if seat.occupied is False else "open"
