"""The real worker: it carries what is put into the outbox, ends when told, and loses nothing when it is killed."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import pytest

from linli.messaging.models import Delivery
from linli.messaging.services import Recipient, deliver_due, keep_channel, send_message
from linli.record import clock
from tests import cast
from tests.messaging.gateways import Gateway, a_gateway, stall


@pytest.fixture(autouse=True)
def _inside(settings):
    settings.OUTBOUND_HOSTS = frozenset({"127.0.0.1"})


@contextmanager
def a_worker(database: str) -> Iterator[subprocess.Popen[bytes]]:
    """The worker of this database as a process of its own."""
    running = subprocess.Popen(
        [sys.executable, "-P", "-m", "linli.machine.worker"],
        env={**os.environ, "DATABASE_URL": database, "LINLI_OUTBOUND_HOSTS": "127.0.0.1"},
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def taken(gateway: Gateway, count: int) -> bool:
    """Whether the gateway has taken so many within a minute."""
    until = monotonic() + 60
    while monotonic() < until:
        if len(gateway.taken) >= count:
            return True
        threading.Event().wait(0.02)
    return False


def put_in(gateway: Gateway) -> None:
    at = cast.community()
    by = cast.secretary(at).by
    channel = keep_channel(community=at, kind="sms", title="短信", told=gateway.settings(timeout=20), by=by)
    people = [Recipient(f"1380000{n:04d}") for n in range(3)]
    send_message(channel=channel, title="防汛", body="今晚有雨。", recipients=people, by=by)


def test_the_worker_carries_what_is_put_in_while_it_runs_and_ends_when_told(committed_db):
    with a_gateway() as gateway, a_worker(committed_db) as worker:
        put_in(gateway)
        assert taken(gateway, 3)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=60) == 0
    assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}


def test_a_worker_killed_in_the_middle_loses_nothing_and_tells_nobody_twice(committed_db):
    with a_gateway(stall) as gateway:
        put_in(gateway)
        with a_worker(committed_db) as worker:
            assert taken(gateway, 3)
            worker.kill()
            worker.wait()
        with clock.told_at(clock.now() + timedelta(seconds=61)):
            assert deliver_due() == 3
        assert set(gateway.taken.values()) == {1}
        assert len(gateway.requests) == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}
