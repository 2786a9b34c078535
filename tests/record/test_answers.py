"""The same write sent twice is done once."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from linli.record.acting import Acting
from linli.record.ids import new_id
from linli.record.models import Answer, Event
from linli.record.services import answer_once, note
from linli.rules.errors import Refused
from tests.at_once import at_once

SOMEBODY = Acting(community=None, person=new_id())
OTHER = Acting(community=None, person=new_id())


def write() -> UUID:
    return note("written", by=SOMEBODY, subject_kind="thing", subject=new_id()).id


@pytest.mark.django_db
def test_an_event_is_one_statement_and_what_is_returned_is_what_is_kept(
    django_assert_num_queries: DjangoAssertNumQueries,
):
    with django_assert_num_queries(1):
        event = note(
            "written",
            by=Acting(community=new_id(), person=new_id(), role="secretary", request_id="r"),
            subject_kind="thing",
            subject=new_id(),
            place=new_id(),
            thread=new_id(),
            at=datetime(2023, 6, 12, 9, tzinfo=UTC),
            public={"说": ["好", True, {"n": 1}]},
            internal={"was": None},
        )
    kept = Event.objects.get()
    assert [getattr(event, field.name) for field in Event._meta.fields] == [
        getattr(kept, field.name) for field in Event._meta.fields
    ]


@pytest.mark.django_db
def test_a_second_try_returns_the_first_answer():
    first = answer_once("key", {"a": 1, "b": 2}, by=SOMEBODY, write=write)
    assert answer_once("key", {"b": 2, "a": 1}, by=SOMEBODY, write=write) == first
    assert answer_once("key", {"a": 1, "b": 2}, by=OTHER, write=write) != first
    assert answer_once("other", {"a": 1, "b": 2}, by=SOMEBODY, write=write) != first


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused():
    answer_once("key", {"a": 1}, by=SOMEBODY, write=write)
    with pytest.raises(Refused) as refused:
        answer_once("key", {"a": 2}, by=SOMEBODY, write=write)
    assert refused.value.code == "write.other-body"


@pytest.mark.django_db
def test_a_write_that_was_refused_may_be_tried_again():
    def refuse() -> UUID:
        raise Refused("matter.put-already", "这件事已经在表态了，不用再开一次。")

    with pytest.raises(Refused):
        answer_once("key", {}, by=SOMEBODY, write=refuse)
    assert not Answer.objects.exists()
    assert answer_once("key", {}, by=SOMEBODY, write=write)


@pytest.mark.django_db
def test_without_a_key_each_write_is_done():
    assert answer_once("", {}, by=SOMEBODY, write=write) != answer_once("", {}, by=SOMEBODY, write=write)
    assert not Answer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["k" * 5000, "a\0b", "键" * 64])
def test_a_key_may_be_anything_that_a_request_can_bring(key: str):
    first = answer_once(key, {}, by=SOMEBODY, write=write)
    assert answer_once(key, {}, by=SOMEBODY, write=write) == first


def test_one_key_sent_by_several_requests_at_once_is_one_write(committed_db: str):
    written: list[UUID] = []

    def once() -> UUID:
        written.append(write())
        return written[-1]

    answers = at_once(*(lambda: answer_once("key", {"a": 1}, by=SOMEBODY, write=once) for _ in range(6)))
    assert len(written) == 1
    assert answers == written * 6
