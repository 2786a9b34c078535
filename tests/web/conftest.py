"""The shell is tested as a site of its own: no other app, no database."""

import threading
from collections.abc import Callable, Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.contrib.staticfiles.views import serve
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.web import site

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(autouse=True, scope="package")
def _alone() -> Iterator[None]:
    changed = override_settings(
        ROOT_URLCONF="tests.web.site",
        MIDDLEWARE=site.MIDDLEWARE,
        TEMPLATES=site.TEMPLATES,
        DEMO=True,
        DEBUG=False,
        FILE_UPLOAD_HANDLERS=site.UPLOADS,
    )
    with changed:
        yield


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


class _Silent(WSGIRequestHandler):
    def log_message(self, *words: object) -> None:
        """Requests are not news in a test."""


class _Statics(StaticFilesHandler):
    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        if self._should_handle(request.path):
            return serve(request, self.file_path(request.path), insecure=True)
        return super().get_response(request)


@pytest.fixture(scope="package")
def address(_alone: None) -> Iterator[str]:
    """The site over HTTP."""
    server = make_server("127.0.0.1", 0, _Statics(WSGIHandler()), handler_class=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """A reader's browser: width, height, language, mode, with or without script."""
    opened: list[BrowserContext] = []

    def make(
        width: int = 390, height: int = 844, *, language: str = "zh-hans", mode: str = "plain", script: bool = True
    ) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=address, java_script_enabled=script
        )
        context.add_cookies(
            [
                {"name": "linli_mode", "value": mode, "url": address},
                {"name": "django_language", "value": language, "url": address},
            ]
        )
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
