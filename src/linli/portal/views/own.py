"""One's own page, whom to call, and one's own number to show."""

import uuid
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.accounts.acting import StandingRequest, key_of
from linli.accounts.policy import GUARDED
from linli.accounts.queries import Standing
from linli.community.models import Contact
from linli.community.policy import CHANGE_REGISTER, can
from linli.community.queries import community_of, reach_of
from linli.community.services import show_office_phone, show_own_phone
from linli.portal.forms import PhoneForm
from linli.portal.policy import GIVE_KEYS
from linli.portal.views.home import answer_rows
from linli.record.acting import actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web import parts
from linli.web.refusal import add_refusal


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
        "helps": standing.helps,
        "account": account_rows(standing),
        "can_give_keys": can(by, GIVE_KEYS, standing.community),
        "form": (form or PhoneForm(initial={"phone": shown.phone if shown else ""})) if role else None,
        "once": uuid.uuid4().hex,
    }
    return render(request, "portal/own.html", page, status=status)


def account_rows(standing: Standing) -> list[parts.Row]:
    """The pages of one's own account; a family helper has none of the elder's."""
    devices = parts.Row(_("登录的手机"), _("看看有几部，不认得的让它退出"), reverse("devices"), icon="phone")
    keys = parts.Row(_("第二把钥匙"), _("办公身份要用"), reverse("keys"), icon="lamp")
    if standing.helps is not None:
        return [devices]
    family = parts.Row(_("家人代办"), _("请在外地的子女帮着看"), reverse("family"), icon="people")
    data = parts.Row(_("谁看过我的信息"), _("我的手机号，谁打开过"), reverse("own-data"), icon="person")
    return [family, data, devices, *([keys] if standing.role and standing.role.kind in GUARDED else [])]


def standing_words(standing: Standing) -> str:
    """A way of acting as its owner knows it: the title held and where, or simply a resident."""
    if standing.helps is not None:
        return _("帮%(name)s看着 · %(place)s") % {"name": standing.helps.name, "place": standing.community.name}
    if standing.role is None:
        return _("居民 · %(place)s") % {"place": standing.community.name}
    return f"{standing.role.title} · {standing.role.place.name}"
