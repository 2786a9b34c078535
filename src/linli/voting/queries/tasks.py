"""The drive's work list: what its own people must look at, because no rule may decide it alone."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from linli.community.models import Person
from linli.community.queries import owners_of
from linli.record.acting import Acting
from linli.rules.errors import Forbidden
from linli.voting import policy
from linli.voting.models import Conflict, Drive, LateSlip, Seat, Voice
from linli.voting.queries.words import words_of


@dataclass(frozen=True, slots=True)
class Differing:
    """A home for which different things were said, and each of them."""

    conflict: Conflict
    seat: Seat
    words: tuple[Voice, ...]


@dataclass(frozen=True, slots=True)
class Sold:
    """A home whose owners are others now than on the frozen list."""

    seat: Seat
    listed: tuple[Person, ...]
    new: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class WorkList:
    """What waits for the drive's people, and what they settled, latest first."""

    differing: tuple[Differing, ...]
    late: tuple[LateSlip, ...]
    sold: tuple[Sold, ...]
    settled: tuple[Conflict, ...]
    judged: tuple[LateSlip, ...]

    @property
    def waiting(self) -> int:
        """How many things wait."""
        return len(self.differing) + len(self.late) + len(self.sold)


def work_list(drive: Drive, viewer: Acting | None) -> WorkList:
    """The list, for those named on the drive until it is decided, and for its clerks while the result is looked into;
    the same statements whatever its length."""
    if not policy.can_see_tasks(viewer, drive):
        raise Forbidden("drive.tasks-private", "这一页只给上门和录入的人看，用完收回。")
    conflicts = drive.conflicts.select_related("seat", "settled_by", "voice").order_by("-opened_at", "id")
    late = drive.late_slips.select_related("seat__dwelling", "stack__collector", "judged_by").order_by("-at", "id")
    return WorkList(
        differing=tuple(differing(drive)),
        late=tuple(slip for slip in late if slip.state == LateSlip.State.WAITING),
        sold=tuple(sold(drive)),
        settled=tuple(conflict for conflict in conflicts if conflict.settled_by_id is not None),
        judged=tuple(slip for slip in late if slip.state != LateSlip.State.WAITING),
    )


def tasks_waiting(drive: Drive) -> int:
    """How many homes are in conflict and how many late slips wait: what holds up the count."""
    conflicts = drive.conflicts.filter(closed_at=None).count()
    return conflicts + drive.late_slips.filter(state=LateSlip.State.WAITING).count()


@dataclass(frozen=True, slots=True)
class LateTold:
    """What anybody may read of the slips that came late: how many were admitted or not, and why; no door."""

    admitted: int
    refused: int
    unjudged: int
    reasons: tuple[str, ...]


def late_told(drive: Drive, *, at: datetime) -> LateTold | None:
    """The drive's late slips as they were published with the count of that moment; None where there was none.

    Reasons are in no order of doors.
    """
    rows = drive.late_slips.values_list("state", "reason", "judged_at")
    slips = [
        (state, reason) if judged and judged <= at else (LateSlip.State.WAITING, "") for state, reason, judged in rows
    ]
    states = Counter(state for state, _ in slips)
    if not slips:
        return None
    return LateTold(
        admitted=states[LateSlip.State.ADMITTED],
        refused=states[LateSlip.State.REFUSED],
        unjudged=states[LateSlip.State.WAITING],
        reasons=tuple(sorted({reason for _, reason in slips if reason})),
    )


def differing(drive: Drive) -> Iterator[Differing]:
    """The homes in conflict, in door order."""
    seats = list(
        Seat.objects.filter(electorate=drive.electorate_id)
        .exclude(conflict=None)
        .select_related("conflict")
        .prefetch_related("entitled")
        .order_by("sort_key", "id")
    )
    words = words_of(seats)
    for seat in seats:
        assert seat.conflict is not None
        yield Differing(seat.conflict, seat, words[seat.id].clear)


def sold(drive: Drive) -> Iterator[Sold]:
    """The homes with an owner by today's register who is not on the list, in door order."""
    seats = list(
        Seat.objects.filter(electorate=drive.electorate_id, dwelling__isnull=False)
        .prefetch_related("entitled")
        .order_by("sort_key", "id")
    )
    owners: dict[object, list[Person]] = defaultdict(list)
    for dwelling, person in owners_of(seat.dwelling_id for seat in seats if seat.dwelling_id):
        owners[dwelling].append(person)
    for seat in seats:
        listed = tuple(seat.entitled.all())
        new = tuple(person for person in owners[seat.dwelling_id] if person not in listed)
        if new:
            yield Sold(seat, listed, new)
