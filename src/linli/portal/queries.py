"""What waits for somebody, over all apps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.accounts.queries import claims_waiting
from linli.community.models import Dwelling, Place
from linli.community.policy import OFFICE
from linli.matters.models import Matter
from linli.record import clock
from linli.record.acting import Acting
from linli.voting.models import Drive, DriveWorker
from linli.web.dates import day
from linli.web.parts import Next


def things_to_do(by: Acting, matters: Sequence[Matter]) -> list[Next]:
    """At most three things, what is due first first: people who wait at the door, slips to enter, doors to knock at,
    matters to put or decide; in a new community, its first compound."""
    drives = [matter.drive_id for matter in matters if matter.drive_id]
    tasks: dict[object, set[str]] = {}
    for drive_id, task in DriveWorker.objects.filter(drive__in=drives, person=by.person).values_list("drive", "task"):
        tasks.setdefault(drive_id, set()).add(task)
    found = [thing for matter in matters for thing in things_of(matter, by, tasks.get(matter.drive_id, set()))]
    return [*at_the_door(by), *first_steps(by, matters), *found][:3]


def at_the_door(by: Acting) -> list[Next]:
    """Who waits to be known at a door that the reader knows."""
    count = claims_waiting(by).count()
    if not count:
        return []
    words = ngettext("%(n)s人说自己是这里的住户", "%(n)s人说自己是这里的住户", count) % {"n": count}
    return [Next(words, _("认一认"), reverse("claims"), _("对方开着手机在等"), "now", _("现在"))]


def first_steps(by: Acting, matters: Sequence[Matter]) -> list[Next]:
    """How a new community begins: its first compound, then people who help."""
    if by.role not in OFFICE or matters or Place.objects.filter(parent=by.community).exists():
        return []
    words = _("写上名字，一行话排好门户，一分钟就好")
    people = Next(_("请工作人员和楼长进来"), _("请人"), reverse("people"), _("出一张码，当面扫"))
    return [Next(_("把第一个小区放上来"), _("加小区"), reverse("community:index"), words), people]


def things_of(matter: Matter, by: Acting, tasks: set[str]) -> list[Next]:
    """What one matter asks of this person now."""
    drive = matter.drive
    page = reverse("matters:matter", args=[matter.id])
    in_office = by.role in OFFICE
    if drive is None:
        return (
            [Next(matter.title, _("请业主表态"), page, _("名单还没有定"), "open", _("还没开始表态"))]
            if in_office
            else []
        )
    if drive.state == Drive.State.DECIDED:
        return []
    until = _("到%(day)s") % {"day": day(drive.last_day)}
    things = []
    if in_office and clock.now() >= drive.closes_at:
        things.append(Next(matter.title, _("出结果"), page, _("表都到齐了就可以出结果"), "now", _("已截止")))
    if DriveWorker.Task.CLERK in tasks:
        things.append(Next(matter.title, _("录入纸表"), reverse("voting:stacks", args=[drive.id]), "", "now", until))
    elif DriveWorker.Task.COLLECTOR in tasks:
        things.append(Next(matter.title, _("看走到哪儿了"), reverse("voting:face", args=[drive.id]), "", "now", until))
    return things


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
                raised=sum(by_state.values()),
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
