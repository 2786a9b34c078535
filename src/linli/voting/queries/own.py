"""What is one's own in a drive."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from linli.community.models import Person
from linli.record.acting import Acting
from linli.voting import policy
from linli.voting.models import Conflict, Drive, Seat, Voice
from linli.voting.queries.words import words_of
from linli.web import parts


@dataclass(frozen=True, slots=True)
class OwnSeat:
    """One's own home in a drive: what was said for it, what stands, who speaks for it, and what was settled."""

    seat: Seat
    drive: Drive
    me: Person
    words: tuple[Voice, ...]
    mine: Voice | None
    voter: Person | None
    owners: tuple[Person, ...]
    named: UUID | None
    settled: Conflict | None


def seats_of_person(drive: Drive, viewer: Acting | None) -> list[Seat]:
    """The seats for which the viewer may speak, with what stands for them."""
    if viewer is None or viewer.person is None:
        return []
    return list(
        Seat.objects.filter(electorate=drive.electorate_id, entitled=viewer.person)
        .select_related("voice", "voice__collector", "conflict", "scope")
        .order_by("sort_key")
    )


def homes_of_others(drive: Drive, viewer: Acting | None) -> list[Seat]:
    """The seats of homes where the viewer lives and for which only somebody else may speak."""
    if viewer is None or viewer.person is None:
        return []
    lives = Seat.objects.filter(
        electorate=drive.electorate_id,
        dwelling__households__residencies__person=viewer.person,
        dwelling__households__residencies__until=None,
    )
    return list(lives.exclude(entitled=viewer.person).distinct().order_by("sort_key"))


def own_seat(seat_id: UUID, viewer: Acting) -> OwnSeat:
    """One's own seat with all its words; ``Seat.DoesNotExist`` where there is none, refused to all but its owners."""
    seat = Seat.objects.select_related("electorate__drive", "voice", "conflict", "scope").get(id=seat_id)
    me = Person.objects.get(id=policy.require_speaker(viewer, seat))
    words = words_of([seat])[seat.id]
    owners = tuple(seat.entitled.order_by("id"))
    naming = seat.namings.filter(person=me).order_by("-id").first()
    return OwnSeat(
        seat=seat,
        drive=seat.electorate.drive,
        me=me,
        words=words.said,
        mine=next((word for word in words.said if word.author_id == me.id and word.signed_by_author), None),
        voter=next((owner for owner in owners if owner.id == words.voter), None),
        owners=owners,
        named=naming.voter_id if naming else None,
        settled=seat.conflicts.filter(settled_by__isnull=False)
        .select_related("settled_by", "voice")
        .order_by("-closed_at")
        .first(),
    )


#: A choice as a mark.
MARKS: dict[str, parts.State] = {"yes": "done", "no": "no", "abstain": "abstain", "spoiled": "late"}


def answer_state(seat: Seat) -> parts.State:
    """What stands for a seat, as a mark."""
    if seat.conflict_id:
        return "late"
    return MARKS[seat.voice.choice] if seat.voice else "open"


def answer_word(seat: Seat) -> str:
    """What stands for a seat, in its owners' own words."""
    if seat.conflict_id:
        return _("说法不一样，先不算")
    return seat.voice.get_choice_display() if seat.voice else _("还没有表态")
