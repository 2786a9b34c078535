"""Child processes that end with the one that started them, and that may run as another user."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class RunAs:
    """Whom a program runs as: numbers, because the user need not have a name. ``None`` means whoever we are."""

    uid: int
    gid: int


def end_with_parent(parent: int, last_signal: signal.Signals) -> None:
    """Let the kernel send ``last_signal`` to this process when the thread of ``parent`` that made it dies.

    Linux only; elsewhere the next start finds what was left behind. A parent that is gone already ends this process.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def start(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    run_as: RunAs | None = None,
    on_orphaned: signal.Signals = signal.SIGTERM,
    output: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a long-lived child in a session of its own, so that a Ctrl-C at the terminal reaches only its supervisor.

    It gets ``on_orphaned`` when its supervisor dies, even by kill -9. ``output`` is a file descriptor for both streams.
    """
    parent = os.getpid()
    errors = None if output is None else subprocess.STDOUT
    return subprocess.Popen(
        command,
        env=dict(environment),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        start_new_session=True,
        # The kernel forgets the wish when the user changes, so it is made after that, and ours is the only thread here.
        preexec_fn=_last_wish(parent, on_orphaned),
        umask=0o077,
        user=run_as.uid if run_as else None,
        group=run_as.gid if run_as else None,
        extra_groups=[] if run_as else None,
    )


def run(command: Sequence[str | Path], *, environment: Mapping[str, str], run_as: RunAs | None = None) -> str:
    """Run a short command and return what it printed; raise ``subprocess.CalledProcessError`` with it on failure."""
    return subprocess.run(
        command,
        env=dict(environment),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        check=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        umask=0o077,
        user=run_as.uid if run_as else None,
        group=run_as.gid if run_as else None,
        extra_groups=[] if run_as else None,
    ).stdout


def stop(child: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn and wait its seconds until the child ends; then end what is left of its session."""
    for sent, seconds in steps:
        if child.poll() is not None:
            break
        with suppress(ProcessLookupError):
            child.send_signal(sent)
        with suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
    end_session(child)


def end_session(child: subprocess.Popen[bytes]) -> None:
    """Kill whatever still runs of the session that ``child`` led: workers without a leader would hold its port."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _last_wish(parent: int, last_signal: signal.Signals) -> Callable[[], None]:
    return lambda: end_with_parent(parent, last_signal)
