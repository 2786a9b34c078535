"""The smallest Django project: one page that asks the database, and a worker with nothing to do."""

import os

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from linli.config.settings import database

DATABASES = {"default": database(os.environ["DATABASE_URL"])}
SECRET_KEY = os.environ["LINLI_SECRET_KEY"]
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = __name__
INSTALLED_APPS = [
    "django.contrib.sessions",
    *("linli.record", "linli.files", "linli.community", "linli.messaging"),
]
FLOWS = __name__
REACTIONS: dict[str, tuple[str, ...]] = {}
RUNS: dict[str, object] = {}
STANDING: tuple[str, ...] = ()
USE_TZ = True


def page(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("select current_user || ' ' || pg_backend_pid()")
        return HttpResponse(f"{cursor.fetchone()[0]} {os.getpid()} {os.getppid()}")


urlpatterns = [path("", page)]
