"""How often something may be tried, counted in one statement."""

from datetime import UTC, datetime, timedelta

from django.db import connection

from linli.record import clock
from linli.record.cipher import index_of
from linli.rules.errors import TooOften

COUNT = """
with over as (
  delete from accounts_attempts where ctid in (
    select ctid from accounts_attempts where until < %(now)s limit 20 for update skip locked
  )
)
insert into accounts_attempts (key, until, spent) values (%(key)s, %(until)s, 1)
on conflict (key, until) do update set spent = accounts_attempts.spent + 1
returning spent
"""
"""Counts one more try, and forgets some windows that are over."""


def spend(what: str, who: object, *, most: int, within: timedelta) -> None:
    """Count one try at ``what`` by ``who``; refused when there were ``most`` in this window of time already.

    Windows begin at whole multiples of ``within``, so twice ``most`` can fall together at the seam of two. Call it
    outside a transaction that a refusal would undo.
    """
    now = clock.now()
    start = int(now.timestamp()) // int(within.total_seconds()) * int(within.total_seconds())
    until = datetime.fromtimestamp(start, UTC) + within
    key = index_of(f"{what}\0{within.total_seconds()}\0{who}", of="attempts")
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "until": until, "now": now})
        (spent,) = cursor.fetchone()
    if spent > most:
        left = until - now
        raise TooOften(
            "attempts.too-many",
            "试得太多了。请过{minutes}分钟再试，或者打电话给社区。",
            seconds=int(left.total_seconds()) + 1,
            minutes=int(left.total_seconds()) // 60 + 1,
        )
