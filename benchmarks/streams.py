"""Live pages: how soon 2,000 open streams of one process hear that something has changed, and what one costs."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import psycopg

from benchmarks import Row, show
from linli.machine.cluster import OWNER_ROLE, temporary_cluster
from linli.machine.environment import SOURCE

STREAMS = 2_000
BELLS = 20
TOPIC = "drive.bench"
PORT = 18_901


async def listen(ticket: str, heard: "asyncio.Queue[tuple[int, float]]", opened: asyncio.Semaphore) -> None:
    """One reader: opens a stream and notes when each version arrives."""
    async with opened:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        writer.write(f"GET /live/?ticket={ticket} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await reader.readuntil(f"data: {TOPIC} ".encode())
        await reader.readline()
        heard.put_nowait((0, time.perf_counter()))
    while True:
        line = await reader.readline()
        if line.startswith(b"data: "):
            heard.put_nowait((int(line.split()[2]), time.perf_counter()))


async def measure(url: str, ticket: str) -> tuple[list[float], list[float]]:
    """Seconds from the bell to each stream, over all bells; and to the last stream of each bell."""
    heard: asyncio.Queue[tuple[int, float]] = asyncio.Queue()
    opened = asyncio.Semaphore(100)
    readers = [asyncio.create_task(listen(ticket, heard, opened)) for _ in range(STREAMS)]
    for _ in range(STREAMS):
        await heard.get()
    each, last = [], []
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as database:
        for version in range(1, BELLS + 1):
            start = time.perf_counter()
            await database.execute("select pg_notify('linli_live', %s)", [f"{TOPIC} {version}"])
            taken = [(await heard.get())[1] - start for _ in range(STREAMS)]
            each += taken
            last.append(max(taken))
    for reader in readers:
        reader.cancel()
    return each, last


def rows() -> list[Row]:
    """One process of streams over a database of its own, and as many readers as the design asks for."""
    os.environ.update(DJANGO_SETTINGS_MODULE="linli.config.settings", LINLI_SECRET_KEY="only for benchmarks")
    from linli.record.live import ticket_for

    with temporary_cluster() as cluster:
        cluster.ensure_database("bench")
        url = cluster.url(OWNER_ROLE, "bench")
        with psycopg.connect(url, autocommit=True) as database:
            database.execute("create table record_topic (name text primary key, version bigint)")
        environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(SOURCE)}
        process = subprocess.Popen([sys.executable, "-m", "linli.machine.streams", str(PORT)], env=environment)
        try:
            asyncio.run(wait_for_port())
            before = memory_of(process.pid)
            each, last = asyncio.run(measure(url, ticket_for([TOPIC])))
            grown = memory_of(process.pid) - before
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    p95 = sorted(each)[len(each) * 95 // 100]
    return [
        Row(
            promise="from the bell to an open page's stream, p95",
            size=f"{STREAMS:,} streams of one process, {BELLS} bells",
            target="≤ 1 s",
            measured=f"{p95 * 1000:.0f} ms; the last of all {median(last) * 1000:.0f} ms",
            kept=p95 <= 1,
        ),
        Row(
            promise="memory of an open stream",
            size=f"{STREAMS:,} streams",
            target="",
            measured=f"{grown / STREAMS:.0f} kB",
            kept=None,
        ),
    ]


async def wait_for_port() -> None:
    """Until the process answers."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def memory_of(process: int) -> int:
    """Resident kB of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


if __name__ == "__main__":
    sys.exit(0 if show(rows()) else 1)
