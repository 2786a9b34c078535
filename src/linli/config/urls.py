"""The addresses of every page, app by app."""

from django.urls import URLPattern, URLResolver, include, path

from linli.api import api
from linli.matters.views import of_drive

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("", include("linli.web.urls")),
    path("", include("linli.portal.urls")),
    path("", include("linli.messaging.urls")),
    path("", include("linli.accounts.urls")),
    path("", include("linli.community.urls")),
    path("", include("linli.matters.urls")),
    path("", include("linli.voting.urls")),
    # Named for voting, which leads back to whoever asked without knowing who that is.
    path("matters/of/<uuid:drive_id>", of_drive, name="drive"),
]

handler400 = "linli.web.errors.bad_request"
handler403 = "linli.web.errors.forbidden"
handler404 = "linli.web.errors.not_found"
handler500 = "linli.web.errors.server_failed"
