"""The one place that says what time it is.

``now()`` is the application's clock; ``database_now()`` is the database's, by which "too late" is judged inside a
lock. A story told afterwards (the demo, an old paper file) is told under ``told_at``: both clocks then say the time of
the story, and every event written meanwhile is marked *claimed*; ``recorded_at`` stays the database's own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

#: The community's days: Chinese communities all live in one time zone.
SHANGHAI = ZoneInfo("Asia/Shanghai")

_told_at: ContextVar[datetime | None] = ContextVar("told_at", default=None)


def now() -> datetime:
    """The present moment, or the moment of the story that is being told; always aware."""
    return _told_at.get() or timezone.now()


def today() -> date:
    """The community's calendar day."""
    return now().astimezone(SHANGHAI).date()


def database_now() -> datetime:
    """The database's clock at this statement (not at the start of the transaction)."""
    if told := _told_at.get():
        return told
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)
    return moment


def is_told() -> bool:
    """Whether a story is being told, so that times are claims and not observations."""
    return _told_at.get() is not None


@contextmanager
def told_at(moment: datetime) -> Iterator[None]:
    """Tell what follows as having happened at ``moment`` (aware)."""
    if moment.tzinfo is None:
        raise ValueError("a story's moment needs a time zone")
    token = _told_at.set(moment)
    try:
        yield
    finally:
        _told_at.reset(token)
