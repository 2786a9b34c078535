"""What a drive's chain says, for those named on it and only until it is decided; for the office how much there is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from linli.record.acting import Acting
from linli.record.sealed import open_sealed
from linli.rules.chain import opening
from linli.rules.errors import Forbidden
from linli.voting import policy
from linli.voting.models import ChainLine, ChainPaste, Drive, Intention, Seat


@dataclass(frozen=True, slots=True)
class Said:
    """One home's intention, with its words as they stand in the chat; ``fresh`` where the last paste changed it."""

    intention: Intention
    words: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Unclear:
    """A line that a person must look at, or has looked at."""

    line: ChainLine
    raw: str


@dataclass(frozen=True, slots=True)
class ChainBook:
    """All that the chain has said so far: homes in door order, what waits, what was seen to."""

    last: ChainPaste | None
    said: tuple[Said, ...]
    waiting: tuple[Unclear, ...]
    seen_to: tuple[Unclear, ...]
    seats: tuple[Seat, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many homes intend what."""
        return Counter(each.intention.stand for each in self.said)


@dataclass(frozen=True, slots=True)
class ChainCounts:
    """What the office sees of a chain: how many homes are in it, of how many, and how many lines wait."""

    homes: int
    of: int
    waiting: int


def chain_of(drive: Drive, viewer: Acting | None) -> ChainBook:
    """The whole of it, for those named on the drive; the same statements whatever its length."""
    if not policy.can_see_face(viewer, drive):
        raise Forbidden("chain.private", "接龙里各户的意向只给上门和录入的人看，用完收回。")
    last = drive.chain_pastes.select_related("by_person").order_by("-number").first()
    intentions = drive.intentions.select_related("seat", "by_person").order_by("seat__sort_key", "id")
    lines = [
        Unclear(line, open_sealed(line, "raw"))
        for line in drive.chain_lines.select_related("seat", "settled_by").order_by("id")
    ]
    return ChainBook(
        last=last,
        said=tuple(
            Said(each, open_sealed(each, "words"), last is not None and each.paste_id == last.id) for each in intentions
        ),
        waiting=tuple(each for each in lines if each.line.state == ChainLine.State.WAITING),
        seen_to=tuple(each for each in lines if each.line.state != ChainLine.State.WAITING),
        seats=tuple(seats_asked(drive)),
    )


def seats_asked(drive: Drive) -> list[Seat]:
    """The homes that are asked, in door order."""
    return list(Seat.objects.filter(electorate=drive.electorate_id, excluded=False).order_by("sort_key", "id"))


def chain_counts(drive: Drive) -> ChainCounts:
    """How much there is in the chain, without a home."""
    return ChainCounts(
        homes=drive.intentions.count(),
        of=Seat.objects.filter(electorate=drive.electorate_id, excluded=False).count(),
        waiting=drive.chain_lines.filter(state=ChainLine.State.WAITING).count(),
    )


def chain_opening(drive: Drive) -> str:
    """The text that opens a chain about this drive in a chat."""
    asked = Seat.objects.filter(electorate=drive.electorate_id, excluded=False)
    # A home shows better than a shop how a door is written.
    first = asked.order_by("dwelling__use", "sort_key", "id").first()
    return opening("intention", drive.question, first.short if first else "1-301")


def homes_to_visit_first(drive: Drive) -> frozenset[UUID]:
    """The homes that have said something in the chain and of which no word is in yet."""
    told = drive.intentions.filter(seat__voice=None, seat__conflict=None)
    return frozenset(told.values_list("seat", flat=True))
