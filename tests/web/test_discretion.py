"""What the log says of a failure, and what it never says: the secret of a link, a name that a database quotes."""

import json
import logging
import logging.config
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from linli.community.models import Place
from linli.rules.errors import Refused
from tests import cast

NAME = "王桂兰的小区"


@contextmanager
def real_log() -> Iterator[None]:
    """The log as in real life, written to where the test reads it."""
    root = logging.getLogger()
    before = root.handlers[:]
    logging.config.dictConfig(settings.LOGGING)
    try:
        yield
    finally:
        root.handlers[:] = before


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]


def fails(request: object) -> HttpResponse:
    """Writes a row twice; the database quotes the name in it."""
    community = cast.community()
    for _ in range(2):
        Place.objects.create(kind="compound", name=NAME, parent=community, community=community, path=[], sort_key="")
    return HttpResponse()


urlpatterns = [path("fails", fails)]
handler500 = "linli.web.errors.server_failed"


@pytest.mark.django_db
def test_a_refused_link_leaves_no_secret_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    secret = "a-secret-that-nobody-gave"
    with real_log():
        for path in ("s", "d", "h"):
            Client(enforce_csrf_checks=True).post(f"/{path}/{secret}")
            Client().post(f"/{path}/{secret}")
    written = "".join(capfd.readouterr())
    for path in ("s", "d", "h"):
        assert f"/{path}/…" in written
    assert secret not in written


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_failure_is_found_by_its_number_and_quotes_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(IntegrityError, match=NAME), transaction.atomic():
        fails(None)
    browser = Client(raise_request_exception=False)
    with transaction.atomic(), real_log():
        answer = browser.get("/fails")
        transaction.set_rollback(True)
    assert answer.status_code == 500
    number = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", answer.content.decode())
    assert number is not None
    said = lines(capfd)
    assert NAME not in json.dumps(said, ensure_ascii=False)
    (page,) = [line for line in said if number.group() in str(line["words"])]
    (failure,) = [line for line in said if "failures" in line]
    assert failure["request"] == page["request"] != ""
    assert failure["level"] == "ERROR"
    last, first = failure["failures"]
    assert last["kind"] == "django.db.utils.IntegrityError"
    assert (first["sqlstate"], first["constraint"]) == ("23505", "one_place_of_a_name")
    assert any("test_discretion.py" in place and place.endswith(" fails") for place in last["where"])


def test_a_refusal_is_named_by_its_code(capfd: pytest.CaptureFixture[str]) -> None:
    with real_log():
        try:
            raise Refused("name.length", NAME)
        except Refused:
            logging.getLogger("linli").exception("a job failed")
    (line,) = lines(capfd)
    assert line["words"] == "a job failed"
    assert line["failures"][0]["code"] == "name.length"
    assert NAME not in str(line)
    assert "request" not in line
