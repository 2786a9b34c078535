"""How a rule's "no" (``linli.rules.errors.Refused``) reaches a person: as a sentence, in a form, or as a page."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from linli.rules.errors import Forbidden, Refused, TooOften
from linli.rules.packs import Text
from linli.web.errors import plain_page
from linli.web.law import language_of


def words_of(refused: Refused) -> str:
    """The sentence of a refusal in the reader's language."""
    return refused.say(gettext, lambda fact: language_of(fact) if isinstance(fact, Text) else fact)


def add_refusal(form: BaseForm, refused: Refused, field: str | None = None) -> None:
    """Puts a refusal into a bound form: at ``field``, or above all of it; the summary and the box then show it.

    A refusal because of who asks cannot be mended in a form: it is raised again, and becomes its page.
    """
    if isinstance(refused, Forbidden):
        raise refused
    form.add_error(field, ValidationError(words_of(refused), code=refused.code))


def refusal_page(request: HttpRequest, refused: Refused, status: int = 409, back: str = "") -> HttpResponse:
    """A page that says the refusal and leads back to ``back`` (a path of this site) or to the first page.

    ``status``: 409 where the state of things forbids it (the default), 400 where what was sent cannot be read,
    413 where it is too large, 403 where this person may not.
    """
    response = plain_page(request, status, title=gettext("这一步现在办不了"), words=words_of(refused), back=back)
    response.headers["X-Refused"] = refused.code
    return response


def where_from(request: HttpRequest) -> str:
    """The path of our own page whose form was sent, to go back to; "" where there is none."""
    came = urlsplit(request.headers.get("Referer", ""))
    ours = request.method == "POST" and came.netloc == request.get_host() and not came.path.startswith("//")
    return came.path if ours else ""


class RefusedMiddleware:
    """Middleware: a refusal that a view did not catch becomes its page, never a page of failure."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        response = refusal_page(request, exception, status=status_of(exception), back=where_from(request))
        if isinstance(exception, TooOften):
            response.headers["Retry-After"] = str(exception.facts["seconds"])
        return response


def status_of(refused: Refused) -> int:
    """403 for who may not, 429 (RFC 6585) for who tries too often, else 409: the state of things forbids it."""
    return 403 if isinstance(refused, Forbidden) else 429 if isinstance(refused, TooOften) else 409
