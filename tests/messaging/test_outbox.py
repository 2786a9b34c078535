"""The outbox: nothing is lost, nothing goes out twice but under its key, what is not known is said to be unknown."""

from collections import Counter
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from linli import flows
from linli.community.models import Place
from linli.messaging.channels import Outcome
from linli.messaging.models import Channel, Delivery, Message
from linli.messaging.queries import counts_of
from linli.messaging.services import (
    Recipient,
    confirm_delivery,
    deliver_due,
    keep_channel,
    outbox,
    send_again,
    send_message,
    set_quiet_hours,
)
from linli.record import clock
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from tests import cast
from tests.at_once import at_once
from tests.messaging.gateways import Gateway, Mailbox, a_gateway, a_mailbox, reset, saying, stall

DAY = datetime(2023, 7, 3, 10, tzinfo=clock.SHANGHAI)
NIGHT = DAY.replace(hour=23)


@pytest.fixture(autouse=True)
def _inside(settings):
    settings.OUTBOUND_HOSTS = frozenset({"127.0.0.1"})


def sms(at: Place, gateway: Gateway, **more: object) -> Channel:
    return keep_channel(community=at, kind="sms", title="短信", told=gateway.settings(**more), by=cast.secretary(at).by)


def sent(channel: Channel, count: int = 3, **more: object) -> Message:
    words: dict[str, object] = {
        "title": "防汛",
        "body": "今晚有雨，请收好花盆。",
        "by": cast.secretary(channel.community).by,
    }
    words |= more
    return send_message(
        channel=channel,
        recipients=[Recipient(f"1380000{n:04d}") for n in range(count)],
        **words,  # type: ignore[arg-type]
    )


def states(message: Message) -> Counter[tuple[str, str]]:
    return Counter(Delivery.objects.filter(message=message).values_list("state", "code"))


def later(**more: float) -> datetime:
    return DAY + timedelta(**more)


@pytest.mark.django_db
def test_everybody_is_told_once_and_the_channel_knows_each_by_its_key():
    at = cast.community()
    with a_gateway() as gateway, clock.told_at(DAY):
        message = sent(sms(at, gateway, batch=2), 5)
        assert deliver_due() == 5
        assert deliver_due() == 0
    assert states(message) == {("accepted", ""): 5}
    assert gateway.taken == {delivery.key: 1 for delivery in Delivery.objects.filter(message=message)}
    assert sorted(len(request["body"]["messages"]) for request in gateway.requests) == [1, 2, 2]
    first = Delivery.objects.filter(message=message).order_by("id").first()
    assert first is not None
    assert first.key == f"{message.id}:{first.recipient}:{first.channel_id}:1"


@pytest.mark.django_db
def test_one_address_named_twice_is_one_delivery_and_no_address_lies_open():
    at = cast.community()
    with a_gateway() as gateway:
        channel = sms(at, gateway)
        by = cast.secretary(at).by
        twice = [Recipient("13800000001"), Recipient("13800000001"), Recipient(" ")]
        message = send_message(channel=channel, title="防汛", body="有雨", recipients=twice, by=by)
    assert message.deliveries.count() == 1
    with connection.cursor() as cursor:
        for table in ("messaging_delivery", "messaging_channel", "messaging_message", "record_event"):
            cursor.execute(f"select string_agg(t::text, '') from {table} t")
            (whole,) = cursor.fetchone()
            assert "13800000001" not in whole
            assert "the gateway" not in whole
            assert gateway.url not in whole


@pytest.mark.django_db
def test_a_no_in_the_body_is_a_no_and_is_not_tried_again():
    at = cast.community()
    with a_gateway(saying("200 OK", {"code": "isv.OUT_OF_BALANCE"})) as gateway, clock.told_at(DAY):
        message = sent(sms(at, gateway))
        deliver_due()
        with clock.told_at(later(days=2)):
            assert deliver_due() == 0
    assert states(message) == {("refused", "isv.OUT_OF_BALANCE"): 3}


@pytest.mark.django_db
def test_a_channel_that_asks_to_wait_is_left_alone_for_so_long():
    at = cast.community()
    with a_gateway(saying("429 Too Many Requests", "", "Retry-After: 90")) as gateway:
        channel = sms(at, gateway)
        with clock.told_at(DAY):
            first = sent(channel)
            deliver_due()
            assert states(first) == {("throttled", "http-429"): 3}
        with clock.told_at(later(seconds=60)):
            second = sent(channel, 1)
            assert deliver_due() == 0
        assert len(gateway.requests) == 1
        with clock.told_at(later(seconds=91)):
            assert deliver_due() == 4
    assert states(first) == {("accepted", ""): 3}
    assert states(second) == {("accepted", ""): 1}


@pytest.mark.django_db
def test_what_is_never_taken_is_a_no_after_a_day():
    at = cast.community()
    with a_gateway() as gateway:
        url = gateway.url
    with clock.told_at(DAY):
        message = sent(sms(at, gateway, url=url))
        deliver_due()
        assert states(message) == {("throttled", "unreachable"): 3}
    with clock.told_at(later(hours=25)):
        assert deliver_due() == 3
        assert deliver_due() == 0
    assert states(message) == {("refused", "unreachable"): 3}


@pytest.mark.django_db
@pytest.mark.parametrize("failing", [reset, stall, saying("500 Internal Server Error", taking=True)])
def test_what_nobody_can_tell_is_repeated_under_the_same_key_where_keys_are_honoured(failing):
    at = cast.community()
    with a_gateway(failing) as gateway:
        channel = sms(at, gateway, timeout=0.5)
        with clock.told_at(DAY):
            message = sent(channel)
            deliver_due()
            assert {state for state, _ in states(message)} == {"unknown"}
        with clock.told_at(later(minutes=5)):
            assert deliver_due() == 3
    assert states(message) == {("accepted", ""): 3}
    assert len(gateway.requests) == 2
    assert set(gateway.taken.values()) == {1}, "somebody was told twice"


@pytest.mark.django_db
def test_what_nobody_can_tell_is_shown_and_not_repeated_where_keys_mean_nothing():
    at = cast.community()
    with a_gateway(reset, honours_keys=False) as gateway:
        channel = sms(at, gateway)
        with clock.told_at(DAY):
            message = sent(channel)
            deliver_due()
        with clock.told_at(later(days=2)):
            assert deliver_due() == 0
    assert states(message) == {("unknown", "cut-off"): 3}
    assert set(gateway.taken.values()) == {1}


@pytest.mark.django_db
def test_it_gives_up_repeating_and_leaves_it_unknown():
    at = cast.community()
    with a_gateway(*[saying("500 Internal Server Error")] * 10) as gateway:
        with clock.told_at(DAY):
            message = sent(sms(at, gateway), 1)
        for hour in range(9):
            with clock.told_at(later(hours=2 * hour)):
                deliver_due()
    assert len(gateway.requests) == outbox.TRIES
    assert states(message) == {("unknown", "http-500"): 1}


@pytest.mark.django_db
def test_a_faulty_channel_is_no_other_channels_fault():
    at = cast.community()
    with a_gateway() as gateway, clock.told_at(DAY):
        well = sms(at, gateway)
        by = cast.secretary(at).by
        other = keep_channel(community=at, kind="sms", title="坏了的", told=gateway.settings(), by=by)
        Channel.objects.filter(id=other.id).update(settings=b"not sealed by anybody")
        broken, fine = sent(other), sent(well)
        deliver_due()
    assert states(broken) == {("refused", "data.other-key"): 3}
    assert states(fine) == {("accepted", ""): 3}


# ── nights ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_at_night_only_what_is_urgent_rings():
    at, elsewhere = cast.community(), cast.community("红星里社区")
    set_quiet_hours(community=at, begins=time(22), ends=time(7), by=cast.secretary(at).by)
    with a_gateway() as gateway:
        channel, other = sms(at, gateway), sms(elsewhere, gateway)
        with clock.told_at(NIGHT):
            calm, red, there = sent(channel), sent(channel, urgent=True), sent(other)
            deliver_due()
            assert states(calm) == {("waiting", ""): 3}
            assert states(red) == states(there) == {("accepted", ""): 3}
        with clock.told_at(NIGHT + timedelta(hours=7, minutes=59)):
            assert deliver_due() == 0
        with clock.told_at(NIGHT + timedelta(hours=8)):
            deliver_due()
    assert states(calm) == {("accepted", ""): 3}


@pytest.mark.django_db
def test_the_urgent_goes_before_what_has_waited_longer():
    at = cast.community()
    with a_gateway() as gateway, clock.told_at(DAY):
        channel = sms(at, gateway)
        sent(channel)
        red = sent(channel, 2, urgent=True)
        deliver_due(limit=2)
    assert states(red) == {("accepted", ""): 2}


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_one_time_code_is_made_when_it_is_sent_and_stored_nowhere(settings, monkeypatch):
    subject = uuid4()
    made = []

    def code_of(given):
        made.append(given)
        return "您的验证码是 482913。"

    monkeypatch.setattr(flows, "BODIES", {"sign-in.code": code_of})
    at = cast.community()
    with a_gateway() as gateway, clock.told_at(DAY):
        message = sent(sms(at, gateway), 1, body="", body_kind="sign-in.code", subject=subject, urgent=True)
        assert made == []
        deliver_due()
    assert made == [subject]
    assert gateway.requests[0]["body"]["messages"][0]["text"] == "您的验证码是 482913。"
    with connection.cursor() as cursor:
        for table in ("messaging_delivery", "messaging_message", "record_event", "record_job"):
            cursor.execute(f"select coalesce(string_agg(t::text, ''), '') from {table} t")
            assert "482913" not in cursor.fetchone()[0]
    assert states(message) == {("accepted", ""): 1}


@pytest.mark.django_db
def test_words_that_cannot_be_made_are_a_no_with_its_code_and_stop_nobody(monkeypatch):
    def gone(given):
        raise Refused("code.over", "这个验证码过期了。请再要一个。")

    monkeypatch.setattr(flows, "BODIES", {"sign-in.code": gone})
    at = cast.community()
    with a_gateway() as gateway, clock.told_at(DAY):
        channel = sms(at, gateway)
        broken = sent(channel, 1, body="", body_kind="sign-in.code", subject=uuid4())
        fine = sent(channel)
        deliver_due()
    assert states(broken) == {("refused", "code.over"): 1}
    assert states(fine) == {("accepted", ""): 3}


# ── several workers, killed workers ──────────────────────────────────────────────────────────────────────────────────


def test_workers_side_by_side_take_each_row_once(committed_db):
    at = cast.community()
    with a_gateway(honours_keys=False) as gateway:
        message = sent(sms(at, gateway, batch=5), 60)

        def work() -> int:
            return sum(iter(lambda: deliver_due(limit=7), 0))

        assert sum(at_once(work, work, work)) == 60  # type: ignore[arg-type]
    assert states(message) == {("accepted", ""): 60}
    assert set(gateway.taken.values()) == {1}


class Killed(BaseException):
    """The end of a process, as far as one can be told within it."""


@pytest.mark.parametrize("honours", [True, False])
@pytest.mark.parametrize("where", ["before it calls", "before it settles"])
def test_a_killed_worker_loses_nothing_and_repeats_only_under_the_same_key(
    committed_db, monkeypatch, settings, where, honours
):
    at = cast.community()

    def killed(*args: object, **more: object) -> None:
        raise Killed

    with a_gateway(honours_keys=honours) as gateway:
        channel = sms(at, gateway)
        with clock.told_at(DAY):
            message = sent(channel)
            monkeypatch.setattr(outbox, "errand_of" if where == "before it calls" else "settle", killed)
            with pytest.raises(Killed):
                deliver_due()
            monkeypatch.undo()
            settings.OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
            assert deliver_due() == 0, "rows in another's hands are left there"
        with clock.told_at(later(seconds=61)):
            deliver_due()
    assert set(gateway.taken.values()) <= {1}, "somebody was told twice"
    if honours:
        assert states(message) == {("accepted", ""): 3}
    else:
        assert states(message) == {("unknown", "lost"): 3}
    assert len({key for request in gateway.requests for key in (m["key"] for m in request["body"]["messages"])}) <= 3


@pytest.mark.django_db
def test_an_answer_that_comes_after_the_lease_is_not_written_over_the_next_workers():
    at = cast.community()
    with a_gateway() as gateway:
        with clock.told_at(DAY):
            message = sent(sms(at, gateway), 1)
            slow = outbox.claim(10)
        with clock.told_at(later(seconds=61)):
            assert deliver_due() == 1
        outbox.settle([(slow[0], Outcome("refused", "late"), True)])
    assert states(message) == {("accepted", ""): 1}


# ── what people say ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_taken_is_not_arrived_until_somebody_says_so():
    at = cast.community()
    with a_gateway() as gateway, clock.told_at(DAY):
        by = cast.secretary(at).by
        message = sent(sms(at, gateway))
        deliver_due()
        assert (counts_of(message).sent, counts_of(message).delivered) == (3, 0)
        first = message.deliveries.order_by("id")[0]
        confirm_delivery(delivery=first, by=by)
        confirm_delivery(delivery=first, by=by)
        assert (counts_of(message).sent, counts_of(message).delivered) == (3, 1)
        assert Event.objects.filter(name="delivery.confirmed").count() == 1


@pytest.mark.django_db
def test_trying_again_is_a_persons_decision_under_a_new_key_and_once():
    at = cast.community()
    with a_gateway(reset, honours_keys=False) as gateway, clock.told_at(DAY):
        by = cast.secretary(at).by
        message = sent(sms(at, gateway), 1)
        with pytest.raises(Refused, match="还在发"):
            send_again(delivery=message.deliveries.get(), by=by)
        deliver_due()
        lost = message.deliveries.get()
        again = send_again(delivery=lost, by=by)
        assert send_again(delivery=lost, by=by) == again
        assert again.key != lost.key
        deliver_due()
    assert states(message) == {("unknown", "cut-off"): 1, ("accepted", ""): 1}
    assert counts_of(message).to == 1


@pytest.mark.django_db
def test_who_may_send_and_to_whom():
    at, elsewhere = cast.community(), cast.community("红星里社区")
    with a_gateway() as gateway:
        channel = sms(at, gateway)
        for by in (cast.secretary(elsewhere).by, cast.holder(at, "building_leader", "楼长", "赵建国").by):
            with pytest.raises(Forbidden):
                sent(channel, by=by)
        with pytest.raises(Forbidden):
            keep_channel(community=at, kind="sms", title="短信", told=gateway.settings(), by=cast.clerk(at).by)
        stranger = cast.secretary(elsewhere).person
        with pytest.raises(Refused, match="名册"):
            send_message(
                channel=channel, title="t", body="b", recipients=[Recipient("1", stranger.id)], by=cast.clerk(at).by
            )
        for words in ({"body": ""}, {"body_kind": "x"}, {"body": "", "body_kind": "x"}):
            with pytest.raises(Refused):
                sent(channel, **words)  # type: ignore[arg-type]
    assert Delivery.objects.count() == 0


def test_a_letter_goes_the_same_way(committed_db):
    at = cast.community()
    with a_mailbox(Mailbox()) as box:
        told = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "linli@example.org"}
        channel = keep_channel(community=at, kind="email", title="邮箱", told=told, by=cast.secretary(at).by)
        message = send_message(
            channel=channel,
            title="公示",
            body="贴出来了。",
            recipients=[Recipient("a@example.org")],
            by=cast.clerk(at).by,
        )
        assert deliver_due() == 1
    assert [to for to, _ in box.letters] == ["a@example.org"]
    assert states(message) == {("accepted", ""): 1}


def test_the_doorbell_rings_when_a_message_is_there_to_be_seen(committed_db):
    at = cast.community()
    with a_gateway() as gateway, psycopg.connect(committed_db, autocommit=True) as listening:
        channel = sms(at, gateway)
        listening.execute("listen linli_outbox")
        sent(channel)
        rung = next(iter(listening.notifies(timeout=10, stop_after=1)), SimpleNamespace(channel=""))
        assert rung.channel == "linli_outbox"
        assert listening.execute("select count(*) from messaging_delivery").fetchone() == (3,)
