"""The pages of a matter: the list, its page, putting it to the owners, its result and the notice of it."""

import hashlib
import uuid
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.community.models import Place
from linli.community.policy import can, require
from linli.community.queries import community_of
from linli.matters.forms import AnnounceForm, PutForm
from linli.matters.models import Matter
from linli.matters.policy import RAISE_MATTER
from linli.matters.queries import for_community, matter_for
from linli.matters.services import announce_result, put_to_owners
from linli.matters.views.hall import matter_rows
from linli.matters.views.putting import put_page
from linli.matters.views.standing import matter_page
from linli.matters.words import announcement
from linli.record.acting import Acting, ActingRequest, actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.voting.models import Drive
from linli.voting.queries import decisions_of
from linli.voting.services import decide_drive
from linli.web.refusal import add_refusal

#: Where on the form a refusal is shown: at the box that mends it.
PLACE_OF = {
    "shares.no-reason": "share_reason",
    "drive.deadline-past": "closes_on",
    "notice.too-short": "days",
    "text.length": "text",
}


def once_key() -> str:
    """A key that makes this page's form safe to send twice."""
    return uuid.uuid4().hex


def fetch(request: HttpRequest, matter_id: UUID) -> Matter:
    """The matter, if it is there and the reader may read it."""
    try:
        return matter_for(cast(ActingRequest, request).acting, matter_id)
    except Matter.DoesNotExist:
        raise Http404 from None


def office(request: HttpRequest, place: Place) -> Acting:
    """The reader as one of the office at ``place``."""
    by = actor(request)
    require(by, RAISE_MATTER, place)
    return by


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """议事厅: what is being decided and what has been."""
    by = actor(request)
    return render(
        request,
        "matters/index.html",
        {"rows": matter_rows(for_community(by)), "can_raise": can(by, RAISE_MATTER, community_of(by))},
    )


@require_safe
def matter(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """The page of one matter, for whoever may read it: counts per unit, what it costs, what comes next.

    ``?part=live`` is only what may change while it is open, so that the page can ask for it again; a reader who has it
    already is told so (RFC 9110, 13.1.2). Until there is a result each answer brings a ticket to the stream.
    """
    found = fetch(request, matter_id)
    viewer = cast(ActingRequest, request).acting
    page = matter_page(found, viewer, request)
    if request.GET.get("part") != "live":
        return render(request, "matters/matter.html", page)
    if found.drive is None:
        raise Http404
    part = render(request, "matters/live.html", page)
    etag = f'"{hashlib.sha256(part.content).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=etag, response=part) or part
    answer.headers["ETag"] = etag
    if page["live"]:
        answer.headers["X-Live-Ticket"] = page["live"]["ticket"]
    return answer


@require_safe
def of_drive(request: HttpRequest, drive_id: UUID) -> HttpResponse:
    """From a drive, which knows no matter, to the page of the matter that asks by it."""
    return redirect("matters:matter", get_object_or_404(Matter, drive=drive_id).id)


@login_required
@require_http_methods(["GET", "POST"])
def put(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Put the matter to those who decide; the page shows beforehand who that is."""
    found = fetch(request, matter_id)
    by = office(request, found.place)
    if found.state != Matter.State.RAISED:
        return redirect("matters:matter", found.id)
    form = PutForm(request.POST or None, matter=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            put_to_owners(
                matter=found,
                closes_at=form.closes_at,
                collectors=list(data["collectors"]),
                clerks=list(data["clerks"]),
                progress=data["progress"],
                share_method=data.get("share_method", ""),
                share_reason=data.get("share_reason", ""),
                by=by,
            )
            messages.success(request, _("开始表态了。名单已经定下，之后买卖、搬家都不会改它。"))
            return redirect("matters:matter", found.id)
        except Refused as refused:
            add_refusal(form, refused, PLACE_OF.get(refused.code))
    page = {"form": form, "matter": found, **put_page(found, by)}
    return render(request, "matters/put.html", page, status=400 if form.is_bound else 200)


@login_required
@require_POST
def decide(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """The office says that every slip is in."""
    found = fetch(request, matter_id)
    by = office(request, found.place)
    if found.drive is None:
        raise Http404
    decide_drive(drive=found.drive, by=by)
    messages.success(request, _("结果出来了。"))
    return redirect("matters:result", found.id)


@login_required
@require_http_methods(["GET", "POST"])
def announce(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Make the result a notice for every unit's door; its words are proposed and can be changed."""
    found = fetch(request, matter_id)
    by = office(request, found.place)
    if found.drive is None or found.drive.state != Drive.State.DECIDED:
        raise Http404
    drive = found.drive
    form = AnnounceForm(request.POST or None, initial=announcement(found, decisions_of(drive)[0]))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def write() -> UUID:
            return announce_result(
                matter=found, text=data["text"], days=data["days"], contact=data["contact"], by=by
            ).id

        try:
            made = answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("写好了，等审核。审过以后就可以贴。"))
            return redirect("messaging:notice", made)
        except Refused as refused:
            add_refusal(form, refused, PLACE_OF.get(refused.code))
    page = {"form": form, "matter": found, "once": once_key()}
    return render(request, "matters/announce.html", page, status=400 if form.is_bound else 200)
