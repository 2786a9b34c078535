"""``linli serve`` as a person meets it: it starts, it stops, and nothing that is killed keeps it from serving again."""

import os
import signal
import socket

import pytest

from tests.machine.instances import Instance, Page, all_gone, eventually, lives

PARTS = ("worker", "sealer", "streams")


def _another_worker(instance: Instance, *before: int) -> Page:
    def answers() -> Page | None:
        page = instance.page()
        return page if page is not None and page.worker not in before else None

    return eventually(answers)


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM], ids=lambda asked: asked.name)
def test_a_stop_ends_every_part(instance: Instance, asked: signal.Signals) -> None:
    page = instance.start()
    assert page.role == "linli_app"
    parts = instance.parts(page)
    assert instance.stop(asked) == 0
    assert eventually(lambda: all_gone(parts))
    assert f"http://localhost:{instance.port}" in instance.words()
    assert "Traceback" not in instance.words()
    kept = {path.name: path.stat().st_mode & 0o777 for path in instance.data.glob("*.key")}
    assert kept == dict.fromkeys(("secret.key", "files.key", "data.key", "index.key", "log.key"), 0o600)
    assert instance.data.stat().st_mode & 0o777 == 0o700


def test_a_killed_server_comes_back(instance: Instance) -> None:
    instance.start()
    first = instance.postmaster()
    os.kill(first, signal.SIGKILL)

    def on_another_server() -> bool:
        page = instance.page()
        return page is not None and page.role == "linli_app" and instance.postmaster() != first

    assert eventually(on_another_server)
    assert instance.stop() == 0


def test_killed_pages_come_back(instance: Instance) -> None:
    page = instance.start()
    os.kill(page.worker, signal.SIGKILL)
    second = _another_worker(instance, page.worker)
    os.kill(second.leader, signal.SIGKILL)

    def under_another_leader() -> bool:
        third = instance.page()
        return third is not None and third.leader != second.leader

    assert eventually(under_another_leader)
    assert instance.stop() == 0


def test_killed_parts_come_back_and_the_pages_never_notice(instance: Instance) -> None:
    page = instance.start()
    first = {name: eventually(lambda name=name: instance.part(name)) for name in PARTS}  # type: ignore[misc]
    for number in first.values():
        os.kill(number, signal.SIGKILL)

    def come_back() -> dict[str, int] | None:
        found = {name: number for name in PARTS if (number := instance.part(name)) not in (None, first[name])}
        return found if found.keys() == first.keys() else None

    second = eventually(come_back)
    assert eventually(instance.streams) == second["streams"]
    assert lives(page.worker)
    assert instance.page() is not None
    assert instance.stop() == 0
    assert eventually(lambda: all_gone(set(second.values())))


def test_a_killed_supervisor_takes_its_parts_along_and_the_next_serves(instance: Instance) -> None:
    page = instance.start()
    parts = {*instance.parts(page), eventually(instance.streams)}
    assert instance.supervisor is not None
    instance.supervisor.kill()
    instance.supervisor.wait()
    assert eventually(lambda: all_gone(parts))
    next_page = instance.start()
    assert next_page.role == "linli_app"
    assert next_page.worker not in parts
    assert instance.stop() == 0


def test_everything_killed_at_once_and_started_at_once(instance: Instance) -> None:
    page = instance.start()
    assert instance.supervisor is not None
    for number in (instance.supervisor.pid, instance.postmaster(), page.leader):
        os.kill(number, signal.SIGKILL)
    instance.supervisor.wait()
    # The port is free when the last worker has noticed; a person would read one line and start again.
    eventually(lambda: _port_is_free(instance.port))
    assert instance.start().role == "linli_app"
    assert instance.stop() == 0


def _port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_of_two_starts_at_once_one_serves_and_the_other_says_so(instance: Instance) -> None:
    both = [instance.launch(), instance.launch()]
    refused = eventually(lambda: next((each for each in both if each.poll() is not None), None))
    (serving,) = [each for each in both if each is not refused]
    instance.supervisor = serving
    assert refused.returncode == 2
    assert eventually(instance.page).role == "linli_app"
    said = [line for line in instance.words().splitlines() if "已在运行" in line]
    assert len(said) == 1
    assert f"http://localhost:{instance.port} (PID {serving.pid})" in said[0]
    assert instance.stop() == 0


@pytest.mark.parametrize("beyond", [0, 1], ids=["of the pages", "of the streams"])
def test_a_port_that_another_program_has_is_said(new_instance: Instance, beyond: int) -> None:
    with socket.create_server(("127.0.0.1", new_instance.port + beyond)):
        assert new_instance.launch().wait(60) == 2
    assert f"端口 {new_instance.port + beyond} 已被别的程序占用" in new_instance.words()
    assert not (new_instance.data / "postgres").exists(), "nothing was made for an instance that cannot serve"


def test_a_port_that_another_program_takes_meanwhile_is_said(instance: Instance) -> None:
    instance.start()
    streams = eventually(instance.streams)
    assert instance.supervisor is not None
    instance.supervisor.send_signal(signal.SIGSTOP)
    os.kill(streams, signal.SIGKILL)
    assert eventually(lambda: all_gone({streams}))
    with socket.create_server(("127.0.0.1", instance.port + 1)):
        instance.supervisor.send_signal(signal.SIGCONT)
        assert instance.supervisor.wait(60) == 2
    assert f"端口 {instance.port + 1} 已被别的程序占用" in instance.words()


def test_a_story_is_told_once_and_anew_when_it_was_interrupted(instance: Instance) -> None:
    story = "tests.machine.story"
    interrupt = instance.data.with_name("interrupt")
    interrupt.touch()
    assert instance.launch(story=story).wait(60) == 2
    assert not interrupt.exists(), "it was begun"
    for start in (1, 2):
        instance.start(story=story)
        eventually(lambda start=start: instance.words().count("heard") == start)  # type: ignore[misc]
        assert instance.stop() == 0
    heard = [line.split(None, 1)[1] for line in instance.words().splitlines() if "赵秘书" in line]
    assert heard == ["heard 1 times", "heard 1 times"]
