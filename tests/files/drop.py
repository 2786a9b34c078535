"""A site of one page that takes a drop of files, under linli's own settings; granian serves it in a test."""

import json
import os
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

MIDDLEWARE = [
    "django.middleware.locale.LocaleMiddleware",
    "linli.files.uploads.UploadLimits",
    "django.middleware.csrf.CsrfViewMiddleware",
]


@csrf_exempt
def drop(request: HttpRequest) -> JsonResponse:
    """Says what arrived."""
    arrived = [
        {"field": field, "name": upload.name, "position": getattr(upload, "position", None), "size": upload.size}
        for field, uploads in request.FILES.lists()
        for upload in uploads
    ]
    return JsonResponse({"files": arrived, "words": request.POST.dict()})


urlpatterns = [path("drop", drop)]


def application(environ: dict[str, Any], start_response: Any) -> object:
    """The door for granian; settings are narrowed when the first request comes."""
    from django.conf import settings

    if __name__ != settings.ROOT_URLCONF:
        settings.ROOT_URLCONF = __name__
        settings.MIDDLEWARE = MIDDLEWARE
        settings.UPLOAD_LIMIT = json.loads(os.environ["TEST_UPLOAD_LIMIT"])
    return get_wsgi_application()(environ, start_response)
