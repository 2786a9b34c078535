"""先审后发: the queue, and one text with what is covered; reviewer, author and committee each do their part."""

import uuid
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.messaging.forms import ReasonForm, WordsForm
from linli.messaging.models import Appeal, Review
from linli.messaging.policy import has_queue
from linli.messaging.queries import appeals_before, own_texts, queue_of, review_for
from linli.messaging.services import appeal_text, approve_text, decide_appeal, hide_text, return_text
from linli.messaging.views import pages
from linli.record.acting import Acting, actor
from linli.record.services import answer_once


def fetch(request: HttpRequest, review_id: UUID) -> tuple[Review, Acting]:
    """The text, if the reader has a part in it."""
    by = actor(request)
    try:
        return review_for(by, review_id), by
    except Review.DoesNotExist:
        raise Http404 from None


def once(request: HttpRequest, by: Acting, write: Callable[[], UUID]) -> None:
    """Do what the form asks, once for its key."""
    answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the reader to review or decide, and what they have written themselves."""
    by = actor(request)
    page = pages.queue_page(list(queue_of(by)), list(appeals_before(by)), list(own_texts(by)))
    return render(request, "messaging/queue.html", {**page, "reviews": has_queue(by)})


@login_required
@require_safe
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """One text: as it was written and as it would be shown, and what this reader can do with it."""
    found, by = fetch(request, review_id)
    page = {**pages.review_page(found, by), "once": uuid.uuid4().hex}
    return render(request, "messaging/review.html", page)


@login_required
@require_POST
def approve(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Let the text go public as it was seen."""
    found, by = fetch(request, review_id)
    numbers = [int(number) for number in request.POST.getlist("uncovered") if number.isdigit() and len(number) < 5]
    seen = request.POST.get("seen", "")
    once(request, by, lambda: approve_text(review=found, seen=seen, uncovered=numbers, by=by).id)
    messages.success(request, _("审过了，可以公开。"))
    return redirect("messaging:queue")


@login_required
@require_POST
def send_back(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Send the text back with its reason."""
    found, by = fetch(request, review_id)
    reason, words = told(request, hiding=False)
    seen = request.POST.get("seen", "")
    once(request, by, lambda: return_text(review=found, seen=seen, reason=reason, words=words, by=by).id)
    messages.success(request, _("退回去了，写的人能看到原因。"))
    return redirect("messaging:queue")


@login_required
@require_POST
def hide(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Hide a text that is public."""
    found, by = fetch(request, review_id)
    reason, words = told(request, hiding=True)
    once(request, by, lambda: hide_text(review=found, reason=reason, words=words, by=by).id)
    messages.success(request, _("不显示了，数目照算。写的人可以申诉。"))
    return redirect("messaging:review", found.id)


@login_required
@require_POST
def appeal(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """The author appeals."""
    found, by = fetch(request, review_id)
    words = said(request)
    once(request, by, lambda: appeal_text(review=found, words=words, by=by).id)
    messages.success(request, _("申诉交给居务监督委员会了。"))
    return redirect("messaging:review", found.id)


@login_required
@require_POST
def judge(request: HttpRequest, appeal_id: UUID) -> HttpResponse:
    """The supervision committee's word on an appeal."""
    by = actor(request)
    try:
        found = Appeal.objects.get(id=appeal_id, community=by.community)
    except Appeal.DoesNotExist:
        raise Http404 from None
    words, overturn = said(request), request.POST.get("result") == "overturned"
    once(request, by, lambda: decide_appeal(appeal=found, overturn=overturn, answer=words, by=by).id)
    messages.success(request, _("申诉有结果了，写的人能看到。"))
    return redirect("messaging:queue")


def told(request: HttpRequest, *, hiding: bool) -> tuple[str, str]:
    """The reason and the words of a form, however little was filled in: the service says what is missing."""
    form = ReasonForm(request.POST, hiding=hiding)
    form.is_valid()
    return form.cleaned_data.get("reason", ""), form.cleaned_data.get("words", "")


def said(request: HttpRequest) -> str:
    """The words of a form, however few: the service says who may, and what is missing."""
    form = WordsForm(request.POST)
    form.is_valid()
    return str(form.cleaned_data.get("words", ""))
