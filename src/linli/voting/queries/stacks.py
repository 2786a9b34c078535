"""What a clerk sees of a stack of slips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from linli.voting.models import LateSlip, Seat, SlipPhoto, Stack, Voice
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


def slips_there(stack: Stack, seats: Sequence[Seat]) -> Mapping[UUID, Voice | LateSlip]:
    """The slip of each seat: the one that was taken in, or for a stack that nothing backs, the one that it holds."""
    if stack.backed:
        return paper_words(seats)
    return {slip.seat_id: slip for slip in stack.late_slips.all()}
