"""What waits for somebody, over all apps."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from linli.community.models import Place
from linli.community.policy import OFFICE
from linli.matters.models import Matter
from linli.portal.models import Archive, PaperBlank
from linli.record import clock
from linli.record.acting import Acting
from linli.voting.models import Drive, DriveWorker
from linli.web.dates import day
from linli.web.parts import Next


def things_to_do(by: Acting, matters: Sequence[Matter]) -> list[Next]:
    """At most three things, what is due first first: slips to enter, doors to knock at, matters to put or decide."""
    drives = [matter.drive_id for matter in matters if matter.drive_id]
    tasks: dict[object, set[str]] = {}
    for drive_id, task in DriveWorker.objects.filter(drive__in=drives, person=by.person).values_list("drive", "task"):
        tasks.setdefault(drive_id, set()).add(task)
    found = [thing for matter in matters for thing in things_of(matter, by, tasks.get(matter.drive_id, set()))]
    return found[:3]


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


def archives_of(community: Place) -> list[Archive]:
    """The last archives that the community ordered, the newest first."""
    return list(Archive.objects.filter(community=community).order_by("-at", "-id")[:20])


def blanks_of(community: Place) -> list[PaperBlank]:
    """The community's blanks in use, by name."""
    return list(PaperBlank.objects.filter(community=community, retired_at=None).order_by("title", "id"))
