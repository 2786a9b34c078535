"""Coming in by a one-time link, choosing the role one acts in, and going out."""

from typing import cast

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.accounts.acting import CHOSEN, StandingRequest, key_of, sign_in_browser
from linli.accounts.forms import AskCodeForm
from linli.accounts.services import use_sign_in_link
from linli.accounts.views.asking import spend_here
from linli.accounts.views.phones import first_page
from linli.rules.errors import Refused
from linli.web.refusal import status_of, words_of


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """How to come in, for somebody who is not signed in."""
    return render(request, "accounts/sign_in.html", first_page(request, AskCodeForm()))


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """A one-time link: shown first, used only by the press of a button, since chat apps open links to preview them."""
    if request.method == "GET":
        return render(request, "accounts/link.html")
    try:
        spend_here("sign-in links", request, most=60)
        account = use_sign_in_link(secret=secret)
    except Refused as refused:
        more = {"refused": words_of(refused), "inside": request.user.is_authenticated}
        page = first_page(request, AskCodeForm(), **more)
        return render(request, "accounts/sign_in.html", page, status=status_of(refused))
    sign_in_browser(request, account)
    return redirect("home")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own roles from now on."""
    standings = cast(StandingRequest, request).standings
    if request.POST.get("standing") in {key_of(standing) for standing in standings}:
        request.session[CHOSEN] = request.POST["standing"]
    return redirect("home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; this phone then shows nothing of anybody."""
    logout(request)
    return redirect("sign-in")
