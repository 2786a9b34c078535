"""What was said for seats, by whom, and which of it is heard: from this alone follows what stands for each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from linli.voting.models import Conflict, Drive, Seat, Voice, VoterNaming


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one seat in the order in which they came: those that no later one replaced and none set aside.

    ``voter`` is the one whom all other owners named: what these said by themselves is then not heard.
    """

    said: tuple[Voice, ...]
    voter: UUID | None

    @property
    def heard(self) -> tuple[Voice, ...]:
        """The words that count. A slip names a household and not one owner, so it is heard whoever the voter is."""
        if self.voter is None:
            return self.said
        return tuple(word for word in self.said if word.channel == Voice.Channel.PAPER or word.author_id == self.voter)

    @property
    def clear(self) -> tuple[Voice, ...]:
        """A spoiled slip says nothing that another word could contradict."""
        return tuple(word for word in self.heard if word.choice != Voice.Choice.SPOILED) or self.heard

    @property
    def differ(self) -> bool:
        """Whether no word can stand for the seat."""
        return len({word.choice for word in self.clear}) > 1

    @property
    def stands(self) -> Voice | None:
        """The word that stands where they agree: the latest, or the latest that objects."""
        if self.differ:
            return None
        return max(self.clear, key=lambda word: (word.objection, word.id), default=None)


def words_of(seats: Iterable[Seat]) -> dict[UUID, Words]:
    """The words of each seat; three statements, whatever the number of seats."""
    seats = list(seats)
    ids = [seat.id for seat in seats]
    aside = Conflict.set_aside.through.objects.filter(conflict__seat__in=ids).values("voice")
    said: dict[UUID, list[Voice]] = defaultdict(list)
    left = Voice.objects.filter(seat__in=ids, replaced_by=None).exclude(id__in=aside).order_by("id")
    for word in left.select_related("author", "collector", "entered_by", "stack", "signature"):
        said[word.seat_id].append(word)
    voters = voters_of(seats)
    return {seat.id: Words(tuple(said[seat.id]), voters.get(seat.id)) for seat in seats}


def voters_of(seats: Sequence[Seat]) -> dict[UUID, UUID]:
    """For each seat with an agreed voter, who that is: every other owner's latest naming names them, and they nobody
    else."""
    latest: dict[UUID, dict[UUID, UUID | None]] = defaultdict(dict)
    for naming in VoterNaming.objects.filter(seat__in=[seat.id for seat in seats]).order_by("id"):
        latest[naming.seat_id][naming.person_id] = naming.voter_id
    found = {}
    for seat in seats:
        if seat.id in latest:
            voter = agreed({person.id for person in seat.entitled.all()}, latest[seat.id])
            if voter is not None:
                found[seat.id] = voter
    return found


def agreed(owners: set[UUID], named: Mapping[UUID, UUID | None]) -> UUID | None:
    """The one of several owners whom all others name."""
    for one in owners if len(owners) > 1 else ():
        if named.get(one) in (None, one) and all(named.get(other) == one for other in owners - {one}):
            return one
    return None


def paper_of_door(drive: Drive, door: str) -> Voice | None:
    """The latest slip of a door, called by its short or its whole name; None where there is none."""
    papers = Voice.objects.filter(drive=drive, replaced_by=None, channel=Voice.Channel.PAPER)
    of_door = papers.filter(Q(seat__short=door) | Q(seat__label=door))
    return of_door.select_related("seat", "author", "collector", "entered_by", "stack", "signature").first()


def hands_on(seats: Iterable[Seat]) -> dict[UUID, list[UUID]]:
    """Who had a hand in the slips of each seat: who took in its stack and who read it, from the first to the last.

    Each slip of a seat takes the place of the one before, so that all of them are one chain.
    """
    slips = Voice.objects.filter(seat__in=[seat.id for seat in seats], channel=Voice.Channel.PAPER).order_by("id")
    hands: dict[UUID, list[UUID]] = defaultdict(list)
    for seat, clerk, reader in slips.values_list("seat", "stack__clerk", "entered_by"):
        hands[seat] += [hand for hand in (clerk, reader) if hand is not None]
    return hands


def paper_words(seats: Iterable[Seat]) -> dict[UUID, Voice]:
    """The slip of each seat that has one, whatever became of it: a later slip takes its place."""
    slips = Voice.objects.filter(seat__in=[seat.id for seat in seats], replaced_by=None, channel=Voice.Channel.PAPER)
    return {slip.seat_id: slip for slip in slips}
