"""Live pages: that something a reader sees may have changed, as a number for each topic; never what it is.

A topic's number goes up when what its readers can see is no longer what it was (``touch``, from a job). The worker says
so at most ten times a second for each topic (``tell_topics``); the process of streams passes it on to whoever holds a
ticket; the page then asks its own view again, which decides anew what this reader may see.
"""

import hashlib
from collections.abc import Iterable, Sequence

from django.core import signing
from django.db import connection, transaction

#: What the database calls the bell.
CHANNEL = "linli_live"
#: Seconds for which a ticket opens a stream, and for which the stream then stays open.
TICKET_LIFE = 600
SALT = "linli.live"


def touch(topic: str, seen: str) -> None:
    """``seen`` is all that the topic's readers see now; only its hash is kept, and only a change counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into record_topic (name, version, told, seen) values (%s, 1, 0, %s) "
            "on conflict (name) do update set version = record_topic.version + 1, seen = excluded.seen "
            "where record_topic.seen <> excluded.seen",
            [topic, hashlib.sha256(seen.encode()).hexdigest()],
        )


def tell_topics() -> int:
    """Ring for every topic whose number has gone up, none more often than ten times a second; return how many.

    Only the worker does. What is held back here is said at one of its next looks: the last change is never lost.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update record_topic set told = version, told_at = clock_timestamp() where name in ("
            "select name from record_topic where version > told "
            "and (told_at is null or told_at <= clock_timestamp() - interval '100 milliseconds') "
            "order by name for update skip locked) returning name, version"
        )
        told = cursor.fetchall()
        for name, version in told:
            cursor.execute("select pg_notify(%s, %s)", [CHANNEL, f"{name} {version}"])
    return len(told)


def versions_of(topics: Sequence[str]) -> dict[str, int]:
    """The number of each topic; 0 for one that nothing has touched yet. Read it before what is then shown."""
    with connection.cursor() as cursor:
        cursor.execute("select name, version from record_topic where name = any(%s)", [list(topics)])
        return dict.fromkeys(topics, 0) | dict(cursor.fetchall())


def ticket_for(topics: Iterable[str]) -> str:
    """A ticket to the stream of these topics, for ten minutes; whoever made it has asked whether the reader may."""
    return signing.dumps(sorted(topics), salt=SALT)


def topics_in(ticket: str) -> list[str] | None:
    """The topics that a ticket opens; None for one that is no ticket, or too old."""
    try:
        topics: list[str] = signing.loads(ticket, salt=SALT, max_age=TICKET_LIFE)
    except signing.BadSignature:
        return None
    return topics
