"""PostgreSQL under our supervision: what it keeps when parts are killed, and whom it lets in."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from linli.machine import processes, programs
from linli.machine.cluster import APP_ROLE, OWNER_ROLE, Cluster, check_chinese, temporary_cluster
from linli.machine.processes import RunAs
from linli.machine.programs import Programs, find_programs
from linli.machine.refusal import MachineRefused
from tests.conftest import make_template
from tests.machine.instances import eventually, lives

KILLS = 5


def test_the_server_s_log_quotes_no_row(own_cluster: Cluster) -> None:
    with own_cluster.connect() as admin:
        admin.execute("create table person (name text primary key)")
        admin.execute("insert into person values ('王桂兰')")
        with pytest.raises(psycopg.errors.UniqueViolation, match="王桂兰"):
            admin.execute("insert into person values ('王桂兰')")
    said = own_cluster.log.read_text("utf-8")
    assert "duplicate key value" in said
    assert "王桂兰" not in said


def test_killing_the_server_loses_no_committed_row(own_cluster: Cluster) -> None:
    with own_cluster.connect() as admin:
        admin.execute("create table voice (number bigint primary key)")
    acknowledged: list[int] = []
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            try:
                with own_cluster.connect() as writer:
                    while not stop.is_set():
                        number += 1
                        writer.execute("insert into voice values (%s)", [number])
                        acknowledged.append(number)
            except psycopg.OperationalError:
                time.sleep(0.01)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for _ in range(KILLS):
            before = len(acknowledged)
            eventually(lambda before=before: len(acknowledged) > before + 20)  # type: ignore[misc]
            own_cluster.server.kill()
            own_cluster.server.wait()
            own_cluster.restart()
    finally:
        stop.set()
        writing.join()
    with own_cluster.connect() as admin:
        kept = {number for (number,) in admin.execute("select number from voice")}
    assert set(acknowledged) <= kept
    assert len(acknowledged) > KILLS * 20


def test_a_server_left_behind_is_ended_and_its_rows_are_there(own_cluster: Cluster) -> None:
    with own_cluster.connect() as admin:
        admin.execute("create table voice as select 1 as number")
    left_behind = own_cluster.server
    next_one = Cluster(own_cluster.home)
    next_one.start()
    try:
        assert left_behind.wait(60) is not None
        with next_one.connect() as admin:
            assert admin.execute("select number from voice").fetchall() == [(1,)]
    finally:
        next_one.stop()


def test_locks_whose_number_another_process_has_now_are_stale(home: Path) -> None:
    # As after a restart of the machine: the numbers in the locks belong to some other process of the same user.
    made = Cluster(home)
    made.start()
    made.server.kill()
    made.server.wait()
    # Both files are the database's user's; the other process must be too, or PostgreSQL would not mind it.
    owner = (home / "data").stat()
    run_as = RunAs(owner.st_uid, owner.st_gid) if os.geteuid() == 0 else None
    other = processes.start(["/bin/sleep", "600"], environment={}, run_as=run_as)
    try:
        for lock in (home / "data" / "postmaster.pid", Path(made.socket_folder) / ".s.PGSQL.5432.lock"):
            _, *rest = lock.read_text().split("\n")
            lock.write_text("\n".join([str(other.pid), *rest]))
        made.restart()
        with made.connect() as admin:
            assert admin.execute("select 1").fetchone() == (1,)
        assert lives(other.pid)
    finally:
        made.stop()
        processes.end_session(other)


def test_a_making_that_was_interrupted_is_begun_again(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "base").write_text("half a data folder")
    (home / "data.new.0000").mkdir()
    home.chmod(0o711)
    made = Cluster(home)
    if os.geteuid() == 0:
        run_as = programs.database_user()
        assert run_as is not None
        os.chown(home / "data", run_as.uid, run_as.gid)
    made.start()
    try:
        with made.connect() as admin:
            assert admin.execute("show data_checksums").fetchone() == ("on",)
        assert not list(home.glob("data.new.*"))
        assert [path.read_text() for path in home.glob("data.incomplete.*/base")] == ["half a data folder"]
    finally:
        made.stop()


@pytest.mark.parametrize("name", ['惠岗 小区，一区\'s "home"', "long" * 40])
def test_any_path_will_do(reachable: Path, name: str) -> None:
    made = Cluster(reachable / name)
    made.start()
    try:
        with made.connect() as admin:
            assert admin.execute("select 1").fetchone() == (1,)
    finally:
        made.stop()
        if not made.socket_folder.startswith(str(reachable)):
            shutil.rmtree(made.socket_folder)


def test_chinese_is_letters(own_cluster: Cluster) -> None:
    own_cluster.ensure_database("linli")
    with own_cluster.connect("linli") as admin:
        row = admin.execute(
            "select datcollate, datctype, pg_encoding_to_char(encoding) from pg_database where datname = 'linli'"
        ).fetchone()
        assert row == ("C.UTF-8", "C.UTF-8", "UTF8")
        assert admin.execute("select similarity('加装电梯', '电梯') > 0").fetchone() == (True,)


def test_a_database_that_sees_no_chinese_is_refused(own_cluster: Cluster) -> None:
    with own_cluster.connect() as admin:
        admin.execute("create database blind template template0 locale 'C'")
    with own_cluster.connect("blind") as admin, pytest.raises(MachineRefused, match="LC_CTYPE"):
        check_chinese(admin)


def test_a_folder_that_somebody_else_prepared_is_refused(home: Path) -> None:
    home.mkdir(mode=0o711)
    home.chmod(0o711)
    (home / "run").mkdir()
    (home / "run").chmod(0o777)
    with pytest.raises(MachineRefused, match="0700"):
        Cluster(home).start()
    assert (home / "run").stat().st_mode & 0o777 == 0o777, "modes of what is not ours are left alone"


@pytest.mark.parametrize(
    "statement",
    [
        "create table mine (n int)",
        "truncate record_event",
        "update record_event set name = 'other'",
        "delete from record_event",
        "alter table record_event disable trigger all",
        "drop table record_event",
        "create database other",
    ],
)
def test_the_program_may_not(committed_db: str, statement: str) -> None:
    with psycopg.connect(committed_db, autocommit=True) as program:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            program.execute(statement)
        assert program.execute("select current_user, count(*) from record_event").fetchone() == (APP_ROLE, 0)


def test_nobody_else_is_let_in(own_cluster: Cluster) -> None:
    """Even the user whom the database runs as, when that is not the one who started it."""
    psql = find_programs().folder / "psql"
    command: list[str | Path] = [psql, own_cluster.url(OWNER_ROLE, "postgres"), "--no-psqlrc", "--command=select 1"]
    ours = processes.run(command, environment={})
    assert "1 row" in ours
    if os.geteuid() == 0:
        with pytest.raises(subprocess.CalledProcessError) as refused:
            processes.run(command, environment={}, run_as=programs.database_user())
        assert "authentication failed" in refused.value.stdout
    assert Path(own_cluster.socket_folder).stat().st_mode & 0o077 == 0
    assert (own_cluster.home / "data").stat().st_mode & 0o077 == 0


def _every_postgresql() -> list[Programs]:
    found = [find_programs(), *map(programs.programs_in, programs.distribution_folders())]
    by_major = {each.major: each for each in found if each is not None}
    return list(by_major.values())


@pytest.mark.parametrize("chosen", _every_postgresql(), ids=lambda chosen: f"postgresql-{chosen.major}")
def test_the_migrations_run_on_every_postgresql_here(monkeypatch: pytest.MonkeyPatch, chosen: Programs) -> None:
    monkeypatch.setenv("LINLI_POSTGRES", str(chosen.folder))
    with temporary_cluster() as made:
        make_template(made, "linli")
        with made.connect("linli") as admin:
            told = admin.execute("select current_setting('server_version_num')::int / 10000").fetchone()
            assert told == (chosen.major,)
            assert admin.execute("select count(*) > 0 from django_migrations").fetchone() == (True,)


def test_a_temporary_cluster_goes_with_a_run_that_was_killed() -> None:
    script = (
        "import time\n"
        "from linli.machine.cluster import temporary_cluster\n"
        "with temporary_cluster() as made:\n"
        "    print(made.server.pid, made.home, flush=True)\n"
        "    time.sleep(600)\n"
    )
    killed = subprocess.Popen([sys.executable, "-P", "-c", script], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    with killed.stdout:
        number, home = killed.stdout.readline().split()
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    eventually(lambda: not lives(int(number)))
    assert Path(home).exists()
    with temporary_cluster():
        assert not Path(home).exists()
