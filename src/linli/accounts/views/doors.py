"""A door's code: printed by the office, scanned at home, waited for, and answered by who knows the door."""

import uuid
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.accounts.acting import sign_in_browser
from linli.accounts.forms import DeclineForm, DoorForm, FindDoorForm
from linli.accounts.models import DoorClaim, DoorCode
from linli.accounts.policy import DECIDE_CLAIM, END_CODE, PRINT_CODES
from linli.accounts.queries.doors import (
    Building,
    buildings_of,
    claim_of,
    claims_waiting,
    code_of_door,
    code_of_token,
    door_words,
    doubts_of,
    slips_of,
)
from linli.accounts.queries.own import door_called
from linli.accounts.services import (
    claim_door,
    confirm_claim,
    decline_claim,
    end_door_code,
    print_door_code,
    print_door_codes,
    use_confirmed_claim,
)
from linli.accounts.tokens import new_secret, token_of
from linli.accounts.views.asking import spend_here
from linli.accounts.words import relation_words
from linli.community.models import Dwelling, Place
from linli.community.policy import CHANGE_REGISTER, can, require, require_role
from linli.community.queries import community_of, find_place, labels_of
from linli.record.acting import Acting, actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web import parts
from linli.web.dates import day, full_day
from linli.web.refusal import add_refusal, refusal_page

#: What a browser's session keeps of its claim: the secret that only it has.
CLAIM = "door_claim"


def find_code(request: HttpRequest, token: str) -> DoorCode:
    """The code of an address; what is no code counts against where it came from."""
    try:
        return code_of_token(token)
    except Refused:
        spend_here("door codes that are none", request, most=60)
        raise


@require_http_methods(["GET", "POST"])
def door(request: HttpRequest, token: str) -> HttpResponse:
    """这是您家吗: who stands here. Nothing of who lives there is shown."""
    try:
        code = find_code(request, token)
    except Refused as refused:
        return refusal_page(request, refused, status=404, back=reverse("sign-in"))
    form = DoorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            spend_here("claims", request, most=30)
            # One claim of a browser at a time: asked again after an answer, it is a new one.
            waiting = claim_of(request.session.get(CLAIM, ""))
            if waiting is None or waiting.dwelling_id != code.dwelling_id or waiting.state != DoorClaim.State.WAITING:
                request.session[CLAIM] = new_secret()
            claim_door(token=token, secret=request.session[CLAIM], **form.cleaned_data)
            return redirect("waiting")
        except Refused as refused:
            add_refusal(form, refused, "name" if refused.code.startswith("name.") else None)
    page = {"form": form, "door": door_words(code.dwelling), "community_name": code.community.name}
    return render(request, "accounts/door.html", page, status=400 if form.is_bound else 200)


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Where the claim of this browser stands; asks again by itself, and signs in as soon as it was agreed to."""
    secret = request.session.get(CLAIM, "")
    account = use_confirmed_claim(secret=secret) if secret else None
    if account is not None:
        del request.session[CLAIM]
        sign_in_browser(request, account)
        messages.success(request, _("楼长确认了，您进门了。"))
        return redirect("home")
    claim = claim_of(secret) if secret else None
    if claim is None:
        return redirect("sign-in")
    page = {
        "claim": claim,
        "door": door_words(claim.dwelling),
        "declined": claim.state == DoorClaim.State.DECLINED,
        "waits": claim.state == DoorClaim.State.WAITING,
    }
    return render(request, "accounts/waiting.html", page)


@login_required
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """Who says they are at home where, for who knows the doors."""
    by = actor(request)
    require_role(by, DECIDE_CLAIM)
    found = list(claims_waiting(by))
    labels = labels_of(community_of(by), [each.dwelling for each in found])
    called = relation_words()
    rows = [
        parts.Row(
            f"{labels[each.dwelling_id].full} · {each.name}",
            _("说自己是%(relation)s，%(day)s") % {"relation": called[each.relation], "day": day(each.made_at)},
            reverse("claim", args=[each.id]),
            icon="door",
        )
        for each in found
    ]
    return render(request, "accounts/claims.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """One claim: what speaks for and against it, and the answer."""
    by = actor(request)
    found = claims_waiting(by).filter(id=claim_id).first()
    if found is None:
        raise Http404
    form = DeclineForm(request.POST if "decline" in request.POST else None)
    try:
        if request.method == "POST" and "confirm" in request.POST:
            confirm_claim(claim=found, by=by)
            messages.success(request, _("认下了。对方的手机马上就进门。"))
            return redirect("claims")
        if form.is_bound and form.is_valid():
            decline_claim(claim=found, reason=form.cleaned_data["reason"], by=by)
            messages.success(request, _("答复了。对方会看到您写的原因。"))
            return redirect("claims")
    except Refused as refused:
        messages.error(request, refused.say(_))
        return redirect("claim", found.id)
    doubts = doubts_of(found, by)
    page = {
        "claim": found,
        "may_confirm": not doubts.other_owner or can(by, CHANGE_REGISTER, found.dwelling.place),
        "facts": [
            (_("门牌"), labels_of(community_of(by), [found.dwelling])[found.dwelling_id].full),
            (_("姓名"), found.name),
            (_("说自己是"), relation_words()[found.relation]),
            (_("什么时候"), full_day(found.made_at)),
        ],
        "doubts": doubts,
        "form": form,
    }
    return render(request, "accounts/claim.html", page, status=400 if form.is_bound else 200)


@login_required
@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """门牌码: the buildings, and how many of their doors have a slip."""
    by = actor(request)
    rows = [building_row(each) for each in buildings_of(community_of(by), by)]
    return render(request, "accounts/codes.html", {"rows": rows})


def building_row(building: Building) -> parts.Row:
    """A building with how many of its doors have a code."""
    place = building.place
    above = place.parent.name if place.parent and place.parent.kind != Place.Kind.COMMUNITY else ""
    printed = _("%(codes)s/%(doors)s户有码") % {"codes": building.codes, "doors": building.doors}
    note = printed if building.codes else _("还没有印")
    return parts.Row(f"{above}{place.name}", note, reverse("code-sheet", args=[place.id]), icon="building")


def place_of(request: HttpRequest, place_id: UUID) -> tuple[Place, Acting]:
    """The building, if the reader may print its slips."""
    by = actor(request)
    try:
        place = find_place(place_id, by)
    except Place.DoesNotExist:
        raise Http404 from None
    require(by, PRINT_CODES, place)
    return place, by


@login_required
@require_safe
def code_sheet(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The slips of one building on A4, eight a page, to cut apart: one for each door, to be handed over in person."""
    place, by = place_of(request, place_id)
    slips = [(label, address_of(token)) for label, token in slips_of(place, by)]
    return render(request, "accounts/code_sheet.html", {"place": place, "slips": slips, "once": uuid.uuid4().hex})


@login_required
@require_POST
def print_codes(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """New codes for every door of the building; those before stop working."""
    place, by = place_of(request, place_id)
    made = 0

    def write() -> UUID:
        nonlocal made
        made = print_door_codes(place=place, by=by)
        return place.id

    answer_once(request.POST.get("once", ""), str(place.id), by=by, write=write)
    if made:
        words = ngettext("%(n)s户有了新码，以前的码都不能用了。", "%(n)s户有了新码，以前的码都不能用了。", made)
        messages.success(request, words % {"n": made})
    return redirect("code-sheet", place.id)


def address_of(token: str) -> str:
    """What the QR of a slip holds."""
    return f"{settings.ADDRESS}{reverse('door-code', args=[token])}"


@login_required
@require_safe
def find_code_of_door(request: HttpRequest) -> HttpResponse:
    """The door whose slip was lost, by what it is called; then its own page."""
    by = actor(request)
    require_role(by, END_CODE)
    form = FindDoorForm(request.GET if "door" in request.GET else None)
    if form.is_bound and form.is_valid():
        try:
            found = door_called(form.cleaned_data["door"], by, END_CODE)
            return redirect("one-code", found.id)
        except Refused as refused:
            add_refusal(form, refused, "door")
    return render(request, "accounts/find_code.html", {"form": form}, status=400 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def one_code(request: HttpRequest, dwelling_id: UUID) -> HttpResponse:
    """One door's code: ended where its slip was lost; the office prints another, which who leads the building hands
    over. The code itself is shown to who may print it only."""
    by = actor(request)
    door = Dwelling.objects.select_related("place").filter(id=dwelling_id, community=by.community).first()
    if door is None:
        raise Http404
    require(by, END_CODE, door.place)
    if request.method == "POST":
        return change_code(request, door, by)
    code, label = code_of_door(door, by), door_words(door)
    may_print = can(by, PRINT_CODES, door.place)
    page = {
        "label": label,
        "since": full_day(code.made_at) if code else "",
        "may_print": may_print,
        "slips": [(label, address_of(token_of(code)))] if code and may_print else [],
        "once": uuid.uuid4().hex,
    }
    return render(request, "accounts/one_code.html", page)


def change_code(request: HttpRequest, door: Dwelling, by: Acting) -> HttpResponse:
    """End the door's code, or make another in its place."""
    prints = "print" in request.POST

    def write() -> UUID:
        if prints:
            return print_door_code(dwelling=door, by=by).id
        end_door_code(dwelling=door, by=by)
        return door.id

    answer_once(request.POST.get("once", ""), [str(door.id), prints], by=by, write=write)
    messages.success(request, _("有了新码，旧的作废了。") if prints else _("这张码作废了，谁扫都进不来。"))
    return redirect("one-code", door.id)
