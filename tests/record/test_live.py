"""The bell of live pages: rung for changes alone, by the worker, not too often, and never for nothing."""

import time

import psycopg
import pytest
from django.core import signing
from django.db import connection

from linli.record.live import CHANNEL, SALT, tell_topics, ticket_for, topics_in, touch, versions_of


@pytest.fixture
def bell(committed_db: str):
    with psycopg.connect(committed_db, autocommit=True) as listening:
        listening.execute(f"listen {CHANNEL}")

        def rung() -> list[str]:
            """Everything that was rung until now: bells come in the order in which they were committed."""
            listening.execute(f"notify {CHANNEL}, 'end'")
            found: list[str] = []
            for notice in listening.notifies(timeout=20):
                if notice.payload == "end":
                    return found
                found.append(notice.payload)
            raise AssertionError("the bell is silent")

        yield rung


def long_ago() -> None:
    """As if the last bell had been rung a while ago."""
    with connection.cursor() as cursor:
        cursor.execute("update record_topic set told_at = told_at - interval '1 minute'")


def test_only_what_changed_is_told_and_once(bell):
    touch("drive.a", "12")
    touch("drive.b", "12")
    assert bell() == [], "a touch alone rings nothing: that is the worker's"
    assert tell_topics() == 2
    assert sorted(bell()) == ["drive.a 1", "drive.b 1"]
    long_ago()
    touch("drive.a", "12")
    assert tell_topics() == 0
    touch("drive.a", "13")
    assert tell_topics() == 1
    assert bell() == ["drive.a 2"]


def test_a_hundred_changes_at_once_ring_once_and_the_last_is_not_lost(bell):
    touch("drive.a", "0")
    tell_topics()
    for number in range(1, 101):
        touch("drive.a", str(number))
        tell_topics()
    rung = bell()
    assert len(rung) < 100, "held back to ten a second"
    long_ago()
    tell_topics()
    last = (rung + bell())[-1]
    assert last == f"drive.a {versions_of(['drive.a'])['drive.a']}" == "drive.a 101"


def test_two_workers_ring_once(bell, committed_db: str):
    touch("drive.a", "1")
    with psycopg.connect(committed_db) as other:
        other.execute("select 1 from record_topic where name = 'drive.a' for update")
        assert tell_topics() == 0, "another worker has it"
    assert tell_topics() == 1


@pytest.mark.django_db
def test_a_topic_that_nothing_has_touched_stands_at_nought():
    touch("drive.a", "yes 12")
    assert versions_of(["drive.a", "drive.none"]) == {"drive.a": 1, "drive.none": 0}


def test_a_ticket_opens_just_its_topics_for_ten_minutes(monkeypatch: pytest.MonkeyPatch):
    ticket = ticket_for(["unit.b", "drive.a"])
    assert topics_in(ticket) == ["drive.a", "unit.b"]
    for forged in ("", "x", ticket[:-1], signing.dumps(["drive.a"], salt="other"), signing.dumps(["x"])):
        assert topics_in(forged) is None
    then = time.time() + 601
    monkeypatch.setattr("django.core.signing.time.time", lambda: then)
    assert topics_in(ticket) is None
    assert topics_in(signing.dumps(["drive.a"], salt=SALT)) == ["drive.a"]
