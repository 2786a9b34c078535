"""The building's face, for those who knock and those who enter slips."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from linli.record.acting import actor
from linli.record.services import note
from linli.voting.models import Drive, Seat
from linli.voting.queries import Face, Landing, face_of, seat_state
from linli.web import parts

WINDOWS: dict[str, parts.Window] = {
    "yes": "agreed",
    "no": "no",
    "abstain": "abstain",
    "spoiled": "unsure",
    "conflict": "ask",
    "open": "open",
    "empty": "empty",
}


def window_word(state: str) -> str:
    """A window's word for a reader."""
    words = {
        "yes": _("同意"),
        "no": _("不同意"),
        "abstain": _("暂不表态"),
        "spoiled": _("废票，要重填"),
        "conflict": _("说法不一样，要核对"),
        "open": _("还没收到表"),
        "empty": _("空户"),
    }
    return words[state]


@login_required
@require_safe
def face(request: HttpRequest, drive_id: UUID) -> HttpResponse:
    """The face, never stored, printed or exported; each look is written in the record."""
    by = actor(request)
    drive = get_object_or_404(Drive.objects.select_related("place"), id=drive_id)
    found = face_of(drive, by)
    note("face.seen", by=by, subject_kind="drive", subject=drive.id, place=drive.place_id)
    keys = [
        parts.Key(WINDOWS[state], f"{window_word(state)} {found.counts[state]}")
        for state in WINDOWS
        if state in found.counts
    ]
    return render(
        request,
        "voting/face.html",
        {
            "drive": drive,
            "face": drawn(found),
            "keys": keys,
            "first": waiting_in(found, lambda seat: seat.id in found.first),
            "todo": todo(found),
        },
    )


def drawn(found: Face) -> parts.Face:
    """The face as its part draws it."""
    sizes = {unit: sum(len(row[column].seats) for _floor, row in found.rows) for column, unit in enumerate(found.units)}
    return parts.Face(
        units=[(scope, ngettext("%(n)s户", "%(n)s户", sizes[scope]) % {"n": sizes[scope]}) for scope in found.units],
        floors=[(floor, [landing_of(landing, found.first) for landing in row]) for floor, row in found.rows],
    )


def landing_of(landing: Landing, first: frozenset[UUID]) -> parts.Landing | None:
    """One landing; where a unit has no door on this floor, nothing is drawn."""
    flats = [
        parts.Flat(
            seat.short.rsplit("-", 1)[-1], WINDOWS[seat_state(seat)], window_word(seat_state(seat)), seat.id in first
        )
        for seat in landing.seats
    ]
    return parts.Landing(flats) if flats else None


def todo(found: Face) -> list[tuple[str, str]]:
    """The doors still to be knocked at: each unit with its rooms, in door order."""
    return waiting_in(found, lambda seat: seat_state(seat) in ("open", "abstain", "spoiled", "conflict"))


def waiting_in(found: Face, wanted: Callable[[Seat], bool]) -> list[tuple[str, str]]:
    """Some of the doors: each unit with its rooms, in door order."""
    waiting = []
    for column, unit in enumerate(found.units):
        seats = [seat for _floor, row in found.rows for seat in row[column].seats if wanted(seat)]
        rooms = [str(seat.dwelling) for seat in sorted(seats, key=lambda seat: seat.sort_key)]
        if rooms:
            waiting.append((unit, _("、").join(rooms)))
    return waiting
