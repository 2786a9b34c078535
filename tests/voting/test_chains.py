"""接龙: a pasted chain becomes intentions that those who knock see, and that never are voices."""

import contextlib
import re
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.record import clock
from linli.record.models import Event
from linli.record.sealed import open_sealed
from linli.record.services import retention, sweep_rows
from linli.rules.chain import NATURE, read_chain
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import ChainLine, ChainPaste, Drive, Intention, ScopeTotals, Seat, Voice
from linli.voting.queries import chain_counts, chain_of, chain_opening, face_of
from linli.voting.services import (
    decide_drive,
    enter_slips,
    paste_chain,
    set_chain_line_aside,
    settle_chain_line,
)
from tests import houses

pytestmark = pytest.mark.django_db

MONDAY = "#接龙\n加装电梯大家说说\n1. 1-301 王 同意\n2. 1-302 刘 不同意，怕吵\n3. 李阿姨 再说吧\n4. 1-303 赵 再考虑"
TUESDAY = MONDAY + "\n5. 2-301 孙 同意 👍\n6. 1-302 刘 同意了"


@pytest.fixture
def house(db):
    return houses.build()


@pytest.fixture
def drive(house):
    return houses.open_at(house)


def stands(drive: Drive) -> dict[str, str]:
    return dict(Intention.objects.filter(drive=drive).values_list("seat__short", "stand"))


def seat(drive: Drive, short: str) -> Seat:
    return Seat.objects.get(electorate=drive.electorate_id, short=short)


def test_each_home_has_what_it_said_and_the_rest_waits_with_its_reason(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    assert stands(drive) == {"1-301": "yes", "1-302": "no", "1-303": "undecided"}
    book = chain_of(drive, house.clerk)
    assert [(each.intention.seat.short, each.words) for each in book.said][1] == ("1-302", "刘 怕吵")
    (waits,) = book.waiting
    assert waits.raw == "3. 李阿姨 再说吧"
    assert waits.line.why(str) == "没写门牌，不知道是哪一户，请补上。"


def test_the_next_paste_shows_what_is_new_and_what_has_changed(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    paste_chain(drive=drive, text=MONDAY.replace("不同意，怕吵", "同意") + "\n5. 2-301 孙 👍", by=house.clerk)
    fresh = {each.intention.seat.short: each.intention.was for each in chain_of(drive, house.clerk).said if each.fresh}
    assert fresh == {"1-302": "no", "2-301": ""}
    assert stands(drive) == {"1-301": "yes", "1-302": "yes", "1-303": "undecided", "2-301": "yes"}


def test_a_home_that_says_two_things_at_once_waits_and_keeps_what_it_said_before(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    paste_chain(drive=drive, text=TUESDAY, by=house.clerk)
    assert stands(drive)["1-302"] == "no"
    assert [each.line.seat.short for each in chain_of(drive, house.clerk).waiting if each.line.seat] == ["1-302"]


def test_the_same_paste_again_changes_nothing(house, drive):
    first = paste_chain(drive=drive, text=MONDAY, by=house.leader)
    assert paste_chain(drive=drive, text=MONDAY, by=house.leader) == first
    assert ChainPaste.objects.count() == 1


def test_a_line_is_settled_by_choosing_its_door_and_does_not_come_back(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    line = ChainLine.objects.get()
    chosen = seat(drive, "3-301")
    for _ in range(2):
        settle_chain_line(line=line, seat=chosen, stand="no", by=house.leader)
    paste_chain(drive=drive, text=TUESDAY.replace("3. 李阿姨 再说吧", "4. 李阿姨  再说吧"), by=house.leader)
    assert stands(drive)["3-301"] == "no"
    assert ChainLine.objects.get(id=line.id).state == "settled"
    assert not [each for each in chain_of(drive, house.leader).waiting if "李阿姨" in each.raw]
    # What the home itself says in the chain afterwards counts for more than what was put down for it.
    paste_chain(drive=drive, text=MONDAY + "\n7. 3-301 李 同意", by=house.leader)
    assert stands(drive)["3-301"] == "yes"


def test_a_line_that_the_chain_makes_clear_goes_by_itself(house, drive):
    paste_chain(drive=drive, text="1. 1-301 王 同意不同意呢？", by=house.leader)
    assert ChainLine.objects.count() == 1
    paste_chain(drive=drive, text="1. 1-301 王 同意", by=house.leader)
    assert stands(drive) == {"1-301": "yes"}
    assert ChainLine.objects.count() == 0


def test_a_line_is_set_aside_for_a_reason_only(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    line = ChainLine.objects.get()
    with pytest.raises(Refused) as refused:
        set_chain_line_aside(line=line, reason=" ", by=house.leader)
    assert refused.value.code == "reason.missing"
    set_chain_line_aside(line=line, reason="是问候，不是表态", by=house.leader)
    with pytest.raises(Refused) as again:
        settle_chain_line(line=line, seat=seat(drive, "1-301"), stand="yes", by=house.leader)
    assert again.value.code == "chain.settled"


@pytest.mark.parametrize(
    ("short", "stand", "code"), [("", "yes", "chain.choose-door"), ("1-301", "", "chain.choose-stand")]
)
def test_nothing_is_settled_by_half(house, drive, short, stand, code):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    chosen = seat(drive, short) if short else None
    with pytest.raises(Refused) as refused:
        settle_chain_line(line=ChainLine.objects.get(), seat=chosen, stand=stand, by=house.leader)
    assert refused.value.code == code


def test_a_door_of_another_drive_settles_nothing(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    other = houses.open_at(house)
    with pytest.raises(Refused) as refused:
        settle_chain_line(line=ChainLine.objects.get(), seat=seat(other, "1-301"), stand="yes", by=house.leader)
    assert refused.value.code == "chain.choose-door"


def test_a_text_that_is_no_chain_is_refused_with_what_to_do(house, drive):
    with pytest.raises(Refused) as refused:
        paste_chain(drive=drive, text="今天天气不错", by=house.leader)
    assert refused.value.code == "chain.nothing"
    assert not ChainPaste.objects.exists()


def test_the_office_pastes_and_reads_numbers_only(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.secretary)
    assert (chain_counts(drive).homes, chain_counts(drive).waiting) == (3, 1)
    with pytest.raises(Forbidden):
        chain_of(drive, house.secretary)
    with pytest.raises(Forbidden):
        settle_chain_line(line=ChainLine.objects.get(), seat=seat(drive, "1-301"), stand="yes", by=house.secretary)


def test_a_neighbour_neither_pastes_nor_reads(house, drive):
    neighbour = houses.somebody(house.community)
    for attempt in (
        lambda: paste_chain(drive=drive, text=MONDAY, by=neighbour),
        lambda: chain_of(drive, neighbour),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_the_events_name_no_home_and_no_word(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    settle_chain_line(line=ChainLine.objects.get(), seat=seat(drive, "1-301"), stand="no", by=house.leader)
    events = Event.objects.filter(name__startswith="chain")
    assert {event.name for event in events} == {"chain.pasted", "chain-line.settled"}
    assert {event.subject for event in events} == {drive.id}
    written = repr([vars(event) for event in events])
    assert not re.search("301|李阿姨|王|同意", written)


def test_who_said_something_and_gave_no_slip_is_visited_first(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    given_in = [seat(drive, "1-301"), seat(drive, "2-301")]
    enter_slips(stack=houses.stack_of(house, drive), slips=houses.slips(given_in), by=house.clerk)
    first = face_of(drive, house.leader).first
    assert first == {seat(drive, "1-302").id, seat(drive, "1-303").id}


def test_all_of_it_is_gone_the_night_after_the_result(house, drive):
    paste_chain(drive=drive, text=MONDAY, by=house.leader)
    rows = [kept for kept in retention() if kept.rows.startswith("voting.")]
    assert sum(map(sweep_rows, rows)) == 0
    Drive.objects.filter(id=drive.id).update(closes_at=drive.opened_at + timedelta(microseconds=1))
    decided = decide_drive(drive=drive, by=house.secretary)
    with pytest.raises(Forbidden):
        chain_of(decided, house.leader)
    with pytest.raises(Forbidden):
        paste_chain(drive=drive, text=TUESDAY, by=house.leader)
    with clock.told_at(clock.now() + timedelta(days=1)):
        assert sum(map(sweep_rows, rows)) == 5
    assert not any(model.objects.exists() for model in (Intention, ChainLine, ChainPaste))


def test_what_is_kept_is_sealed(house, drive):
    paste = paste_chain(drive=drive, text=MONDAY, by=house.leader)
    assert "李阿姨".encode() not in bytes(paste.text)
    assert open_sealed(ChainPaste.objects.get(), "text") == MONDAY
    assert "李阿姨".encode() not in bytes(ChainLine.objects.get().raw)


def test_the_opening_says_that_a_chain_is_no_signature_and_holds_no_entry(house, drive):
    words = chain_opening(drive)
    assert NATURE in words
    assert read_chain(words, purpose="intention").entries == ()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(
        st.tuples(st.sampled_from(["1-301", "1-302", "2-401", "3-801", "9-999", ""]),
                  st.sampled_from(["同意", "不同意", "弃权", "同意，反对", "再说", "+1"])),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_no_chain_ever_moves_a_count(house, drive, said):
    with transaction.atomic():
        enter_slips(stack=houses.stack_of(house, drive), slips=houses.slips([seat(drive, "2-401")]), by=house.clerk)
        before = list(ScopeTotals.objects.order_by("id").values())
        voices = list(Voice.objects.order_by("id").values())
        seats = list(Seat.objects.order_by("id").values())
        text = "\n".join(f"{n}. {door} 王 {words}" for n, (door, words) in enumerate(said, 1))
        with contextlib.suppress(Refused):
            paste_chain(drive=drive, text=text, by=house.leader)
        for line in ChainLine.objects.filter(state="waiting"):
            settle_chain_line(line=line, seat=seat(drive, "1-301"), stand="yes", by=house.leader)
        assert list(ScopeTotals.objects.order_by("id").values()) == before
        assert list(Voice.objects.order_by("id").values()) == voices
        assert list(Seat.objects.order_by("id").values()) == seats
        transaction.set_rollback(True)
