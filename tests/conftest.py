"""What all tests share: one PostgreSQL for the whole run, and copies of one migrated database for those who write.

The first test that needs a database has the cluster started, by the process that started the run; workers ask it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from multiprocessing.connection import Client, Listener
from pathlib import Path

import django
import pytest
from pytest_django import DjangoDbBlocker

from linli.machine.catalogues import compile_stale
from linli.machine.cluster import APP_ROLE, OWNER_ROLE, Cluster, give_rights, temporary_cluster

os.environ.update(
    {
        "DJANGO_SETTINGS_MODULE": "linli.config.settings",
        "DATABASE_URL": "postgresql:///no-test-may-reach-this",
        "LINLI_SECRET_KEY": "only for tests",
        "LINLI_FILES_KEY": "00" * 32,
        "LINLI_DATA_KEYS": "00" * 32,
        "LINLI_INDEX_KEY": "00" * 32,
        "LINLI_LOG_KEY": "00" * 32,
        "LINLI_DEMO": "1",
    }
)

_ASK = "LINLI_TEST_CLUSTER"
_TEMPLATE = "linli_template"
_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Set Django up; in the process that leads the run, compile the catalogues and offer the cluster to who asks."""
    if not hasattr(config, "workerinput"):
        compile_stale()
        _offer_cluster(config)
    django.setup()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where nothing may be left out (``LINLI_NO_SKIPS``), a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("LINLI_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _offer_cluster(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="linli-tests-"))
    os.environ["LINLI_DATA"] = str(folder / "data")
    # The server of static files warns of a folder that is not there, and warnings are errors.
    (folder / "data" / "static").mkdir(parents=True)
    os.environ[_ASK] = str(folder / "ask")
    until_the_end = ExitStack()
    until_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
    listener = Listener(os.environ[_ASK], family="AF_UNIX", authkey=b"linli")
    until_the_end.callback(listener.close)
    threading.Thread(target=_answer, args=(listener, until_the_end), daemon=True).start()
    config.add_cleanup(until_the_end.close)


def _answer(listener: Listener, until_the_end: ExitStack) -> None:
    home: str | Exception | None = None
    while True:
        try:
            asking = listener.accept()
        except OSError:
            return
        if home is None:
            try:
                cluster = until_the_end.enter_context(temporary_cluster())
                make_template(cluster, _TEMPLATE)
                home = str(cluster.home)
            except Exception as failure:
                home = RuntimeError(f"no database for the tests: {failure}")
        asking.send(home)
        asking.close()


def make_template(cluster: Cluster, name: str) -> None:
    """Make the database ``name`` with every migration run, by the roles and with the rights of real life."""
    cluster.ensure_database(name)
    migrated = subprocess.run(
        [sys.executable, "-P", "-m", "django", "migrate", "--noinput", "--skip-checks", "--verbosity=0"],
        env={**os.environ, "DATABASE_URL": cluster.url(OWNER_ROLE, name)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert migrated.returncode == 0, migrated.stdout
    with cluster.connect(name) as owner:
        give_rights(owner)


@pytest.fixture(autouse=True)
def source_language() -> Iterator[None]:
    """Every test begins in the source text's language: a page asked for in English leaves its thread in English."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The cluster of this run, already started."""
    with Client(os.environ[_ASK], family="AF_UNIX", authkey=b"linli") as asking:
        home = asking.recv()
    if isinstance(home, Exception):
        raise home
    return Cluster.running(Path(home))


@contextmanager
def _copy(cluster: Cluster) -> Iterator[str]:
    """A fresh copy of the migrated database, which the program's settings name meanwhile."""
    from django.db import connections

    name = f"linli_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{next(_numbers)}"
    cluster.copy_database(_TEMPLATE, name)
    database = connections.settings["default"]
    before = dict(database)
    connections.close_all()
    database.update(NAME=name, USER=APP_ROLE, HOST=cluster.socket_folder, PORT="", PASSWORD="")
    try:
        yield cluster.url(APP_ROLE, name)
    finally:
        connections.close_all()
        database.update(before)
        cluster.drop_database(name)


@pytest.fixture(scope="session")
def django_db_setup(cluster: Cluster, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's database: one copy for each worker, in which every test is rolled back."""
    with _copy(cluster), django_db_blocker.unblock():
        yield


@pytest.fixture
def committed_db(cluster: Cluster, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A copy for one test alone that commits, from several connections or processes; the value is its address.

    For tests of locks, of constraints deferred to the commit, of whole roads. The ``django_db`` mark is not needed.
    """
    with _copy(cluster) as url, django_db_blocker.unblock():
        yield url
