"""Finding something by a word."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.accounts.acting import StandingRequest
from linli.community.models import Person
from linli.community.policy import OFFICE
from linli.messaging.models import Notice
from linli.portal.forms import SearchForm
from linli.portal.queries import Found, doors_of_person, search
from linli.portal.views.home import matter_row
from linli.rules.errors import Refused
from linli.web import parts
from linli.web.refusal import add_refusal


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


def notice_row(notice: Notice) -> parts.Row:
    """A notice, with its number and where it hangs."""
    words = parts.numbered(notice.number, notice.place.name)
    return parts.Row(notice.title, words, reverse("messaging:notice", args=[notice.id]), icon="notice")


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
        (_("议题"), [matter_row(each, parts.numbered(each.number, each.place.name)) for each in found.matters]),
        (_("公示"), [notice_row(each) for each in found.notices]),
        (_("人"), [parts.Row(each.name, doors(each), home_of(each), icon="person") for each in found.people]),
        (
            _("门户"),
            [parts.Row(found.labels[each.id], "", page_of(each.place_id), icon="door") for each in found.homes],
        ),
        (_("地点"), [parts.Row(each.name, "", page_of(each.id), icon="building") for each in found.places]),
        (_("单位、组织"), [parts.Row(each.name, "", icon="people") for each in found.organisations]),
    ]
    return [(title, rows) for title, rows in groups if rows]
