"""What a clerk sees of a stack of slips, and how many slips there are to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef

from linli.voting.models import Drive, LateSlip, Seat, SlipPhoto, Stack, Voice
from linli.voting.queries.words import paper_words


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One door of a stack's page: the seat, its slip if there is one, where that lies, and its photo."""

    seat: Seat
    slip: Voice | LateSlip | None
    in_this_stack: bool
    photo: SlipPhoto | None
    #: Whether nobody on the roster may speak for the door, so that the slip's signer is to be written down.
    unowned: bool

    @property
    def position(self) -> int | None:
        """Where the slip lies in this stack."""
        return self.slip.position if self.slip is not None and self.in_this_stack else None


def slip_rows(stack: Stack) -> list[SlipRow]:
    """Every seat in door order with what the stack knows of it; three statements."""
    photos = {photo.position: photo for photo in stack.photos.select_related("file")}
    seats = list(
        Seat.objects.filter(electorate=stack.drive.electorate_id, excluded=False)
        .annotate(owned=Exists(Seat.entitled.through.objects.filter(seat=OuterRef("id"))))
        .order_by("sort_key", "id")
    )
    slips = slips_there(stack, seats)
    rows = []
    for seat in seats:
        slip = slips.get(seat.id)
        here = slip is not None and slip.stack_id == stack.id
        photo = photos.get(slip.position) if slip is not None and here and slip.position else None
        rows.append(SlipRow(seat, slip, here, photo, not seat.owned))
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


def slips_there(stack: Stack, seats: Sequence[Seat]) -> Mapping[UUID, Voice | LateSlip]:
    """The slip of each seat: the one that was taken in, or for a stack that nothing backs, the one that it holds."""
    if stack.backed:
        return paper_words(seats)
    return {slip.seat_id: slip for slip in stack.late_slips.all()}
