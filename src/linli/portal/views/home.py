"""The first page of each role."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.accounts.acting import StandingRequest
from linli.accounts.policy import RECORD_HELP
from linli.community.policy import OFFICE, can
from linli.community.queries import reach_of
from linli.matters.models import Matter
from linli.matters.policy import RAISE_MATTER
from linli.matters.queries import for_community, own_seats, station
from linli.messaging.policy import KEEP_CHANNEL
from linli.portal.queries import first_steps, things_to_do
from linli.record import clock
from linli.record.acting import Acting
from linli.voting.models import Drive
from linli.voting.queries import answer_state, answer_word
from linli.web import parts
from linli.web.dates import day, day_and_weekday


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person: for the office at most three things, each with its time and its verb."""
    acting_request = cast(StandingRequest, request)
    standing, by = acting_request.standing, acting_request.acting
    if standing is None or by is None:
        return redirect("figures" if acting_request.oversight else "sign-in")
    if acting_request.locked:
        return redirect("keys")
    in_office = standing.role is not None and standing.role.kind in OFFICE
    matters = list(for_community(by)[:20])
    page: dict[str, Any] = {
        "standing": standing,
        "in_office": in_office,
        "todo": things_to_do(by, matters),
        "beginning": first_steps(by, matters),
        "matters": matter_rows(matters),
        "answers": answer_rows(by),
    }
    if in_office:
        page |= {
            "can_raise": can(by, RAISE_MATTER, standing.community),
            "ways": office_ways(can_send=can(by, KEEP_CHANNEL, standing.community)),
        }
    else:
        page |= {"doors": four_doors(by), "waiting": waiting_for(by), "today": day_and_weekday(clock.now())}
    if can_record_help(by):
        page["records_help"] = True
    return render(request, "portal/home.html", page)


def office_ways(*, can_send: bool) -> list[parts.Row]:
    """Where the office goes less often than every day: homes, people, papers."""
    return [
        parts.Row(_("门户和花名册"), _("小区、楼栋、每一户"), reverse("community:index"), icon="building"),
        parts.Row(_("门牌码"), _("印出来，一户一张"), reverse("codes"), icon="door"),
        parts.Row(_("人员、职务"), _("谁担任什么，请谁进门"), reverse("people"), icon="person"),
        parts.Row(_("上门记下家人代办"), _("老人没有手机，请家人帮着看"), reverse("help-at-door"), icon="people"),
        parts.Row(_("台账、套表"), _("打包留档，把空表填好"), reverse("papers"), icon="print"),
        *(
            [parts.Row(_("发送设置"), _("短信、邮件、夜里几点不发、谁来审"), reverse("messaging:ways"), icon="say")]
            if can_send
            else []
        ),
    ]


def four_doors(by: Acting) -> list[parts.Door]:
    """The four large buttons: each leads to what there is today. Nobody is told to call themselves."""
    reach = reach_of(by)
    leader = next((contact for role, contact in reach.leaders if contact and role.person_id != by.person), None)
    number = leader or reach.office
    label = _("打电话找社区") if reach.office and not leader else _("打电话找楼长")
    return [
        parts.Door(_("看通知"), "notice", reverse("messaging:board")),
        parts.Door(_("我要说"), "say", reverse("reach")),
        parts.Door(_("我家的事"), "door", reverse("own")),
        parts.Door(label, "phone", number.url if number else reverse("reach")),
    ]


def waiting_for(by: Acting) -> list[dict[str, Any]]:
    """The questions that wait for the word of one of the reader's own homes, or for its owners to agree; a family
    helper speaks for nobody."""
    if by.helps:
        return []
    return [
        {
            "title": matter.title,
            "door": seat.label,
            "differs": seat.conflict_id is not None,
            "until": day(matter.drive.last_day),
            "url": reverse("voting:seat" if seat.conflict_id else "voting:voice", args=[seat.id]),
        }
        for matter, seat in own_seats(by)
        if matter.drive is not None
        and matter.drive.state == Drive.State.OPEN
        and clock.now() < matter.drive.closes_at
        and seat.voice is None
    ]


def can_record_help(by: Acting) -> bool:
    """Whether the reader acts in a role that writes down what is said at doors."""
    return by.role in RECORD_HELP.roles


def answer_rows(by: Acting) -> list[parts.Row]:
    """What stands for the reader's own doors, in every matter that was put to them."""
    return [
        parts.Row(
            seat.label,
            matter.title,
            reverse("matters:matter", args=[matter.id]) if by.helps else reverse("voting:seat", args=[seat.id]),
            icon="door",
            state=answer_state(seat),
            word=answer_word(seat),
        )
        for matter, seat in own_seats(by)
    ]


def matter_rows(matters: list[Matter]) -> list[parts.Row]:
    """The newest matters, each with where it stands and a way to its page."""
    return [matter_row(matter, matter.place.name) for matter in matters[:5]]


def matter_row(matter: Matter, note: str) -> parts.Row:
    """A matter in a list: where it stands, and the way to its page."""
    state, word = station(matter)
    page = reverse("matters:matter", args=[matter.id])
    return parts.Row(matter.title, note, page, icon="talk", state=state, word=word)
