"""A result decided anew: who may ask for it and who ends it, what may be put right, and both results recounted."""

import json
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from linli.cli.rules.verdict import verdict
from linli.record import clock
from linli.record.acting import Acting
from linli.record.models import Event
from linli.record.queries import openings
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Drive, LateSlip, PutRight, Recount, Result, Seat, Voice
from linli.voting.queries import decisions_of, late_told, progress_of, recount_file, results_of, work_list
from linli.voting.services import (
    Slip,
    correct_slip,
    decide_anew,
    enter_slips,
    give_voice,
    hold_slips,
    judge_late_slip,
    keep_result,
    order_recount,
    pass_deadline,
    settle_conflict,
    start_stack,
)
from tests.houses import House, acting_as, build, open_at, person_of, seats_of, slips, somebody, stack_of
from tests.voting.recounting import assert_totals_are_counted_by_hand

pytestmark = pytest.mark.django_db

SMALL = "1个单元，3–5层，每层1户"
WHY = "有一张纸表录反了"


@pytest.fixture
def house() -> House:
    return build(rule=SMALL)


@pytest.fixture
def drive(house: House) -> Drive:
    """Three homes that need two: two agree by one slip too many, read wrongly; the third says different things; a slip
    of the second came late."""
    drive = open_at(house)
    first, _second, third = seats_of(drive)
    enter_slips(stack=stack_of(house, drive), slips=slips([first, third], "yes"), by=house.clerk)
    give_voice(seat=third, choice="no", typed_name=third.entitled.get().name, by=acting_as(third.entitled.get()))
    with clock.told_at(drive.closes_at + timedelta(hours=1)):
        pass_deadline(drive.id)
        stack = start_stack(
            drive=drive, collector=person_of(house.leader), witness="", collected_on=None, by=house.clerk
        )
        hold_slips(stack=stack, slips=[Slip(seats_of(drive)[1].id, "yes", 1)], by=house.clerk)
    with clock.told_at(drive.gathers_until):
        pass_deadline(drive.id)
    drive.refresh_from_db()
    assert [result.state for result in results_of(drive)] == ["failed"]
    return drive


def refusal(call: object, **more: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**more)  # type: ignore[operator]
    return refused.value.code


def ordered(house: House, drive: Drive, **more: object) -> Recount:
    return order_recount(**({"drive": drive, "reason": WHY, "by": house.secretary} | more))  # type: ignore[arg-type]


def later(drive: Drive, days: float = 1) -> AbstractContextManager[object]:
    return clock.told_at(drive.gathers_until + timedelta(days=days))


def recounted(drive: Drive, place: int) -> tuple[str, str]:
    """The state that the result of one count has, and the one that its file gives at home."""
    decision = decisions_of(drive)[place]
    (result,) = decision.results
    at_home, _ = verdict(json.loads(json.dumps(recount_file(drive, decision, result.scope_id))))
    return result.state, str(at_home["state"])


def test_what_waited_is_settled_and_the_new_result_names_the_old(house: House, drive: Drive):
    """One agrees of three; with the late slip admitted two do, which is two thirds. Each is recounted from its file."""
    (old,) = results_of(drive)
    with later(drive):
        recount = ordered(house, drive)
        judge_late_slip(slip=LateSlip.objects.get(), admit=True, reason="截止前收的", by=house.second_clerk)
        assert [recounted(drive, 0), progress_of(drive, None).yes] == [("failed", "failed"), 1]
        conflict = seats_of(drive)[2].conflict
        assert conflict is not None
        paper = Voice.objects.get(seat=conflict.seat, channel="paper")
        settle_conflict(conflict=conflict, voice=paper, reason="当面问过", by=house.second_clerk)
        assert_totals_are_counted_by_hand(drive)
        done = decide_anew(recount=recount, by=house.clerk)
    (new,) = results_of(drive)
    assert (new.replaces, new.recount, new.state, old.state) == (old, done, "passed", "failed")
    assert [each.number for each in decisions_of(drive)] == [2, 1]
    assert [recounted(drive, 0), recounted(drive, 1)] == [("passed", "passed"), ("failed", "failed")]
    assert (progress_of(drive, None).yes, progress_of(drive, None, decisions_of(drive)[1].results).yes) == (3, 1)
    told = [late_told(drive, at=each.at) for each in decisions_of(drive)]
    assert [(each.admitted, each.unjudged) for each in told if each] == [(1, 0), (0, 1)]
    event = Event.objects.get(name="drive.decided_anew")
    assert set(event.public) == {"number", "ground", "results", "pack", "version", "pack_sha256"}
    bound = {each["field"]: each["value"] for each in openings("a log", [event.id])[event.id]}
    assert json.loads(bound["looked_at"]) == {"late_slip": 1, "conflict": 1}
    assert json.loads(bound["counts"]) == {"一单元": {"yes": 3, "of": 3}}
    assert (done.ended_by_id, done.ended_at) == (house.clerk.person, new.recount and new.recount.ended_at)
    assert decide_anew(recount=recount, by=house.clerk) == done
    assert Result.objects.count() == 2


def test_a_paper_read_wrongly_is_read_again_by_another(house: House, drive: Drive):
    first = seats_of(drive)[0]
    with later(drive):
        recount = ordered(house, drive)
        judge_late_slip(slip=LateSlip.objects.get(), admit=False, reason="看不出哪天填的", by=house.second_clerk)
        voice = Voice.objects.get(seat=first)
        more = {"voice": voice, "choice": "no", "reason": "勾的是不同意"}
        assert refusal(correct_slip, **more, by=house.clerk) == "slip.own"
        assert refusal(correct_slip, **more | {"choice": "yes"}, by=house.second_clerk) == "misread.the-same"
        assert refusal(correct_slip, **more | {"reason": " "}, by=house.second_clerk) == "reason.missing"
        read = correct_slip(**more, by=house.second_clerk)  # type: ignore[arg-type]
        assert (read.replaces, read.stack, read.position, read.given_on) == (
            voice, voice.stack, voice.position, voice.given_on,
        )  # fmt: skip
        assert refusal(correct_slip, **more, by=house.second_clerk) == "misread.not-a-slip"
        assert refusal(keep_result, recount=recount, outcome="没有错", by=house.clerk) == "recount.changed"
        assert refusal(decide_anew, recount=recount, by=house.clerk) == "conflict.waiting"
        settled(house, drive, "phone")
        decide_anew(recount=recount, by=house.clerk)
    assert [recounted(drive, 0), recounted(drive, 1)] == [("failed", "failed"), ("failed", "failed")]
    files = [recount_file(drive, each, each.results[0].scope_id)["units"][0]["voice"] for each in decisions_of(drive)]
    assert files == ["no", "yes"]


def settled(house: House, drive: Drive, channel: str) -> Voice:
    """The third home's words, settled for the one of ``channel``; the other, which is set aside."""
    seat = seats_of(drive)[2]
    assert seat.conflict is not None
    settle_conflict(
        conflict=seat.conflict, voice=seat.voices.get(channel=channel), reason="当面问过", by=house.second_clerk
    )
    return seat.voices.exclude(channel=channel).get()


def test_who_had_a_hand_in_a_paper_leaves_it_to_one_who_had_none(house: House, drive: Drive):
    """The first clerk entered it, the second read it again: a third is left; without a third, not the last of them."""
    third = somebody(house.community, "clerk", "录入丙")
    with later(drive):
        ordered(house, drive)
        read = correct_slip(
            voice=Voice.objects.get(seat=seats_of(drive)[0]), choice="no", reason="勾的是不同意", by=house.second_clerk
        )
        more = {"voice": read, "choice": "yes", "reason": "还是同意"}
        named = drive.workers.create(community_id=drive.community_id, person=person_of(third), task="clerk")
        for hand in (house.clerk, house.second_clerk):
            assert refusal(correct_slip, **more, by=hand) == "slip.own"
        named.delete()
        assert refusal(correct_slip, **more, by=house.second_clerk) == "slip.own"
        assert correct_slip(**more, by=house.clerk).replaces == read  # type: ignore[arg-type]


def test_a_slip_that_was_set_aside_is_not_brought_back_by_reading_it_again(house: House, drive: Drive):
    with later(drive):
        ordered(house, drive)
        paper = settled(house, drive, "phone")
        more = {"voice": paper, "choice": "abstain", "reason": "勾的是暂不表态"}
        assert refusal(correct_slip, **more, by=house.second_clerk) == "misread.set-aside"
        third = seats_of(drive)[2]
        assert (third.conflict, third.voice and third.voice.choice) == (None, "no")


def test_nothing_new_comes_in_while_a_result_is_looked_into(house: House, drive: Drive):
    with later(drive):
        ordered(house, drive)
        seat, stack = seats_of(drive)[1], drive.stacks.order_by("number")[0]
        owner = seat.entitled.get()
        assert refusal(enter_slips, stack=stack, slips=slips([seat], first=9), by=house.clerk) == "drive.over"
        assert (
            refusal(give_voice, seat=seat, choice="no", typed_name=owner.name, by=acting_as(owner)) == "voice.too-late"
        )
        assert work_list(drive, house.clerk).waiting == 2
        for viewer in (house.leader, house.secretary, acting_as(owner), None):
            with pytest.raises(Forbidden):
                work_list(drive, viewer)


def test_without_a_change_the_old_result_is_kept_and_says_so(house: House, drive: Drive):
    with later(drive):
        recount = ordered(house, drive)
        assert refusal(decide_anew, recount=recount, by=house.clerk) == "late.waiting"
        judge_late_slip(slip=LateSlip.objects.get(), admit=False, reason="看不出哪天填的", by=house.second_clerk)
        assert refusal(decide_anew, recount=recount, by=house.clerk) == "recount.nothing-changed"
        kept = keep_result(recount=recount, outcome="纸表逐张看过，都对。", by=house.clerk)
        assert (kept.state, Result.objects.count(), PutRight.objects.count()) == ("found_right", 1, 1)
        with pytest.raises(Forbidden):
            work_list(drive, house.clerk)
        assert refusal(decide_anew, recount=recount, by=house.clerk) == "recount.over"
        assert ordered(house, drive).number == 2


def test_who_asks_for_it_does_not_end_it_where_the_office_has_another(house: House, drive: Drive):
    with later(drive):
        recount = ordered(house, drive)
        for by in (house.leader, somebody(house.community), build("惠岗社区", rule=SMALL).secretary):
            assert refusal(ordered, house=house, drive=drive, by=by) == "not-allowed"
            assert refusal(decide_anew, recount=recount, by=by) == "not-allowed"
        with pytest.raises(Refused) as refused:
            keep_result(recount=recount, outcome="没有错", by=house.secretary)
        assert refused.value.code == "recount.two-people"
        assert refused.value.facts["roles"] == "示例"
        for role in person_of(house.clerk).roles.all() | person_of(house.second_clerk).roles.all():
            role.until = clock.today()
            role.save()
        assert keep_result(recount=recount, outcome="没有错", by=house.secretary).ended_as == "示例"


@pytest.mark.parametrize(
    "reason", ["", " ", "x" * 201, "一单元301录反了", "1-301录反了", "业主0的表录反了", "打13800138000问", "孟庆和看过"]
)
def test_the_reason_is_for_everybody_and_names_nobody(house: House, drive: Drive, reason: str):
    somebody(house.community, name="孟庆和")
    with later(drive):
        code = refusal(ordered, house=house, drive=drive, reason=reason)
        assert code == ("reason.names-the-door" if 0 < len(reason.strip()) <= 200 else "reason.missing")


def test_before_there_is_a_result_there_is_nothing_to_look_into(house: House):
    running = open_at(house)
    assert refusal(ordered, house=house, drive=running) == "recount.no-result"
    seat = seats_of(running)[0]
    (voice,) = enter_slips(stack=stack_of(house, running), slips=slips([seat]), by=house.clerk)
    again = {"voice": voice, "choice": "no", "reason": "x", "by": house.second_clerk}
    assert refusal(correct_slip, **again) == "recount.none"


def test_one_may_be_looked_into_at_a_time(house: House, drive: Drive):
    with later(drive):
        ordered(house, drive)
        assert refusal(ordered, house=house, drive=drive) == "recount.open-already"


def test_a_clerk_does_not_settle_over_a_slip_of_their_own_where_there_is_another(house: House):
    drive = open_at(house)
    seat = seats_of(drive)[0]
    (paper,) = enter_slips(stack=stack_of(house, drive), slips=slips([seat]), by=house.clerk)
    owner: Acting = acting_as(seat.entitled.get())
    give_voice(seat=seat, choice="no", typed_name=person_of(owner).name, by=owner)
    conflict = Seat.objects.get(id=seat.id).conflict
    assert conflict is not None
    more = {"conflict": conflict, "voice": paper, "reason": "当面问过"}
    assert refusal(settle_conflict, **more, by=house.clerk) == "slip.own"
    drive.workers.filter(person=house.second_clerk.person).delete()
    assert settle_conflict(**more, by=house.clerk).voice == paper  # type: ignore[arg-type]
