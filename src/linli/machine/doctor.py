"""``linli doctor``: one page of plain words on how the instance is, each line with what to do; it changes nothing."""

import argparse
import json
import math
import os
import platform
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from linli.machine import instance, programs
from linli.machine.backup import LAST
from linli.machine.exchange import Exchange
from linli.machine.inside import enter_instance
from linli.machine.refusal import MachineRefused

State = Literal["ok", "look", "broken"]

WORDS: dict[State, str] = {"ok": "好", "look": "留意", "broken": "坏了"}
GIB = 1024**3
DAY = 24 * 3600

#: Below the first it is broken, below the second one looks: bytes free, days that a certificate has left.
FREE = (1 * GIB, 5 * GIB)
CERTIFICATE_DAYS = (3, 21)
#: Above it one looks: days since the last backup, seconds that a job is late, seconds between two clocks.
BACKUP_DAYS = 7
LATE_SECONDS = 600
CLOCK_SECONDS = 5


@dataclass(frozen=True)
class Part:
    """A part of the program with a connection called ``linli NAME``; what is lost without it; how long it is silent."""

    name: str
    chinese: str
    lost: str
    english: str
    lost_english: str
    seconds: float


PARTS = (
    # These two ask the database at least every second; the streams listen, and say nothing for as long as they like.
    Part("worker", "后台", "到期的事不会办", "the worker", "nothing that is due is done", 90),
    Part("sealer", "公开记录", "新写的不会进公开记录", "the sealer", "nothing new enters the public logs", 90),
    Part("streams", "实时刷新", "网页要过15秒才刷新", "the streams", "pages are up to 15 seconds late", math.inf),
)


@dataclass(frozen=True)
class Line:
    """What was looked at, how it is, and in words what it is and what to do, in Chinese and in English."""

    name: str
    state: State
    chinese: str
    english: str


def doctor(arguments: Sequence[str]) -> int:
    """``linli doctor [--json]``: return 0 when all is well, 1 when somebody should look, 2 when something is broken."""
    parser = argparse.ArgumentParser(prog="linli doctor", description="体检 / how the instance is")
    parser.add_argument("--json", action="store_true", help="一个 JSON 对象 / one JSON object")
    asked = parser.parse_args(arguments)
    lines = examined()
    worst = worst_of(lines)
    if asked.json:
        print(json.dumps({"state": worst, "lines": [asdict(line) for line in lines]}, ensure_ascii=False, indent=1))
    else:
        for line in lines:
            print(f"{WORDS[line.state]}\t{line.chinese} / {line.english}")
    return ("ok", "look", "broken").index(worst)


def worst_of(lines: Sequence[Line]) -> State:
    """How the instance is: as its worst line."""
    states = {line.state for line in lines}
    return "broken" if "broken" in states else "look" if "look" in states else "ok"


def examined() -> list[Line]:
    """Every line; what cannot be asked because of an earlier one is left out."""
    try:
        folder = instance.data_folder()
    except MachineRefused as refusal:
        return [python(), line("folder", "broken", *said(refusal))]
    lines = [python(), *folder_of(folder), *keys(folder), *space(folder), backup_age(folder), *restoring(folder)]
    try:
        enter_instance()
    except MachineRefused as refusal:
        lines.append(line("instance", "look", *said(refusal)))
    else:
        lines += [*fitting(), *database(folder)]
    return [*lines, *certificate(folder), *pictures()]


def line(name: str, state: State, chinese: str, english: str) -> Line:
    return Line(name, state, chinese, english)


def said(refusal: MachineRefused) -> tuple[str, str]:
    chinese, _, english = str(refusal).partition(" / ")
    return chinese, english


def python() -> Line:
    """By which Python this runs."""
    version = platform.python_version()
    return Line("python", "ok", f"Python {version}", f"Python {version}")


def folder_of(folder: Path) -> Iterator[Line]:
    """Whether others can open the data folder or its keys."""
    mine = [folder, *folder.glob("*.key"), *(path for path in (instance.files_folder(folder),) if path.exists())]
    open_too = [path.name or str(path) for path in mine if path.stat().st_mode & 0o077]
    if open_too:
        names = "、".join(open_too)
        yield line(
            "folder",
            "broken",
            f"别人也能打开：{names}。请运行 chmod -R go= {folder}",
            f"others can open these: {names}. Run chmod -R go= {folder}",
        )
    else:
        yield line("folder", "ok", f"数据文件夹 {folder} 只有本用户能打开", f"the data folder {folder} is ours alone")


def keys(folder: Path) -> Iterator[Line]:
    """Whether every key is there; one that was lost is made anew by the next start, and opens nothing old."""
    begun = (folder / "postgres").exists() or bool(os.environ.get("DATABASE_URL"))
    missing = [name for name in instance.KEYS if name not in instance.keys_of(folder)]
    if begun and missing:
        names = "、".join(missing)
        yield line(
            "keys",
            "broken",
            f"缺钥匙：{names}。请先从备份里找回，再启动 linli",
            f"keys are missing: {names}. Get them back from a backup before linli is started",
        )
    elif begun:
        yield line("keys", "ok", "钥匙都在", "every key is there")


def space(folder: Path) -> Iterator[Line]:
    """How much room is left where the database and the files grow."""
    places = {"data": folder, "files": instance.files_folder(folder)}
    seen = set()
    for place in places.values():
        there = next(path for path in (place, *place.parents) if path.exists())
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free = shutil.disk_usage(there).free
        state = least(free, FREE)
        advice = ("", "") if state == "ok" else ("，请腾出地方", ": make room")
        left = f"{free / GIB:.1f} GiB"
        yield line("space", state, f"{there} 还有 {left}{advice[0]}", f"{there} has {left} left{advice[1]}")


def least(found: float, limits: tuple[float, float]) -> State:
    """How something is of which there should be much."""
    return "broken" if found < limits[0] else "look" if found < limits[1] else "ok"


def backup_age(folder: Path) -> Line:
    """How long ago the last backup was."""
    advice = "请运行 linli backup", "run linli backup"
    try:
        made = datetime.fromisoformat(json.loads((folder / LAST).read_text("utf-8"))["at"])
    except (OSError, ValueError, KeyError):
        return line("backup", "look", f"还没有备份过，{advice[0]}", f"there is no backup yet: {advice[1]}")
    days = int((time.time() - made.timestamp()) // DAY)
    if days > BACKUP_DAYS:
        return line(
            "backup", "look", f"上次备份是{days}天前，{advice[0]}", f"the last backup is {days} days old: {advice[1]}"
        )
    return line("backup", "ok", f"上次备份是{days}天前", f"the last backup is {days} days old")


def restoring(folder: Path) -> Iterator[Line]:
    """Whether a restore was interrupted, or left something to be thrown away."""
    exchange = Exchange(folder, instance.files_folder(folder))
    if exchange.decision.exists():
        yield line(
            "restore",
            "look",
            "有一次恢复没有做完，启动 linli serve 会接着做完",
            "a restore was interrupted: linli serve finishes it",
        )
    elif list(folder.glob("replaced-*")):
        yield line(
            "restore",
            "look",
            "恢复前的旧数据还另存着；确认不要了，请运行 linli restore --tidy",
            "what a restore put aside is still kept: when it is not wanted, run linli restore --tidy",
        )


def fitting() -> Iterator[Line]:
    """What Django's own checks say: a files' key that is not the blobs' (files.E002), a setting that is wrong."""
    from django.core import checks

    found = [each for each in checks.run_checks() if each.level >= checks.WARNING]
    for each in found:
        state: State = "broken" if each.level >= checks.ERROR else "look"
        yield line("check", state, f"{each.id}：{each.msg}", f"{each.id}: {each.msg} {each.hint or ''}".strip())
    if not found:
        yield line("check", "ok", "程序自检没有问题", "the program's own checks find nothing")


def database(folder: Path) -> Iterator[Line]:
    """What the database says: its version and letters, migrations, keys, parts, public logs, jobs, clock."""
    from django.db import connection as django

    try:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            for ask in (version, letters, sealed, parts, witnessed, jobs, clocks):
                yield from ask(connection)
        yield from migrations()
    except psycopg.Error as failure:
        fault = type(failure).__name__
        yield line("database", "broken", f"数据库答不上来（{fault}）", f"the database does not answer ({fault})")
    finally:
        django.close()


Connection = psycopg.Connection[tuple[object, ...]]
Ask = Callable[[Connection], Iterator[Line]]


def version(connection: Connection) -> Iterator[Line]:
    """Which PostgreSQL this is."""
    told = connection.info.server_version // 10000
    if told < programs.OLDEST:
        yield line(
            "postgresql",
            "broken",
            f"PostgreSQL {told} 太旧，要 {programs.OLDEST} 以上",
            f"PostgreSQL {told} is too old: {programs.OLDEST} or later is needed",
        )
    else:
        yield line("postgresql", "ok", f"PostgreSQL {told}", f"PostgreSQL {told}")


def letters(connection: Connection) -> Iterator[Line]:
    """Whether the database sees letters in Chinese text."""
    encoding, locale = one(
        connection,
        "select pg_encoding_to_char(encoding), datctype from pg_database where datname = current_database()",
    )
    if encoding == "UTF8" and locale not in ("C", "POSIX"):
        yield line("letters", "ok", f"数据库认识汉字（{locale}）", f"the database sees Chinese letters ({locale})")
    else:
        yield line(
            "letters",
            "broken",
            f"数据库不认识汉字（{encoding}，{locale}），请用 UTF8、C.UTF-8 重新建库",
            f"the database does not see Chinese letters ({encoding}, {locale}): make it anew with UTF8 and C.UTF-8",
        )


def sealed(connection: Connection) -> Iterator[Line]:
    """Whether the data keys open what is sealed, judged by one value of each column that holds such."""
    from django.conf import settings

    from linli.record.cipher import FORM, KEY_ID, key_fault, key_id

    if fault := key_fault(settings.DATA_KEYS, settings.INDEX_KEY):
        yield line("data-keys", "broken", f"数据的钥匙不对：{fault}", fault)
        return
    known = {key_id(bytes.fromhex(key)) for key in settings.DATA_KEYS}
    columns = connection.execute(
        "select table_name::text, column_name::text from information_schema.columns "
        "where table_schema = 'public' and data_type = 'bytea' order by 1, 2"
    ).fetchall()
    for table, column in columns:
        found = connection.execute(
            sql.SQL("select substring({1} for {2}) from {0} where substring({1} for {3}) = {4} limit 1").format(
                sql.Identifier(str(table)), sql.Identifier(str(column)), len(FORM) + KEY_ID, len(FORM), FORM
            )
        ).fetchone()
        if found and bytes(found[0])[len(FORM) :] not in known:  # type: ignore[call-overload]
            yield line(
                "data-keys",
                "broken",
                f"{table}.{column} 是用另一把钥匙封的，请把原来的钥匙加到 LINLI_DATA_KEYS 后面",
                f"{table}.{column} was sealed with another key: add the former one to LINLI_DATA_KEYS",
            )
            return
    yield line("data-keys", "ok", "数据的钥匙打得开", "the data keys open what is sealed")


def parts(connection: Connection) -> Iterator[Line]:
    """Whether each part of the program is connected, and those that keep asking have asked lately."""
    for part in PARTS:
        for _ in range(3):
            (age,) = one(
                connection,
                "select extract(epoch from min(clock_timestamp() - state_change))::float8 from pg_stat_activity "
                f"where datname = current_database() and application_name = 'linli {part.name}'",
            )
            if isinstance(age, float) and age < part.seconds:
                yield line(part.name, "ok", f"{part.chinese}在运行", f"{part.english} runs")
                break
            # It may be opening a new connection just now.
            time.sleep(0.5)
        else:
            yield line(
                part.name,
                "broken",
                f"{part.chinese}没有在运行，{part.lost}。请重新启动 linli serve",
                f"{part.english} does not run, so {part.lost_english}: start linli serve again",
            )


def witnessed(connection: Connection) -> Iterator[Line]:
    """Whether the database still has what the witness of its public logs has seen signed."""
    from linli.record import witness
    from linli.record.models import Log
    from linli.record.queries import head_of
    from linli.rules.notes import Checkpoint

    unseen, lost = [], []
    for log in Log.objects.order_by("community", "-epoch").distinct("community"):
        # The witness first: the log may grow meanwhile, and a head beyond the witness's is no loss.
        seen = witness.seen(log.origin)
        kept = head_of(log)
        head = Checkpoint(log.origin, kept.size, bytes(kept.root)) if kept else None
        if seen is not None and seen.misses(head):
            lost.append(log.origin)
        elif seen is None and head is not None:
            unseen.append(log.origin)
    if lost:
        names = "、".join(lost)
        yield line(
            "witness",
            "look",
            f"公开记录比见证过的旧：{names}。若恢复过旧备份，会另起一册接着记；若没有，请查是谁动过数据库",
            f"older than what was witnessed: {names}. After a restore a new epoch begins; else ask who changed it",
        )
    if unseen:
        names = "、".join(unseen)
        yield line(
            "witness",
            "look",
            f"公开记录的见证不见了：{names}。请从备份里找回 witness 文件夹",
            f"the witness of the public log is gone: {names}. Get the folder witness back from a backup",
        )
    if not lost and not unseen:
        yield line("witness", "ok", "公开记录和见证相符", "the public logs are as they were witnessed")


def jobs(connection: Connection) -> Iterator[Line]:
    """What is late, and what was given up."""
    late, failed = one(
        connection,
        "select count(*) filter (where state in ('waiting', 'running') and due_at < clock_timestamp() "
        f"- interval '{LATE_SECONDS} seconds'), count(*) filter (where state = 'failed') from record_job",
    )
    if failed:
        kinds = connection.execute(
            "select kind || ' (' || last_error || ') × ' || count(*) from record_job where state = 'failed' "
            "group by kind, last_error order by count(*) desc limit 5"
        ).fetchall()
        names = "; ".join(str(kind) for (kind,) in kinds)
        yield line("jobs", "look", f"{failed}件后台的事没有办成：{names}", f"{failed} jobs were given up: {names}")
    if late:
        yield line("jobs", "look", f"{late}件后台的事晚了", f"{late} jobs are late")
    if not failed and not late:
        yield line("jobs", "ok", "后台的事都按时办了", "every job was done in time")


def clocks(connection: Connection) -> Iterator[Line]:
    """Whether the database's clock and this machine's agree."""
    before = time.time()
    (told,) = one(connection, "select extract(epoch from clock_timestamp())::float8")
    assert isinstance(told, float)
    # Half of the time that the question took belongs to its way.
    apart = abs(told - (before + time.time()) / 2)
    if apart > CLOCK_SECONDS:
        yield line(
            "clock",
            "broken",
            f"数据库的钟和这台机器差{apart:.0f}秒，请校时",
            f"the clocks of the database and of this machine are {apart:.0f} seconds apart: set them",
        )
    else:
        yield line("clock", "ok", "两边的钟一致", "the clocks agree")


def migrations() -> Iterator[Line]:
    """Whether the tables are those of this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        yield line(
            "migrations",
            "broken",
            f"还有{waiting}步数据库变更没有做，请重新启动 linli serve",
            f"{waiting} migrations are waiting: start linli serve again",
        )
    else:
        yield line("migrations", "ok", "数据库和程序是同一版", "the tables are this version's")


def certificate(folder: Path) -> Iterator[Line]:
    """How many days the certificate has left, where people come by https."""
    address = urlsplit(os.environ.get("LINLI_ADDRESS") or instance.address(folder))
    if address.scheme != "https":
        return
    host, port = address.hostname or "", address.port or 443
    try:
        with (
            socket.create_connection((host, port), timeout=10) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            ends = ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"]))
    except ssl.SSLCertVerificationError as failure:
        why = failure.verify_message
        yield line(
            "certificate", "broken", f"{host} 的证书不被信任：{why}", f"{host}'s certificate is not trusted: {why}"
        )
        return
    except OSError as failure:
        yield line(
            "certificate", "look", f"连不上 {host}:{port}：{failure}", f"{host}:{port} does not answer: {failure}"
        )
        return
    days = int((ends - time.time()) // DAY)
    state = least(days, CERTIFICATE_DAYS)
    until = datetime.fromtimestamp(ends, UTC).date().isoformat()
    advice = ("", "") if state == "ok" else ("，请换新证书", ": renew it")
    yield line(
        "certificate",
        state,
        f"{host} 的证书还有{days}天（到{until}）{advice[0]}",
        f"{host}'s certificate has {days} days left (until {until}){advice[1]}",
    )


def pictures() -> Iterator[Line]:
    """For information: what the browser tests would need. linli itself needs neither."""
    browser = next((name for name in ("chromium", "chromium-browser", "google-chrome") if shutil.which(name)), "")
    yield line(
        "browser", "ok", f"浏览器（只有测试用）：{browser or '没有'}", f"browser (for tests only): {browser or 'none'}"
    )
    fonts = ""
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True).stdout.splitlines()
        fonts = sorted(listed)[0] if listed else ""
    yield line("fonts", "ok", f"系统中文字体：{fonts or '没有'}", f"Chinese font of the system: {fonts or 'none'}")


def one(connection: Connection, question: str) -> tuple[object, ...]:
    row = connection.execute(question).fetchone()
    assert row is not None
    return row
