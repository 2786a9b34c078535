"""Quiet hours: what may not be sent now waits to their end, and no longer."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.rules.calendar import CHINA, after_quiet


def at(hour: int, minute: int = 0, day: int = 3) -> datetime:
    return datetime(2023, 7, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("moment", "begins", "ends", "until"),
    [
        (at(21, 59), time(22), time(7), at(21, 59)),
        (at(22), time(22), time(7), at(7, day=4)),
        (at(23, 59), time(22), time(7), at(7, day=4)),
        (at(0, 1), time(22), time(7), at(7)),
        (at(7), time(22), time(7), at(7)),
        (at(12, 30), time(12), time(14), at(14)),
        (at(3), time(0), time(0), at(3)),
        (datetime(2023, 7, 3, 15, tzinfo=UTC), time(22), time(7), at(7, day=4)),
    ],
)
def test_what_waits_and_until_when(moment, begins, ends, until):
    assert after_quiet(moment, begins, ends) == until


TIMES = st.times().map(lambda each: each.replace(microsecond=0))


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), TIMES, TIMES)
def test_it_waits_less_than_a_day_and_ends_outside(moment, begins, ends):
    moment = moment.replace(tzinfo=CHINA)
    until = after_quiet(moment, begins, ends)
    assert timedelta() <= until - moment < timedelta(days=1)
    assert after_quiet(until, begins, ends) == until
