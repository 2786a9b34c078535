"""What a slip may say and when: late ones, wrong ones, corrected ones, and those that nobody was registered for."""

from datetime import timedelta

import pytest

from linli.community.models import Household, Ownership, Person, Residency
from linli.record import clock
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import ScopeTotals, Seat, SlipPhoto, Stack, Voice
from linli.voting.services import Slip, decide_drive, enter_slips, pass_deadline, start_stack
from tests.houses import House, acting_as, after, build, open_at, person_of, seats_of, slips, somebody, stack_of

pytestmark = pytest.mark.django_db

SMALL = "2个单元，3–4层，每层2户"


@pytest.fixture
def house() -> House:
    return build(rule=SMALL)


def refusal(call: object, *args: object, **more: object) -> str:
    """The code with which the call is refused, and that it wrote nothing."""
    before = Voice.objects.count(), list(ScopeTotals.objects.order_by("id").values_list("totals", flat=True))
    with pytest.raises(Refused) as refused:
        call(*args, **more)  # type: ignore[operator]
    assert (Voice.objects.count(), list(ScopeTotals.objects.order_by("id").values_list("totals", flat=True))) == before
    return refused.value.code


# ── late voices ──────────────────────────────────────────────────────────────────────────────────────────────────────


def dated(house: House, drive, days_after_the_last: int) -> Stack:
    """A stack of slips dated so many days after the drive's last day."""
    return start_stack(
        drive=drive,
        collector=person_of(house.leader),
        witness="见证人",
        collected_on=drive.last_day + timedelta(days=days_after_the_last),
        by=house.clerk,
    )


def test_what_was_given_in_time_may_arrive_while_the_drive_gathers(house: House):
    drive = open_at(house)
    with clock.told_at(after(drive, hours=71)):
        pass_deadline(drive.id)
        drive.refresh_from_db()
        assert drive.state == "gathering"
        enter_slips(stack=dated(house, drive, 0), slips=slips(seats_of(drive)[:3]), by=house.clerk)
        decide_drive(drive=drive, by=house.secretary)
    assert [result.totals["units"][1] for result in drive.results.order_by("scope__sort_key")] == [3, 0]


def test_what_was_given_after_the_deadline_is_refused_and_nothing_is_written(house: House):
    drive = open_at(house)
    with clock.told_at(after(drive, hours=30)):
        assert refusal(dated, house, drive, 1) == "slip.given-late"
    in_time = stack_of(house, drive)
    Stack.objects.filter(id=in_time.id).update(collected_on=drive.last_day + timedelta(days=1))
    in_time.refresh_from_db()
    for moment in (after(drive), after(drive, hours=30)):
        with clock.told_at(moment):
            assert (
                refusal(enter_slips, stack=in_time, slips=slips(seats_of(drive)), by=house.clerk) == "slip.given-late"
            )


def test_a_slip_from_the_future_or_from_before_the_drive_is_refused(house: House):
    drive = open_at(house)
    for days in (-8, 0):
        assert refusal(dated, house, drive, days) == "stack.date-outside"


@pytest.mark.parametrize("hours", [72, 72.001, 1000])
def test_nothing_arrives_once_the_gathering_is_over(house: House, hours: float):
    drive = open_at(house)
    stack = stack_of(house, drive)
    with clock.told_at(after(drive, hours=hours)):
        assert refusal(enter_slips, stack=stack, slips=slips(seats_of(drive)), by=house.clerk) == "drive.over"
        assert refusal(dated, house, drive, 0) == "drive.over"


def test_nothing_arrives_once_it_is_decided_though_the_gathering_would_go_on(house: House):
    drive = open_at(house)
    stack = stack_of(house, drive)
    with clock.told_at(after(drive, hours=1)):
        decide_drive(drive=drive, by=house.secretary)
        assert refusal(enter_slips, stack=stack, slips=slips(seats_of(drive)), by=house.clerk) == "drive.over"


def test_the_deadline_is_judged_by_the_databases_clock(house: House, monkeypatch: pytest.MonkeyPatch):
    """A server whose own clock runs behind takes in nothing that is too late."""
    drive = open_at(house)
    stack = stack_of(house, drive)
    opened = clock.now()
    type(drive).objects.filter(id=drive.id).update(closes_at=opened, gathers_until=opened)
    monkeypatch.setattr("django.utils.timezone.now", lambda: opened - timedelta(days=1))
    assert clock.now() < opened
    assert refusal(enter_slips, stack=stack, slips=slips(seats_of(drive)), by=house.clerk) == "drive.over"


def test_no_result_before_the_deadline(house: House):
    drive = open_at(house)
    with clock.told_at(drive.closes_at - timedelta(seconds=1)):
        assert refusal(decide_drive, drive=drive, by=house.secretary) == "drive.still-open"
        pass_deadline(drive.id)
    drive.refresh_from_db()
    assert drive.state == "open"


# ── wrong slips ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_door_of_another_drive_or_community(house: House):
    drive, second = open_at(house), open_at(house)
    elsewhere = open_at(build("惠岗社区", rule=SMALL))
    stack = stack_of(house, drive)
    for foreign in (seats_of(second)[0], seats_of(elsewhere)[0]):
        wanted = slips([seats_of(drive)[0], foreign])
        assert refusal(enter_slips, stack=stack, slips=wanted, by=house.clerk) == "slip.seat-of-another-drive"


def test_a_clerk_of_another_community_or_not_named_or_whose_role_has_ended(house: House):
    drive = open_at(house)
    stack = stack_of(house, drive)
    other = build("惠岗社区", rule=SMALL)
    person_of(house.second_clerk).roles.update(until=clock.today())
    not_named = somebody(house.community, "clerk")
    for by in (other.clerk, not_named, house.secretary, house.leader, house.second_clerk, house.system):
        with pytest.raises(Forbidden):
            enter_slips(stack=stack, slips=slips(seats_of(drive)[:1]), by=by)
        with pytest.raises(Forbidden):
            stack_of(house, drive, by=by)
    assert not Voice.objects.exists()


def test_a_collector_who_is_not_named(house: House):
    drive = open_at(house)
    house.leader = somebody(house.community, "building_leader")
    assert refusal(stack_of, house, drive) == "stack.collector-not-named"


def test_one_door_twice_in_one_stack(house: House):
    drive = open_at(house)
    seat = seats_of(drive)[0]
    assert refusal(enter_slips, stack=stack_of(house, drive), slips=slips([seat, seat]), by=house.clerk) == (
        "slip.seat-twice"
    )


@pytest.mark.parametrize("choice", ["", "maybe", "conflict", "YES", "none"])
def test_a_choice_that_there_is_not(house: House, choice: str):
    drive = open_at(house)
    wanted = slips(seats_of(drive)[:2], choice)
    assert refusal(enter_slips, stack=stack_of(house, drive), slips=wanted, by=house.clerk) == "slip.no-such-choice"


def test_a_position_that_a_slip_of_another_door_has(house: House):
    drive = open_at(house)
    first, second, third, *_ = seats_of(drive)
    stack, other = stack_of(house, drive), stack_of(house, drive)
    enter_slips(stack=stack, slips=slips([first]), by=house.clerk)
    enter_slips(stack=other, slips=slips([second, third]), by=house.clerk)

    def entering(*wanted: Slip) -> str:
        return refusal(enter_slips, stack=stack, slips=wanted, by=house.clerk)

    assert entering(Slip(seats_of(drive)[4].id, "yes", 1)) == "slip.position-taken"
    assert entering(Slip(second.id, "no", 1, reason="重填")) == "slip.position-taken"
    twice = [Slip(second.id, "no", 2, reason="重填"), Slip(third.id, "no", 2, reason="重填")]
    assert entering(*twice) == "slip.position-taken"
    assert entering(Slip(third.id, "no", 0, reason="重填")) == "slip.unreadable"
    enter_slips(stack=stack, slips=[Slip(first.id, "no", 1, reason="看错了")], by=house.clerk)
    enter_slips(stack=stack, slips=[Slip(first.id, "abstain", 1, reason="又看错了")], by=house.clerk)
    enter_slips(stack=other, slips=[Slip(first.id, "yes", 3, reason="户主重填")], by=house.clerk)
    assert entering(Slip(first.id, "no", 1, reason="这是另一张纸")) == "slip.position-taken"


def test_a_reason_that_no_paper_would_hold(house: House):
    drive = open_at(house)
    seat = seats_of(drive)[0]
    stack = stack_of(house, drive)
    enter_slips(stack=stack, slips=slips([seat]), by=house.clerk)
    for reason in ("长" * 201, "a\0b"):
        wanted = slips([seat], "no", reason=reason)
        assert refusal(enter_slips, stack=stack, slips=wanted, by=house.clerk) == "slip.unreadable"


def test_a_correction_needs_its_reason_and_what_it_replaces_stays(house: House):
    drive = open_at(house)
    seat = seats_of(drive)[0]
    stack, second = stack_of(house, drive), stack_of(house, drive)
    (first,) = enter_slips(stack=stack, slips=slips([seat]), by=house.clerk)
    for reason in ("", "  "):
        wanted = slips([seat], "no", reason=reason)
        assert refusal(enter_slips, stack=second, slips=wanted, by=house.clerk) == "slip.already"
    (later,) = enter_slips(stack=second, slips=slips([seat], "no", reason="户主重填"), by=house.clerk)
    assert Seat.objects.get(id=seat.id).voice == later
    assert (later.replaces, later.reason) == (first, "户主重填")
    assert set(Voice.objects.filter(seat=seat)) == {first, later}


def test_a_stack_that_is_refused_for_one_slip_is_refused_whole(house: House):
    drive = open_at(house)
    seats = seats_of(drive)
    stack = stack_of(house, drive)
    enter_slips(stack=stack, slips=slips(seats[:1]), by=house.clerk)
    wanted = slips(seats, first=2)
    assert refusal(enter_slips, stack=stack, slips=wanted, by=house.clerk) == "slip.already"
    assert Seat.objects.filter(electorate=drive.electorate_id, voice=None).count() == len(seats) - 1
    assert not SlipPhoto.objects.exists()


# ── doors without a registered owner ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def unowned() -> House:
    return build(rule=SMALL, owned=False)


def test_a_slip_of_a_door_without_owner_needs_its_signer(unowned: House):
    drive = open_at(unowned)
    wanted = slips(seats_of(drive)[:2])
    for signer in ("", "   "):
        unsigned = [*wanted[:1], Slip(wanted[1].seat, "no", 2, signer=signer)]
        assert (
            refusal(enter_slips, stack=stack_of(unowned, drive), slips=unsigned, by=unowned.clerk) == "slip.no-signer"
        )


def test_the_signer_is_put_on_the_roster_by_their_own_word_and_admitted(unowned: House):
    drive = open_at(unowned)
    seat = seats_of(drive)[0]
    before = Event.objects.count()
    (voice,) = enter_slips(
        stack=stack_of(unowned, drive), slips=slips([seat], "no", signer=" 示例 丙 "), by=unowned.clerk
    )
    ownership = Ownership.objects.get()
    assert (ownership.source, ownership.verified, ownership.dwelling) == ("own_word", False, seat.dwelling)
    assert ownership.person.name == "示例 丙"
    assert list(seat.entitled.all()) == [ownership.person]
    assert voice.author == ownership.person
    admitted = Event.objects.get(name="seat.admitted")
    assert (admitted.subject, admitted.actor) == (seat.id, unowned.clerk.person)
    told = Event.objects.order_by("id")[before:]
    assert "示例" not in str([(event.public, event.internal) for event in told])


def test_the_signers_second_slip_needs_only_its_reason(unowned: House):
    drive = open_at(unowned)
    seat = seats_of(drive)[0]
    enter_slips(stack=stack_of(unowned, drive), slips=slips([seat], signer="示例丙"), by=unowned.clerk)
    enter_slips(stack=stack_of(unowned, drive), slips=slips([seat], "no", reason="户主重填"), by=unowned.clerk)
    assert Ownership.objects.count() == 1


def test_a_signer_who_is_known_to_live_there_is_the_same_person(unowned: House):
    drive = open_at(unowned)
    here, there, *_ = seats_of(drive)
    assert here.dwelling is not None
    known = Person.objects.create(community=unowned.community, name="示例丙")
    household = Household.objects.create(community=unowned.community, dwelling=here.dwelling)
    Residency.objects.create(community=unowned.community, household=household, person=known)
    wanted = slips([here, there], signer="示例丙")
    enter_slips(stack=stack_of(unowned, drive), slips=wanted, by=unowned.clerk)
    assert list(here.entitled.all()) == [known]
    (other,) = there.entitled.all()
    assert other.name == known.name
    assert other != known


def test_a_spoiled_slip_is_signed_by_nobody(unowned: House):
    drive = open_at(unowned)
    enter_slips(stack=stack_of(unowned, drive), slips=slips(seats_of(drive)[:1], "spoiled"), by=unowned.clerk)
    assert not Ownership.objects.exists()


def test_somebody_who_may_not_change_the_register_admits_nobody(unowned: House):
    """A clerk named on the drive who acts as a resident enters slips, but puts nobody on the roster."""
    drive = open_at(unowned)
    stack = stack_of(unowned, drive)
    with pytest.raises(Forbidden):
        enter_slips(
            stack=stack,
            slips=slips(seats_of(drive)[:1], signer="示例丙"),
            by=acting_as(person_of(unowned.clerk)),
        )
    assert not Ownership.objects.exists()


def test_the_register_changes_but_the_heads_do_not(unowned: House):
    drive = open_at(unowned)
    seats = seats_of(drive)
    enter_slips(stack=stack_of(unowned, drive), slips=slips(seats[:2], signer="同一人"), by=unowned.clerk)
    first = drive.totals.order_by("scope__sort_key")[0].totals
    assert first["heads"]["yes"] == 2
