"""A resident's first screen: four buttons that each lead to something there is, then what waits for her home."""

import re

import pytest

from linli.community.models import Contact
from linli.community.services import show_office_phone, show_own_phone
from linli.rules.errors import Forbidden, Refused
from tests import cast
from tests.journeys.reading import Reader
from tests.journeys.test_by_phone import World

pytestmark = pytest.mark.django_db

LABELS = ["看通知", "我要说", "我家的事", "打电话找楼长"]


def quad(reader: Reader) -> list[tuple[str, str]]:
    """The four buttons with where they lead."""
    html = reader.client.get("/").content.decode()
    block = re.search(r'<ul class="quad">(.*?)</ul>', html, re.S)
    assert block
    return re.findall(r'<a href="([^"]+)">.*?<span>([^<]+)</span>', block[1], re.S)


def test_four_buttons_lead_to_what_there_is():
    world = World()
    reader = Reader(cast.signed_in(world.owner))
    doors = quad(reader)
    assert [label for _, label in doors] == LABELS
    for address, _ in doors:
        assert reader.open(address)
    assert reader.open("/reach").says("没有留电话")


def test_the_call_goes_to_the_leader_who_agreed_else_to_the_office():
    world = World()
    reader = Reader(cast.signed_in(world.owner))
    show_office_phone(community=world.community, phone="022 2837 0000", by=world.clerk.by)
    assert quad(reader)[3] == ("tel:02228370000", "打电话找社区")
    role = world.collector.person.roles.get()
    show_own_phone(role=role, phone="１３８ ００００ ００００", by=world.collector.by)
    assert quad(reader)[3] == ("tel:13800000000", "打电话找楼长")
    show_own_phone(role=role, phone="", by=world.collector.by)
    assert quad(reader)[3][0] == "tel:02228370000"


def test_a_leader_is_not_told_to_call_themselves():
    world = World()
    leader = Reader(cast.signed_in(world.collector))
    show_office_phone(community=world.community, phone="022 2837 0000", by=world.clerk.by)
    show_own_phone(role=world.collector.person.roles.get(), phone="138 0000 0000", by=world.collector.by)
    assert quad(leader)[3] == ("tel:02228370000", "打电话找社区")


def test_the_office_reaches_all_its_ways_from_the_first_page():
    world = World()
    clerk = Reader(cast.signed_in(world.clerk))
    html = clerk.client.get("/").content.decode()
    ways = ["/matters/new", "/notices/new", "/search", "/places", "/codes", "/people", "/family/at-door", "/papers"]
    for address in ways:
        assert f'href="{address}"' in html
        assert clerk.open(address)


def test_a_leader_shows_their_number_from_their_own_page_and_takes_it_back():
    world = World()
    leader, owner = Reader(cast.signed_in(world.collector)), Reader(cast.signed_in(world.owner))
    form = leader.open("/own").form("/own/phone")
    assert leader.send(form, 400, phone="打给我").says("这不像一个电话号码")
    for _ in range(2):
        leader.send(leader.open("/own").form("/own/phone"), phone="138-0000-0000")
    assert owner.open("/reach").says("138-0000-0000")
    leader.send(leader.open("/own").form("/own/phone"), phone="")
    assert not Contact.objects.exists()


@pytest.mark.parametrize("phone", ["12", "022-", "call me", "1" * 30, "+86 138;ext=1", "<b>13800000000</b>"])
def test_what_is_no_number(phone: str):
    world = World()
    with pytest.raises(Refused) as refused:
        show_office_phone(community=world.community, phone=phone, by=world.clerk.by)
    assert refused.value.code == "phone.not-one"


def test_nobody_shows_another_ones_number():
    world = World()
    role = world.collector.person.roles.get()
    for by in (world.secretary.by, world.owner.by, cast.outsider().by, cast.idle_leader(world.compound).by):
        with pytest.raises(Forbidden):
            show_own_phone(role=role, phone="13800000000", by=by)
        if by != world.secretary.by:
            with pytest.raises(Forbidden):
                show_office_phone(community=world.community, phone="02228370000", by=by)


def test_another_communitys_numbers_are_not_here():
    world = World()
    show_office_phone(community=world.community, phone="02228370000", by=world.clerk.by)
    stranger = Reader(cast.signed_in(cast.outsider()))
    assert not stranger.open("/reach").says("02228370000")
    assert quad(stranger)[3][0] == "/reach"


def test_what_waits_for_her_home_stands_first_until_it_is_answered():
    world = World()
    reader = Reader(cast.signed_in(world.owner))
    home = reader.open("/")
    assert home.says("等二单元602一句话")
    question = next(link for link in home.links if link.endswith("/voice"))
    signing = reader.send(reader.open(question).form("/sign"), choice="abstain")
    reader.send(signing.form("/sign"), typed_name="陈玉兰")
    home = reader.open("/")
    assert not home.says("等二单元602一句话")
    assert home.says("暂不表态")
    world.slip("2-602", "yes")
    assert reader.open("/").says("几份表态不一样")
