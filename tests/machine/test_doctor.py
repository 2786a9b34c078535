"""``linli doctor``: a well instance is called well, and each ailment has its line, its words and its exit code."""

import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from linli.machine import instance
from linli.machine.cluster import OWNER_ROLE, Cluster
from linli.machine.doctor import certificate, doctor
from linli.record import witness
from linli.record.acting import Acting
from linli.record.cipher import Cell, seal
from linli.record.ids import new_id
from linli.record.models import Job, Log
from linli.record.sealing import seal_due
from linli.record.services import note
from linli.rules.notes import Checkpoint

#: No disk of a test is called full, and what its browser is called is no matter.
OF_THE_MACHINE = {"space", "browser", "fonts", "python"}


@pytest.fixture
def folder(committed_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of an instance whose database is this test's."""
    for name, setting in instance.KEYS.items():
        monkeypatch.setenv(setting, os.environ.get(setting) or f"{name}")
    monkeypatch.setenv("DATABASE_URL", committed_db)
    monkeypatch.setenv("LINLI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LINLI_ADDRESS", "http://localhost:1")
    monkeypatch.setenv("PGAPPNAME", "linli doctor")
    made = instance.data_folder()
    (made / "static").mkdir()
    return made


@pytest.fixture
def parts(folder: Path, committed_db: str) -> Iterator[None]:
    """Connections that are called as those of the program's parts, and have just asked the database."""
    with ExitStack() as until_the_end:
        for name in ("worker", "sealer", "streams"):
            connection = psycopg.connect(committed_db, application_name=f"linli {name}", autocommit=True)
            until_the_end.enter_context(connection).execute("select")
        yield


def back_up(folder: Path, days: int) -> None:
    when = timezone.now() - timedelta(days=days, hours=1)
    instance.write_whole(folder / "last-backup.json", json.dumps({"at": when.isoformat(), "bytes": 1}))


def examined(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str], str]:
    """The exit code, each line's state, and all Chinese words."""
    capsys.readouterr()
    code = doctor(["--json"])
    told = json.loads(capsys.readouterr().out)
    lines = [each for each in told["lines"] if each["name"] not in OF_THE_MACHINE]
    return code, {each["name"]: each["state"] for each in lines}, "\n".join(each["chinese"] for each in lines)


@pytest.mark.usefixtures("parts")
def test_a_well_instance_is_called_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    back_up(folder, 1)
    code, states, words = examined(capsys)
    assert (code, set(states.values())) == (0, {"ok"}), words
    assert states.keys() == {
        *("folder", "keys", "backup", "check", "postgresql", "letters"),
        *("data-keys", "worker", "sealer", "streams", "witness", "jobs", "clock", "migrations"),
    }
    assert doctor([]) == 0
    page = capsys.readouterr().out.splitlines()
    assert all(line.startswith("好\t") and " / " in line for line in page)


@pytest.mark.usefixtures("parts")
def test_what_somebody_should_look_at(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    back_up(folder, 12)
    now = timezone.now()
    for minutes, state in ((-30, "waiting"), (-5, "waiting"), (60, "waiting"), (-90, "failed"), (-90, "done")):
        due = now + timedelta(minutes=minutes)
        Job.objects.create(kind="drive.pass_deadline", subject=new_id(), due_at=due, state=state, last_error="Boom")
    (folder / "replaced-1").mkdir()
    code, states, words = examined(capsys)
    assert code == 1
    assert {name for name, state in states.items() if state != "ok"} == {"backup", "jobs", "restore"}
    for said in (
        "上次备份是12天前",
        "1件后台的事没有办成：drive.pass_deadline (Boom) × 1",
        "1件后台的事晚了",
        "--tidy",
    ):
        assert said in words


@pytest.mark.usefixtures("parts")
def test_a_witness_that_is_gone_or_knows_more_is_said(folder: Path, capsys, settings) -> None:
    settings.WITNESS_FOLDER = folder / "witness"
    note("thing.done", by=Acting.system(new_id()), subject_kind="thing", subject=new_id(), public={})
    seal_due()
    (kept,) = settings.WITNESS_FOLDER.iterdir()
    assert examined(capsys)[1]["witness"] == "ok"

    kept.rename(folder / "aside")
    _, states, words = examined(capsys)
    assert states["witness"] == "look"
    assert "见证不见了" in words

    (folder / "aside").rename(kept)
    log = Log.objects.get()
    witness.confirm(Checkpoint(log.origin, 2, bytes(32)))
    _, states, words = examined(capsys)
    assert states["witness"] == "look"
    assert f"比见证过的旧：{log.origin}" in words


def test_what_is_broken(folder: Path, cluster: Cluster, committed_db: str, capsys, settings, monkeypatch) -> None:
    folder.chmod(0o755)
    monkeypatch.delenv("LINLI_DATA_KEYS")
    name = committed_db.split("/")[-1].split("?")[0].removeprefix("@")
    with psycopg.connect(cluster.url(OWNER_ROLE, name)) as owner:
        at = Cell("kept", "value", new_id())
        owner.execute("create table kept (value bytea)")
        owner.execute("grant select on kept to linli_app")
        owner.execute("insert into kept values (%s)", [seal("138", at)])
        owner.execute("delete from django_migrations where app = 'portal' or name = '0004_every_link'")
    settings.DATA_KEYS = ["11" * 32]
    settings.FILES_KEY = "22"
    code, states, words = examined(capsys)
    assert code == 2
    broken = {name for name, state in states.items() if state == "broken"}
    assert broken == {"folder", "keys", "check", "data-keys", "worker", "sealer", "streams", "migrations"}
    assert states["backup"] == "look"
    for said in (
        "chmod -R go=",
        "缺钥匙：data",
        "files.E001",
        "kept.value",
        "后台没有在运行",
        "公开记录没有在运行",
        "实时刷新没有在运行",
        "步数据库变更没有做",
    ):
        assert said in words


def test_without_an_instance_it_says_what_to_start(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("LINLI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LINLI_ADDRESS", "")
    monkeypatch.delenv("DATABASE_URL")
    code, states, words = examined(capsys)
    assert (code, states["instance"]) == (1, "look")
    assert "linli serve" in words


def test_beside_a_demo_it_says_so(tmp_path: Path, cluster: Cluster, monkeypatch, capsys) -> None:
    """In a folder where a demo alone was told there is a server, but no database of the instance's own."""
    monkeypatch.setenv("LINLI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LINLI_ADDRESS", "")
    monkeypatch.delenv("DATABASE_URL")
    (instance.data_folder() / "postgres").symlink_to(cluster.home)
    _, states, words = examined(capsys)
    assert states["instance"] == "look"
    assert "只有演示" in words


class Certified:
    """An authority of this test, and a server on localhost with a certificate of its."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])

    def certificate(self, days: int, *, authority: bool = False) -> Path:
        now = datetime.now(UTC)
        name = self.name if authority else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        key = self.key if authority else ec.generate_private_key(ec.SECP256R1())
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=days, hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]),
                critical=False,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = self.folder / f"{days}-{authority}.pem"
        pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
        secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
        path.write_bytes(secret + made.public_bytes(pem))
        return path


@pytest.mark.parametrize(
    ("days", "trusted", "state"), [(100, True, "ok"), (10, True, "look"), (1, True, "broken"), (100, False, "broken")]
)
def test_a_certificate_is_counted_in_days(tmp_path: Path, monkeypatch, days: int, trusted: bool, state: str) -> None:
    made = Certified(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate(3650, authority=True)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate(days))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            asking, _ = listening.accept()
            try:
                context.wrap_socket(asking, server_side=True).close()
            except OSError:
                asking.close()

        answering = threading.Thread(target=answer)
        answering.start()
        monkeypatch.setenv("LINLI_ADDRESS", f"https://localhost:{listening.getsockname()[1]}")
        (line,) = certificate(tmp_path)
        answering.join()
    assert (line.name, line.state) == ("certificate", state)
    assert (f"还有{days}天" in line.chinese) == trusted
