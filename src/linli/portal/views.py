"""The first page of each role, one's own page, finding, and the keys that programs have."""

import uuid
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.accounts.acting import StandingRequest, key_of
from linli.accounts.queries import Standing
from linli.community.models import Person
from linli.community.policy import OFFICE, can
from linli.community.queries import community_of
from linli.matters.models import Matter
from linli.matters.policy import RAISE_MATTER
from linli.matters.queries import for_community, own_seats, station
from linli.portal.forms import SCOPES, KeyForm, SearchForm
from linli.portal.models import ApiKey
from linli.portal.policy import GIVE_KEYS
from linli.portal.queries import Found, doors_of_person, keys_of, search, things_to_do
from linli.portal.services import end_api_key, give_api_key
from linli.record.acting import Acting, actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web import parts
from linli.web.dates import day
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
        page["doors"] = [
            parts.Door(_("议事厅"), "talk", reverse("matters:index")),
            parts.Door(_("我家的事"), "neighbours", reverse("own")),
        ]
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
        "can_give_keys": can(by, GIVE_KEYS, standing.community),
    }
    return render(request, "portal/own.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The keys that programs have to this community, and a new one, whose secret is shown once."""
    by = actor(request)
    community = community_of(by)
    given = keys_of(community, by)
    form = KeyForm(request.POST or None)
    page: dict[str, Any] = {"form": form, "once": uuid.uuid4().hex}
    if form.is_valid():
        secrets: list[str] = []

        def write() -> UUID:
            key, secret = give_api_key(community=community, by=by, **form.cleaned_data)
            secrets.append(secret)
            return key.id

        try:
            answer_once(request.POST.get("once", ""), form.cleaned_data, by=by, write=write)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            page |= {"form": KeyForm(), "secret": "".join(secrets), "again": not secrets}
    page["given"] = [key_row(key) for key in given]
    return render(request, "portal/keys.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def end_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Take a key back; safe to send twice."""
    by = actor(request)
    end_api_key(key=get_object_or_404(keys_of(community_of(by), by), id=key_id), by=by)
    return redirect("keys")


def key_row(key: ApiKey) -> dict[str, Any]:
    """A key as the office sees it: for what, when it was last used, whether it still opens."""
    scopes = "、".join(str(word) for scope, word in SCOPES if scope in key.scopes)
    used = _("最近用在%(day)s") % {"day": day(key.used_on)} if key.used_on else _("还没有用过")
    return {"key": key, "note": " · ".join([scopes, used])}


@login_required
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Finding something by a word. What is looked for is sent, never in the address: it may be somebody's name."""
    by = cast(StandingRequest, request).acting
    if by is None:
        return redirect("sign-in")
    form = SearchForm(request.POST or None)
    page: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            found = search(form.cleaned_data["words"], by)
        except Refused as refused:
            add_refusal(form, refused, "words")
        else:
            page |= {"found": found, "groups": found_groups(found, in_office=by.role in OFFICE)}
    return render(request, "portal/search.html", page, status=400 if form.errors else 200)


def found_groups(found: Found, *, in_office: bool) -> list[tuple[str, list[parts.Row]]]:
    """What was found, kind by kind; a row leads to its page where this reader has one."""

    def page_of(place: object) -> str:
        return reverse("community:place", args=[place]) if in_office else ""

    def doors(person: Person) -> str:
        words = [role.title for role in person.roles.all()]
        return "、".join([*words, *(found.labels[door.id] for door in doors_of_person(person))])

    def home_of(person: Person) -> str:
        return next((page_of(door.place_id) for door in doors_of_person(person)), "")

    groups = [
        (_("议题"), [matter_row(matter, f"{matter.number} · {matter.place.name}") for matter in found.matters]),
        (_("人"), [parts.Row(each.name, doors(each), home_of(each), icon="person") for each in found.people]),
        (
            _("门户"),
            [parts.Row(found.labels[each.id], "", page_of(each.place_id), icon="door") for each in found.homes],
        ),
        (_("地点"), [parts.Row(each.name, "", page_of(each.id), icon="building") for each in found.places]),
        (_("单位、组织"), [parts.Row(each.name, "", icon="people") for each in found.organisations]),
    ]
    return [(title, rows) for title, rows in groups if rows]


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
    if standing.role is None:
        return _("居民 · %(place)s") % {"place": standing.community.name}
    return f"{standing.role.title} · {standing.role.place.name}"
