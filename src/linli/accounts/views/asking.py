"""Who asks, for limits: the network address a request came from; kept by nobody, only counted as a hash."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from linli.accounts.adapters.weixin import weixin
from linli.accounts.services import spend

TEN_MINUTES = timedelta(minutes=10)


def came_from(request: HttpRequest) -> str:
    """The address of the browser: behind our own proxy the one that the proxy saw, else the one that connects."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def in_weixin(request: HttpRequest) -> bool:
    """Whether the page is open inside Weixin and this instance has an official account there: only then it can ask."""
    return weixin() is not None and "MicroMessenger" in request.headers.get("User-Agent", "")


def spend_here(what: str, request: HttpRequest, *, most: int) -> None:
    """Count one try from where the request came, in ten minutes; a whole block of flats may share one address."""
    spend(what, came_from(request), most=most, within=TEN_MINUTES)
