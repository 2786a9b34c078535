"""What each household would pay: now, and as more join."""

from dataclasses import dataclass, replace
from fractions import Fraction

from django.db.models import Count, Sum

from linli.rules.shares import ByArea, Equal, Household, Method, split
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
    ``now`` is the number that has joined where that is shown, else the least with which the matter can go ahead;
    ``homes`` is everybody; ``whole`` what the household would pay alone, in fen.
    """

    homes: int
    whole: Fraction
    now: int
    steps: tuple[Step, ...]

    def fen(self, joined: int) -> int:
        """What the household pays, rounded down, when so many join; no more than there are."""
        return int(self.whole / min(joined, self.homes))

    def at(self, joined: int) -> Step:
        """The step of ``joined`` households, or the nearest there is."""
        return min(self.steps, key=lambda step: abs(step.joined - joined))


#: A curve of more steps than a page has room for is drawn by every second, third … of them.
MOST_STEPS = 120


def share_curve(plan: SharePlan, *, least: int, now: int, own: Seat | None) -> ShareCurve:
    """The curve from ``least`` households to all of the drive's, for ``own`` or an average home; one statement."""
    seats = Seat.objects.filter(electorate=plan.drive.electorate_id, excluded=False)
    there = seats.aggregate(homes=Count("id"), known=Count("area"), area=Sum("area"))
    homes = there["homes"]
    weight = Fraction(1)
    if plan.method != SharePlan.Method.EQUAL and own is not None and own.area and there["known"]:
        weight = Fraction(own.area * there["known"], there["area"])
    curve = ShareCurve(homes, (plan.cost - plan.subsidy) * weight, now, ())
    counts = range(max(1, min(least, now)), homes + 1)
    drawn = {*counts[:: -(-len(counts) // MOST_STEPS) or 1], now, homes} & set(counts)
    return replace(curve, steps=tuple(Step(joined, curve.fen(joined)) for joined in sorted(drawn)))


def method_of(plan: SharePlan) -> Method:
    """The plan's method as the rules take it."""
    return Equal() if plan.method == SharePlan.Method.EQUAL else ByArea()


def shares_of(plan: SharePlan) -> dict[Seat, int]:
    """What each seat that agreed pays, to the fen, in door order; for the office, and each household its own.

    Refused, as by the rule, where nobody has agreed or an area that the method needs is unknown.
    """
    joined = list(
        Seat.objects.filter(electorate=plan.drive.electorate_id, voice__choice=Voice.Choice.YES).order_by("sort_key")
    )
    households = [Household(id=str(seat.id), area=seat.area) for seat in joined]
    result = split(method_of(plan), plan.cost, households, plan.subsidy)
    return {seat: result.shares[str(seat.id)] for seat in joined}


def plan_of(drive: Drive) -> SharePlan | None:
    """The drive's share plan, if one was made."""
    return SharePlan.objects.select_related("drive").filter(drive=drive).first()
