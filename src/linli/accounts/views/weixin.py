"""Coming in by Weixin: to Weixin and back, under a state that holds once, for ten minutes, in this browser."""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.accounts.acting import StandingRequest, sign_in_browser
from linli.accounts.adapters.weixin import Weixin, weixin
from linli.accounts.forms import AskCodeForm
from linli.accounts.models import Account
from linli.accounts.services import enter_by_weixin, link_weixin, unlink_weixin
from linli.accounts.views.asking import spend_here
from linli.accounts.views.phones import first_page
from linli.record import clock
from linli.record.acting import Acting, actor
from linli.rules.errors import Refused
from linli.web.refusal import status_of, words_of

#: What a browser's session keeps of its way to Weixin: the state, since when, and which account asked to be linked.
WAY = "weixin_way"
#: Weixin's own codes hold five minutes; choosing takes a while.
WAY_LIFE = timedelta(minutes=10)


def ours() -> Weixin:
    """This instance's official account; without one these pages are not there."""
    found = weixin()
    if found is None:
        raise Http404
    return found


@require_safe
def to_weixin(request: HttpRequest) -> HttpResponse:
    """To Weixin, to come back known. Who is in already is not led there: a link from anywhere would link for them."""
    official = ours()
    if request.user.is_authenticated:
        return redirect("devices")
    return redirect(way_out(request, official, ""))


@login_required
@require_POST
def begin_link(request: HttpRequest) -> HttpResponse:
    """The account's own word that it links a Weixin, and the way there: a link, since no form may lead elsewhere."""
    address = way_out(request, ours(), str(cast(Account, request.user).id))
    return render(request, "accounts/link_weixin.html", {"address": address})


def way_out(request: HttpRequest, official: Weixin, account: str) -> str:
    """The address at Weixin under a new state, which this browser keeps. Each try from outside makes a session."""
    spend_here("ways to weixin", request, most=60)
    state = secrets.token_hex(16)
    request.session[WAY] = [state, clock.now().isoformat(), account]
    return official.address(back=settings.ADDRESS + reverse("from-weixin"), state=state)


@require_safe
def from_weixin(request: HttpRequest) -> HttpResponse:
    """Back from Weixin: linked, or signed in; whatever goes wrong is said where one came from."""
    official = ours()
    inside = request.user.is_authenticated
    try:
        spend_here("weixin", request, most=60)
        linking = way_of(request)
        openid = official.openid_of(code_of(request))
        if linking:
            link_weixin(account=cast(Account, request.user), openid=openid, by=actor(request))
            messages.success(request, _("连上了。以后在微信里点一下就进门。"))
            return redirect("devices")
        sign_in_browser(request, enter_by_weixin(openid=openid))
        return redirect("home")
    except Refused as refused:
        if inside:
            messages.error(request, words_of(refused))
            return redirect("devices")
        page = first_page(request, AskCodeForm(), refused=words_of(refused))
        return render(request, "accounts/sign_in.html", page, status=status_of(refused))


def way_of(request: HttpRequest) -> bool:
    """Whether this browser went to link its account. Its state is used up by the first answer, right or wrong.

    Refused: an answer that this browser did not ask for, or asked for too long ago, or as somebody else.
    """
    state, since, account = request.session.pop(WAY, ["", clock.now().isoformat(), ""])
    said = request.GET.get("state", "")
    fresh = clock.now() < datetime.fromisoformat(since) + WAY_LIFE
    here = str(request.user.pk) if request.user.is_authenticated else ""
    if not (state and fresh and account == here and hmac.compare_digest(state.encode(), said.encode())):
        raise Refused("weixin.state", "这一次不是从这里点出去的，或者放得太久了。请再点一次“用微信进门”。")
    return bool(account)


def code_of(request: HttpRequest) -> str:
    """The code that came back; without one the person said no to Weixin."""
    code = request.GET.get("code", "")
    if not 1 <= len(code) <= 512:
        raise Refused("weixin.no-code", "微信没有说您是谁，什么都没有改。")
    return code


@login_required
@require_POST
def end_weixin(request: HttpRequest, weixin_id: UUID) -> HttpResponse:
    """This Weixin brings nobody in any more."""
    by = cast(StandingRequest, request).acting or Acting(community=None, role="account")
    unlink_weixin(account=cast(Account, request.user), weixin_id=weixin_id, by=by)
    messages.success(request, _("断开了。"))
    return redirect("devices")
