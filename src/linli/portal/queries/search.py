"""Finding things by words of two letters and more: by their pairs of letters first (an index), then letter by letter.

The indexes stand on the names themselves (``portal`` migration 0001), so that whatever writes a name, a register of
100,000 rows as well, need not know that it can be searched. Sealed values and private kinds have no such index.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import BooleanField, F, Func, Model, Prefetch, QuerySet, TextField, Value

from linli.community.models import Dwelling, Household, Organisation, Ownership, Person, Place, Role
from linli.community.policy import SEE_REGISTER, can
from linli.community.queries import community_of, labels_of
from linli.matters.models import Matter
from linli.matters.queries import for_community
from linli.messaging.models import Notice
from linli.messaging.queries import notices_for
from linli.record.acting import Acting
from linli.record.models import Thread
from linli.rules.errors import Refused

Thing = TypeVar("Thing", bound=Model)

SHORTEST = 2
MOST_WORDS = 5
MOST_LETTERS = 60
#: Of each kind; who has more before them writes another word.
SHOWN = 10

PLACE, DWELLING, PERSON, ORGANISATION = ("name",), ("room", "name"), ("name",), ("name",)
MATTER, THREAD = ("title", "words"), ("number",)
"""What is searched of each kind: the columns of its index, in their order."""


class Text(Func):
    """What is searched of a row, spelled as its index has it."""

    template = "%(expressions)s"
    arg_joiner = " || ' ' || "
    output_field = TextField()


class HasPairs(Func):
    """Whether a text has every pair of letters of a word: what the index answers."""

    template = "linli_pairs(%(expressions)s)"
    arg_joiner = ") @> linli_pairs("
    output_field = BooleanField()


class HasWord(Func):
    """Whether a text has the word itself, in whatever width and size of letters."""

    template = "position(linli_plain(%(expressions)s)) > 0"
    arg_joiner = ") in linli_plain("
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader finds: at most ``SHOWN`` of each kind; ``more`` where there are others besides.

    ``notices`` are found by their
    number alone; ``homes`` and ``people`` are empty to all but the office. ``labels`` are the doors' names, by their
    ids.
    """

    matters: Sequence[Matter]
    notices: Sequence[Notice]
    places: Sequence[Place]
    organisations: Sequence[Organisation]
    homes: Sequence[Dwelling]
    people: Sequence[Person]
    labels: dict[UUID, str]
    more: bool

    @property
    def nothing(self) -> bool:
        """Whether there is none of anything."""
        return not (self.matters or self.notices or self.places or self.organisations or self.homes or self.people)


def search(asked: str, viewer: Acting) -> Found:
    """What the viewer may see in their community that has every word; a constant number of statements.

    Refused: no word, a word of one letter (half of the roster would have it), more than anybody would write.
    """
    words = words_in(asked)
    community = community_of(viewer)
    of_office = can(viewer, SEE_REGISTER, community)
    threads = having(Thread.objects.filter(community=community.id), THREAD, words)
    numbered = first(for_community(viewer).filter(thread__in=threads))
    notices = first(notices_for(viewer).filter(thread__in=threads))
    matters = list(
        {each.id: each for each in (*numbered, *first(having(for_community(viewer), MATTER, words)))}.values()
    )
    places = first(having(Place.objects.filter(community=community).order_by("sort_key", "id"), PLACE, words))
    bodies = first(having(Organisation.objects.filter(community=community).order_by("name", "id"), ORGANISATION, words))
    homes: list[Dwelling] = []
    people: list[Person] = []
    if of_office:
        homes = first(having(Dwelling.objects.filter(community=community).order_by("sort_key", "id"), DWELLING, words))
        people = first(having(people_with_doors(community), PERSON, words))
    labels = labels_of(community, [*homes, *(door for person in people for door in doors_of_person(person))])
    kinds: list[Sequence[Model]] = [matters, notices, places, bodies, homes, people]
    return Found(
        matters=matters[:SHOWN],
        notices=notices[:SHOWN],
        places=places[:SHOWN],
        organisations=bodies[:SHOWN],
        homes=homes[:SHOWN],
        people=people[:SHOWN],
        labels={door: label.full for door, label in labels.items()},
        more=any(len(kind) > SHOWN for kind in kinds),
    )


def words_in(asked: str) -> list[str]:
    """The words that are looked for."""
    words = asked[:MOST_LETTERS].split()[:MOST_WORDS]
    if not words or min(map(len, words)) < SHORTEST:
        raise Refused("search.too-short", "每个词请写两个字以上，例如：电梯。")
    return words


def having(rows: QuerySet[Thing], columns: Iterable[str], words: Iterable[str]) -> QuerySet[Thing]:
    """The rows that have every word in these columns."""
    for word in words:
        text = Text(*map(F, columns))
        rows = rows.filter(HasPairs(text, Value(word)), HasWord(Value(word), text))
    return rows


def first(rows: QuerySet[Thing]) -> list[Thing]:
    """What is shown of one kind, and one more, by which one knows that there are others."""
    return list(rows[: SHOWN + 1])


def people_with_doors(community: Place) -> QuerySet[Person]:
    """Everybody on the roster with the doors they own or keep house behind, and the roles they hold."""
    return (
        Person.objects.filter(community=community)
        .order_by("name", "id")
        .prefetch_related(
            Prefetch("ownerships", Ownership.objects.filter(until=None).select_related("dwelling").order_by("id")),
            Prefetch("residencies__household", Household.objects.select_related("dwelling")),
            Prefetch("roles", Role.objects.filter(until=None).order_by("id")),
        )
    )


def doors_of_person(person: Person) -> list[Dwelling]:
    """The doors of somebody who was found, each once: owned, then lived behind."""
    doors = [ownership.dwelling for ownership in person.ownerships.all()]
    doors += [stay.household.dwelling for stay in person.residencies.all() if stay.until is None]
    return list({door.id: door for door in doors}.values())
