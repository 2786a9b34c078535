"""Headers that every answer carries: what a page may load, who may frame it, who may keep it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""Content Security Policy, level 3 (W3C): nothing inline, nothing from elsewhere. Pages are written to it."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self)",
    "X-Robots-Tag": "noindex",
}


A_YEAR = 365 * 24 * 3600
"""Seconds for which a browser that came by https comes by nothing else (RFC 6797)."""


def policy() -> str:
    """The policy, with the streams of live pages where they are reached at a port of their own."""
    live = urlsplit(getattr(settings, "LIVE", ""))
    own = "connect-src 'self'"
    return POLICY.replace(own, f"{own} {live.scheme}://{live.netloc}") if live.netloc else POLICY


class SecurityHeadersMiddleware:
    """Middleware: sets what a view has not set itself.

    A page that may be found by search engines says so with its own ``X-Robots-Tag``. A page fetched with a session is
    never stored (RFC 9111, no-store): phones are lent and shared, and "back" after signing out must show nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if settings.SECURE:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
        response.headers.setdefault("Content-Security-Policy", policy())
        session = settings.SESSION_COOKIE_NAME
        private = session in request.COOKIES or session in response.cookies
        response.headers.setdefault("Cache-Control", "private, no-store" if private else "private, no-cache")
        return response
