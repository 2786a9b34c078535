"""The office's pages of places: what there is, one compound's doors, doors by rule, and the register taken in."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.community.adapters.register_sheets import write_left_out_sheet, write_register_sheet
from linli.community.adapters.workbooks import MAX_BYTES
from linli.community.forms import OrderForm, PlaceForm, RegisterForm, RuleForm
from linli.community.models import Place, RegisterDraft
from linli.community.policy import CHANGE_REGISTER, SEE_REGISTER, Action, require
from linli.community.queries import (
    community_of,
    doors_of,
    draft_for,
    find_place,
    grounds_of,
    imports_of,
    left_out_of,
    preview_in,
    register_rows,
    work_on,
)
from linli.community.services import add_place, hand_in_register, lay_out_doors, order_register, undo_register
from linli.community.views import pages
from linli.record.acting import Acting, actor
from linli.record.ids import new_id
from linli.record.services import answer_once
from linli.rules.doors import level_name, read_layout
from linli.rules.errors import Refused
from linli.web.refusal import add_refusal

State = RegisterDraft.State


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
    """Choosing the office's spreadsheets, and what was taken in before."""
    found, by = fetch(request, place_id, CHANGE_REGISTER)
    form = RegisterForm(request.POST, request.FILES) if request.method == "POST" else RegisterForm()
    if form.is_bound and form.is_valid():
        try:
            return redirect("community:preview", found.id, handed_in(request, found, form.cleaned_data["file"], by))
        except Refused as refused:
            add_refusal(form, refused, "file")
    imports = pages.import_rows(found, imports_of(found, by))
    context = {"place": found, "form": form, "imports": imports, "once": new_id().hex}
    return render(request, "community/register.html", context, status=400 if form.is_bound else 200)


def handed_in(request: HttpRequest, place: Place, chosen: Sequence[UploadedFile], by: Acting) -> UUID | None:
    """The draft of what was chosen, once for each time the page was asked for: what is sent again finds it there."""
    # One byte more than may come is enough to refuse it.
    files = [(file.read(MAX_BYTES + 1), _("第%(n)s个文件") % {"n": n}) for n, file in enumerate(chosen, start=1)]
    sent = [str(place.id), *(hashlib.sha256(content).hexdigest() for content, _name in files)]

    def write() -> UUID:
        return hand_in_register(place=place, files=files, by=by).id

    return answer_once(request.POST.get("once", ""), sent, by=by, write=write)


@login_required
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, place_id: UUID, draft_id: UUID) -> HttpResponse:
    """A register on its way in: what it would bring; how far it is; what it has brought, and what was left out."""
    found, by, draft = fetch_draft(request, place_id, draft_id)
    if draft is None:
        messages.warning(request, _("这份预览已经不在了，一份预览只留一天。要再导入，请重新选文件。"))
        return redirect("community:register", found.id)
    if draft.state in (State.READING, State.ORDERED):
        return under_way(request, found, draft)
    if draft.state == State.UNREAD:
        context = {"place": found, "refusal": pages.refusal_words(draft)}
        return render(request, "community/unread.html", context)
    seen = preview_in(draft)
    if draft.state == State.TAKEN and draft.taken:
        context = {"place": found, "draft": draft, **pages.taken_page(draft.taken, seen)}
        return render(request, "community/taken.html", context)
    bound = OrderForm(request.POST, names=seen.names, absent=bool(seen.absent_lived_in))
    form = bound if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            chosen = form.cleaned_data
            whole = chosen.get("whole", False)
            order_register(draft=draft, same_people=chosen.get("same_people", ()), whole=whole, by=by)
            return redirect("community:preview", found.id, draft.id)
        except Refused as refused:
            add_refusal(form, refused, None)
    initial = {"same_people": seen.joined}
    form = form or OrderForm(names=seen.names, absent=bool(seen.absent_lived_in), initial=initial)
    context = {"place": found, "draft": draft, "form": form, **pages.preview_page(draft, seen)}
    return render(request, "community/preview.html", context, status=400 if form.is_bound else 200)


def fetch_draft(request: HttpRequest, place_id: UUID, draft_id: UUID) -> tuple[Place, Acting, RegisterDraft | None]:
    """The place, and the reader's own draft for it, or None where it is gone."""
    found, by = fetch(request, place_id, CHANGE_REGISTER)
    try:
        return found, by, draft_for(found, draft_id, by)
    except RegisterDraft.DoesNotExist:
        return found, by, None


def under_way(request: HttpRequest, found: Place, draft: RegisterDraft) -> HttpResponse:
    """How far a register is: the page asks again by itself, without script."""
    page = pages.progress_page(draft, work_on(draft))
    response = render(request, "community/under_way.html", {"place": found, **page})
    if not page["given_up"]:
        # Most registers are read within a second, and seen then; one of which there is a progress takes longer.
        response["Refresh"] = "1" if page["reading"] and not page["total"] else "2"
    return response


@login_required
@require_safe
def left_out(request: HttpRequest, place_id: UUID, draft_id: UUID) -> HttpResponse:
    """The rows that were left out of a register, each with what to mend, as a spreadsheet."""
    _found, _by, draft = fetch_draft(request, place_id, draft_id)
    if draft is None or not draft.reading:
        raise Http404
    return spreadsheet(write_left_out_sheet(pages.left_out_lines(left_out_of(draft))), "left-out.xlsx")


@login_required
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, place_id: UUID, import_id: UUID) -> HttpResponse:
    """Taking one import back: what it brought is shown first."""
    found, by = fetch(request, place_id, CHANGE_REGISTER)
    imported = next((one for one in imports_of(found, by) if one.id == import_id), None)
    if imported is None:
        raise Http404
    if request.method == "POST":
        try:
            undo_register(imported=imported, by=by)
            messages.success(request, _("撤回了：这次导入写的，都按原来的样子还回去了。"))
            return redirect("community:place", found.id)
        except Refused as refused:
            messages.error(request, refused.say(_))
    context = {"place": found, "imported": imported, "facts": pages.brought(imported.counts)}
    return render(request, "community/undo.html", context, status=409 if request.method == "POST" else 200)


@login_required
@require_safe
def sheet(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The compound's register as a spreadsheet to fill in, with what is already known."""
    found, by = fetch(request, place_id)
    return spreadsheet(write_register_sheet(register_rows(found, by)), "register.xlsx")


def spreadsheet(content: bytes, name: str) -> HttpResponse:
    """An .xlsx to be saved, never kept by what lies between."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
