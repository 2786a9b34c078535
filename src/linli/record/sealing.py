"""The sealer: gives every committed event its place in its public log, and signs the log's head.

Writers insert events without a number. One sealer per log, under an advisory lock, numbers what has no leaf yet:
what is chosen is what lies in ``Unsealed``, never what comes after some last id, so a transaction that commits late is
sealed late and not lost. Open events are sealed in the order of their ids; quiet ones, a day's together, in the order
of their leaves' hashes, which nobody can foresee. Everything of one batch is one transaction.
"""

import json
import logging
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from linli.record import clock, witness
from linli.record.ids import new_id
from linli.record.logs import Told, current_log, day_of, entry_of, later_origin, log_secret
from linli.record.models import Checkpoint, Event, Leaf, Log, Subtree, Unsealed
from linli.rules import notes
from linli.rules.errors import Refused
from linli.rules.merkle import EMPTY_ROOT, HASH, Frontier, leaf_hash

logger = logging.getLogger(__name__)

#: Leaves of one batch at most: a transaction of about a second.
BATCH = 5_000
_DUE = (
    f"select {', '.join('event.' + name for name in Told._fields[:-2])}, event.public::text, event.commitments::text "
    "from record_event as event join (select event from record_unsealed where community is not distinct from %s "
    "and due_at <= statement_timestamp() order by event limit %s) as waiting on waiting.event = event.id "
    "order by event.id"
)
_COPY = 'copy record_leaf (id, log, "index", event, entry, hash) from stdin (format binary)'
_LOCK = "select pg_try_advisory_xact_lock(%s)"


def seal_due() -> int:
    """Seal what is due in every log, one batch each; return how many events were sealed.

    A log that another sealer has is left to it, and one that cannot be sealed stops no other.
    """
    sealed = 0
    waiting = Unsealed.objects.filter(due_at__lte=Now()).values_list("community", flat=True).distinct()
    for community in list(waiting):
        try:
            sealed += seal_log(community)
        except (Refused, OSError):
            logger.exception("the log of community %s was not sealed", community)
    return sealed


def gather_unsealed() -> int:
    """Lay in every event that has no leaf and waits nowhere (as after an upgrade); return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into record_unsealed (event, community, due_at) select id, community, clock_timestamp() "
            "from record_event where not exists (select from record_leaf where event = record_event.id) "
            "on conflict do nothing"
        )
        return int(cursor.rowcount)


def seal_log(community: UUID | None) -> int:
    """Seal one batch of a community's events (None: the instance's); return how many.

    Where the witness knows a higher head than the database, an old backup was restored: nothing is signed below that
    head, and a new epoch begins whose first leaf names it.
    """
    with transaction.atomic():
        if not _is_ours(community):
            return 0
        log = current_log(community)
        head, frontier = _head_of(log)
        fresh = _due(community)
        known = witness.seen(log.origin)
        if known is not None and known.misses(head):
            log, reopened = _begin_epoch(log, known.highest, head)
            head, frontier = None, Frontier()
            fresh.insert(0, reopened)
        if not fresh:
            return 0
        before = head or notes.Checkpoint(log.origin, 0, EMPTY_ROOT)
        signed = _append(log, frontier, fresh)
        # Last of all before the commit: see witness.py.
        witness.announce(signed, before=before)
    witness.confirm(signed)
    return len(fresh)


def _is_ours(community: UUID | None) -> bool:
    name = sha256(f"linli log {community}".encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [int.from_bytes(name, "big", signed=True)])
        (taken,) = cursor.fetchone()
    return bool(taken)


def _due(community: UUID | None) -> list[Told]:
    """The community's events that are due, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [community, BATCH])
        return [
            Told._make((*plain, json.loads(public), {} if bound == "{}" else json.loads(bound)))
            for *plain, public, bound in cursor.fetchall()
        ]


def _head_of(log: Log) -> tuple[notes.Checkpoint | None, Frontier]:
    """The log's last signed head and the frontier at it; refused when its leaves are fewer or more than that."""
    last = Checkpoint.objects.filter(log=log.id).order_by("-size").first()
    size = last.size if last else 0
    highest = Leaf.objects.filter(log=log.id).aggregate(highest=Max("index"))["highest"]
    if size != (0 if highest is None else highest + 1):
        raise Refused("log.broken", "公开记录里少了或者多了内容，先不再签名。请管理员查对以后再来。")
    if last is None:
        return None, Frontier()
    kept = bytes(last.frontier)
    roots = [kept[start : start + HASH] for start in range(0, len(kept), HASH)]
    return notes.Checkpoint(log.origin, size, bytes(last.root)), Frontier(size, roots)


def _begin_epoch(log: Log, highest: notes.Checkpoint, head: notes.Checkpoint | None) -> tuple[Log, Told]:
    """A new log in place of one whose end was lost, and the event that names what was signed before."""
    logger.error("%s: an old backup was restored (head %s, signed %s)", log.origin, head and head.size, highest.size)
    first = Log.objects.get(community=log.community, epoch=1).origin
    epoch = log.epoch + 1
    while witness.seen(later_origin(first, epoch)):
        epoch += 1
    new = Log.objects.create(community=log.community, epoch=epoch, origin=later_origin(first, epoch))
    event = Event.objects.create(
        name="log.reopened",
        at=clock.now(),
        role="system",
        subject_kind="log",
        subject=new.id,
        community=log.community,
        quiet=False,
        public={
            "before": {"log": highest.origin, "size": highest.size, "root": highest.root.hex()},
            "kept": head.size if head else 0,
        },
    )
    return new, Told(*(getattr(event, name) for name in Told._fields))


def _append(log: Log, frontier: Frontier, fresh: Sequence[Told]) -> notes.Checkpoint:
    """Write the leaves of the events, the subtrees they complete and the signed head; take them out of the waiting."""
    leaves = [(leaf_hash(entry), event, entry) for event in fresh for entry in [entry_of(event, log.origin)]]
    quiet = sorted((leaf for leaf in leaves if leaf[1].quiet), key=lambda leaf: (day_of(leaf[1]), leaf[0]))
    leaves = [*(leaf for leaf in leaves if not leaf[1].quiet), *quiet]
    subtrees: list[Subtree] = []

    def keep(level: int, number: int, root: bytes) -> None:
        if level % Subtree.STEP == 0:
            subtrees.append(Subtree(log=log.id, level=level, number=number, root=root))

    start = frontier.size
    frontier.extend((hash_ for hash_, _, _ in leaves), keep)
    with connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            copy.set_types(["uuid", "uuid", "int8", "uuid", "bytea", "bytea"])
            for index, (hash_, event, entry) in enumerate(leaves, start):
                copy.write_row((new_id(), log.id, index, event.id, entry, hash_))
        cursor.execute("delete from record_unsealed where event = any(%s)", [[event.id for event in fresh]])
    Subtree.objects.bulk_create(subtrees)
    head = notes.Checkpoint(log.origin, frontier.size, frontier.root)
    Checkpoint.objects.create(
        log=log.id,
        size=head.size,
        root=head.root,
        frontier=b"".join(frontier.roots),
        note=notes.sign(head.text, name=log.origin, secret=log_secret()),
    )
    return head
