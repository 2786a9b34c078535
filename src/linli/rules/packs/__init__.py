"""Rule packs: the law and local rules as dated data, one TOML file for each version.

A pack says which tests a decision must meet, of which measure and base, with which ratio, and where that is written.
No number of the law stands in code. Every parameter carries ``confirmed``: false means that nobody has yet read it in
the source itself, and whoever shows the parameter says so with its note. A file with a missing, unknown or ill-typed
field is refused whole, naming file and field, because half a rule would count votes wrongly in silence.
"""

import datetime
import functools
import hashlib
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Generic, Literal, TypeVar, cast, get_args

from linli.rules.errors import Refused

Kind = Literal["owners", "households", "persons", "representatives"]
Scope = Literal["unit", "building", "compound", "zone", "community"]
Uses = Literal["all", "homes", "served"]
Overlap = Literal["separate", "joined"]
Measure = Literal["heads", "area", "objections"]
Counted = Literal["participants", "yes", "objections"]
Base = Literal["scope", "participants"]
Relation = Literal[">=", ">", "="]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese (the source text) and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """One value of a rule. ``confirmed`` is false until it was read in the source; ``note`` then says what to check."""

    value: T
    confirmed: bool
    note: Text | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """One condition: ``counted`` compared with ``ratio`` of ``base``, both in the same ``measure``.

    以上 is ``>=``, 超过 and 过半数 are ``>`` (Civil Code 1259). The objection test is ``objections = 0``.
    """

    name: str
    measure: Measure
    counted: Counted
    base: Base
    relation: Relation
    ratio: Fraction
    confirmed: bool
    note: Text | None

    @property
    def need(self) -> str:
        """The ratio with its sign, as ">= 2/3", "> 1/2", "= 0"."""
        return f"{self.relation} {self.ratio}"


@dataclass(frozen=True, slots=True)
class Lift:
    """What a retrofit must be to be allowed, and to be subsidised. Storeys are whole numbers, money is fen per lift."""

    lawfully_built: Parameter[bool]
    several_owners: Parameter[bool]
    outside_expropriation: Parameter[bool]
    structurally_safe: Parameter[bool]
    min_storeys: Parameter[int]
    subsidy_fen: Parameter[int]
    subsidy_min_storeys: Parameter[int]
    subsidy_without_lift_only: Parameter[bool]


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of one rule. ``sha256`` is of the bytes of ``file``: a result names exactly what it applied, and
    whoever keeps the file can apply it again for ever.

    ``scope`` is the place that decides, ``uses`` says which dwellings and shops belong to it, ``overlap`` whether
    different sets of owners that share a person are separate heads or one, ``notice_days`` and ``remedy_years`` are
    None where the source does not say. ``valid_to`` is the last day in force, None if none is known.
    """

    id: str
    version: str
    aliases: tuple[str, ...]
    kinds: tuple[Kind, ...]
    title: Text
    source: Text
    article: Text
    text: Text
    valid_from: Parameter[datetime.date]
    valid_to: Parameter[datetime.date | None]
    scope: Parameter[Scope]
    uses: Parameter[Uses]
    overlap: Parameter[Overlap]
    spoiled_participates: Parameter[bool]
    notice_days: Parameter[int | None]
    remedy_years: Parameter[int | None]
    lift: Lift | None
    tests: tuple[Threshold, ...]
    sha256: str
    file: bytes

    @property
    def homes_only(self) -> bool:
        """Whether the shops of a place stand outside its decision."""
        return self.uses.value != "all"

    def in_force_at(self, day: datetime.date) -> bool:
        """Whether ``day`` (the community's day) lies within the pack's dates, both ends included."""
        last = self.valid_to.value
        return self.valid_from.value <= day and (last is None or day <= last)


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


def _ratio(value: object) -> Fraction:
    if not isinstance(value, str) or not all(part.isascii() and part.isdigit() for part in value.split("/")):
        raise _Unfit
    try:
        ratio = Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise _Unfit from None
    if ratio > 1:
        raise _Unfit
    return ratio


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


def _threshold(table: _Table) -> Threshold:
    name = table.take("name", _text)
    measure = cast(Measure, table.take("measure", _choice(Measure)))
    counted = cast(Counted, table.take("counted", _choice(Counted)))
    base = cast(Base, table.take("base", _choice(Base)))
    relation = cast(Relation, table.take("relation", _choice(Relation)))
    ratio = table.take("ratio", _ratio)
    confirmed = table.take("confirmed", _flag)
    note = _note(table, confirmed)
    table.end()
    objections = {measure == "objections", counted == "objections", relation == "=", ratio == 0}
    if len(objections) > 1:
        raise table.wrong(table.name("relation"))
    if base == "participants" and counted != "yes":
        raise table.wrong(table.name("base"))
    if ratio == 1 and relation == ">":
        raise table.wrong(table.name("ratio"))
    return Threshold(name, measure, counted, base, relation, ratio, confirmed, note)


def _thresholds(file: str) -> Callable[[object], tuple[Threshold, ...]]:
    def read(value: object) -> tuple[Threshold, ...]:
        if not isinstance(value, list) or not value:
            raise _Unfit
        tests = tuple(_threshold(_Table(item, file, f"tests[{n}]")) for n, item in enumerate(value, 1))
        if len({test.name for test in tests}) != len(tests):
            raise _Unfit
        return tests

    return read


def _lift(root: _Table) -> Lift | None:
    if "lift" not in root.data:
        return None
    table = root.table("lift")
    lift = Lift(
        lawfully_built=_parameter(table, "lawfully_built", _flag),
        several_owners=_parameter(table, "several_owners", _flag),
        outside_expropriation=_parameter(table, "outside_expropriation", _flag),
        structurally_safe=_parameter(table, "structurally_safe", _flag),
        min_storeys=_parameter(table, "min_storeys", _whole),
        subsidy_fen=_parameter(table, "subsidy_fen", _whole),
        subsidy_min_storeys=_parameter(table, "subsidy_min_storeys", _whole),
        subsidy_without_lift_only=_parameter(table, "subsidy_without_lift_only", _flag),
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
    pack = Pack(
        id=root.take("id", _text),
        version=root.take("version", _text),
        aliases=root.take("aliases", _texts),
        kinds=root.take("kinds", _kinds),
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
        lift=_lift(root),
        tests=root.take("tests", _thresholds(file)),
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


class Packs:
    """A shelf of packs, found by id or alias and date."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        """Refuses two packs of one name whose dates overlap: which of them counts would be a matter of chance."""
        self._packs = tuple(packs)
        for n, one in enumerate(self._packs):
            for other in self._packs[:n]:
                shared = {one.id, *one.aliases} & {other.id, *other.aliases}
                later = max(one, other, key=lambda pack: pack.valid_from.value)
                earlier = other if later is one else one
                if shared and earlier.in_force_at(later.valid_from.value):
                    raise Refused(
                        "pack.dates-overlap", "规则{pack}有两个版本的有效期重叠，请改正日期。", pack=sorted(shared)[0]
                    )

    def __iter__(self) -> Iterator[Pack]:
        return iter(self._packs)

    def in_force(self, name: str, at: datetime.date) -> Pack:
        """The version of ``name`` (an id or an alias) in force on the day ``at``.

        Refuses a name that no pack has, and a day on which no version is in force, saying which dates there are.
        """
        named = [pack for pack in self._packs if name == pack.id or name in pack.aliases]
        if not named:
            raise Refused("pack.unknown", "没有名为{pack}的规则，请检查名称。", pack=name)
        for pack in named:
            if pack.in_force_at(at):
                return pack
        dates = "、".join(
            f"{pack.valid_from.value}～{pack.valid_to.value or ''}"
            for pack in sorted(named, key=lambda pack: pack.valid_from.value)
        )
        raise Refused(
            "pack.none-in-force",
            "规则{pack}在{at}没有生效的版本，现有版本的有效期：{dates}。",
            pack=name,
            at=at.isoformat(),
            dates=dates,
        )


@functools.cache
def shelf() -> Packs:
    """The packs that come with the program."""
    folder = Path(__file__).parent
    return Packs(read_pack(path.read_bytes(), path.name) for path in sorted(folder.glob("*.toml")))
