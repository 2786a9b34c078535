"""Every form of the road that makes something new, sent twice as a tired thumb or a slow line sends it: one is made."""

from datetime import timedelta
from functools import partial

import pytest

from linli.community.models import Place
from linli.matters.models import Matter
from linli.messaging.models import Notice, Review
from linli.messaging.services import end_notice, object_to_notice
from linli.record import clock
from linli.record.models import Event
from linli.voting.models import Drive, Stack
from tests import cast
from tests.at_once import at_once
from tests.journeys.reading import Reader
from tests.messaging.worlds import World, doors


@pytest.mark.django_db
def test_each_form_of_the_road_makes_one_thing():
    community = cast.community()
    compound = cast.compound(community)
    party = cast.organisation(community)
    office, clerk = cast.secretary(community), cast.clerk(community)
    collector = cast.collector(compound)
    desk, hand = Reader(cast.signed_in(office)), Reader(cast.signed_in(clerk))

    new_place = desk.open("/places").form()
    desk.send(new_place, kind="compound", name="桃园里")
    assert desk.send(new_place, 400, kind="compound", name="桃园里").says("桃园里")
    assert Place.objects.filter(name="桃园里").count() == 1

    new_matter = desk.open("/matters/new").form()
    for _ in range(2):
        raised = desk.send(
            new_matter, title="加装电梯", words="老人上下楼难。", place=str(compound.id), pack="cn.tianjin.lift",
            convener=str(party.id), cost="576000", circle="residents",
        )  # fmt: skip
    matter = Matter.objects.get()
    assert raised.address == f"/matters/{matter.id}", "the second try leads where the first did"

    put = desk.open(f"{raised.address}/put").form()
    for _ in range(2):
        desk.send(
            put, closes_on=(clock.today() + timedelta(days=14)).isoformat(), collectors=[str(collector.person.id)],
            clerks=[str(clerk.person.id)], progress="live", share_method="equal", share_reason="同一段",
        )  # fmt: skip
    drive = Drive.objects.get()

    new_stack = hand.open(f"/drives/{drive.id}/stacks").form()
    for _ in range(2):
        begun = hand.send(new_stack, collector=str(collector.person.id), witness="郝素琴")
    stack = Stack.objects.get()
    assert begun.address == f"/stacks/{stack.id}"


def events(notice: Notice) -> dict[str, int]:
    """How often each thing was done with a notice."""
    names = list(Event.objects.filter(subject_kind="notice", subject=notice.id).values_list("name", flat=True))
    return {name: names.count(name) for name in names}


@pytest.mark.django_db
def test_each_form_of_a_notice_sent_again_is_answered_as_the_first():
    """Revised, posted, answered, withdrawn and taken down, each twice over: the second try leads where the first did,
    though what it asks for was already done.
    """
    world = World()
    clerk, leader = Reader(cast.signed_in(world.clerk)), Reader(cast.signed_in(world.leader))
    secretary = Reader(cast.signed_in(world.secretary))
    notice = world.written()
    here, review = f"/notices/{notice.id}", f"/reviews/{notice.review_id}"
    secretary.send(secretary.open(review).form("/return"), reason="incomplete", words="写清楚费用。")
    revising = clerk.open(f"{here}/revise").form()
    for _ in range(2):
        assert clerk.send(revising, text="每户约12,000元。").address == here
    secretary.send(secretary.open(review).form("/approve"))
    hanging = [leader.open(here).form(f"/postings/{posting.id}/up") for posting in doors(notice)]
    for form in (*hanging, *hanging):
        assert leader.send(form).address == here
    said = object_to_notice(notice=notice, text="中午不要施工。", by=cast.neighbour(world.compound).by)
    secretary.send(secretary.open(f"/reviews/{said.review_id}").form("/approve"))
    answering = clerk.open(f"/objections/{said.id}/answer").form()
    for _ in range(2):
        assert clerk.send(answering, text="中午不施工。").address == here
    assert Review.objects.filter(of="reply").count() == 1
    notice.refresh_from_db()
    assert notice.ends_at is not None
    with clock.told_at(notice.ends_at):
        end_notice(notice.id)
    taking = [leader.open(here).form(f"/postings/{posting.id}/down") for posting in doors(notice)]
    for form in (*taking, *taking):
        assert leader.send(form).address == here
    wrong = world.approved()
    withdrawing = clerk.open(f"/notices/{wrong.id}").form("/withdraw")
    for _ in range(2):
        assert clerk.send(withdrawing, words="日期写错了").address == f"/notices/{wrong.id}"
    assert events(notice) == {
        "notice.written": 1, "notice.revised": 1, "notice.posted": 3, "notice.counted": 1, "notice.objected": 1,
        "notice.answered": 1, "notice.ended": 1, "notice.taken-down": 3,
    }  # fmt: skip
    assert events(wrong) == {"notice.written": 1, "notice.withdrawn": 1}


def test_a_form_sent_from_two_lines_at_once_is_done_once(committed_db: str):
    world = World()
    notice = world.approved()
    door = doors(notice)[0]
    hung = sent_twice_at_once(world.leader, f"/postings/{door.id}/up", once="one press")
    gone = sent_twice_at_once(world.clerk, f"/notices/{notice.id}/withdraw", once="another", words="日期写错了")
    assert hung == gone == [(302, f"/notices/{notice.id}")] * 2
    assert events(notice) == {"notice.written": 1, "notice.posted": 1, "notice.withdrawn": 1}


def sent_twice_at_once(member: cast.Member, address: str, **form: str) -> list[tuple[int, str]]:
    """Where each of two sends of one form leads that arrive at the same time."""
    lines = [cast.signed_in(member) for _ in range(2)]
    answers = at_once(*(partial(line.post, address, form) for line in lines))
    return [(answer.status_code, answer.headers["Location"]) for answer in answers]  # type: ignore[attr-defined]
