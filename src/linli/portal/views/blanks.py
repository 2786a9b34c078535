"""套表: taking in an office's own blank, seeing what it asks for, filling it."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.portal.forms import BlankForm
from linli.portal.models import PaperBlank
from linli.portal.services import TYPES, add_blank, fill_paper, retire_blank
from linli.portal.sources import SOURCES, Filling, Source
from linli.portal.views.archives import office, page_of
from linli.record.acting import Acting
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web import parts
from linli.web.refusal import add_refusal, words_of


def fetch(request: HttpRequest, blank_id: UUID) -> tuple[PaperBlank, Acting]:
    """A blank of the reader's office."""
    community, by = office(request)
    blank = PaperBlank.objects.select_related("file", "community").filter(id=blank_id, community=community).first()
    if blank is None:
        raise Http404
    return blank, by


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Take a blank in; its page then shows what it asks for."""
    community, by = office(request)
    form = BlankForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data

        def write() -> UUID:
            upload = cast("UploadedFile[bytes]", data["upload"])
            return add_blank(community=community, title=data["title"], source=data["source"], upload=upload, by=by).id

        try:
            return redirect("blank", answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write))
        except Refused as refused:
            add_refusal(form, refused, "upload")
    return render(request, "portal/papers.html", page_of(community, by, blank_form=form), status=400)


@login_required
@require_safe
def blank(request: HttpRequest, blank_id: UUID) -> HttpResponse:
    """What the blank asks for and what there is for it: of its source, and of one record once that is chosen."""
    found, by = fetch(request, blank_id)
    source = SOURCES[found.source]
    choices = source.choices(by)
    chosen = request.GET.get("of", "")
    page: dict[str, Any] = {
        "blank": found,
        "source": source,
        "choices": choices,
        "chosen": chosen,
        "columns": [parts.Column(_("字段")), parts.Column(_("会填上什么"))],
        "back_url": reverse("papers"),
        "back_label": _("台账、套表"),
    }
    filling = None
    if chosen:
        if chosen not in dict(choices):
            raise Http404
        try:
            filling = source.read(by, UUID(chosen))
            page["rows"] = len(filling.rows)
        except Refused as refused:
            page["refused"] = words_of(refused)
    page["fields"] = [parts.Line([name, words_for(name, found, source, filling)]) for name in found.fields]
    page["missing"] = [name for name in found.fields if name not in source.fields]
    return render(request, "portal/blank.html", page)


def words_for(name: str, blank: PaperBlank, source: Source, filling: Filling | None) -> str:
    """What will stand in the place of a field, in words."""
    if name not in source.fields:
        return _("没有这个字段，会留一条线手写")
    if name in source.row_fields and name not in source.record_fields:
        if name in blank.loose:
            return _("要放在表格的一行里，现在会留一条线")
        if filling is None:
            return _("一行一行填")
        empty = sum(row.get(name, "") == "" for row in filling.rows)
        return _("填%(n)s行，其中%(empty)s行没有") % {"n": len(filling.rows), "empty": empty}
    if filling is None:
        return _("有")
    value = filling.record.get(name, "")
    return str(value) if value != "" else _("这一件没有，会空着")


@login_required
@require_POST
def fill(request: HttpRequest, blank_id: UUID) -> HttpResponse:
    """The blank, filled."""
    found, by = fetch(request, blank_id)
    chosen = request.POST.get("of", "")
    if chosen not in dict(SOURCES[found.source].choices(by)):
        raise Http404
    try:
        made = fill_paper(blank=found, subject=UUID(chosen), by=by)
    except ObjectDoesNotExist:
        raise Http404 from None
    name = content_disposition_header(True, f"{found.title}.{found.kind}") or "attachment"
    return HttpResponse(made, headers={"Content-Type": TYPES[found.kind], "Content-Disposition": name})  # type: ignore[index]


@login_required
@require_POST
def retire(request: HttpRequest, blank_id: UUID) -> HttpResponse:
    """Use a blank no more."""
    found, by = fetch(request, blank_id)
    retire_blank(blank=found, by=by)
    messages.success(request, _("这张空表停用了。"))
    return redirect("papers")
