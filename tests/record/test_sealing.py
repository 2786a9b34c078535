"""The sealer: gapless whatever comes late or crashes, never twice, and stopped by its witness after a restore."""

import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.db.models.functions import Now

from linli.record import clock, sealing, witness
from linli.record.acting import Acting
from linli.record.ids import new_id
from linli.record.logs import entry_of, first_origin, log_key
from linli.record.models import Checkpoint, Event, Leaf, Log, Private, Subtree, Unsealed
from linli.record.sealing import gather_unsealed, seal_due, seal_log
from linli.record.services import erase_private, note
from linli.rules.entries import read_entry
from linli.rules.errors import Refused
from linli.rules.merkle import leaf_hash, root_of, whole_in
from linli.rules.notes import Checkpoint as Head
from linli.rules.notes import opened
from tests.at_once import at_once, held

HERE = new_id()
BY = Acting(community=HERE, role="secretary")


def write(name: str = "thing.done", **more: object) -> Event:
    values: dict[str, object] = {"by": BY, "subject_kind": "thing", "subject": new_id(), "public": {}} | more
    return note(name, **values)  # type: ignore[arg-type]


def whole_log(log: Log | None = None) -> Log:
    """The log, once everything about it has been found right by other means than the sealer's."""
    log = log or Log.objects.get(community=HERE)
    leaves = list(Leaf.objects.filter(log=log.id).order_by("index"))
    assert [leaf.index for leaf in leaves] == list(range(len(leaves)))
    assert all(leaf_hash(bytes(leaf.entry)) == bytes(leaf.hash) for leaf in leaves)
    whole = whole_in([bytes(leaf.hash) for leaf in leaves])
    for row in Checkpoint.objects.filter(log=log.id):
        said = Head.read(opened(row.note, log_key(log.origin)))
        assert said == Head(log.origin, row.size, root_of(row.size, whole))
    for tree in Subtree.objects.filter(log=log.id):
        assert bytes(tree.root) == whole(tree.level, tree.number)
    top = Checkpoint.objects.filter(log=log.id).order_by("-size").first()
    assert (top.size if top else 0) == len(leaves)
    return log


def everything_sealed() -> None:
    """Each event has one leaf, and nothing waits."""
    sealed = sorted(Leaf.objects.values_list("event", flat=True))
    assert sealed == sorted(Event.objects.values_list("id", flat=True))
    assert not Unsealed.objects.exists()


@pytest.mark.django_db
def test_events_are_sealed_in_order_and_signed() -> None:
    events = [write(public={"n": n}) for n in range(3)]
    assert seal_due() == 3
    assert seal_due() == 0
    log = whole_log()
    leaves = Leaf.objects.filter(log=log.id).order_by("index")
    assert [leaf.event for leaf in leaves] == [event.id for event in events]
    entries = [read_entry(bytes(leaf.entry)) for leaf in leaves]
    assert [entry.public for entry in entries] == [{"n": n, "by": "secretary"} for n in range(3)]
    assert {entry.log for entry in entries} == {log.origin}
    everything_sealed()


@pytest.mark.django_db
def test_nothing_that_is_an_id_of_ours_stands_in_a_log() -> None:
    person, thing = new_id(), new_id()
    event = write(by=Acting(community=HERE, person=person, role="clerk"), subject=thing)
    seal_due()
    raw = bytes(Leaf.objects.get(event=event.id).entry).decode()
    assert not any(str(each) in raw or each.hex in raw for each in (person, thing, event.id, HERE))
    again = write(subject=thing)
    seal_due()
    first, second = (read_entry(bytes(Leaf.objects.get(event=each.id).entry)) for each in (event, again))
    assert first.subject == second.subject, "what happened to one thing can be followed"
    assert first.event != second.event


@pytest.mark.django_db
def test_batches_add_up_to_the_same_tree_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    monkeypatch.setattr(Subtree, "STEP", 2)
    for _ in range(40):
        write()
    sizes = []
    while sealed := seal_due():
        sizes.append(sealed)
    assert sizes == [7] * 5 + [5]
    assert Subtree.objects.exists()
    whole_log()


@pytest.mark.django_db
def test_each_community_has_a_log_and_the_instance_one() -> None:
    write()
    write(by=Acting(community=new_id()))
    write(by=Acting.system(None))
    assert seal_due() == 3
    origins = set(Log.objects.values_list("origin", flat=True))
    assert len(origins) == 3
    for log in Log.objects.all():
        whole_log(log)


def test_a_quiet_event_tells_nothing_but_its_day(committed_db: str) -> None:
    loud, quiet = write(), write("seat.admitted", public=None)
    assert seal_due() == 1, "its day is not over"
    assert set(Unsealed.objects.values_list("event", flat=True)) == {quiet.id}
    due = Unsealed.objects.get().due_at.astimezone(clock.SHANGHAI)
    assert (due.hour, due.minute, due.second) == (0, 10, 0)
    assert timedelta(0) < due - clock.now() <= timedelta(days=1, minutes=10)
    Unsealed.objects.update(due_at=Now())
    assert seal_due() == 1
    raw = bytes(Leaf.objects.get(event=quiet.id).entry)
    entry = read_entry(raw)
    assert (entry.name, entry.public, set(entry.commitments)) == ("quiet", {}, {"what"})
    assert entry.subject == entry.event
    assert entry.at.astimezone(clock.SHANGHAI).time() == datetime.min.time()
    assert b"seat" not in raw
    assert read_entry(bytes(Leaf.objects.get(event=loud.id).entry)).name == "thing.done"
    whole_log()


@pytest.mark.django_db
def test_a_days_quiet_events_stand_in_an_order_that_tells_nothing() -> None:
    """By their hashes: of 40 written one after another, next to none keeps its place."""
    written = [write(public=None).id for _ in range(40)]
    Unsealed.objects.update(due_at=Now())
    seal_due()
    leaves = list(Leaf.objects.order_by("index"))
    assert [bytes(leaf.hash) for leaf in leaves] == sorted(bytes(leaf.hash) for leaf in leaves)
    assert sum(leaf.event == event for leaf, event in zip(leaves, written, strict=True)) < 10


@pytest.mark.django_db
def test_what_a_leaf_binds_to_is_kept_sealed_and_can_be_erased() -> None:
    event = write(commitments={"title": "给聚鑫园加装一部电梯"})
    seal_due()
    kept = Private.objects.get(event=event.id)
    assert "电梯".encode() not in bytes(kept.value)
    bound = read_entry(bytes(Leaf.objects.get(event=event.id).entry)).commitments
    value = "给聚鑫园加装一部电梯".encode()
    assert b64decode(bound["title"]) == sha256(b"\x02" + bytes(kept.salt) + b"title\x00" + value).digest()
    assert erase_private(event=event.id, fields=["title"], by=BY) == 1
    assert erase_private(event=event.id, fields=["title"], by=BY) == 0
    assert not Private.objects.exists()
    assert read_entry(bytes(Leaf.objects.get(event=event.id).entry)).commitments == bound
    assert Event.objects.get(name="private.erased").quiet
    whole_log()


@pytest.mark.django_db
@pytest.mark.parametrize("facts", [{"a": None}, {"a": 0.5}, {"a": 2**60}])
def test_what_cannot_stand_in_a_log_is_refused_when_it_is_written(facts: dict[str, object]) -> None:
    with pytest.raises(Refused):
        write(public=facts)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_entry_is_the_same_whenever_it_is_made() -> None:
    for public in ({"closes_at": "2023-07-01", "seats": {"一单元": 18}}, None):
        event = write(public=public, commitments={"words": "48级台阶"})
        assert entry_of(event, "a/1") == entry_of(Event.objects.get(id=event.id), "a/1")


@pytest.mark.django_db
def test_a_log_is_named_by_the_area_code_or_where_there_is_none_by_a_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = {HERE: "120103002001"}
    monkeypatch.setattr("linli.flows.AREA_CODE", lambda community: codes.get(community, ""))
    other = new_id()
    codes[other] = "120103002001"
    assert first_origin(HERE) == "localhost:8000/120103002001"
    write()
    seal_due()
    assert Log.objects.get().origin == "localhost:8000/120103002001"
    mark = sha256(other.bytes).hexdigest()[:12]
    assert first_origin(other) == f"localhost:8000/x{mark}", "the code is another's already"
    codes.clear()
    write()
    seal_due()
    assert Log.objects.get().origin == "localhost:8000/120103002001", "a log keeps its name"
    assert first_origin(None) == "localhost:8000"


def test_sixteen_writers_with_late_commits_and_two_sealers_leave_no_gap(committed_db: str) -> None:
    """Some transactions commit long after later ones were sealed: they are sealed then, and nothing twice."""
    done = threading.Event()

    def writer(number: int) -> None:
        for turn in range(6):
            with transaction.atomic():
                write(public={"n": number})
                if (number + turn) % 4 == 0:
                    with connection.cursor() as cursor:
                        cursor.execute("select pg_sleep(0.02)")
                write(public={"n": number})

    def sealer() -> None:
        while not done.is_set():
            seal_due()
        connections.close_all()

    sealers = [threading.Thread(target=sealer) for _ in range(2)]
    for each in sealers:
        each.start()
    results = at_once(*(lambda number=number: writer(number) for number in range(16)))
    done.set()
    for each in sealers:
        each.join()
    assert results == [None] * 16
    while seal_due():
        pass
    everything_sealed()
    assert Leaf.objects.count() == 16 * 6 * 2
    whole_log()


def test_what_commits_after_later_ids_were_sealed_is_sealed_then(committed_db: str) -> None:
    late = new_id()
    insert = (
        "insert into record_event (id, name, at, claimed, role, subject_kind, subject, community, request_id, public, "
        "internal, commitments, quiet) values (%s, 'late', now(), false, 'clerk', 'thing', %s, %s, '', '{}', '{}', "
        "'{}', false)"
    )
    with held(committed_db, insert, late, late, HERE):
        early = write()
        assert early.id > late
        assert seal_due() == 1
    assert seal_due() == 1
    assert list(Leaf.objects.order_by("index").values_list("event", flat=True)) == [early.id, late]
    whole_log()


def test_of_two_sealers_at_once_one_seals_and_the_other_leaves_it_to_it(committed_db: str) -> None:
    write()
    with transaction.atomic():
        assert seal_log(HERE) == 1
        assert at_once(seal_due) == [0]
    everything_sealed()
    whole_log()


class Crash(Exception):
    """The process ends here."""


@contextmanager
def crashing_at(step: int) -> Iterator[list[str]]:
    """Let the ``step``-th thing that the sealer does outside its own memory be its last, whether before it or after."""
    did: list[str] = []

    def tell(what: str) -> None:
        did.append(what)
        if len(did) == step:
            raise Crash

    def on_statement(execute, sql, params, many, context):
        tell("before " + sql[:30])
        found = execute(sql, params, many, context)
        tell("after " + sql[:30])
        return found

    def around(name: str):
        kept = getattr(witness, name)

        def call(*args, **more):
            tell("before " + name)
            kept(*args, **more)
            tell("after " + name)

        return call

    with (
        patch.object(witness, "announce", around("announce")),
        patch.object(witness, "confirm", around("confirm")),
        connection.execute_wrapper(on_statement),
    ):
        yield did


def test_a_crash_between_any_two_steps_loses_nothing_and_seals_nothing_twice(committed_db: str) -> None:
    """The batch is sealed whole or not at all, in the log that was there, and the next round goes on."""
    write()
    seal_due()
    step = 0
    while True:
        step += 1
        write(public={"step": step})
        write(public={"step": step})
        try:
            with crashing_at(step) as did:
                seal_due()
            break
        except Crash:
            connections.close_all()
        assert Leaf.objects.count() % 2 == 1, f"half a batch after {did[-1]}"
        assert seal_due() in (0, 2), f"after {did[-1]}"
        everything_sealed()
    assert step > 20
    assert Log.objects.count() == 1, "a crash is no restored backup"
    whole_log()


@pytest.mark.parametrize("lost", [1, 3])
def test_after_an_old_backup_a_new_epoch_begins_that_names_the_old_root(
    committed_db: str, cluster, witness_folder: Path, lost: int
) -> None:
    write()
    seal_due()
    name = connection.settings_dict["NAME"]
    backup = f"{name}_backup"
    connections.close_all()
    cluster.copy_database(name, backup)
    for _ in range(lost):
        write()
        seal_due()
    old = Checkpoint.objects.order_by("-size").first()
    assert old is not None
    try:
        connections.close_all()
        connection.settings_dict["NAME"] = backup
        after = write()
        assert seal_due() == 2
        first, second = Log.objects.order_by("epoch")
        assert (second.epoch, second.origin) == (2, f"{first.origin}/2")
        assert Leaf.objects.filter(log=first.id).count() == 1, "nothing is signed below what was signed"
        begun, then = Leaf.objects.filter(log=second.id).order_by("index")
        entry = read_entry(bytes(begun.entry))
        assert entry.name == "log.reopened"
        assert entry.public["before"] == {"log": first.origin, "size": 1 + lost, "root": bytes(old.root).hex()}
        assert entry.public["kept"] == 1
        assert then.event == after.id
        whole_log(first)
        whole_log(second)
        write()
        assert seal_due() == 1
        assert Log.objects.count() == 2, "the new epoch goes on"
        connections.close_all()
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = name
        cluster.drop_database(backup)


@pytest.mark.django_db
def test_another_history_of_the_same_length_is_a_restored_backup_too() -> None:
    write()
    seal_due()
    (log,) = Log.objects.all()
    witness.confirm(Head(log.origin, 1, bytes(32)))
    write()
    assert seal_due() == 2
    assert Log.objects.count() == 2


@pytest.mark.django_db
def test_a_witness_that_was_lost_stops_nobody() -> None:
    write()
    seal_due()
    (log,) = Log.objects.all()
    witness._file(log.origin).unlink()
    write()
    assert seal_due() == 1
    kept = witness.seen(log.origin)
    assert kept is not None
    assert (kept.highest.size, kept.before) == (2, None)


def test_a_log_whose_leaves_were_removed_or_added_is_signed_no_more(committed_db: str, cluster) -> None:
    write()
    write()
    seal_due()
    name = committed_db.split("/")[-1].split("?")[0]
    with cluster.connect(name) as owner:
        owner.execute("alter table record_leaf disable trigger all")
        owner.execute('delete from record_leaf where "index" = 1')
    write()
    assert seal_due() == 0
    assert Unsealed.objects.count() == 1


@pytest.mark.parametrize("table", ["record_event", "record_leaf", "record_checkpoint", "record_log", "record_subtree"])
def test_the_program_may_only_add_to_the_log(committed_db: str, table: str) -> None:
    write()
    seal_due()
    for statement in (f"update {table} set id = id", f"delete from {table}", f"truncate {table}"):
        with psycopg.connect(committed_db) as asking, pytest.raises(psycopg.errors.InsufficientPrivilege):
            asking.execute(statement)


@pytest.mark.django_db
def test_events_that_wait_nowhere_are_found() -> None:
    write()
    Unsealed.objects.all().delete()
    assert seal_due() == 0
    assert gather_unsealed() == 1
    assert gather_unsealed() == 0
    assert seal_due() == 1
    assert gather_unsealed() == 0


@pytest.mark.django_db
def test_one_log_that_cannot_be_sealed_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    write(by=Acting(community=new_id()))
    real = sealing.seal_log

    def seal_but_one(community: object) -> int:
        if community == HERE:
            raise OSError("no room on the disk")
        return real(community)  # type: ignore[arg-type]

    monkeypatch.setattr(sealing, "seal_log", seal_but_one)
    assert seal_due() == 1
