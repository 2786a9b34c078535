"""An instance of one page, started as a person would, whose parts the tests end by force."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from linli.machine import instance
from linli.machine.environment import SOURCE

Answer = TypeVar("Answer")

_SERVE = (
    "import sys; from linli.machine.serve import Plan, run;"
    "sys.exit(run(Plan(int(sys.argv[1]), 2, 'linli', story=sys.argv[2])))"
)


def eventually(holds: Callable[[], Answer | None]) -> Answer:
    """What ``holds`` returns, as soon as that is something; the limit only ends a test that would hang."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if answer := holds():
            return answer
        time.sleep(0.05)
    raise AssertionError("it never came to hold")


def lives(number: int) -> bool:
    """Whether a process has this number and has not ended (one that ended may wait to be collected)."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def all_gone(numbers: set[int]) -> bool:
    return not any(lives(number) for number in numbers)


@dataclass(frozen=True)
class Page:
    """What the page of ``one_page`` says of itself."""

    role: str
    server_process: int
    worker: int
    leader: int


class Instance:
    """One data folder and one port, with at most one supervisor that this test started."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self.said = data.parent / "said"
        self.supervisor: subprocess.Popen[bytes] | None = None

    def launch(self, *, port: int = 0, story: str = "") -> subprocess.Popen[bytes]:
        """Start a supervisor and do not wait for its pages."""
        environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DJANGO_SETTINGS_MODULE": "tests.machine.one_page",
            "LINLI_DATA": str(self.data),
            # The tests' folder is beside the source, or above it.
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), str(SOURCE)]),
        }
        with self.said.open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-P", "-c", _SERVE, str(port or self.port), story],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def start(self, *, story: str = "") -> Page:
        """Start a supervisor and return what its first page says."""
        said_before = len(self.words())
        self.supervisor = self.launch(story=story)
        return eventually(lambda: self._announced_page(said_before))

    def _announced_page(self, said_before: int) -> Page | None:
        assert self.supervisor is not None
        assert self.supervisor.poll() is None, self.words()
        return self.page() if f"http://localhost:{self.port}" in self.words()[said_before:] else None

    def page(self) -> Page | None:
        """What the page says now, or nothing when it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
                role, *numbers = answer.read().decode().split()
        except OSError:
            return None
        return Page(role, *map(int, numbers))

    def postmaster(self) -> int:
        """The process number of the database's server."""
        return int((self.data / "postgres" / "data" / "postmaster.pid").read_text().split("\n", 1)[0])

    def parts(self, page: Page) -> set[int]:
        """The process numbers of all that is known to run."""
        return {page.worker, page.leader, page.server_process, self.postmaster()}

    def part(self, name: str) -> int | None:
        """The process of a part of this instance, by its command line and its data folder."""
        ours = f"LINLI_DATA={self.data}\0".encode()
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if f"\0linli.machine.{name}\0".encode() in command.read_bytes():
                    number = int(command.parent.name)
                    if ours in (command.parent / "environ").read_bytes() and lives(number):
                        return number
        return None

    def streams(self) -> int | None:
        """The process of streams, once it answers."""
        return self.part("streams") if answers(self.port + 1) else None

    def words(self) -> str:
        """All that this instance's supervisors have said."""
        return self.said.read_text(encoding="utf-8") if self.said.exists() else ""

    def stop(self, asked: signal.Signals = signal.SIGINT) -> int:
        """Ask the supervisor to stop, as Ctrl-C does; return its exit code."""
        assert self.supervisor is not None
        self.supervisor.send_signal(asked)
        return self.supervisor.wait(60)

    def copy(self, made: Path) -> None:
        """Begin with the database that another instance left, instead of making and migrating one."""
        data = instance.database_home(self.data) / "data"
        data.parent.mkdir(mode=0o711, exist_ok=True)
        subprocess.run(["cp", "-a", made, data], check=True)

    def remove(self) -> None:
        """End the supervisor, if any, and remove the data, also those that root keeps elsewhere."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.stop()
            self.supervisor.kill()
            self.supervisor.wait()
        shutil.rmtree((self.data / "postgres").resolve(), ignore_errors=True)


@contextmanager
def streams_over(database: str, port: int) -> Iterator[None]:
    """The process of streams over a database, as soon as it answers at ``port``."""
    environment = {**os.environ, "DATABASE_URL": database}
    process = subprocess.Popen([sys.executable, "-P", "-m", "linli.machine.streams", str(port)], env=environment)
    try:
        eventually(lambda: answers(port))
        yield
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int) -> bool:
    """Whether somebody answers HTTP at ``port``, whatever they say."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/nowhere", timeout=10):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
