"""A notice on paper: its sheet, files, pictures to send on; and the photo of the stamped one brought back."""

import uuid
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.community.policy import can, require
from linli.files.models import File
from linli.files.queries import stamped_photo, stamped_versions
from linli.files.views import serve
from linli.messaging import papers as on_paper
from linli.messaging.models import Notice
from linli.messaging.policy import SEND_MESSAGE, WRITE_NOTICE
from linli.messaging.services import NOTICE_PAPER, take_stamped_notice
from linli.messaging.views.notices import fetch
from linli.record.acting import ActingRequest, actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web.dates import full_day
from linli.web.papers import Form, StampedForm, picture_of, pictures, sent_with_photo, taken_as, ways_of_paper
from linli.web.refusal import add_refusal


def fetch_approved(request: HttpRequest, notice_id: UUID) -> Notice:
    """A notice whose text is approved: nothing else goes on paper."""
    found = fetch(request, notice_id)
    if not found.review.is_public:
        raise Http404
    return found


@require_safe
def sheet(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """The notice as a page that prints on A4, to hang; and the ways to take it away."""
    found = fetch_approved(request, notice_id)
    by = cast(ActingRequest, request).acting
    may_send = by is not None and can(by, SEND_MESSAGE, found.community)
    return render(request, "web/paper.html", sheet_page(found, may_send=may_send))


def sheet_page(notice: Notice, *, may_send: bool) -> dict[str, object]:
    """The sheet, how it can be taken away, and the stamped version that stands."""
    versions = stamped_versions(NOTICE_PAPER, notice.id)
    official = {
        "url": reverse("messaging:stamped", args=[notice.id, versions[0].id]),
        "day": full_day(versions[0].at),
        "sha256": versions[0].sha256,
    } if versions else None  # fmt: skip
    return {
        "paper": on_paper.notice_paper(notice),
        "back_url": reverse("messaging:notice", args=[notice.id]),
        "back_label": notice.title,
        "official": official,
        "ways": ways_of_paper(
            pdf=reverse("messaging:sheet-pdf", args=[notice.id]),
            docx=reverse("messaging:sheet-docx", args=[notice.id]),
            shown=reverse("messaging:sheet-pictures", args=[notice.id]),
            mail=reverse("messaging:mail", args=["notice", notice.id]) if may_send else "",
        ),
        "here": settings.ADDRESS + reverse("messaging:sheet", args=[notice.id]),
    }


@require_safe
def sheet_as(request: HttpRequest, notice_id: UUID, form: Form) -> HttpResponse:
    """The notice as a file."""
    found = fetch_approved(request, notice_id)
    return taken_as(on_paper.notice_paper(found), form, name=found.number)


@require_safe
def sheet_pictures(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """The notice as pictures: pressed long on a phone, each is kept or sent."""
    found = fetch_approved(request, notice_id)
    count = len(pictures(on_paper.notice_paper(found)))
    page = {
        "title": found.title,
        "lead": "",
        "addresses": [reverse("messaging:sheet-picture", args=[found.id, n]) for n in range(1, count + 1)],
        "back_url": reverse("messaging:sheet", args=[found.id]),
        "back_label": found.title,
    }
    return render(request, "web/pictures.html", page)


@require_safe
def sheet_picture(request: HttpRequest, notice_id: UUID, position: int) -> HttpResponse:
    """One of the notice's pictures, from 1."""
    return picture_of(on_paper.notice_paper(fetch_approved(request, notice_id)), position)


@login_required
@require_http_methods(["GET", "POST"])
def stamp(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """盖章回传: the photo of the stamped notice becomes its official version."""
    found, by = fetch_approved(request, notice_id), actor(request)
    require(by, WRITE_NOTICE, found.place)
    form = StampedForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        photo = cast("UploadedFile[bytes]", form.cleaned_data["photo"])

        def write() -> UUID:
            return take_stamped_notice(notice=found, photo=photo, reason=form.cleaned_data["reason"], by=by).id

        try:
            answer_once(request.POST.get("once", ""), sent_with_photo(request), by=by, write=write)
            messages.success(request, _("记下了。这张照片就是这份文件的正式版本。"))
            return redirect("messaging:sheet", found.id)
        except Refused as refused:
            add_refusal(form, refused, "reason" if refused.code == "stamped.no-reason" else "photo")
    page = {
        "form": form,
        "notice": found,
        "versions": len(stamped_versions(NOTICE_PAPER, found.id)),
        "once": uuid.uuid4().hex,
    }
    return render(request, "messaging/stamp.html", page, status=400 if form.is_bound else 200)


@require_safe
def stamped(request: HttpRequest, notice_id: UUID, stamped_id: UUID) -> HttpResponse:
    """One stamped version of the notice, for whoever may read the notice."""
    found = fetch_approved(request, notice_id)
    try:
        return serve(request, stamped_photo(NOTICE_PAPER, found.id, stamped_id))
    except File.DoesNotExist:
        raise Http404 from None
