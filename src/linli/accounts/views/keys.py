"""第二把钥匙: setting one up, turning it, keeping the codes on paper."""

import base64
import json
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.accounts.acting import PROVEN, StandingRequest
from linli.accounts.forms import NumberForm
from linli.accounts.models import Account, SecondFactor
from linli.accounts.queries import factors_of, paper_codes_left
from linli.accounts.services import (
    add_passkey,
    begin_totp,
    confirm_totp,
    prove_by_number,
    prove_by_passkey,
    remove_factor,
    renew_paper_codes,
)
from linli.accounts.services.factors import ask_passkey, offer_passkey, totp_address
from linli.record import clock
from linli.record.acting import Acting
from linli.record.sealed import open_sealed
from linli.rules.errors import Refused
from linli.web.dates import full_day
from linli.web.refusal import add_refusal, status_of, words_of

#: The challenge of a passkey that is being made or proven, kept in the session between two requests.
CHALLENGE = "passkey_challenge"


def asks(request: HttpRequest) -> tuple[Account, Acting]:
    """The account, and in whose name its keys are changed."""
    account = cast(Account, request.user)
    acting = cast(StandingRequest, request).acting
    return account, acting or Acting(community=None, role="account")


def may_change(request: HttpRequest, account: Account) -> bool:
    """Whether keys may be added or taken away now: there is none yet, or one was turned in this session."""
    return PROVEN in request.session or not factors_of(account).exists()


def name_of(request: HttpRequest) -> str:
    """What a key is labelled with on the owner's own device."""
    standings = cast(StandingRequest, request).standings
    return f"{standings[0].person.name} {standings[0].community.name}" if standings else _("邻里")


@login_required
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The keys there are, and adding one; where one must be turned first, that."""
    account, _by = asks(request)
    held = [(key, kind_word(key), full_day(key.made_at)) for key in factors_of(account)]
    page = {
        "keys": held,
        "may_change": may_change(request, account),
        "form": NumberForm(),
        "locked": cast(StandingRequest, request).locked,
        "has_passkey": any(key.kind == SecondFactor.Kind.PASSKEY for key, _word, _day in held),
        "paper": paper_codes_left(account),
        "removable": len(held) > 1,
    }
    return render(request, "accounts/keys.html", page)


def kind_word(key: SecondFactor) -> str:
    """What kind of key it is."""
    return _("通行密钥") if key.kind == SecondFactor.Kind.PASSKEY else _("验证器的六位数字")


@login_required
@require_POST
def prove(request: HttpRequest) -> HttpResponse:
    """Turn the second key by a number."""
    account, by = asks(request)
    form = NumberForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            prove_by_number(account=account, number=form.cleaned_data["number"], by=by)
            return opened(request)
        except Refused as refused:
            add_refusal(form, refused, "number")
            status = status_of(refused)
    page = {"form": form, "keys": [None], "locked": cast(StandingRequest, request).locked}
    page["has_passkey"] = factors_of(account).filter(kind=SecondFactor.Kind.PASSKEY).exists()
    return render(request, "accounts/keys.html", page, status=status)


def opened(request: HttpRequest) -> HttpResponse:
    """The session is proven from now on, under a key that nobody knew before."""
    request.session.cycle_key()
    request.session[PROVEN] = clock.now().isoformat()
    return redirect("home")


def require_change(request: HttpRequest, account: Account) -> None:
    """Refuse to change keys before the present one was turned."""
    if not may_change(request, account):
        raise Refused("key.turn-first", "请先用现有的第二把钥匙，再改钥匙。")


@login_required
@require_POST
def new_app(request: HttpRequest) -> HttpResponse:
    """Begin with an authenticator app."""
    account, by = asks(request)
    require_change(request, account)
    begin_totp(account=account, by=by)
    return redirect("app-key")


@login_required
@require_http_methods(["GET", "POST"])
def app(request: HttpRequest) -> HttpResponse:
    """The code for the authenticator app, and its first number."""
    account, by = asks(request)
    require_change(request, account)
    waiting = SecondFactor.objects.filter(account=account, kind=SecondFactor.Kind.TOTP, confirmed_at=None).first()
    if waiting is None:
        return redirect("keys")
    form = NumberForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return added(request, confirm_totp(account=account, number=form.cleaned_data["number"], by=by))
            except Refused as refused:
                add_refusal(form, refused, "number")
                status = status_of(refused)
    secret = open_sealed(waiting, "secret_sealed")
    page = {
        "form": form,
        "address": totp_address(waiting, name_of(request)),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }
    return render(request, "accounts/app_key.html", page, status=status)


def added(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """A key was added: it is turned with that; the codes on paper are shown this once."""
    request.session[PROVEN] = clock.now().isoformat()
    if not codes:
        messages.success(request, _("又多了一把钥匙。"))
        return redirect("keys")
    return render(request, "accounts/paper_codes.html", {"codes": codes})


@login_required
@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest) -> HttpResponse:
    """New codes on paper in place of those before. The second key is turned anew for it, however lately it was."""
    account, by = asks(request)
    held = factors_of(account)
    if not held.exists():
        return redirect("keys")
    form, status = NumberForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                prove_by_number(account=account, number=form.cleaned_data["number"], by=by)
                codes = renew_paper_codes(account=account, by=by)
                return render(request, "accounts/paper_codes.html", {"codes": codes})
            except Refused as refused:
                add_refusal(form, refused, "number")
                status = status_of(refused)
    page = {
        "form": form,
        "left": paper_codes_left(account),
        "has_passkey": held.filter(kind=SecondFactor.Kind.PASSKEY).exists(),
    }
    return render(request, "accounts/new_paper_codes.html", page, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """What the page's script asks for (GET) and brings (POST) to make a passkey or to prove one.

    ``?make`` makes one, ``?paper`` proves one for new codes on paper; the answer to the POST holds the codes to copy.
    """
    account, by = asks(request)
    makes = "make" in request.GET
    if makes:
        require_change(request, account)
    if request.method == "GET":
        options, challenge = offer_passkey(account, name_of(request)) if makes else ask_passkey(account)
        request.session[CHALLENGE] = base64.b64encode(challenge).decode()
        return HttpResponse(options, content_type="application/json")
    challenge = base64.b64decode(request.session.pop(CHALLENGE, ""))
    try:
        credential: dict[str, Any] = json.loads(request.body)
        if makes:
            codes = add_passkey(account=account, credential=credential, challenge=challenge, by=by)
            request.session[PROVEN] = clock.now().isoformat()
            return JsonResponse({"codes": codes})
        prove_by_passkey(account=account, credential=credential, challenge=challenge)
        if "paper" in request.GET:
            return JsonResponse({"codes": renew_paper_codes(account=account, by=by)})
    except (Refused, ValueError) as refused:
        words = words_of(refused) if isinstance(refused, Refused) else _("这次没看懂")
        return JsonResponse({"words": words}, status=409)
    opened(request)
    return JsonResponse({"codes": []})


@login_required
@require_POST
def remove(request: HttpRequest, factor_id: UUID) -> HttpResponse:
    """Take a key away."""
    account, by = asks(request)
    require_change(request, account)
    remove_factor(account=account, factor_id=factor_id, by=by)
    messages.success(request, _("去掉了。"))
    return redirect("keys")
