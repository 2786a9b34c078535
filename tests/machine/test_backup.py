"""A backup and its restore: everything comes back equal, and whatever goes wrong leaves what was there as it was."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.machine import exchange, instance
from linli.machine.backup import backup, make_key
from linli.machine.cluster import OWNER_ROLE, Cluster
from linli.machine.environment import SOURCE
from linli.machine.exchange import Exchange
from linli.machine.refusal import MachineRefused
from linli.machine.restore import checked, restore, secret_of

TABLES = """
create table word (id int primary key, said text not null, at timestamptz not null default now(), facts jsonb);
create index on word (said);
insert into word select n, '电梯' || n, '2023-06-12 09:00+08', jsonb_build_object('n', n) from generate_series(1, %s) n;
create table files_file (sha256 text, original_sha256 text);
create function refuse_change() returns trigger language plpgsql as $$ begin raise exception 'never'; end $$;
create trigger word_append_only before update or delete on word for each statement execute function refuse_change();
"""


class Site:
    """One instance's folder, with its database served by this test while it wants to."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._monkeypatch = folder, monkeypatch

    def here(self) -> None:
        """Let commands speak of this instance."""
        self._monkeypatch.setenv("LINLI_DATA", str(self.folder))

    def fill(self, words: int, blob: bytes = b"LLF1 sealed") -> None:
        """Make an instance of some rows, one blob, keys, and the witness of a log."""
        self.here()
        for name in instance.KEYS:
            instance.key(instance.data_folder(), name)
        (self.folder / "files" / "ab").mkdir(parents=True)
        (self.folder / "files" / "ab" / "abcd").write_bytes(blob)
        (self.folder / "log").mkdir()
        (self.folder / "log" / "witness").write_text(f"root of {words}")
        with self.served() as cluster:
            cluster.ensure_database("linli")
            with psycopg.connect(cluster.url(OWNER_ROLE, "linli")) as owner:
                owner.execute(TABLES.replace("%s", str(words)))
                owner.execute("insert into files_file values ('abcd', '')")

    @contextmanager
    def served(self) -> Iterator[Cluster]:
        """The instance's cluster, as ``linli serve`` has it: the folder held, a decided exchange finished."""
        with instance.held(instance.data_folder(), "http://localhost:1"):
            cluster = Cluster(instance.database_home(self.folder), durable=False)
            cluster.start()
            try:
                Exchange(self.folder, self.folder / "files").carry_out(cluster)
                yield cluster
            finally:
                cluster.stop()

    def told(self) -> dict[str, object]:
        """Everything that a restore may change."""
        self.here()
        with self.served() as cluster, psycopg.connect(cluster.url(OWNER_ROLE, "linli")) as owner:
            rows = owner.execute("select count(*), min(said), max(at)::text from word").fetchone()
            with pytest.raises(psycopg.errors.RaiseException, match="never"):
                owner.execute("delete from word")
        blobs = {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.glob("files/*/*")}
        keys = {path.name: path.read_text() for path in self.folder.glob("*.key")}
        return {"rows": rows, "blobs": blobs, "keys": keys, "witness": (self.folder / "log/witness").read_text()}


@pytest.fixture
def sites(reachable: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, Site]]:
    """Two folders for instances, neither begun."""
    for name in ("DATABASE_URL", "LINLI_OWNER_DATABASE_URL", "LINLI_FILES", "LINLI_POSTGRES", *instance.KEYS.values()):
        monkeypatch.delenv(name, raising=False)
    made = [Site(reachable / name, monkeypatch) for name in ("old", "new")]
    yield made[0], made[1]
    for site in made:
        shutil.rmtree((site.folder / "postgres").resolve(), ignore_errors=True)


@pytest.fixture
def key(tmp_path: Path) -> list[str]:
    """The options that name a new key file."""
    make_key(tmp_path / "key")
    return ["--key-file", str(tmp_path / "key")]


def said_by(capsys: pytest.CaptureFixture[str]) -> str:
    return "".join(capsys.readouterr())


def test_everything_comes_back_equal_from_a_backup_made_while_it_serves(sites, key, tmp_path, capsys) -> None:
    one, other = sites
    one.fill(300)
    made = tmp_path / "a.linli"
    with one.served():
        assert backup([str(made), *key]) == 0
    assert "301 行" in said_by(capsys)
    assert made.stat().st_mode & 0o777 == 0o600
    for hidden in (b"LLF1 sealed", b"\xe7\x94\xb5\xe6\xa2\xaf", b"witness", (one.folder / "data.key").read_bytes()):
        assert hidden not in made.read_bytes()

    other.here()
    assert restore([str(made), *key]) == 0
    assert "都相等" in said_by(capsys)
    assert other.told() == one.told()
    modes = {path.stat().st_mode & 0o777 for path in other.folder.rglob("*") if "postgres" not in path.parts}
    assert modes == {0o600, 0o700}
    assert not list(other.folder.glob("*.restoring")) + list(other.folder.glob("re*ing"))


def test_an_instance_that_has_data_is_left_alone_or_put_aside_whole(sites, key, tmp_path, capsys) -> None:
    one, other = sites
    one.fill(20)
    other.fill(5, blob=b"another")
    made = str(tmp_path / "a.linli")
    one.here()
    assert backup([made, *key]) == 0, "an instance at rest is backed up too"
    before = other.told()
    assert restore([made, *key]) == 2
    assert "已经有数据" in said_by(capsys)
    with other.served():
        assert restore([made, *key, "--replace"]) == 2
    assert "已在运行" in said_by(capsys)
    assert other.told() == before

    assert restore([made, *key, "--replace"]) == 0
    after = other.told()
    assert after["witness"] == "root of 5", "what a log has signed already is never set back"
    assert {**after, "witness": "root of 20"} == one.told()
    other.here()
    with other.served() as cluster:
        (kept,) = [name for name in exchange.databases_of(cluster) if name.startswith("linli_replaced_")]
        with psycopg.connect(cluster.url(OWNER_ROLE, kept)) as owner:
            assert owner.execute("select count(*) from word").fetchone() == (5,)
    assert [path.read_bytes() for path in other.folder.glob("files.replaced-*/ab/abcd")] == [b"another"]
    assert restore(["--tidy"]) == 0
    assert other.told() == after
    assert not list(other.folder.glob("*replaced*"))


def test_a_file_that_is_not_whole_or_not_ours_changes_nothing(sites, key, tmp_path, capsys, monkeypatch) -> None:
    one, _ = sites
    one.fill(20)
    whole = tmp_path / "a.linli"
    assert backup([str(whole), *key]) == 0
    before = one.told()
    content = whole.read_bytes()
    wrong = tmp_path / "wrong"
    for changed, words in (
        (content[:-1], "不一样"),
        (content[: len(content) // 2], "不一样"),
        (content[:-9] + b"?" + content[-8:], "不一样"),
        (b"", "不是 linli 的备份"),
    ):
        wrong.write_bytes(changed)
        said_by(capsys)
        assert restore([str(wrong), *key, "--replace"]) == 2
        assert words in said_by(capsys)
    make_key(tmp_path / "another")
    assert restore([str(whole), "--key-file", str(tmp_path / "another"), "--replace"]) == 2
    assert "对不上" in said_by(capsys)
    assert restore([str(tmp_path / "nowhere"), *key, "--replace"]) == 2
    monkeypatch.setenv("LINLI_FILES_KEY", "00" * 32)
    assert restore([str(whole), *key, "--replace"]) == 2
    assert "LINLI_FILES_KEY" in said_by(capsys)
    monkeypatch.delenv("LINLI_FILES_KEY")
    assert one.told() == before
    assert not list(one.folder.glob("restoring*"))
    assert backup([str(whole), *key]) == 2
    assert "已经有了" in said_by(capsys)
    assert whole.read_bytes() == content


KILLED = """
import os, signal, sys
from linli.machine import exchange, restore
{where} = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
restore.restore(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("where", "moved"),
    [("exchange.Exchange.decide", False), ("exchange._exchange", True)],
)
def test_killed_in_the_middle_one_instance_is_whole(sites, key, tmp_path, where: str, moved: bool) -> None:
    """Before the exchange is decided the old one is there; after it the next start finishes what was begun."""
    one, other = sites
    one.fill(20)
    other.fill(5, blob=b"another")
    made = str(tmp_path / "a.linli")
    one.here()
    assert backup([made, *key]) == 0
    before = other.told()
    killed = subprocess.run(
        [sys.executable, "-P", "-c", KILLED.format(where=where), made, *key, "--replace"],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert killed.returncode == -signal.SIGKILL
    wanted = {**one.told(), "witness": "root of 5"} if moved else before
    assert other.told() == wanted
    assert not (other.folder / "restore.json").exists()


@pytest.mark.parametrize("step", range(7))
def test_an_exchange_goes_on_after_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    folder = tmp_path / "data"
    blobs = folder / "files"
    for place, words in {"files/ab/x": "old", "a.key": "old", "b.key": "old", "log/witness": "old"}.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(words)
    asked = Exchange(folder, blobs)
    for path in (asked.staged_blobs / "ab" / "y", *(asked.staged / name for name in NEW)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("new")
    asked.decide("1")
    rename = Path.rename
    done: list[Path] = []

    def fails_once(path: Path, target: Path) -> Path:
        if len(done) == step:
            done.append(path)
            raise InterruptedError
        done.append(path)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails_once)
    with pytest.raises(InterruptedError):
        asked.carry_out(None)
    asked.carry_out(None)
    asked.carry_out(None)
    found = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert found == {
        **{"files/ab/y": "new", "a.key": "new", "b.key": "new", "log/witness": "old", "log/second": "new"},
        **{"files.replaced-1/ab/x": "old", "replaced-1/a.key": "old", "replaced-1/b.key": "old"},
    }


NEW = ("keys/a.key", "keys/b.key", "folder/log/witness", "folder/log/second")


@pytest.mark.usefixtures("committed_db")
def test_a_real_instance_of_another_s_database_comes_back(
    cluster: Cluster, committed_db: str, tmp_path, monkeypatch, capsys, settings
) -> None:
    from linli.files.queries import read
    from linli.files.services import store_document
    from linli.record.models import Event, Log
    from linli.record.queries import head_of
    from linli.record.sealing import seal_due
    from tests import cast

    monkeypatch.setenv("LINLI_DATA", str(tmp_path / "one"))
    monkeypatch.setenv("LINLI_BACKUP_PASSPHRASE", "四十八级台阶 forty-eight")
    settings.FILES_FOLDER, settings.WITNESS_FOLDER = tmp_path / "one" / "files", tmp_path / "one" / "witness"
    clerk = cast.clerk(cast.community())
    file = store_document(by=clerk.by, upload=SimpleUploadedFile("a.csv", "陈玉兰".encode()))
    lost = store_document(by=clerk.by, upload=SimpleUploadedFile("b.csv", b"lost"))
    (settings.FILES_FOLDER / lost.sha256[:2] / lost.sha256).unlink()
    seal_due()
    events, log = Event.objects.count(), Log.objects.get(community=clerk.by.community)
    head = head_of(log)
    assert head is not None

    (name,) = [part for part in committed_db.split("/") if part.startswith("linli_")][-1:]
    source = name.split("?")[0]
    monkeypatch.setenv("DATABASE_URL", committed_db)
    monkeypatch.setenv("LINLI_OWNER_DATABASE_URL", cluster.url(OWNER_ROLE, source))
    assert backup([str(tmp_path / "b.linli")]) == 0
    assert "1 份" in said_by(capsys), "a file that the instance has lost is said"
    told = checked(tmp_path / "b.linli", secret_of(None))
    assert told.marks[f"log {log.origin}"] == f"size {head.size}, root {head.root.hex()}", "as it was signed"
    assert told.keys["log"] == settings.LOG_KEY

    monkeypatch.setenv("LINLI_DATA", str(tmp_path / "two"))
    assert restore([str(tmp_path / "b.linli")]) == 2
    assert "不是空的" in said_by(capsys)
    target = f"{source}_back"
    with cluster.connect() as admin:
        admin.execute(f"create database {target} owner {OWNER_ROLE} template template0")
    try:
        monkeypatch.setenv("LINLI_OWNER_DATABASE_URL", cluster.url(OWNER_ROLE, target))
        assert restore([str(tmp_path / "b.linli")]) == 0
        with psycopg.connect(cluster.url(OWNER_ROLE, target)) as owner:
            assert owner.execute("select count(*) from record_event").fetchone() == (events,)
        settings.FILES_FOLDER = tmp_path / "two" / "files"
        assert read(file) == "陈玉兰".encode()
        of_one, of_two = (
            {path.name: path.read_text() for path in (tmp_path / name / "witness").iterdir()} for name in ("one", "two")
        )
        assert any(f"{log.origin}\\n{head.size}\\n" in kept for kept in of_one.values())
        assert of_two == of_one
        assert not list((tmp_path / "two").glob("*.key")), "keys that the environment keeps are not written down"
    finally:
        cluster.drop_database(target)


def test_what_the_terminal_does_not_say_is_refused(sites, tmp_path, capsys) -> None:
    one, _ = sites
    one.here()
    assert backup([str(tmp_path / "a"), "--make-key"]) == 2
    assert "--key-file" in said_by(capsys)
    make_key(tmp_path / "key")
    with pytest.raises(MachineRefused, match="已经有了"):
        make_key(tmp_path / "key")
    assert backup([str(tmp_path / "a"), "--key-file", str(tmp_path / "key")]) == 2
    assert "还没有数据" in said_by(capsys)
