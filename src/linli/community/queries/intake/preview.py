"""What a clerk sees of a register before it is taken in, and of those that were."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple
from uuid import UUID

from linli.community.adapters.registers import BadRow, Fault, Reading
from linli.community.models import Place, RegisterDraft, RegisterImport
from linli.community.policy import CHANGE_REGISTER, SEE_REGISTER, require
from linli.community.queries.intake.batches import SHOWN, Change, Intake
from linli.record.acting import Acting
from linli.record.cipher import Cell, unseal
from linli.record.models import Job

TABLE = "community_registerdraft"
#: Faults that the preview shows in a way of their own.
SHOWN_ELSEWHERE = {"column-left-out", "same-name"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come in, what is doubtful, what was assumed, what is left out: the first of each, and how many."""

    rows: int
    counts: Mapping[str, int]
    several_sheets: bool
    changes: tuple[Change, ...]
    kept: tuple[Change, ...]
    joined: tuple[str, ...]
    absent: int
    absent_lived_in: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]
    more_names: int
    errors: tuple[Fault, ...]
    doubts: tuple[Fault, ...]
    notices: tuple[Fault, ...]
    totals: Mapping[str, int]
    left_out: tuple[str, ...]
    bad_rows: int

    @property
    def is_nothing(self) -> bool:
        """Whether all of it is already so."""
        return not any(count for name, count in self.counts.items() if name != "unchanged")

    @classmethod
    def of(cls, reading: Reading, intake: Intake) -> "Preview":
        """The preview of a reading and its plan."""
        faults: dict[str, list[Fault]] = {"error": [], "doubt": [], "notice": []}
        totals = dict.fromkeys(faults, 0)
        for fault in reading.faults:
            if fault.kind not in SHOWN_ELSEWHERE:
                totals[fault.level] += 1
                if len(faults[fault.level]) < SHOWN:
                    faults[fault.level].append(fault)
        names = reading.same_names
        shown = dict(list(names.items())[:SHOWN])
        return cls(
            rows=len(reading.rows),
            counts=dict(intake.counts),
            several_sheets=len(reading.sheets) > 1,
            changes=tuple(intake.changes),
            kept=tuple(intake.kept),
            joined=tuple(sorted(intake.joined & shown.keys())),
            absent=intake.absent,
            absent_lived_in=tuple(intake.absent_lived_in),
            names=shown,
            more_names=len(names) - len(shown),
            errors=tuple(faults["error"]),
            doubts=tuple(faults["doubt"]),
            notices=tuple(faults["notice"]),
            totals=totals,
            left_out=reading.left_out,
            bad_rows=len(reading.bad),
        )

    def packed(self) -> bytes:
        """The preview as bytes, from which ``unpacked`` makes an equal one."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def unpacked(cls, packed: bytes) -> "Preview":
        value: dict[str, Any] = json.loads(packed)
        for name in ("errors", "doubts", "notices"):
            value[name] = tuple(Fault(**fault) for fault in value[name])
        for name in ("changes", "kept"):
            value[name] = tuple(Change(*change) for change in value[name])
        for name in ("joined", "absent_lived_in", "left_out"):
            value[name] = tuple(value[name])
        value["names"] = {name: tuple(doors) for name, doors in value["names"].items()}
        return cls(**value)


def draft_for(place: Place, draft: UUID, viewer: Acting) -> RegisterDraft:
    """The viewer's own draft for ``place``; ``RegisterDraft.DoesNotExist`` for any other, or one that is gone."""
    require(viewer, CHANGE_REGISTER, place)
    return RegisterDraft.objects.select_related("progress", "taken").get(id=draft, place=place, by_person=viewer.person)


def imports_of(place: Place, viewer: Acting) -> list[RegisterImport]:
    """The last registers taken in at ``place``, the newest first."""
    require(viewer, SEE_REGISTER, place)
    return list(RegisterImport.objects.filter(place=place).defer("trace").order_by("-at", "-id")[:10])


class Work(NamedTuple):
    """How the worker fares with a draft: how often it has begun, and whether it begins no more."""

    tries: int
    given_up: bool


def work_on(draft: RegisterDraft) -> Work:
    """How the worker fares with the last that is to be done to a draft."""
    job = Job.objects.filter(kind__startswith="register.", subject=draft.id).order_by("-due_at").first()
    return Work(job.attempts, job.state == Job.State.FAILED) if job else Work(0, False)


def opened(draft: RegisterDraft, column: str) -> bytes:
    """A sealed column of a draft."""
    return base64.b64decode(unseal(getattr(draft, column), Cell(TABLE, column, draft.id)))


def reading_in(draft: RegisterDraft) -> Reading:
    """The register as it was read."""
    return Reading.unpacked(opened(draft, "reading"))


def preview_in(draft: RegisterDraft) -> Preview:
    """The preview as it was made when the register was read."""
    return Preview.unpacked(opened(draft, "preview"))


def left_out_of(draft: RegisterDraft) -> list[tuple[BadRow, list[Fault]]]:
    """The rows that were left out, each with its errors, to be handed back."""
    reading = reading_in(draft)
    faults: dict[tuple[str, int], list[Fault]] = {}
    for fault in reading.errors:
        faults.setdefault((fault.sheet, fault.row), []).append(fault)
    return [(bad, faults.get((bad.sheet, bad.row), [])) for bad in reading.bad]
