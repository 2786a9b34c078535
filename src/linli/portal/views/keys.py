"""The keys that programs have to a community."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linli.community.queries import community_of
from linli.portal.forms import SCOPES, KeyForm
from linli.portal.models import ApiKey
from linli.portal.queries import (
    keys_of,
)
from linli.portal.services import end_api_key, give_api_key
from linli.record.acting import actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web.dates import day
from linli.web.refusal import add_refusal


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
    return redirect("api-keys")


def key_row(key: ApiKey) -> dict[str, Any]:
    """A key as the office sees it: for what, when it was last used, whether it still opens."""
    scopes = "、".join(str(word) for scope, word in SCOPES if scope in key.scopes)
    used = _("最近用在%(day)s") % {"day": day(key.used_on)} if key.used_on else _("还没有用过")
    return {"key": key, "note": " · ".join([scopes, used])}
