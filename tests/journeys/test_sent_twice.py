"""Every form of the road that makes something new, sent twice as a tired thumb or a slow line sends it: one is made."""

from datetime import timedelta

import pytest

from linli.community.models import Place
from linli.matters.models import Matter
from linli.record import clock
from linli.voting.models import Drive, Stack
from tests import cast
from tests.journeys.reading import Reader

pytestmark = pytest.mark.django_db


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
