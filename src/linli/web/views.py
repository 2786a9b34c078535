"""The two pages of the shell itself: how a reader wants to see, and (in a demo) every part in every state."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import check_for_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from linli.web import sample
from linli.web.shell import MODE_COOKIE, MODES

A_YEAR = 365 * 24 * 3600


def path_within(target: str) -> str:
    """``target`` if it is a path of this site, else "/": the answer never leads to another host.

    Refused are whole addresses, ``//host`` and its disguises (a backslash, a control sign, which browsers drop).
    """
    clean = target.isprintable() and "\\" not in target
    try:
        split = urlsplit(target)
    except ValueError:
        return "/"
    inside = clean and not split.scheme and not split.netloc and target.startswith("/") and not target.startswith("//")
    return target if inside else "/"


# A stranger's form can at worst enlarge the letters; without a token, pages for everybody stay free of cookies.
@csrf_exempt
@require_POST
def mode(request: HttpRequest) -> HttpResponse:
    """POST ``mode`` (plain, elder) and/or ``language`` (zh-hans, en): a cookie for a year, then back to ``next``."""
    answer = HttpResponseRedirect(path_within(request.POST.get("next", "/")))
    answer.status_code = 303
    asked = {MODE_COOKIE: request.POST.get("mode", ""), settings.LANGUAGE_COOKIE_NAME: request.POST.get("language", "")}
    allowed = {MODE_COOKIE: MODES, settings.LANGUAGE_COOKIE_NAME: tuple(dict(settings.LANGUAGES))}
    for name, value in asked.items():
        if value in allowed[name] and (name == MODE_COOKIE or check_for_language(value)):
            answer.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=settings.SECURE)
    return answer


def design(request: HttpRequest) -> HttpResponse:
    """Every part in every state, with sample words; there only in a demo or while building."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404
    return render(request, "web/design.html", sample.everything())


def design_sheet(request: HttpRequest) -> HttpResponse:
    """The A4 sheet of a result with sample words; there only in a demo or while building."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404
    return render(request, "web/design_sheet.html", sample.everything())
