"""What happens when several people and workers write to one drive at the same moment, on a database that commits."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random

import pytest
from django.db import connection

from linli.record import clock
from linli.record.acting import Acting
from linli.record.models import Event
from linli.rules.errors import Refused
from linli.voting import counting
from linli.voting.models import Conflict, Drive, DriveWorker, Head, Result, ScopeTotals, Seat, Voice
from linli.voting.services import (
    Slip,
    attach_photos,
    decide_drive,
    enter_slips,
    give_voice,
    name_voter,
    pass_deadline,
    settle_conflict,
)
from linli.voting.services.deciding import count_afresh
from tests.at_once import at_once, behind_a_lock, held, on_its_own, wait_for
from tests.houses import House, acting_as, after, build, open_at, own, person_of, seats_of, slips, somebody, stack_of
from tests.voting.recounting import assert_totals_are_counted_by_hand

SMALL = "2个单元，3–5层，每层2户"


@pytest.fixture
def house(committed_db: str) -> House:
    return build(rule=SMALL)


def assert_totals_are_the_recount(drive: Drive) -> None:
    pack = counting.pack_of(drive)
    rows = ScopeTotals.objects.filter(drive=drive).select_related("scope")
    assert rows
    for row in rows:
        assert counting.totals_from_json(row.totals) == count_afresh(drive, row.scope, pack)


def codes(results: list[object]) -> list[str]:
    """“done” or the code of the refusal of each."""
    return [
        each.code if isinstance(each, Refused) else "done" if not isinstance(each, Exception) else repr(each)
        for each in results
    ]


def test_two_clerks_enter_one_slip_at_once_and_one_voice_stands(committed_db: str, house: House):
    drive = open_at(house)
    seat = seats_of(drive)[0]
    mine, yours = stack_of(house, drive), stack_of(house, drive, by=house.second_clerk)
    results = behind_a_lock(
        committed_db,
        "select 1 from voting_seat where id = %s for update",
        seat.id,
        lambda: enter_slips(stack=mine, slips=slips([seat], "yes"), by=house.clerk),
        lambda: enter_slips(stack=yours, slips=slips([seat], "no"), by=house.second_clerk),
    )
    assert sorted(codes(results)) == ["done", "slip.already"]
    assert Voice.objects.count() == 1
    assert Seat.objects.get(id=seat.id).voice == Voice.objects.get()
    assert_totals_are_the_recount(drive)


def test_two_clerks_enter_one_slip_of_somebody_with_many_doors(committed_db: str, house: House):
    """A head with several doors would hold the second voice without complaint."""
    doors = house.dwellings
    owner = doors[0].ownerships.get().person
    doors[1].ownerships.all().delete()
    own([(doors[1], [owner])])
    drive = open_at(house)
    seat = seats_of(drive)[0]
    mine, yours = stack_of(house, drive), stack_of(house, drive, by=house.second_clerk)
    results = behind_a_lock(
        committed_db,
        "select 1 from voting_seat where id = %s for update",
        seat.id,
        lambda: enter_slips(stack=mine, slips=slips([seat], "yes"), by=house.clerk),
        lambda: enter_slips(stack=yours, slips=slips([seat], "no"), by=house.second_clerk),
    )
    assert sorted(codes(results)) == ["done", "slip.already"]
    assert Voice.objects.count() == 1
    assert_totals_are_the_recount(drive)


def test_two_corrections_of_one_voice_at_once_follow_one_another(committed_db: str, house: House):
    """Each correction replaces the voice that stands when its turn comes: one chain, no fork."""
    drive = open_at(house)
    seat = seats_of(drive)[0]
    enter_slips(stack=stack_of(house, drive), slips=slips([seat]), by=house.clerk)
    mine, yours = stack_of(house, drive), stack_of(house, drive, by=house.second_clerk)
    results = behind_a_lock(
        committed_db,
        "select 1 from voting_seat where id = %s for update",
        seat.id,
        lambda: enter_slips(stack=mine, slips=slips([seat], "no", reason="户主重填"), by=house.clerk),
        lambda: enter_slips(stack=yours, slips=slips([seat], "abstain", reason="户主重填"), by=house.second_clerk),
    )
    assert codes(results) == ["done", "done"]
    assert Voice.objects.filter(replaces=None).count() == 1
    assert list(Voice.objects.filter(replaced_by=None)) == [Seat.objects.get(id=seat.id).voice]
    assert_totals_are_the_recount(drive)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_clerks_with_random_stacks_over_the_same_doors(house: House, seed: int):
    doors = house.dwellings
    owner = doors[0].ownerships.get().person
    for door in doors[1:4]:
        door.ownerships.all().delete()
        own([(door, [owner])])
    drive = open_at(house)
    seats = seats_of(drive)
    dice = Random(seed)

    def work(chance: Random, by: Acting) -> list[tuple[int, str, int]]:
        outcomes = []
        for _ in range(8):
            stack = stack_of(house, drive, by=by)
            wanted = chance.sample(seats, chance.randint(1, 10))
            reason = chance.choice(["", "户主重填"])
            choices = ["yes", "no", "abstain", "spoiled"]
            taken = [
                Slip(seat.id, chance.choice(choices), place, chance.random() < 0.1, reason)
                for place, seat in enumerate(wanted, 1)
            ]
            result = on_its_own(partial(enter_slips, stack=stack, slips=taken, by=by))
            outcomes.append((Voice.objects.filter(stack=stack).count(), codes([result])[0], len(taken)))
        return outcomes

    hands = [(Random(dice.random()), by) for by in (house.clerk, house.second_clerk) * 2]
    results = at_once(*(lambda hand=hand: work(*hand) for hand in hands))
    assert not [each for each in results if isinstance(each, Exception)]
    for written, outcome, wanted in (outcome for each in results for outcome in each):  # type: ignore[attr-defined]
        assert (outcome, written) in {("done", wanted), ("slip.already", 0)}
    assert {outcome for each in results for _, outcome, _ in each} == {"done", "slip.already"}  # type: ignore[attr-defined]
    assert_totals_are_the_recount(drive)
    for head in Head.objects.filter(electorate=drive.electorate_id):
        its = head.seats.select_related("voice")
        assert sum(head.tally["units"]) == len(its)
        assert head.tally["units"][1] == sum(seat.voice is not None and seat.voice.choice == "yes" for seat in its)


def test_closing_while_slips_come_in(house: House):
    """Each voice is in the result or was refused: none is taken in and left out."""
    drive = open_at(house)
    seats = seats_of(drive)
    stacks = [stack_of(house, drive) for _ in seats]
    moment = after(drive, hours=1)

    def enter(place: int) -> object:
        with clock.told_at(moment):
            return enter_slips(stack=stacks[place], slips=slips([seats[place]]), by=house.clerk)

    def decide() -> object:
        with clock.told_at(moment):
            return decide_drive(drive=drive, by=house.secretary)

    half = len(seats) // 2
    calls = [
        *(lambda n=n: enter(n) for n in range(half)),
        decide,
        *(lambda n=n: enter(n) for n in range(half, len(seats))),
    ]
    outcomes = codes(at_once(*calls))
    assert set(outcomes) <= {"done", "drive.over"}
    assert outcomes[half] == "done"
    counted = sum(result.totals["units"][1] for result in Result.objects.filter(drive=drive))
    assert counted == Voice.objects.count() == outcomes.count("done") - 1


def test_a_slip_that_waits_for_the_result_is_refused(committed_db: str, house: House):
    """Too late is judged inside the drive's lock: what waited there sees the end that it waited for."""
    drive = open_at(house)
    stack, seat = stack_of(house, drive), seats_of(drive)[0]
    (outcome,) = behind_a_lock(
        committed_db,
        "select 1 from voting_drive where id = %s for update",
        drive.id,
        lambda: enter_slips(stack=stack, slips=slips([seat]), by=house.clerk),
        then="update voting_drive set closes_at = clock_timestamp() - interval '1 hour', "
        "gathers_until = clock_timestamp() where id = %s",
    )
    assert codes([outcome]) == ["drive.over"]
    assert not Voice.objects.exists()


def test_deciding_twice_at_once_gives_one_set_of_results(committed_db: str, house: House):
    drive = open_at(house)
    moment = after(drive, hours=100)

    def decide() -> object:
        with clock.told_at(moment):
            return decide_drive(drive=drive, by=house.secretary)

    def deadline() -> None:
        with clock.told_at(moment):
            pass_deadline(drive.id)

    lock = "select 1 from voting_drive where id = %s for update"
    outcomes = codes(behind_a_lock(committed_db, lock, drive.id, decide, deadline, decide, deadline))
    assert outcomes == ["done"] * 4
    assert Result.objects.filter(drive=drive).count() == 2
    assert Event.objects.filter(name="drive.decided", subject=drive.id).count() == 1
    assert Event.objects.filter(name="drive.closed", subject=drive.id).count() == 1


def test_stacks_begun_at_once_have_numbers_of_their_own(house: House):
    drive = open_at(house)
    stacks = at_once(*(lambda: stack_of(house, drive) for _ in range(6)))
    assert sorted(stack.number for stack in stacks) == [1, 2, 3, 4, 5, 6]  # type: ignore[attr-defined]


def test_laying_photos_does_not_wait_for_slips_that_are_being_entered(committed_db: str, house: House):
    """Were it to wait for the drive while it holds the stack, each would wait for the other for ever."""
    drive = open_at(house)
    stack, seat = stack_of(house, drive), seats_of(drive)[0]
    with ThreadPoolExecutor(1) as pool:
        with held(committed_db, "select 1 from voting_seat where id = %s for update", seat.id):
            entering = pool.submit(on_its_own, lambda: enter_slips(stack=stack, slips=slips([seat]), by=house.clerk))
            wait_for(committed_db, 1)
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '5s'")
            assert attach_photos(stack=stack, files=[], by=house.clerk) == 0
        assert codes([entering.result()]) == ["done"]


# ── phones ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def by_phone(seat: Seat, choice: str, place: int = 0) -> Voice:
    owner = seat.entitled.order_by("id")[place]
    return give_voice(seat=seat, choice=choice, typed_name=owner.name, by=acting_as(owner))


LOCK_SEAT = "select 1 from voting_seat where id = %s for update"
LOCK_DRIVE = "select 1 from voting_drive where id = %s for update"


def test_an_impatient_thumb_on_a_phone_is_one_voice(committed_db: str, house: House):
    drive = open_at(house)
    seat = seats_of(drive)[0]
    results = behind_a_lock(committed_db, LOCK_SEAT, seat.id, *[lambda: by_phone(seat, "yes")] * 3)
    assert codes(results) == ["done"] * 3
    assert Voice.objects.count() == 1
    assert_totals_are_counted_by_hand(drive)


def test_a_slip_and_a_phone_at_once_are_a_conflict_whichever_comes_first(committed_db: str, house: House):
    drive = open_at(house)
    seat, stack = seats_of(drive)[0], stack_of(house, drive)
    results = behind_a_lock(
        committed_db,
        LOCK_SEAT,
        seat.id,
        lambda: by_phone(seat, "yes"),
        lambda: enter_slips(stack=stack, slips=slips([seat], "no"), by=house.clerk),
    )
    assert codes(results) == ["done", "done"]
    assert Conflict.objects.filter(closed_at=None).count() == 1
    assert_totals_are_counted_by_hand(drive)
    assert_totals_are_the_recount(drive)


def test_a_word_that_waits_past_the_deadline_is_too_late(committed_db: str, house: House):
    """Judged by the database's clock inside the drive's lock, not when the tap arrived."""
    drive = open_at(house)
    seat = seats_of(drive)[0]
    (outcome,) = behind_a_lock(
        committed_db,
        LOCK_DRIVE,
        drive.id,
        lambda: by_phone(seat, "yes"),
        then="update voting_drive set closes_at = clock_timestamp() where id = %s",
    )
    assert codes([outcome]) == ["voice.too-late"]
    assert not Voice.objects.exists()


def test_two_clerks_settle_one_conflict_otherwise_at_once(committed_db: str, house: House):
    drive = open_at(house)
    seat = seats_of(drive)[0]
    third = somebody(house.community, "clerk")
    DriveWorker.objects.create(community=house.community, drive=drive, person=person_of(third), task="clerk")
    enter_slips(stack=stack_of(house, drive, by=third), slips=slips([seat], "no"), by=third)
    by_phone(seat, "yes")
    conflict = Conflict.objects.get()
    calls = [
        lambda voice=voice, by=by: settle_conflict(conflict=conflict, voice=voice, reason="核对过", by=by)
        for voice, by in zip(Voice.objects.order_by("id"), (house.clerk, house.second_clerk), strict=True)
    ]
    results = behind_a_lock(committed_db, LOCK_SEAT, seat.id, *calls)
    assert sorted(codes(results)) == ["conflict.settled", "done"]
    assert_totals_are_counted_by_hand(drive)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_phones_slips_namings_and_settlements_all_at_once(house: House, seed: int):
    """Whatever comes between what: the totals are what the voices come to, counted by hand."""
    doors = house.dwellings
    people = [door.ownerships.get().person for door in doors]
    own([(doors[0], [people[1]]), (doors[1], [people[2], people[3]])])
    drive = open_at(house)
    seats = seats_of(drive)[:6]
    dice = Random(seed)
    choices = ["yes", "no", "abstain"]

    def phone(chance: Random) -> object:
        seat = chance.choice(seats)
        return by_phone(seat, chance.choice(choices), chance.randrange(seat.entitled.count()))

    def paper(chance: Random) -> object:
        stack = stack_of(house, drive)
        wanted = [
            Slip(seat.id, chance.choice([*choices, "spoiled"]), n, chance.random() < 0.2, "户主重填")
            for n, seat in enumerate(chance.sample(seats, 3), 1)
        ]
        return enter_slips(stack=stack, slips=wanted, by=house.clerk)

    def naming(chance: Random) -> object:
        seat = chance.choice(seats[:2])
        one, other = chance.sample(list(seat.entitled.all()), 2)
        return name_voter(seat=seat, voter=chance.choice([other, None]), by=acting_as(one))

    def settling(chance: Random) -> object:
        conflict = Conflict.objects.filter(closed_at=None).order_by("?").first()
        if conflict is None:
            return None
        voice = chance.choice(list(Voice.objects.filter(seat=conflict.seat)))
        return settle_conflict(conflict=conflict, voice=voice, reason="核对过", by=house.second_clerk)

    def work(chance: Random) -> list[str]:
        acts = [chance.choice([phone, phone, paper, naming, settling]) for _ in range(14)]
        return [codes([on_its_own(partial(act, chance))])[0] for act in acts]

    results = at_once(*(partial(work, Random(dice.random())) for _ in range(4)))
    outcomes = {code for each in results for code in each}  # type: ignore[attr-defined]
    assert outcomes <= {"done", "conflict.settled", "conflict.other-voice"}
    assert_totals_are_counted_by_hand(drive)
    assert_totals_are_the_recount(drive)


def test_closing_while_phones_speak(house: House):
    """Each word is in the result or was refused."""
    drive = open_at(house)
    seats = seats_of(drive)
    Drive.objects.filter(id=drive.id).update(closes_at=after(drive, hours=-24), gathers_until=after(drive, hours=-24))
    moment = after(drive, hours=-24)

    def close() -> None:
        with clock.told_at(moment):
            pass_deadline(drive.id)

    half = len(seats) // 2
    calls = [partial(by_phone, seat, "yes") for seat in seats]
    outcomes = codes(at_once(*calls[:half], close, *calls[half:]))
    assert set(outcomes) <= {"done", "voice.too-late"}
    counted = sum(result.totals["units"][1] for result in Result.objects.filter(drive=drive))
    assert counted == Voice.objects.count() == outcomes.count("done") - 1
