"""Reading the record: what happened to one subject, and the proof of it for anybody."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from linli.record.cipher import Cell, unseal
from linli.record.logs import current_log, entry_of, log_key, log_secret, pseudonym
from linli.record.models import Checkpoint, Event, Leaf, Log, Private, Subtree, Thread, Unsealed
from linli.rules import notes
from linli.rules.logbook import LOG_FORMAT, PROOF_FORMAT
from linli.rules.merkle import Frontier, Whole, inclusion_proof, leaf_hash

#: How long after it is due an event may wait for its place in the log.
PROMISED = timedelta(minutes=1)
_AT_ONCE = 2_000


def history(subject_kind: str, subject: UUID) -> QuerySet[Event]:
    """What has happened to one subject, first things first."""
    return Event.objects.filter(subject_kind=subject_kind, subject=subject).order_by("id")


def thread_for(thread: UUID) -> Thread:
    """The thread, or the one it was merged into."""
    found = Thread.objects.get(id=thread)
    return Thread.objects.get(id=found.merged_into) if found.merged_into else found


def threads_in(thread: UUID) -> list[UUID]:
    """A thread, and what was merged into it."""
    return [thread, *Thread.objects.filter(merged_into=thread).values_list("id", flat=True)]


def events_of(thread: UUID) -> QuerySet[Event]:
    """The open events of a thread and of what was merged into it, first things first: what anybody may read."""
    return Event.objects.filter(thread__in=threads_in(thread), quiet=False).order_by("id")


@dataclass(frozen=True, slots=True)
class Promise:
    """An event that has no place in its log yet: what it will be, and until when; ``note`` is signed."""

    event: UUID
    leaf_hash: bytes
    seal_by: datetime
    note: str


def promise_of(event: Event) -> Promise | None:
    """The signed promise that goes with the answer to a write; None once the event is sealed and can be proved."""
    due_at = Unsealed.objects.filter(event=event.id).values_list("due_at", flat=True).first()
    if due_at is None:
        return None
    origin = current_log(event.community).origin
    leaf, seal_by = leaf_hash(entry_of(event, origin)), (due_at + PROMISED).replace(microsecond=0)
    words = f"linli.promise/1\n{origin}\n{b64encode(leaf).decode()}\n{seal_by.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}\n"
    return Promise(event.id, leaf, seal_by, notes.sign(words, name=origin, secret=log_secret()))


@dataclass(frozen=True, slots=True)
class Proof:
    """Some events of one log, and the signed head under which they stand."""

    log: Log
    head: Checkpoint
    leaves: Sequence[Leaf]


def head_of(log: Log) -> Checkpoint | None:
    """The log's last signed head."""
    return Checkpoint.objects.filter(log=log.id).order_by("-size").first()


def public_key_of(log: Log) -> str:
    """The log's public key, as it is printed and handed on."""
    return str(log_key(log.origin))


def proofs_of(events: Sequence[Event]) -> list[Proof]:
    """Where the events stand: one proof for each log that has some of them, each under its last signed head."""
    leaves = Leaf.objects.filter(event__in=[event.id for event in events]).order_by("log", "index")
    by_log: dict[UUID, list[Leaf]] = {}
    for leaf in leaves:
        by_log.setdefault(leaf.log, []).append(leaf)
    found = []
    for log in Log.objects.filter(id__in=by_log).order_by("epoch"):
        head = head_of(log)
        if head is not None:
            found.append(Proof(log, head, by_log[log.id]))
    return found


def proof_file(proof: Proof, *, open_too: Iterable[UUID] = ()) -> dict[str, Any]:
    """A proof as ``linli verify`` reads it; of the events in ``open_too`` what was committed to is shown."""
    shown = openings(proof.log.origin, list(open_too))
    whole = whole_in_log(proof.log)
    return {
        "format": PROOF_FORMAT,
        "log": proof.log.origin,
        "key": public_key_of(proof.log),
        "checkpoint": proof.head.note,
        "entries": [
            {
                "entry": bytes(leaf.entry).decode(),
                "index": leaf.index,
                "proof": [text(each) for each in inclusion_proof(leaf.index, proof.head.size, whole)],
                "opened": shown.get(leaf.event, []),
            }
            for leaf in proof.leaves
        ],
    }


def openings(origin: str, events: Sequence[UUID]) -> dict[UUID, list[dict[str, str]]]:
    """Salt and value of everything that the events bound to and that was not erased; the caller has asked who may."""
    found: dict[UUID, list[dict[str, str]]] = {}
    for row in Private.objects.filter(event__in=events).order_by("event", "field"):
        value = unseal(bytes(row.value), Cell("record_private", "value", row.id))
        mark = pseudonym(origin, "event", row.event)
        opened = {"event": mark, "field": row.field, "salt": text(bytes(row.salt)), "value": value}
        found.setdefault(row.event, []).append(opened)
    return found


def whole_in_log(log: Log) -> Whole:
    """The roots of a log's whole runs of leaves, each from at most 255 rows."""

    def whole(level: int, number: int) -> bytes:
        kept = level - level % Subtree.STEP
        first, last = number << (level - kept), ((number + 1) << (level - kept)) - 1
        if kept:
            runs = Subtree.objects.filter(log=log.id, level=kept, number__range=(first, last))
            roots = list(runs.order_by("number").values_list("root", flat=True))
        else:
            leaves = Leaf.objects.filter(log=log.id, index__range=(first, last))
            roots = list(leaves.order_by("index").values_list("hash", flat=True))
        tree = Frontier()
        tree.extend(bytes(root) for root in roots)
        return tree.root

    return whole


def log_lines(log: Log) -> Iterator[bytes]:
    """A whole log as ``linli verify`` reads it, up to its last signed head, a line at a time."""
    yield line({"format": LOG_FORMAT, "log": log.origin, "key": public_key_of(log)})
    head = head_of(log)
    if head is None:
        return
    for start in range(0, head.size, _AT_ONCE):
        rows = Leaf.objects.filter(log=log.id, index__range=(start, min(start + _AT_ONCE, head.size) - 1))
        for entry in rows.order_by("index").values_list("entry", flat=True):
            yield bytes(entry) + b"\n"
    yield line({"checkpoint": head.note})


def line(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def text(value: bytes) -> str:
    return b64encode(value).decode()
