"""Folders that the database's user can reach, and instances that leave nothing behind."""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from linli.machine.cluster import Cluster
from tests.machine.instances import Instance


@pytest.fixture
def reachable() -> Iterator[Path]:
    """An empty folder that others may pass through, as pytest's own may not: as root the database is another user."""
    folder = Path(tempfile.mkdtemp(prefix="linli-machine-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(reachable: Path) -> Path:
    """Where a cluster may make its home."""
    return reachable / "home"


@pytest.fixture
def own_cluster(home: Path) -> Iterator[Cluster]:
    """A started, durable cluster for this test alone."""
    made = Cluster(home)
    made.start()
    yield made
    made.stop()


def free_port_pair() -> int:
    """A port that nobody listens at, nor at the one after it, where the streams are."""
    while True:
        with socket.socket() as probe, socket.socket() as after:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            with suppress(OSError, OverflowError):
                after.bind(("127.0.0.1", port + 1))
                return port


@pytest.fixture
def free_port() -> int:
    return free_port_pair()


@pytest.fixture
def new_instance(tmp_path: Path, free_port: int) -> Iterator[Instance]:
    """An instance that was never started."""
    os.environ.pop("LINLI_POSTGRES", None)
    made = Instance(tmp_path / "data", free_port)
    yield made
    made.remove()


@pytest.fixture(scope="session")
def migrated() -> Path:
    """The data of a database that an instance has made and migrated, once in a run, whichever worker comes first."""
    # Beside where the workers ask for the cluster: all of them know it, and it is gone at the end.
    folder = Path(os.environ["LINLI_TEST_CLUSTER"]).with_name("machine")
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "migrated"
        if not made.exists():
            first = Instance(folder / "data", free_port_pair())
            try:
                first.start()
                assert first.stop() == 0, first.words()
                subprocess.run(["cp", "-a", first.data / "postgres" / "data", folder / "unfinished"], check=True)
            finally:
                first.remove()
            (folder / "unfinished").rename(made)
    return made


@pytest.fixture
def instance(new_instance: Instance, migrated: Path) -> Instance:
    """An instance whose database is made and migrated, as at every start but the first."""
    new_instance.data.mkdir(mode=0o700)
    new_instance.copy(migrated)
    return new_instance
