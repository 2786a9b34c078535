"""What waits for somebody, over all apps."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.accounts.queries import claims_waiting
from linli.community.policy import OFFICE
from linli.matters.models import Matter
from linli.messaging.queries import appeals_before, notices_for, queue_of
from linli.record import clock
from linli.record.acting import Acting
from linli.voting.models import Drive, DriveWorker
from linli.web.dates import day
from linli.web.parts import Next


def things_to_do(by: Acting, matters: Sequence[Matter]) -> list[Next]:
    """At most three things, what is due first first: people who wait at the door, slips to enter, doors to knock at,
    matters to put or decide."""
    drives = [matter.drive_id for matter in matters if matter.drive_id]
    tasks: dict[object, set[str]] = {}
    for drive_id, task in DriveWorker.objects.filter(drive__in=drives, person=by.person).values_list("drive", "task"):
        tasks.setdefault(drive_id, set()).add(task)
    found = [*at_the_door(by), *texts_to_review(by), *notices_to_post(by)]
    found += [thing for matter in matters for thing in things_of(matter, by, tasks.get(matter.drive_id, set()))]
    return found[:3]


def at_the_door(by: Acting) -> list[Next]:
    """Who waits to be known at a door that the reader knows."""
    count = claims_waiting(by).count()
    if not count:
        return []
    words = ngettext("%(n)s人说自己是这里的住户", "%(n)s人说自己是这里的住户", count) % {"n": count}
    return [Next(words, _("认一认"), reverse("claims"), _("对方开着手机在等"), "now", _("现在"))]


def texts_to_review(by: Acting) -> list[Next]:
    """The public texts and appeals that wait for this person, as one thing: the oldest first."""
    waiting, page = list(queue_of(by)[:100]), reverse("messaging:queue")
    found = []
    if waiting:
        what = ngettext("%(n)s段要公开的话等您审", "%(n)s段要公开的话等您审", len(waiting)) % {"n": len(waiting)}
        late = waiting[0].due_at <= clock.now()
        until = _("到%(day)s") % {"day": day(waiting[0].due_at)}
        found.append(Next(what, _("审一审"), page, waiting[0].title, "late" if late else "now", until))
    if appeals := len(appeals_before(by)):
        what = ngettext("%(n)s件申诉等委员会答复", "%(n)s件申诉等委员会答复", appeals) % {"n": appeals}
        found.append(Next(what, _("看申诉"), page, "", "now", _("等您的意见")))
    return found


def notices_to_post(by: Acting) -> list[Next]:
    """Notices that are approved and not yet on every door, for the office."""
    if by.role not in OFFICE:
        return []
    ready = [notice for notice in notices_for(by)[:50] if notice.state == "prepared" and notice.review.is_public]
    return [
        Next(notice.title, _("贴出去"), reverse("messaging:notice", args=[notice.id]), "", "open", _("等着张贴"))
        for notice in ready
    ]


def things_of(matter: Matter, by: Acting, tasks: set[str]) -> list[Next]:
    """What one matter asks of this person now."""
    drive = matter.drive
    page = reverse("matters:matter", args=[matter.id])
    in_office = by.role in OFFICE
    if matter.state == Matter.State.WITHDRAWN:
        return []
    if drive is None:
        return (
            [Next(matter.title, _("请业主表态"), page, _("名单还没有定"), "open", _("还没开始表态"))]
            if in_office
            else []
        )
    if drive.state == Drive.State.DECIDED:
        waits = (in_office or tasks) and any(recount.state == "open" for recount in drive.recounts.all())
        return [Next(matter.title, _("重新核对结果"), page, _("核对完了出结果"), "now", _("正在核对"))] if waits else []
    until = _("到%(day)s") % {"day": day(drive.last_day)}
    things = []
    if in_office and clock.now() >= drive.closes_at:
        things.append(Next(matter.title, _("出结果"), page, _("表都到齐了就可以出结果"), "now", _("已截止")))
    if DriveWorker.Task.CLERK in tasks:
        things.append(Next(matter.title, _("录入纸表"), reverse("voting:stacks", args=[drive.id]), "", "now", until))
    elif DriveWorker.Task.COLLECTOR in tasks:
        things.append(Next(matter.title, _("看走到哪儿了"), reverse("voting:face", args=[drive.id]), "", "now", until))
    return things
