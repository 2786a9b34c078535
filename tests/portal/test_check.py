"""核验码: whoever scans it sees whether an affair was changed, and takes home a proof that holds without us."""

import hashlib
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from linli.cli import main
from linli.matters.models import Matter
from linli.messaging.models import Notice, Review
from linli.messaging.papers import notice_paper
from linli.portal.queries import search
from linli.record.logs import log_key
from linli.record.models import Log
from linli.record.sealing import seal_due
from linli.rules.notes import opened
from tests import cast
from tests.messaging.worlds import TEXT, World

pytestmark = pytest.mark.django_db
WORDS = "48级露天台阶，老人上下楼难。"


@pytest.fixture
def matter(settings: Settings, tmp_path: Path) -> Matter:
    """A matter for the residents' eyes, raised and sealed."""
    from linli.matters.services import raise_matter

    settings.WITNESS_FOLDER = tmp_path / "witness"
    community = cast.community()
    found = raise_matter(
        place=cast.compound(community),
        title="给聚鑫园加装一部电梯",
        words=WORDS,
        pack_id="cn.civil-code.278.special",
        convener=cast.organisation(community),
        decider="每个单元的业主",
        by=cast.secretary(community).by,
    )
    seal_due()
    return found


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> World:
    """A compound with an office that writes notices and reviews them."""
    settings.WITNESS_FOLDER = tmp_path / "witness"
    return World()


def page(matter: Matter, client: Client | None = None) -> str:
    answer = (client or Client()).get(f"/check/{matter.thread_id}")
    assert answer.status_code == 200
    return answer.content.decode()


def proof(matter: Matter, client: Client, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """What ``linli verify`` says of the proof that somebody downloads."""
    answer = client.get(f"/check/{matter.thread_id}/proof")
    assert answer.status_code == 200
    (folder / "proof.json").write_bytes(answer.content)
    assert main(["verify", str(folder / "proof.json")]) == 0
    said: dict[str, object] = json.loads(capsys.readouterr().out)
    return said


def test_anybody_sees_that_nothing_was_changed_and_not_what_it_is_about(matter: Matter) -> None:
    html = page(matter)
    assert "没有改过" in html
    assert matter.number in html
    assert matter.title not in html
    assert "提出这件事" in html
    assert matter.title in page(matter, cast.signed_in(cast.secretary(matter.community)))


@pytest.mark.parametrize("change", [{"title": "给聚鑫园加装两部电梯"}, {"words": WORDS + "。"}])
def test_what_was_changed_afterwards_is_seen(matter: Matter, change: dict[str, str]) -> None:
    Matter.objects.filter(id=matter.id).update(**change)
    html = page(matter)
    assert "对不上" in html
    assert "没有改过" not in html


def test_from_a_posted_notice_whoever_scans_sees_its_proof(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The code on the sheet leads to the proof of what hangs there, and to the notice for who may read it."""
    notice = world.posted()
    seal_due()
    paper = notice_paper(notice)
    here = urlsplit(paper.code).path
    known_by = hashlib.sha256(TEXT.encode()).hexdigest()[:16]
    assert here == f"/check/{notice.thread_id}"
    assert known_by in " ".join(paper.proof)
    neighbour = cast.signed_in(cast.neighbour(world.compound))
    shown = {
        who: client.get(here).content.decode() for who, client in (("anybody", Client()), ("neighbour", neighbour))
    }
    for html in shown.values():
        assert "没有改过" in html
        assert known_by in html
        assert "公示贴在一处门口（3次）" in html
        assert html.index("写好一份公示") < html.index("交给审核") < html.index("审过，公开")
        assert f"/notices/{notice.id}" in html
    assert search(notice.number, cast.neighbour(world.compound).by).notices == [notice], "by the number on the sheet"
    assert notice.title not in shown["anybody"]
    assert notice.title in shown["neighbour"]
    for client, opened_texts in ((Client(), 0), (neighbour, 1)):
        (tmp_path / "proof.json").write_bytes(client.get(f"{here}/proof").content)
        assert main(["verify", str(tmp_path / "proof.json")]) == 0
        assert json.loads(capsys.readouterr().out)["opened"] == opened_texts


@pytest.mark.parametrize("change", ["title", "text"])
def test_a_notice_that_was_changed_after_it_hung_is_seen(world: World, change: str) -> None:
    notice = world.posted()
    seal_due()
    if change == "title":
        Notice.objects.filter(id=notice.id).update(title="聚鑫园不装电梯公示")
    else:
        Review.objects.filter(id=notice.review_id).update(shown=TEXT.replace("一部", "两部"))
    assert "对不上" in Client().get(f"/check/{notice.thread_id}").content.decode()


def test_a_step_that_is_not_sealed_yet_says_so(matter: Matter) -> None:
    from linli.record.services import note

    by = cast.secretary(matter.community).by
    note("matter.put", by=by, subject_kind="matter", subject=matter.id, public={}, thread=matter.thread_id)
    assert "还没排进去" in page(matter)
    (promise,) = Client().get(f"/check/{matter.thread_id}/proof").json()["promises"]
    log = Log.objects.get(community=matter.community_id)
    assert opened(promise, log_key(log.origin)).startswith(f"linli.promise/1\n{log.origin}\n")
    seal_due()
    assert "还没排进去" not in page(matter)
    assert Client().get(f"/check/{matter.thread_id}/proof?epoch=1").json()["promises"] == []


def test_the_proof_opens_its_texts_only_for_who_may_read_them(
    matter: Matter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = proof(matter, Client(), tmp_path, capsys)
    assert (said["entries"], said["opened"]) == (1, 0)
    assert WORDS not in (tmp_path / "proof.json").read_text("utf-8")
    said = proof(matter, cast.signed_in(cast.secretary(matter.community)), tmp_path, capsys)
    assert said["opened"] == 2
    assert WORDS in (tmp_path / "proof.json").read_text("utf-8")
    outsider = cast.signed_in(cast.outsider())
    assert proof(matter, outsider, tmp_path, capsys)["opened"] == 0


def test_the_whole_log_is_for_anybody_and_holds(
    matter: Matter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log.objects.get(community=matter.community_id)
    answer = Client().get(f"/log/{log.id}")
    (tmp_path / "log").write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert main(["verify", str(tmp_path / "log")]) == 0
    assert json.loads(capsys.readouterr().out)["log"] == log.origin
    read = (tmp_path / "log").read_text("utf-8")
    assert matter.number in read
    assert not any(secret in read for secret in (matter.title, WORDS, "周文静", str(matter.id), str(matter.thread_id)))


@pytest.mark.parametrize("address", ["/check/{}", "/check/{}/proof", "/log/{}"])
def test_a_code_that_leads_nowhere_is_said(address: str) -> None:
    assert Client().get(address.format("00000000-0000-7000-8000-000000000000")).status_code == 404
