"""The log of a refused one-time link names the page, not the secret."""

import logging
import logging.config

import pytest
from django.conf import settings
from django.test import Client


@pytest.mark.django_db
def test_a_refused_link_leaves_no_secret_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(settings.LOGGING)
    secret = "a-secret-that-nobody-gave"
    for path in ("s", "d", "h"):
        Client(enforce_csrf_checks=True).post(f"/{path}/{secret}")
        Client().post(f"/{path}/{secret}")
    written = "".join(capfd.readouterr())
    for path in ("s", "d", "h"):
        assert f"/{path}/…" in written
    assert secret not in written
