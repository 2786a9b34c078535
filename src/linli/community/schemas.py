"""What the API says of places."""

from typing import Literal
from uuid import UUID

from ninja import Schema


class PlaceOut(Schema):
    """A node of the tree of places; nothing of its doors and people."""

    id: UUID
    kind: Literal["community", "compound", "zone", "building", "unit"]
    name: str
    parent: UUID | None
    area_code: str
