"""The look-ups of ``linli rules``: identity number, credit code, capitals of an amount, end of a period."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from linli.rules import calendar, identifiers, money
from linli.rules.errors import Refused

Say = Callable[[str], str]


def identity(number: str, say: Say) -> tuple[dict[str, Any], bool]:
    """Whether an identity number holds, and what it tells: area, day of birth, sex. The number is not repeated."""
    try:
        found = identifiers.identity(number, on=date.today())
    except Refused as fault:
        return _does_not_hold(fault, say)
    return {"valid": True, "area": found.area, "born": found.born.isoformat(), "sex": found.sex}, True


def credit_code(code: str, say: Say) -> tuple[dict[str, Any], bool]:
    """Whether a unified social credit code holds."""
    try:
        identifiers.credit_code(code)
    except Refused as fault:
        return _does_not_hold(fault, say)
    return {"valid": True}, True


def capitals(amount: str) -> tuple[dict[str, Any], bool]:
    """An amount in yuan as a receipt writes it, in capitals, with what was understood in fen and in figures."""
    fen = money.parse(amount)
    return {"capitals": money.capitals(fen), "fen": fen, "yuan": money.yuan(fen)}, True


def deadline(start: str, days: str, *, working: bool) -> tuple[dict[str, Any], bool]:
    """The end of the period of ``days`` ("+15") after ``start`` (YYYY-MM-DD), with the rest days passed over."""
    if not re.fullmatch(r"\+?\d{1,9}", days, re.ASCII):
        raise Refused("deadline.days-unreadable", "读不出天数。请写成 +15 这样的形式。")
    try:
        event = date.fromisoformat(start) if re.fullmatch(r"\d{4}-\d\d-\d\d", start, re.ASCII) else None
    except ValueError:
        event = None
    if event is None:
        raise Refused("deadline.date-unreadable", "读不出日期，或没有这一天。请写成 2023-07-20 这样的形式。")
    counted = (calendar.working_deadline if working else calendar.deadline)(event, int(days))
    skipped = [
        {"day": rest.day.isoformat(), "why": rest.why} | ({"name": rest.name} if rest.name else {})
        for rest in counted.skipped
    ]
    return {
        "start": start,
        "days": int(days),
        "working": working,
        "first_day": counted.first_day.isoformat(),
        "last_day": counted.last_day.isoformat(),
        "ends": f"{counted.last_day.isoformat()} 24:00",
        "skipped": skipped,
        "notices": list(counted.notices),
        "confirmed": counted.confirmed,
        "articles": ["民法典第二百零一条", "民法典第二百零三条"],
    }, True


def _does_not_hold(fault: Refused, say: Say) -> tuple[dict[str, Any], bool]:
    """A check that does not hold is a no; what has not even the shape of such a number is unreadable."""
    if fault.code.endswith(".shape"):
        raise fault
    return {"valid": False, "reason": fault.code, "words": fault.say(say)}, False
