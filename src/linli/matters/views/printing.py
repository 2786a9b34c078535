"""What can be taken away on paper: the result as PDF, .docx and pictures, the slips, the sheet of signatures; and the
photo of a stamped result brought back."""

from typing import cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from linli.community.policy import can
from linli.files.models import File, StampedPaper
from linli.files.queries import stamped_photo, stamped_versions
from linli.files.views import serve
from linli.matters import papers as on_paper
from linli.matters.models import Matter
from linli.matters.queries import paper_of
from linli.matters.services import RESULT_PAPER, note_sign_sheet, take_stamped_result
from linli.matters.views.acts import fetch, office, once_key
from linli.matters.views.results import fetch_decided
from linli.messaging.policy import SEND_MESSAGE
from linli.record.acting import Acting, ActingRequest, actor
from linli.record.services import answer_once
from linli.rules.errors import Refused
from linli.voting.models import Drive
from linli.voting.policy import can_enter_slips, require_clerk
from linli.voting.queries import Decision, decisions_of, recount_under_way, scopes_asked
from linli.web import parts
from linli.web.dates import full_day
from linli.web.papers import (
    Form,
    Paper,
    StampedForm,
    attached,
    pdf,
    picture_of,
    pictures,
    sent_with_photo,
    taken_as,
    ways_of_paper,
)
from linli.web.refusal import add_refusal

#: Slips of one PDF: more take longer than a page may.
MOST_SLIPS = 600


class SignSheetForm(forms.Form):
    """Whom the sheet of signatures goes to."""

    PURPOSES = (
        ("housing", gettext_lazy("住房城乡建设部门")),
        ("planning", gettext_lazy("规划部门")),
        ("town", gettext_lazy("街道办事处、镇政府")),
        ("court", gettext_lazy("法院、仲裁机构")),
    )
    purpose = forms.ChoiceField(label=gettext_lazy("交给哪里审核"), choices=PURPOSES, widget=forms.RadioSelect)


@require_safe
def result(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """The result with its working and article, as a page that prints on A4; and the ways to take it away."""
    found, drive = fetch_decided(request, matter_id)
    counts = decisions_of(drive)
    page = {
        "paper": on_paper.result_paper(found, counts[0]),
        "back_url": reverse("matters:matter", args=[found.id]),
        "back_label": found.title,
        "ways": ways_of(found, cast(ActingRequest, request).acting),
        "here": settings.ADDRESS + request.path,
        "official": official_words(found, counts[0]),
        "earlier": earlier_rows(found, counts),
        "under_way": recount_under_way(drive),
    }
    return render(request, "matters/result.html", page)


def ways_of(matter: Matter, viewer: Acting | None) -> list[tuple[str, str, str]]:
    """How the result can be taken away: word, address, drawing."""
    may_send = viewer is not None and can(viewer, SEND_MESSAGE, matter.community)
    return ways_of_paper(
        pdf=reverse("matters:result-pdf", args=[matter.id]),
        docx=reverse("matters:result-docx", args=[matter.id]),
        shown=reverse("matters:result-pictures", args=[matter.id]),
        mail=reverse("messaging:mail", args=["result", matter.id]) if may_send else "",
    )


def earlier_rows(matter: Matter, counts: list[Decision]) -> list[parts.Row]:
    """The results that the one that stands took the place of, the latest first."""
    return [
        parts.Row(
            _("第%(n)s次的结果（已被代替）") % {"n": each.number},
            full_day(each.at),
            reverse("matters:earlier", args=[matter.id, each.number]),
            icon="list",
        )
        for each in counts[1:]
    ]


def recount_files(matter: Matter, counts: list[Decision]) -> list[tuple[str, str]]:
    """Each unit of each result as a file to count again: word, address."""
    return [
        (
            _("第%(n)s次，%(unit)s") % {"n": each.number, "unit": result.scope.name},
            reverse("matters:recount-file", args=[matter.id, each.number]) + f"?scope={result.scope_id}",
        )
        for each in counts
        for result in each.results
    ]


def standing_paper(matter: Matter, drive: Drive) -> Paper:
    """The result that stands, on paper."""
    return on_paper.result_paper(matter, decisions_of(drive)[0])


def official_words(matter: Matter, decision: Decision) -> dict[str, str] | None:
    """The stamped version that stands: where it is seen, since when, and its hash."""
    versions = stamped_versions(RESULT_PAPER, paper_of(matter, decision))
    return stamped_words(matter, versions[0]) if versions else None


def stamped_words(matter: Matter, version: StampedPaper) -> dict[str, str]:
    """One stamped version as a page names it."""
    return {
        "url": reverse("matters:stamped", args=[matter.id, version.id]),
        "day": full_day(version.at),
        "sha256": version.sha256,
        "reason": version.reason,
    }


@require_safe
def result_as(request: HttpRequest, matter_id: UUID, form: Form) -> HttpResponse:
    """The result as a file."""
    found, drive = fetch_decided(request, matter_id)
    return taken_as(standing_paper(found, drive), form, name=found.number)


@require_safe
def result_pictures(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """The result as pictures: pressed long on a phone, each is kept or sent."""
    found, drive = fetch_decided(request, matter_id)
    count = len(pictures(standing_paper(found, drive)))
    addresses = [reverse("matters:result-picture", args=[found.id, n]) for n in range(1, count + 1)]
    page = {
        "title": found.title,
        "lead": _("图上只有每个单元几户，没有哪一家。"),
        "addresses": addresses,
        "back_url": reverse("matters:result", args=[found.id]),
        "back_label": _("表态结果"),
    }
    return render(request, "web/pictures.html", page)


@require_safe
def result_picture(request: HttpRequest, matter_id: UUID, position: int) -> HttpResponse:
    """One of the result's pictures, from 1."""
    found, drive = fetch_decided(request, matter_id)
    return picture_of(standing_paper(found, drive), position)


@login_required
@require_safe
def papers(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """打印、下载: what the office prints for this matter, and the stamped version brought back."""
    found = fetch(request, matter_id)
    office(request, found.place)
    return render(request, "matters/papers.html", papers_page(request, found))


def papers_page(request: HttpRequest, matter: Matter, form: StampedForm | None = None) -> dict[str, object]:
    """What the page of papers shows: ways of the result, slips by unit, the sheet of signatures, stamped versions."""
    drive = matter.drive
    counts = decisions_of(drive) if drive else []
    decided = bool(counts)
    versions = stamped_versions(RESULT_PAPER, paper_of(matter, counts[0])) if counts else []
    can_collect = decided and drive is not None and can_enter_slips(cast(ActingRequest, request).acting, drive)
    return {
        "matter": matter,
        "drive": drive,
        "decided": decided,
        "ways": ways_of(matter, cast(ActingRequest, request).acting) if decided else [],
        "scopes": scopes_asked(drive) if drive and not decided else [],
        "can_collect": can_collect,
        "recounts": recount_files(matter, counts) if can_collect else [],
        "sign_form": SignSheetForm(),
        "versions": [stamped_words(matter, version) for version in versions],
        "form": form or StampedForm(),
        "once": once_key(),
        "back_url": reverse("matters:matter", args=[matter.id]),
        "back_label": matter.title,
    }


@login_required
@require_safe
def slips(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """One slip for each household as one PDF, of all units or of the one named by ``scope``; while it is asked."""
    found = fetch(request, matter_id)
    office(request, found.place)
    if found.drive is None or found.drive.state == Drive.State.DECIDED:
        raise Http404
    scopes = {str(scope.id): scope for scope in scopes_asked(found.drive)}
    asked = request.GET.get("scope", "")
    if asked and asked not in scopes:
        raise Http404
    wanted = [scopes[asked]] if asked else list(scopes.values())
    if sum(scope.doors for scope in wanted) > MOST_SLIPS:
        raise Refused("slips.too-many", "一次最多印{most}张。请一个单元一个单元地印。", most=MOST_SLIPS)
    made = pdf(on_paper.slip_papers(found, found.drive, scope=wanted[0].id if asked else None))
    name = f"{found.number}-{wanted[0].name}.pdf" if asked else f"{found.number}-{_('一户一表')}.pdf"
    return attached(made, "application/pdf", name)


@login_required
@require_http_methods(["POST"])
def sign_sheet(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """The collected sheet of signatures, for one authority's packet, by a clerk named on the drive; it is logged."""
    found, drive = fetch_decided(request, matter_id)
    by = actor(request)
    require_clerk(by, drive)
    form = SignSheetForm(request.POST)
    if not form.is_valid():
        return render(request, "matters/papers.html", {**papers_page(request, found), "sign_form": form}, status=400)
    purpose = form.cleaned_data["purpose"]
    note_sign_sheet(matter=found, purpose=purpose, by=by)
    paper = on_paper.sign_sheet_paper(found, drive, str(dict(SignSheetForm.PURPOSES)[purpose]))
    return attached(pdf([paper]), "application/pdf", f"{found.number}-{_('汇总签字表')}.pdf")


@login_required
@require_http_methods(["POST"])
def stamp(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """盖章回传: the photo of the stamped result becomes its official version."""
    found, _drive = fetch_decided(request, matter_id)
    by = office(request, found.place)
    form = StampedForm(request.POST, request.FILES)
    if form.is_valid():
        photo = cast("UploadedFile[bytes]", form.cleaned_data["photo"])

        def write() -> UUID:
            return take_stamped_result(matter=found, photo=photo, reason=form.cleaned_data["reason"], by=by).id

        try:
            answer_once(request.POST.get("once", ""), sent_with_photo(request), by=by, write=write)
            messages.success(request, _("记下了。这张照片就是这份文件的正式版本。"))
            return redirect("matters:papers", found.id)
        except Refused as refused:
            add_refusal(form, refused, "reason" if refused.code == "stamped.no-reason" else "photo")
    return render(request, "matters/papers.html", papers_page(request, found, form), status=400)


@require_safe
def stamped(request: HttpRequest, matter_id: UUID, stamped_id: UUID) -> HttpResponse:
    """One stamped version of the result, for whoever may read the result."""
    found, drive = fetch_decided(request, matter_id)
    papers = [paper_of(found, each) for each in decisions_of(drive)]
    kept = (paper for paper in papers for each in stamped_versions(RESULT_PAPER, paper) if each.id == stamped_id)
    try:
        return serve(request, stamped_photo(RESULT_PAPER, next(kept, found.id), stamped_id))
    except File.DoesNotExist:
        raise Http404 from None
