"""What each channel says became of a message, against real servers on this machine that behave as servers do."""

import asyncio
import email
import email.policy
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from linli.messaging.channels import Carrier, Outcome, Parcel
from linli.messaging.channels.console import Console
from linli.messaging.channels.email import Email
from linli.messaging.channels.sms import Sms, waiting
from linli.record import clock
from linli.rules.errors import Refused
from tests.messaging.gateways import Mailbox, a_gateway, a_mailbox, reset, saying, stall, twice

PARCELS = [Parcel(f"m:{n}:c:1", f"1380000000{n}", "防汛", f"今晚有雨{n}") for n in range(3)]


@pytest.fixture(autouse=True)
def _inside(settings):
    settings.OUTBOUND_HOSTS = frozenset({"127.0.0.1", "localhost"})


def carried(carrier: Carrier, parcels: Sequence[Parcel] = PARCELS, times: int = 1) -> list[Outcome]:
    async def carry() -> list[Outcome]:
        try:
            return [outcome for _ in range(times) for outcome in await carrier.carry(parcels)]
        finally:
            await carrier.close()

    return asyncio.run(carry())


def said(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    return [(outcome.said, outcome.code) for outcome in outcomes]


def test_a_gateway_takes_a_batch_in_one_signed_request():
    with a_gateway() as gateway:
        outcomes = carried(Sms(gateway.settings(signature="【邻里】")))
    assert outcomes == [Outcome("accepted", receipt=f"r-000{n}") for n in range(3)]
    (request,) = gateway.requests
    assert request["body"]["messages"][1] == {"key": "m:1:c:1", "to": "13800000001", "text": "【邻里】今晚有雨1"}
    assert request["headers"]["idempotency-key"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        # Refusals that come with a 200 are refusals.
        (saying("200 OK", {"code": "isv.OUT_OF_BALANCE", "results": []}), ("refused", "isv.OUT_OF_BALANCE")),
        (saying("200 OK", {"code": 45009}), ("refused", "45009")),
        (saying("200 OK", {"code": "isv.LIMIT"}), ("throttled", "isv.LIMIT")),
        (saying("200 OK", {"code": "0"}), ("unknown", "not-named")),
        (saying("200 OK", {"results": []}), ("unknown", "not-named")),
        (saying("200 OK", {"results": [{"key": "m:9:c:1", "code": "OK"}]}), ("unknown", "not-named")),
        (saying("200 OK", {}), ("unknown", "no-code")),
        (saying("200 OK", b"<html>welcome</html>"), ("unknown", "unreadable")),
        (saying("200 OK", b"[]"), ("unknown", "unreadable")),
        (saying("200 OK", b" " * 1_100_000), ("unknown", "unreadable")),
        (saying("302 Found", "", "Location: http://127.0.0.1:1/"), ("unknown", "http-302")),
        (saying("401 Unauthorized"), ("refused", "http-401")),
        (saying("429 Too Many Requests", "", "Retry-After: 90"), ("throttled", "http-429")),
        (saying("500 Internal Server Error", taking=True), ("unknown", "http-500")),
        (reset, ("unknown", "cut-off")),
    ],
)
def test_what_a_gateway_says_is_what_is_said(answer, outcome):
    with a_gateway(answer) as gateway:
        outcomes = carried(Sms(gateway.settings(later=["isv.LIMIT"])))
    assert said(outcomes) == [outcome] * 3
    if outcome[1] == "http-429":
        assert {each.wait for each in outcomes} == {timedelta(seconds=90)}


def test_a_gateway_that_never_answers_leaves_it_unknown():
    with a_gateway(stall) as gateway:
        assert said(carried(Sms(gateway.settings(timeout=0.3)))) == [("unknown", "timeout")] * 3


def test_a_gateway_that_is_not_there_has_taken_nothing():
    with a_gateway() as gateway:
        url = gateway.url
    assert said(carried(Sms(gateway.settings(url=url)))) == [("throttled", "unreachable")] * 3


def test_each_number_has_its_own_answer_and_a_contradiction_is_no_answer():
    lines = [
        {"key": "m:0:c:1", "code": "OK", "id": "a"},
        {"key": "m:1:c:1", "code": "isv.MOBILE_NUMBER_ILLEGAL"},
        {"key": "m:2:c:1", "code": "OK"},
        {"key": "m:2:c:1", "code": "isv.BLACK"},
        "and a word that is none",
    ]
    with a_gateway(saying("200 OK", {"code": "0", "results": lines})) as gateway:
        outcomes = carried(Sms(gateway.settings()))
    assert said(outcomes) == [("accepted", ""), ("refused", "isv.MOBILE_NUMBER_ILLEGAL"), ("unknown", "contradiction")]


def test_the_second_answer_to_one_request_is_never_taken_for_the_answer_to_the_next():
    with a_gateway(twice) as gateway:
        outcomes = carried(Sms(gateway.settings()), times=2)
    assert said(outcomes) == [("accepted", "")] * 6
    assert set(gateway.taken.values()) == {1}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("90", 90),
        ("0", 1),
        ("99999999999", 86_400),
        ("Mon, 03 Jul 2023 04:02:00 GMT", 120),
        ("soon", 60),
        ("", 60),
        ("-5", 60),
    ],
)
def test_how_long_a_gateway_asks_to_wait(header, seconds):
    """RFC 9110 §10.2.3: seconds, or a date."""
    with clock.told_at(datetime(2023, 7, 3, 4, tzinfo=UTC)):
        assert waiting(header) == timedelta(seconds=seconds)


@pytest.mark.parametrize("told", [{}, {"url": "https://sms.example", "key_id": "a"}, {"url": "ftp://sms.example"}])
def test_a_gateway_that_is_not_written_out_is_refused(told):
    with pytest.raises(Refused):
        Sms(told)


LETTERS = [Parcel(f"m:{n}:c:1", f"{n}@example.org", "公示开始了", "聚鑫园的公示贴出来了。") for n in range(4)]


def mail(box: Mailbox, **more: object) -> Email:
    told = {
        "host": "127.0.0.1",
        "port": box.port,
        "security": "none",
        "sender": "linli@example.org",
        "name": "广顺园社区",
    }
    return Email({**told, "timeout": 3, **more})


def test_letters_arrive_whole():
    with a_mailbox(Mailbox()) as box:
        assert said(carried(mail(box), LETTERS)) == [("accepted", "")] * 4
    to, raw = box.letters[2]
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    assert (to, letter["Subject"], letter["To"]) == ("2@example.org", "公示开始了", "2@example.org")
    assert letter.get_content().strip() == "聚鑫园的公示贴出来了。"
    assert len({email.message_from_bytes(each)["Message-ID"] for _, each in box.letters}) == 4


def test_each_letter_has_its_own_answer():
    box = Mailbox(
        recipients={"0@example.org": "550 no such box", "1@example.org": "450 busy"}, answers=["554 spam", "250 fine"]
    )
    with a_mailbox(box):
        outcomes = carried(mail(box), LETTERS)
    assert said(outcomes) == [
        ("refused", "smtp-550"),
        ("throttled", "smtp-450"),
        ("refused", "smtp-554"),
        ("accepted", ""),
    ]
    assert [to for to, _ in box.letters] == ["3@example.org"]


def test_a_letter_cut_off_after_its_last_line_is_unknown_and_those_after_it_unsent():
    with a_mailbox(Mailbox(answers=["250 fine", "cut off"])) as box:
        outcomes = carried(mail(box), LETTERS)
    assert [each.said for each in outcomes] == ["accepted", "unknown", "throttled", "throttled"]
    assert [to for to, _ in box.letters] == ["0@example.org", "1@example.org"]


@pytest.mark.parametrize(
    ("box", "first"),
    [
        # It took the letter and says nothing: nobody can tell, so it is never written a second time by itself.
        (Mailbox(answers=["stall"]), "unknown"),
        # It says nothing before there was a letter: certainly unsent, and tried again later.
        (Mailbox(recipients={"0@example.org": "stall"}), "throttled"),
    ],
)
def test_a_mail_server_that_falls_silent_holds_nobody_up(box, first):
    with a_mailbox(box):
        outcomes = carried(mail(box, timeout=1), LETTERS)
    assert [each.said for each in outcomes] == [first, "throttled", "throttled", "throttled"]
    assert len(box.letters) == (first == "unknown")


def test_a_mail_server_that_is_not_there_has_taken_nothing():
    with a_mailbox(Mailbox()) as box:
        pass
    assert said(carried(mail(box), LETTERS)) == [("throttled", "unreachable")] * 4


def test_a_line_break_in_an_address_or_title_writes_no_header():
    with a_mailbox(Mailbox()) as box:
        parcels = [Parcel("k", "a@example.org", "公示\r\nBcc: x@example.org", "好")]
        assert said(carried(mail(box), parcels)) == [("refused", "letter")]
    assert box.letters == []


def test_an_address_that_no_server_is_told_keeps_no_other_letter_back():
    with a_mailbox(Mailbox()) as box:
        parcels = [
            Parcel("a", "a@example.org", "公示", "好"),
            Parcel("b", "b@例子.中国", "公示", "好"),
            Parcel("c", "c@example.org", "公示", "好"),
        ]
        assert said(carried(mail(box), parcels)) == [("accepted", ""), ("refused", "letter"), ("accepted", "")]
    assert [to for to, _ in box.letters] == ["a@example.org", "c@example.org"]


def test_the_console_is_closed_to_real_communities(settings, capsys):
    settings.DEMO = settings.DEBUG = False
    assert said(carried(Console({}))) == [("refused", "console.closed")] * 3
    settings.DEMO = True
    assert said(carried(Console({}))) == [("accepted", "")] * 3
    assert "138****0001] 防汛: 今晚有雨1" in capsys.readouterr().out
