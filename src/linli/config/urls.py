"""The addresses of every page, app by app."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("linli.web.urls")),
    path("", include("linli.portal.urls")),
    path("", include("linli.accounts.urls")),
    path("", include("linli.community.urls")),
    path("", include("linli.matters.urls")),
    path("", include("linli.voting.urls")),
]

handler400 = "linli.web.errors.bad_request"
handler403 = "linli.web.errors.forbidden"
handler404 = "linli.web.errors.not_found"
handler500 = "linli.web.errors.server_failed"
