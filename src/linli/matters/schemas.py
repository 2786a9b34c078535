"""What the API says of matters and their results: what any neighbour may read."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema


class MatterOut(Schema):
    """One matter: what is wanted, where, and who convenes, decides, carries and supervises."""

    id: UUID
    number: str
    title: str
    words: str
    place: UUID
    rule: str
    convener: str
    decider: str
    carrier: str | None
    supervisor: str | None
    circle: Literal["residents", "net"]
    state: Literal["raised", "asking", "decided", "withdrawn"]
    raised_at: datetime
    opened_at: datetime | None
    closes_at: datetime | None
    decided_at: datetime | None


class UnitResult(Schema):
    """The result of one unit; counts of households, where they may be told (never for a failed unanimous matter)."""

    name: str
    state: Literal["passed", "failed", "pending", "unverifiable"]
    yes: int | None
    of: int | None


class Counted(Schema):
    """One count of a matter, unit by unit: the first, or one that took the place of the one before, and why."""

    number: int
    decided_at: datetime
    state: Literal["passed", "failed", "pending", "unverifiable"]
    ground: Literal["objection", "ordered"] | None
    reason: str
    units: list[UnitResult]


class ResultOut(Counted):
    """The result of a decided matter that stands, with the rule it was judged by; and those whose place it took."""

    matter: UUID
    rule: str
    looked_into: bool
    earlier: list[Counted]
