"""The first page of each role, and one's own page."""

import json
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.accounts.acting import StandingRequest, key_of
from linli.accounts.queries import Standing
from linli.community.policy import OFFICE, can
from linli.matters.models import Matter
from linli.matters.policy import RAISE_MATTER
from linli.matters.queries import for_community, own_seats, station
from linli.portal import burdens
from linli.portal.queries import STEPS, Check, check_of, proof_of_thread, things_to_do
from linli.record.acting import Acting, ActingRequest
from linli.record.models import Log, Thread
from linli.record.queries import log_lines, public_key_of
from linli.web import parts
from linli.web.dates import full_day


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person: for the office at most three things, each with its time and its verb."""
    acting_request = cast(StandingRequest, request)
    standing, by = acting_request.standing, acting_request.acting
    if standing is None or by is None:
        return redirect("sign-in")
    in_office = standing.role is not None and standing.role.kind in OFFICE
    matters = list(for_community(by)[:20])
    page: dict[str, Any] = {
        "standing": standing,
        "in_office": in_office,
        "todo": things_to_do(by, matters),
        "matters": matter_rows(matters),
        "answers": answer_rows(by),
    }
    if in_office:
        page["can_raise"] = can(by, RAISE_MATTER, standing.community)
    else:
        page["doors"] = [
            parts.Door(_("议事厅"), "talk", reverse("matters:index")),
            parts.Door(_("我家的事"), "neighbours", reverse("own")),
        ]
    return render(request, "portal/home.html", page)


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """我家: what stands for one's own doors, in which role one acts, and the way out."""
    acting_request = cast(StandingRequest, request)
    standing, by = acting_request.standing, acting_request.acting
    if standing is None or by is None:
        return redirect("sign-in")
    ways = [(key_of(each), standing_words(each), each is standing) for each in acting_request.standings]
    return render(
        request, "portal/own.html", {"answers": answer_rows(by), "standings": ways, "person": standing.person}
    )


@require_safe
def jianfu(request: HttpRequest) -> HttpResponse:
    """减负: that nothing of what adds burdens is here, and that nobody above can switch it on; open to everybody."""
    looked = burdens.look()
    rows = []
    for burden in burdens.BURDENS:
        found = looked.found(burden)
        state, word = ("late", _("有：%(names)s") % {"names": "、".join(found)}) if found else ("done", _("没有"))
        rows.append(parts.Row(str(burden.name), str(burden.instead), state=cast(parts.State, state), word=word))
    called = [(burden.name, ", ".join(burden.called)) for burden in burdens.BURDENS]
    clean = not any(looked.found(burden) for burden in burdens.BURDENS)
    counted = [
        (_("查了几个网址"), len(looked.addresses)),
        (_("查了几栏数据"), len(looked.columns)),
        (_("查了几项设置"), len(looked.settings)),
        (_("上级在这里能办的事"), "、".join(looked.from_above) or _("没有")),
    ]
    return render(request, "portal/jianfu.html", {"rows": rows, "counted": counted, "called": called, "clean": clean})


def answer_rows(by: Acting) -> list[parts.Row]:
    """What stands for the reader's own doors, in every matter that was put to them."""
    return [
        parts.Row(
            seat.label,
            matter.title,
            reverse("matters:matter", args=[matter.id]),
            icon="door",
            state="done" if seat.voice else "open",
            word=seat.voice.get_choice_display() if seat.voice else _("还没有收到您家的表"),
        )
        for matter, seat in own_seats(by)
    ]


def matter_rows(matters: list[Matter]) -> list[parts.Row]:
    """The newest matters, each with where it stands and a way to its page."""
    rows = []
    for matter in matters[:5]:
        state, word = station(matter)
        page = reverse("matters:matter", args=[matter.id])
        rows.append(parts.Row(matter.title, matter.place.name, page, icon="talk", state=state, word=word))
    return rows


def standing_words(standing: Standing) -> str:
    """A way of acting as its owner knows it: the title held and where, or simply a resident."""
    if standing.role is None:
        return _("居民 · %(place)s") % {"place": standing.community.name}
    return f"{standing.role.title} · {standing.role.place.name}"


def find_check(request: HttpRequest, thread_id: UUID) -> Check:
    """The check of an affair, for whoever has its code."""
    try:
        return check_of(thread_id, cast(ActingRequest, request).acting)
    except Thread.DoesNotExist:
        raise Http404 from None


@require_safe
def check(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """核验码: whether an affair's record was changed, for anybody who scans its code."""
    found = find_check(request, thread_id)
    return render(
        request,
        "portal/check.html",
        {
            "found": found,
            "steps": step_rows(found),
            "logs": [(proof.log, public_key_of(proof.log)) for proof in found.proofs],
            "address": settings.ADDRESS + reverse("check", args=[found.thread.id]),
        },
    )


def step_rows(found: Check) -> list[parts.Row]:
    """What happened, first things first, and where each stands in the log."""
    rows = []
    for event in found.events:
        place = found.places.get(event.id)
        word = _("还没排进去") if place is None else _("第%(n)s条") % {"n": place + 1}
        state: parts.State = "now" if place is None else "done"
        title = str(STEPS.get(event.name, _("记下一步")))
        rows.append(parts.Row(title, full_day(event.at), icon="list", state=state, word=word))
    return rows


@require_safe
def proof(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """The proof of an affair to keep: the file that ``linli verify`` checks without us."""
    found = find_check(request, thread_id)
    file = proof_of_thread(found, epoch=request.GET.get("epoch", ""))
    answer = HttpResponse(json.dumps(file, ensure_ascii=False, indent=1), content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="linli-proof.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_safe
def log_file(request: HttpRequest, log_id: UUID) -> StreamingHttpResponse:
    """A whole public log, for anybody: what stands in it was written to be public."""
    log = get_object_or_404(Log, id=log_id)
    answer = StreamingHttpResponse(log_lines(log), content_type="application/x-ndjson")
    answer.headers["Content-Disposition"] = 'attachment; filename="linli-log.jsonl"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
