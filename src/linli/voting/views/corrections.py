"""Reading a paper again that was read wrongly, while a result is looked into; for the drive's clerks alone."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.record.acting import Acting, actor
from linli.record.services import answer_once, note
from linli.rules.errors import Forbidden, Refused
from linli.voting.forms import CorrectionForm
from linli.voting.models import Drive, Seat, Voice
from linli.voting.policy import can_put_right
from linli.voting.queries import acts_of, paper_of_door, recount_under_way
from linli.voting.services import correct_slip
from linli.voting.views.phone import asks_objection
from linli.voting.views.tasks import photo_of
from linli.voting.views.words import word_facts
from linli.web.refusal import add_refusal


def fetch_looked_into(request: HttpRequest, drive_id: UUID) -> tuple[Drive, Acting]:
    """The drive whose result is looked into, and the reader as its clerk."""
    by = actor(request)
    drive = get_object_or_404(Drive.objects.select_related("place"), id=drive_id, community=by.community)
    if not can_put_right(by, drive):
        raise Forbidden("corrections.private", "更正录错的表，只给这次表态的录入人办，而且要在重新核对的时候。")
    return drive, by


@login_required
@require_http_methods(["GET", "POST"])
def corrections(request: HttpRequest, drive_id: UUID) -> HttpResponse:
    """Find a door's paper by its short name, look at its photo, and say what it says; each look is in the record."""
    drive, by = fetch_looked_into(request, drive_id)
    door = request.GET.get("door", "").strip()
    voice = paper_of_door(drive, door) if door else None
    form = form_of(request, drive, voice) if voice else None
    if voice is not None and form is not None and request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def write() -> UUID:
            return correct_slip(
                voice=voice,
                choice=said["choice"],
                objection=said.get("objection", False),
                signer=said.get("signer", ""),
                reason=said["reason"],
                by=by,
            ).id

        try:
            answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            messages.success(request, _("更正好了。原来录的留着底。"))
            return redirect("voting:corrections", drive.id)
        except Refused as refused:
            add_refusal(form, refused, "reason" if refused.code == "reason.missing" else None)
    note("corrections.seen", by=by, subject_kind="drive", subject=drive.id, place=drive.place_id)
    page = corrections_page(drive, door, voice, form)
    return render(request, "voting/corrections.html", page, status=400 if form and form.is_bound else 200)


def form_of(request: HttpRequest, drive: Drive, voice: Voice) -> CorrectionForm:
    """The form for one paper."""
    unowned = not voice.seat.entitled.exists()
    return CorrectionForm(request.POST or None, objections=asks_objection(drive), unowned=unowned)


def corrections_page(drive: Drive, door: str, voice: Voice | None, form: CorrectionForm | None) -> dict[str, Any]:
    """The door that is asked for with its paper, and what this recount has made of which home."""
    recount = recount_under_way(drive)
    doors = Seat.objects.filter(electorate=drive.electorate_id, excluded=False).order_by("sort_key", "id")
    return {
        "drive": drive,
        "recount": recount,
        "door": door,
        "doors": list(doors.values_list("short", flat=True)),
        "voice": voice,
        "word": word_facts(voice) | photo_of(voice) if voice else None,
        "form": form,
        "acts": acts_of(recount) if recount else [],
        "once": uuid.uuid4().hex,
    }
