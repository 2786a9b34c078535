"""``linli rules election FILE.json``: votes in, who is elected out; ``linli rules pack``: a rule with all its marks."""

import datetime
import re
from collections.abc import Mapping
from typing import Any, cast, get_args

from linli.cli.rules.reading import fields, text, whole
from linli.rules.elections import Line, Round, elect
from linli.rules.errors import Refused
from linli.rules.packs import Figure, Kind, Pack, Parameter, Text, Threshold, shelf

_FIELDS = frozenset({"pack", "at", "kind", "eligible", "voted", "seats", "votes", "round"})


def election(document: object) -> tuple[dict[str, Any], bool]:
    """The answer to one document as ``docs/recount.md`` describes it; a yes if it is valid and every seat is filled."""
    asked = fields(document, _FIELDS)
    for name in sorted(_FIELDS - {"round"}):
        if name not in asked:
            raise Refused("input.missing-field", "缺少字段“{field}”。请对照说明补上。", field=name)
    kind = text(asked["kind"], "kind")
    round_ = whole(asked.get("round", 1), "round")
    if kind not in get_args(Kind) or round_ not in get_args(Round):
        raise Refused("election.kind", "kind或者round填写不对，请对照说明改正。")
    pack = shelf().in_force(text(asked["pack"], "pack"), _day(text(asked["at"], "at")))
    votes = {text(name, "votes"): whole(count, "votes") for name, count in fields(asked["votes"]).items()}
    found = elect(
        pack,
        cast(Kind, kind),
        eligible=whole(asked["eligible"], "eligible"),
        voted=whole(asked["voted"], "voted"),
        seats=whole(asked["seats"], "seats"),
        votes=votes,
        round_=cast(Round, round_),
    )
    unconfirmed = {
        test.name: test.note.zh if test.note else "" for test in pack.tests_for(cast(Kind, kind)) if not test.confirmed
    }
    answer = {
        "valid": found.turnout.met,
        "turnout": _line(found.turnout),
        "candidates": {name: _line(line) for name, line in found.lines.items()},
        "elected": list(found.elected),
        "tied": list(found.tied),
        "vacant": found.vacant,
        "second_round": list(found.second_round),
        "source": {"pack": pack.id, "version": pack.version, "article": pack.article.zh},
    }
    return answer | ({"unconfirmed": unconfirmed} if unconfirmed else {}), found.turnout.met and not found.vacant


def pack(name: str, at: str) -> tuple[dict[str, Any], bool]:
    """The version of a pack in force on a day: every condition, parameter and figure, and whether it is confirmed."""
    found = shelf().in_force(name, _day(at))
    parameters: Mapping[str, Parameter[Any] | None] = {
        "valid_from": found.valid_from,
        "valid_to": found.valid_to,
        "scope": found.scope,
        "uses": found.uses,
        "overlap": found.overlap,
        "spoiled_participates": found.spoiled_participates,
        "notice_days": found.notice_days,
        "remedy_years": found.remedy_years,
        "places": found.places,
    }
    return {
        "pack": found.id,
        "version": found.version,
        "sha256": found.sha256,
        "kinds": list(found.kinds),
        "title": _words(found.title),
        "source": _words(found.source),
        "article": _words(found.article),
        "text": _words(found.text),
        "parameters": {field: _parameter(each) for field, each in parameters.items() if each},
        "lift": {field: _parameter(each) for field, each in _lift(found).items() if each},
        "tests": [_test(test, found) for test in found.tests],
        "figures": {figure.name: _figure(figure) for figure in found.figures},
    }, True


def _lift(found: Pack) -> dict[str, Parameter[Any] | None]:
    return {} if found.lift is None else {field: getattr(found.lift, field) for field in found.lift.__slots__}


def _line(line: Line) -> dict[str, Any]:
    return {"have": line.have, "of": line.of, "need": line.need, "met": line.met}


def _day(at: str) -> datetime.date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", at):
            raise ValueError
        return datetime.date.fromisoformat(at)
    except ValueError:
        raise Refused("verdict.day-wrong", "at应当是日期，例如2023-07-01，请改正。") from None


def _words(words: Text) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _marks(confirmed: bool, note: Text | None) -> dict[str, Any]:
    return {"confirmed": confirmed} | ({"note": _words(note)} if note else {})


def _parameter(parameter: Parameter[Any]) -> dict[str, Any]:
    value = parameter.value
    if isinstance(value, datetime.date):
        value = value.isoformat()
    return {"value": list(value) if isinstance(value, tuple) else value} | _marks(parameter.confirmed, parameter.note)


def _test(test: Threshold, found: Pack) -> dict[str, Any]:
    return {
        "name": test.name,
        "measure": test.measure,
        "counted": test.counted,
        "base": test.base,
        "need": test.need,
        "kinds": list(test.kinds or found.kinds),
    } | _marks(test.confirmed, test.note)


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "need": f"{figure.relation} {figure.value}",
        "unit": figure.unit,
        "what": _words(figure.what),
        "article": _words(figure.article),
    } | _marks(figure.confirmed, figure.note)
