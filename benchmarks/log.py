"""The public log: sealing, single writes with their event while it is sealed, how long they wait, and checking it all.

Over a PostgreSQL of its own on the disk, durable, as in real use.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks import Row, show
from linli.machine.cluster import APP_ROLE, OWNER_ROLE, Cluster, give_rights
from linli.rules.entries import make_entry
from linli.rules.logbook import LOG_FORMAT, verify_log
from linli.rules.merkle import Frontier, leaf_hash
from linli.rules.notes import Checkpoint, Key, public_of, sign

EVENTS = 50_000
WRITERS, EACH = 8, 1_000
ENTRIES = 1_000_000
ORIGIN = "linli.example/120103002001"
SECRET = bytes(range(32))


@contextmanager
def database() -> Iterator[str]:
    """The environment of the program is set to a migrated, empty database; its address."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-", dir=_reachable()) as folder:
        Path(folder).chmod(0o711)
        cluster = Cluster(Path(folder) / "home")
        cluster.start()
        try:
            cluster.ensure_database("bench")
            os.environ.update(
                {
                    "DJANGO_SETTINGS_MODULE": "linli.config.settings",
                    "DATABASE_URL": cluster.url(OWNER_ROLE, "bench"),
                    "LINLI_DATA": folder,
                    **{f"LINLI_{name}": "11" * 32 for name in ("SECRET_KEY", "DATA_KEYS", "INDEX_KEY", "LOG_KEY")},
                }
            )
            migrate = [sys.executable, "-P", "-m", "django", "migrate", "--noinput", "--skip-checks", "--verbosity=0"]
            subprocess.run(migrate, check=True)
            with cluster.connect("bench") as owner:
                give_rights(owner)
            os.environ["DATABASE_URL"] = cluster.url(APP_ROLE, "bench")
            yield os.environ["DATABASE_URL"]
        finally:
            cluster.stop()


def _reachable() -> str:
    """Where the database's own user can go, as it must when the program runs as root."""
    return "/var/tmp" if os.geteuid() == 0 else tempfile.gettempdir()


def sealing() -> float:
    """Events a second that one sealer seals, of many that wait."""
    from django.db import connection

    from linli.record.sealing import seal_due

    with connection.cursor() as cursor:
        cursor.execute(
            "insert into record_event (id, name, at, claimed, role, subject_kind, subject, request_id, public, "
            "internal, commitments, quiet) select gen_random_uuid(), 'matter.raised', now(), false, 'secretary', "
            "'matter', gen_random_uuid(), '', jsonb_build_object('number', '广顺园-2023-' || n, 'pack', "
            "'cn.civil-code.278.special', 'convener', '广顺园社区党委'), '{}', '{}', false "
            "from generate_series(1, %s) as n",
            [EVENTS],
        )
    start, sealed = time.perf_counter(), 0
    while sealed < EVENTS:
        sealed += seal_due()
    return sealed / (time.perf_counter() - start)


def writing() -> tuple[float, float]:
    """Single writes a second by several processes while a sealer runs; the 95th percentile of their wait in seconds."""
    from django.db import connection

    me = [sys.executable, "-m", "benchmarks.log"]
    root = Path(__file__).resolve().parents[1]
    sealer = subprocess.Popen([sys.executable, "-P", "-m", "linli.machine.sealer"])
    try:
        writers = [
            subprocess.Popen([*me, "write"], cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(WRITERS)
        ]
        spans = [[float(word) for word in each.communicate()[0].split()] for each in writers]
    finally:
        sealer.terminate()
        sealer.wait()
    from linli.record.sealing import seal_due

    while seal_due():
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "select percentile_cont(0.95) within group (order by extract(epoch from sealed.at - event.recorded_at)) "
            "from record_event as event join record_leaf as leaf on leaf.event = event.id "
            "cross join lateral (select min(at) as at from record_checkpoint where log = leaf.log "
            "and size > leaf.index) as sealed where event.name = 'written.once'"
        )
        (lag,) = cursor.fetchone()
    return WRITERS * EACH / (max(end for _, end in spans) - min(start for start, _ in spans)), float(lag)


def write() -> None:
    """One writer: prints when it began and when it ended."""
    import django

    django.setup()
    from django.db import connection, transaction

    from linli.record.acting import Acting
    from linli.record.ids import new_id
    from linli.record.services import note

    by = Acting(community=None, role="clerk")
    connection.ensure_connection()
    start = time.time()
    for number in range(EACH):
        with transaction.atomic():
            note("written.once", by=by, subject_kind="thing", subject=new_id(), public={"number": number})
    print(start, time.time())


def log_file(folder: Path) -> Path:
    """The file of a log of a million entries."""
    file, key, tree = folder / "log", Key(ORIGIN, public_of(SECRET)), Frontier()
    first = datetime(2023, 6, 12, tzinfo=UTC)
    with file.open("wb") as out:
        out.write(_line({"format": LOG_FORMAT, "log": ORIGIN, "key": str(key)}))
        for number in range(ENTRIES):
            entry = make_entry(
                log=ORIGIN,
                event=sha256(b"event %d" % number).hexdigest()[:32],
                at=first + timedelta(seconds=number),
                name="matter.raised",
                subject=sha256(b"subject %d" % (number // 7)).hexdigest()[:32],
                public={"by": "secretary", "number": f"广顺园-2023-{number}", "pack": "cn.civil-code.278.special"},
                commitments={"title": tree.roots[-1]} if number % 4 == 1 else {},
            )
            tree.append(leaf_hash(entry))
            out.write(entry + b"\n")
        note = sign(Checkpoint(ORIGIN, tree.size, tree.root).text, name=ORIGIN, secret=SECRET)
        out.write(_line({"checkpoint": note}))
    return file


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def checking() -> float:
    """Seconds that the check of a million entries takes: every entry, the order, the root, the signature."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        file = log_file(Path(folder))
        start = time.perf_counter()
        with file.open("rb") as lines:
            found = verify_log(lines, key=Key(ORIGIN, public_of(SECRET)))
        taken = time.perf_counter() - start
    if found.entries != ENTRIES:
        raise AssertionError("not all entries were checked")
    return taken


def rows() -> list[Row]:
    """The row of the design, its four numbers one by one."""
    taken = checking()
    with database():
        import django

        django.setup()
        sealed, (written, lag) = sealing(), writing()
        django.db.connections.close_all()
    promise = "public log"
    return [
        Row(promise, f"sealing {EVENTS:,} events", "≥ 5,000/s", f"{sealed:,.0f}/s", sealed >= 5_000),
        Row(promise, f"single writes, {WRITERS} × {EACH:,}", "≥ 1,000/s", f"{written:,.0f}/s", written >= 1_000),
        Row(promise, "from a write to its signed head, p95", "≤ 2 s", f"{lag:.2f} s", lag <= 2),
        Row(promise, f"verify {ENTRIES:,} entries", "≤ 10 s", f"{taken:.1f} s", taken <= 10),
    ]


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    else:
        sys.exit(0 if show(rows()) else 1)
