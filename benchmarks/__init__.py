"""Benchmarks: one file for each promise of the design. ``python -m benchmarks`` (``make bench``) prints one table.

Each module has ``rows()``, and runs by itself as ``python -m benchmarks.<name>``. Times are medians of one run, side by
side on the named machine: good for ratios and orders, not for decimals.
"""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One measured promise; ``kept`` is None where the promise sets no number."""

    promise: str
    size: str
    target: str
    measured: str
    kept: bool | None


def median_seconds(work: Callable[[], object], times: int) -> float:
    """The median wall time of ``times`` calls, after one that is not counted."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)


def in_a_database(module: str, *arguments: str) -> Any:
    """What ``python -m`` a module prints as JSON, in a process of its own, on a database of its own."""
    from linli.machine.cluster import APP_ROLE, OWNER_ROLE, give_rights, temporary_cluster

    with temporary_cluster() as cluster:
        cluster.ensure_database("linli")
        settings = dict.fromkeys(("LINLI_FILES_KEY", "LINLI_DATA_KEYS", "LINLI_INDEX_KEY", "LINLI_LOG_KEY"), "00" * 32)
        settings |= {"DJANGO_SETTINGS_MODULE": "linli.config.settings", "LINLI_SECRET_KEY": "only for benchmarks"}
        migrate = [sys.executable, "-m", "django", "migrate", "--noinput", "--skip-checks", "--verbosity=0"]
        owner = {**os.environ, **settings, "DATABASE_URL": cluster.url(OWNER_ROLE, "linli")}
        subprocess.run(migrate, env=owner, check=True)
        with cluster.connect("linli") as connection:
            give_rights(connection)
        app = {**os.environ, **settings, "LINLI_DEMO": "1", "DATABASE_URL": cluster.url(APP_ROLE, "linli")}
        done = subprocess.run([sys.executable, "-m", module, *arguments], env=app, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def machine() -> str:
    """The machine in one line: processor, cores, memory, system, Python."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}"
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}, Python {sys.version.split()[0]}"


def show(rows: Iterable[Row]) -> bool:
    """Prints the machine and the table; whether every promise that sets a number is kept."""
    every = list(rows)
    print(machine())
    print("| promise | size | target | measured | |")
    print("|---|---|---|---|---|")
    for row in every:
        mark = {True: "kept", False: "MISSED", None: ""}[row.kept]
        print(f"| {row.promise} | {row.size} | {row.target} | {row.measured} | {mark} |")
    return all(row.kept is not False for row in every)
