"""What each household would pay: now, and as more join."""

from dataclasses import dataclass
from fractions import Fraction

from linli.rules.shares import ByArea, Coefficients, Equal, Household, Method, split
from linli.voting.models import Drive, Seat, SharePlan, Voice


@dataclass(frozen=True, slots=True)
class Step:
    """What one household pays, in fen rounded down, when ``joined`` households pay."""

    joined: int
    fen: int


@dataclass(frozen=True, slots=True)
class ShareCurve:
    """The share against the number that join, for one household: the viewer's, or an average one.

    Of the others only their number enters, never which they are: by area, they are taken to be of average size.
    ``now`` is the number that has joined where that is shown, else the least with which the matter can go ahead.
    """

    plan: SharePlan
    steps: tuple[Step, ...]
    now: int

    def at(self, joined: int) -> Step:
        """The step of ``joined`` households, or the nearest there is."""
        return min(self.steps, key=lambda step: abs(step.joined - joined))


def share_curve(plan: SharePlan, seats: list[Seat], *, least: int, now: int, own: Seat | None) -> ShareCurve:
    """The curve from ``least`` households to all of ``seats``."""
    net = plan.cost - plan.subsidy
    weight = own_weight(plan, seats, own)
    counts = range(max(1, min(least, now)), len(seats) + 1)
    return ShareCurve(plan, tuple(Step(n, int(net * weight / n)) for n in counts), now)


def own_weight(plan: SharePlan, seats: list[Seat], own: Seat | None) -> Fraction:
    """The household's weight against an average one: 1 for equal shares, its area against the mean by area."""
    known = [seat.area for seat in seats if seat.area]
    if plan.method == SharePlan.Method.EQUAL or own is None or own.area is None or not known:
        return Fraction(1)
    return Fraction(own.area * len(known), sum(known))


def method_of(plan: SharePlan) -> Method:
    """The plan's method as the rules take it."""
    if plan.method == SharePlan.Method.COEFFICIENTS:
        return Coefficients({int(floor): Fraction(text) for floor, text in plan.coefficients.items()})
    return Equal() if plan.method == SharePlan.Method.EQUAL else ByArea()


def shares_of(plan: SharePlan) -> dict[Seat, int]:
    """What each seat that agreed pays, to the fen, in door order; for the office, and each household its own.

    Refused, as by the rule, where nobody has agreed or an area that the method needs is unknown.
    """
    joined = list(
        Seat.objects.filter(electorate=plan.drive.electorate_id, voice__choice=Voice.Choice.YES).order_by("sort_key")
    )
    households = [
        Household(
            id=str(seat.id),
            floor=int(seat.floor) if seat.floor.lstrip("-").isdigit() else None,
            area=seat.area,
        )
        for seat in joined
    ]
    result = split(method_of(plan), plan.cost, households, plan.subsidy)
    return {seat: result.shares[str(seat.id)] for seat in joined}


def plan_of(drive: Drive) -> SharePlan | None:
    """The drive's share plan, if one was made."""
    return SharePlan.objects.select_related("drive").filter(drive=drive).first()
