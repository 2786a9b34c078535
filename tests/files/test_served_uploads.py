"""The same limits over a real socket and the real server: does the answer arrive, and what does the machine keep?"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files.photos import BOUNDARY, MIB, form_of


class Served:
    """granian with the site of ``tests.files.drop``: one worker, a limit of 1 MiB, temporary files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        program = ["-m", "granian", "--interface", "wsgi", "--port", str(self.port), "--workers", "1"]
        self.process = subprocess.Popen(
            [sys.executable, *program, "--blocking-threads", "2", "tests.files.drop:application"],
            env={**os.environ, "TEST_UPLOAD_LIMIT": str(MIB), "TMPDIR": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.send(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    def send(self, *pieces: bytes) -> bytes:
        """Send everything, as a browser that does not listen meanwhile; then what was answered."""
        with self.connect() as line:
            for piece in pieces:
                line.sendall(piece)
            return answer_on(line)

    def most_memory(self) -> int:
        """The largest resident size that any of its processes ever had, in bytes (Linux)."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        found = [re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text()) for pid in pids]
        return max(int(match[1]) for match in found if match) * 1024

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def connect(self) -> socket.socket:
        for _ in range(200):
            assert self.process.poll() is None, "granian did not start"
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=60)
            except ConnectionRefusedError:
                time.sleep(0.1)
        raise AssertionError("granian does not answer")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("temporary"))
    yield served
    served.stop()


def answer_on(line: socket.socket) -> bytes:
    """One answer: its head, and as much of a body as the head promises."""
    answer = b""
    while piece := line.recv(65_536):
        answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if length and len(body) >= int(length[1]):
            break
    return answer


def head_of(length: int, *more: str) -> bytes:
    lines = ["POST /drop HTTP/1.1", "Host: localhost", f"Content-Length: {length}", *more]
    return "\r\n".join([*lines, f"Content-Type: multipart/form-data; boundary={BOUNDARY}", "", ""]).encode()


def test_what_is_within_the_limit_arrives(served: Served) -> None:
    body = form_of(300_000, 400_000)
    answer = served.send(head_of(len(body), "Connection: close") + body)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b'"field": "slips"') == 2


def test_two_gigabytes_are_refused_and_the_sender_reads_why(served: Served) -> None:
    """Every byte is sent before the first is listened for: a server that hung up early would break the line here."""
    before = served.most_memory()
    length = 2 * 1024 * MIB
    answer = served.send(head_of(length), *[bytes(MIB)] * (length // MIB))
    assert answer.startswith(b"HTTP/1.1 413")
    assert "一次最多交 1 MB 的文件".encode() in answer
    assert served.most_memory() - before < 32 * MIB
    assert not list(served.folder.iterdir())


def test_the_answer_does_not_wait_for_the_rest(served: Served) -> None:
    """A sender that listens has the whole page after the head alone."""
    with served.connect() as line:
        line.sendall(head_of(2 * 1024 * MIB))
        answer = answer_on(line)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"</html>" in answer


def test_one_that_asks_first_is_told_before_it_sends(served: Served) -> None:
    answer = served.send(head_of(2 * 1024 * MIB, "Expect: 100-continue"))
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_broken_line_leaves_nothing_and_the_next_is_served(served: Served) -> None:
    body = form_of(700_000)
    for _ in range(3):
        with served.connect() as line:
            line.sendall(head_of(len(body)) + body[:400_000])
    answer = served.send(head_of(len(body), "Connection: close") + body)
    assert answer.startswith(b"HTTP/1.1 200")
    assert not list(served.folder.iterdir())
