"""Folders that the database's user can reach, and instances that leave nothing behind."""

import os
import shutil
import socket
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


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens at, nor at the one after it, where the streams are."""
    while True:
        with socket.socket() as probe, socket.socket() as after:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            with suppress(OSError, OverflowError):
                after.bind(("127.0.0.1", port + 1))
                return port


@pytest.fixture
def instance(tmp_path: Path, free_port: int) -> Iterator[Instance]:
    """An instance that was never started."""
    os.environ.pop("LINLI_POSTGRES", None)
    made = Instance(tmp_path / "data", free_port)
    yield made
    made.remove()
