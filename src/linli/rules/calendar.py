"""Days as the law counts them: the first day not counted, a last day that is a rest day moved on, the end at 24:00."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from importlib import resources
from typing import Any

from linli.rules.errors import Refused

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The community's time: mainland China keeps one time and has had no summer time since 1991."""

LONGEST = 36_500
"""The longest period in days that is counted."""


@dataclass(frozen=True, slots=True)
class HolidayTable:
    """One year's holidays (day and name) and make-up workdays, with the State Council notice that sets them."""

    year: int
    title: str
    notice: str
    issued: date
    rest: dict[date, str]
    working: frozenset[date]


@dataclass(frozen=True, slots=True)
class RestDay:
    """A day that was passed over, and why: "weekend", "holiday" (with its ``name``)."""

    day: date
    why: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A period counted out.

    ``start`` is the day of the event, which is not counted; ``first_day`` the first counted; ``last_day`` the day at
    whose 24:00 the period ends. ``skipped`` are the rest days passed over: all of them when counting working days, else
    those at the end. ``notices`` are the holiday notices relied on. ``confirmed`` is False when a rest day could not be
    looked up because its year has no table yet: weekends alone were considered, and the table may move the last day.
    """

    start: date
    first_day: date
    last_day: date
    skipped: tuple[RestDay, ...]
    notices: tuple[str, ...]
    confirmed: bool

    @property
    def ends(self) -> datetime:
        """The first moment after the period, which is 24:00 of the last day."""
        return datetime.combine(self.last_day + timedelta(days=1), time(), CHINA)


@cache
def holiday_tables() -> dict[int, HolidayTable]:
    """The tables that there are, by year, read from ``linli/rules/holidays/``."""
    folder = resources.files("linli.rules") / "holidays"
    files = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    tables = [_table(tomllib.loads(file.read_text("utf-8"))) for file in files]
    return {table.year: table for table in sorted(tables, key=lambda table: table.year)}


def rest_day(day: date) -> RestDay | None:
    """Why ``day`` is no working day, or None if it is one. Without a table for its year only weekends are known."""
    for table in _tables_about(day):
        if day in table.working:
            return None
        if day in table.rest:
            return RestDay(day, "holiday", table.rest[day])
    return RestDay(day, "weekend") if day.weekday() >= 5 else None


def deadline(start: date, days: int) -> Deadline:
    """The end of a period of calendar days after ``start``.

    Civil Code 201: the day of the event is not counted. 203: a last day that is a statutory rest day gives way to the
    day after the rest, and the period ends at 24:00. Make-up workdays are no rest days. Refused: fewer than one day,
    more than ``LONGEST``, and dates beyond the calendar.
    """
    last = nominal = _later(start, _countable(days))
    skipped = []
    while rest := rest_day(last):
        skipped.append(rest)
        last = _later(last, 1)
    return _counted(start, last, skipped, nominal)


def working_deadline(start: date, days: int) -> Deadline:
    """The end of a period of working days after ``start``, which is not counted (Civil Code 201, 203).

    Refused: a period that touches a year without a holiday table ("calendar.no-table"), fewer than one day, more than
    ``LONGEST``.
    """
    day = start
    skipped = []
    left = _countable(days)
    while left:
        day = _later(day, 1)
        if day.year not in holiday_tables():
            raise Refused(
                "calendar.no-table",
                "{year}年的节假日安排还没有录入，不能计算工作日。请录入国务院办公厅当年的放假通知，或改按自然日计算。",
                year=day.year,
            )
        if rest := rest_day(day):
            skipped.append(rest)
        else:
            left -= 1
    return _counted(start, day, skipped, _later(start, 1))


def after_quiet(moment: datetime, begins: time, ends: time) -> datetime:
    """The first moment from ``moment`` (aware) on that lies outside the quiet hours of its day in the community.

    The hours reach over midnight where they begin later than they end (22:00 to 07:00); where both are one time there
    are none.
    """
    local = moment.astimezone(CHINA)
    now = local.time()
    over_midnight = begins > ends
    quiet = (now >= begins or now < ends) if over_midnight else begins <= now < ends
    if not quiet:
        return moment
    day = local.date() + timedelta(days=1) if over_midnight and now >= begins else local.date()
    return datetime.combine(day, ends, CHINA)


def _table(data: dict[str, Any]) -> HolidayTable:
    """A table from its TOML: ``rest`` is a list of stretches with name, from and to, ``working`` a list of days."""
    rest: dict[date, str] = {}
    for stretch in data["rest"]:
        for offset in range((stretch["to"] - stretch["from"]).days + 1):
            rest[stretch["from"] + timedelta(days=offset)] = stretch["name"]
    return HolidayTable(**{**data, "rest": rest, "working": frozenset(data["working"])})


def _tables_about(day: date) -> list[HolidayTable]:
    """A year's notice may reach into the last days of the year before, as that of 2023 does into 2022."""
    return [table for year in (day.year, day.year + 1) if (table := holiday_tables().get(year))]


def _countable(days: int) -> int:
    if not 1 <= days <= LONGEST:
        raise Refused("calendar.days-out-of-bounds", "天数须在1到{longest}之间。", longest=LONGEST)
    return days


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise Refused("calendar.beyond-calendar", "期限超出了9999年。请核对起算日期和天数。") from None


def _counted(start: date, last: date, skipped: list[RestDay], looked_up_from: date) -> Deadline:
    years = range(looked_up_from.year, last.year + 1)
    tables = [holiday_tables()[year] for year in years if year in holiday_tables()]
    return Deadline(
        start=start,
        first_day=_later(start, 1),
        last_day=last,
        skipped=tuple(skipped),
        notices=tuple(table.notice for table in tables),
        confirmed=len(tables) == len(years),
    )
