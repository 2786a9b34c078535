"""What surrounds every page: the place names of the menu, how large, in which language, and the banner of a test.

``linli.web`` knows no other app: whoever knows the reader (the portal) adds ``community_name`` and ``places`` to the
context; this module adds what can be read from the request alone, without a database.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext

MODE_COOKIE = "linli_mode"
MODES = ("plain", "elder")


@dataclass(frozen=True)
class Place:
    """One entry of the menu: a word people know, its drawing, where it leads, and how many things wait there.

    ``where``: everywhere, or only on a desk, or only on a phone (a phone shows four, at most five).
    """

    label: str
    icon: str
    url: str
    count: int = 0
    current: bool = False
    where: str = "everywhere"


def mode_of(request: HttpRequest) -> str:
    """ "elder" if this reader's browser asked for large print before, else "plain"."""
    asked = request.COOKIES.get(MODE_COOKIE, "")
    return asked if asked in MODES else "plain"


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: ``mode``, ``language``, ``here`` (this page, to return to) and ``banner``.

    Reads only the request and the settings, so that an error page can use it when nothing else works.
    """
    return {
        "mode": mode_of(request),
        "language": get_language() or settings.LANGUAGE_CODE,
        "here": request.get_full_path(),
        "banner": gettext("这里是示例：人名、户号和数字多为示例。") if getattr(settings, "DEMO", False) else "",
    }
