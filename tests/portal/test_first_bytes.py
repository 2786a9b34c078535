"""What a resident's phone fetches for the first page: small, and compressed only where nobody can learn from it."""

import gzip
import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from django.test import Client
from pytest_django import Settings

from tests import cast

pytestmark = pytest.mark.django_db
#: design.md §7.
PROMISED = 150 * 1000
GZIP = {"accept-encoding": "gzip"}


class Loads(HTMLParser):
    """What a browser fetches for a page by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and values.get("rel") in ("icon", "stylesheet", "manifest", "modulepreload"):
            self.found.add(values["href"] or "")
        elif tag in ("script", "img", "source", "iframe") and values.get("src"):
            self.found.add(values["src"] or "")


def fetched(client: Client, address: str) -> dict[str, bytes]:
    """Every answer that a cold browser takes for a page, as it comes over the line."""
    taken: dict[str, bytes] = {}
    waiting = [address]
    while waiting:
        here = waiting.pop()
        if here in taken or here.startswith("data:"):
            continue
        answer = client.get(here, headers=GZIP)
        assert answer.status_code == 200, here
        taken[here] = answer.getvalue()
        small = answer.headers.get("Content-Encoding") == "gzip"
        words = (gzip.decompress(taken[here]) if small else taken[here]).decode("utf-8", "replace")
        if "html" in answer["Content-Type"]:
            found = Loads(words).found
        else:
            pairs = re.findall(r"""url\(["']?([^"')]+)|(?:from|import)\s*\(?["']([^"']+)["']""", words)
            found = {one or other for one, other in pairs}
        waiting += [urljoin(here, each) for each in found if "$" not in each and "#" not in each]
    return taken


@pytest.mark.parametrize("live", ["", "http://localhost:8001"])
def test_the_sites_own_pages_run_nothing_that_is_not_theirs(settings: Settings, live: str) -> None:
    """The policy as a browser gets it, by the site's own settings; only the streams are let in beside it."""
    settings.LIVE = live
    neighbour = cast.signed_in(cast.neighbour(cast.compound(cast.community())))
    for client, address in ((neighbour, "/"), (Client(), "/"), (Client(), "/sign-in"), (Client(), "/nowhere")):
        answer = client.get(address)
        given = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
        assert given == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "font-src": "'self'",
            "connect-src": f"'self' {live}".strip(),
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
        }
        page = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_a_residents_first_page_is_small_with_all_that_it_loads() -> None:
    community = cast.community()
    neighbour = cast.neighbour(cast.compound(community))
    taken = fetched(cast.signed_in(neighbour), "/")
    assert len(taken) > 5
    assert {address for address, content in taken.items() if content[:2] != b"\x1f\x8b"} <= {"/static/web/mark.svg"}
    assert sum(map(len, taken.values())) <= PROMISED


def test_only_what_shows_nothing_from_outside_is_compressed() -> None:
    client = cast.signed_in(cast.clerk(cast.community()))

    def encoding(answer: object) -> str:
        return getattr(answer, "headers").get("Content-Encoding", "")  # noqa: B009

    assert encoding(client.get("/", headers=GZIP)) == "gzip"
    assert "Accept-Encoding" in client.get("/", headers=GZIP)["Vary"]
    assert encoding(client.get("/")) == ""
    # What is asked for, or typed, could be shown again beside what is secret.
    assert encoding(client.get("/search?q=secret", headers=GZIP)) == ""
    assert encoding(client.post("/places", {"kind": "compound", "name": ""}, headers=GZIP)) == ""


def test_the_length_of_a_page_is_blurred() -> None:
    client = cast.signed_in(cast.clerk(cast.community()))
    heads = [client.get("/", headers=GZIP).content[:110] for _ in range(8)]
    # RFC 1952, 2.3.1: a name in the head, ended by a zero byte.
    assert all(head[3] & 8 for head in heads)
    assert len({head.index(b"\0", 10) for head in heads}) > 1


def test_a_file_of_the_program_comes_whole_and_is_asked_for_again_without_being_sent() -> None:
    client = Client()
    plain = client.get("/static/web/parts.css")
    small = client.get("/static/web/parts.css", headers=GZIP)
    assert gzip.decompress(small.content) == plain.content
    assert int(small["Content-Length"]) == len(small.content) < len(plain.content) / 3
    assert small["Content-Type"] == plain["Content-Type"]
    again = client.get("/static/web/parts.css", headers=GZIP | {"if-modified-since": small["Last-Modified"]})
    assert again.status_code == 304
