"""From the bytes of a TOML file to a pack: each field is taken by name, and half a pack is never used."""

import datetime
import hashlib
import tomllib
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar, cast, get_args

from linli.rules.errors import Refused
from linli.rules.packs.pack import (
    Base,
    Counted,
    Figure,
    Kind,
    Lift,
    Limit,
    Measure,
    Overlap,
    Pack,
    Parameter,
    Relation,
    Scope,
    Text,
    Threshold,
    Unit,
    Uses,
)

T = TypeVar("T")


class _Unfit(Exception):
    """A value that a field cannot take."""


class _Table:
    """A TOML table being read once: each field is taken by name, and what is left over is refused."""

    def __init__(self, data: object, file: str, path: str = "") -> None:
        self.file, self.path = file, path
        if not isinstance(data, dict):
            raise self.wrong(path)
        self.data = dict(data)

    def name(self, field: str) -> str:
        return f"{self.path}.{field}" if self.path else field

    def wrong(self, field: str) -> Refused:
        return Refused(
            "pack.field-wrong", "规则文件{file}的字段{field}填写不对，请改正后再用。", file=self.file, field=field
        )

    def take(self, field: str, read: Callable[[object], T]) -> T:
        if field not in self.data:
            raise Refused(
                "pack.field-missing",
                "规则文件{file}缺少字段{field}，请补上后再用。",
                file=self.file,
                field=self.name(field),
            )
        try:
            return read(self.data.pop(field))
        except _Unfit:
            raise self.wrong(self.name(field)) from None

    def table(self, field: str) -> "_Table":
        return self.take(field, lambda value: _Table(value, self.file, self.name(field)))

    def end(self) -> None:
        for field in self.data:
            raise Refused(
                "pack.field-unknown",
                "规则文件{file}有不认识的字段{field}，请删去或者改正拼写。",
                file=self.file,
                field=self.name(field),
            )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Unfit
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unfit
    return value


def _day(value: object) -> datetime.date:
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise _Unfit
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _Unfit
    return value


def _whole_or_unknown(value: object) -> int | None:
    return None if value == "unknown" else _whole(value)


def _last_day(value: object) -> datetime.date | None:
    return None if value == "open" else _day(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Unfit
    return tuple(_text(item) for item in value)


def _choice(kind: object) -> Callable[[object], str]:
    words = get_args(kind)

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise _Unfit
        return value

    return read


def _kinds(value: object) -> tuple[Kind, ...]:
    kinds = tuple(cast(Kind, _choice(Kind)(item)) for item in _texts(value))
    if not kinds or len(set(kinds)) != len(kinds):
        raise _Unfit
    return kinds


def _fraction(value: object) -> Fraction:
    if not isinstance(value, str) or not all(part.isascii() and part.isdigit() for part in value.split("/")):
        raise _Unfit
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise _Unfit from None


def _ratio(value: object) -> Fraction:
    ratio = _fraction(value)
    if ratio > 1:
        raise _Unfit
    return ratio


def _places(value: object) -> tuple[str, ...]:
    codes = _texts(value)
    if not codes or not all(code.isascii() and code.isdigit() and len(code) <= 12 for code in codes):
        raise _Unfit
    return codes


def _words(table: _Table) -> Text:
    words = Text(table.take("zh", _text), table.take("en", _text))
    table.end()
    return words


def _note(table: _Table, confirmed: bool) -> Text | None:
    """A value nobody has confirmed must say what is to be checked."""
    return _words(table.table("note")) if "note" in table.data or not confirmed else None


def _parameter(parent: _Table, field: str, read: Callable[[object], T]) -> Parameter[T]:
    table = parent.table(field)
    value = table.take("value", read)
    confirmed = table.take("confirmed", _flag)
    note = _note(table, confirmed)
    table.end()
    return Parameter(value, confirmed, note)


def _parameter_if_said(parent: _Table, field: str, read: Callable[[object], T]) -> Parameter[T] | None:
    return _parameter(parent, field, read) if field in parent.data else None


def _threshold(table: _Table) -> Threshold:
    name = table.take("name", _text)
    measure = cast(Measure, table.take("measure", _choice(Measure)))
    counted = cast(Counted, table.take("counted", _choice(Counted)))
    base = cast(Base, table.take("base", _choice(Base)))
    relation = cast(Relation, table.take("relation", _choice(Relation)))
    ratio = table.take("ratio", _ratio)
    kinds = table.take("kinds", _kinds) if "kinds" in table.data else ()
    confirmed = table.take("confirmed", _flag)
    note = _note(table, confirmed)
    table.end()
    objections = {measure == "objections", counted == "objections", relation == "=", ratio == 0}
    if len(objections) > 1:
        raise table.wrong(table.name("relation"))
    if base != "scope" and counted != "yes":
        raise table.wrong(table.name("base"))
    if "present" in (base, counted) and measure != "heads":
        raise table.wrong(table.name("measure"))
    if ratio == 1 and relation == ">":
        raise table.wrong(table.name("ratio"))
    return Threshold(name, measure, counted, base, relation, ratio, confirmed, note, kinds)


def _thresholds(root: _Table, kinds: tuple[Kind, ...]) -> tuple[Threshold, ...]:
    tests = root.take("tests", _rows(root, "tests", _threshold))
    for place, test in enumerate(tests, 1):
        if not set(test.kinds) <= set(kinds):
            raise root.wrong(f"tests[{place}].kinds")
    for kind in kinds:
        names = [test.name for test in tests if kind in (test.kinds or kinds)]
        if not names or len(set(names)) != len(names):
            raise root.wrong("tests")
    return tests


def _figure(table: _Table) -> Figure:
    name = table.take("name", _text)
    relation = cast(Limit, table.take("relation", _choice(Limit)))
    value = table.take("value", _fraction)
    unit = cast(Unit, table.take("unit", _choice(Unit)))
    what, article = _words(table.table("what")), _words(table.table("article"))
    confirmed = table.take("confirmed", _flag)
    note = _note(table, confirmed)
    table.end()
    if value > 1 if unit == "ratio" else value.denominator != 1:
        raise table.wrong(table.name("value"))
    return Figure(name, relation, value, unit, what, article, confirmed, note)


def _figures(root: _Table) -> tuple[Figure, ...]:
    if "figures" not in root.data:
        return ()
    figures = root.take("figures", _rows(root, "figures", _figure))
    if len({figure.name for figure in figures}) != len(figures):
        raise root.wrong("figures")
    return figures


def _rows(root: _Table, field: str, read_row: Callable[[_Table], T]) -> Callable[[object], tuple[T, ...]]:
    def read(value: object) -> tuple[T, ...]:
        if not isinstance(value, list) or not value:
            raise _Unfit
        return tuple(read_row(_Table(item, root.file, f"{field}[{n}]")) for n, item in enumerate(value, 1))

    return read


def _lift(root: _Table) -> Lift | None:
    if "lift" not in root.data:
        return None
    table = root.table("lift")
    lift = Lift(
        lawfully_built=_parameter_if_said(table, "lawfully_built", _flag),
        several_owners=_parameter_if_said(table, "several_owners", _flag),
        outside_expropriation=_parameter_if_said(table, "outside_expropriation", _flag),
        structurally_safe=_parameter_if_said(table, "structurally_safe", _flag),
        min_storeys=_parameter_if_said(table, "min_storeys", _whole),
        subsidy_fen=_parameter_if_said(table, "subsidy_fen", _whole),
        subsidy_min_storeys=_parameter_if_said(table, "subsidy_min_storeys", _whole),
        subsidy_without_lift_only=_parameter_if_said(table, "subsidy_without_lift_only", _flag),
    )
    table.end()
    return lift


def read_pack(data: bytes, file: str) -> Pack:
    """The pack that the bytes of ``file`` hold; ``file`` is its name, used in refusals only.

    Refuses bytes that are no TOML, a field that is missing, unknown or of the wrong type, a ratio above one, an
    unconfirmed value without a note, and dates that end before they begin.
    """
    try:
        document = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Refused("pack.unreadable", "规则文件{file}不是有效的TOML文件，请换一份。", file=file) from None
    root = _Table(document, file)
    parameters = root.table("parameters")
    kinds = root.take("kinds", _kinds)
    pack = Pack(
        id=root.take("id", _text),
        version=root.take("version", _text),
        aliases=root.take("aliases", _texts),
        kinds=kinds,
        title=_words(root.table("title")),
        source=_words(root.table("source")),
        article=_words(root.table("article")),
        text=_words(root.table("text")),
        valid_from=_parameter(parameters, "valid_from", _day),
        valid_to=_parameter(parameters, "valid_to", _last_day),
        scope=cast("Parameter[Scope]", _parameter(parameters, "scope", _choice(Scope))),
        uses=cast("Parameter[Uses]", _parameter(parameters, "uses", _choice(Uses))),
        overlap=cast("Parameter[Overlap]", _parameter(parameters, "overlap", _choice(Overlap))),
        spoiled_participates=_parameter(parameters, "spoiled_participates", _flag),
        notice_days=_parameter(parameters, "notice_days", _whole_or_unknown),
        remedy_years=_parameter(parameters, "remedy_years", _whole_or_unknown),
        places=_parameter_if_said(parameters, "places", _places),
        lift=_lift(root),
        tests=_thresholds(root, kinds),
        figures=_figures(root),
        sha256=hashlib.sha256(data).hexdigest(),
        file=data,
    )
    parameters.end()
    root.end()
    if pack.valid_to.value is not None and pack.valid_to.value < pack.valid_from.value:
        raise parameters.wrong("parameters.valid_to")
    for field, parameter in (("notice_days", pack.notice_days), ("remedy_years", pack.remedy_years)):
        if parameter.value is None and parameter.confirmed:
            raise parameters.wrong(f"parameters.{field}")
    return pack
