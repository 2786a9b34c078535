"""The process of streams by real HTTP and a real database: what it says, to whom, and what it survives."""

import http.client
from collections.abc import Iterator

import psycopg
import pytest

from linli.record.live import tell_topics, ticket_for, touch
from tests.machine.instances import streams_over


@pytest.fixture
def streams(committed_db: str, free_port: int) -> Iterator[int]:
    """The port of a process of streams over this test's database."""
    with streams_over(committed_db, free_port):
        yield free_port


def status(port: int, path: str) -> int:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    asking.request("GET", path)
    answer = asking.getresponse()
    answer.read()
    asking.close()
    return answer.status


class Listener:
    """One open stream."""

    def __init__(self, port: int, *topics: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", f"/live/?ticket={ticket_for(topics)}")
        self.answer = self.connection.getresponse()
        self.heard: list[str] = []

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *what: object) -> None:
        self.answer.close()
        self.connection.close()

    def until(self, event: str) -> None:
        """Read on until this is said."""
        while event not in self.heard:
            self.next()

    def next(self) -> str:
        """The next event's data."""
        while line := self.answer.readline().decode():
            if line.startswith("data: "):
                self.heard.append(line.removeprefix("data: ").strip())
                return self.heard[-1]
        raise AssertionError("the stream ended")


def test_a_stream_says_how_things_stand_and_then_what_moved_and_nothing_else(streams: int):
    touch("drive.a", "1")
    tell_topics()
    with Listener(streams, "drive.a", "unit.a") as first, Listener(streams, "unit.b") as second:
        assert first.answer.headers["Content-Type"].startswith("text/event-stream")
        assert first.answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in first.answer.headers
        first.until("drive.a 1")
        assert second.next() == "unit.b 0"
        touch("unit.b", "1")
        touch("unit.a", "1")
        tell_topics()
        first.until("unit.a 1")
        assert second.next() == "unit.b 1"
        assert {each.partition(" ")[0] for each in first.heard} == {"drive.a", "unit.a"}


def test_only_a_ticket_opens_a_stream(streams: int):
    for path in ("/live/", "/live/?ticket=", "/live/?ticket=x", f"/live/?ticket={ticket_for(['a'])}x"):
        assert status(streams, path) == 403
    assert status(streams, "/") == 404


def test_a_database_that_comes_back_is_heard_again_and_nothing_is_missed(streams: int, committed_db: str):
    with Listener(streams, "drive.a") as listener:
        assert listener.next() == "drive.a 0"
        with psycopg.connect(committed_db, autocommit=True) as database:
            ended = database.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
                "and query like 'select name, version from record_topic' and pid <> pg_backend_pid()"
            )
            assert ended.rowcount == 1
        touch("drive.a", "1")
        tell_topics()
        assert listener.next() == "drive.a 1"
