"""The first page of each role, and one's own page."""

import uuid
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.accounts.acting import StandingRequest, key_of
from linli.accounts.queries import Standing
from linli.community.models import Contact
from linli.community.policy import CHANGE_REGISTER, OFFICE, can
from linli.community.queries import community_of, reach_of
from linli.community.services import show_office_phone, show_own_phone
from linli.matters.models import Matter
from linli.matters.policy import RAISE_MATTER
from linli.matters.queries import for_community, own_seats, station
from linli.portal.forms import PhoneForm
from linli.portal.queries import things_to_do
from linli.record import clock
from linli.record.acting import Acting, actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.voting.models import Drive
from linli.voting.queries import answer_state, answer_word
from linli.web import parts
from linli.web.dates import day, day_and_weekday
from linli.web.refusal import add_refusal


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person: for the office at most three things, each with its time and its verb."""
    acting_request = cast(StandingRequest, request)
    standing, by = acting_request.standing, acting_request.acting
    if standing is None or by is None:
        return redirect("sign-in")
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
        page |= {"doors": four_doors(by), "waiting": waiting_for(by), "today": day_and_weekday(clock.now())}
    return render(request, "portal/home.html", page)


def four_doors(by: Acting) -> list[parts.Door]:
    """The four large buttons: each leads to what there is today."""
    reach = reach_of(by)
    number = reach.leader or reach.office
    label = _("打电话找社区") if reach.office and not reach.leader else _("打电话找楼长")
    return [
        parts.Door(_("看通知"), "notice", reverse("matters:index")),
        parts.Door(_("我要说"), "say", reverse("reach")),
        parts.Door(_("我家的事"), "door", reverse("own")),
        parts.Door(label, "phone", number.url if number else reverse("reach")),
    ]


def waiting_for(by: Acting) -> list[dict[str, Any]]:
    """The questions that wait for the word of one of the reader's own homes, or for its owners to agree."""
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


@login_required
@require_http_methods(["GET", "POST"])
def reach(request: HttpRequest) -> HttpResponse:
    """我要说: whom to call, and, for the office, the number at which it is called."""
    by = actor(request)
    community = community_of(by)
    in_office = can(by, CHANGE_REGISTER, community)
    found = reach_of(by)
    form = PhoneForm(request.POST or None, initial={"phone": found.office.phone if found.office else ""})
    if request.method == "POST" and form.is_valid():
        try:
            answer_once(
                request.POST.get("once", ""),
                form.cleaned_data,
                by=by,
                write=lambda: show_and_return(
                    show_office_phone(community=community, phone=form.cleaned_data["phone"], by=by)
                ),
            )
            return redirect("reach")
        except Refused as refused:
            add_refusal(form, refused, "phone")
    page = {"leaders": found.leaders, "office": found.office, "in_office": in_office, "form": form}
    status = 400 if form.is_bound else 200
    return render(request, "portal/reach.html", page | {"once": uuid.uuid4().hex}, status=status)


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """我家: what stands for one's own doors, in which role one acts, and the way out."""
    return own_page(request)


@login_required
@require_POST
def own_phone(request: HttpRequest) -> HttpResponse:
    """Show one's own number in the role one acts in, or take it back."""
    by, standing = actor(request), cast(StandingRequest, request).standing
    form = PhoneForm(request.POST)
    if standing is None or standing.role is None or not form.is_valid():
        return own_page(request, form, status=400)
    role = standing.role
    try:
        answer_once(
            request.POST.get("once", ""),
            [str(role.id), form.cleaned_data],
            by=by,
            write=lambda: show_and_return(show_own_phone(role=role, phone=form.cleaned_data["phone"], by=by)),
        )
    except Refused as refused:
        add_refusal(form, refused, "phone")
        return own_page(request, form, status=400)
    messages.success(request, _("记下了。"))
    return redirect("own")


def show_and_return(contact: Contact | None) -> UUID | None:
    """What is remembered of the write."""
    return contact.id if contact else None


def own_page(request: HttpRequest, form: PhoneForm | None = None, status: int = 200) -> HttpResponse:
    """The page of one's own, with the form for one's number where one holds a role."""
    acting_request = cast(StandingRequest, request)
    standing, by = acting_request.standing, acting_request.acting
    if standing is None or by is None:
        return redirect("sign-in")
    role = standing.role
    shown = Contact.objects.filter(role=role).first() if role else None
    ways = [(key_of(each), standing_words(each), each is standing) for each in acting_request.standings]
    page = {
        "answers": answer_rows(by),
        "standings": ways,
        "person": standing.person,
        "form": (form or PhoneForm(initial={"phone": shown.phone if shown else ""})) if role else None,
        "once": uuid.uuid4().hex,
    }
    return render(request, "portal/own.html", page, status=status)


def answer_rows(by: Acting) -> list[parts.Row]:
    """What stands for the reader's own doors, in every matter that was put to them."""
    return [
        parts.Row(
            seat.label,
            matter.title,
            reverse("voting:seat", args=[seat.id]),
            icon="door",
            state=answer_state(seat),
            word=answer_word(seat),
        )
        for matter, seat in own_seats(by)
    ]


def matter_rows(matters: list[Matter]) -> list[parts.Row]:
    """The newest matters, each with where it stands and a way to its page."""
    rows = []
    for matter in matters[:5]:
        state, word = station(matter)
        page = reverse("matters:matter", args=[matter.id])
        rows.append(parts.Row(matter.title, matter.place.name, page, icon="talk", state=state, word=word))
    return rows


def standing_words(standing: Standing) -> str:
    """A way of acting as its owner knows it: the title held and where, or simply a resident."""
    if standing.role is None:
        return _("居民 · %(place)s") % {"place": standing.community.name}
    return f"{standing.role.title} · {standing.role.place.name}"
