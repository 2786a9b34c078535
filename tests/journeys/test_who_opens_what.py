"""Every route of the program × everybody of the cast: what each gets is written down in ``routes.txt``, line by line.

A route that is not in the table fails, and so does a line without its route: whoever adds a page says there who may
open it. A page is asked for by GET; a route that takes only POST is sent an empty form. Nothing that is done stays.
"""

from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from django.test import Client, override_settings

from tests import cast
from tests.journeys.town import Town, address_of, build_town, route_of, routes

TABLE = Path(__file__).with_name("routes.txt")
WHO = [
    *("nobody", "owner", "neighbour", "tenant", "idle leader", "collector", "clerk", "secretary", "director"),
    *("supervisor", "helper", "officer", "outsider"),
]


def table() -> dict[tuple[str, str], list[int]]:
    """(method, route) → status for each of ``WHO``, as the file says; ``<matter_id:decided>`` names another matter than
    ``<matter_id>`` does."""
    lines = [line.split() for line in TABLE.read_text("utf-8").splitlines() if line[:1] not in ("", "#")]
    return {(method, route): [int(status) for status in row] for method, route, *row in lines}


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        TemporaryDirectory() as folder,
        override_settings(WITNESS_FOLDER=folder),
    ):
        found = build_town()
        found.browsers["outsider"] = cast.signed_in(cast.outsider("何志明"))
        yield found
        transaction.set_rollback(True)


def test_the_table_has_every_route_and_no_other():
    assert {route_of(line) for _, line in table()} == set(routes())


@pytest.mark.parametrize(("method", "route"), table(), ids=str)
def test_each_gets_what_is_written(town: Town, django_db_blocker, method: str, route: str):
    address = address_of(route, town)
    with django_db_blocker.unblock():
        got = {who: status_of(town.browsers[who], method, address) for who in WHO}
    assert got == dict(zip(WHO, table()[method, route], strict=True))


def status_of(browser: Client, method: str, address: str) -> int:
    """The status of one request, of which nothing stays; the browser keeps the cookies it had."""
    cookies = SimpleCookie({name: morsel.value for name, morsel in browser.cookies.items()})
    with transaction.atomic():
        answer = browser.get(address) if method == "GET" else browser.post(address)
        transaction.set_rollback(True)
    browser.cookies = cookies
    return answer.status_code


def test_routes_that_take_posts_alone_are_asked_by_post():
    """So that no line of the table is green because nobody may GET it."""
    assert not [line for line, statuses in table().items() if 405 in statuses]
