"""``linli serve`` and ``linli demo``: database, migrations, pages, streams and worker, watched and stopped as one."""

import argparse
import errno
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from linli.machine import environment, instance, processes
from linli.machine.cluster import APP_ROLE, OWNER_ROLE, Cluster, check_chinese, give_rights
from linli.machine.exchange import Exchange
from linli.machine.refusal import MachineRefused

_STOP_STEPS = ((signal.SIGTERM, 8.0), (signal.SIGKILL, 5.0))
_DEATHS_ALLOWED = 5
_WITHIN_SECONDS = 60.0
_FIRST_ANSWER_SECONDS = 180.0
_TELLING = "linli: a story is being told"
_TOLD = "linli: a story was told to its end"


def serve(arguments: Sequence[str]) -> int:
    """``linli serve [--port N] [--workers N]``: serve this instance until Ctrl-C; return the exit code.

    0 after a stop that was asked for, 2 when something on the machine stands in the way (said in one line).
    """
    asked = _parser("linli serve").parse_args(arguments)
    return run(Plan(asked.port, asked.workers, database="linli"))


def demo(arguments: Sequence[str]) -> int:
    """``linli demo``: tell the story once, in a database of its own, then serve it and print a link per persona.

    A story that was interrupted is told again from the beginning. ``--fresh`` does so in any case.
    """
    parser = _parser("linli demo")
    parser.add_argument("--fresh", action="store_true", help="重讲演示故事，丢弃改动 / tell the story anew")
    asked = parser.parse_args(arguments)
    return run(Plan(asked.port, asked.workers, database="linli_demo", story="linli.demo.story", fresh=asked.fresh))


@dataclass(frozen=True)
class Plan:
    """What is served where.

    ``story`` names a module whose ``tell()`` fills an empty database, and whose ``links()`` returns pairs of a persona
    and their sign-in link; ``fresh`` throws away what this database held before.
    """

    port: int
    workers: int
    database: str
    story: str = ""
    fresh: bool = False


class _Stop(Exception):
    """Somebody asked us to stop."""


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--port", type=int, default=8000, help="端口 / port (8000)")
    parser.add_argument("--workers", type=int, default=2, help="页面进程数 / page processes (2)")
    return parser


def run(plan: Plan) -> int:
    """Serve until asked to stop; return the exit code: 0, or 2 when something on the machine stands in the way."""
    address = os.environ.get("LINLI_ADDRESS") or f"http://localhost:{plan.port}"
    try:
        with _stoppable(), ExitStack() as until_stopped:
            folder = instance.data_folder()
            until_stopped.enter_context(instance.held(folder, address))
            _refuse_taken_port(plan.port)
            _refuse_taken_port(plan.port + 1)
            _Serving(plan, folder, address, until_stopped).until_stopped()
    except _Stop:
        _say("已停止。 / stopped.")
        return 0
    except MachineRefused as refusal:
        _say(str(refusal))
        return 2
    return 0


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn the first of Ctrl-C, SIGTERM and SIGHUP into ``_Stop``; later ones do not disturb the stopping."""
    asked = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        # Ignored already means nohup: the terminal may go.
        asked.append(signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for other in asked:
            signal.signal(other, signal.SIG_IGN)
        raise _Stop

    before = {number: signal.signal(number, stop) for number in asked}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Serving:
    """One instance being served. What it starts is stopped, in the opposite order, when ``until`` closes."""

    def __init__(self, plan: Plan, folder: Path, address: str, until: ExitStack) -> None:
        self._plan = plan
        self._address = address
        self._deaths: list[float] = []
        # A story's logs are witnessed apart, and named apart: they begin again with the story.
        self._witness = folder / ("witness-demo" if plan.story else "witness")
        named = f"demo.{urlsplit(address).netloc}" if plan.story else ""
        self._cluster = _own_cluster(folder)
        if self._cluster is not None:
            # Entered before the start, so that a stop asked for meanwhile leaves no server behind.
            until.callback(self._cluster.stop)
            self._cluster.start()
        Exchange(folder, instance.files_folder(folder)).carry_out(self._cluster)
        self._owner_url, app_url = self._database()
        self._environment = {
            "DJANGO_SETTINGS_MODULE": "linli.config.settings",
            "LINLI_ADDRESS": address,
            # Behind a proxy it leads /live/ to the port of streams.
            "LINLI_LIVE": "/live/" if address.startswith("https:") else f"http://localhost:{plan.port + 1}/live/",
            **{setting: instance.key(folder, name) for name, setting in instance.KEYS.items()},
            "LINLI_WITNESS": str(self._witness),
            "LINLI_LOG_NAME": named,
            "LINLI_DEMO": "1" if plan.story else "",
            **{name: value for name, value in os.environ.items() if value},
            "LINLI_DATA": str(folder),
            "DATABASE_URL": app_url,
        }
        self._migrate()
        if plan.story:
            self._tell_once()
        self._pages = self._start_pages()
        until.callback(lambda: processes.stop(self._pages, _STOP_STEPS))
        # The worker waits: the first page is what a person is waiting for.
        self._await_first_answer()
        self._worker = self._start_part("worker")
        until.callback(lambda: processes.stop(self._worker, _STOP_STEPS))
        self._sealer = self._start_part("sealer")
        until.callback(lambda: processes.stop(self._sealer, _STOP_STEPS))
        self._streams = self._start_part("streams", str(plan.port + 1))
        until.callback(lambda: processes.stop(self._streams, _STOP_STEPS))

    def until_stopped(self) -> None:
        """Say where the pages are, and keep every part alive."""
        _say(f"linli：{self._address}  （Ctrl-C 停止 / Ctrl-C stops it）")
        if self._plan.story:
            for who, link in self._call(f"{self._plan.story}:links"):
                _say(f"  {who}  {link}")
        while True:
            time.sleep(0.3)
            self._revive_the_dead()

    def _database(self) -> tuple[str, str]:
        """The addresses of the database for its owner, who migrates, and for the program."""
        if self._plan.fresh:
            self._empty()
        if self._cluster is None:
            app_url = os.environ["DATABASE_URL"]
            return os.environ.get("LINLI_OWNER_DATABASE_URL") or app_url, app_url
        self._cluster.ensure_database(self._plan.database)
        return (
            self._cluster.url(OWNER_ROLE, self._plan.database),
            self._cluster.url(APP_ROLE, self._plan.database),
        )

    def _migrate(self) -> None:
        with _connection(self._owner_url) as owner:
            check_chinese(owner)
            if _migrated_by(owner) == self._migrations():
                return
        migrate = ("-m", "django", "migrate", "--noinput", "--skip-checks", "--verbosity=0")
        # A migration that must wait longer gives way to the readers who would queue behind it.
        self._child(*migrate, DATABASE_URL=self._owner_url, PGOPTIONS="-c lock_timeout=3s")
        app_role = self._app_role()
        with _connection(self._owner_url) as owner:
            if app_role and app_role != owner.info.user:
                give_rights(owner, app_role)
            # Last of all: a start that is interrupted before here migrates again.
            owner.execute(sql.SQL("comment on table django_migrations is {}").format(sql.Literal(self._migrations())))

    def _app_role(self) -> str:
        """The database's role that the program has; empty where its address names none."""
        return unquote(urlsplit(self._environment["DATABASE_URL"]).username or "")

    def _migrations(self) -> str:
        """What a migrated database says of itself: whose migrations it has, by which program rights were given, and to
        whom. Where it lies is no part of that: a folder that was moved or copied starts as fast as before."""
        mark = hashlib.sha256()
        mark.update(f"{self._environment['DJANGO_SETTINGS_MODULE']} {self._app_role()}".encode())
        package = environment.SOURCE / "linli"
        for file in (
            *sorted(package.glob("*/migrations/*.py")),
            package / "machine" / "cluster.py",
            package / "config" / "settings.py",
            environment.CLONE / "requirements" / "runtime.lock",
        ):
            mark.update(hashlib.sha256(f"{file.relative_to(environment.CLONE)}".encode() + file.read_bytes()).digest())
        return f"linli: migrated as of {mark.hexdigest()}"

    def _tell_once(self) -> None:
        """Tell the story unless this database has heard all of it; its comment says so, so no copy of it can lie."""
        with _connection(self._owner_url) as owner:
            heard = owner.execute(
                "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
            ).fetchone()
        if heard == (_TOLD,):
            return
        if heard == (_TELLING,):
            self._begin_again()
        _say("正在讲述演示故事…… / telling the demo story …")
        self._mark(_TELLING)
        self._call(f"{self._plan.story}:tell")
        self._mark(_TOLD)

    def _begin_again(self) -> None:
        self._empty()
        self._migrate()

    def _empty(self) -> None:
        """Throw away our own database and make it anew; somebody else's is not ours to throw away."""
        if self._cluster is None:
            raise MachineRefused(
                "演示故事要从头讲，请在 DATABASE_URL 里换一个空的数据库。",
                "the demo story must be told from its beginning: name an empty database in DATABASE_URL.",
            )
        self._cluster.drop_database(self._plan.database)
        shutil.rmtree(self._witness, ignore_errors=True)
        self._cluster.ensure_database(self._plan.database)

    def _mark(self, words: str) -> None:
        with _connection(self._owner_url) as owner:
            owner.execute(
                sql.SQL("comment on database {} is {}").format(sql.Identifier(owner.info.dbname), sql.Literal(words))
            )

    def _call(self, function: str) -> list[tuple[str, str]]:
        answer = json.loads(self._child("-m", "linli.machine.call", function))
        return [(str(who), str(link)) for who, link in answer or ()]

    def _child(self, *arguments: str, **changed: str) -> str:
        """Run Python with the program's environment to its end; return its standard output."""
        ran = subprocess.run(
            [sys.executable, "-P", *arguments],
            env={**self._environment, **changed},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # A Ctrl-C at the terminal is ours to handle.
            start_new_session=True,
            # The files that a story stores are as private as those that the pages store.
            umask=0o077,
            text=True,
            encoding="utf-8",
        )
        if ran.returncode:
            raise MachineRefused(
                f"{arguments[1]} {arguments[2]} 没有完成，原因见上。",
                f"{arguments[1]} {arguments[2]} did not finish: see above.",
            )
        return ran.stdout

    def _start_pages(self) -> subprocess.Popen[bytes]:
        granian = [
            *(sys.executable, "-P", "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(self._plan.port), "--workers", str(self._plan.workers)),
            *("--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "warning"),
            *("--blocking-threads", "4", "--backpressure", "64"),
            "linli.machine.pages:application",
        ]
        return processes.start(granian, environment=self._environment)

    def _start_part(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        # The name by which the database shows a part's connection to linli doctor.
        environment = {**self._environment, "PGAPPNAME": f"linli {name}"}
        return processes.start([sys.executable, "-P", "-m", f"linli.machine.{name}", *words], environment=environment)

    def _await_first_answer(self) -> None:
        until = time.monotonic() + _FIRST_ANSWER_SECONDS
        while self._pages.poll() is not None or not _answers(self._plan.port):
            if self._pages.poll() is not None:
                # Somebody may have come to the port since we looked: then it is they who answer there.
                _refuse_taken_port(self._plan.port)
            if time.monotonic() > until or self._pages.poll() is not None:
                raise MachineRefused("网页没有启动，原因见上。", "the pages did not start: see above.")
            time.sleep(0.05)

    def _revive_the_dead(self) -> None:
        if self._cluster is not None and self._cluster.server.poll() is not None:
            self._count_death("数据库", "the database")
            self._cluster.restart()
        if self._pages.poll() is not None:
            self._count_death("网页", "the pages")
            processes.end_session(self._pages)
            self._pages = self._start_pages()
        if self._worker.poll() is not None:
            self._count_death("后台任务", "the worker")
            processes.end_session(self._worker)
            self._worker = self._start_part("worker")
        if self._sealer.poll() is not None:
            self._count_death("公开记录", "the sealer")
            processes.end_session(self._sealer)
            self._sealer = self._start_part("sealer")
        if self._streams.poll() is not None:
            self._count_death("实时刷新", "the streams")
            processes.end_session(self._streams)
            _refuse_taken_port(self._plan.port + 1)
            self._streams = self._start_part("streams", str(self._plan.port + 1))

    def _count_death(self, chinese: str, english: str) -> None:
        _say(f"{chinese}意外结束，正在重新启动…… / {english} ended unexpectedly: starting again …")
        now = time.monotonic()
        self._deaths = [*(death for death in self._deaths if now - death < _WITHIN_SECONDS), now]
        if len(self._deaths) > _DEATHS_ALLOWED:
            raise MachineRefused(
                f"{chinese}接连意外结束，已放弃。请看上面的原因。", f"{english} kept ending: given up, see above."
            )


def _own_cluster(folder: Path) -> Cluster | None:
    return None if os.environ.get("DATABASE_URL") else Cluster(instance.database_home(folder))


def _migrated_by(owner: psycopg.Connection[tuple[object, ...]]) -> object:
    told = owner.execute("select obj_description(to_regclass('public.django_migrations'), 'pg_class')").fetchone()
    return told and told[0]


@contextmanager
def _connection(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    try:
        connection = psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError as failure:
        raise MachineRefused(
            f"连不上 DATABASE_URL 指的数据库：{failure}", "the database that DATABASE_URL names does not answer."
        ) from failure
    with connection:
        yield connection


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        # As the server will: a port whose last connections are only lingering is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as failure:
            if failure.errno != errno.EADDRINUSE:
                reason = failure.strerror
                raise MachineRefused(
                    f"不能使用端口 {port}：{reason}。", f"port {port} is refused: {reason}."
                ) from failure
            raise MachineRefused(
                f"端口 {port} 已被别的程序占用，请用 --port 换一个。",
                f"another program has port {port}: choose one with --port.",
            ) from None


def _answers(port: int) -> bool:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        asking.request("GET", "/", headers={"Host": f"localhost:{port}"})
        asking.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()
    return True


def _say(words: str) -> None:
    print(words, flush=True)
