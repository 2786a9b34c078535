"""Headers, error pages, refusals, and the switches of the masthead."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django import forms
from django.test import override_settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from linli.rules.errors import Refused
from linli.web.refusal import add_refusal
from linli.web.views import path_within

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n//evil.example",
    "javascript:alert(1)",
    "http:evil",
    "http:///x",
    "matters",
    "",
    "//[::1",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_switch_never_leads_elsewhere(client, target):
    answer = client.post("/mode", {"mode": "elder", "next": target})
    assert answer.status_code == 303
    assert answer["Location"] == "/"


@pytest.mark.parametrize("secure", [True, False])
def test_behind_https_cookies_and_the_browser_keep_to_it(client, settings, secure):
    """Behind a proxy the request itself comes by http: what counts is the address that people are told."""
    settings.SECURE = secure
    answer = client.post("/mode", {"mode": "elder", "next": "/"})
    assert bool(answer.cookies["linli_mode"]["secure"]) == secure
    assert answer.headers.get("Strict-Transport-Security") == ("max-age=31536000" if secure else None)


@given(st.text(max_size=30))
def test_path_within_is_a_path(target):
    path = path_within(target)
    split = urlsplit(path)
    assert path.startswith("/")
    assert not path.startswith("//")
    assert "\\" not in path
    assert (split.scheme, split.netloc) == ("", "")


def test_switch_keeps_its_word_and_returns(client):
    answer = client.post("/mode", {"mode": "elder", "language": "en", "next": "/design?joined=40"})
    assert answer["Location"] == "/design?joined=40"
    page = client.get("/design").content.decode()
    assert '<html lang="en" data-mode="elder">' in page
    client.post("/mode", {"mode": "plain", "language": "zh-hans", "next": "/design"})
    assert '<html lang="zh-Hans" data-mode="plain">' in client.get("/design").content.decode()


def test_switch_takes_only_what_it_knows(client):
    answer = client.post("/mode", {"mode": "<script>", "language": "../../etc", "next": "/design"})
    assert not answer.cookies
    assert client.get("/mode").status_code == 405
    client.cookies["linli_mode"] = '"><script>'
    assert 'data-mode="plain"' in client.get("/design").content.decode()


@pytest.mark.parametrize("path", ["/design", "/fails", "/nowhere", "/refuses", "/is-bad"])
def test_every_answer_carries_the_policy(client, path):
    answer = client.get(path)
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Robots-Tag"] == "noindex"


def test_signed_in_pages_are_not_kept(client):
    assert "no-store" not in client.get("/design")["Cache-Control"]
    assert "no-store" in client.get("/signs-in")["Cache-Control"]
    assert "no-store" in client.get("/design")["Cache-Control"]


@pytest.mark.parametrize(("path", "status"), [("/is-bad", 400), ("/forbids", 403), ("/nowhere", 404), ("/fails", 500)])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_error_page_has_a_number_that_the_log_knows(client, caplog, path, status, language):
    client.cookies["django_language"] = language
    answer = client.get(path)
    page = answer.content.decode()
    number = re.search(r"\b[2-9CFGHJMPQRVWX]{4}-[2-9CFGHJMPQRVWX]{4}\b", page)
    assert answer.status_code == status
    assert number
    assert number[0] in caplog.text
    assert "secret" not in page
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in page


def test_refusal_is_a_page_that_says_what(client):
    answer = client.get("/refuses")
    assert answer.status_code == 409
    assert "表态在7月15日截止了" in answer.content.decode()
    assert answer["X-Refused"] == "test.too-late"


def test_a_refused_form_leads_back_to_its_own_page_and_to_no_other_house(client):
    for came, back in (
        ("http://testserver/stacks/7", "/stacks/7"),
        ("http://elsewhere.example/stacks/7", "/"),
        ("http://testserver//elsewhere.example", "/"),
    ):
        assert f'href="{back}">' in client.post("/refuses", headers={"referer": came}).content.decode()


def test_refusal_stands_in_the_form():
    class Slip(forms.Form):
        voice = forms.CharField()

    form = Slip({"voice": "yes"})
    assert form.is_valid()
    add_refusal(form, Refused("test.too-late", "表态在{day}截止了", day="7月15日"), "voice")
    assert form.errors["voice"] == ["表态在7月15日截止了"]
    assert form.errors.as_data()["voice"][0].code == "test.too-late"


def test_page_of_parts_is_not_there_in_earnest(client):
    with override_settings(DEMO=False):
        assert client.get("/design").status_code == 404
        assert client.get("/design/sheet").status_code == 404


class _Chinese(HTMLParser):
    """Collects Chinese words that stand outside what is marked as Chinese."""

    empty = frozenset({"meta", "link", "input", "img", "br", "path", "rect", "circle", "use"})

    def __init__(self) -> None:
        super().__init__()
        self.tongues: list[str] = []
        self.found: list[str] = []

    def look(self, words: str) -> None:
        if re.search(r"[\u3400-\u9fff，。：（）＝]", words) and (not self.tongues or self.tongues[-1] == "en"):
            self.found.append(words.strip())

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in {"aria-label", "alt", "title", "data-label"} or (name or "").startswith("data-"):
                self.look(value or "")
        if tag not in self.empty:
            self.tongues.append(dict(attrs).get("lang") or (self.tongues[-1] if self.tongues else "en"))

    def handle_startendtag(self, tag, attrs):
        """Empty elements hold no words."""

    def handle_endtag(self, tag):
        if tag not in self.empty and self.tongues:
            self.tongues.pop()

    def handle_data(self, data):
        self.look(data)


@pytest.mark.parametrize("path", ["/design", "/design/sheet", "/nowhere", "/fails", "/is-bad", "/forbids"])
def test_english_pages_are_english(client, path):
    client.cookies["django_language"] = "en"
    reader = _Chinese()
    reader.feed(client.get(path).content.decode())
    assert reader.found == []
    translation.activate("zh-hans")


def test_the_design_page_shows_every_part(client):
    kept = (Path(__file__).parents[2] / "src/linli/web/templates/web/parts").glob("*.html")
    shown = {template.name for path in ("/design", "/design/sheet") for template in client.get(path).templates}
    assert {f"web/parts/{part.name}" for part in kept} <= shown
