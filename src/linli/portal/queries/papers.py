"""What the office has of its papers: its archives, its blanks."""

from uuid import UUID

from linli.community.models import Organisation, Person, Place
from linli.portal.models import Archive, PaperBlank
from linli.rules.masking import ORDINARY
from linli.web.dossier import Roster


def archives_of(community: Place) -> list[Archive]:
    """The last archives that the community ordered, the newest first."""
    return list(Archive.objects.filter(community=community).order_by("-at", "-id")[:20])


def blanks_of(community: Place) -> list[PaperBlank]:
    """The community's blanks in use, by name."""
    return list(PaperBlank.objects.filter(community=community, retired_at=None).order_by("title", "id"))


def roster_of(community: Place) -> Roster:
    """Who is known in the community, so that an archive can go without their names."""
    places = Place.objects.filter(community=community).values_list("name", flat=True)
    above = Place.objects.filter(id__in=community.path).values_list("name", flat=True)
    bodies = Organisation.objects.filter(community=community).values_list("name", flat=True)

    def names(words: set[str]) -> set[str]:
        return names_among(words, community.id)

    return Roster(names, [*{*places, *above, *bodies}, *ORDINARY])


def names_among(words: set[str], community: UUID) -> set[str]:
    """Which of some words are the names of people on the roster."""
    found = Person.objects.filter(community=community, name__in=words)
    return set(found.values_list("name", flat=True))
