"""What a rule pack holds, once it has been read."""

import datetime
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, Literal, TypeVar

Kind = Literal["owners", "households", "persons", "representatives"]
Scope = Literal["unit", "building", "compound", "zone", "community"]
Uses = Literal["all", "homes", "served"]
Overlap = Literal["separate", "joined"]
Measure = Literal["heads", "area", "objections"]
Counted = Literal["participants", "present", "yes", "objections"]
Base = Literal["scope", "participants", "present"]
Relation = Literal[">=", ">", "="]
Limit = Literal[">=", ">", "=", "<=", "<"]

Unit = Literal[
    "ratio",
    "days",
    "working days",
    "months",
    "years",
    "times",
    "times a year",
    "persons",
    "households",
    "seats",
    "storeys",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese (the source text) and in English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """One value of a rule. ``confirmed`` is false until it was read in the source; ``note`` then says what to check."""

    value: T
    confirmed: bool
    note: Text | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """One condition: ``counted`` compared with ``ratio`` of ``base``, both in the same ``measure``.

    以上 is ``>=``, 超过 and 过半数 are ``>`` (Civil Code 1259). The objection test is ``objections = 0``. The
    *participants* have given a voice; those *present* (到会人员) are in the room, whether they vote or not. ``kinds``
    are the electorates the condition is made for; it is empty where the law has one figure for all the pack's kinds.
    """

    name: str
    measure: Measure
    counted: Counted
    base: Base
    relation: Relation
    ratio: Fraction
    confirmed: bool
    note: Text | None
    kinds: tuple[Kind, ...] = ()

    @property
    def need(self) -> str:
        """The ratio with its sign, as ">= 2/3", "> 1/2", "= 0"."""
        return f"{self.relation} {self.ratio}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One more number of the rule, beside those that decide: a period, a size, who may call a meeting.

    ``value`` is a whole number of ``unit``, or for "ratio" the share that ``what`` speaks of.
    """

    name: str
    relation: Limit
    value: Fraction
    unit: Unit
    what: Text
    article: Text
    confirmed: bool
    note: Text | None

    def least(self, of: int) -> int:
        """The least whole number of ``of`` that a ratio of "at least" or "more than" asks for; else ValueError."""
        if self.unit != "ratio" or self.relation not in (">=", ">"):
            raise ValueError("no ratio that asks for a least number")
        share = self.value * of
        return share.numerator // share.denominator + 1 if self.relation == ">" else math.ceil(share)


@dataclass(frozen=True, slots=True)
class Lift:
    """What a retrofit must be to be allowed, and to be subsidised. Storeys are whole numbers, money is fen per lift.

    What the source says nothing of is None.
    """

    lawfully_built: Parameter[bool] | None
    several_owners: Parameter[bool] | None
    outside_expropriation: Parameter[bool] | None
    structurally_safe: Parameter[bool] | None
    min_storeys: Parameter[int] | None
    subsidy_fen: Parameter[int] | None
    subsidy_min_storeys: Parameter[int] | None
    subsidy_without_lift_only: Parameter[bool] | None


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of one rule. ``sha256`` is of the bytes of ``file``: a result names exactly what it applied, and
    whoever keeps the file can apply it again for ever.

    ``scope`` is the place that decides, ``uses`` says which dwellings and shops belong to it, ``overlap`` whether
    different sets of owners that share a person are separate heads or one, ``notice_days`` and ``remedy_years`` are
    None where the source does not say. ``valid_to`` is the last day in force, None if none is known. ``places`` are the
    beginnings of the area codes (GB/T 2260) where the rule holds, None if everywhere.
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
    places: Parameter[tuple[str, ...]] | None
    lift: Lift | None
    tests: tuple[Threshold, ...]
    figures: tuple[Figure, ...]
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

    def holds_at(self, area_code: str) -> bool:
        """Whether the rule is made for the place of this area code; of an unknown place ("") nothing is excluded."""
        return self.places is None or not area_code or area_code.startswith(self.places.value)

    def tests_for(self, kind: Kind) -> tuple[Threshold, ...]:
        """The conditions made for an electorate of this kind, in the pack's order."""
        return tuple(test for test in self.tests if kind in (test.kinds or self.kinds))

    @property
    def in_the_room(self) -> bool:
        """Whether it counts who is present, so that only a voice given in the room is one."""
        return any("present" in (test.counted, test.base) for test in self.tests)

    def figure(self, name: str) -> Figure:
        """The figure of this name; one that the pack does not have is a mistake of the caller: KeyError."""
        return {figure.name: figure for figure in self.figures}[name]
