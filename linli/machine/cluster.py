"""PostgreSQL under our own supervision: one cluster, its private socket, its two roles, its databases."""

import getpass
import hashlib
import os
import pwd
import secrets
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from linli.machine import processes, programs
from linli.machine.processes import RunAs
from linli.machine.refusal import MachineRefused

SUPERUSER = "linli"
OWNER_ROLE = "linli_owner"
APP_ROLE = "linli_app"

_LONGEST_SOCKET_PATH = 103
"""Bytes: 107 on Linux, 103 on macOS (sun_path less its end mark)."""

_SOCKET_NAME = ".s.PGSQL.5432.lock"
_STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
_START_TRIES = 20
_SECONDS_BETWEEN_TRIES = 0.3

_ON_DISK = {"shared_buffers": "128MB", "max_connections": "100"}
_FOR_TESTS = {**_ON_DISK, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """One PostgreSQL cluster in the folder ``home``: ``data``, ``run`` (its socket), access rules and log.

    Only this operating-system user and the user that the database runs as can connect, and only through the socket:
    the kernel tells PostgreSQL who is calling, so there is no password to keep. ``durable=False`` is for tests alone.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.log = home / "postgres.log"
        self._settings = _ON_DISK if durable else _FOR_TESTS
        self._durable = durable
        self._data = home / "data"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> subprocess.Popen[bytes]:
        """The running postmaster; refused before ``start``."""
        if self._server is None:
            raise RuntimeError("the cluster was not started")
        return self._server

    def start(self) -> None:
        """Make the cluster if there is none, start it, and make its roles; return when it takes connections.

        A server left behind by a killed supervisor is stopped first, and stale locks are put away. Raises
        ``MachineRefused`` with the end of the log when it will not start.
        """
        self._programs = programs.find_programs()
        self._make_home()
        self._run_as = self._owner_of_data()
        self._socket = self._make_socket_folder()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        self._write_access_rules()
        self._put_away_what_was_left()
        self._launch()
        self._make_roles()

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, everything committed is on disk."""
        if self._server is not None:
            processes.stop(self._server, _STOP_STEPS)
            self._server = None

    def url(self, role: str, database: str) -> str:
        """The address of ``database`` for ``role``, in libpq's form, through the private socket."""
        return f"postgresql://{role}@/{quote(database)}?{urlencode({'host': str(self._socket)})}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the cluster's superuser, each statement its own transaction."""
        return psycopg.connect(self.url(SUPERUSER, database), autocommit=True)

    def ensure_database(self, name: str) -> None:
        """Make the database ``name``, owned by ``linli_owner``, with Chinese search working; refuse it if it is not.

        Whatever ``linli_owner`` makes later in it, ``linli_app`` may read and write row by row, but not empty or
        change; a migration takes away from append-only tables what they must refuse besides.
        """
        with self.connect() as admin:
            if not admin.execute("select from pg_database where datname = %s", [name]).rowcount:
                admin.execute(
                    sql.SQL("create database {} owner {} template template0").format(
                        sql.Identifier(name), sql.Identifier(OWNER_ROLE)
                    )
                )
        with self.connect(name) as admin:
            admin.execute(_RIGHTS)
            check_chinese(admin)

    def _make_home(self) -> None:
        """``home``: ours alone; as root, others may pass through to the two folders of the database's user."""
        as_root = os.geteuid() == 0
        self.home.mkdir(mode=0o711 if as_root else 0o700, parents=True, exist_ok=True)
        if self.home.stat().st_uid != os.geteuid():
            owner = _name_of(self.home.stat().st_uid)
            raise MachineRefused(
                f"{self.home} 里的数据属于用户 {owner}，请以该用户启动。",
                f"the data in {self.home} belong to the user {owner}: start as that user.",
            )

    def _owner_of_data(self) -> RunAs | None:
        if os.geteuid() != 0:
            return None
        if self._data.exists():
            # Made when the machine had another user for it; files do not change hands by themselves.
            found = self._data.stat()
            return RunAs(found.st_uid, found.st_gid)
        return programs.database_user()

    def _make_socket_folder(self) -> Path:
        folder = self.home / "run"
        too_long = len(os.fsencode(folder / _SOCKET_NAME)) > _LONGEST_SOCKET_PATH
        # PostgreSQL reads its setting as a list with commas and quotes.
        if too_long or set(str(folder)) & set(",\"'\\"):
            mark = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
            folder = Path(f"/tmp/linli-{os.geteuid()}-{mark}")
        self._own_folder(folder)
        return folder

    def _own_folder(self, folder: Path) -> None:
        """Make ``folder`` for the database's user alone; refuse one that somebody else made."""
        wanted = os.geteuid() if self._run_as is None else self._run_as.uid
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if self._run_as is not None:
                os.chown(folder, self._run_as.uid, self._run_as.gid)
        found = folder.lstat()
        if folder.is_symlink() or not folder.is_dir() or found.st_uid not in (wanted, 0) or found.st_mode & 0o077:
            raise MachineRefused(
                f"{folder} 不是 linli 自己的文件夹（应为 0700，属于 {_name_of(wanted)}）。请查明后移走它。",
                f"{folder} is not linli's own folder (0700, of {_name_of(wanted)}): find out why, and move it away.",
            )
        if found.st_uid != wanted and self._run_as is not None:
            os.chown(folder, self._run_as.uid, self._run_as.gid)

    def _initialise(self) -> None:
        # Made aside and renamed, so that a data folder is whole or not there.
        if self._data.exists():
            self._data.rename(self.home / f"data.incomplete.{secrets.token_hex(4)}")
        for left in self.home.glob("data.new.*"):
            shutil.rmtree(left)
        unfinished = self.home / f"data.new.{secrets.token_hex(4)}"
        self._own_folder(unfinished)
        initdb = [
            self._programs.folder / "initdb",
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            # With the locale C, pg_trgm sees no Chinese letters at all.
            "--locale=C.UTF-8",
            "--data-checksums",
            "--auth=reject",
            *(() if self._durable else ("--no-sync",)),
        ]
        try:
            processes.run(initdb, environment=_clean_environment(), run_as=self._run_as)
        except subprocess.CalledProcessError as failure:
            raise MachineRefused(
                f"建立数据库失败：{failure.stdout.strip()[-600:]}",
                f"the database could not be made in {self.home}.",
            ) from failure
        unfinished.rename(self._data)

    def _check_version(self) -> None:
        made_by = int((self._data / "PG_VERSION").read_text())
        if made_by != self._programs.major:
            raise MachineRefused(
                f"数据由 PostgreSQL {made_by} 建立，现在找到的是 {self._programs.major}；"
                "请用 LINLI_POSTGRES 指明原来的版本，或先备份再恢复到新版本。",
                f"the data were made by PostgreSQL {made_by}, but {self._programs.major} was found: name the former with "
                "LINLI_POSTGRES, or back up and restore into the new one.",
            )

    def _write_access_rules(self) -> None:
        """Who may connect: the callers that the kernel vouches for, from this machine, through the socket."""
        callers = {getpass.getuser() if os.geteuid() else "root", _name_of(self._data.stat().st_uid)}
        callers.add(_name_of(os.geteuid()))
        roles = (SUPERUSER, OWNER_ROLE, APP_ROLE)
        self._write("pg_hba.conf", "local all all peer map=linli\n")
        self._write(
            "pg_ident.conf", "".join(f'linli "{caller}" {role}\n' for caller in sorted(callers) for role in roles)
        )

    def _write(self, name: str, text: str) -> None:
        unfinished = self.home / f".{name}"
        unfinished.write_text(text, encoding="utf-8")
        # As root the database's user must read them; for everyone else the folder above is closed.
        unfinished.chmod(0o644)
        unfinished.replace(self.home / name)

    def _put_away_what_was_left(self) -> None:
        """Stop a server that outlived its supervisor; remove locks whose holder is gone.

        PostgreSQL takes a lock for live when *any* process of its user has the number in it, as happens after a restart
        of the machine. Whoever calls this holds the cluster for itself, so a lock without a server is stale.
        """
        server = self._left_behind()
        if server is not None:
            for sent in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.kill(server, sent)
                if _waits_until(lambda: self._left_behind() != server, 10.0):
                    break
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self._socket / name).unlink(missing_ok=True)

    def _left_behind(self) -> int | None:
        """The number of a running postmaster of this data folder, by its lock file."""
        try:
            number = int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(number, 0)
        except (FileNotFoundError, ValueError, ProcessLookupError, PermissionError):
            return None
        try:
            return number if Path(f"/proc/{number}/cwd").samefile(self._data) else None
        except OSError:
            # No /proc (macOS), or a process that has just ended.
            return number if _lives(number) and not Path("/proc/self").exists() else None

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = {
            **self._settings,
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket),
            "unix_socket_permissions": "0700",
            "hba_file": str(self.home / "pg_hba.conf"),
            "ident_file": str(self.home / "pg_ident.conf"),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
        }
        command = [self._programs.folder / "postgres", "-D", self._data]
        command += [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        for _ in range(_START_TRIES):
            with open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
                self._server = processes.start(
                    command,
                    environment=_clean_environment(),
                    run_as=self._run_as,
                    on_orphaned=signal.SIGINT,
                    output=log,
                )
            if self._becomes_ready(self._server):
                return
            # Just after a kill -9 the old server's children still hold its shared memory: a moment, then again.
            time.sleep(_SECONDS_BETWEEN_TRIES)
        last_words = self.log.read_text(encoding="utf-8", errors="replace")[-600:].strip()
        raise MachineRefused(
            f"数据库没有启动。日志 {self.log} 的末尾：\n{last_words}\n", f"the database did not start: see {self.log}."
        )

    def _becomes_ready(self, server: subprocess.Popen[bytes]) -> bool:
        """Wait until the lock file's last line says so (as ``pg_ctl -w`` does), however long recovery takes."""
        lock = self._data / "postmaster.pid"
        while server.poll() is None:
            with suppress(FileNotFoundError):
                lines = lock.read_text().splitlines()
                if len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
                    return True
            time.sleep(0.02)
        return False

    def _make_roles(self) -> None:
        with self.connect() as admin:
            for role in (OWNER_ROLE, APP_ROLE):
                if not admin.execute("select from pg_roles where rolname = %s", [role]).rowcount:
                    admin.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
            admin.execute(
                sql.SQL("alter role {} set lock_timeout = '3s'").format(sql.Identifier(OWNER_ROLE))
            )


def check_chinese(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Refuse a database that is not UTF-8, or in which Chinese text has no letters and so cannot be searched."""
    connection.execute("create extension if not exists pg_trgm")
    row = connection.execute(
        "select pg_encoding_to_char(encoding) = 'UTF8', show_trgm('电梯') <> '{}', datctype "
        "from pg_database where datname = current_database()"
    ).fetchone()
    if row is None or not (row[0] and row[1]):
        raise MachineRefused(
            f"这个数据库不认识汉字（LC_CTYPE 为 {row and row[2]}）。请用 UTF8 编码、C.UTF-8 区域重新建库。",
            f"this database does not see Chinese letters (its LC_CTYPE is {row and row[2]}): make it anew with the "
            "encoding UTF8 and the locale C.UTF-8.",
        )


@contextmanager
def temporary_cluster() -> Iterator[Cluster]:
    """A started cluster that keeps nothing: in memory where there is a ``/dev/shm``, gone at the end.

    What a killed run left there is removed first.
    """
    memory = Path("/dev/shm")
    base = memory if memory.is_dir() and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    for left in base.glob("linli-test-*-*"):
        if left.stat().st_uid == os.geteuid() and not _lives(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=f"linli-test-{os.getpid()}-", dir=base))
    if os.geteuid() == 0:
        home.chmod(0o711)
    cluster = Cluster(home, durable=False)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


_RIGHTS = f"""
    create extension if not exists pg_trgm;
    revoke all on database current_database from public;
"""


def _clean_environment() -> dict[str, str]:
    """What PostgreSQL's programs see: nothing of the caller's locale, and none of its PG variables."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _waits_until(holds: "Callable[[], bool]", seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return holds()
