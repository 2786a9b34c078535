"""The data folder of one instance: who holds it, its keys, and where its database lives."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from linli.machine import programs
from linli.machine.environment import CLONE
from linli.machine.refusal import MachineRefused

_SPEECHLESS_SECONDS = 10.0

KEYS = {
    "secret": "LINLI_SECRET_KEY",
    "files": "LINLI_FILES_KEY",
    "data": "LINLI_DATA_KEYS",
    "index": "LINLI_INDEX_KEY",
    "log": "LINLI_LOG_KEY",
}
"""Every key of an instance: how its file is called, and the setting that stands above the file."""


def data_folder() -> Path:
    """The folder of everything that must be kept: ``LINLI_DATA``, else ``.data`` in the clone; made for us alone.

    Refused when it belongs to somebody else: what two users write, neither can keep.
    """
    folder = Path(os.environ.get("LINLI_DATA") or CLONE / ".data").absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as failure:
        raise MachineRefused(
            f"不能建立数据文件夹 {folder}。请用 LINLI_DATA 指定一个可写的文件夹。",
            f"the data folder {folder} cannot be made: name one that may be written with LINLI_DATA.",
        ) from failure
    if folder.stat().st_uid != os.geteuid():
        raise MachineRefused(
            f"数据文件夹 {folder} 属于另一个用户。请以该用户启动，或用 LINLI_DATA 另指一个文件夹。",
            f"the data folder {folder} belongs to another user: start as that user, or name another with LINLI_DATA.",
        )
    return folder


@contextmanager
def held(folder: Path, address: str) -> Iterator[None]:
    """Hold the data folder for this process and tell others ``address``; refuse if an instance runs already.

    The kernel lets go when the holder ends, however it ends, so there is no stale lock.
    """
    lock = os.open(folder / "running.json", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock)
        os.ftruncate(lock, 0)
        os.pwrite(lock, json.dumps({"process": os.getpid(), "address": address}).encode(), 0)
        yield
        os.ftruncate(lock, 0)
    finally:
        os.close(lock)


def address(folder: Path) -> str:
    """Where people reach the instance that runs in ``folder``, as it told; "" when none does."""
    with suppress(OSError, ValueError, KeyError):
        return str(json.loads((folder / "running.json").read_text("utf-8"))["address"])
    return ""


def _take(lock: int) -> None:
    """Take the lock, or refuse and name who has it.

    Its holder writes who it is just after taking it and wipes that just before letting go: when it is held and says
    nothing, one of the two is happening, so it is asked again.
    """
    until = time.monotonic() + _SPEECHLESS_SECONDS
    while True:
        with suppress(BlockingIOError):
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        told = _who_runs(lock)
        if told or time.monotonic() > until:
            told = told or "PID ?"
            raise MachineRefused(f"linli 已在运行：{told}。", f"linli is running already: {told}.")
        time.sleep(0.02)


def _who_runs(lock: int) -> str:
    try:
        running = json.loads(os.pread(lock, 4096, 0))
        return f"{running['address']} (PID {running['process']})"
    except ValueError:
        return ""


def key(folder: Path, name: str) -> str:
    """The key ``name``: 32 random bytes in hexadecimal, made at first use and kept in a file that only we can read."""
    kept = folder / f"{name}.key"
    if not kept.exists():
        write_whole(kept, secrets.token_hex(32))
    return kept.read_text(encoding="ascii").strip()


def files_folder(folder: Path) -> Path:
    """Where the uploads of the instance in ``folder`` lie, encrypted."""
    return Path(os.environ.get("LINLI_FILES") or folder / "files")


def keys_of(folder: Path) -> dict[str, str]:
    """The keys that the instance in ``folder`` uses, from the environment, else from their files; none is made here."""
    there = {name: os.environ.get(setting) or (folder / f"{name}.key").exists() for name, setting in KEYS.items()}
    return {name: os.environ.get(KEYS[name]) or key(folder, name) for name in KEYS if there[name]}


def write_whole(path: Path, words: str) -> None:
    """Write a small file that only we can read; whoever reads it finds the former words or these, never a part."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(words)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Let what was renamed in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def add_key(folder: Path, name: str) -> None:
    """Put a new key before those of ``name``: the first one seals, all of them open. Whole or not at all."""
    write_whole(folder / f"{name}.key", f"{secrets.token_hex(32)},{key(folder, name)}")


def database_home(folder: Path) -> Path:
    """Where the cluster of the instance in ``folder`` lives: in it, or, as root, under ``/var/lib/linli``.

    As root the database runs as a user who cannot enter a clone under root's home, so ``folder/postgres`` is then a
    link to a folder which that user can reach. A link that leads nowhere is refused: data are missing.
    """
    home = folder / "postgres"
    if os.geteuid() == 0 and not home.is_symlink() and not home.exists():
        home.symlink_to(programs.state_folder() / f"instance-{secrets.token_hex(6)}")
        (folder / "postgres").readlink().mkdir(mode=0o711)
    if home.is_symlink() and not home.exists():
        raise MachineRefused(
            f"数据库文件夹 {home.readlink()} 不见了。若确实不要旧数据，请删去链接 {home} 再启动。",
            f"the database folder {home.readlink()} is gone: if its data are not wanted, remove the link {home}.",
        )
    return home.resolve()
