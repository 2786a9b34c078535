"""The drive's work list: words that differ, late slips, homes that were sold; each settled by name and reason."""

import functools
import uuid
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.community.queries import owners_of
from linli.record.acting import Acting, actor
from linli.record.services import answer_once, note
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Conflict, Drive, LateSlip, Seat, Voice
from linli.voting.policy import can_enter_slips, can_put_right, require_clerk, titles_of_other_eyes
from linli.voting.queries import MARKS, WorkList, hands_on, work_list
from linli.voting.services import admit_successor, judge_late_slip, settle_conflict
from linli.voting.views.words import word_facts
from linli.web.refusal import words_of


@login_required
@require_safe
def tasks(request: HttpRequest, drive_id: UUID) -> HttpResponse:
    """What waits, for those named on the drive; each look is written in the record."""
    by = actor(request)
    drive = get_object_or_404(Drive.objects.select_related("place"), id=drive_id)
    found = work_list(drive, by)
    note("tasks.seen", by=by, subject_kind="drive", subject=drive.id, place=drive.place_id)
    page = {
        "drive": drive,
        "tasks": found,
        "once": uuid.uuid4().hex,
        "can_settle": can_enter_slips(by, drive),
        "putting_right": can_put_right(by, drive),
    }
    return render(request, "voting/tasks.html", page | shown(found, others_for(by, drive)))


def shown(found: WorkList, others: Callable[[Sequence[UUID]], str]) -> dict[str, Any]:
    """The list as its page draws it; of each slip that the reader had a hand in, which other role is to look at it."""
    hands = hands_on([each.seat for each in found.differing])
    return {
        "differing": [
            (
                each,
                [word_facts(word) | photo_of(word) for word in each.words],
                others(hands[each.seat.id]),
            )
            for each in found.differing
        ],
        "late": [(slip, MARKS[slip.choice], photo_at(slip), others([slip.stack.clerk_id])) for slip in found.late],
        "done": [
            *(
                (each.seat.label, _("以%(word)s为准") % {"word": each.voice.get_choice_display()}, each)
                for each in found.settled
                if each.voice is not None
            ),
            *(
                (slip.seat.label, _("收下") if slip.state == LateSlip.State.ADMITTED else _("退回"), slip)
                for slip in found.judged
            ),
        ],
    }


def others_for(by: Acting, drive: Drive) -> Callable[[Sequence[UUID]], str]:
    """Who looks at a slip instead of the reader, who had a hand in it: roles; "" where the reader may."""

    @functools.cache
    def told(hands: tuple[UUID, ...]) -> str:
        return "、".join(titles_of_other_eyes(by, drive, hands=hands))

    def others(hands: Sequence[UUID]) -> str:
        return told(tuple(hands))

    return others


def photo_of(word: Voice) -> dict[str, str]:
    """Where the photo of a paper slip can be seen."""
    paper = word.stack_id is not None and word.position is not None
    return {"photo": reverse("voting:photo", args=[word.stack_id, word.position]) if paper else ""}


def photo_at(slip: LateSlip) -> str:
    """Where the photo of a late slip can be seen."""
    return reverse("voting:photo", args=[slip.stack_id, slip.position])


@login_required
@require_POST
def settle(request: HttpRequest, conflict_id: UUID) -> HttpResponse:
    """One of the words stands, by name and reason."""
    by = actor(request)
    conflict = get_object_or_404(Conflict.objects.select_related("drive"), id=conflict_id, community=by.community)
    require_clerk(by, conflict.drive)
    sent = request.POST.get("voice", "")
    chosen = next((voice for voice in conflict.seat.voices.all() if str(voice.id) == sent), None)

    def write() -> UUID:
        if chosen is None:
            raise Refused("conflict.none-chosen", "请先选以哪一份为准。")
        return settle_conflict(conflict=conflict, voice=chosen, reason=request.POST.get("reason", ""), by=by).id

    return back_to_list(request, conflict.drive_id, write, by, _("核对好了，两边都看得到结果和原因。"))


@login_required
@require_POST
def judge(request: HttpRequest, slip_id: UUID) -> HttpResponse:
    """A late slip is admitted or sent back."""
    by = actor(request)
    slip = get_object_or_404(LateSlip, id=slip_id, community=by.community)
    admit = request.POST.get("admit") == "yes"

    def write() -> UUID:
        return judge_late_slip(slip=slip, admit=admit, reason=request.POST.get("reason", ""), by=by).id

    return back_to_list(request, slip.drive_id, write, by, _("收下了。") if admit else _("退回了。"))


@login_required
@require_POST
def successor(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Who owns a home now speaks for it from here on."""
    by = actor(request)
    seat = get_object_or_404(Seat.objects.select_related("electorate__drive"), id=seat_id, community=by.community)
    require_clerk(by, seat.electorate.drive)
    owners = owners_of([seat.dwelling_id] if seat.dwelling_id else [])
    person = next((owner for _dwelling, owner in owners if str(owner.id) == request.POST.get("person")), None)
    if person is None:
        raise Http404

    def write() -> UUID:
        return admit_successor(seat=seat, person=person, reason=request.POST.get("reason", ""), by=by).id

    return back_to_list(request, seat.electorate.drive.id, write, by, _("接上了，以后由新业主表态。"))


def back_to_list(
    request: HttpRequest, drive_id: UUID, write: Callable[[], UUID], by: Acting, said: str
) -> HttpResponse:
    """Do the write once, say what became of it, and show the list again."""
    sent = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        answer_once(request.POST.get("once", ""), [request.path, sent], by=by, write=write)
    except Forbidden:
        raise
    except Refused as refused:
        messages.error(request, words_of(refused))
    else:
        messages.success(request, said)
    return redirect("voting:tasks", drive_id)
