"""Several things done at the same time, each over a connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep

import psycopg
from django.db import connections


def on_its_own(call: Callable[[], object]) -> object:
    """What ``call`` returns or raises, its connection closed behind it."""
    try:
        return call()
    except Exception as raised:
        return raised
    finally:
        connections.close_all()


def at_once(*calls: Callable[[], object]) -> list[object]:
    """The results of the calls, or what they raised, in their order."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(on_its_own, calls))


@contextmanager
def held(url: str, statement: str, *values: object) -> Iterator[psycopg.Connection]:
    """A transaction that has run ``statement`` (which takes a lock) and is committed when the block ends."""
    with psycopg.connect(url) as holder:
        holder.execute(statement, values)
        yield holder


def behind_a_lock(url: str, lock: str, value: object, *calls: Callable[[], object], then: str = "") -> list[object]:
    """Like ``at_once``, but ``lock`` is held until every call waits for a lock; ``then`` is run before it is let go.

    So the calls meet at the lock whatever the machine is doing.
    """
    with ThreadPoolExecutor(len(calls)) as pool:
        with held(url, lock, value) as holder:
            running: list[Future[object]] = [pool.submit(on_its_own, call) for call in calls]
            wait_for(url, len(calls))
            if then:
                holder.execute(then, [value])
        return [each.result() for each in running]


def wait_for(url: str, waiting: int) -> None:
    """Until so many sessions of this database wait for a lock."""
    until = monotonic() + 20
    with psycopg.connect(url, autocommit=True) as watcher:
        while monotonic() < until:
            row = watcher.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            ).fetchone()
            if row and row[0] >= waiting:
                return
            sleep(0.01)
    raise AssertionError(f"{waiting} sessions were to wait for a lock")
