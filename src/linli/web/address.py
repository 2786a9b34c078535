"""One name for the instance: whoever comes to a machine of their own by its number goes on by its name."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

NAME, NUMBER = "localhost", "127.0.0.1"


class OneNameMiddleware:
    """Middleware: what is read at 127.0.0.1 is read at localhost, where the instance's address is localhost.

    A passkey belongs to a name and never to a number (Web Authentication, level 2, §5.1.2), and a session that began
    at the one is not known at the other. What is sent is taken where it was sent: a form loses nothing written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        ours = urlsplit(settings.ADDRESS)
        came = request.META.get("HTTP_HOST", "")
        if request.method in ("GET", "HEAD") and ours.hostname == NAME and came == ours.netloc.replace(NAME, NUMBER):
            return HttpResponseRedirect(f"{ours.scheme}://{ours.netloc}{request.get_full_path()}")
        return self.get_response(request)
