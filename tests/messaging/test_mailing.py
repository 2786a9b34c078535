"""A paper by e-mail: looked at once more, sent once with its PDF, after the night, by the office alone."""

import io
from collections.abc import Iterator
from datetime import datetime, time
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader
from pytest_django import Settings

from linli.messaging.models import Message
from linli.messaging.services import deliver_due, keep_channel, set_quiet_hours
from linli.record import clock
from linli.record.models import Event
from tests import cast
from tests.journeys.reading import Page, Reader
from tests.messaging.gateways import Mailbox, a_mailbox
from tests.messaging.worlds import TEXT, World

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {"address": "street@example.cn", "purpose": "交街道备案"}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def box(world: World, settings: Settings) -> Iterator[Mailbox]:
    """The community's mailbox, on a real server that turns one address down."""
    settings.OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
    with a_mailbox(Mailbox(recipients={"no@example.cn": "550 nobody"})) as box:
        told = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "us@example.cn"}
        keep_channel(community=world.community, kind="email", title="社区邮箱", told=told, by=world.secretary.by)
        yield box


def asked(desk: Reader, here: str, **words: Any) -> Page:
    """The page that shows once more what is about to go."""
    return desk.send(desk.open(here).form(), **{**WORDS, **words})


def test_a_notice_goes_out_once_as_the_paper_that_hangs(world: World, box: Mailbox):
    notice = world.posted()
    desk, here = Reader(cast.signed_in(world.clerk)), f"/papers/notice/{notice.id}/email"
    assert f'href="{here}"' in desk.open(f"/notices/{notice.id}/sheet").html
    page = asked(desk, here)
    assert page.says("street@example.cn")
    assert page.says("交街道备案")
    assert not Message.objects.exists(), "nothing goes before it was looked at"
    form = page.form()
    for _ in range(2):
        assert desk.client.post(here, {**form.values, "sure": "1"})["Location"] == here
    deliver_due()
    ((to, content),) = box.letters
    assert to == "street@example.cn"
    letter = message_from_bytes(content, policy=policy.default)
    assert letter["Subject"] == notice.title
    assert b"\n" not in content.replace(b"\r\n", b""), "every line of a letter ends as RFC 5321 says"
    body = letter.get_body()
    assert body is not None
    assert f"/check/{notice.thread_id}" in body.get_content()
    (enclosed,) = letter.iter_attachments()
    assert (enclosed.get_content_type(), enclosed.get_filename()) == ("application/pdf", f"{notice.number}.pdf")
    (sheet,) = PdfReader(io.BytesIO(enclosed.get_content())).pages
    assert TEXT.replace(" ", "") in "".join(sheet.extract_text().split())
    told = desk.open(here)
    assert told.says("s***@example.cn")
    assert told.says("已发出")
    noted = Event.objects.get(name="message.sent").internal
    assert (noted["purpose"], len(noted["sha256"])) == ("交街道备案", 64)
    assert "street@example.cn" not in str(noted)


def test_who_is_turned_down_is_said_and_at_night_it_waits(world: World, box: Mailbox):
    notice = world.posted()
    desk, here = Reader(cast.signed_in(world.clerk)), f"/papers/notice/{notice.id}/email"
    set_quiet_hours(community=world.community, begins=time(22), ends=time(7), by=world.secretary.by)
    night = datetime(2031, 5, 6, 23, tzinfo=clock.SHANGHAI)
    with clock.told_at(night):
        page = asked(desk, here, address="no@example.cn")
        assert page.says("现在是安静时段，5月7日 07:00再发")
        desk.client.post(here, {**page.form().values, "sure": "1"})
        deliver_due()
        assert desk.open(here).says("等着发")
    with clock.told_at(night.replace(day=7, hour=7)):
        deliver_due()
        assert desk.open(here).says("对方不收。（smtp-550）")
    assert box.letters == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"address": "街道办"}, "有效"),
        ({"purpose": ""}, "必填"),
        ({"purpose": "给张三看，13812341234"}, "不要写电话"),
    ],
)
def test_what_cannot_be_sent_is_said_at_its_box(world: World, box: Mailbox, words: dict[str, str], said: str):
    here = f"/papers/notice/{world.approved().id}/email"
    client = cast.signed_in(world.clerk)
    answer = client.post(here, {**WORDS, **words, "sure": "1", "once": "x"})
    assert answer.status_code == 400
    assert Page(here, answer.content.decode()).html.count("data-wrong") == 1
    assert not Message.objects.exists()


def test_only_the_office_sends_only_what_is_public_and_only_from_a_mailbox(world: World):
    notice, waiting = world.posted(), world.written()
    clerk = cast.signed_in(world.clerk)
    assert Reader(clerk).open(f"/papers/notice/{notice.id}/email").says("还没有能用的邮箱")
    refused = clerk.post(f"/papers/notice/{notice.id}/email", {**WORDS, "sure": "1", "once": "x"})
    assert refused.status_code == 400
    for address in (f"/papers/notice/{waiting.id}/email", f"/papers/slips/{notice.id}/email"):
        assert clerk.get(address).status_code == 404
    for somebody in (world.leader, cast.neighbour(world.compound)):
        browser: Client = cast.signed_in(somebody)
        assert browser.get(f"/papers/notice/{notice.id}/email").status_code == 403
        assert "/email" not in browser.get(f"/notices/{notice.id}/sheet").content.decode()
    elsewhere = cast.secretary(cast.community("惠岗社区", "南城街道"))
    assert cast.signed_in(elsewhere).get(f"/papers/notice/{notice.id}/email").status_code in (403, 404)
