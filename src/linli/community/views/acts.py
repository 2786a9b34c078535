"""The office's pages of places: what there is, one compound's doors, doors by rule, and the register taken in."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.community.adapters.register_sheets import write_register_sheet
from linli.community.adapters.registers import Reading, read_register
from linli.community.adapters.workbooks import MAX_BYTES
from linli.community.forms import PlaceForm, RegisterForm, RuleForm, SameNameForm
from linli.community.models import Place, RegisterDraft
from linli.community.policy import CHANGE_REGISTER, SEE_REGISTER, Action, require
from linli.community.queries import (
    community_of,
    doors_of,
    draft_for,
    find_place,
    grounds_of,
    plan_intake,
    register_rows,
)
from linli.community.services import add_place, keep_reading, lay_out_doors, take_in_register
from linli.community.views import pages
from linli.record.acting import Acting, actor
from linli.rules.doors import level_name, read_layout
from linli.rules.errors import Refused
from linli.web.refusal import add_refusal


def fetch(request: HttpRequest, place_id: UUID, action: Action = SEE_REGISTER) -> tuple[Place, Acting]:
    """The place, if it is in the reader's community and they may do ``action`` there."""
    by = actor(request)
    try:
        place = find_place(place_id, by)
    except Place.DoesNotExist:
        raise Http404 from None
    require(by, action, place)
    return place, by


@login_required
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """门户: the compounds of the community, and adding one."""
    by = actor(request)
    community = community_of(by)
    rows = pages.ground_rows(grounds_of(community, by))
    form = PlaceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_place(parent=community, kind=form.cleaned_data["kind"], name=form.cleaned_data["name"], by=by)
            return redirect("community:place", made.id)
        except Refused as refused:
            add_refusal(form, refused, "name")
    return render(request, "community/index.html", {"rows": rows, "form": form}, status=400 if form.is_bound else 200)


@login_required
@require_safe
def place(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """One compound: its doors unit by unit, with what is known of them."""
    found, by = fetch(request, place_id)
    units = doors_of(found, by)
    return render(request, "community/place.html", {"place": found, **pages.place_page(units)})


@login_required
@require_http_methods(["GET", "POST"])
def doors(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Doors by rule: the line is read, shown as what it would make, and laid out when said so."""
    found, by = fetch(request, place_id, CHANGE_REGISTER)
    form = RuleForm(request.POST if request.method == "POST" else None, place=found)
    context: dict[str, object] = {"place": found, "form": form}
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                layout = read_layout(form.cleaned_data["rule"])
                building = form.cleaned_data.get("building", "")
                # Enter in a line that was changed presses the first button: what nobody saw is shown first.
                if "lay" in request.POST and request.POST.get("seen", form.said).split() == form.said.split():
                    laid = lay_out_doors(place=found, building=building, rule=form.cleaned_data["rule"], by=by)
                    messages.success(request, pages.laid_words(laid))
                    return redirect("community:place", found.id)
                named = level_name("building", building) if building else ""
                context |= {"seen": form.said, "building": named} | pages.layout_page(layout)
                status = 200
            except Refused as refused:
                add_refusal(form, refused, "building" if refused.code.startswith(("place.", "name.")) else "rule")
    return render(request, "community/doors.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Choosing the office's spreadsheet; a file with faults is shown with each of them, and nothing is kept of it."""
    found, by = fetch(request, place_id, CHANGE_REGISTER)
    form = RegisterForm(request.POST, request.FILES) if request.method == "POST" else RegisterForm()
    context: dict[str, object] = {"place": found, "form": form}
    if form.is_bound and form.is_valid():
        file = cast("UploadedFile[bytes]", form.cleaned_data["file"])
        try:
            # One byte more than may come is enough to refuse it.
            reading = read_register(file.read(MAX_BYTES + 1), file.name or "")
            if not reading.errors:
                plan_intake(found, reading, viewer=by)
                return redirect("community:preview", found.id, keep_reading(place=found, reading=reading, by=by).id)
            context |= pages.fault_page(reading)
        except Refused as refused:
            add_refusal(form, refused, "file")
    return render(request, "community/register.html", context, status=400 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, place_id: UUID, draft_id: UUID) -> HttpResponse:
    """What the register would bring, what is doubtful, what is left out; written only when the clerk says so."""
    found, by = fetch(request, place_id, CHANGE_REGISTER)
    try:
        draft = draft_for(found, draft_id, by)
    except RegisterDraft.DoesNotExist:
        messages.warning(request, _("这份预览已经确认过，或者放得太久了。要再导入，请重新选文件。"))
        return redirect("community:register", found.id)
    reading = Reading.from_json(draft.reading)
    names = reading.same_names
    bound = SameNameForm(request.POST, names=names) if request.method == "POST" else None
    if bound is not None and bound.is_valid():
        chosen = bound.cleaned_data["same_people"]
        taken = take_in_register(place=found, reading=reading, same_people=chosen, draft=draft, by=by)
        messages.success(request, pages.taken_words(taken.counts))
        return redirect("community:place", found.id)
    intake = plan_intake(found, reading, viewer=by)
    form = bound or SameNameForm(names=names, initial={"same_people": sorted(intake.joined)})
    context = {"place": found, "form": form, "names": names, **pages.preview_page(reading, intake)}
    return render(request, "community/preview.html", context, status=400 if bound else 200)


@login_required
@require_safe
def sheet(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The compound's register as a spreadsheet to fill in, with what is already known."""
    found, by = fetch(request, place_id)
    response = HttpResponse(
        write_register_sheet(register_rows(found, by)),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = 'attachment; filename="register.xlsx"'
    response["Cache-Control"] = "no-store"
    return response
