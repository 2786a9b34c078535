"""The highest head of each log, kept outside the database: who restores an old backup is stopped from signing again.

A file is written twice for each head: before the database commits it (with the head before it) and after. A head that
never came about is thereby told from one that was lost.
"""

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from linli.rules.notes import Checkpoint


@dataclass(frozen=True, slots=True)
class Seen:
    """What the witness knows of a log: its highest head, and the one before while the highest is not committed yet."""

    highest: Checkpoint
    before: Checkpoint | None

    def misses(self, head: Checkpoint | None) -> bool:
        """Whether a database whose head this is has lost what was signed, or signed something else."""
        if head is not None and head.size > self.highest.size:
            return False
        is_known = head is not None and (head == self.highest or head == self.before)
        never_began = head is None and self.before is not None and self.before.size == 0
        return not (is_known or never_began)


def seen(origin: str) -> Seen | None:
    """What the witness knows of the log; None if it never saw one of that name."""
    try:
        kept = json.loads(_file(origin).read_text("utf-8"))
    except FileNotFoundError:
        return None
    before = kept.get("before")
    return Seen(Checkpoint.read(kept["highest"]), Checkpoint.read(before) if before else None)


def announce(head: Checkpoint, *, before: Checkpoint) -> None:
    """Keep a head that the database is about to commit."""
    _keep(head.origin, {"highest": head.text, "before": before.text})


def confirm(head: Checkpoint) -> None:
    """Keep a head that the database has committed."""
    _keep(head.origin, {"highest": head.text})


def _file(origin: str) -> Path:
    return Path(settings.WITNESS_FOLDER) / f"{sha256(origin.encode()).hexdigest()[:32]}.json"


def _keep(origin: str, kept: dict[str, str]) -> None:
    """Whole on the disk, or as it was."""
    file = _file(origin)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(kept, out, ensure_ascii=False)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
