"""核验: whether an affair's record is as it was written, for anybody."""

import json
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from linli.portal.queries import (
    Check,
    check_of,
    proof_of_thread,
    step_of,
)
from linli.record import clock
from linli.record.acting import ActingRequest
from linli.record.models import Event, Log, Thread
from linli.record.queries import log_lines, public_key_of
from linli.web import parts
from linli.web.dates import full_day


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
            "things": things(found),
            "steps": step_rows(found),
            "logs": [(proof.log, public_key_of(proof.log)) for proof in found.proofs],
            "address": settings.ADDRESS + reverse("check", args=[found.thread.id]),
        },
    )


def step_rows(found: Check) -> list[parts.Row]:
    """What happened, first things first, and where each stands in the log."""
    return [step_row(found, list(events)) for _what, events in groupby(found.events, key=alike)]


def alike(event: Event) -> tuple[str, date]:
    """What is told in one line: the same thing done again and again on one day, such as posting door by door."""
    return step_of(event), event.at.astimezone(clock.SHANGHAI).date()


def step_row(found: Check, events: Sequence[Event]) -> parts.Row:
    """One step, or several alike: what was done, when, and where it stands in the log."""
    places = [found.places.get(event.id) for event in events]
    told = [place + 1 for place in places if place is not None]
    waits = len(told) < len(places)
    title = step_of(events[0]) or _("记下一步")
    if len(events) > 1:
        title = _("%(what)s（%(n)s次）") % {"what": title, "n": len(events)}
    if waits:
        word = _("还没排进去")
    elif len(told) > 1:
        word = _("第%(first)s条到第%(last)s条") % {"first": told[0], "last": told[-1]}
    else:
        word = _("第%(n)s条") % {"n": told[0]}
    day = parts.unbroken(full_day(events[0].at))
    return parts.Row(title, day, icon="list", state="now" if waits else "done", word=word)


def things(found: Check) -> list[parts.Row]:
    """What the affair is made of, each leading to its page: who may not read it is told there how to."""
    rows = []
    if found.matter:
        rows.append(
            parts.Row(
                found.matter.title,
                pgettext("one of them", "议题"),
                reverse("matters:matter", args=[found.matter.id]),
                icon="talk",
            )
        )
    for notice, may_read in found.notices:
        title = notice.title if may_read else _("一份公示：本社区的居民进门以后看全文、提意见")
        code = format_html("{} · {} {}", _("公示"), _("全文的核验码"), parts.unbroken(notice.review.shown_code))
        rows.append(parts.Row(title, code, reverse("messaging:notice", args=[notice.id]), icon="notice"))
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
