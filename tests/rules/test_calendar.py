"""Periods: Civil Code 201 and 203; the tables, counted by hand from the text of the State Council's notices."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.rules import calendar
from linli.rules.errors import Refused


@pytest.mark.parametrize(
    ("year", "notice", "rest", "working"),
    [
        # How many days each notice gives ("共N天", summed) and how many weekend days it sets to work.
        (2022, "国办发明电〔2021〕11号", 3 + 7 + 3 + 5 + 3 + 3 + 7, 7),
        (2023, "国办发明电〔2022〕16号", 3 + 7 + 1 + 5 + 3 + 8, 7),
        (2024, "国办发明电〔2023〕7号", 1 + 8 + 3 + 5 + 1 + 3 + 7, 8),
        (2025, "国办发明电〔2024〕12号", 1 + 8 + 3 + 5 + 3 + 8, 5),
        (2026, "国办发明电〔2025〕7号", 3 + 9 + 3 + 5 + 3 + 3 + 7, 6),
    ],
)
def test_each_table_has_as_many_days_as_its_notice_says(year, notice, rest, working):
    table = calendar.holiday_tables()[year]
    assert (table.notice, len(table.rest), len(table.working)) == (notice, rest, working)


def test_every_make_up_workday_is_a_weekend_day_and_no_holiday():
    for table in calendar.holiday_tables().values():
        assert all(day.weekday() >= 5 for day in table.working)
        assert not table.working & table.rest.keys()
        assert table.issued < date(table.year, 1, 1)


@pytest.mark.parametrize(("year", "statutory"), [(2022, 11), (2023, 11), (2024, 11), (2025, 13), (2026, 13)])
def test_make_up_days_only_move_rest_about(year, statutory):
    # 全国年节及纪念日放假办法: 11 days of holiday for all until 2024, 13 from 2025; those on a weekend are given back.
    days = [date.fromordinal(day) for day in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]
    worked = sum(calendar.rest_day(day) is None for day in days)
    assert sum(day.weekday() < 5 for day in days) - worked == statutory


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        # 15 days from 20 July 2023: the 20th is not counted, 4 August is a Friday.
        (date(2023, 7, 20), 15, date(2023, 8, 4)),
        # The last day is a Saturday: the period runs to the end of Monday.
        (date(2023, 7, 21), 15, date(2023, 8, 7)),
        # ... inside the long holiday of 2023: to Saturday 7 October, which the notice made a workday.
        (date(2023, 9, 15), 15, date(2023, 10, 7)),
        # A make-up Saturday is no rest day (6 May 2023).
        (date(2023, 4, 21), 15, date(2023, 5, 6)),
        # New Year's Eve 2022 is in the notice of 2023.
        (date(2022, 12, 16), 15, date(2023, 1, 3)),
    ],
)
def test_calendar_days_end_on_the_first_day_that_is_no_rest_day(start, days, last):
    found = calendar.deadline(start, days)
    assert (found.last_day, found.confirmed) == (last, True)
    assert found.first_day == start + timedelta(days=1)


def test_a_period_ends_at_the_last_moment_of_its_last_day():
    ends = calendar.deadline(date(2023, 7, 20), 15).ends
    assert ends == datetime.fromisoformat("2023-08-05T00:00:00+08:00")


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        # Thursday 28 September 2023 is the first; after the long holiday Saturday and Sunday are worked.
        (date(2023, 9, 27), 3, date(2023, 10, 8)),
        # Five working days of a plain week.
        (date(2023, 7, 14), 5, date(2023, 7, 21)),
        # Beijing's ten working days over the Spring Festival of 2024: 5 to 9 February (4 is before), 18 to 22 February.
        (date(2024, 2, 4), 10, date(2024, 2, 22)),
    ],
)
def test_working_days_follow_the_notices(start, days, last):
    assert calendar.working_deadline(start, days).last_day == last


def test_working_days_of_a_year_without_a_table_are_refused_and_calendar_days_marked():
    with pytest.raises(Refused) as no:
        calendar.working_deadline(date(2026, 12, 30), 5)
    assert (no.value.code, no.value.facts) == ("calendar.no-table", {"year": 2027})
    found = calendar.deadline(date(2029, 12, 7), 15)
    assert found.last_day == date(2029, 12, 24)  # the 22nd is a Saturday
    assert not found.confirmed
    assert found.notices == ()


@pytest.mark.parametrize("days", [0, -1, 36_501, 10**30])
def test_a_period_has_at_least_one_day_and_a_bound(days):
    for count in (calendar.deadline, calendar.working_deadline):
        with pytest.raises(Refused):
            count(date(2023, 7, 20), days)


def test_a_period_beyond_the_calendar_is_refused():
    with pytest.raises(Refused) as no:
        calendar.deadline(date(9999, 12, 30), 5)
    assert no.value.code == "calendar.beyond-calendar"


DAYS = st.dates(date(2022, 1, 1), date(2026, 9, 1))


def walk(start: date, days: int) -> date:
    """An independent count of working days, one step a day, straight from the tables' lists."""
    rest = {day for table in calendar.holiday_tables().values() for day in table.rest}
    worked = {day for table in calendar.holiday_tables().values() for day in table.working}
    day, counted = start, 0
    while counted < days:
        day = date.fromordinal(day.toordinal() + 1)
        counted += day in worked or (day.isoweekday() not in (6, 7) and day not in rest)
    return day


@given(DAYS, st.integers(1, 60))
def test_working_days_agree_with_a_walk_through_the_days(start, days):
    found = calendar.working_deadline(start, days)
    assert found.last_day == walk(start, days)
    # Every day of the stretch is either counted or passed over with its reason.
    assert (found.last_day - start).days == days + len(found.skipped)


@given(DAYS, st.integers(1, 100))
def test_calendar_days_end_on_the_next_working_day_and_no_later(start, days):
    found = calendar.deadline(start, days)
    nominal = start + timedelta(days=days)
    assert found.last_day == walk(nominal - timedelta(days=1), 1)
    assert [rest.day for rest in found.skipped] == [
        nominal + timedelta(days=offset) for offset in range((found.last_day - nominal).days)
    ]
