"""Communities in numbers, for those above them: totals, and nothing of anybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from linli.community.models import Dwelling, Place
from linli.matters.models import Matter

#: Fewer people or homes than this are not told: few enough would be somebody.
FEW = 10


@dataclass(frozen=True, slots=True)
class CommunityFigures:
    """One community (or all) in numbers; None where people or homes are fewer than ten."""

    name: str
    homes: int | None
    occupied: int | None
    raised: int
    asking: int
    decided: int


def figures_below(place: Place) -> tuple[list[CommunityFigures], CommunityFigures]:
    """The communities below a street, town, district or city, and their sum; three statements.

    A home that is empty is as telling as one that is not, so the lived-in are told only where both are ten or more. The
    sum is of what the lines tell: else what is left out of one line could be reckoned from it.
    """
    communities = list(
        Place.objects.filter(path__contains=[place.id], kind=Place.Kind.COMMUNITY).order_by("sort_key", "id")
    )
    homes = dict(counted(Dwelling.objects.filter(community__in=communities, use=Dwelling.Use.HOME), Count("id")))
    lived_in = dict(counted(Dwelling.objects.filter(community__in=communities, occupied=True), Count("id")))
    states = Matter.objects.filter(community__in=communities).values_list("community", "state").annotate(n=Count("id"))
    matters: dict[tuple[UUID, str], int] = {(community, state): n for community, state, n in states}
    lines = []
    for community in communities:
        all_homes, occupied = homes.get(community.id, 0), lived_in.get(community.id, 0)
        told = min(occupied, all_homes - occupied) >= FEW
        by_state = {state: matters.get((community.id, state), 0) for state in Matter.State.values}
        lines.append(
            CommunityFigures(
                name=community.name,
                homes=all_homes if all_homes >= FEW else None,
                occupied=occupied if told else None,
                raised=sum(by_state.values()) - by_state[Matter.State.WITHDRAWN],
                asking=by_state[Matter.State.ASKING],
                decided=by_state[Matter.State.DECIDED],
            )
        )
    total = CommunityFigures(
        name="",
        homes=sum_of(line.homes for line in lines),
        occupied=sum_of(line.occupied for line in lines),
        raised=sum(line.raised for line in lines),
        asking=sum(line.asking for line in lines),
        decided=sum(line.decided for line in lines),
    )
    return lines, total


def sum_of(told: Iterable[int | None]) -> int | None:
    """The sum of what is told; None where nothing is."""
    numbers = [number for number in told if number is not None]
    return sum(numbers) if numbers else None


def counted(rows: QuerySet[Dwelling], what: Count) -> QuerySet[Dwelling, tuple[UUID, int]]:
    """How many rows each community has."""
    return rows.values_list("community").annotate(n=what)
