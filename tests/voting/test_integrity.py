"""What holds even where the program errs: rows that only grow, rows of one community, checked rules and counts."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import ForeignKey, QuerySet
from django.test import Client

from linli.accounts import policy as accounts_policy
from linli.accounts.models import Account, Claim
from linli.community import policy as community_policy
from linli.community.models import Area, Dwelling, Place, Role, Within
from linli.community.policy import Action, can, require
from linli.community.services import begin_thread
from linli.machine.cluster import OWNER_ROLE, Cluster
from linli.matters import policy as matters_policy
from linli.matters.models import Matter
from linli.messaging import policy as messaging_policy
from linli.record import clock
from linli.record.acting import Acting
from linli.record.models import Event, Job, Row
from linli.rules.errors import Forbidden, Refused
from linli.rules.packs import Packs
from linli.voting import policy as voting_policy
from linli.voting.models import Drive, DriveWorker, Result, ScopeTotals, Seat, SharePlan, Stack, Voice
from linli.voting.queries import face_of, progress_of
from linli.voting.services import decide_drive, enter_slips, opening, pass_deadline, recount_nightly
from tests.houses import (
    LIFT,
    LONG_AGO,
    House,
    acting_as,
    after,
    build,
    open_at,
    person_of,
    seats_of,
    slips,
    somebody,
    stack_of,
)

SMALL = "2个单元，3–4层，每层2户"


def role_of(acting: Acting) -> QuerySet[Role]:
    """The role that somebody acts in."""
    assert acting.role_id is not None
    return Role.objects.filter(id=acting.role_id)


# ── rows that only grow ──────────────────────────────────────────────────────────────────────────────────────────────


def decided(house: House) -> Drive:
    drive = open_at(house)
    enter_slips(stack=stack_of(house, drive), slips=slips(seats_of(drive)), by=house.clerk)
    with clock.told_at(after(drive, hours=80)):
        pass_deadline(drive.id)
    return drive


def test_events_voices_and_results_only_grow_whoever_asks(committed_db: str, cluster: Cluster):
    decided(build(rule=SMALL))
    name = committed_db.split("/")[-1].split("?")[0]
    tables = [model._meta.db_table for model in apps.get_models() if issubclass(model, Row) and model.append_only]
    log = {"record_log", "record_leaf", "record_subtree", "record_checkpoint"}
    more = {"files_stampedpaper", "voting_voternaming", "voting_succession", "voting_putright"}
    assert set(tables) == {"record_event", *log, "voting_voice", "voting_result", *more}
    for address, refused in (
        (committed_db, psycopg.errors.InsufficientPrivilege),
        (cluster.url(OWNER_ROLE, name), psycopg.errors.IntegrityConstraintViolation),
    ):
        with psycopg.connect(address, autocommit=True) as asking:
            for table in tables:
                for statement in (
                    f"update {table} set id = id",
                    f"update {table} set id = id where false",
                    f"delete from {table}",
                    f"truncate {table} cascade",
                ):
                    with pytest.raises(refused):
                        asking.execute(statement)
    assert Voice.objects.count() == 8
    assert Result.objects.count() == 2
    assert Event.objects.exists()


# ── one community ────────────────────────────────────────────────────────────────────────────────────────────────────


def refuse_to_commit(write: Callable[[], object]) -> None:
    """The write would be refused at the latest when it is committed."""

    def commit() -> None:
        with transaction.atomic():
            assert write()
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        commit()


@pytest.mark.django_db
def test_no_row_names_one_of_another_community():
    """Two communities of equal doors and codes: each link that would cross is refused by the database itself."""
    house, other = build(rule=SMALL), build("惠岗社区", rule=SMALL)
    drive, foreign = open_at(house), open_at(other)
    stack, foreign_stack = stack_of(house, drive), stack_of(other, foreign)
    (voice,) = enter_slips(stack=stack, slips=slips(seats_of(drive)[:1]), by=house.clerk)
    (foreign_voice,) = enter_slips(stack=foreign_stack, slips=slips(seats_of(foreign)[:1]), by=other.clerk)
    seat, foreign_seat = seats_of(drive)[0], seats_of(foreign)[0]
    stranger = person_of(other.leader)
    changes: list[tuple[Any, object, dict[str, object]]] = [
        (Seat, seat.id, {"dwelling": foreign_seat.dwelling}),
        (Seat, seat.id, {"scope": foreign_seat.scope}),
        (Seat, seat.id, {"head": foreign_seat.head}),
        (Seat, seat.id, {"electorate": foreign.electorate}),
        (Seat, seat.id, {"voice": foreign_voice}),
        (Seat, seat.id, {"person": stranger}),
        (Drive, drive.id, {"place": other.building}),
        (ScopeTotals, drive.totals.all()[0].id, {"scope": foreign_seat.scope}),
        (ScopeTotals, drive.totals.all()[0].id, {"drive": foreign}),
        (Stack, stack.id, {"drive": foreign}),
        (Stack, stack.id, {"collector": stranger}),
        (Stack, stack.id, {"clerk": stranger}),
        (DriveWorker, drive.workers.all()[0].id, {"person": stranger}),
        (DriveWorker, drive.workers.all()[0].id, {"drive": foreign}),
        (Role, house.leader.role_id, {"place": other.building}),
        (Role, house.leader.role_id, {"person": stranger}),
    ]
    for model, id_, values in changes:
        refuse_to_commit(partial(model.objects.filter(id=id_).update, **values))
    account = Account.objects.create()
    news = [
        lambda: Voice.objects.create(community=house.community, drive=drive, seat=foreign_seat, choice="yes"),
        lambda: Voice.objects.create(community=house.community, drive=foreign, seat=seat, choice="yes"),
        lambda: Voice.objects.create(community=house.community, drive=drive, seat=seat, author=stranger, choice="no"),
        lambda: Voice.objects.create(community=house.community, drive=drive, seat=seat, stack=foreign_stack),
        lambda: Result.objects.create(
            community=house.community, drive=foreign, scope=seat.scope, verdict={}, totals={}
        ),
        lambda: SharePlan.objects.create(community=house.community, drive=foreign, cost=1, reason="x"),
        lambda: Claim.objects.create(community=house.community, account=account, person=stranger),
        lambda: Role.objects.create(
            community=house.community, person=person_of(house.leader), kind="clerk", title="x",
            place=Place.objects.get(kind="town"),
        ),
        lambda: Matter.objects.create(
            community=house.community, thread=begin_thread(house.community.id), place=other.building, title="x",
            words="x", pack=LIFT, convener=house.committee, decider="x",
        ),
        lambda: Matter.objects.create(
            community=house.community, thread=begin_thread(house.community.id), place=house.building, title="x",
            words="x", pack=LIFT, convener=house.committee, decider="x", drive=foreign,
        ),
    ]  # fmt: skip
    for make in news:
        refuse_to_commit(make)
    connection.check_constraints()
    assert voice.community_id == house.community.id


@pytest.mark.django_db
def test_every_link_between_rows_of_communities_is_held_by_the_database():
    """Not by a list that somebody must think of: whatever a row of a community names, a new table's too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, attname from pg_constraint join pg_class on pg_class.oid = conrelid "
            "join pg_attribute on attrelid = conrelid and attnum = conkey[2] "
            "where contype = 'f' and cardinality(conkey) = 2"
        )
        held = set(cursor.fetchall())
    links = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if issubclass(model, Within)
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and issubclass(field.related_model, Within | Place)
    }
    assert {link for link in links - held if link[1] != "community_id"} == set()


# ── the rule and the count ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_kept_rule_that_somebody_has_touched_counts_nothing_and_says_so():
    house = build(rule=SMALL)
    drive = open_at(house)
    drive.pack_file = bytes(drive.pack_file).replace(b"2/3", b"1/3")
    drive.save()
    with clock.told_at(after(drive, hours=1)):
        for call in (
            lambda: decide_drive(drive=drive, by=house.secretary),
            lambda: progress_of(drive, house.secretary),
        ):
            with pytest.raises(Refused) as refused:
                call()
            assert refused.value.code == "drive.pack-changed"
            assert LIFT in str(refused.value)
    assert not Result.objects.exists()
    drive.refresh_from_db()
    assert (drive.state, drive.decided_at) == ("open", None)


@pytest.mark.django_db
def test_a_drive_is_counted_by_the_rule_it_was_opened_under_whatever_the_program_brings_later(
    monkeypatch: pytest.MonkeyPatch,
):
    house = build(rule=SMALL)
    drive = open_at(house)
    enter_slips(stack=stack_of(house, drive), slips=slips(seats_of(drive)), by=house.clerk)
    monkeypatch.setattr(opening, "shelf", lambda: Packs(()))
    with clock.told_at(after(drive, hours=1)):
        decide_drive(drive=drive, by=house.secretary)
    assert {result.state for result in Result.objects.filter(drive=drive)} == {"passed"}
    assert progress_of(drive, house.secretary).pack.file == bytes(drive.pack_file)


@pytest.mark.django_db
def test_totals_that_somebody_has_touched_decide_nothing():
    house = build(rule=SMALL)
    drive = open_at(house)
    enter_slips(stack=stack_of(house, drive), slips=slips(seats_of(drive)[:5]), by=house.clerk)
    row = drive.totals.order_by("-id")[0]
    row.totals["heads"]["yes"] += 1
    row.totals["heads"]["silent"] -= 1
    row.save()
    events = Event.objects.count()
    with clock.told_at(after(drive, hours=80)):
        for call in (lambda: decide_drive(drive=drive, by=house.secretary), lambda: pass_deadline(drive.id)):
            with pytest.raises(Refused) as refused, transaction.atomic():
                call()
            assert refused.value.code == "count.differs"
    drive.refresh_from_db()
    assert (drive.state, Result.objects.count(), Event.objects.count()) == ("open", 0, events)


@pytest.mark.django_db
def test_totals_that_somebody_has_touched_are_told_the_next_morning_and_every_night_after(caplog):
    """In the record and on the affair's own page, without saying where; a count that agrees says nothing."""
    house = build(rule=SMALL)
    drive, thread = open_at(house), begin_thread(house.community.id)
    Drive.objects.filter(id=drive.id).update(thread=thread.id)
    enter_slips(stack=stack_of(house, drive), slips=slips(seats_of(drive)[:5]), by=house.clerk)
    recount_nightly(drive.id)
    assert not Event.objects.filter(name="count.differed").exists()
    row = drive.totals.select_related("scope").order_by("-id")[0]
    row.totals["heads"]["yes"] += 1
    row.totals["heads"]["silent"] -= 1
    row.save()
    with clock.told_at(clock.now() + timedelta(days=1)):
        recount_nightly(drive.id)
        nights = Job.objects.filter(kind="drive.recount_nightly", subject=drive.id, due_at__gt=clock.now())
        assert nights.exists(), "the next night looks again"
    told = Event.objects.get(name="count.differed")
    assert (told.subject, told.public, told.internal) == (drive.id, {}, {"scopes": [row.scope.name]})
    assert f"drive {drive.id}: running totals differ" in caplog.text
    page = Client().get(f"/check/{thread.id}").content.decode()
    assert "两种算法的计票对不上，请人查对" in page


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────

ACTIONS = (
    *community_policy.ACTIONS,
    *messaging_policy.ACTIONS,
    *accounts_policy.ACTIONS,
    *voting_policy.ACTIONS,
    *matters_policy.ACTIONS,
)

#: Action → kinds of role at the community that may do it, as practice says; all others may not.
MAY = {
    "register.see": {"secretary", "director", "clerk"},
    "register.change": {"secretary", "director", "clerk"},
    "role.change": {"secretary", "director"},
    "message.send": {"secretary", "director", "clerk"},
    "channel.keep": {"secretary", "director"},
    "text.name-reviewers": {"secretary", "director"},
    "text.review": {"secretary", "director", "clerk"},
    "appeal.decide": {"supervisor"},
    "notice.write": {"secretary", "director", "clerk"},
    "notice.post": {"secretary", "director", "clerk", "building_leader"},
    "account.open": {"secretary", "director"},
    "door.know": {"secretary", "director", "clerk", "building_leader"},
    "personal.reveal": {"secretary", "director", "clerk", "building_leader"},
    "door-codes.print": {"secretary", "director", "clerk"},
    "door-code.end": {"secretary", "director", "clerk", "building_leader"},
    "person.readmit": {"secretary", "director"},
    "person.readmit-agree": {"secretary", "director", "clerk"},
    "door-claim.decide": {"secretary", "director", "clerk", "building_leader"},
    "family-help.record": {"secretary", "director", "clerk", "building_leader"},
    "drive.open": {"secretary", "director", "clerk"},
    "drive.decide": {"secretary", "director", "clerk"},
    "matter.raise": {"secretary", "director", "clerk"},
}


def test_the_table_of_actions_is_the_one_that_is_walked():
    assert {action.name for action in ACTIONS} == set(MAY)


@pytest.mark.django_db
def test_who_may_do_what():
    house, other = build(rule=SMALL), build("惠岗社区", rule=SMALL)
    inside = {kind: somebody(house.community, kind) for kind in Role.Kind.values}
    ended = {kind: somebody(house.community, kind) for kind in Role.Kind.values}
    Role.objects.filter(id__in=[by.role_id for by in ended.values()]).update(until=clock.today())
    ahead = {kind: somebody(house.community, kind) for kind in Role.Kind.values}
    Role.objects.filter(id__in=[by.role_id for by in ahead.values()]).update(since=LONG_AGO.replace(year=2113))
    elsewhere = {kind: somebody(other.community, kind) for kind in Role.Kind.values}
    below = {kind: somebody(house.community, kind, place=house.building) for kind in Role.Kind.values}
    resident = somebody(house.community)
    lying = [
        dataclasses.replace(resident, role="secretary"),
        dataclasses.replace(resident, role="secretary", role_id=inside["secretary"].role_id),
        dataclasses.replace(inside["clerk"], role="secretary"),
        dataclasses.replace(elsewhere["secretary"], community=house.community.id),
        dataclasses.replace(inside["secretary"], community=other.community.id),
        acting_as(person_of(inside["secretary"])),
        other.system,
    ]
    for action in ACTIONS:
        for kind, by in inside.items():
            assert can(by, action, house.community) is (kind in MAY[action.name]), (action.name, kind)
            assert can(by, action, house.building) is (kind in MAY[action.name]), (action.name, kind)
            assert not can(by, action, other.community)
        for kind, by in below.items():
            assert can(by, action, house.building) is (kind in MAY[action.name])
            assert not can(by, action, house.community)
        for by in (*ended.values(), *ahead.values(), *elsewhere.values(), resident, *lying):
            with pytest.raises(Forbidden):
                require(by, action, house.building)


@pytest.mark.django_db
def test_a_role_at_the_street_sees_and_changes_nothing_of_people():
    """Street, town and city own figures only. The database holds no such role yet; the rule is held all the same."""
    house = build(rule=SMALL)
    by = somebody(house.community, "secretary")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all deferred")
    role_of(by).update(place=Place.objects.get(kind="town"))
    for action in ACTIONS:
        assert not can(by, action, house.building), action.name
    assert can(by, Action("figures.see", frozenset({"secretary"}), personal=False), house.building)
    role_of(by).update(place=house.community)


@pytest.mark.django_db
def test_the_face_is_for_those_named_while_they_have_doors_to_knock_at():
    house = build(rule=SMALL)
    other = build("惠岗社区", rule=SMALL)
    drive = open_at(house)
    for by in (house.leader, house.clerk):
        assert face_of(drive, by).counts == {"open": 8}
    resident = acting_as(seats_of(drive)[0].entitled.get())
    strangers = [None, house.secretary, resident, other.leader, somebody(house.community, "building_leader")]
    for stranger in strangers:
        with pytest.raises(Forbidden):
            face_of(drive, stranger)
    role_of(house.leader).update(until=clock.today())
    with pytest.raises(Forbidden):
        face_of(drive, house.leader)
    drive.state = Drive.State.DECIDED
    with pytest.raises(Forbidden):
        face_of(drive, house.clerk)


@pytest.mark.django_db
def test_nothing_personal_is_in_the_events_of_a_whole_drive():
    house = build(rule=SMALL)
    decided(house)
    told = str(list(Event.objects.values_list("public", "internal")))
    names = {name for name in ("业主", "书记", "录入", "楼长", "见证人", "301", "402") if name in told}
    assert names == set()
    assert Dwelling.objects.count() == 8
    assert Area.objects.count() == 2
