"""Proofs and exports from the database, checked by the command that knows no database; and every change to them."""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from linli.cli import main
from linli.record import queries
from linli.record.ids import new_id
from linli.record.logs import log_key
from linli.record.models import Checkpoint, Event, Leaf, Log, Subtree, Thread
from linli.record.queries import events_of, log_lines, promises_of, proof_file, proofs_of, thread_for, ways_in_log
from linli.record.sealing import seal_due
from linli.record.services import erase_private, merge_threads, open_thread
from linli.rules.errors import Refused
from linli.rules.logbook import Wrong, verify_log
from linli.rules.merkle import leaf_hash
from linli.rules.notes import Checkpoint as Head
from linli.rules.notes import Key, opened, public_of, sign
from tests.record.test_sealing import BY, HERE, write
from tests.rules.test_merkle import path

pytestmark = pytest.mark.django_db
Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs ``linli verify`` on what is given as bytes, lines or an object; its exit code and its one object."""

    def run(given: object, *words: str) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "file"
        raw = b"".join(given) if isinstance(given, list) else json.dumps(given).encode()
        file.write_bytes(raw)
        code = main(["verify", str(file), *words])
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def log() -> Log:
    """A log of nine entries in two batches."""
    for n in range(4):
        write(public={"n": n})
    seal_due()
    for n in range(4, 9):
        write(public={"n": n}, commitments={"words": f"第{n}句"})
    seal_due()
    return Log.objects.get(community=HERE)


def test_a_log_is_verified_with_nothing_but_its_file(log: Log, ask: Ask, tmp_path: Path) -> None:
    code, answer = ask(list(log_lines(log)))
    head = Checkpoint.objects.get(size=9)
    assert (code, answer["verified"], answer["size"], answer["entries"]) == (0, True, 9, 9)
    assert answer["root"] == b64encode(bytes(head.root)).decode()
    assert answer["key"] == str(log_key(log.origin))
    bare = (
        "import sys; from linli.cli import main; code = main(['verify', sys.argv[1]]); "
        "assert not {'django', 'psycopg', 'numpy'} & set(sys.modules); sys.exit(code)"
    )
    ran = subprocess.run([sys.executable, "-c", bare, str(tmp_path / "file")], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_every_change_to_a_log_is_caught(log: Log, ask: Ask) -> None:
    lines = list(log_lines(log))
    assert len(lines) == 11

    def without(place: int) -> list[bytes]:
        return lines[:place] + lines[place + 1 :]

    def swapped(place: int) -> list[bytes]:
        return [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]

    for place in range(1, 10):
        changed = lines[place].replace(b'"n":', b'"n":1')
        assert changed != lines[place]
        assert ask([*lines[:place], changed, *lines[place + 1 :]])[1]["reason"] == "log.other-root"
        assert ask(without(place))[1]["reason"] == "log.other-root"
        assert ask([*lines[:place], lines[place], *lines[place:]])[1]["reason"] == "log.twice"
    for place in range(1, 9):
        assert ask(swapped(place))[1]["reason"] == "log.other-root"
    assert ask(lines[:-1])[1]["reason"] == "log.no-end"
    assert ask([*lines, lines[5].replace(b'"event":"', b'"event":"0')])[1]["reason"] == "log.no-end"
    spaced = lines[3].replace(b'":"', b'": "', 1)
    assert ask([*lines[:3], spaced, *lines[4:]])[1] == {
        "verified": False,
        "line": 4,
        "reason": "entry.not-canonical",
        "words": "这一条不是规定的写法，可能被改过。",
    }


def test_a_log_signed_by_another_is_not_this_log(log: Log, ask: Ask) -> None:
    """Whoever rewrites the whole log must sign it, and has not its key."""
    lines = list(log_lines(log))
    head = Checkpoint.objects.get(size=9)
    forged = sign(head.note.split("\n\n")[0] + "\n", name=log.origin, secret=b"2" * 32)
    theirs = Key(log.origin, public_of(b"2" * 32))
    whole = [
        lines[0].replace(str(log_key(log.origin)).encode(), str(theirs).encode()),
        *lines[1:-1],
        json.dumps({"checkpoint": forged}).encode(),
    ]
    assert ask(whole)[0] == 0, "nobody can tell who does not know the key"
    assert ask(whole, "--key", str(log_key(log.origin)))[1]["reason"] == "log.other-key"
    assert ask([lines[0], *whole[1:]])[1]["reason"] == "note.not-signed"


def test_a_head_that_somebody_kept_must_be_the_beginning(log: Log, ask: Ask, tmp_path: Path) -> None:
    lines = list(log_lines(log))
    for size in (4, 9):
        kept = tmp_path / f"kept-{size}"
        kept.write_text(Checkpoint.objects.get(size=size).note, "utf-8")
        assert ask(lines, "--since", str(kept))[0] == 0
    shorter = [*lines[:5], json.dumps({"checkpoint": Checkpoint.objects.get(size=4).note}).encode()]
    assert ask(shorter)[0] == 0
    assert ask(shorter, "--since", str(tmp_path / "kept-9"))[1]["reason"] == "log.shorter"
    other = sign(Head(log.origin, 4, bytes(32)).text, name=log.origin, secret=bytes(32))
    (tmp_path / "other").write_text(other, "utf-8")
    assert ask(lines, "--since", str(tmp_path / "other"))[1]["reason"] == "log.other-root"


def test_what_is_opened_must_be_what_was_bound(log: Log, ask: Ask) -> None:
    lines = list(log_lines(log))
    event = Event.objects.get(public={"n": 7})
    (opening,) = queries.openings(log.origin, [event.id])[event.id]
    assert opening["value"] == "第7句"
    assert ask([*lines, json.dumps({"opened": opening}).encode()])[1]["opened"] == 1
    for wrong in ({"value": "第8句"}, {"field": "title"}, {"salt": b64encode(bytes(32)).decode()}, {"event": "x"}):
        assert ask([*lines, json.dumps({"opened": opening | wrong}).encode()])[1]["reason"] == "log.other-value"


def test_a_proof_of_some_entries_is_verified_by_itself(log: Log, ask: Ask) -> None:
    events = list(Event.objects.filter(public__n__in=[0, 3, 8]))
    (proof,) = proofs_of(events)
    file = proof_file(proof, open_too=[event.id for event in events])
    code, answer = ask(file, "--key", str(log_key(log.origin)))
    assert (code, answer["entries"], answer["opened"], answer["size"]) == (0, 3, 1, 9)
    for place in range(3):
        for change, reason in (
            ({"index": (file["entries"][place]["index"] + 1) % 9}, "proof.not-in-log"),
            ({"entry": file["entries"][place]["entry"].replace('"n":', '"n":1')}, "proof.not-in-log"),
            ({"proof": file["entries"][place]["proof"][1:]}, "proof.not-in-log"),
        ):
            rows = [*file["entries"]]
            rows[place] = rows[place] | change
            assert ask(file | {"entries": rows})[1]["reason"] == reason
    assert (
        ask(file | {"checkpoint": file["checkpoint"].replace("\n9\n", "\n8\n")})[1]["reason"] == "note.false-signature"
    )


@pytest.mark.parametrize("size", [1, 5, 70])
def test_proofs_from_kept_subtrees_are_those_of_the_whole_tree(
    size: int, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Subtree, "STEP", 2)
    for _ in range(size):
        write()
    seal_due()
    (proof,) = proofs_of(list(Event.objects.all()))
    assert ask(proof_file(proof))[1]["entries"] == size


@pytest.mark.parametrize("first", [3, 16, 70])
def test_the_ways_of_any_leaves_are_read_in_two_queries_though_the_log_has_grown(
    first: int, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Held against the RFC written down anew, under a head that is not the last."""
    monkeypatch.setattr(Subtree, "STEP", 2)
    for _ in range(first):
        write()
    seal_due()
    for _ in range(9):
        write()
    seal_due()
    log = Log.objects.get()
    entries = [bytes(leaf.entry) for leaf in Leaf.objects.order_by("index")][:first]
    with django_assert_max_num_queries(2):
        ways = ways_in_log(log, range(first), first)
    assert ways == [path(index, entries) for index in range(first)]
    assert ways_in_log(log, [first // 2], first) == [ways[first // 2]]


@pytest.mark.parametrize(
    "given",
    [
        [],
        {},
        {"format": "linli.proof/1"},
        {"format": "linli.proof/2", "key": ""},
        {"format": "linli.log/1"},
        [b"\xff\xfe\n"],
        [b"[1]\n"],
        [b'{"format":"linli.log/1","key":"x"}\n'],
    ],
)
def test_what_is_no_log_and_no_proof_is_refused(given: object, ask: Ask) -> None:
    code, answer = ask(given)
    assert code == 2
    assert set(answer) == {"error", "words"}


def test_a_file_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path / "nothing"), "--lang", "en"]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == "input.no-file"


def test_a_fault_names_its_line(log: Log) -> None:
    lines = list(log_lines(log))
    with pytest.raises(Wrong) as wrong:
        verify_log([*lines[:6], b"{}\n", *lines[7:]])
    assert (wrong.value.line, wrong.value.code) == (7, "entry.not-canonical")


def test_a_promise_is_signed_and_kept() -> None:
    """The answer to a write says what will stand in the log, and it comes to stand there."""
    event = write()
    (promise,) = promises_of([event])
    log = Log.objects.get()
    form, origin, leaf, by, end = opened(promise.note, log_key(log.origin)).split("\n")
    assert (form, origin, end) == ("linli.promise/1", log.origin, "")
    assert by.endswith("Z")
    seal_due()
    assert promises_of([event]) == []
    (proof,) = proofs_of([event])
    entry = bytes(proof.leaves[0].entry)
    assert leaf_hash(entry) == b64decode(leaf) == promise.leaf_hash


def test_what_was_erased_is_not_opened_and_its_proof_holds(ask: Ask) -> None:
    event = write(commitments={"words": "不再公开"})
    seal_due()
    erase_private(event=event.id, fields=["words"], by=BY)
    (proof,) = proofs_of([event])
    code, answer = ask(proof_file(proof, open_too=[event.id]))
    assert (code, answer["opened"]) == (0, 0)


def test_a_thread_is_numbered_by_community_and_year_and_may_lead_to_another() -> None:
    first, second = (open_thread(community=HERE, called="广顺园") for _ in range(2))
    elsewhere = open_thread(community=new_id(), called="广顺园")
    assert [row.number.rpartition("-")[2] for row in (first, second, elsewhere)] == ["0001", "0002", "0001"]
    for row in (first, second):
        write(thread=row.id)
    write("seat.admitted", thread=first.id, public=None)
    assert merge_threads(thread=second.id, into=first.id, by=BY).id == first.id
    assert thread_for(second.id).id == first.id
    names = [event.name for event in events_of(first.id)]
    assert names == ["thing.done", "thing.done", "thread.merged"], "quiet things are nobody's to read here"
    for one, other in ((second, first), (first, second), (first, elsewhere), (first, first)):
        with pytest.raises(Refused):
            merge_threads(thread=one.id, into=other.id, by=BY)
    assert Thread.objects.filter(merged_into__isnull=False).count() == 1
