"""Reading the record: what happened to one subject, and the proof of it for anybody."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from linli.record.cipher import Cell, unseal
from linli.record.logs import current_log, entry_of, log_key, log_secret, pseudonym
from linli.record.models import Checkpoint, Event, Leaf, Log, Private, Subtree, Thread, Unsealed
from linli.rules import notes
from linli.rules.logbook import LOG_FORMAT, PROOF_FORMAT
from linli.rules.merkle import Whole, inclusion_proof, leaf_hash, whole_in

#: How long after it is due an event may wait for its place in the log.
PROMISED = timedelta(minutes=1)
_AT_ONCE = 2_000
_LEAVES = (
    "select run, leaf.hash from unnest(%(runs)s::bigint[]) as run join record_leaf as leaf on leaf.log = %(log)s "
    "and leaf.index >= run * %(length)s and leaf.index < (run + 1) * %(length)s order by leaf.index"
)
_SUBTREES = (
    "select run.level, run.number, tree.root from unnest(%(levels)s::int[], %(runs)s::bigint[]) as run (level, number) "
    "join record_subtree as tree on tree.log = %(log)s and tree.level = run.level "
    "and tree.number >= run.number * %(length)s and tree.number < (run.number + 1) * %(length)s order by tree.number"
)


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


def promises_of(events: Iterable[Event]) -> list[Promise]:
    """The signed promises that go with the answers to writes, of those events that are not sealed and proved yet."""
    waiting = {event.id: event for event in events}
    due = dict(Unsealed.objects.filter(event__in=waiting).values_list("event", "due_at"))
    origins = {community: current_log(community).origin for community in {waiting[id_].community for id_ in due}}
    return [_promise(event, origins[event.community], due[event.id]) for event in waiting.values() if event.id in due]


def _promise(event: Event, origin: str, due_at: datetime) -> Promise:
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
    ways = ways_in_log(proof.log, [leaf.index for leaf in proof.leaves], proof.head.size)
    return {
        "format": PROOF_FORMAT,
        "log": proof.log.origin,
        "key": public_key_of(proof.log),
        "checkpoint": proof.head.note,
        "entries": [
            {
                "entry": bytes(leaf.entry).decode(),
                "index": leaf.index,
                "proof": [text(each) for each in way],
                "opened": shown.get(leaf.event, []),
            }
            for leaf, way in zip(proof.leaves, ways, strict=True)
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


def ways_in_log(log: Log, indexes: Sequence[int], size: int) -> list[list[bytes]]:
    """The way of each leaf to the root of the first ``size`` leaves, all of them in two queries.

    Read are the runs of 256 in which each way passes, at every eighth level: three for a leaf of 1,000,000.
    """
    passed: set[tuple[int, int]] = set()

    def pass_by(level: int, number: int) -> bytes:
        passed.add(run_of(level, number))
        return b""

    for index in indexes:
        inclusion_proof(index, size, pass_by)
    runs = runs_in_log(log, passed)

    def whole(level: int, number: int) -> bytes:
        kept, run = run_of(level, number)
        rise = level - kept
        return runs[kept, run](rise, number - (run << Subtree.STEP >> rise))

    return [inclusion_proof(index, size, whole) for index in indexes]


def run_of(level: int, number: int) -> tuple[int, int]:
    """The level whose roots are kept, and which run of them, that the root at ``level`` is made from."""
    rise = level % Subtree.STEP
    return level - rise, number << rise >> Subtree.STEP


def runs_in_log(log: Log, runs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Whole]:
    """What a log keeps of each run (level, number): the roots over it, as far as the log goes."""
    found: dict[tuple[int, int], list[bytes]] = {run: [] for run in runs}
    length = 1 << Subtree.STEP
    with connection.cursor() as cursor:
        leaves = [run for level, run in found if not level]
        cursor.execute(_LEAVES, {"runs": leaves, "length": length, "log": log.id})
        for run, root in cursor.fetchall():
            found[0, run].append(bytes(root))
        if higher := [run for run in found if run[0]]:
            levels, numbers = zip(*higher, strict=True)
            cursor.execute(_SUBTREES, {"levels": list(levels), "runs": list(numbers), "length": length, "log": log.id})
            for level, run, root in cursor.fetchall():
                found[level, run].append(bytes(root))
    return {run: whole_in(roots) for run, roots in found.items()}


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
