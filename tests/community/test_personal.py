"""Phones lie sealed; opening one for somebody else is a right, has a purpose, and is told to its owner."""

import hmac

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, connection, transaction

from linli.community.models import Person
from linli.community.queries import people_by_phone, readings_of
from linli.community.services import end_role, record_phone, reveal
from linli.record.acting import Acting
from linli.record.cipher import Cell, seal
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from tests import cast

pytestmark = pytest.mark.django_db

NUMBER = "13800138000"


@pytest.fixture
def place():
    return cast.compound(cast.community())


@pytest.fixture
def owner(place) -> cast.Member:
    member = cast.owner(place)
    record_phone(person=member.person, phone="+86 138-0013-8000", by=cast.system(place.community))
    member.person.refresh_from_db()
    return member


def code_of(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_a_phone_is_kept_sealed_and_found_by_its_number_alone(place, owner):
    with connection.cursor() as cursor:
        cursor.execute(
            "select phone_sealed, phone_index, p::text from community_person p where id = %s", [owner.person.id]
        )
        sealed, index, row = cursor.fetchone()
    assert NUMBER.encode() not in bytes(sealed)
    assert NUMBER.encode().hex() not in row
    # RFC 2104 with the key of the tests (32 zero bytes), reckoned here without the program.
    assert bytes(index) == hmac.new(bytes(32), b"phone\0" + NUMBER.encode(), "sha256").digest()
    clerk = cast.clerk(place.community).by
    assert [p.id for p in people_by_phone(place.community, "１３８ 0013 8000", clerk)] == [owner.person.id]
    assert not people_by_phone(place.community, "13800138001", clerk)


def test_nobody_without_the_register_finds_people_by_their_phone(place, owner):
    for by in (owner.by, cast.collector(place).by, cast.outsider().by):
        with pytest.raises(Forbidden):
            people_by_phone(place.community, NUMBER, by)


def test_two_people_may_share_one_phone(place, owner):
    husband, wife = cast.co_owners(place)
    for member in (husband, wife):
        record_phone(person=member.person, phone=NUMBER, by=cast.clerk(place.community).by)
    assert people_by_phone(place.community, NUMBER, cast.clerk(place.community).by).count() == 3


@pytest.mark.parametrize("wrong", ["110", "2380013800", "138001380001", "一三八"])
def test_what_is_no_phone_is_not_kept(owner, wrong):
    assert code_of(lambda: record_phone(person=owner.person, phone=wrong, by=owner.by)) == "phone.shape"


def test_the_same_number_again_is_no_news_and_none_takes_it_away(owner):
    record_phone(person=owner.person, phone=NUMBER, by=owner.by)
    assert Event.objects.filter(name="person.phone-recorded").count() == 1
    record_phone(person=owner.person, phone="", by=owner.by)
    owner.person.refresh_from_db()
    assert (owner.person.phone_sealed, owner.person.phone_index) == (None, None)


def test_others_neither_write_nor_open_it(place, owner):
    stranger = cast.idle_leader(cast.compound(place.community, "紫藤里")).by
    for by in (
        cast.neighbour(place).by,
        stranger,
        cast.outsider().by,
        Acting(place.community_id, owner.person.id, "helper"),
    ):
        with pytest.raises(Forbidden):
            record_phone(person=owner.person, phone="", by=by)
        with pytest.raises(Forbidden):
            reveal(owner.person, field="phone", purpose="contact", by=by)
    assert not Event.objects.filter(name="person.revealed").exists()


def test_opening_for_another_is_told_to_the_owner_with_who_when_and_why(place, owner):
    clerk, leader = cast.clerk(place.community), cast.collector(place)
    assert reveal(owner.person, field="phone", purpose="contact", by=clerk.by) == NUMBER
    assert reveal(owner.person, field="phone", purpose="emergency", by=leader.by) == NUMBER
    told = [(one.field, one.purpose, one.role, one.name) for one in readings_of(owner.by)]
    assert told == [("phone", "emergency", "building_leader", "赵*国"), ("phone", "contact", "clerk", "林*梅")]
    assert readings_of(cast.neighbour(place).by) == []
    kept = str(list(Event.objects.values("public", "internal", "name")))
    assert NUMBER not in kept
    assert "陈玉兰" not in kept


def test_a_purpose_is_needed_and_ones_own_needs_none(place, owner):
    clerk = cast.clerk(place.community).by
    for purpose in ("", "curious", "contact "):
        assert code_of(lambda: reveal(owner.person, field="phone", purpose=purpose, by=clerk)) == "reveal.purpose"  # noqa: B023
    assert reveal(owner.person, field="phone", purpose="", by=owner.by) == NUMBER
    assert readings_of(owner.by) == []


def test_a_right_that_ended_opens_nothing(place, owner):
    leader = cast.collector(place)
    end_role(role=leader.person.roles.get(), by=cast.system(place.community))
    with pytest.raises(Forbidden):
        reveal(owner.person, field="phone", purpose="contact", by=leader.by)


def test_a_value_moved_from_another_row_opens_nowhere(place, owner):
    other = cast.neighbour(place)
    Person.objects.filter(id=other.person.id).update(
        phone_sealed=owner.person.phone_sealed, phone_index=owner.person.phone_index
    )
    other.person.refresh_from_db()
    assert code_of(lambda: reveal(other.person, field="phone", purpose="", by=other.by)) == "data.damaged"


def test_a_sealed_phone_without_its_index_is_no_row(owner):
    sealed = seal(NUMBER, Cell("community_person", "phone_sealed", owner.person.id))
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(id=owner.person.id).update(phone_sealed=sealed, phone_index=None)


@pytest.mark.parametrize(
    ("keys", "index"), [([], "00" * 32), (["00" * 31], "00" * 32), (["no key"], "00" * 32), (["00" * 32], "")]
)
def test_a_missing_key_is_said_when_the_machine_starts(owner, settings, keys, index):
    assert not [fault for fault in run_checks() if (fault.id or "").startswith("record.")]
    settings.DATA_KEYS, settings.INDEX_KEY = keys, index
    assert [fault.id for fault in run_checks() if (fault.id or "").startswith("record.")] == ["record.E001"]
    assert code_of(lambda: record_phone(person=owner.person, phone=NUMBER, by=owner.by)) == "data.no-key"
