"""Changing the key of sealed values: nothing is lost, whatever stops it in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.models import ForeignKey, Model

from linli.cli import keys
from linli.community.models import Person
from linli.community.services import add_person, record_phone
from linli.machine import instance
from linli.machine.refusal import MachineRefused
from linli.record.acting import Acting
from linli.record.cipher import key_id
from linli.record.ids import new_id
from linli.record.sealed import open_sealed, put_sealed, sealed_columns
from tests import cast
from tests.at_once import held, on_its_own, wait_for

OLD, NEW = "00" * 32, "11" * 32


@pytest.fixture
def people(committed_db, monkeypatch) -> list[Person]:
    """Seven people with a phone each, and one without; the program already runs on this database."""
    monkeypatch.setattr(keys, "enter_instance", lambda: None)
    at = cast.community()
    by = Acting.system(at.id)
    found = [add_person(community=at, name=f"住户{n}", by=by) for n in range(8)]
    for n, person in enumerate(found[:7]):
        record_phone(person=person, phone=f"1380013800{n}", by=by)
    return found


def numbers() -> list[str]:
    return [open_sealed(p, "phone_sealed") for p in Person.objects.exclude(phone_sealed=None).order_by("name")]


def sealed_with(key: str) -> int:
    name = key_id(bytes.fromhex(key))
    return sum(bytes(p.phone_sealed or b"")[4:12] == name for p in Person.objects.all())


ALL = [f"1380013800{n}" for n in range(7)]


def test_everything_is_sealed_anew_and_the_old_key_is_needed_no_more(people, settings, capsys):
    settings.DATA_KEYS = [NEW, OLD]
    assert keys.main(["rotate"]) == 0
    assert "7" in capsys.readouterr().out
    settings.DATA_KEYS = [NEW]
    assert numbers() == ALL
    assert keys.main(["rotate"]) == 0
    assert "重新封好了0项" in capsys.readouterr().out


def test_killed_in_between_it_goes_on_where_it_was(people, settings, committed_db, monkeypatch):
    """The database ends its session while it waits in the second batch: the first is kept, and nothing is half done."""
    settings.DATA_KEYS = [NEW, OLD]
    monkeypatch.setattr(keys, "BATCH", 3)
    fifth = Person.objects.order_by("id")[4]
    with (
        ThreadPoolExecutor(1) as pool,
        held(committed_db, "select 1 from community_person where id = %s for update", fifth.id),
    ):
        running = pool.submit(on_its_own, lambda: keys.main(["rotate"]))
        wait_for(committed_db, 1)
        with psycopg.connect(committed_db, autocommit=True) as killer:
            killer.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock'"
            )
        assert isinstance(running.result(), OperationalError)
    assert (sealed_with(NEW), sealed_with(OLD)) == (3, 4)
    assert numbers() == ALL
    assert keys.main(["rotate"]) == 0
    assert (sealed_with(NEW), sealed_with(OLD)) == (7, 0)
    assert numbers() == ALL


def test_what_opens_with_no_key_is_said_and_stops_nothing(people, settings, capsys):
    lost = Person.objects.order_by("id")[1]
    settings.DATA_KEYS = ["22" * 32]
    record_phone(person=lost, phone="13900139000", by=Acting.system(lost.community_id))
    settings.DATA_KEYS = [NEW, OLD]
    before = bytes(Person.objects.get(id=lost.id).phone_sealed or b"")
    assert keys.main(["rotate"]) == 1
    assert "1" in capsys.readouterr().err
    assert bytes(Person.objects.get(id=lost.id).phone_sealed or b"") == before
    assert sealed_with(NEW) == 6


def test_every_sealed_column_of_every_table_is_sealed_anew(committed_db, cluster, settings, monkeypatch, capsys):
    """A row in each table that has such a column, found and not named: one that comes later is covered without a word
    here. What the database refuses to be changed is met as it stands, since its triggers are on again by then."""
    monkeypatch.setattr(keys, "enter_instance", lambda: None)
    settings.DATA_KEYS = [OLD]
    columns = sealed_columns()
    rows = {model: alone(model) for model, _ in columns}
    for model, column in columns:
        put_sealed(rows[model], column, f"{model._meta.label}.{column}")
    with cluster.connect(connection.settings_dict["NAME"]) as owner:
        for model, row in rows.items():
            table = model._meta.db_table
            for (name,) in owner.execute(TIES, [table]).fetchall():
                owner.execute(f'alter table {table} drop constraint "{name}"')
            owner.execute(f"alter table {table} disable trigger user")
            model._default_manager.bulk_create([row])
            owner.execute(f"alter table {table} enable trigger user")
    settings.DATA_KEYS = [NEW, OLD]
    assert keys.main(["rotate"]) == 0
    assert f"重新封好了{len(columns)}项" in capsys.readouterr().out
    settings.DATA_KEYS = [NEW]
    opened = {
        f"{model._meta.label}.{column}": open_sealed(model._default_manager.get(pk=rows[model].pk), column)
        for model, column in columns
    }
    assert opened == {name: name for name in opened}
    assert {"accounts.PhoneCode.phone_sealed", "messaging.Channel.settings", "record.Private.value"} <= set(opened)


TIES = "select conname from pg_constraint where conrelid = %s::regclass and contype in ('c', 'f')"


def alone(model: type[Model]) -> Model:
    """A row of nobody and nothing, each column that must hold something filled by its kind."""
    row = model()
    for field in model._meta.concrete_fields:
        kind = (field.target_field if isinstance(field, ForeignKey) else field).get_internal_type()
        if getattr(row, field.attname) is None and not field.null:
            setattr(row, field.attname, FILLED[kind])
    return row


FILLED = {
    "UUIDField": new_id(),
    "DateTimeField": datetime(2026, 1, 1, tzinfo=UTC),
    "DateField": date(2026, 1, 1),
    "BinaryField": b"x" * 32,
    "JSONField": [],
    **dict.fromkeys(("IntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "BigIntegerField"), 1),
}


def test_a_new_key_stands_before_the_old_one_and_only_where_nothing_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LINLI_DATA", str(tmp_path))
    monkeypatch.delenv("LINLI_DATA_KEYS")
    before = instance.key(tmp_path, "data")
    with instance.held(tmp_path, "http://localhost:1"):
        assert keys.main(["new"]) == 2
    assert instance.key(tmp_path, "data") == before
    assert keys.main(["new"]) == 0
    first, second = instance.key(tmp_path, "data").split(",")
    assert (second, len(bytes.fromhex(first))) == (before, 32)
    assert (tmp_path / "data.key").stat().st_mode & 0o077 == 0


def test_keys_of_the_environment_are_their_keepers(monkeypatch):
    monkeypatch.setenv("LINLI_DATA_KEYS", OLD)
    with pytest.raises(MachineRefused, match="LINLI_DATA_KEYS"):
        keys.new()
