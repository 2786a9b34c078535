"""What the voices of one decision scope come to, recounted from columns or kept up one voice at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Voice(IntEnum):
    """What a unit says. A unit in conflict (its co-owners differ, no agreed voter) does not take part."""

    NONE = 0
    YES = 1
    NO = 2
    ABSTAIN = 3
    SPOILED = 4
    CONFLICT = 5


OUTSTANDING = (Voice.NONE, Voice.CONFLICT)
"""Voices that may still be given, or settled, while the drive is open."""

UNKNOWN_AREA = -1

PerVoice = tuple[int, int, int, int, int, int]
_NOTHING: PerVoice = (0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Columns:
    """The units of an electorate side by side; entry i of each array belongs to unit i.

    ``head``: number of the unit's head, 0 <= head < number of units (see ``head_numbers``). ``area``: int64, in 1/100
    square metres, above zero, or -1 where unknown. ``voice``: a ``Voice``, int8. ``objection``: an explicit objection
    was raised. ``excluded``: outside this scope and all its denominators. ``present``: somebody is in the room, with or
    without a voice; None where nobody took note. Arrays of unequal length or values outside these ranges are a mistake
    of the caller: ValueError.
    """

    head: NDArray[np.int64]
    area: NDArray[np.int64]
    voice: NDArray[np.int8]
    objection: NDArray[np.bool_]
    excluded: NDArray[np.bool_]
    present: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        units = len(self.head)
        columns = (self.head, self.area, self.voice, self.objection, self.excluded, self.present)
        if any(column is not None and column.shape != (units,) for column in columns):
            raise ValueError("columns of unequal length")
        if units == 0:
            return
        if self.head.min() < 0 or self.head.max() >= units:
            raise ValueError("a head's number lies outside the electorate")
        if self.voice.min() < min(Voice) or self.voice.max() > max(Voice):
            raise ValueError("a voice that is none")
        if bool(((self.area <= 0) & (self.area != UNKNOWN_AREA)).any()):
            raise ValueError("an area that is neither above zero nor -1")


@dataclass(frozen=True, slots=True)
class Seat:
    """One unit inside the scope, before or after a change; ``area`` in 1/100 square metres, or -1 where unknown."""

    area: int
    voice: Voice
    objection: bool = False
    present: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """One head's own small tally: how many of its units inside the scope say what, object, and are in the room."""

    units: PerVoice = _NOTHING
    objections: int = 0
    present: int = 0

    @classmethod
    def of(cls, seats: Iterable[Seat]) -> "Head":
        """The tally of the head whose units inside the scope are ``seats``."""
        head = cls()
        for seat in seats:
            head = head._moved(None, seat)
        return head

    def _moved(self, before: Seat | None, after: Seat) -> "Head":
        units = self.units
        if before is not None:
            units = _added(units, before.voice, -1)
        gone = before is not None and before.objection
        left = before is not None and before.present
        return Head(
            _added(units, after.voice, 1), self.objections + after.objection - gone, self.present + after.present - left
        )


@dataclass(frozen=True, slots=True)
class Heads:
    """Counts of heads. Each head is in exactly one of yes, no, abstain, spoiled, differing, silent.

    A head takes the one voice of its units that take part; if these differ, it takes part but is neither yes nor no
    (*differing*). Units that do not take part do not make it differ; if none takes part, it is *silent*. Of the yes
    heads, ``yes_open`` have a unit whose voice is outstanding; of the silent ones, ``silent_open``. ``objecting`` have
    at least one unit with an explicit objection. Of the silent ones, ``attending`` are in the room all the same, and of
    these, ``attending_open`` have a unit whose voice is outstanding.
    """

    yes: int = 0
    no: int = 0
    abstain: int = 0
    spoiled: int = 0
    differing: int = 0
    silent: int = 0
    yes_open: int = 0
    silent_open: int = 0
    objecting: int = 0
    attending: int = 0
    attending_open: int = 0

    @property
    def all(self) -> int:
        return self.participating + self.silent

    @property
    def present(self) -> int:
        """Those in the room: whoever gave a voice there, and the silent who are noted as attending."""
        return self.participating + self.attending

    @property
    def participating(self) -> int:
        return self.yes + self.no + self.abstain + self.spoiled + self.differing


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything that a verdict needs to know of one scope: small, exact, and never recounted for one more voice.

    ``area`` is the sum of the known areas in 1/100 square metres, ``unknown`` the number of units of unknown area and
    ``units`` the number of all units, each by voice in the order of ``Voice``. ``spoiled_participates`` is the pack's
    parameter under which the heads were counted.
    """

    heads: Heads
    area: PerVoice
    unknown: PerVoice
    units: PerVoice
    spoiled_participates: bool

    @classmethod
    def of(cls, columns: Columns, *, spoiled_participates: bool) -> "Totals":
        """Counted afresh from columns. Units that are excluded count nowhere."""
        inside = ~columns.excluded
        voice, area = columns.voice[inside], columns.area[inside]
        known = area != UNKNOWN_AREA
        return cls(
            heads=_heads(
                columns.head[inside],
                voice,
                columns.objection[inside],
                np.zeros(len(voice), dtype=np.bool_) if columns.present is None else columns.present[inside],
                spoiled_participates,
            ),
            area=_per_voice([_exact_sum(area[known & (voice == each)]) for each in Voice]),
            unknown=_per_voice(np.bincount(voice[~known], minlength=len(Voice)).tolist()),
            units=_per_voice(np.bincount(voice, minlength=len(Voice)).tolist()),
            spoiled_participates=spoiled_participates,
        )

    def taking_part(self) -> tuple[Voice, ...]:
        """The voices that take part."""
        return _taking_part(self.spoiled_participates)


def changed(totals: Totals, head: Head, before: Seat, after: Seat) -> tuple[Totals, Head]:
    """The totals, and the head's own tally, once one unit of that head is ``after`` instead of ``before``.

    ``head`` is the tally of the unit's head as it stands, this unit included as ``before``. Pure: the caller keeps
    both rows under its locks. A ``before`` that the head does not hold is a mistake of the caller: ValueError.
    """
    if head.units[before.voice] < 1 or head.objections < before.objection or head.present < before.present:
        raise ValueError("the head does not hold the unit that is to change")
    moved = head._moved(before, after)
    area, unknown = _without(totals, before)
    if after.area == UNKNOWN_AREA:
        unknown = _added(unknown, after.voice, 1)
    else:
        area = _added(area, after.voice, after.area)
    return (
        replace(
            totals,
            heads=_exchanged(totals, head, moved),
            area=area,
            unknown=unknown,
            units=_added(_added(totals.units, before.voice, -1), after.voice, 1),
        ),
        moved,
    )


def _without(totals: Totals, seat: Seat) -> tuple[PerVoice, PerVoice]:
    if seat.area == UNKNOWN_AREA:
        return totals.area, _added(totals.unknown, seat.voice, -1)
    return _added(totals.area, seat.voice, -seat.area), totals.unknown


def _exchanged(totals: Totals, before: Head, after: Head) -> Heads:
    counts = {name: getattr(totals.heads, name) for name in Heads.__dataclass_fields__}
    for head, step in ((before, -1), (after, 1)):
        for name in _marks(head, totals.taking_part()):
            counts[name] += step
    return Heads(**counts)


def _marks(head: Head, taking_part: tuple[Voice, ...]) -> list[str]:
    """Under which counts of ``Heads`` a head falls."""
    voices = [voice for voice in taking_part if head.units[voice]]
    standing = "silent" if not voices else voices[0].name.lower() if len(voices) == 1 else "differing"
    marks = [standing]
    if standing == "silent" and head.present:
        marks.append("attending")
    if any(head.units[voice] for voice in OUTSTANDING):
        marks.extend(f"{mark}_open" for mark in marks[:] if mark in ("yes", "silent", "attending"))
    if head.objections:
        marks.append("objecting")
    return marks


def _heads(
    head: NDArray[np.int64],
    voice: NDArray[np.int8],
    objection: NDArray[np.bool_],
    in_the_room: NDArray[np.bool_],
    spoiled_participates: bool,
) -> Heads:
    size = int(head.max()) + 1 if len(head) else 0

    def having(units: NDArray[np.bool_]) -> NDArray[np.bool_]:
        marked = np.zeros(size, dtype=np.bool_)
        marked[head[units]] = True
        return marked

    said = {each: having(voice == each) for each in _taking_part(spoiled_participates)}
    voices = np.zeros(size, dtype=np.int8)
    for marked in said.values():
        voices += marked
    every = having(np.ones(len(head), dtype=np.bool_))
    silent = every & (voices == 0)
    attending = silent & having(in_the_room)
    waiting = having(np.isin(voice, OUTSTANDING))
    alone = {each: int((marked & (voices == 1)).sum()) for each, marked in said.items()}
    return Heads(
        yes=alone[Voice.YES],
        no=alone[Voice.NO],
        abstain=alone[Voice.ABSTAIN],
        spoiled=alone.get(Voice.SPOILED, 0),
        differing=int((voices > 1).sum()),
        silent=int(silent.sum()),
        yes_open=int((said[Voice.YES] & (voices == 1) & waiting).sum()),
        silent_open=int((silent & waiting).sum()),
        objecting=int(having(objection).sum()),
        attending=int(attending.sum()),
        attending_open=int((attending & waiting).sum()),
    )


def _taking_part(spoiled_participates: bool) -> tuple[Voice, ...]:
    spoken = (Voice.YES, Voice.NO, Voice.ABSTAIN)
    return (*spoken, Voice.SPOILED) if spoiled_participates else spoken


def _exact_sum(values: NDArray[np.int64]) -> int:
    """The sum without overflow: each half of the 64 bits is summed by itself."""
    high = int((values >> 32).sum(dtype=np.int64))
    low = int((values & 0xFFFFFFFF).sum(dtype=np.int64))
    return (high << 32) + low


def _per_voice(values: list[int]) -> PerVoice:
    none, yes, no, abstain, spoiled, conflict = values
    return none, yes, no, abstain, spoiled, conflict


def _added(values: PerVoice, voice: Voice, amount: int) -> PerVoice:
    changed_values = list(values)
    changed_values[voice] += amount
    return _per_voice(changed_values)
