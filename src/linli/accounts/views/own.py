"""One's own data and who looked at it; the browsers in which one is signed in."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.accounts.acting import StandingRequest
from linli.accounts.adapters.weixin import weixin
from linli.accounts.forms import PhoneForm
from linli.accounts.models import Account, Readmission
from linli.accounts.queries import sessions_of, weixins_of
from linli.accounts.queries.anew import readmissions_of
from linli.accounts.services import add_device, change_own_phone, end_sessions
from linli.accounts.views.asking import in_weixin
from linli.accounts.words import device_words, field_words, purpose_words, role_words
from linli.community.models import Person
from linli.community.policy import not_allowed
from linli.community.queries import Reading, person_of, readings_of
from linli.community.services import reveal
from linli.record.acting import Acting, actor
from linli.rules.errors import Refused
from linli.web import parts
from linli.web.dates import full_day
from linli.web.refusal import add_refusal


def self_of(request: HttpRequest) -> tuple[Person, Acting]:
    """The reader as the person they are, whatever role they act in; refused to a family helper."""
    by = actor(request)
    if by.role == "helper":
        raise not_allowed()
    return person_of(by), Acting(community=by.community, person=by.person, request_id=by.request_id)


@login_required
@require_http_methods(["GET", "POST"])
def data(request: HttpRequest) -> HttpResponse:
    """我的信息: one's own phone, and everybody who looked at it, when and why."""
    person, by = self_of(request)
    here = reveal(person, field="phone", purpose="", by=by) if person.phone_sealed is not None else ""
    form = PhoneForm(request.POST if request.method == "POST" else None, initial={"phone": here})
    if request.method == "POST" and form.is_valid():
        try:
            change_own_phone(person=person, phone=form.cleaned_data["phone"], by=by)
            messages.success(request, _("记下了。"))
            return redirect("own-data")
        except Refused as refused:
            add_refusal(form, refused, "phone")
    page = {"form": form, "rows": [reading_row(each) for each in readings_of(by)]}
    return render(request, "accounts/data.html", page, status=400 if form.is_bound else 200)


def reading_row(reading: Reading) -> parts.Row:
    """One look, in a line: who, what, why, when."""
    who = f"{role_words().get(reading.role, '')} {reading.name}".strip() if reading.name else _("系统")
    words = _("看了%(field)s，为了%(purpose)s，%(day)s") % {
        "field": field_words()[reading.field],
        "purpose": purpose_words()[reading.purpose],
        "day": full_day(reading.at),
    }
    return parts.Row(who, words, icon="person")


@login_required
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """The phones and computers in which this account is signed in."""
    account = cast(Account, request.user)
    here = request.session.session_key
    found = [
        {
            "name": device_words(each.device),
            "since": full_day(each.since) if each.since else "",
            "seen": full_day(each.seen_on) if each.seen_on else "",
            "key": each.pk[:12],
            "here": each.pk == here,
        }
        for each in sorted(sessions_of(account), key=lambda each: each.pk != here)
    ]
    acting = cast(StandingRequest, request).acting
    page = {
        "devices": found,
        "others": len(found) > 1,
        "weixins": [(each.id, full_day(each.made_at)) for each in weixins_of(account)],
        "weixin_offered": weixin() is not None,
        "in_weixin": in_weixin(request) and acting is not None,
        "anew": [anew_row(each) for each in readmissions_of(acting)] if acting and acting.person else [],
    }
    return render(request, "accounts/devices.html", page)


def anew_row(done: Readmission) -> parts.Row:
    """How one was let in anew, in a line: when, by whom."""
    names = {"asked": done.asked_by.name, "agreed": done.agreed_by.name if done.agreed_by else ""}
    words = _("%(asked)s办的，%(agreed)s同意的") if done.agreed_by else _("%(asked)s办的")
    return parts.Row(full_day(done.ended_at or done.asked_at), words % names, icon="person")


@login_required
@require_POST
def end_browsers(request: HttpRequest) -> HttpResponse:
    """End one browser (named by the beginning of its key), or all; this one too where it is meant."""
    account = cast(Account, request.user)
    here = request.session.session_key or ""
    by = Acting(community=None, person=None, role="account") if not getattr(request, "acting", None) else actor(request)
    if "all" in request.POST:
        end_sessions(account=account, by=by, keep=here)
        messages.success(request, _("别的手机和电脑都退出了。"))
        return redirect("devices")
    asked = request.POST.get("browser", "")
    key = next((each.pk for each in sessions_of(account) if asked and each.pk[:12] == asked), "")
    if key == here:
        logout(request)
        return redirect("sign-in")
    if key and end_sessions(account=account, by=by, key=key):
        messages.success(request, _("那一部退出了。"))
    return redirect("devices")


@login_required
@require_POST
def add_browser(request: HttpRequest) -> HttpResponse:
    """A code that brings one's own other phone in, for ten minutes. Pressed again, the one before ends."""
    secret = add_device(account=cast(Account, request.user), by=actor(request))
    address = f"{settings.ADDRESS}{reverse('sign-in-link', args=[secret])}"
    return render(request, "accounts/add_browser.html", {"link": address})
