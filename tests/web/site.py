"""A site of the shell alone: its own routes, its error pages, and views that go wrong on purpose."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from linli.rules.errors import Refused
from linli.web import errors
from linli.web.refusal import RefusedMiddleware


def fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the machine")


def forbids(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def is_bad(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("odd")


def refuses(request: HttpRequest) -> HttpResponse:
    raise Refused("test.too-late", "表态在{day}截止了", day="7月15日")


def signs_in(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("in")
    response.set_cookie("sessionid", "x")
    return response


urlpatterns = [
    path("", include("linli.web.urls")),
    path("fails", fails),
    path("forbids", forbids),
    path("is-bad", is_bad),
    path("refuses", refuses),
    path("signs-in", signs_in),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_failed

MIDDLEWARE = [
    "linli.web.requests.RequestIdMiddleware",
    "linli.web.security.SecurityHeadersMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    f"{RefusedMiddleware.__module__}.{RefusedMiddleware.__qualname__}",
]

UPLOADS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["linli.web.shell.shell"]},
    }
]
