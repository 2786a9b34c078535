"""``linli restore FILE``: the instance as a backup has it, all or nothing.

1. The whole file is read: it must open, be unchanged, and be complete. Nothing was touched yet.
2. Everything is laid out beside what there is, and the marks of the backup (every table's rows) are asked of the new
   database: they must be the same.
3. The exchange is decided and carried out (``linli.machine.exchange``). What was there before is put aside and kept,
   until ``linli restore --tidy``.
"""

import argparse
import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from linli.machine import instance
from linli.machine.archive import Told, read_archive
from linli.machine.backup import ask_passphrase, connection_words, drain, program
from linli.machine.cluster import OWNER_ROLE, Cluster
from linli.machine.exchange import DATABASE, STAGED, Exchange, databases_of
from linli.machine.marks import marks_of
from linli.machine.refusal import MachineRefused
from linli.machine.sealed import Secret


def restore(arguments: Sequence[str]) -> int:
    """``linli restore FILE``: return 0 when every count is equal, or 2 and what stands in the way."""
    parser = argparse.ArgumentParser(prog="linli restore", description="从备份恢复 / restore a backup")
    parser.add_argument("file", type=Path, nargs="?", help="备份文件 / the backup")
    parser.add_argument("--key-file", type=Path, help="备份用的钥匙文件 / the key file of the backup")
    parser.add_argument("--replace", action="store_true", help="替换现有数据，旧的另存 / put what there is aside")
    parser.add_argument("--check", action="store_true", help="只查备份是否完好 / only check the backup")
    parser.add_argument("--tidy", action="store_true", help="删去恢复时另存的旧数据 / drop what was put aside")
    asked = parser.parse_args(arguments)
    if (asked.file is None) != asked.tidy:
        parser.error("FILE | --tidy")
    try:
        if asked.tidy:
            tidy()
            return 0
        secret = secret_of(asked.key_file)
        told = checked(asked.file, secret)
        print(f"{told.about['at']} · {told.size:,} B · {told.files} 份文件 / files · {told.rows} 行 / rows")
        if not asked.check:
            restore_from(asked.file, secret, told, replace=asked.replace)
            print("已恢复：每张表的行数和内容都相等。 / restored: rows and contents of every table are equal.")
    except MachineRefused as refusal:
        print(f"linli restore: {refusal}", file=sys.stderr)
        return 2
    return 0


def secret_of(key_file: Path | None) -> Callable[[bool], Secret]:
    """How a backup's secret is come by: the key file, else a passphrase, which is asked for once."""

    @functools.cache
    def ask(by_passphrase: bool) -> Secret:
        if key_file is not None:
            return Secret.key_file(key_file)
        if not by_passphrase:
            raise MachineRefused(
                "这份备份是用钥匙文件做的，请用 --key-file 写明。", "this backup needs its key file: --key-file."
            )
        return Secret.passphrase(ask_passphrase(twice=False))

    return ask


def checked(path: Path, secret: Callable[[bool], Secret]) -> Told:
    """What a backup says of itself after all of it was read. Refused where it does not open, or is not whole."""
    try:
        return read_archive(path, secret, lambda name, content: drain(content))
    except OSError as failure:
        raise MachineRefused(f"读不了 {path}：{failure.strerror}。", f"{path} cannot be read.") from failure


def restore_from(path: Path, secret: Callable[[bool], Secret], told: Told, *, replace: bool) -> None:
    """Put the instance of a checked backup in place.

    Refused: an instance that runs, one that has data (unless ``replace``), keys in the environment that are not the
    backup's, and a database in which a count or sum came out differently; what was there before is then still there.
    """
    _refuse_other_keys(told)
    with _ground() as (exchange, cluster):
        if not replace:
            _refuse_data(exchange, cluster)
        exchange.clear()
        url = _empty_database(cluster)
        read_archive(path, secret, _Laying(exchange, url).take)
        for name, words in told.keys.items():
            if not os.environ.get(instance.KEYS[name]):
                instance.write_whole(_inside(exchange.staged / "keys", f"{name}.key"), words)
        exchange.staged_blobs.mkdir(mode=0o700, exist_ok=True)
        with psycopg.connect(url) as connection:
            _refuse_other_marks(connection, told)
            (mark,) = connection.execute("select to_char(now(), 'YYYYMMDDHH24MISS')").fetchone() or ("",)
        exchange.decide(str(mark))
        exchange.carry_out(cluster)


def tidy() -> None:
    """Drop what earlier restores have put aside."""
    with _ground() as (exchange, cluster):
        exchange.tidy(cluster)


@contextmanager
def _ground() -> Iterator[tuple[Exchange, Cluster | None]]:
    """The instance's folder, held, and its own cluster, started; an exchange that was decided before is finished."""
    folder = instance.data_folder()
    with instance.held(folder, "linli restore"):
        exchange = Exchange(folder, instance.files_folder(folder))
        if os.environ.get("DATABASE_URL"):
            exchange.carry_out(None)
            yield exchange, None
            return
        cluster = Cluster(instance.database_home(folder))
        try:
            cluster.start()
            exchange.carry_out(cluster)
            yield exchange, cluster
        finally:
            cluster.stop()


def _refuse_other_keys(told: Told) -> None:
    for name, setting in instance.KEYS.items():
        given = os.environ.get(setting)
        if given and name in told.keys and given != told.keys[name]:
            raise MachineRefused(
                f"环境里的 {setting} 不是这份备份的钥匙。请去掉它，或换成备份时的那一把。",
                f"{setting} in the environment is not this backup's key: remove it, or give the former one.",
            )


def _refuse_data(exchange: Exchange, cluster: Cluster | None) -> None:
    there = cluster is not None and DATABASE in databases_of(cluster)
    if there or any(exchange.folder.glob("*.key")) or any(exchange.blobs.glob("*/*")):
        raise MachineRefused(
            f"{exchange.folder} 里已经有数据，没有动它。确实要替换，请加 --replace（旧的会另存）。",
            f"there are data in {exchange.folder}, which were left alone: --replace puts them aside.",
        )


def _empty_database(cluster: Cluster | None) -> str:
    """The address of the database to fill: a new one beside the old, or the one that was named, which must be empty."""
    if cluster is not None:
        cluster.drop_database(STAGED)
        cluster.ensure_database(STAGED)
        return cluster.url(OWNER_ROLE, STAGED)
    url = os.environ.get("LINLI_OWNER_DATABASE_URL") or os.environ["DATABASE_URL"]
    try:
        with psycopg.connect(url) as connection:
            filled = connection.execute(
                "select from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace limit 1"
            ).rowcount
    except psycopg.OperationalError as failure:
        raise MachineRefused("数据库没有应答。", "the database does not answer.") from failure
    if filled:
        raise MachineRefused(
            "DATABASE_URL 指的数据库不是空的，没有动它。请建一个空的数据库，让 DATABASE_URL 指过去。",
            "the database that DATABASE_URL names is not empty and was left alone: name a new, empty one.",
        )
    return url


def _refuse_other_marks(connection: psycopg.Connection[tuple[object, ...]], told: Told) -> None:
    now = marks_of(connection)
    wrong = [name for name, words in told.marks.items() if now.get(name) != words]
    if wrong:
        raise MachineRefused(
            f"恢复出来的和备份里的不相等：{'、'.join(wrong)}。原来的数据没有动。",
            f"what came out is not what was backed up ({', '.join(wrong)}); the former data were left alone.",
        )


class _Laying:
    """Lays the members of a backup out beside the instance that is there."""

    def __init__(self, exchange: Exchange, url: str) -> None:
        self._exchange, self._url = exchange, url

    def take(self, name: str, content: Iterator[bytes]) -> None:
        if name == "database":
            self._fill_database(content)
            return
        kind, _, inside = name.partition("/")
        root = self._exchange.staged_blobs if kind == "files" else self._exchange.staged / "folder"
        place = _inside(root, inside)
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in content:
                file.write(piece)

    def _fill_database(self, content: Iterator[bytes]) -> None:
        words, environment = connection_words(self._url)
        # Rights are given anew, and what the migrations' table says of them, by the next start.
        plain = ["--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--single-transaction"]
        command: list[str | Path] = [program("pg_restore"), *plain, f"--dbname={words}"]
        with (
            tempfile.TemporaryFile() as errors,
            # However this ends, its input is closed, and half of a dump is undone as one transaction.
            subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors
            ) as filling,
        ):
            assert filling.stdin is not None
            try:
                for piece in content:
                    filling.stdin.write(piece)
                filling.stdin.close()
            except BrokenPipeError:
                drain(content)
            if filling.wait():
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip()[-600:]
                raise MachineRefused(f"pg_restore 没有完成，原来的数据没有动：{said}", "pg_restore did not finish.")


def _inside(root: Path, name: str) -> Path:
    """The path of ``name`` in ``root``, its folders made for us alone."""
    place = root / name
    for folder in reversed((place.parent, *place.parent.parents)):
        if not folder.exists():
            folder.mkdir(mode=0o700)
    return place
