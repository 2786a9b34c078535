"""A word given on one's own phone: by whom, until when, under what, and what it never overwrites."""

from datetime import timedelta

import pytest

from linli.community.models import Household, Ownership, Person, Residency
from linli.files.models import File
from linli.record import clock
from linli.record.acting import Acting
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Conflict, Drive, LateSlip, ScopeTotals, Seat, Succession, Voice
from linli.voting.services import (
    Slip,
    admit_successor,
    decide_drive,
    enter_slips,
    give_voice,
    hold_slips,
    judge_late_slip,
    name_voter,
    pass_deadline,
    settle_conflict,
    start_stack,
)
from tests.houses import House, acting_as, after, build, open_at, own, person_of, seats_of, slips, somebody, stack_of
from tests.voting.recounting import assert_totals_are_counted_by_hand

pytestmark = pytest.mark.django_db

SMALL = "2个单元，3–4层，每层2户"


@pytest.fixture
def house() -> House:
    """Eight doors with an owner each; the first belongs to two."""
    house = build(rule=SMALL)
    second = Person.objects.create(community=house.community, name="袁秀琴")
    own([(house.dwellings[0], [second])])
    return house


@pytest.fixture
def drive(house: House) -> Drive:
    return open_at(house)


def owner_of(seat: Seat, place: int = 0) -> Acting:
    return acting_as(seat.entitled.order_by("id")[place])


def say(seat: Seat, choice: str = "yes", *, place: int = 0, **more: object) -> Voice:
    """An owner's word on the phone, under their typed name."""
    by = owner_of(seat, place)
    return give_voice(seat=seat, choice=choice, typed_name=person_of(by).name, by=by, **more)  # type: ignore[arg-type]


def fresh(seat: Seat) -> Seat:
    return Seat.objects.select_related("voice", "conflict").get(id=seat.id)


def stands(seat: Seat) -> str:
    """What stands for a seat: a choice, nothing, or a conflict."""
    seat = fresh(seat)
    if seat.conflict is not None:
        assert seat.voice is None
        return "conflict"
    return seat.voice.choice if seat.voice else ""


def refusal(call: object, **more: object) -> str:
    """The code with which the call is refused, and that it wrote nothing."""
    before = Voice.objects.count(), list(ScopeTotals.objects.order_by("id").values_list("totals", flat=True))
    with pytest.raises(Refused) as refused:
        call(**more)  # type: ignore[operator]
    assert (Voice.objects.count(), list(ScopeTotals.objects.order_by("id").values_list("totals", flat=True))) == before
    return refused.value.code


# ── one's own word ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_word_on_the_phone_stands_beside_paper_with_its_author_and_no_collector(drive: Drive):
    seat = seats_of(drive)[1]
    voice = say(seat, "no", objection=True)
    assert (voice.channel, voice.author, voice.collector, voice.stack) == ("phone", seat.entitled.get(), None, None)
    assert (voice.typed_name, voice.signature) == (seat.entitled.get().name, None)
    assert fresh(seat).voice == voice
    assert_totals_are_counted_by_hand(drive)


def test_a_drawn_signature_needs_no_typed_name(house: House, drive: Drive):
    seat = seats_of(drive)[1]
    drawn = File.objects.create(community=house.community.id, sha256="0" * 64, media_type="image/jpeg", size=1)
    voice = give_voice(seat=seat, choice="yes", signature=drawn, typed_name="whatever", by=owner_of(seat))
    assert (voice.signature, voice.typed_name) == (drawn, "")


def test_one_may_think_again_until_the_deadline_and_what_was_said_before_is_kept(drive: Drive):
    seat = seats_of(drive)[1]
    first, second = say(seat, "yes"), say(seat, "abstain")
    assert (second.replaces, stands(seat)) == (first, "abstain")
    assert Voice.objects.filter(seat=seat).count() == 2
    assert_totals_are_counted_by_hand(drive)


def test_the_same_word_again_changes_nothing(drive: Drive):
    seat = seats_of(drive)[1]
    assert say(seat, "yes") == say(seat, "yes")
    assert Voice.objects.count() == 1
    assert Event.objects.filter(name="voice.given").count() == 1


@pytest.mark.parametrize("choice", ["", "spoiled", "maybe", "YES"])
def test_nobody_spoils_a_slip_on_a_phone(drive: Drive, choice: str):
    assert refusal(say, seat=seats_of(drive)[1], choice=choice) == "voice.no-such-choice"


@pytest.mark.parametrize(("typed", "code"), [("", "voice.not-signed"), (" ", "voice.not-signed"), ("业主", "differs")])
def test_a_word_that_nothing_ties_to_the_person_is_refused(drive: Drive, typed: str, code: str):
    seat = seats_of(drive)[1]
    told = refusal(give_voice, seat=seat, choice="yes", typed_name=typed, by=owner_of(seat))
    assert told.endswith(code)


def test_spaces_in_a_typed_name_are_no_difference(drive: Drive):
    seat = seats_of(drive)[1]
    name = " ".join(seat.entitled.get().name)
    assert give_voice(seat=seat, choice="yes", typed_name=f" {name}　", by=owner_of(seat))


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=1), timedelta(hours=71), timedelta(days=9)])
def test_nothing_is_given_from_the_deadline_on(drive: Drive, late: timedelta):
    with clock.told_at(drive.closes_at + late):
        assert refusal(say, seat=seats_of(drive)[1]) == "voice.too-late"
    with clock.told_at(drive.closes_at - timedelta(seconds=1)):
        assert say(seats_of(drive)[1])


def test_nothing_is_given_once_the_drive_is_closed_whatever_the_clock(drive: Drive):
    with clock.told_at(after(drive)):
        pass_deadline(drive.id)
    assert refusal(say, seat=seats_of(drive)[1]) == "voice.too-late"


def test_only_the_owners_on_the_list_speak_for_a_home(house: House, drive: Drive):
    """Not the neighbour, the tenant, the office, the program, or an owner of equal name in another community."""
    seat, other, *_ = seats_of(drive)[1:]
    assert seat.dwelling is not None
    tenant = somebody(house.community, name="马晓东")
    household = Household.objects.create(community=house.community, dwelling=seat.dwelling)
    Residency.objects.create(community=house.community, household=household, person=person_of(tenant))
    elsewhere = build("惠岗社区", rule=SMALL)
    foreign = owner_of(seats_of(open_at(elsewhere))[1])
    lying = Acting(community=elsewhere.community.id, person=seat.entitled.get().id)
    for by in (owner_of(other), tenant, house.secretary, house.clerk, house.leader, house.system, foreign, lying):
        with pytest.raises(Forbidden) as refused:
            give_voice(seat=seat, choice="yes", typed_name="示例", by=by)
        assert "业主本人" in str(refused.value)
    assert not Voice.objects.exists()


def test_an_owner_speaks_in_whatever_role_they_act(house: House):
    door = house.dwellings[1]
    door.ownerships.all().delete()
    own([(door, [person_of(house.leader)])])
    drive = open_at(house)
    seat = seats_of(drive)[1]
    assert give_voice(seat=seat, choice="yes", typed_name="楼长", by=house.leader)


def test_who_speaks_how_is_in_no_event(drive: Drive):
    seat = seats_of(drive)[1]
    say(seat, "no")
    event = Event.objects.get(name="voice.given")
    assert (event.subject, event.internal, event.public) == (drive.id, {"channel": "phone"}, {})


# ── words that differ ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("paper_first", [True, False])
def test_paper_and_phone_that_differ_are_a_conflict_and_neither_counts(house: House, drive: Drive, paper_first: bool):
    seat = seats_of(drive)[1]

    def paper() -> None:
        enter_slips(stack=stack_of(house, drive), slips=slips([seat], "no"), by=house.clerk)

    for step in (paper, lambda: say(seat, "yes")) if paper_first else (lambda: say(seat, "yes"), paper):
        step()
    assert stands(seat) == "conflict"
    assert Voice.objects.filter(replaced_by=None).count() == 2
    units = drive.totals.order_by("scope__sort_key")[0].totals["units"]
    assert units == [3, 0, 0, 0, 0, 1]
    assert_totals_are_counted_by_hand(drive)


def test_paper_and_phone_that_agree_are_one_word(house: House, drive: Drive):
    seat = seats_of(drive)[1]
    enter_slips(stack=stack_of(house, drive), slips=slips([seat]), by=house.clerk)
    voice = say(seat, "yes")
    assert fresh(seat).voice == voice
    assert not Conflict.objects.exists()


def test_a_spoiled_slip_contradicts_nothing(house: House, drive: Drive):
    seat = seats_of(drive)[1]
    enter_slips(stack=stack_of(house, drive), slips=slips([seat], "spoiled"), by=house.clerk)
    say(seat, "no")
    assert stands(seat) == "no"
    assert_totals_are_counted_by_hand(drive)


def test_a_clerks_reason_overwrites_no_word_given_on_a_phone(house: House, drive: Drive):
    seat = seats_of(drive)[1]
    say(seat, "yes")
    enter_slips(stack=stack_of(house, drive), slips=slips([seat], "no", reason="户主重填"), by=house.clerk)
    assert stands(seat) == "conflict"


def test_an_objection_in_a_conflict_is_on_record(house: House, drive: Drive):
    seat = seats_of(drive)[1]
    enter_slips(stack=stack_of(house, drive), slips=slips([seat]), by=house.clerk)
    say(seat, "no", objection=True)
    assert drive.totals.order_by("scope__sort_key")[0].totals["heads"]["objecting"] == 1
    say(seat, "no", objection=False)
    assert stands(seat) == "conflict"
    assert drive.totals.order_by("scope__sort_key")[0].totals["heads"]["objecting"] == 0
    assert_totals_are_counted_by_hand(drive)


def test_co_owners_who_differ_and_then_agree(drive: Drive):
    seat = seats_of(drive)[0]
    say(seat, "yes", place=0)
    assert stands(seat) == "yes"
    say(seat, "no", place=1)
    assert stands(seat) == "conflict"
    say(seat, "yes", place=1)
    assert stands(seat) == "yes"
    conflict = Conflict.objects.get()
    assert (conflict.closed_at is not None, conflict.settled_by) == (True, None)
    assert_totals_are_counted_by_hand(drive)


def test_co_owners_may_name_who_speaks_for_their_home(drive: Drive):
    seat = seats_of(drive)[0]
    one, other = seat.entitled.order_by("id")
    say(seat, "yes", place=0)
    say(seat, "no", place=1)
    name_voter(seat=seat, voter=one, by=acting_as(other))
    assert stands(seat) == "yes"
    say(seat, "abstain", place=0)
    assert stands(seat) == "abstain"
    name_voter(seat=seat, voter=None, by=acting_as(other))
    assert stands(seat) == "conflict"
    assert_totals_are_counted_by_hand(drive)


def test_two_who_name_each_other_have_named_nobody(drive: Drive):
    seat = seats_of(drive)[0]
    one, other = seat.entitled.order_by("id")
    name_voter(seat=seat, voter=one, by=acting_as(other))
    name_voter(seat=seat, voter=other, by=acting_as(one))
    say(seat, "yes", place=0)
    say(seat, "no", place=1)
    assert stands(seat) == "conflict"


def test_of_three_owners_two_must_name_the_third(house: House):
    door = house.dwellings[0]
    own([(door, [Person.objects.create(community=house.community, name="第三位")])])
    drive = open_at(house)
    seat = seats_of(drive)[0]
    one, two, three = seat.entitled.order_by("id")
    for place, choice in enumerate(["yes", "no", "no"]):
        say(seat, choice, place=place)
    name_voter(seat=seat, voter=one, by=acting_as(two))
    assert stands(seat) == "conflict"
    name_voter(seat=seat, voter=one, by=acting_as(three))
    assert stands(seat) == "yes"


def test_nobody_names_a_voter_for_others_or_a_stranger_or_late(house: House, drive: Drive):
    seat, other, *_ = seats_of(drive)
    one = seat.entitled.order_by("id")[0]
    with pytest.raises(Forbidden):
        name_voter(seat=seat, voter=one, by=owner_of(other))
    assert refusal(name_voter, seat=seat, voter=other.entitled.get(), by=owner_of(seat)) == "voter.not-an-owner"
    with clock.told_at(after(drive)):
        assert refusal(name_voter, seat=seat, voter=one, by=owner_of(seat, 1)) == "voice.too-late"


# ── an officer settles ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def conflict(house: House, drive: Drive) -> Conflict:
    """Paper says no, the owner's phone yes."""
    seat = seats_of(drive)[1]
    enter_slips(stack=stack_of(house, drive), slips=slips([seat], "no"), by=house.clerk)
    say(seat, "yes")
    return Conflict.objects.get()


def word(conflict: Conflict, channel: str) -> Voice:
    return Voice.objects.get(seat=conflict.seat, channel=channel)


@pytest.mark.parametrize(("channel", "choice"), [("paper", "no"), ("phone", "yes")])
def test_a_named_clerk_settles_with_a_reason(house: House, conflict: Conflict, channel: str, choice: str):
    with clock.told_at(after(conflict.drive, hours=71)):
        settled = settle_conflict(
            conflict=conflict, voice=word(conflict, channel), reason="当面核对过", by=house.second_clerk
        )
    assert stands(conflict.seat) == choice
    assert (settled.settled_by, settled.reason) == (person_of(house.second_clerk), "当面核对过")
    assert set(settled.set_aside.all()) == set(Voice.objects.exclude(id=word(conflict, channel).id))
    assert_totals_are_counted_by_hand(conflict.drive)


def test_settling_twice_alike_is_one_settlement_and_otherwise_is_refused(house: House, conflict: Conflict):
    paper, phone = word(conflict, "paper"), word(conflict, "phone")
    for _ in range(2):
        settle_conflict(conflict=conflict, voice=paper, reason="当面核对过", by=house.second_clerk)
    more = {"conflict": conflict, "reason": "再看", "by": house.second_clerk}
    assert refusal(settle_conflict, voice=phone, **more) == "conflict.settled"
    assert Event.objects.filter(name="conflict.settled").count() == 1


def test_a_word_given_after_the_settlement_opens_a_new_conflict(house: House, conflict: Conflict):
    settle_conflict(conflict=conflict, voice=word(conflict, "paper"), reason="当面核对过", by=house.second_clerk)
    say(conflict.seat, "yes")
    assert stands(conflict.seat) == "conflict"
    assert Conflict.objects.count() == 2
    say(conflict.seat, "no")
    assert stands(conflict.seat) == "no"
    assert_totals_are_counted_by_hand(conflict.drive)


def test_who_may_not_settle(house: House, conflict: Conflict):
    named_nowhere = somebody(house.community, "clerk")
    owner = owner_of(conflict.seat)
    for by in (house.secretary, house.leader, named_nowhere, owner, house.system):
        with pytest.raises(Forbidden):
            settle_conflict(conflict=conflict, voice=word(conflict, "paper"), reason="x", by=by)


def test_what_no_settlement_may_be(house: House, drive: Drive, conflict: Conflict):
    elsewhere = say(seats_of(drive)[2])
    more = {"conflict": conflict, "by": house.second_clerk}
    assert refusal(settle_conflict, voice=elsewhere, reason="x", **more) == "conflict.other-voice"
    for reason in ("", "  ", "长" * 201, "a\0b"):
        assert refusal(settle_conflict, voice=word(conflict, "paper"), reason=reason, **more) == "reason.missing"
    with clock.told_at(after(drive, hours=72)):
        assert refusal(settle_conflict, voice=word(conflict, "paper"), reason="x", **more) == "drive.over"


def test_a_conflict_that_nobody_settles_takes_no_part_in_the_result(house: House, drive: Drive, conflict: Conflict):
    with clock.told_at(after(drive, hours=73)):
        pass_deadline(drive.id)
    first = drive.results.order_by("scope__sort_key")[0].totals
    assert (first["units"][5], first["heads"]["silent"], first["heads"]["yes"]) == (1, 4, 0)


# ── late slips ───────────────────────────────────────────────────────────────────────────────────────────────────────


def bare(house: House, drive: Drive, *, witness: str = "", dated: bool = False) -> object:
    return start_stack(
        drive=drive,
        collector=person_of(house.leader),
        witness=witness,
        collected_on=drive.last_day if dated else None,
        by=house.clerk,
    )


def late(house: House, drive: Drive, seat: Seat, choice: str = "yes") -> LateSlip:
    """A slip without date or witness that arrived in the grace."""
    (slip,) = hold_slips(stack=bare(house, drive), slips=slips([seat], choice), by=house.clerk)  # type: ignore[arg-type]
    return slip


def test_before_the_deadline_every_slip_has_a_date_and_a_witness(house: House, drive: Drive):
    assert refusal(bare, house=house, drive=drive, dated=True) == "stack.no-witness"
    assert refusal(bare, house=house, drive=drive, witness="郝素琴") == "stack.no-date"


def test_a_late_slip_that_nothing_backs_counts_only_when_admitted(house: House, drive: Drive):
    seat, other, *_ = seats_of(drive)[1:]
    with clock.told_at(after(drive, hours=10)):
        one, two = late(house, drive, seat), late(house, drive, other, "no")
        assert stands(seat) == ""
        told = refusal(enter_slips, stack=one.stack, slips=slips([seat]), by=house.clerk)
        assert told == "slip.not-backed"
        judge_late_slip(slip=one, admit=True, reason="截止前一天收的，收表人在场", by=house.second_clerk)
        judge_late_slip(slip=two, admit=False, reason="看不出哪天填的", by=house.second_clerk)
    assert (stands(seat), stands(other)) == ("yes", "")
    assert Voice.objects.get().reason == "截止前一天收的，收表人在场"
    assert [event.internal["admitted"] for event in Event.objects.filter(name="late-slip.judged").order_by("id")] == [
        True,
        False,
    ]
    assert_totals_are_counted_by_hand(drive)


def test_a_late_slip_admitted_after_a_word_on_the_phone_overwrites_nothing(house: House, drive: Drive):
    seat = seats_of(drive)[1]
    say(seat, "no")
    with clock.told_at(after(drive, hours=10)):
        judge_late_slip(slip=late(house, drive, seat), admit=True, reason="截止前收的", by=house.second_clerk)
    assert stands(seat) == "conflict"


def test_one_clerk_alone_overturns_no_slip_and_a_late_one_never_takes_the_place_of_a_backed_one(
    house: House, drive: Drive
):
    seat, other, *_ = seats_of(drive)[1:]
    enter_slips(stack=stack_of(house, drive), slips=slips([seat], "no"), by=house.clerk)
    with clock.told_at(after(drive, hours=10)):
        against, alone = late(house, drive, seat), late(house, drive, other)
        more = {"admit": True, "reason": "截止前收的"}
        assert refusal(judge_late_slip, slip=alone, by=house.clerk, **more) == "slip.own"
        assert refusal(hold_slips, stack=alone.stack, slips=[], by=house.second_clerk) == "stack.of-another"
        assert refusal(judge_late_slip, slip=against, by=house.second_clerk, **more) == "late.slip-there"
        judge_late_slip(slip=against, admit=False, reason="已经有一张表", by=house.second_clerk)
        drive.workers.filter(person=house.second_clerk.person).delete()
        judge_late_slip(slip=alone, by=house.clerk, **more)  # type: ignore[arg-type]
    assert (stands(seat), stands(other)) == ("no", "yes")


def test_a_public_reason_names_no_door_and_nobody(house: House, drive: Drive):
    seat = seats_of(drive)[1]
    for name in ("孟庆和", "成功"):
        somebody(house.community, name=name)
    with clock.told_at(after(drive, hours=10)):
        slip = late(house, drive, seat)
        for reason in (
            f"{seat.label}的",
            f"{seat.short}晚了",
            f"{seat.dwelling}晚了",
            f"{seat.entitled.get().name}病了",
            f"和{seats_of(drive)[7].short}一起收的",
            "问过孟庆和",
            "打13800138000问过",
        ):
            told = refusal(judge_late_slip, slip=slip, admit=True, reason=reason, by=house.second_clerk)
            assert told == "reason.names-the-door"
        judge_late_slip(slip=slip, admit=True, reason="写成了2301年，没有送成功", by=house.second_clerk)


def test_a_late_slip_is_judged_once_by_a_named_clerk_before_the_end(house: House, drive: Drive):
    with clock.told_at(after(drive, hours=10)):
        slip = late(house, drive, seats_of(drive)[1])
        for by in (house.secretary, house.leader, owner_of(slip.seat)):
            with pytest.raises(Forbidden):
                judge_late_slip(slip=slip, admit=True, reason="x", by=by)
        for _ in range(2):
            judge_late_slip(slip=slip, admit=False, reason="看不出哪天填的", by=house.second_clerk)
        assert refusal(judge_late_slip, slip=slip, admit=True, reason="x", by=house.second_clerk) == "late.judged"
        waiting = late(house, drive, seats_of(drive)[2])
        assert refusal(decide_drive, drive=drive, by=house.secretary) == "late.waiting"
    with clock.told_at(after(drive, hours=73)):
        assert refusal(judge_late_slip, slip=waiting, admit=True, reason="x", by=house.second_clerk) == "drive.over"
        pass_deadline(drive.id)
    drive.refresh_from_db()
    assert drive.state == "decided"
    assert Event.objects.get(name="drive.decided").public["late_slips_not_judged"] == 1


def test_what_is_held_is_held_once(house: House, drive: Drive):
    seat, other, *_ = seats_of(drive)
    with clock.told_at(after(drive, hours=10)):
        slip = late(house, drive, seat)
        more = {"stack": slip.stack, "by": house.clerk}
        assert refusal(hold_slips, slips=[Slip(seat.id, "no", 2)], **more) == "slip.already"
        assert refusal(hold_slips, slips=[Slip(other.id, "no", 1)], **more) == "slip.position-taken"
        backed = bare(house, drive, witness="郝素琴", dated=True)
        assert refusal(hold_slips, stack=backed, slips=slips([other]), by=house.clerk) == "slip.backed"


# ── homes that were sold ─────────────────────────────────────────────────────────────────────────────────────────────


def sell(house: House, seat: Seat, name: str = "新业主") -> Person:
    assert seat.dwelling is not None
    Ownership.objects.filter(dwelling=seat.dwelling).update(until=clock.today())
    buyer = Person.objects.create(community=house.community, name=name)
    Ownership.objects.create(community=house.community, dwelling=seat.dwelling, person=buyer, since=clock.today())
    return buyer


def test_a_sale_changes_nothing_until_the_successor_is_admitted(house: House, drive: Drive):
    seat = seats_of(drive)[1]
    seller = seat.entitled.get()
    frozen = list(Seat.objects.order_by("id").values("head", "area", "label", "scope"))
    buyer = sell(house, seat)
    with pytest.raises(Forbidden):
        give_voice(seat=seat, choice="yes", typed_name="新业主", by=acting_as(buyer))
    for _ in range(2):
        admit_successor(seat=seat, person=buyer, reason="9月过户，看过不动产证", by=house.clerk)
    assert Succession.objects.get().reason == "9月过户，看过不动产证"
    assert list(seat.entitled.all()) == [buyer]
    assert list(Seat.objects.order_by("id").values("head", "area", "label", "scope")) == frozen
    assert give_voice(seat=seat, choice="yes", typed_name="新业主", by=acting_as(buyer))
    with pytest.raises(Forbidden):
        give_voice(seat=seat, choice="no", typed_name=seller.name, by=acting_as(seller))


def test_what_the_seller_said_stands_until_the_buyer_says_otherwise(house: House, drive: Drive):
    seat = seats_of(drive)[1]
    say(seat, "yes")
    buyer = sell(house, seat)
    admit_successor(seat=seat, person=buyer, reason="过户", by=house.clerk)
    assert stands(seat) == "yes"
    give_voice(seat=seat, choice="no", typed_name="新业主", by=acting_as(buyer))
    assert stands(seat) == "conflict"


def test_nobody_is_admitted_who_does_not_own_the_home_or_by_whoever_is_not_named(house: House, drive: Drive):
    seat, other, *_ = seats_of(drive)
    buyer = sell(house, seat)
    more = {"seat": seat, "reason": "过户"}
    assert refusal(admit_successor, person=other.entitled.get(), by=house.clerk, **more) == "successor.not-an-owner"
    with pytest.raises(Forbidden):
        admit_successor(person=buyer, by=house.secretary, **more)  # type: ignore[arg-type]
    with clock.told_at(after(drive, hours=73)):
        assert refusal(admit_successor, person=buyer, by=house.clerk, **more) == "drive.over"
