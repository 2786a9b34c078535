"""Between rows and rules: seats as columns, tallies as JSON, and the pack that a drive named when it was opened."""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from linli.rules.decisions import UNKNOWN_AREA, Columns, Head, Heads, Totals, Verdict, amount
from linli.rules.decisions import Seat as Said
from linli.rules.decisions import Voice as Spoken
from linli.rules.errors import Refused
from linli.rules.packs import Pack, read_pack
from linli.voting.models import Drive, Seat, Voice

SPOKEN = {
    Voice.Choice.YES: Spoken.YES,
    Voice.Choice.NO: Spoken.NO,
    Voice.Choice.ABSTAIN: Spoken.ABSTAIN,
    Voice.Choice.SPOILED: Spoken.SPOILED,
}


def said(seat: Seat) -> Said:
    """The seat as the rules see it: the voice that stands, none, or words that differ. Of words that differ none takes
    part, but an explicit objection among them is one until it is withdrawn."""
    area = UNKNOWN_AREA if seat.area is None else seat.area
    if seat.conflict is not None:
        return Said(area, Spoken.CONFLICT, seat.conflict.objection)
    if seat.voice is None:
        return Said(area, Spoken.NONE)
    return Said(area, SPOKEN[Voice.Choice(seat.voice.choice)], seat.voice.objection)


def word_of(stands: Said) -> str:
    """What counts for a seat, as it is kept: a choice, "none", or "conflict"."""
    return Spoken(stands.voice).name.lower()


def columns_of(seats: Sequence[Seat]) -> Columns:
    """The seats of one scope side by side, heads by their number; ``voice``, ``conflict``, ``head`` must be loaded."""
    stands = [said(seat) for seat in seats]
    return Columns(
        head=np.array([seat.head.number for seat in seats], dtype=np.int64),
        area=np.array([each.area for each in stands], dtype=np.int64),
        voice=np.array([each.voice for each in stands], dtype=np.int8),
        objection=np.array([each.objection for each in stands], dtype=np.bool_),
        excluded=np.array([seat.excluded for seat in seats], dtype=np.bool_),
    )


def pack_of(drive: Drive) -> Pack:
    """The very rule that the drive was opened under, read from what the drive keeps, whatever is in force today.

    Refused when that is no longer what its SHA-256 says: nothing is then counted.
    """
    file = bytes(drive.pack_file)
    if hashlib.sha256(file).hexdigest() != drive.pack_sha256:
        raise Refused(
            "drive.pack-changed",
            "这次表态的规则文件（{pack}，{version}）和开始时的不一样了，先不计票。请管理员核对。",
            pack=drive.pack,
            version=drive.pack_version,
        )
    return kept_pack(file, f"{drive.pack}.{drive.pack_version}.toml")


@functools.lru_cache(maxsize=64)
def kept_pack(file: bytes, name: str) -> Pack:
    """A pack read once for each distinct file: a page would otherwise parse it again every time."""
    return read_pack(file, name)


def tally_to_json(tally: Totals | Head) -> dict[str, Any]:
    """A running tally as it lies in a JSON column."""
    return asdict(tally)


def totals_from_json(kept: dict[str, Any]) -> Totals:
    """The scope's running totals as the rules take them."""
    return Totals(
        heads=Heads(**kept["heads"]),
        area=tuple(kept["area"]),
        unknown=tuple(kept["unknown"]),
        units=tuple(kept["units"]),
        spoiled_participates=kept["spoiled_participates"],
    )


def head_from_json(kept: dict[str, Any]) -> Head:
    """The head's own running tally as the rules take it."""
    return Head(units=tuple(kept["units"]), objections=kept["objections"])


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict with its working, as it is kept for ever and shown to anyone (``docs/recount.md`` has the keys)."""
    missing = verdict.missing
    return {
        "state": verdict.state,
        "tests": [
            {
                "name": finding.threshold.name,
                "measure": finding.threshold.measure,
                "have": amount(finding.have, finding.threshold.measure),
                "of": amount(finding.of, finding.threshold.measure),
                "need": finding.threshold.need,
                "met": finding.met,
                "working": finding.working,
                "unknown": finding.unknown,
                "confirmed": finding.threshold.confirmed,
            }
            for finding in verdict.tests
        ],
        "missing": None if missing is None else {"heads": missing.heads, "area": missing.area},
        "source": {
            "pack": verdict.pack.id,
            "version": verdict.pack.version,
            "sha256": verdict.pack.sha256,
            "article": verdict.pack.article.zh,
        },
    }
