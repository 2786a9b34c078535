"""核验: whether an affair's record is as it was written, for anybody."""

import json
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.portal.queries import (
    STEPS,
    Check,
    check_of,
    proof_of_thread,
)
from linli.record.acting import ActingRequest
from linli.record.models import Log, Thread
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
