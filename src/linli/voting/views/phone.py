"""An owner's own pages of a drive: the question in plain words, signing, and what stands for their home."""

import uuid
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.files.services import store_signature
from linli.files.views import serve
from linli.record import clock
from linli.record.acting import Acting, actor
from linli.record.services import answer_once
from linli.rules.errors import Forbidden, Refused
from linli.rules.packs import Threshold
from linli.voting import counting
from linli.voting.forms import VoiceForm
from linli.voting.models import Drive, Seat, Voice
from linli.voting.policy import tasks_of
from linli.voting.queries import (
    MARKS,
    OwnSeat,
    answer_state,
    answer_word,
    condition_name,
    condition_words,
    law_of,
    own_seat,
)
from linli.voting.services import give_voice, name_voter
from linli.voting.views.words import word_facts
from linli.web.dates import day, full_day
from linli.web.refusal import words_of


def fetch(request: HttpRequest, seat_id: UUID) -> tuple[OwnSeat, Acting]:
    """The reader's own seat; refused to all but its owners."""
    by = actor(request)
    try:
        return own_seat(seat_id, by), by
    except Seat.DoesNotExist:
        raise Http404 from None


def is_open(drive: Drive) -> bool:
    """Whether a word may still be given, as far as a page can tell; the service judges by the database's clock."""
    return drive.state == Drive.State.OPEN and clock.now() < drive.closes_at


@login_required
@require_safe
def voice(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """The question and its rule in plain words, and three answers of equal weight; nothing is chosen beforehand."""
    own, _by = fetch(request, seat_id)
    if not is_open(own.drive):
        return redirect("voting:seat", own.seat.id)
    return render(request, "voting/voice.html", voice_page(own, VoiceForm(objections=asks_objection(own.drive))))


@login_required
@require_POST
def sign(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """The chosen answer once more, with the name under it; the last tap here gives the word."""
    own, by = fetch(request, seat_id)
    form = VoiceForm(request.POST, objections=asks_objection(own.drive))
    if not form.is_valid():
        return render(request, "voting/voice.html", voice_page(own, form), status=400)
    if "sure" not in request.POST:
        return render(request, "voting/sign.html", sign_page(own, form))
    drawn, typed = request.POST.get("signature", ""), request.POST.get("typed_name", "")

    def write() -> UUID:
        return give_voice(
            seat=own.seat,
            choice=form.cleaned_data["choice"],
            objection=form.cleaned_data.get("objection", False),
            signature=store_signature(by=by, drawn=drawn) if drawn else None,
            typed_name=typed,
            by=by,
        ).id

    try:
        answer_once(request.POST.get("once", ""), dict(request.POST), by=by, write=write)
    except Forbidden:
        raise
    except Refused as refused:
        page = sign_page(own, form) | {"refused": words_of(refused), "typed": typed}
        return render(request, "voting/sign.html", page, status=409)
    messages.success(request, _("收到了，谢谢您。"))
    return redirect("voting:seat", own.seat.id)


@login_required
@require_safe
def seat(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """The receipt: what was said for one's own home, what counts now, and what may still be done."""
    own, _by = fetch(request, seat_id)
    return render(request, "voting/seat.html", seat_page(own))


@login_required
@require_POST
def voter(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Name the co-owner who speaks for the home, or take that back."""
    own, by = fetch(request, seat_id)
    named = next((owner for owner in own.owners if str(owner.id) == request.POST.get("voter")), None)

    def write() -> UUID:
        return name_voter(seat=own.seat, voter=named, by=by).id

    answer_once(request.POST.get("once", ""), [str(own.seat.id), str(named and named.id)], by=by, write=write)
    messages.success(request, _("记下了。") if named else _("收回了。"))
    return redirect("voting:seat", own.seat.id)


@login_required
@require_safe
def signature(request: HttpRequest, voice_id: UUID) -> HttpResponse:
    """The drawn signature under a word, for its author and for those named on the drive."""
    by = actor(request)
    found = get_object_or_404(Voice.objects.select_related("signature", "drive"), id=voice_id, community=by.community)
    if found.author_id != by.person and not tasks_of(by, found.drive):
        raise Forbidden("signature.private", "签名只给签的人自己和办这件事的人看。")
    if found.signature is None:
        raise Http404
    return serve(request, found.signature)


def asks_objection(drive: Drive) -> bool:
    """Whether the rule asks for explicit objections, so that there is a box for one."""
    return any(test.measure == "objections" for test in counting.pack_of(drive).tests)


def voice_page(own: OwnSeat, form: forms.Form) -> dict[str, Any]:
    """What the page of the question shows."""
    pack = counting.pack_of(own.drive)
    several = pack.scope.value == "unit"
    return {
        "own": own,
        "seat": own.seat,
        "drive": own.drive,
        "form": form,
        "last_day": day(own.drive.last_day),
        "law": law_of(pack),
        "asks": [asked(test, several=several) for test in pack.tests],
        "words": said_so_far(own),
    }


def asked(condition: Threshold, *, several: bool) -> str:
    """What one condition of the rule counts, and what it asks."""
    return _("%(what)s：%(asks)s") % {
        "what": condition_name(condition),
        "asks": condition_words(condition, several=several),
    }


def sign_page(own: OwnSeat, form: VoiceForm) -> dict[str, Any]:
    """What the page of the signature shows; another word that stands already is said before the last tap."""
    choice = form.cleaned_data["choice"]
    others = [word for word in own.words if word != own.mine and word.choice not in (choice, Voice.Choice.SPOILED)]
    return {
        "own": own,
        "seat": own.seat,
        "drive": own.drive,
        "choice": choice,
        "word": Voice.Choice(choice).label,
        "state": MARKS[choice],
        "objection": form.cleaned_data.get("objection", False),
        "others": [word_facts(word) for word in others],
        "last_day": day(own.drive.last_day),
        "once": uuid.uuid4().hex,
    }


def seat_page(own: OwnSeat) -> dict[str, Any]:
    """What stands for the home, each word with its evidence, and what its owners may do."""
    stands = own.seat.voice
    settled = own.settled
    return {
        "own": own,
        "seat": own.seat,
        "drive": own.drive,
        "open": is_open(own.drive),
        "stands": stands,
        "state": answer_state(own.seat),
        "word": answer_word(own.seat),
        "words": said_so_far(own),
        "settled": settled,
        "settled_on": full_day(settled.closed_at) if settled and settled.closed_at else "",
        "last_day": day(own.drive.last_day),
        "once": uuid.uuid4().hex,
    }


def said_so_far(own: OwnSeat) -> list[dict[str, Any]]:
    """Each word for the home, one's own marked as such."""
    return [word_facts(word) | {"mine": word == own.mine} for word in own.words]
