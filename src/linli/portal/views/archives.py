"""台账、套表: the office's page of archives and blanks; ordering an archive, taking it out."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.community.models import Place
from linli.community.policy import can, not_allowed, require
from linli.community.queries import community_of
from linli.files.views import serve
from linli.portal.forms import ArchiveForm, BlankForm
from linli.portal.models import Archive
from linli.portal.policy import ORDER_UNMASKED, USE_BLANKS, can_take
from linli.portal.queries import archives_of, blanks_of
from linli.portal.services import order_archive, take_archive, themes
from linli.portal.sources import SOURCES
from linli.record.acting import Acting, actor
from linli.record.ids import new_id
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.web import parts
from linli.web.dates import day, full_day
from linli.web.refusal import add_refusal

#: Where on the form a refusal is shown: at the box that mends it.
PLACE_OF = {"archive.period": "until", "archive.no-reason": "reason", "archive.no-theme": "theme"}
STATES: dict[str, parts.State] = {"making": "now", "ready": "done", "refused": "late", "gone": "info"}


def office(request: HttpRequest) -> tuple[Place, Acting]:
    """The reader's community, and the reader as one of its office."""
    by = actor(request)
    community = community_of(by)
    require(by, USE_BLANKS, community)
    return community, by


@login_required
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """The page itself."""
    community, by = office(request)
    return render(request, "portal/papers.html", page_of(community, by))


def page_of(
    community: Place, by: Acting, *, blank_form: BlankForm | None = None, archive_form: ArchiveForm | None = None
) -> dict[str, Any]:
    """What the page shows: archives so far, blanks in use, a form for each."""
    return {
        "archives": [archive_row(archive, by) for archive in archives_of(community)],
        "blanks": [
            parts.Row(
                blank.title,
                str(SOURCES[blank.source].name),
                reverse("blank", args=[blank.id]),
                mark=blank.kind[0].upper(),
            )
            for blank in blanks_of(community)
        ],
        "blank_form": blank_form or BlankForm(),
        "archive_form": archive_form or ArchiveForm(may_unmask=can(by, ORDER_UNMASKED, community)),
        "once": new_id().hex,
        "back_url": reverse("home"),
        "back_label": _("今日看板"),
    }


def archive_row(archive: Archive, by: Acting) -> parts.Row:
    """One archive as a line: what, from when to when, where it stands."""
    title = f"{themes()[archive.theme].name} · {full_day(archive.since)}—{full_day(archive.until)}"
    note = _("个人信息已遮盖") if archive.masked else _("含个人信息：%(reason)s") % {"reason": archive.reason}
    words = {
        Archive.State.MAKING: _("正在做，过一会儿刷新这一页"),
        Archive.State.READY: _("可以下载，留到%(day)s") % {"day": day(archive.goes_at) if archive.goes_at else ""},
        Archive.State.REFUSED: _("照片太多，请把时间分成几段"),
        Archive.State.GONE: _("过了期限，已经清掉"),
    }
    ready = archive.state == Archive.State.READY and can_take(by, archive)
    url = reverse("archive", args=[archive.id]) if ready else ""
    state = STATES[archive.state]
    return parts.Row(title, note, url, icon="list", state=state, word=words[Archive.State(archive.state)])


@login_required
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Order an archive."""
    community, by = office(request)
    form = ArchiveForm(request.POST, may_unmask=can(by, ORDER_UNMASKED, community))
    if form.is_valid():
        data = form.cleaned_data

        def write() -> UUID:
            return order_archive(
                community=community,
                theme=data["theme"],
                since=data["since"],
                until=data["until"],
                masked=data["masked"] == "yes",
                reason=data["reason"],
                by=by,
            ).id

        try:
            answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("开始做了。做好以后在这里下载，留7天。"))
            return redirect("papers")
        except Refused as refused:
            add_refusal(form, refused, PLACE_OF.get(refused.code))
    return render(request, "portal/papers.html", page_of(community, by, archive_form=form), status=400)


@login_required
@require_safe
def archive(request: HttpRequest, archive_id: UUID) -> HttpResponseBase:
    """The ZIP, while it is kept, for whoever may take it."""
    community, by = office(request)
    found = Archive.objects.select_related("file", "community").filter(id=archive_id, community=community).first()
    if found is None or found.file is None:
        raise Http404
    if not can_take(by, found):
        raise not_allowed()
    take_archive(archive=found, by=by)
    answer = serve(request, found.file)
    name = f"{themes()[found.theme].name} {found.since}-{found.until}.zip"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
