"""Raising a matter; mending it and taking it back, before anybody is asked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from linli.community.queries import community_of
from linli.matters.forms import MatterForm, WithdrawForm
from linli.matters.models import Matter
from linli.matters.services import edit_matter, raise_matter, withdraw_matter
from linli.matters.views.acts import fetch, office, once_key
from linli.record import clock
from linli.record.acting import actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.rules.packs import shelf
from linli.web.refusal import add_refusal


def decider_of(pack_id: str) -> str:
    """Who decides by a rule, in words: the owners of each unit for themselves, or all of the place together."""
    by_unit = shelf().in_force(pack_id, clock.today()).scope.value == "unit"
    return gettext_noop("每个单元的业主") if by_unit else gettext_noop("全体业主")


def said_in(form: MatterForm) -> dict[str, Any]:
    """What the form says of a matter, as the services take it."""
    data = form.cleaned_data
    return {
        "title": data["title"],
        "words": data["words"],
        "pack_id": data["pack"],
        "convener": data["convener"],
        "decider": decider_of(data["pack"]),
        "carrier": data["carrier"],
        "supervisor": data["supervisor"],
        "building_facts": form.building_facts,
        "cost": form.cost_fen,
        "circle": data["circle"],
    }


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Raise a matter."""
    community = community_of(actor(request))
    by = office(request, community)
    form = MatterForm(request.POST or None, community=community)
    if request.method == "POST" and form.is_valid():

        def write() -> UUID:
            return raise_matter(place=form.cleaned_data["place"], **said_in(form), by=by).id

        try:
            matter_id = answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            return redirect("matters:matter", matter_id)
        except Refused as refused:
            add_refusal(form, refused, "title" if refused.code == "notice.title-private" else None)
    status = 400 if form.is_bound else 200
    return render(request, "matters/new.html", {"form": form, "once": once_key()}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Mend a matter that was raised wrongly, while nobody is asked."""
    found = fetch(request, matter_id)
    by = office(request, found.place)
    if found.state != Matter.State.RAISED:
        return redirect("matters:matter", found.id)
    form = MatterForm(request.POST or None, community=found.community, matter=found)
    if request.method == "POST" and form.is_valid():

        def write() -> UUID:
            return edit_matter(matter=found, **said_in(form), seen=request.POST.get("version", ""), by=by).id

        try:
            answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("改好了。编号没有变，改以前写的也留着底。"))
            return redirect("matters:matter", found.id)
        except Refused as refused:
            add_refusal(form, refused, "title" if refused.code == "notice.title-private" else None)
            found.refresh_from_db()
    stale = form.is_bound and request.POST.get("version", "") != found.version
    page = {"form": form, "matter": found, "stale": stale, "once": once_key()}
    return render(request, "matters/new.html", page, status=400 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Take back a matter that was raised wrongly, with a reason that stays to be read."""
    found = fetch(request, matter_id)
    by = office(request, found.place)
    if found.state != Matter.State.RAISED:
        return redirect("matters:matter", found.id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def write() -> UUID:
            return withdraw_matter(matter=found, why=form.cleaned_data["why"], by=by).id

        try:
            answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("撤回了。这一页和原因都还看得到。"))
            return redirect("matters:matter", found.id)
        except Refused as refused:
            add_refusal(form, refused, "why")
    page = {"form": form, "matter": found, "once": once_key()}
    return render(request, "matters/withdraw.html", page, status=400 if form.is_bound else 200)
