"""The site over HTTP, on a database of its own that commits, and browsers to walk it with."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def address(committed_db: str) -> Iterator[str]:
    """The whole site, served by threads of this process."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    class Silent(WSGIRequestHandler):
        def log_message(self, *words: object) -> None:
            """Requests are not news in a test."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Silent)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium for a while.

    Its driver runs an event loop in the test's own thread, where Django keeps connections apart from the others: what
    the test asked of the database meanwhile is let go here, or the next test would find a connection to a database
    that is gone.
    """
    from django.db import connections

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
            connections.close_all()


@pytest.fixture
def phone(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Page]]:
    """A new phone of 390 × 844 in Chinese; what goes wrong in its pages' scripts fails the test."""
    # Playwright's own event loop runs in the test's thread, where the test also asks the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    faults: list[str] = []
    opened: list[BrowserContext] = []
    with a_browser() as browser:

        def take_out() -> Page:
            context = browser.new_context(
                viewport={"width": 390, "height": 844}, base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai"
            )
            context.set_default_timeout(15_000)
            opened.append(context)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
            return page

        yield take_out
        for context in opened:
            context.close()
    assert not faults
