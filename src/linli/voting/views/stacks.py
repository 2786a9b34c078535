"""A clerk's pages: beginning a stack, entering its slips by keyboard, laying its photos beside them."""

import uuid
from dataclasses import astuple, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.files.services import store_pictures
from linli.files.views import serve
from linli.record.acting import Acting, actor
from linli.record.services import answer_once
from linli.rules.errors import Forbidden, Refused
from linli.voting import counting
from linli.voting.forms import StackForm
from linli.voting.models import Drive, SlipPhoto, Stack
from linli.voting.policy import require_clerk
from linli.voting.queries import SlipRow, slip_rows
from linli.voting.services import Slip, attach_photos, enter_slips, hold_slips, start_stack
from linli.web import parts
from linli.web.dates import day
from linli.web.refusal import add_refusal, words_of


def clerk_of(request: HttpRequest, drive: Drive) -> Acting:
    """The reader as a clerk named on the drive."""
    by = actor(request)
    require_clerk(by, drive)
    return by


def fetch_stack(request: HttpRequest, stack_id: UUID) -> tuple[Stack, Acting]:
    """The stack, and the reader as its clerk."""
    found = get_object_or_404(Stack.objects.select_related("drive", "collector"), id=stack_id)
    return found, clerk_of(request, found.drive)


@login_required
@require_http_methods(["GET", "POST"])
def stacks(request: HttpRequest, drive_id: UUID) -> HttpResponse:
    """The stacks so far, and a new one: collector and witness are said once for all its slips."""
    drive = get_object_or_404(Drive, id=drive_id)
    by = clerk_of(request, drive)
    form = StackForm(request.POST or None, drive=drive)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def write() -> UUID:
            return start_stack(
                drive=drive,
                collector=data["collector"],
                witness=data["witness"],
                collected_on=data["collected_on"],
                by=by,
            ).id

        try:
            return redirect(
                "voting:stack", answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
            )
        except Refused as refused:
            add_refusal(form, refused)
    so_far = [
        parts.Row(
            _("第%(n)s叠") % {"n": each.number},
            _("%(collector)s收，%(day)s") % {"collector": each.collector.name, "day": day_on(each)},
            reverse("voting:stack", args=[each.id]),
            mark=str(each.number),
        )
        for each in drive.stacks.select_related("collector").order_by("number")
    ]
    values = {"drive": drive, "form": form, "rows": so_far, "once": uuid.uuid4().hex}
    return render(request, "voting/stacks.html", values, status=400 if form.is_bound else 200)


def day_on(stack: Stack) -> str:
    """The date on a stack's slips."""
    return day(stack.collected_on) if stack.collected_on else _("没写日期")


@login_required
@require_http_methods(["GET", "POST"])
def stack(request: HttpRequest, stack_id: UUID) -> HttpResponse:
    """The slips of one stack: a line per door; what is new is saved all together or not at all."""
    found, by = fetch_stack(request, stack_id)
    rows = slip_rows(found)
    if request.method == "GET":
        return render(request, "voting/stack.html", stack_page(found, rows))
    slips = slips_from(request, found, rows)
    try:
        if slips:
            answer_once(
                request.POST.get("once", ""),
                sorted(astuple(slip) for slip in slips),
                by=by,
                write=lambda: take_slips(found, slips, by),
            )
    except Refused as refused:
        page = stack_page(found, slip_rows(found), typed=slips, refused=refused)
        return render(request, "voting/stack.html", page, status=409)
    said = ngettext("记下了%(n)s张表。", "记下了%(n)s张表。", len(slips)) if slips else _("没有新的表要记。")
    messages.success(request, said % {"n": len(slips)} if slips else said)
    return redirect("voting:stack", found.id)


def take_slips(found: Stack, slips: list[Slip], by: Acting) -> UUID:
    """Into the count, or, where nothing shows when they were given, onto the list of what an officer must judge."""
    if found.backed:
        return enter_slips(stack=found, slips=slips, by=by)[0].id
    return hold_slips(stack=found, slips=slips, by=by)[0].id


def slips_from(request: HttpRequest, found: Stack, rows: list[SlipRow]) -> list[Slip]:
    """The slips that the form brings, numbered on from those that the stack ever had, in the order of entry.

    A line that says what its voice in this stack says already is no new slip.

    ``order`` names the doors as they were filled in; without a script it is empty and door order holds.
    """
    typed = [(row, slip_of(request, row)) for row in rows]
    new = [(row, slip) for row, slip in typed if slip.choice and not is_said(row, slip)]
    order = {door: place for place, door in enumerate(request.POST.get("order", "").split())}
    new.sort(key=lambda each: order.get(str(each[1].seat), len(order)))
    lying = found.voices if found.backed else found.late_slips
    last = lying.aggregate(last=Max("position"))["last"] or 0
    return [replace(slip, position=row.position or last + place) for place, (row, slip) in enumerate(new, 1)]


def slip_of(request: HttpRequest, row: SlipRow) -> Slip:
    """What the form says of one door; without a choice there is no slip."""
    said = request.POST
    return Slip(
        seat=row.seat.id,
        choice=said.get(f"voice-{row.seat.id}", ""),
        position=0,
        objection=f"objection-{row.seat.id}" in said,
        reason=said.get(f"reason-{row.seat.id}", ""),
        signer=said.get(f"signer-{row.seat.id}", ""),
    )


def is_said(row: SlipRow, slip: Slip) -> bool:
    """Whether this stack's slip of the door says just that."""
    there = row.slip
    return row.in_this_stack and there is not None and (there.choice, there.objection) == (slip.choice, slip.objection)


def stack_page(
    found: Stack, rows: list[SlipRow], *, typed: list[Slip] | None = None, refused: Refused | None = None
) -> dict[str, Any]:
    """The page of a stack, with what was typed and could not be saved still in it."""
    kept = {slip.seat: slip for slip in typed or []}
    objections = any(test.measure == "objections" for test in counting.pack_of(found.drive).tests)
    items = [slip_part(found, row, kept.get(row.seat.id), objections=objections, refused=refused) for row in rows]
    waiting = [photo.position for photo in found.photos.order_by("position")]
    used = {row.position for row in rows if row.position}
    return {
        "stack": found,
        "drive": found.drive,
        "items": items,
        "entered": sum(row.in_this_stack for row in rows),
        "photos": len(waiting),
        "loose": [position for position in waiting if position not in used],
        "once": uuid.uuid4().hex,
        "refused": words_of(refused) if refused else "",
        "wrong": next((item.id for item in items if item.fault), ""),
    }


def slip_part(
    found: Stack, row: SlipRow, typed: Slip | None, *, objections: bool, refused: Refused | None = None
) -> parts.Slip:
    """One line of the stack: what stands, from where, and the photo of this very slip.

    What takes the place of a slip asks for its reason, the first slip of a door without owner for its signer; a box
    for an explicit objection is there where the rule asks for it.
    """
    voice, id_ = row.slip, row.seat.id
    standing = voice if row.in_this_stack else None
    ask = None
    if voice is not None:
        ask = parts.SlipAsk(f"reason-{id_}", _("更正的原因"), typed.reason if typed else "")
    elif row.unowned:
        ask = parts.SlipAsk(f"signer-{id_}", _("表上签名的业主"), typed.signer if typed else "", most=60)
    ticked = typed.objection if typed else standing is not None and standing.objection
    elsewhere = voice is not None and not row.in_this_stack
    note = _("已在别的一叠里录过") if elsewhere else _("空户") if row.seat.occupied is False and voice is None else ""
    photo = reverse("voting:photo", args=[found.id, row.position]) if row.photo and row.position else ""
    return parts.Slip(
        id=str(id_),
        door=row.seat.label,
        note=note,
        value=typed.choice if typed else standing.choice if standing else "",
        stands=standing.choice if standing else "",
        photo=photo,
        photo_words=_("%(door)s的表") % {"door": row.seat.label},
        ask=ask,
        fault=words_of(refused) if refused and refused.facts.get("door") == row.seat.label else "",
        tick=parts.SlipTick(f"objection-{id_}", _("明确反对"), ticked) if objections else None,
    )


@login_required
@require_POST
def photos(request: HttpRequest, stack_id: UUID) -> HttpResponse:
    """The photos of a stack, dropped in one go: the first belongs to the first slip."""
    found, by = fetch_stack(request, stack_id)
    uploads = request.FILES.getlist("photos")
    if not uploads:
        messages.warning(request, _("还没有选照片。请先选，再放进来。"))
        return redirect("voting:stack", found.id)

    def write() -> UUID:
        attach_photos(stack=found, files=store_pictures(by=by, uploads=uploads), by=by)
        return found.id

    try:
        sizes = [upload.size for upload in uploads]
        answer_once(request.POST.get("once", ""), [str(found.id), *sizes], by=by, write=write)
    except Forbidden:
        raise
    except Refused as refused:
        messages.error(request, words_of(refused))
        return redirect("voting:stack", found.id)
    said = ngettext("放好了%(n)s张照片。", "放好了%(n)s张照片。", len(uploads))
    messages.success(request, said % {"n": len(uploads)})
    return redirect("voting:stack", found.id)


@login_required
@require_safe
def photo(request: HttpRequest, stack_id: UUID, position: int) -> HttpResponse:
    """The photo at one position of a stack, for its clerks."""
    found, _by = fetch_stack(request, stack_id)
    kept = SlipPhoto.objects.select_related("file").filter(stack=found, position=position).first()
    if kept is None:
        raise Http404
    return serve(request, kept.file, part="thumbnail" if "small" in request.GET else "content")
