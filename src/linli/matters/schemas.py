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
    state: Literal["raised", "asking", "decided"]
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


class ResultOut(Schema):
    """The result of a decided matter, unit by unit, with the rule it was judged by."""

    matter: UUID
    rule: str
    state: Literal["passed", "failed", "pending", "unverifiable"]
    decided_at: datetime
    units: list[UnitResult]
