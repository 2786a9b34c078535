"""Ways out, each one file behind one narrow class. A channel says what became of each parcel, and never more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

Said = Literal["accepted", "refused", "throttled", "unknown"]
"""accepted: the channel took it. refused: it never will, and says why. throttled: certainly not taken, to be tried
again later. unknown: nobody can tell whether it was taken.
"""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to carry: ``key`` is what the other side is told to know it by. Only letters enclose anything."""

    key: str
    address: str
    title: str
    body: str
    enclosure: Enclosure | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one parcel. ``code`` says why in the channel's own word; ``wait`` is how long it asked us
    to wait with everything.
    """

    said: Said
    code: str = ""
    receipt: str = ""
    wait: timedelta | None = None


class Carrier(Protocol):
    """What every channel is: it takes up to ``batch`` parcels at a time and answers for each, in their order.

    ``honours_keys``: the other side does one thing once, however often it is sent with one key; only then is an unknown
    outcome tried again. ``carry`` raises nothing that a network can cause.
    """

    @property
    def batch(self) -> int:
        """How many it takes at a time."""
        ...

    @property
    def honours_keys(self) -> bool:
        """Whether a repeat under one key is one."""
        ...

    async def carry(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Carry the parcels; the outcomes stand in their order."""
        ...

    async def close(self) -> None:
        """Let go of what is held open between batches."""
        ...


Settings = Mapping[str, object]
"""What a channel is told by whoever keeps it: the JSON that lies sealed in its row."""
