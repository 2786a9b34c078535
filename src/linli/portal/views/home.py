"""The first page of each role, and one's own page."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.accounts.acting import StandingRequest, key_of
from linli.accounts.policy import GUARDED, RECORD_HELP
from linli.accounts.queries import Standing
from linli.community.policy import OFFICE, can
from linli.matters.models import Matter
from linli.matters.policy import RAISE_MATTER
from linli.matters.queries import for_community, own_seats, station
from linli.portal.policy import GIVE_KEYS
from linli.portal.queries import things_to_do
from linli.record.acting import Acting
from linli.web import parts


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
        "matters": matter_rows(matters),
        "answers": answer_rows(by),
    }
    if in_office:
        page["can_raise"] = can(by, RAISE_MATTER, standing.community)
    else:
        page["doors"] = [
            parts.Door(_("看通知"), "notice", reverse("messaging:board")),
            parts.Door(_("议事厅"), "talk", reverse("matters:index")),
            parts.Door(_("我家的事"), "neighbours", reverse("own")),
        ]
    if can_record_help(by):
        page["records_help"] = True
    return render(request, "portal/home.html", page)


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """我家: what stands for one's own doors, in which role one acts, and the way out."""
    acting_request = cast(StandingRequest, request)
    standing, by = acting_request.standing, acting_request.acting
    if standing is None or by is None:
        return redirect("sign-in")
    ways = [(key_of(each), standing_words(each), each is standing) for each in acting_request.standings]
    page = {
        "answers": answer_rows(by),
        "standings": ways,
        "person": standing.person,
        "helps": standing.helps,
        "account": account_rows(standing),
        "can_give_keys": can(by, GIVE_KEYS, standing.community),
    }
    return render(request, "portal/own.html", page)


def account_rows(standing: Standing) -> list[parts.Row]:
    """The pages of one's own account; a family helper has none of the elder's."""
    devices = parts.Row(_("登录的手机"), _("看看有几部，不认得的让它退出"), reverse("devices"), icon="phone")
    keys = parts.Row(_("第二把钥匙"), _("办公身份要用"), reverse("keys"), icon="lamp")
    if standing.helps is not None:
        return [devices]
    family = parts.Row(_("家人代办"), _("请在外地的子女帮着看"), reverse("family"), icon="people")
    data = parts.Row(_("谁看过我的信息"), _("我的手机号，谁打开过"), reverse("own-data"), icon="person")
    return [family, data, devices, *([keys] if standing.role and standing.role.kind in GUARDED else [])]


def can_record_help(by: Acting) -> bool:
    """Whether the reader acts in a role that writes down what is said at doors."""
    return by.role in RECORD_HELP.roles


def answer_rows(by: Acting) -> list[parts.Row]:
    """What stands for the reader's own doors, in every matter that was put to them."""
    return [
        parts.Row(
            seat.label,
            matter.title,
            reverse("matters:matter", args=[matter.id]),
            icon="door",
            state="done" if seat.voice else "open",
            word=seat.voice.get_choice_display() if seat.voice else _("还没有收到您家的表"),
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


def standing_words(standing: Standing) -> str:
    """A way of acting as its owner knows it: the title held and where, or simply a resident."""
    if standing.helps is not None:
        return _("帮%(name)s看着 · %(place)s") % {"name": standing.helps.name, "place": standing.community.name}
    if standing.role is None:
        return _("居民 · %(place)s") % {"place": standing.community.name}
    return f"{standing.role.title} · {standing.role.place.name}"
