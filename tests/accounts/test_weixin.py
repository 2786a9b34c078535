"""Coming in by Weixin, against a server that answers as Weixin's document says: refusals in a body of status 200."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from linli.accounts.adapters import weixin as adapter
from linli.accounts.models import Account, Claim, Session, WeixinLogin
from linli.accounts.services import link_weixin
from linli.record import clock
from linli.record.models import Event
from linli.rules.errors import Forbidden
from tests import cast

APP, SECRET = "wx0123456789abcdef", "5e" * 16
INSIDE = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.49"}


@dataclass
class Official:
    """Weixin's side: each code names somebody once; ``trouble`` is what the next request meets instead."""

    names: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    expired: set[str] = field(default_factory=set)
    trouble: list[object] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    def answer(self, query: dict[str, str]) -> dict[str, object]:
        code = query.get("code", "")
        if query.get("appid") != APP:
            return {"errcode": 40013, "errmsg": "invalid appid"}
        if query.get("secret") != SECRET:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if query.get("grant_type") != "authorization_code":
            return {"errcode": 40002, "errmsg": "invalid grant_type"}
        if code in self.used:
            return {"errcode": 40163, "errmsg": "code been used"}
        if code in self.expired or code not in self.names:
            return {"errcode": 40029, "errmsg": "invalid code"}
        self.used.add(code)
        return {
            "access_token": "a token that nobody keeps",
            "expires_in": 7200,
            "refresh_token": "another",
            "openid": self.names[code],
            "scope": "snsapi_base",
        }


class _Asked(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        official: Official = self.server.official  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        official.asked.append(dict(parse_qsl(parts.query)) | {"path": parts.path})
        trouble = official.trouble.pop(0) if official.trouble else None
        if trouble == "stall":
            official.release.wait(20)
            self.close_connection = True
            return
        if trouble == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        status, body = trouble if isinstance(trouble, tuple) else (200, official.answer(official.asked[-1]))
        said = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        # As Weixin does: JSON that calls itself plain text.
        self.send_header("Content-Type", "text/plain")
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            """Whoever asked is gone."""

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            """Closed already."""

    def log_message(self, *words: object) -> None:
        """Requests are not news in a test."""


@contextmanager
def an_official_account() -> Iterator[tuple[Official, str]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Asked) as server:
        server.daemon_threads = True
        official = Official()
        server.official = official  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield official, f"http://127.0.0.1:{server.server_port}"
        finally:
            official.release.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def official(db, settings) -> Iterator[Official]:
    settings.WEIXIN_APP_ID, settings.WEIXIN_SECRET = APP, SECRET
    settings.OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
    with an_official_account() as (found, address):
        settings.WEIXIN_API = address
        yield found


@pytest.fixture
def owner(db) -> cast.Member:
    return cast.owner(cast.compound(cast.community()))


def state_of(browser: Client) -> str:
    """The browser goes to Weixin, to link where it is in already: the state that it takes along."""
    address = browser.get("/sign-in/weixin")["Location"]
    if address == "/own/devices":
        page = browser.post("/own/weixin").content.decode()
        address = unescape(page.partition('href="https://open.weixin')[2].partition('"')[0])
    return dict(parse_qsl(urlsplit(address).query))["state"]


def come_back(browser: Client, official: Official, openid: str, code: str = "") -> Any:
    """To Weixin and back, as the one whom ``openid`` names."""
    code = code or f"code {len(official.names)}"
    official.names[code] = openid
    return browser.get("/sign-in/weixin/back", {"code": code, "state": state_of(browser)})


def linked(owner: cast.Member, official: Official, openid: str = "o-yulan") -> Client:
    browser = cast.signed_in(owner, **INSIDE)
    assert come_back(browser, official, openid)["Location"] == "/own/devices"
    return browser


def refused(answer: Any) -> str:
    page = answer.content.decode()
    assert 'class="note' in page
    assert answer.status_code == 409
    return page


def test_linked_by_who_is_in_and_then_one_press_lets_her_in(official, owner):
    hers = linked(owner, official)
    assert "一个微信" in hers.get("/own/devices").content.decode()
    phone = Client(headers=INSIDE)
    assert 'href="/sign-in/weixin"' in phone.get("/sign-in").content.decode()
    assert come_back(phone, official, "o-yulan")["Location"] == "/"
    assert "陈玉兰" in phone.get("/").content.decode()
    assert official.asked[-1] == {
        "path": "/sns/oauth2/access_token",
        "appid": APP,
        "secret": SECRET,
        "code": "code 1",
        "grant_type": "authorization_code",
    }
    page = hers.get("/own/devices").content.decode()
    end = page.partition('action="/own/weixin/')[2].partition('"')[0]
    assert hers.post(f"/own/weixin/{end}")["Location"] == "/own/devices"
    assert "还没有连过" in refused(come_back(Client(), official, "o-yulan"))
    assert [each.name for each in Event.objects.filter(name__startswith="weixin").order_by("id")] == [
        "weixin.linked",
        "weixin.used",
        "weixin.unlinked",
    ]


def test_the_address_is_as_weixins_document_writes_it(official):
    """The order of the names and the fragment are asked for; the state is of letters and digits, at most 128."""
    address = urlsplit(Client().get("/sign-in/weixin")["Location"])
    assert (address.scheme, address.netloc, address.path) == (
        "https",
        "open.weixin.qq.com",
        "/connect/oauth2/authorize",
    )
    names = dict(parse_qsl(address.query))
    assert list(names) == ["appid", "redirect_uri", "response_type", "scope", "state"]
    assert (names["response_type"], names["scope"], address.fragment) == ("code", "snsapi_base", "wechat_redirect")
    assert urlsplit(names["redirect_uri"]).path == "/sign-in/weixin/back"
    assert names["state"].isalnum()
    assert 32 <= len(names["state"]) <= 128


def test_a_link_from_anywhere_links_nothing(official, owner):
    """She is in and follows a link that somebody sent: her Weixin, or theirs, stays as it is until she presses."""
    browser = cast.signed_in(owner, **INSIDE)
    assert browser.get("/sign-in/weixin")["Location"] == "/own/devices"
    assert "weixin_way" not in browser.session
    assert browser.get("/own/weixin").status_code == 405
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = browser.cookies
    assert stranger.post("/own/weixin").status_code == 403
    assert not WeixinLogin.objects.exists()


def test_ways_out_are_counted_before_they_are_written_down(official):
    with clock.told_at(datetime(2026, 3, 2, 12, tzinfo=clock.SHANGHAI)):
        for _ in range(60):
            assert Client().get("/sign-in/weixin").status_code == 302
        written = Session.objects.count()
        assert Client().get("/sign-in/weixin").status_code == 429
        assert Session.objects.count() == written


def test_an_unknown_weixin_makes_nobody(official, owner):
    before = Account.objects.count(), Claim.objects.count()
    assert "还没有连过" in refused(come_back(Client(), official, "o-stranger"))
    assert (Account.objects.count(), Claim.objects.count()) == before
    assert not WeixinLogin.objects.exists()


def test_the_openid_stands_nowhere(official, owner, caplog):
    hers = linked(owner, official, "o-a-name-of-hers")
    kept = WeixinLogin.objects.get()
    assert len(bytes(kept.openid_index)) == 32
    everything = str(list(Event.objects.values())) + str(hers.session.items()) + caplog.text
    assert "o-a-name-of-hers" not in everything
    assert SECRET not in everything


@pytest.mark.parametrize("forge", [lambda state: "", lambda state: state[::-1], lambda state: state + "0"])
def test_a_forged_state_opens_nothing_and_asks_weixin_nothing(official, owner, forge):
    linked(owner, official)
    browser, asked = Client(), len(official.asked)
    official.names["stolen"] = "o-yulan"
    back = {"code": "stolen", "state": forge(state_of(browser))}
    assert "不是从这里点出去的" in refused(browser.get("/sign-in/weixin/back", back))
    assert len(official.asked) == asked
    assert browser.get("/")["Location"] == "/sign-in"


def test_a_state_holds_once_ten_minutes_and_in_its_own_browser(official, owner):
    linked(owner, official)
    browser = Client()
    official.names |= {"first": "o-yulan", "second": "o-yulan"}
    state = state_of(browser)
    assert "不是从这里" in refused(Client().get("/sign-in/weixin/back", {"code": "first", "state": state}))
    with clock.told_at(clock.now() + timedelta(minutes=10)):
        assert "放得太久" in refused(browser.get("/sign-in/weixin/back", {"code": "first", "state": state}))
    state = state_of(browser)
    assert browser.get("/sign-in/weixin/back", {"code": "first", "state": state})["Location"] == "/"
    browser.post("/sign-out")
    assert "不是从这里" in refused(browser.get("/sign-in/weixin/back", {"code": "second", "state": state}))


def test_a_link_that_one_began_is_not_ended_by_another_account(official, owner):
    """The browser goes out to link hers; meanwhile somebody else signs in on it."""
    browser = cast.signed_in(owner)
    state = state_of(browser)
    other = cast.neighbour(owner.person.community.children.get())
    browser.post(cast.way_in(other))
    official.names["hers"] = "o-yulan"
    assert browser.get("/sign-in/weixin/back", {"code": "hers", "state": state})["Location"] == "/own/devices"
    assert not WeixinLogin.objects.exists()


def test_a_weixin_opens_one_account(official, owner):
    linked(owner, official)
    other = cast.neighbour(owner.person.community.children.get())
    browser = cast.signed_in(other)
    assert come_back(browser, official, "o-yulan")["Location"] == "/own/devices"
    assert "连着另一个账号" in browser.get("/own/devices").content.decode()
    assert WeixinLogin.objects.get().account == owner.person.claims.get().account
    with pytest.raises(Forbidden):
        link_weixin(account=owner.person.claims.get().account, openid="o-other", by=other.by)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ((200, {"errcode": 40029, "errmsg": "invalid code, rid: 1-2-3"}), "过了5分钟"),
        ((200, {"errcode": 42003, "errmsg": "code expired"}), "过了5分钟"),
        ((200, {"errcode": 40163, "errmsg": "code been used"}), "用过了"),
        ((200, {"errcode": -1, "errmsg": "system error"}), "微信现在忙"),
        ((200, {"errcode": 45011, "errmsg": "api minute-quota reach limit"}), "微信现在忙"),
        ((200, {"errcode": 40125, "errmsg": "invalid appsecret"}), "没有设置对"),
        ((200, {"errcode": "?", "errmsg": ""}), "没有设置对"),
        ((200, {"openid": "o-yulan", "is_snapshotuser": 1}), "快照"),
        ((200, {"openid": ""}), "没有回答"),
        ((200, {"openid": ["o-yulan"]}), "没有回答"),
        ((200, ["o-yulan"]), "没有回答"),
        ((200, b"<html>"), "没有回答"),
        ((200, b"\xff"), "没有回答"),
        ((200, b"[" * 200_000), "没有回答"),
        ((200, b'"' + b"o" * 200_000 + b'"'), "没有回答"),
        ((302, {"openid": "o-yulan"}), "没有回答"),
        ((502, {"openid": "o-yulan"}), "没有回答"),
        ("reset", "没有回答"),
        ("stall", "没有回答"),
    ],
)
def test_whatever_weixin_says_instead_lets_nobody_in(official, owner, monkeypatch, trouble, words):
    monkeypatch.setattr(adapter, "SECONDS", 0.3 if trouble == "stall" else 5.0)
    linked(owner, official)
    browser = Client()
    # What is cut off is asked once more by itself.
    official.trouble += [trouble] * (2 if trouble == "reset" else 1)
    assert words in refused(come_back(browser, official, "o-yulan"))
    assert browser.get("/")["Location"] == "/sign-in"
    assert come_back(browser, official, "o-yulan")["Location"] == "/", "pressed again, it opens"


def test_a_code_that_was_used_or_is_out_of_time_opens_nothing(official, owner):
    linked(owner, official)
    assert come_back(Client(), official, "o-yulan", "once")["Location"] == "/"
    assert "用过了" in refused(come_back(Client(), official, "o-yulan", "once"))
    official.expired.add("late")
    assert "过了5分钟" in refused(come_back(Client(), official, "o-yulan", "late"))
    browser = Client()
    said_no = browser.get("/sign-in/weixin/back", {"state": state_of(browser)})
    assert "微信没有说您是谁" in refused(said_no)


def test_inside_the_network_nothing_is_asked(official, owner, settings):
    linked(owner, official)
    settings.OUTBOUND_HOSTS = frozenset()
    asked = len(official.asked)
    refused(come_back(Client(), official, "o-yulan"))
    settings.WEIXIN_API = settings.WEIXIN_API.replace("http://127.0.0.1", "https://localhost")
    refused(come_back(Client(), official, "o-yulan"))
    assert len(official.asked) == asked


def test_another_official_accounts_openid_is_another(official, owner, settings):
    """An openid holds for one official account; where the instance changes its own, nobody comes in by an old link."""
    linked(owner, official)
    settings.WEIXIN_APP_ID = "wx-another"
    official.trouble.append((200, {"openid": "o-yulan"}))
    assert "还没有连过" in refused(come_back(Client(), official, "o-yulan"))


def test_offered_inside_weixin_only_and_nowhere_without_an_official_account(official, owner, settings):
    assert "/sign-in/weixin" not in Client().get("/sign-in").content.decode()
    outside = cast.signed_in(owner).get("/own/devices").content.decode()
    assert "在微信里打开这一页" in outside
    assert "连上这个微信" not in outside
    assert "连上这个微信" in cast.signed_in(owner, **INSIDE).get("/own/devices").content.decode()
    settings.WEIXIN_SECRET = ""
    inside = Client(headers=INSIDE)
    assert "微信进门" not in inside.get("/sign-in").content.decode()
    assert "微信" not in cast.signed_in(owner).get("/own/devices").content.decode().replace("在微信里", "")
    for address in ("/sign-in/weixin", "/sign-in/weixin/back"):
        assert inside.get(address).status_code == 404


def test_it_is_a_first_key_and_the_office_stays_shut(official, settings):
    settings.DEMO = False
    secretary = cast.secretary(cast.community())
    linked(secretary, official)
    phone = Client()
    assert come_back(phone, official, "o-yulan")["Location"] == "/"
    assert phone.get("/")["Location"] == "/own/keys"
    assert phone.get("/people").status_code == 403
