"""接龙 of a drive: a text to open one with, the chain pasted, what each home says, and the lines that need a person."""

import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linli.record.acting import Acting, actor
from linli.record.services import answer_once, note
from linli.rules.chain import NATURE
from linli.rules.errors import Forbidden, Refused
from linli.voting.forms import ChainForm
from linli.voting.models import ChainLine, Drive, Intention
from linli.voting.policy import can_paste_chain, can_see_face
from linli.voting.queries import ChainBook, chain_counts, chain_of, chain_opening
from linli.voting.services import paste_chain, set_chain_line_aside, settle_chain_line
from linli.web import parts
from linli.web.refusal import add_refusal, words_of

MARKS: dict[str, parts.State] = {"yes": "done", "no": "no", "undecided": "abstain"}


def fetch_drive(request: HttpRequest, drive_id: UUID) -> tuple[Drive, Acting]:
    """The drive, and the reader as somebody who may paste its chain."""
    by = actor(request)
    drive = get_object_or_404(Drive.objects.select_related("place"), id=drive_id)
    if not can_paste_chain(by, drive):
        raise Forbidden("chain.not-yours", "贴接龙由上门、录入的人和社区办理。")
    return drive, by


@login_required
@require_http_methods(["GET", "POST"])
def chain(request: HttpRequest, drive_id: UUID) -> HttpResponse:
    """The chain: homes for those named on the drive, each look written in the record; numbers for the office."""
    drive, by = fetch_drive(request, drive_id)
    form = ChainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def write() -> UUID:
            return paste_chain(drive=drive, text=form.cleaned_data["text"], by=by).id

        try:
            answer_once(request.POST.get("once", ""), [request.path, form.cleaned_data["text"]], by=by, write=write)
        except Refused as refused:
            add_refusal(form, refused, "text")
        else:
            counts = chain_counts(drive)
            messages.success(request, said_of(counts.homes, counts.waiting))
            return redirect("voting:chain", drive.id)
    page: dict[str, Any] = {
        "drive": drive,
        "form": form,
        "once": uuid.uuid4().hex,
        "nature": _(NATURE),
        "opening": chain_opening(drive),
        "counts": chain_counts(drive),
    }
    if can_see_face(by, drive):
        note("chain.seen", by=by, subject_kind="drive", subject=drive.id, place=drive.place_id)
        page |= shown(chain_of(drive, by))
    return render(request, "voting/chain.html", page, status=400 if form.errors else 200)


def said_of(homes: int, waiting: int) -> str:
    """What became of a paste."""
    read = ngettext("读好了：%(n)s户有意向", "读好了：%(n)s户有意向", homes) % {"n": homes}
    look = ngettext("，%(n)s行要人看一看。", "，%(n)s行要人看一看。", waiting) % {"n": waiting}
    return read + (look if waiting else _("。"))


def shown(book: ChainBook) -> dict[str, Any]:
    """The chain as its page draws it for those who knock."""
    labels = dict(Intention.Stand.choices)
    return {
        "book": book,
        "said": [
            {
                "label": each.intention.seat.label,
                "state": MARKS[each.intention.stand],
                "word": each.intention.get_stand_display(),
                "note": each.words,
                "by": each.intention.by_person.name if each.intention.by_person else "",
                "fresh": each.fresh,
                "was": labels.get(each.intention.was, "") if each.fresh else "",
            }
            for each in book.said
        ],
        "fresh": sum(each.fresh for each in book.said),
        "waiting": [(each, each.line.why(gettext)) for each in book.waiting],
        "totals": [(MARKS[stand], label, book.counts.get(stand, 0)) for stand, label in Intention.Stand.choices],
        "stands": Intention.Stand.choices,
    }


@login_required
@require_POST
def chain_line(request: HttpRequest, drive_id: UUID) -> HttpResponse:
    """One line is settled: it means this home, or it is set aside for a reason."""
    drive, by = fetch_drive(request, drive_id)
    line = drive.chain_lines.filter(mark=request.POST.get("line", "")).first()
    if line is None:
        raise Http404
    sent = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        answer_once(request.POST.get("once", ""), [request.path, sent], by=by, write=settling(line, request, drive, by))
    except Forbidden:
        raise
    except Refused as refused:
        messages.error(request, words_of(refused))
    else:
        messages.success(request, _("记下了。"))
    return redirect("voting:chain", drive.id)


def settling(line: ChainLine, request: HttpRequest, drive: Drive, by: Acting) -> Callable[[], UUID]:
    """What is to be done with the line, by what was pressed."""
    if request.POST.get("do") == "aside":
        return lambda: set_chain_line_aside(line=line, reason=request.POST.get("reason", ""), by=by).id
    seat = drive.electorate.seats.filter(short=request.POST.get("seat", "")).first()
    return lambda: settle_chain_line(line=line, seat=seat, stand=request.POST.get("stand", ""), by=by).id
