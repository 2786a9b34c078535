"""PostgreSQL under our own supervision: one cluster, its private socket, its two roles, its databases."""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

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

_SOCKET_LOCK = ".s.PGSQL.5432.lock"
_LONGEST_LOG = 10_000_000
_STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
_START_TRIES = 20
_SECONDS_BETWEEN_TRIES = 0.3

_ON_DISK = {"shared_buffers": "128MB", "max_connections": "100"}
_FOR_TESTS = {**_ON_DISK, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """One PostgreSQL cluster in the folder ``home``: ``data``, ``run`` (its socket), access rules and log.

    Only this operating-system user can connect, and only through the socket: the kernel tells PostgreSQL who is
    calling, so there is no password to keep. ``durable=False`` is for tests alone.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.log = home / "postgres.log"
        self._settings = _ON_DISK if durable else _FOR_TESTS
        self._durable = durable
        self._data = home / "data"
        self._server: subprocess.Popen[bytes] | None = None

    @classmethod
    def running(cls, home: Path) -> "Cluster":
        """The cluster in ``home`` that another process of this user has started, to connect to and not to stop."""
        cluster = cls(home)
        cluster._run_as = cluster._owner_of_data()
        cluster._socket = cluster._make_socket_folder()
        return cluster

    @property
    def socket_folder(self) -> str:
        """The folder of its socket: what libpq and Django call the host."""
        return str(self._socket)

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
        self._launch()
        self._make_roles()

    def restart(self) -> None:
        """Start the server again after it died; what was committed is there. Raises ``MachineRefused``."""
        self._launch()

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, everything committed is on disk."""
        if self._server is not None:
            processes.stop(self._server, _STOP_STEPS)
            self._server = None

    def url(self, role: str, database: str) -> str:
        """The address of ``database`` for ``role``, in libpq's form, through the private socket."""
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self._socket), safe='')}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the cluster's superuser, each statement its own transaction."""
        return psycopg.connect(self.url(SUPERUSER, database), autocommit=True)

    def has_database(self, name: str) -> bool:
        """Whether there is a database ``name``."""
        with self.connect() as admin:
            return bool(admin.execute("select from pg_database where datname = %s", [name]).rowcount)

    def ensure_database(self, name: str) -> None:
        """Make the database ``name`` if there is none, owned by ``linli_owner``; refuse one that sees no Chinese."""
        if not self.has_database(name):
            with self.connect() as admin:
                admin.execute(
                    sql.SQL("create database {} owner {} template template0").format(
                        sql.Identifier(name), sql.Identifier(OWNER_ROLE)
                    )
                )
        with self.connect(name) as admin:
            check_chinese(admin)

    def drop_database(self, name: str) -> None:
        """Drop the database ``name``, if there is one, and whoever is connected to it."""
        with self.connect() as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def copy_database(self, template: str, name: str) -> None:
        """Make ``name`` as a copy of ``template``, which nobody may be connected to meanwhile."""
        with self.connect() as admin:
            admin.execute(
                sql.SQL("create database {} owner {} template {} strategy file_copy").format(
                    sql.Identifier(name), sql.Identifier(OWNER_ROLE), sql.Identifier(template)
                )
            )

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
        too_long = len(os.fsencode(folder / _SOCKET_LOCK)) > _LONGEST_SOCKET_PATH
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
                f"the data were made by PostgreSQL {made_by}, but {self._programs.major} was found: name the former "
                "with LINLI_POSTGRES, or back up and restore into the new one.",
            )

    def _write_access_rules(self) -> None:
        """Who may connect: this operating-system user, for whom the kernel vouches, through the socket."""
        caller = _name_of(os.geteuid())
        roles = (SUPERUSER, OWNER_ROLE, APP_ROLE)
        self._write("pg_hba.conf", "local all all peer map=linli\n")
        self._write("pg_ident.conf", "".join(f'linli "{caller}" {role}\n' for role in roles))

    def _write(self, name: str, text: str) -> None:
        unfinished = self.home / f".{name}"
        unfinished.write_text(text, encoding="utf-8")
        # As root the database's user must read them; for everyone else the folder above is closed.
        unfinished.chmod(0o644)
        unfinished.replace(self.home / name)

    def _end_what_was_left(self) -> dict[str, str]:
        """Stop a server that outlived its supervisor, and remove its socket; return what the next server must be told.

        PostgreSQL takes a lock for live when *any* process of its user has the number in it, as happens after a restart
        of the machine. It is told which number that is; the lock file itself stays, for it also names the shared memory
        by which PostgreSQL sees that nothing of the old server still writes.
        """
        server = self._left_behind()
        for sent in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if server is None:
                break
            with suppress(ProcessLookupError):
                os.kill(server, sent)
            if _waits_until(lambda: self._left_behind() is None, 10.0):
                break
        for name in (_SOCKET_LOCK.removesuffix(".lock"), _SOCKET_LOCK):
            (self._socket / name).unlink(missing_ok=True)
        stale = self._locked_by()
        return {"PG_GRANDPARENT_PID": str(stale)} if stale is not None else {}

    def _locked_by(self) -> int | None:
        """The number in the data folder's lock file, whoever has it now."""
        try:
            return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _left_behind(self) -> int | None:
        """The number of a running postmaster of this data folder, by its lock file and its working folder."""
        number = self._locked_by()
        if number is None or not _lives(number):
            return None
        if not Path("/proc/self").exists():
            return number
        try:
            return number if Path(f"/proc/{number}/cwd").samefile(self._data) else None
        except OSError:
            return None

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        environment = {**_clean_environment(), **self._end_what_was_left()}
        for _ in range(_START_TRIES):
            with open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
                self._server = processes.start(
                    self._command(),
                    environment=environment,
                    run_as=self._run_as,
                    on_orphaned=signal.SIGINT,
                    output=log.fileno(),
                )
            if self._becomes_ready(self._server):
                return
            # Just after a kill -9 the old server's children still hold its shared memory: a moment, then again.
            time.sleep(_SECONDS_BETWEEN_TRIES)
        last_words = self.log.read_text(encoding="utf-8", errors="replace")[-600:].strip()
        raise MachineRefused(
            f"数据库没有启动。日志 {self.log} 的末尾：\n{last_words}\n", f"the database did not start: see {self.log}."
        )

    def _command(self) -> list[str | Path]:
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
            # What it would quote of a failed statement and of the row in its way is what people wrote.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
        }
        choices = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        return [self._programs.folder / "postgres", "-D", self._data, *choices]

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


def give_rights(owner: psycopg.Connection[tuple[object, ...]], role: str = APP_ROLE) -> None:
    """Give ``role`` the least the program needs of what the migrations made; ``owner`` is connected as their owner.

    It reads and writes rows; rows of tables that a ``…_append_only`` trigger guards it may only add and read; it
    makes, empties and changes no table.
    """
    name = sql.Identifier(role)
    for right in (
        "grant usage on schema public to {}",
        "grant select, insert, update, delete on all tables in schema public to {}",
        "grant usage, select on all sequences in schema public to {}",
    ):
        owner.execute(sql.SQL(right).format(name))
    guarded = owner.execute(
        "select distinct relname from pg_trigger join pg_class on pg_class.oid = tgrelid "
        "where tgname like %s and relnamespace = 'public'::regnamespace",
        [r"%\_append\_only"],
    ).fetchall()
    for (table,) in guarded:
        owner.execute(sql.SQL("revoke update, delete on {} from {}").format(sql.Identifier(str(table)), name))


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


def _waits_until(holds: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return holds()
