"""What the office has of its papers: its archives, its blanks."""

from linli.community.models import Place
from linli.portal.models import Archive, PaperBlank


def archives_of(community: Place) -> list[Archive]:
    """The last archives that the community ordered, the newest first."""
    return list(Archive.objects.filter(community=community).order_by("-at", "-id")[:20])


def blanks_of(community: Place) -> list[PaperBlank]:
    """The community's blanks in use, by name."""
    return list(PaperBlank.objects.filter(community=community, retired_at=None).order_by("title", "id"))
