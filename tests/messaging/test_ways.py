"""The office sets its ways out up: secrets are not shown again, answers are told as they came, nothing calls inside."""

import re
from typing import Any

import pytest

from linli.community.models import Place, Role
from linli.messaging.models import Channel, QuietHours, ReviewDuty
from linli.messaging.services import deliver_due, mend_channel
from linli.record.acting import Acting
from tests import cast
from tests.journeys.reading import Form, Reader
from tests.messaging.gateways import SECRET, Gateway, Mailbox, a_gateway, a_mailbox, http, saying

PHONE = "13800001234"


@pytest.fixture
def office(db, settings):
    settings.OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
    community = cast.community()
    return cast.signed_in(cast.secretary(community))


def once_of(page: str) -> str:
    return re.findall(r'name="once" value="(\w+)', page)[0]


def filled(office, address: str, **told: object) -> dict[str, object]:
    """The page's form as a browser sends it, with these words in it."""
    return Reader(office).open(address).form().filled(told)


def set_up(office, kind: str, **told: object) -> Channel:
    sent = filled(office, f"/ways/{kind}", title="发送", **told)
    for _ in range(2):  # sent twice it is one
        assert office.post(f"/ways/{kind}", sent)["Location"] == "/ways"
    return Channel.objects.get()


def sms(office, url: str) -> Channel:
    return set_up(office, "sms", url=url, key_id="us", secret=SECRET, signature="【广顺园】")


def changing(office, channel: Channel) -> Form:
    """The form by which a way out is changed, beside the one that tries it."""
    (form,) = [form for form in Reader(office).open(f"/ways/{channel.id}").forms if "signing" in form.values]
    return form


def tried(office, channel: Channel, address: str = PHONE) -> str:
    page = office.get(f"/ways/{channel.id}").content.decode()
    sent = {"once": once_of(page), "try": "1", "address": address}
    assert office.post(f"/ways/{channel.id}", sent).status_code == 302
    deliver_due()
    return office.get(f"/ways/{channel.id}").content.decode()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([], "对方收下了"),
        ([saying("403 Forbidden")], "对方不收。（http-403）"),
        ([saying("429 Slow", "", "Retry-After: 60")], "对方让等一等再发。（http-429）"),
        ([saying("500 Oh")], "不知道收没收下。（http-500）"),
    ],
)
def test_a_message_to_oneself_tells_what_the_gateway_answered(office, answer, words):
    with a_gateway(*answer) as gateway:
        channel = sms(office, gateway.url)
        assert words in tried(office, channel, "138-0000-1234")
        (message,) = gateway.requests[0]["body"]["messages"]
        assert message["to"] == PHONE
        assert message["text"].startswith("【广顺园】")
    listed = office.get("/ways").content.decode()
    assert "试一试" in listed


def test_a_mail_server_is_set_up_and_tried(office):
    with a_mailbox(Mailbox(recipients={"no@example.cn": "550 nobody"})) as box:
        told = {"host": "127.0.0.1", "port": box.port, "security": "tls", "sender": "us@example.cn"}
        channel = set_up(office, "email", **told)
        # The mail server of the test speaks no TLS, which the page does not offer to go without.
        by = Role.objects.get(kind=Role.Kind.SECRETARY)
        acting = Acting(community=by.community_id, person=by.person_id, role=by.kind, role_id=by.id)
        mend_channel(channel=channel, told={"security": "none"}, open=True, by=acting)
        assert "对方收下了" in tried(office, channel, "me@example.cn")
        assert "对方不收。（smtp-550）" in tried(office, channel, "no@example.cn")
        assert box.letters[0][0] == "me@example.cn"


def test_what_is_kept_is_never_shown_again_and_what_is_left_empty_stays(office):
    with a_gateway() as gateway:
        channel = sms(office, gateway.url)
        pages = "".join(office.get(path).content.decode() for path in ("/ways", f"/ways/{channel.id}"))
        assert SECRET not in pages
        assert gateway.url not in pages
        assert SECRET.encode() not in bytes(channel.settings)
        changed = changing(office, channel).filled({"signature": "【新】"})
        assert changed["url"] == changed["key_id"] == changed["secret"] == [""]
        assert office.post(f"/ways/{channel.id}", {**changed, "keep": "1"}).status_code == 302
        # The gateway itself asserts that the request is signed with the secret.
        assert "对方收下了" in tried(office, channel)
        assert gateway.requests[0]["body"]["messages"][0]["text"].startswith("【新】")


@pytest.mark.parametrize("moved", [{"url": "https://elsewhere.example/"}, {"signing": "bearer"}])
def test_a_secret_goes_nowhere_new_unless_it_is_written_again(office, moved):
    """Else whoever may change a way could have the secret sent to a server of their own."""
    with a_gateway() as gateway:
        channel = sms(office, gateway.url)
        before = bytes(channel.settings)
        page = office.post(f"/ways/{channel.id}", {**changing(office, channel).filled(moved), "keep": "1"})
        assert page.status_code == 400
        assert "把密钥（密码）也重新写一遍" in page.content.decode()
        channel.refresh_from_db()
        assert bytes(channel.settings) == before
        again = {**changing(office, channel).filled({**moved, "secret": "another"}), "keep": "1"}
        assert office.post(f"/ways/{channel.id}", again).status_code == 302


def test_a_letter_to_oneself_goes_to_an_address(office):
    with a_mailbox(Mailbox()) as box:
        told = {"host": "127.0.0.1", "port": box.port, "security": "tls", "sender": "us@example.cn"}
        channel = set_up(office, "email", **told)
        for address in ("me@例子.中国", "me@example.cn x", "me"):
            page = office.post(f"/ways/{channel.id}", {"try": "1", "address": address, "once": address})
            assert page.status_code == 400
            assert "邮箱地址写得不对" in page.content.decode()


def test_a_refused_form_does_not_show_the_secret_again(office):
    sent = filled(office, "/ways/sms", title="发送", url="http://a.example/", key_id="us", secret=SECRET)
    page = office.post("/ways/sms", sent)
    assert page.status_code == 400
    assert SECRET not in page.content.decode()


INSIDE = ["https://127.0.0.1/send", "https://10.0.0.8/", "https://[::1]/", "https://169.254.169.254/"]


@pytest.mark.parametrize("url", INSIDE)
def test_an_address_inside_the_network_is_refused_in_plain_words(office, settings, url):
    settings.OUTBOUND_HOSTS = frozenset()
    page = office.post("/ways/sms", filled(office, "/ways/sms", title="发送", url=url, key_id="us", secret=SECRET))
    assert page.status_code == 400
    assert "这个地址在内部网络里" in page.content.decode()
    assert not Channel.objects.exists()


def test_a_name_that_leads_inside_is_not_called(office, settings):
    settings.OUTBOUND_HOSTS = frozenset()
    channel = sms(office, "https://localhost/send")
    assert "网址指向内部网络，没有去连" in tried(office, channel)


def test_a_gateway_of_other_names_is_set_up_from_its_document_alone(office):
    """A provider that calls everything otherwise, answers inside of something, and knows us by a bearer token."""

    def answer(gateway: Gateway, request: dict[str, Any], line: Any) -> None:
        codes = {"138": "Ok", "139": "LimitExceeded", "137": "InBlacklist"}
        lines = [
            {"SerialNo": "s-1", "Ref": each["id"], "State": codes[each["phone"][:3]]} for each in request["body"]["sms"]
        ]
        line.sendall(http("200 OK", {"Response": {"List": lines}}))

    with a_gateway(*[answer] * 3, signed="authorization") as gateway:
        channel = set_up(
            office, "sms", url=gateway.url, key_id="us", secret=SECRET, signing="bearer", batch=1, fields_list="sms",
            fields_key="id", fields_to="phone", fields_text="words", extra="templateId=98765\nappId = 7",
            answer_whole="Response.Error.Code", answer_list="Response.List", answer_key="Ref", answer_code="State",
            answer_receipt="SerialNo", fine="Ok", later="LimitExceeded，Busy",
        )  # fmt: skip
        page = office.get(f"/ways/{channel.id}").content.decode()
        assert SECRET not in page
        assert "Response.List" in page
        assert "98765" not in page, "what else is sent may be a secret"
        for phone, words in (("137", "被拒"), ("138", "已发出"), ("139", "要等一等")):
            assert words in tried(office, channel, f"{phone}00001234")
        (sent,) = gateway.requests[1]["body"]["sms"]
        assert gateway.requests[1]["body"] == {"templateId": "98765", "appId": "7", "sms": [sent]}
        assert sent["phone"] == "13800001234"
        assert gateway.requests[0]["headers"]["authorization"] == f"Bearer {SECRET}"
    came = Reader(office).open(f"/ways/{channel.id}").form("/came")
    for _ in range(2):
        assert office.post(came.action).status_code == 302
    assert "已送达" in office.get(f"/ways/{channel.id}").content.decode()


@pytest.mark.parametrize("told", [{"headers_key": "X Key"}, {"headers_at": "钥匙"}, {"fields_to": ""}, {"batch": 1001}])
def test_names_that_no_request_can_bear_are_refused(office, told):
    basics = {"title": "发送", "url": "https://a.example/", "key_id": "us", "secret": SECRET}
    page = office.post("/ways/sms", filled(office, "/ways/sms", **basics, **told))
    assert page.status_code == 400
    assert not Channel.objects.exists()


def test_a_way_is_stopped_and_used_again(office):
    with a_gateway() as gateway:
        channel = sms(office, gateway.url)
        for expected in (False, True):
            office.post(f"/ways/{channel.id}", {**changing(office, channel).values, "turn": "1"})
            channel.refresh_from_db()
            assert channel.open is expected


def test_quiet_hours_and_reviewers_are_set(office):
    here = Place.objects.get(kind=Place.Kind.COMMUNITY)
    clerk, secretary = cast.clerk(here).person, Role.objects.get(kind=Role.Kind.SECRETARY).person
    assert office.post("/ways/quiet", {"once": "q" * 32, "begins": "22:00", "ends": "07:00"}).status_code == 302
    assert str(QuietHours.objects.get(community=here)) == "22:00–07:00"
    one, two = str(secretary.id), str(clerk.id)
    assert office.post("/ways/reviewers", {"once": "r" * 32, "reviewer": one, "deputy": one}).status_code == 400
    assert office.post("/ways/reviewers", {"once": "s" * 32, "reviewer": one, "deputy": two}).status_code == 302
    duty = ReviewDuty.objects.get(community=here)
    assert (duty.reviewer_id, duty.deputy_id) == (secretary.id, clerk.id)
    page = office.get("/ways").content.decode()
    assert "22:00–07:00" in page
    assert clerk.name in page


def test_another_communitys_way_is_not_found(office):
    with a_gateway() as gateway:
        channel = sms(office, gateway.url)
        stranger = cast.signed_in(cast.secretary(cast.community("惠岗社区", "南城街道")))
        assert stranger.get(f"/ways/{channel.id}").status_code == 404
        assert str(channel.id) not in stranger.get("/ways").content.decode()
