"""What a clerk sees of a stack of slips, and how many slips there are to print."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef

from linli.voting.models import Drive, Seat, SlipPhoto, Stack


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One door of a stack's page: the seat, its voice if any, where that slip lies, and its photo."""

    seat: Seat
    in_this_stack: bool
    position: int | None
    photo: SlipPhoto | None
    #: Whether nobody on the roster may speak for the door, so that the slip's signer is to be written down.
    unowned: bool


def slip_rows(stack: Stack) -> list[SlipRow]:
    """Every seat in door order with what the stack knows of it; two statements."""
    photos = {photo.position: photo for photo in stack.photos.select_related("file")}
    seats = (
        Seat.objects.filter(electorate=stack.drive.electorate_id, excluded=False)
        .select_related("voice")
        .annotate(owned=Exists(Seat.entitled.through.objects.filter(seat=OuterRef("id"))))
        .order_by("sort_key", "id")
    )
    rows = []
    for seat in seats:
        here = seat.voice is not None and seat.voice.stack_id == stack.id
        position = seat.voice.position if here and seat.voice else None
        rows.append(SlipRow(seat, here, position, photos.get(position) if position else None, not seat.owned))
    return rows


@dataclass(frozen=True, slots=True)
class ScopeAsked:
    """One scope of a drive and how many doors of it are asked."""

    id: UUID
    name: str
    doors: int


def scopes_asked(drive: Drive) -> list[ScopeAsked]:
    """The scopes of a drive in the order of their doors; one statement."""
    seats = Seat.objects.filter(electorate=drive.electorate_id, excluded=False)
    counted = seats.values("scope", "scope__name").annotate(doors=Count("id"), first=Min("sort_key")).order_by("first")
    return [ScopeAsked(row["scope"], row["scope__name"], row["doors"]) for row in counted]
