"""Two communities of equal names, doors and people in one instance: no page, search, file or sheet of one has anything
of the other."""

import re
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client, override_settings

from linli.accounts.models import Session
from linli.community.models import Within
from tests.journeys.reading import Page
from tests.journeys.town import Town, addresses_of, build_town, routes

UUID_OF = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Open to whoever holds the secret in the address, wherever they belong.
BY_SECRET = ("/d/", "/h/", "/s/")
#: Open to anybody: the public log, and whether an affair's record is as it was written.
PUBLIC = ("/log/", "/check/")
#: Named by an id of nobody's: what ends one's own key or Weixin again answers as the first time.
OWN = re.compile(r"<(?:factor_id|weixin_id)>")
METHOD_NOT_ALLOWED = 405
#: What says nothing of its rows as bytes and takes long to make: papers are made for one reader.
PAPER = re.compile(r"\.(?:pdf|docx|png)$|/pictures$")


@pytest.fixture(scope="module")
def towns(django_db_setup, django_db_blocker) -> Iterator[tuple[Town, Town]]:
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        TemporaryDirectory() as folder,
        override_settings(WITNESS_FOLDER=folder),
    ):
        yield build_town("桃园街道"), build_town("下瓦房街道")
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _unblocked(django_db_blocker):
    with django_db_blocker.unblock():
        yield


def rows_of(town: Town) -> set[str]:
    """The id of everything that belongs to a community."""
    models = [model for model in apps.get_models() if issubclass(model, Within)]
    rows = [model._default_manager.filter(community=town.community).values_list("id", flat=True) for model in models]
    return {str(row) for each in rows for row in each} | {str(town.community.id)}


def test_the_two_have_equal_names(towns):
    here, there = towns
    assert here.community.name == there.community.name
    assert [m.person.name for m in here.members.values()] == [m.person.name for m in there.members.values()]
    assert not rows_of(here) & rows_of(there)
    assert len(rows_of(here)) == len(rows_of(there)) > 100


def test_nobody_of_one_opens_anything_of_the_other(towns):
    here, there = towns
    named = [r for r in routes() if "<" in r and not r.startswith(BY_SECRET + PUBLIC) and not OWN.search(r)]
    ways = [(method, route) for route in named for method in ("get", "post")]
    for who, browser in here.browsers.items():
        for method, route in list(ways):
            for address in addresses_of(route, there.ids):
                with transaction.atomic():
                    status = getattr(browser, method)(address).status_code
                    transaction.set_rollback(True)
                if status == METHOD_NOT_ALLOWED:  # of anybody, at any of the route's addresses
                    ways.remove((method, route))
                    break
                leads = status == 302 and (who in ("nobody", "program") or route.startswith("/matters/of"))
                assert status in (401, 403, 404) or leads, f"{who} gets {status} at {method} {address}"


@pytest.mark.parametrize("who", ["owner", "collector", "clerk", "secretary", "supervisor", "helper", "program"])
def test_no_page_of_one_names_a_row_of_the_other(towns, who):
    here, there = towns
    foreign = rows_of(there) | {str(key) for key in Session.objects.values_list("session_key", flat=True)}
    known = [address for route in routes() for address in addresses_of(route, here.ids)]
    pages = dict(crawl(here.browsers[who], [*known, "/people?name=玉兰"], papers=who == "secretary"))
    assert len(pages) >= (5 if who == "program" else 10)
    for address, text in pages.items():
        assert not foreign & set(UUID_OF.findall(text)), address


def crawl(browser: Client, waiting: list[str], *, papers: bool) -> Iterator[tuple[str, str]]:
    """Everything that can be opened by GET from the addresses and by the links found."""
    seen: set[str] = set()
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(("/static", "/design")) or (PAPER.search(address) and not papers):
            continue
        seen.add(address)
        answer = browser.get(address)
        if answer.status_code != 200:
            continue
        body = b"".join(answer) if answer.streaming else answer.content
        yield address, body.decode(errors="replace")
        if "html" in answer.headers.get("Content-Type", ""):
            links = (urlsplit(link) for link in Page(address, answer.content.decode()).links)
            waiting += [f"{link.path}?{link.query}".rstrip("?") for link in links if not link.netloc]


def test_a_person_of_one_is_not_found_in_the_other(towns):
    here, there = towns
    page = here.browsers["clerk"].get("/people", {"name": "玉兰"}).content.decode()
    assert str(here.members["owner"].person.id) in page
    assert str(there.members["owner"].person.id) not in page
