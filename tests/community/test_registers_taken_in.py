"""A register ordered, taken in by the worker, imported again, and taken back."""

import json
import threading
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from linli.community.adapters.registers import read_register
from linli.community.models import (
    Dwelling,
    Household,
    Ownership,
    Person,
    Place,
    RegisterDraft,
    RegisterImport,
    RegisterProgress,
    Residency,
)
from linli.community.queries import plan_intake
from linli.community.queries.intake import Batch, reading_in
from linli.community.services import (
    add_place,
    draw_decision_scopes,
    found_community,
    hand_in_register,
    order_register,
    readings,
    record_phone,
    registers,
    reveal,
    take_in_ordered,
    take_in_register,
    undo_register,
    written,
)
from linli.record.acting import Acting
from linli.record.models import Event, Job
from linli.record.services import run_due
from linli.rules.errors import Refused
from tests import cast
from tests.community.spreadsheets import csv_of

FAMILIES = ["门牌", "户主", "姓名", "业主", "面积"]
ONE_HOME = csv_of(["1-301", "甲", "甲", "", "80"], headings=FAMILIES)
TABLES = [Place, Dwelling, Person, Ownership, Household, Residency]


def reading_of(*lines: list[str], headings: list[str] = FAMILIES):
    return read_register(csv_of(*lines, headings=headings), "x.csv")


def standing() -> dict[str, list[tuple[object, ...]]]:
    """All that holds today, row by row, without the ids of what was made anew."""
    return {
        "doors": sorted(Dwelling.objects.values_list("place__name", "room", "area", "occupied", "floor"), key=str),
        "owners": sorted(Ownership.objects.filter(until=None).values_list("dwelling__room", "person__name", "share")),
        "homes": sorted(Household.objects.filter(until=None).values_list("dwelling__room", "head__name"), key=str),
        "people": sorted(Residency.objects.filter(until=None).values_list("household__dwelling__room", "person__name")),
        "places": sorted(Place.objects.values_list("name")),
        "roster": sorted(Person.objects.values_list("name")),
    }


def test_a_family_is_taken_in_with_all_its_members(compound, clerk):
    reading = reading_of(["1-301", "甲", "甲", "甲50%、乙50%", "80"], ["", "", "乙", "", ""], ["", "", "丙", "", ""])
    counts = take_in_register(place=compound, reading=reading, by=clerk).counts
    assert (counts["people_added"], counts["residents_added"], counts["households_added"]) == (3, 3, 1)
    assert standing()["people"] == [("301", "丙"), ("301", "乙"), ("301", "甲")]
    assert standing()["owners"] == [("301", "乙", "1/2"), ("301", "甲", "1/2")]
    # Owner and member of one home are one person.
    assert Person.objects.filter(name="乙").count() == 1


def test_import_again_shows_who_came_and_who_is_gone_and_ends_it_with_a_date(compound, clerk):
    take_in_register(
        place=compound, by=clerk,
        reading=reading_of(["1-301", "甲", "甲", "甲", "80"], ["", "", "乙", "", ""], ["1-302", "丁", "丁", "", ""]),
    )  # fmt: skip
    again = reading_of(["1-301", "甲", "甲", "戊", "80"], ["", "", "丙", "", ""], ["1-302", "丁", "丁", "", ""])
    intake = plan_intake(compound, again, viewer=clerk)
    assert [tuple(change) for change in intake.changes] == [
        ("一单元301", "owner", "甲", "戊"), ("一单元301", "member", "乙", "")
    ]  # fmt: skip
    changed = {name: count for name, count in intake.counts.items() if count}
    assert changed == {
        "people_added": 2, "ownerships_added": 1, "ownerships_ended": 1, "residents_added": 1, "residents_ended": 1,
        "unchanged": 1,
    }  # fmt: skip
    take_in_register(place=compound, reading=again, by=clerk)
    assert Residency.objects.get(person__name="乙").until is not None
    assert Ownership.objects.get(person__name="甲").until is not None
    assert standing()["people"] == [("301", "丙"), ("301", "甲"), ("302", "丁")]


def test_doors_that_a_register_leaves_out_stay_unless_it_is_whole(compound, clerk):
    take_in_register(
        place=compound, by=clerk, reading=reading_of(["1-301", "甲", "甲", "", ""], ["1-302", "丁", "丁", "丁", ""])
    )
    again = reading_of(["1-301", "甲", "甲", "", ""])
    intake = plan_intake(compound, again, viewer=clerk)
    assert (intake.absent, intake.absent_lived_in, intake.is_nothing) == (1, ["一单元302"], True)
    counts = take_in_register(place=compound, reading=again, by=clerk, whole=True).counts
    assert (counts["households_ended"], counts["residents_ended"], counts["ownerships_ended"]) == (1, 1, 1)
    assert Dwelling.objects.count() == 2
    assert standing()["homes"] == [("301", "甲")]


def test_one_phone_at_two_doors_is_one_owner_also_of_what_is_known(compound, clerk):
    heads = ["门牌", "业主", "电话"]
    take_in_register(place=compound, reading=reading_of(["1-301", "王芳", ""], headings=heads), by=clerk)
    both = reading_of(["1-301", "王芳", "13800001234"], ["1-302", "王芳", "13800001234.0"], headings=heads)
    take_in_register(place=compound, reading=both, by=clerk)
    assert Person.objects.filter(name="王芳").count() == 1
    assert standing()["owners"] == [("301", "王芳", ""), ("302", "王芳", "")]


def test_an_import_is_taken_back_to_the_last_row(compound, clerk):
    before = standing()
    first = take_in_register(
        place=compound, by=clerk,
        reading=reading_of(["1-301", "甲", "甲", "甲", "80"], ["", "", "乙", "", ""], ["1-302", "丁", "丁", "", ""]),
    )  # fmt: skip
    middle = standing()
    second = take_in_register(
        place=compound, by=clerk, whole=True,
        reading=reading_of(
            ["1-301", "甲", "甲", "甲50%、戊50%", "85"], ["", "", "丙", "", ""], ["2-301", "己", "己", "", ""]
        ),
    )  # fmt: skip
    assert standing() != middle
    with pytest.raises(Refused) as refused:
        undo_register(imported=first, by=clerk)
    assert refused.value.code == "register.later-import"
    for _ in range(2):
        undo_register(imported=second, by=clerk)
    assert standing() == middle
    undo_register(imported=first, by=clerk)
    assert standing() == before
    assert Event.objects.filter(name="register.undone").count() == 2


def test_what_others_build_on_is_not_taken_back(compound, clerk):
    taken = take_in_register(place=compound, reading=reading_of(["1-301", "甲", "甲", "甲", "80"]), by=clerk)
    after = standing()
    built = {
        "checked": lambda: Ownership.objects.update(verified=True),
        "changed": lambda: Household.objects.update(until="2030-01-01"),
        "a scope": lambda: draw_decision_scopes(place=compound, by_unit=True, homes_only=True, by=clerk),
    }
    for what, build in built.items():
        with transaction.atomic():
            build()
            with pytest.raises(Refused) as refused:
                undo_register(imported=taken, by=clerk)
            assert refused.value.code == "register.built-on", what
            transaction.set_rollback(True)
    assert standing() == after


def test_a_door_changed_since_is_not_put_back(compound, clerk):
    take_in_register(place=compound, reading=reading_of(["1-301", "", "", "", "80"]), by=clerk)
    second = take_in_register(place=compound, reading=reading_of(["1-301", "", "", "", "85"]), by=clerk)
    Dwelling.objects.update(area=9_999)
    with pytest.raises(Refused) as refused:
        undo_register(imported=second, by=clerk)
    assert refused.value.code == "register.built-on"
    assert Dwelling.objects.get().area == 9_999


def test_a_preview_from_before_another_import_is_not_written(compound, clerk):
    draft = cast.read_in(compound, csv_of(["1-301", "", "", "", "80"], headings=FAMILIES), clerk)
    take_in_register(place=compound, reading=reading_of(["1-302", "", "", "", "80"]), by=clerk)
    with pytest.raises(Refused) as refused:
        order_register(draft=draft, by=clerk)
    assert refused.value.code == "register.stale"


def settle() -> tuple[Place, Acting]:
    community = found_community(
        city="天津市", district="河西区", town="桃园街道", community="广顺园社区", by=Acting.system(None)
    )
    by = Acting.system(community.id)
    return add_place(parent=community, kind="compound", name="聚鑫园", by=by), by


def test_the_worker_takes_it_in_and_says_how_far_it_is(committed_db, monkeypatch):
    compound, by = settle()
    draft = cast.read_in(compound, ONE_HOME, by)
    order_register(draft=draft, by=by)
    order_register(draft=draft, by=by)
    assert Job.objects.filter(kind="register.take_in").count() == 1
    seen: list[tuple[int, int, int]] = []

    def watch(batch: Batch, community: UUID) -> None:
        written.write_batch(batch, community)
        other = threading.Thread(target=look)
        other.start()
        other.join()

    def look() -> None:
        try:
            progress = RegisterProgress.objects.get(draft=draft)
            seen.append((progress.done, progress.total, Dwelling.objects.count()))
        finally:
            connection.close()

    monkeypatch.setattr(registers, "write_batch", watch)
    run_due()
    # Before the end others see how far it is, and none of its rows.
    assert seen == [(0, 1, 0)]
    draft.refresh_from_db()
    assert (draft.state, Dwelling.objects.count(), RegisterImport.objects.count()) == ("taken", 1, 1)
    assert (draft.progress.done, draft.progress.total) == (1, 1)
    take_in_ordered(draft.id)
    assert RegisterImport.objects.count() == 1


def test_a_failure_in_the_middle_leaves_nothing_and_is_tried_again(committed_db, monkeypatch):
    compound, by = settle()
    draft = cast.read_in(compound, ONE_HOME, by)
    order_register(draft=draft, by=by)
    with monkeypatch.context() as patch:
        patch.setattr(written.Trace, "packed", lambda _: 1 / 0)
        run_due()
    assert (Dwelling.objects.count(), RegisterImport.objects.count()) == (0, 0)
    assert RegisterDraft.objects.get().state == "ordered"
    Job.objects.update(due_at="2020-01-01T00:00Z")
    run_due()
    assert Dwelling.objects.count() == 1


def test_a_reading_that_ends_in_the_middle_leaves_the_file_and_nothing_else_and_is_tried_again(
    committed_db, monkeypatch
):
    compound, by = settle()
    draft = hand_in_register(place=compound, files=[(ONE_HOME, "登记表.csv")], by=by)
    seen: list[tuple[int, int, str]] = []

    def look() -> None:
        try:
            progress = RegisterProgress.objects.select_related("draft").get(draft=draft)
            seen.append((progress.done, progress.total, progress.draft.state))
        finally:
            connection.close()

    def end_here(*_: object, **__: object) -> None:
        other = threading.Thread(target=look)
        other.start()
        other.join()
        raise SystemError

    with monkeypatch.context() as patch:
        patch.setattr(readings, "plan_intake", end_here)
        run_due()
    # Others saw how far it was, and still that it was being read.
    assert seen == [(0, 4, "reading")]
    draft.refresh_from_db()
    assert (draft.state, bytes(draft.reading), draft.files.count()) == ("reading", b"", 1)
    Job.objects.update(due_at="2020-01-01T00:00Z")
    run_due()
    draft.refresh_from_db()
    assert (draft.state, draft.files.count(), RegisterProgress.objects.count()) == ("read", 0, 0)
    assert [row.label for row in reading_in(draft).rows] == ["一单元301"]


PHONES = ["门牌", "业主", "电话"]


def test_phones_come_in_sealed_and_open_only_through_a_purpose(compound, clerk):
    lines = (
        ["1-301", "王芳", "138 0000 1234"],
        ["1-302", "李明、赵云", "13900001111、022-23456789"],
        ["1-303", "钱", ""],
    )
    counts = take_in_register(place=compound, reading=reading_of(*lines, headings=PHONES), by=clerk).counts
    assert counts["phones_added"] == 3
    wang = Person.objects.get(name="王芳")
    assert b"13800001234" not in bytes(wang.phone_sealed or b"") + bytes(wang.phone_index or b"")
    assert reveal(wang, field="phone", purpose="contact", by=clerk) == "13800001234"
    assert reveal(Person.objects.get(name="赵云"), field="phone", purpose="contact", by=clerk) == "02223456789"
    assert list(Person.objects.filter(phone_sealed=None).values_list("name", flat=True).exclude(name="示例甲")) == [
        "钱"
    ]
    traces = json.dumps([event.internal for event in Event.objects.all()], default=str)
    assert "13800001234" not in traces
    again = take_in_register(place=compound, reading=reading_of(*lines, headings=PHONES), by=clerk).counts
    assert {name for name, count in again.items() if count} == {"unchanged"}


def test_the_roster_knows_somebody_by_name_and_phone_in_a_later_register(compound, clerk):
    take_in_register(place=compound, reading=reading_of(["1-301", "王芳", "13800001234"], headings=PHONES), by=clerk)
    later = reading_of(
        ["1-302", "王芳", "+86 13800001234"],  # the same person's second home
        ["1-303", "王芳", "13900001111"],  # another of her name
        ["1-304", "王芳", ""],  # a name alone
        ["1-305", "李明", "13800001234"],  # who shares her phone
        headings=PHONES,
    )
    take_in_register(place=compound, reading=later, by=clerk)
    owners = dict(Ownership.objects.values_list("dwelling__room", "person"))
    assert owners["301"] == owners["302"]
    assert len({owners[room] for room in ("302", "303", "304", "305")}) == 4


def test_a_phone_that_is_there_is_not_written_over_and_the_preview_says_so(compound, clerk):
    take_in_register(place=compound, reading=reading_of(["1-301", "王芳", "13800001234"], headings=PHONES), by=clerk)
    other = reading_of(["1-301", "王芳", "13900001111"], headings=PHONES)
    intake = plan_intake(compound, other, viewer=clerk)
    assert [tuple(kept) for kept in intake.kept] == [("一单元301", "phone", "王芳", "139****1111")]
    take_in_register(place=compound, reading=other, by=clerk)
    assert reveal(Person.objects.get(name="王芳"), field="phone", purpose="contact", by=clerk) == "13800001234"


def test_undoing_takes_the_phones_back_unless_they_have_changed(compound, clerk):
    bare = ["1-301", "王芳", ""], ["1-302", "李明", ""]
    take_in_register(place=compound, reading=reading_of(*bare, headings=PHONES), by=clerk)
    full = ["1-301", "王芳", "13800001234"], ["1-302", "李明", "13900001111"], ["1-303", "新人", "13700002222"]
    taken = take_in_register(place=compound, reading=reading_of(*full, headings=PHONES), by=clerk)
    assert taken.counts["phones_added"] == 3
    li = Person.objects.get(name="李明")
    record_phone(person=li, phone="13600003333", by=clerk)
    with pytest.raises(Refused) as refused:
        undo_register(imported=taken, by=clerk)
    assert refused.value.code == "register.built-on"
    record_phone(person=li, phone="13900001111", by=clerk)
    undo_register(imported=taken, by=clerk)
    assert not Person.objects.exclude(phone_index=None).exists()
    assert not Person.objects.filter(name="新人").exists()


def test_phones_cost_the_same_few_statements_however_many_they_are(compound, clerk):
    def lines(n):
        return reading_of(*([f"1-{300 + at}", f"人{at}", f"138{at:08}"] for at in range(n)), headings=PHONES)

    with CaptureQueriesContext(connection) as few:
        plan_intake(compound, lines(2), viewer=clerk)
    with CaptureQueriesContext(connection) as many:
        plan_intake(compound, lines(90), viewer=clerk)
    assert len(few) == len(many)
