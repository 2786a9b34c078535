"""One data folder, one holder: what the second start is told, also in the moments when the first says nothing yet."""

import fcntl
import json
import os
import threading
from pathlib import Path

import pytest

from linli.machine import instance
from linli.machine.refusal import MachineRefused


def _locked(folder: Path) -> int:
    lock = os.open(folder / "running.json", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def test_a_holder_that_has_not_yet_said_who_it_is_is_asked_again(tmp_path: Path) -> None:
    lock = _locked(tmp_path)
    said = json.dumps({"process": 4711, "address": "http://localhost:8123"}).encode()
    speaking = threading.Timer(0.2, os.pwrite, (lock, said, 0))
    speaking.start()
    with pytest.raises(MachineRefused, match=r"http://localhost:8123 \(PID 4711\)"), instance.held(tmp_path, "x"):
        pass
    speaking.join()
    os.close(lock)


def test_a_holder_that_is_letting_go_is_waited_for(tmp_path: Path) -> None:
    lock = _locked(tmp_path)
    leaving = threading.Timer(0.2, os.close, (lock,))
    leaving.start()
    with instance.held(tmp_path, "http://localhost:8124"):
        assert instance.address(tmp_path) == "http://localhost:8124"
    leaving.join()
    assert instance.address(tmp_path) == ""


def test_a_holder_that_never_says_who_it_is_is_refused_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "_SPEECHLESS_SECONDS", 0.1)
    lock = _locked(tmp_path)
    with pytest.raises(MachineRefused, match=r"PID \?"), instance.held(tmp_path, "x"):
        pass
    os.close(lock)
