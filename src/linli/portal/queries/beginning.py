"""How a new community begins, read from what there is: its name, its doors, three who lead, one notice on the doors."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.accounts.models import Claim
from linli.community.models import Dwelling, Place, Role
from linli.community.policy import OFFICE
from linli.community.queries import community_of
from linli.matters.models import Matter
from linli.messaging.models import Notice
from linli.record.acting import Acting
from linli.web.parts import Next, Step

LEADERS = 3


@dataclass(frozen=True, slots=True)
class Beginning:
    """The four steps, what is done ticked, and the one that comes now."""

    steps: tuple[Step, ...]
    now: Next


def first_steps(by: Acting, matters: Sequence[Matter]) -> Beginning | None:
    """What is still to be done of the four, for the office; None once all is done, or the real work has begun."""
    if by.role not in OFFICE or matters or by.community is None:
        return None
    community = community_of(by)
    steps = [
        (_("社区的名字：%(name)s") % {"name": community.name}, None),
        (_("门户：一行话排好"), doors_to_lay(by)),
        *leaders_step(by),
        (_("第一份公示：贴到每个单元"), notice_to_post(by)),
    ]
    waiting = [number for number, (_what, thing) in enumerate(steps) if thing is not None]
    if not waiting:
        return None
    now = steps[waiting[0]][1]
    assert now is not None
    return Beginning(
        tuple(
            Step(what, "done" if thing is None else "now" if number == waiting[0] else "open")
            for number, (what, thing) in enumerate(steps)
        ),
        now,
    )


def doors_to_lay(by: Acting) -> Next | None:
    """The first compound, then its doors."""
    if Dwelling.objects.filter(community=by.community).exists():
        return None
    place = Place.objects.filter(parent=by.community).order_by("sort_key").first()
    note = _("写一行话，例如：3个单元，3–8层，每层3户，就是54户。名字以后再补。")
    if place is None:
        return Next(_("把第一个小区放上来"), _("加小区"), reverse("community:index"), note)
    return Next(
        _("排好%(place)s的门户") % {"place": place.name}, _("排门户"), reverse("community:doors", args=[place.id]), note
    )


def leaders_step(by: Acting) -> list[tuple[str, Next | None]]:
    """Three who lead a building, each of whom was given a code to come in by; first those who wait for theirs."""
    roles = Role.objects.filter(community=by.community, kind=Role.Kind.BUILDING_LEADER, until=None)
    people = set(roles.values_list("person", flat=True))
    invited = set(Claim.objects.filter(person__in=people).values_list("person", flat=True))
    count = len(invited)
    what = ngettext("楼长：请三位进来，已经请了%(n)s位", "楼长：请三位进来，已经请了%(n)s位", count) % {"n": count}
    if count >= LEADERS:
        return [(what, None)]
    waits = next(iter(sorted(people - invited)), None)
    page = reverse("person", args=[waits]) if waits else reverse("leaders")
    note = _("写上姓名和管哪里，每位出一张码，当面扫。")
    return [(what, Next(_("请三位楼长进来"), _("请楼长"), page, note))]


def notice_to_post(by: Acting) -> Next | None:
    """The first notice: written, looked at by whoever reviews, then put up at each unit."""
    notice = Notice.objects.filter(community=by.community).select_related("review").order_by("written_at").first()
    if notice is None:
        note = _("把要公示的话贴进来，看一遍，打印出来贴上；纸上有码，扫码能看。")
        return Next(_("贴第一份公示"), _("写公示"), reverse("messaging:new-notice"), note)
    if notice.state != Notice.State.PREPARED:
        return None
    if not notice.review.is_public:
        return Next(notice.title, _("审一审"), reverse("messaging:review", args=[notice.review_id]), _("先审后发。"))
    return Next(notice.title, _("贴出去"), reverse("messaging:notice", args=[notice.id]), _("贴好一处，记一处。"))
