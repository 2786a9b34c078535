"""``linli rules verdict FILE.json``: an electorate and its voices in, the verdict with its working out."""

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, get_args

import numpy as np

from linli.rules.decisions import UNKNOWN_AREA, Columns, Finding, Totals, Verdict, Voice, amount, head_numbers, judge
from linli.rules.errors import Refused
from linli.rules.packs import Kind, Pack, shelf

VOICES: Final = {each.name.lower(): each for each in Voice if each is not Voice.CONFLICT}
DOCUMENT_FIELDS: Final = frozenset({"pack", "at", "kind", "closed", "units"})
UNIT_FIELDS: Final = frozenset({"id", "area", "owners", "voice", "developer", "objection", "excluded", "present"})
MOST_DIGITS: Final = 13
"""Before the point: areas up to 9,999,999,999,999.99 square metres, so that a sum always fits its column."""


def verdict(document: object) -> tuple[dict[str, object], bool]:
    """The answer to one document (parsed JSON, as docs/recount.md describes it), and whether the state is passed.

    Missing ``closed`` is true; missing ``kind`` is owners, or the pack's own if it knows only one. An owners unit
    without owners is a head of its own. Refuses whatever cannot be read or cannot be: wrong types, unknown fields or
    words, a unit named twice, an area that is not above zero or has more than two decimals, a pack that is unknown or
    not in force, a kind of electorate that the pack does not know, an empty scope.
    """
    fields = _fields(document, "", DOCUMENT_FIELDS, {"pack", "at", "units"})
    pack = shelf().in_force(_words(fields["pack"], "pack"), _day(fields["at"]))
    kind = _kind(fields, pack)
    closed = _flag(fields, "closed", "closed", True)
    totals = Totals.of(_columns(fields["units"], kind, pack), spoiled_participates=pack.spoiled_participates.value)
    judged = judge(pack, totals, closed=closed, kind=kind)
    return _answer(judged), judged.state == "passed"


def _answer(judged: Verdict) -> dict[str, object]:
    missing = judged.missing
    return {
        "state": judged.state,
        "tests": [_finding(finding) for finding in judged.tests],
        "missing": None
        if missing is None or missing.area is None
        else {"heads": missing.heads, "area": amount(missing.area, "area")},
        "source": {"pack": judged.pack.id, "version": judged.pack.version, "article": judged.pack.article.zh},
    } | _unconfirmed(judged)


def _unconfirmed(judged: Verdict) -> dict[str, object]:
    """The conditions that nobody has read in a source yet, with what to check; nothing where all are confirmed."""
    open_questions = [finding.threshold for finding in judged.tests if not finding.threshold.confirmed]
    notes = {threshold.name: threshold.note.zh if threshold.note else "" for threshold in open_questions}
    return {"unconfirmed": notes} if notes else {}


def _finding(finding: Finding) -> dict[str, object]:
    threshold = finding.threshold
    return {
        "name": threshold.name,
        "measure": threshold.measure,
        "have": amount(finding.have, threshold.measure),
        "of": amount(finding.of, threshold.measure),
        "need": threshold.need,
        "met": finding.met,
    }


def _columns(units: object, kind: Kind, pack: Pack) -> Columns:
    if not isinstance(units, list):
        raise _wrong("units")
    ids: set[str] = set()
    read = [_unit(unit, f"units[{place}]", ids) for place, unit in enumerate(units)]
    if all(unit.excluded for unit in read):
        raise Refused("verdict.nobody", "表决范围内一户也没有，请检查units和excluded。")
    if kind == "owners":
        heads = head_numbers([(unit.owners, unit.developer) for unit in read], overlap=pack.overlap.value)
    else:
        heads = np.arange(len(read), dtype=np.int64)
    # A meeting decides among those who are there: what somebody sent in from outside is no voice.
    unheard = [pack.in_the_room and not unit.present for unit in read]
    return Columns(
        head=heads,
        area=np.array([unit.area for unit in read], dtype=np.int64),
        voice=np.array(
            [Voice.NONE if away else unit.voice for away, unit in zip(unheard, read, strict=True)], dtype=np.int8
        ),
        objection=np.array([unit.objection for unit in read], dtype=np.bool_),
        excluded=np.array([unit.excluded for unit in read], dtype=np.bool_),
        present=np.array([unit.present for unit in read], dtype=np.bool_) if pack.in_the_room else None,
    )


class _Unit:
    """One unit as the document gives it."""

    __slots__ = ("area", "developer", "excluded", "objection", "owners", "present", "voice")

    def __init__(self, fields: Mapping[str, object], path: str) -> None:
        self.area = _area(fields.get("area"), f"{path}.area")
        self.owners = _owners(fields.get("owners"), f"{path}.owners")
        self.voice = _voice(fields["voice"], f"{path}.voice")
        self.developer = _flag(fields, "developer", f"{path}.developer", False)
        self.objection = _flag(fields, "objection", f"{path}.objection", False)
        self.excluded = _flag(fields, "excluded", f"{path}.excluded", False)
        self.present = _flag(fields, "present", f"{path}.present", self.voice is not Voice.NONE)


def _unit(unit: object, path: str, ids: set[str]) -> _Unit:
    fields = _fields(unit, path, UNIT_FIELDS, {"id", "voice"})
    name = _words(fields["id"], f"{path}.id")
    if name in ids:
        raise Refused("verdict.unit-twice", "编号{id}出现了两次，一户只能有一行，请删去或者改正。", id=name[:40])
    ids.add(name)
    return _Unit(fields, path)


def _fields(value: object, path: str, known: frozenset[str], needed: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _wrong(path or "JSON")
    prefix = f"{path}." if path else ""
    for name in value:
        if name not in known:
            raise Refused(
                "verdict.field-unknown", "不认识字段{field}，请删去或者改正拼写。", field=f"{prefix}{name[:40]}"
            )
    for name in sorted(needed):
        if name not in value:
            raise Refused("verdict.field-missing", "缺少字段{field}，请补上。", field=f"{prefix}{name}")
    return value


def _wrong(field: str) -> Refused:
    return Refused("verdict.field-wrong", "字段{field}填写不对，请对照说明改正。", field=field)


def _words(value: object, field: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(field)
    return value


def _flag(fields: Mapping[str, object], name: str, path: str, otherwise: bool) -> bool:
    value = fields.get(name, otherwise)
    if not isinstance(value, bool):
        raise _wrong(path)
    return value


def _day(value: object) -> datetime.date:
    words = _words(value, "at")
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", words):
            raise ValueError
        return datetime.date.fromisoformat(words)
    except ValueError:
        raise Refused("verdict.day-wrong", "at应当是日期，例如2023-07-01，请改正。") from None


def _kind(fields: Mapping[str, object], pack: Pack) -> Kind:
    default = pack.kinds[0] if len(pack.kinds) == 1 else "owners"
    kind = fields.get("kind", default)
    if kind not in get_args(Kind):
        raise _wrong("kind")
    if kind not in pack.kinds:
        raise Refused(
            "verdict.kind-not-in-pack",
            "规则{pack}不适用于{kind}，只能用于{kinds}。",
            pack=pack.id,
            kind=kind,
            kinds="、".join(pack.kinds),
        )
    return kind


def _voice(value: object, field: str) -> Voice:
    if not isinstance(value, str) or value not in VOICES:
        raise _wrong(field)
    return VOICES[value]


def _owners(value: object, field: str) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, list):
        raise _wrong(field)
    return frozenset(_words(owner, field) for owner in value)


def _area(value: object, field: str) -> int:
    """In 1/100 square metres, from text or from a JSON number that was parsed exactly (a float is refused)."""
    if value is None:
        return UNKNOWN_AREA
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = format(Decimal(value), "f")
    match = re.fullmatch(r"([0-9]+)(?:\.([0-9]{1,2}))?", value) if isinstance(value, str) else None
    if match is None or len(match[1]) > MOST_DIGITS:
        raise _wrong_area(field)
    area = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if area == 0:
        raise _wrong_area(field)
    return area


def _wrong_area(field: str) -> Refused:
    return Refused(
        "verdict.area-wrong",
        '{field}应当是大于0、最多两位小数的面积，写成文字，例如"85.20"；不知道的留空（null）。',
        field=field,
    )
