"""``linli backup FILE``: one encrypted file with the database, the files, the keys and what else the data folder has.

It runs while the instance serves: the database is dumped from one snapshot, and blobs are on the disk before the rows
that name them, so that what was copied fits together. The form is in ``linli.machine.sealed`` and
``linli.machine.archive``.
"""

import argparse
import contextlib
import getpass
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from linli.machine import instance, programs
from linli.machine.archive import FORM, ArchiveWriter, Told, read_archive
from linli.machine.cluster import OWNER_ROLE, Cluster
from linli.machine.exchange import DATABASE, Exchange
from linli.machine.marks import marks_of
from linli.machine.refusal import MachineRefused
from linli.machine.sealed import SealedWriter, Secret

PASSPHRASE = "LINLI_BACKUP_PASSPHRASE"
LAST = "last-backup.json"
"""In the data folder: when the last backup was made, for ``linli doctor``."""

_NOT_SMALL = re.compile(r"\..*|.*\.key|postgres|files(\..*)?|re(storing|placed-.*)|(running|restore|last-backup)\.json")
"""Of the data folder: what has members of its own, what belongs to this machine alone, what is only half there."""

_LARGEST_SMALL_FILE = 16 * 1024 * 1024


def backup(arguments: Sequence[str]) -> int:
    """``linli backup FILE``: write a backup and read it again; return 0, or 2 and one line when it cannot be."""
    parser = argparse.ArgumentParser(prog="linli backup", description="一份加密备份 / one encrypted backup")
    parser.add_argument("file", type=Path, help="写到哪里 / where it is written")
    parser.add_argument("--key-file", type=Path, help="用钥匙文件代替口令 / a key file instead of a passphrase")
    parser.add_argument("--make-key", action="store_true", help="先做一把新钥匙 / make the key file first")
    asked = parser.parse_args(arguments)
    try:
        if asked.make_key:
            make_key(asked.key_file)
        secret = Secret.key_file(asked.key_file) if asked.key_file else Secret.passphrase(ask_passphrase(twice=True))
        made = write_backup(asked.file, secret)
    except MachineRefused as refusal:
        print(f"linli backup: {refusal}", file=sys.stderr)
        return 2
    print(f"{asked.file}  {made.told.size:,} B · {made.told.files} 份文件 / files · {made.told.rows} 行 / rows")
    for fault in made.faults:
        print(fault, file=sys.stderr)
    return 0


@dataclass(frozen=True)
class Made:
    """A backup that was written and read again; ``faults`` are sentences about what the instance itself lacks."""

    told: Told
    faults: tuple[str, ...]


def write_backup(target: Path, secret: Secret) -> Made:
    """Write a backup of the instance to ``target``, which appears only when all of it is there and was read again."""
    if target.exists():
        raise MachineRefused(f"{target} 已经有了，请换一个名称。", f"{target} is there already: choose another name.")
    folder = instance.data_folder()
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with database_of(folder) as url, _private(unfinished) as out:
            faults, at = _write(out, secret, folder, url)
        told = read_archive(unfinished, lambda _: secret, lambda name, content: drain(content))
        unfinished.rename(target)
    except OSError as failure:
        raise MachineRefused(f"备份写不下去：{failure}", f"the backup could not be written: {failure}") from failure
    finally:
        unfinished.unlink(missing_ok=True)
    instance.write_whole(folder / LAST, json.dumps({"at": at, "bytes": told.size}))
    return Made(told, faults)


def make_key(path: Path | None) -> None:
    """Make a key file that only we can read; refused where there is one."""
    if path is None:
        raise MachineRefused("请用 --key-file 写明钥匙放在哪里。", "say with --key-file where the key is to be.")
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    except FileExistsError:
        raise MachineRefused(f"{path} 已经有了，没有改它。", f"{path} is there already and was left alone.") from None


def ask_passphrase(*, twice: bool) -> str:
    """The passphrase: from the environment, else from whoever sits at the terminal (twice, for a new one)."""
    if given := os.environ.get(PASSPHRASE):
        return given
    try:
        words = getpass.getpass("备份口令 / passphrase of the backup: ")
        same = not twice or words == getpass.getpass("再输一次 / once more: ")
    except EOFError:
        raise MachineRefused(
            f"没有口令。请用 --key-file，或把口令放进 {PASSPHRASE}。",
            f"there is no passphrase: use --key-file, or set {PASSPHRASE}.",
        ) from None
    if not same:
        raise MachineRefused("两次口令不一样，没有备份。", "the two passphrases differ: nothing was done.")
    return words


@contextmanager
def database_of(folder: Path) -> Iterator[str]:
    """The address of the instance's database for its owner: as it serves now, else started for the time being."""
    if given := os.environ.get("DATABASE_URL"):
        yield os.environ.get("LINLI_OWNER_DATABASE_URL") or given
        return
    if not (folder / "postgres").exists():
        raise MachineRefused(
            f"{folder} 里还没有数据。请用 LINLI_DATA 写明数据文件夹。",
            f"there are no data in {folder} yet: name the data folder with LINLI_DATA.",
        )
    with ExitStack() as until_done:
        home = instance.database_home(folder)
        try:
            until_done.enter_context(instance.held(folder, "linli backup"))
        except MachineRefused:
            cluster = Cluster.running(home)
        else:
            cluster = Cluster(home)
            until_done.callback(cluster.stop)
            cluster.start()
            Exchange(folder, instance.files_folder(folder)).carry_out(cluster)
        yield cluster.url(OWNER_ROLE, DATABASE)


def program(name: str) -> Path:
    """One of PostgreSQL's programs for dumping and restoring, of the same folder as the server's."""
    found = programs.find_programs().folder / name
    if not found.exists():
        raise MachineRefused(
            f"没有找到 {name}。请安装 PostgreSQL 的客户端程序（Debian、Ubuntu：apt install postgresql-client），"
            "或用 LINLI_POSTGRES 指明。",
            f"{name} was not found: install PostgreSQL's client programs, or name them with LINLI_POSTGRES.",
        )
    return found


def connection_words(url: str) -> tuple[str, dict[str, str]]:
    """How a program is told of a database: an address without the password, which others would see, and a setting."""
    said = conninfo_to_dict(url)
    password = said.pop("password", None)
    words = {"PGPASSWORD": str(password)} if password else {}
    return make_conninfo("", **said), {**os.environ, "LC_ALL": "C.UTF-8", **words}


def _write(out: BinaryIO, secret: Secret, folder: Path, url: str) -> tuple[tuple[str, ...], str]:
    """Write the whole archive; return what the instance itself lacks, and when this was."""
    # Before the snapshot: a witness that is older than the log is none the wiser, a newer one would miss entries.
    small, faults = _small_files(folder)
    try:
        connection = psycopg.connect(url)
    except psycopg.OperationalError as failure:
        raise MachineRefused(
            "数据库没有应答，没有备份。请先启动 linli serve。", "the database does not answer: start linli serve."
        ) from failure
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        at, major, snapshot = _one(
            connection,
            "select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
            "current_setting('server_version_num')::int / 10000, pg_export_snapshot()",
        )
        archive = ArchiveWriter(SealedWriter(out, secret))
        about = {"form": FORM, "at": at, "linli": version("linli") if _installed() else "", "postgres": major}
        archive.put("about.json", json.dumps(about).encode())
        for name, words in instance.keys_of(folder).items():
            archive.put(f"keys/{name}", words.encode("ascii"))
        for name, content in small.items():
            archive.put(name, content)
        _put_dump(archive, url, str(snapshot))
        there = set(_put_blobs(archive, instance.files_folder(folder)))
        if missing := _named_blobs(connection) - there:
            faults.append(
                f"数据库里记着、文件夹里没有的文件：{len(missing)} 份，备份里也没有。 / "
                f"{len(missing)} files are named in the database and not in the folder, nor in the backup."
            )
        archive.close(marks_of(connection))
    return tuple(faults), str(at)


def _installed() -> bool:
    with contextlib.suppress(ModuleNotFoundError):
        return bool(version("linli"))
    return False


def _small_files(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """The small files of the data folder as members, and sentences about those that are too large to be such."""
    small, faults = {}, []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if _NOT_SMALL.fullmatch(inside.parts[0]) or path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size > _LARGEST_SMALL_FILE:
            faults.append(f"{path} 太大，没有放进备份。 / {path} is too large and was left out.")
        else:
            small[f"folder/{inside.as_posix()}"] = path.read_bytes()
    return small, faults


def _put_dump(archive: ArchiveWriter, url: str, snapshot: str) -> None:
    words, environment = connection_words(url)
    command: list[str | Path] = [
        program("pg_dump"),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--lock-wait-timeout=30000",
    ]
    with tempfile.TemporaryFile() as errors:
        dumping = subprocess.Popen(
            [*command, f"--snapshot={snapshot}", f"--dbname={words}"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            archive.put_dump(cast(BinaryIO, dumping.stdout))
        finally:
            assert dumping.stdout is not None
            dumping.stdout.close()
            failed = dumping.wait()
        if failed:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()[-600:]
            raise MachineRefused(f"pg_dump 没有完成：{said}", "pg_dump did not finish.")


def _put_blobs(archive: ArchiveWriter, blobs: Path) -> Iterator[str]:
    for path in sorted(blobs.glob("*/*")):
        # Another process may put blobs meanwhile: half-written ones are hidden, whole ones never change.
        if not path.name.startswith("."):
            with contextlib.suppress(FileNotFoundError):
                archive.put_file(f"files/{path.parent.name}/{path.name}", path)
                yield path.name


def _named_blobs(connection: psycopg.Connection[tuple[object, ...]]) -> set[str]:
    if _one(connection, "select to_regclass('public.files_file')") == (None,):
        return set()
    rows = connection.execute("select sha256 from files_file union select original_sha256 from files_file").fetchall()
    return {str(name) for (name,) in rows} - {""}


def _one(connection: psycopg.Connection[tuple[object, ...]], question: str) -> tuple[object, ...]:
    row = connection.execute(question).fetchone()
    assert row is not None
    return row


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def drain(content: Iterator[bytes]) -> None:
    """Read something up for nothing but its being read."""
    for _ in content:
        pass
