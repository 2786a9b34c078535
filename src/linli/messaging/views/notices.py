"""公示栏: the board, one notice with its days and doors, writing, posting, objecting, answering, its sheet to print."""

import uuid
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.community.policy import can, require
from linli.community.queries import community_of
from linli.files.models import File
from linli.files.services import store_picture
from linli.files.views import serve
from linli.messaging.forms import NoticeForm, ObjectionForm, TextForm, WordsForm
from linli.messaging.models import Notice, NoticeObjection, Posting
from linli.messaging.policy import POST_NOTICE, WRITE_NOTICE, has_queue
from linli.messaging.queries import notice_for, notices_for
from linli.messaging.services import (
    answer_objection,
    object_to_notice,
    post_notice,
    revise_notice,
    take_down_notice,
    withdraw_notice,
    write_notice,
)
from linli.messaging.services.reviews import text_as_written
from linli.messaging.views import pages
from linli.record.acting import Acting, ActingRequest, actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web.papers import sent_with_photo
from linli.web.refusal import add_refusal

#: Where on the form a refusal is shown: at the box that mends it.
PLACE_OF = {
    "notice.title": "title",
    "notice.title-private": "title",
    "notice.days": "days",
    "notice.too-short": "days",
    "notice.contact": "contact",
    "text.length": "text",
}


def fetch(request: HttpRequest, notice_id: UUID) -> Notice:
    """The notice, if it is there and the reader may read it."""
    try:
        return notice_for(cast(ActingRequest, request).acting, notice_id)
    except Notice.DoesNotExist:
        raise Http404 from None


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """公示栏: what is posted, what has been, and for the office what is on its way."""
    by = actor(request)
    can_write = can(by, WRITE_NOTICE, community_of(by))
    page = {"rows": pages.board_rows(notices_for(by)[:100]), "can_write": can_write, "reviews": has_queue(by)}
    return render(request, "messaging/board.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def new_notice(request: HttpRequest) -> HttpResponse:
    """Write a notice and put it up for review."""
    by = actor(request)
    community = community_of(by)
    require(by, WRITE_NOTICE, community)
    form = NoticeForm(request.POST or None, community=community)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def write() -> UUID:
            return write_notice(
                place=data["place"],
                title=data["title"],
                text=data["text"],
                issuer=data["issuer"],
                days=data["days"],
                contact=data["contact"],
                pack_id=data["pack"],
                circle=data["circle"],
                by=by,
            ).id

        try:
            made = answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("写好了，等审核。审过以后就可以贴。"))
            return redirect("messaging:notice", made)
        except Refused as refused:
            add_refusal(form, refused, PLACE_OF.get(refused.code))
    page = {"form": form, "once": uuid.uuid4().hex}
    return render(request, "messaging/new.html", page, status=400 if form.is_bound else 200)


@require_safe
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One notice: its days, where it hangs, what was said against it, and what this reader can do."""
    found = fetch(request, notice_id)
    page = {**pages.notice_page(found, cast(ActingRequest, request).acting), "once": uuid.uuid4().hex}
    return render(request, "messaging/notice.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def revise(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mend a notice that was sent back."""
    found, by = fetch(request, notice_id), actor(request)
    require(by, WRITE_NOTICE, found.place)
    form = TextForm(request.POST if request.method == "POST" else None, initial={"text": text_as_written(found.review)})
    if form.is_bound and form.is_valid():

        def write() -> UUID:
            return revise_notice(notice=found, text=form.cleaned_data["text"], by=by).id

        try:
            answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("改好了，再等审核。"))
            return redirect("messaging:notice", found.id)
        except Refused as refused:
            add_refusal(form, refused, "text")
    page = {"form": form, "notice": found, "reason": pages.reason_words(found.review), "once": uuid.uuid4().hex}
    return render(request, "messaging/revise.html", page, status=400 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Say something against a notice, with or without a name."""
    found, by = fetch(request, notice_id), actor(request)
    form = ObjectionForm(request.POST or None, office=can(by, WRITE_NOTICE, found.place))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        named, way = data["named"] == "yes", data.get("way") or NoticeObjection.Way.WEB
        # What is said without a name leaves none in the list of answered forms either.
        asking = by if named else Acting(community=by.community, role=by.role)

        def write() -> UUID:
            return object_to_notice(notice=found, text=data["text"], named=named, way=way, by=by).id

        try:
            answer_once(request.POST.get("once", ""), dict(request.POST), by=asking, write=write)
            messages.success(request, _("意见收到了。审过以后和公示放在一起，每一条都会答复。"))
            return redirect("messaging:notice", found.id)
        except Refused as refused:
            add_refusal(form, refused, PLACE_OF.get(refused.code))
    page = {"form": form, "notice": found, "once": uuid.uuid4().hex}
    return render(request, "messaging/object.html", page, status=400 if form.is_bound else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Withdraw a notice, with the reason."""
    found, by = fetch(request, notice_id), actor(request)
    form = WordsForm(request.POST)
    form.is_valid()

    def write() -> UUID:
        return withdraw_notice(notice=found, why=form.cleaned_data.get("words", ""), by=by).id

    answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
    messages.success(request, _("撤回了。原来的内容和原因还能看到。"))
    return redirect("messaging:notice", found.id)


def fetch_posting(request: HttpRequest, posting_id: UUID) -> tuple[Posting, Acting]:
    """One door of a notice, for whoever may post there."""
    by = actor(request)
    try:
        posting = Posting.objects.select_related("notice", "place", "photo", "last_photo").get(
            id=posting_id, community=by.community
        )
    except Posting.DoesNotExist:
        raise Http404 from None
    require(by, POST_NOTICE, posting.place)
    return posting, by


def photo_in(request: HttpRequest, by: Acting) -> File | None:
    """The photo of a form, kept; none is fine."""
    upload = cast("UploadedFile[bytes] | None", request.FILES.get("photo"))
    return store_picture(by=by, upload=upload) if upload else None


@login_required
@require_POST
def up(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """The paper hangs at this door."""
    posting, by = fetch_posting(request, posting_id)

    def write() -> UUID:
        return post_notice(posting=posting, photo=photo_in(request, by), by=by).id

    answer_once(request.POST.get("once", ""), sent_with_photo(request), by=by, write=write)
    messages.success(request, _("记下了：%(door)s贴好了。") % {"door": posting.label})
    return redirect("messaging:notice", posting.notice_id)


@login_required
@require_POST
def down(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """The paper is down at this door."""
    posting, by = fetch_posting(request, posting_id)

    def write() -> UUID:
        return take_down_notice(posting=posting, photo=photo_in(request, by), by=by).id

    answer_once(request.POST.get("once", ""), sent_with_photo(request), by=by, write=write)
    messages.success(request, _("记下了：%(door)s撤下了。") % {"door": posting.label})
    return redirect("messaging:notice", posting.notice_id)


@login_required
@require_safe
def photo(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """The photo of a door; ``?last`` the one of its last day."""
    posting, _by = fetch_posting(request, posting_id)
    file = posting.last_photo if "last" in request.GET else posting.photo
    if file is None:
        raise Http404
    return serve(request, file)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """Answer an objection; the answer is reviewed like every public text."""
    by = actor(request)
    try:
        found = NoticeObjection.objects.select_related("notice__place", "review", "reply").get(
            id=objection_id, community=by.community
        )
    except NoticeObjection.DoesNotExist:
        raise Http404 from None
    require(by, WRITE_NOTICE, found.notice.place)
    form = TextForm(request.POST or None)
    if form.is_bound and form.is_valid():

        def write() -> UUID:
            return answer_objection(objection=found, text=form.cleaned_data["text"], by=by).id

        try:
            answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("答复写好了，审过以后公开。"))
            return redirect("messaging:notice", found.notice_id)
        except Refused as refused:
            add_refusal(form, refused, "text")
    page = {"form": form, "objection": found, "notice": found.notice, "once": uuid.uuid4().hex}
    return render(request, "messaging/answer.html", page, status=400 if form.is_bound else 200)
