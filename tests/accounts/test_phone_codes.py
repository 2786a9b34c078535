"""Coming in by six digits on the phone: what a stranger learns, what opens and what does not, over a real gateway."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli.accounts.models import Account, Claim, PhoneCode
from linli.accounts.services import ask_phone_code, open_account, send_phone_code, use_phone_code
from linli.community.models import Person
from linli.community.services import record_phone
from linli.messaging.models import Channel, Delivery, Message
from linli.messaging.services import deliver_due, keep_channel
from linli.record import clock
from linli.record.models import Event, Job
from linli.record.services import run_due
from linli.rules.errors import Refused, TooOften
from tests import cast
from tests.messaging.gateways import Gateway, a_gateway

PHONE = "13800001234"
ONCE = "o" * 32


class Block:
    """The compound; 陈玉兰's phone is on record, and the community has an SMS gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.community = cast.community()
        self.compound = cast.compound(self.community)
        self.owner = cast.owner(self.compound)
        self.secretary, self.clerk = cast.secretary(self.community), cast.clerk(self.community)
        self.channel = keep_channel(
            community=self.community, kind="sms", title="短信", told=gateway.settings(), by=self.secretary.by
        )
        record_phone(person=self.owner.person, phone=PHONE, by=self.clerk.by)

    def carried(self) -> list[str]:
        """What has come to phones since: the worker's part."""
        known = len(self.gateway.requests)
        run_due()
        deliver_due()
        return [each["text"] for request in self.gateway.requests[known:] for each in request["body"]["messages"]]

    def digits(self) -> str:
        (text,) = self.carried()
        return re.findall(r"\d{6}", text)[0]


@pytest.fixture
def block(db, settings):
    settings.OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
    with a_gateway() as gateway:
        yield Block(gateway)


def code_of(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 1_000_000:06}"


def ask(client: Client, phone: str = PHONE, once: str = ONCE):
    return client.post("/sign-in/phone", {"phone": phone, "once": once})


# ── the road ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_six_digits_on_the_phone_sign_its_person_in_without_any_script(block):
    browser = Client()
    page = browser.get("/sign-in").content.decode()
    once = re.findall(r'name="once" value="([^"]+)"', page)[0]
    asked = ask(browser, "+86 138-0000-1234", once)
    assert asked.status_code == 302
    shown = browser.get(asked["Location"]).content.decode()
    assert "138****1234" in shown
    assert PHONE not in shown + asked["Location"]
    digits = block.digits()
    assert block.gateway.requests[-1]["body"]["messages"][0]["to"] == PHONE
    entered = browser.post(asked["Location"], {"number": f" {digits[:3]} {digits[3:]}"})
    assert (entered.status_code, entered["Location"]) == (302, "/")
    assert Claim.objects.get(person=block.owner.person, account=browser.session["_auth_user_id"]).confirmed_at
    assert browser.get("/own").status_code == 200


def test_full_width_digits_are_read(block):
    secret = ask_phone_code(phone=PHONE, once=ONCE)
    digits = block.digits().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert isinstance(use_phone_code(secret=secret, number=digits), Account)


def test_whether_somebody_has_the_number_nobody_learns(block):
    answers = []
    for phone in (PHONE, "13999999999"):
        with CaptureQueriesContext(connection) as queries:
            asked = ask(Client(), phone)
        statements = [query["sql"].split(" ")[0] for query in queries]
        page = Client().get(asked["Location"])
        words = page.content.decode().replace(f"{phone[:3]}****{phone[-4:]}", "…")
        words = words.replace(asked["Location"], "…")
        words = re.sub(r'(?<=name="csrfmiddlewaretoken" value=")\w+', "…", words)
        refused = Client().post(asked["Location"], {"number": "12345"})
        seen = (asked.status_code, len(asked["Location"]), page.status_code, words, refused.status_code, statements)
        answers.append(seen)
    assert answers[0] == answers[1]
    assert len(block.carried()) == 1


def test_the_digits_stand_nowhere_but_on_the_phone(block, caplog):
    secret = ask_phone_code(phone=PHONE, once=ONCE)
    digits = block.digits()
    use_phone_code(secret=secret, number=digits)
    rows = [list(model.objects.values()) for model in (PhoneCode, Message, Delivery, Event, Job)]
    words = json.dumps(rows, default=lambda value: bytes(value).hex() if hasattr(value, "tobytes") else str(value))
    words = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d\d:\d\d:\d\d\.\d+|[0-9a-f]{64,}", "", words) + caplog.text
    assert digits not in words
    assert PHONE not in words
    assert secret not in words


# ── what opens nothing ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_opens_once(block):
    secret = ask_phone_code(phone=PHONE, once=ONCE)
    digits = block.digits()
    use_phone_code(secret=secret, number=digits)
    assert code_of(lambda: use_phone_code(secret=secret, number=digits)) == "phone-code.over"


def test_a_code_is_good_for_ten_minutes_and_is_not_sent_after_them(block):
    secret = ask_phone_code(phone=PHONE, once=ONCE)
    run_due()
    PhoneCode.objects.update(made_at=clock.now() - timedelta(minutes=10))
    deliver_due()
    assert not block.gateway.requests
    assert Delivery.objects.get().code == "phone-code.over"
    assert code_of(lambda: use_phone_code(secret=secret, number="000000")) == "phone-code.over"


def test_five_wrong_tries_are_the_end_and_the_right_digits_come_too_late(block):
    secret = ask_phone_code(phone=PHONE, once=ONCE)
    digits = block.digits()
    browser = Client()
    said = [browser.post(f"/sign-in/code/{secret}", {"number": wrong(digits)}).status_code for _ in range(5)]
    assert said == [409] * 5
    assert browser.post(f"/sign-in/code/{secret}", {"number": digits}).status_code == 404
    assert code_of(lambda: use_phone_code(secret=secret, number=digits)) == "phone-code.over"


def test_the_digits_alone_open_nothing_at_another_address(block):
    ask_phone_code(phone=PHONE, once=ONCE)
    digits = block.digits()
    other = ask_phone_code(phone="13999999999", once=ONCE)
    assert code_of(lambda: use_phone_code(secret=other, number=digits)) == "phone-code.wrong"
    assert code_of(lambda: use_phone_code(secret="forged", number=digits)) == "phone-code.over"


def test_of_two_tabs_the_later_code_is_the_one_that_lives(block):
    first = ask_phone_code(phone=PHONE, once="a" * 32)
    old = block.digits()
    second = ask_phone_code(phone=PHONE, once="b" * 32)
    new = block.digits()
    assert code_of(lambda: use_phone_code(secret=first, number=old)) == "phone-code.over"
    assert isinstance(use_phone_code(secret=second, number=new), Account)
    assert PhoneCode.objects.filter(ended_at=None).count() == 0


def test_one_form_sent_twice_asks_for_one_code_and_one_message(block):
    assert ask(Client())["Location"] == ask(Client())["Location"]
    assert len(block.carried()) == 1
    for code in PhoneCode.objects.all():
        send_phone_code(code.id)
    assert block.carried() == []


def test_a_number_gets_three_codes_in_ten_minutes_known_or_not(block):
    for phone in (PHONE, "13999999999"):
        for n in range(3):
            ask_phone_code(phone=phone, once=str(n) * 32)
        with pytest.raises(TooOften):
            ask_phone_code(phone=phone, once="x" * 32)


def test_what_is_no_mobile_number_is_said_so_at_its_field(block):
    page = ask(Client(), "12345")
    assert page.status_code == 400
    assert "手机号码应为11位数字" in page.content.decode()


def test_a_closed_login_stays_closed(block):
    account = open_account(person=block.owner.person, by=block.secretary.by)
    Account.objects.filter(id=account.id).update(is_active=False)
    ask_phone_code(phone=PHONE, once=ONCE)
    assert block.carried() == []


# ── who it is ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_old_couple_with_one_phone_says_which_of_them_it_is(block):
    tenant = cast.tenant(block.compound)
    record_phone(person=tenant.person, phone=PHONE, by=block.clerk.by)
    address = ask(Client())["Location"]
    digits = block.digits()
    browser = Client()
    page = browser.post(address, {"number": digits}).content.decode()
    assert block.owner.person.name in page
    assert tenant.person.name in page
    stranger = block.clerk.person.id
    assert browser.post(address, {"number": digits, "person": str(stranger)}).status_code == 200
    assert "_auth_user_id" not in browser.session
    assert browser.post(address, {"number": digits, "person": str(tenant.person.id)})["Location"] == "/"
    assert Claim.objects.get(account=browser.session["_auth_user_id"]).person == tenant.person


def test_where_nobody_has_sms_the_page_says_so_and_how_else_to_come_in(block):
    Channel.objects.update(open=False)
    page = Client().get("/sign-in").content.decode()
    assert "没有开通短信" in page
    assert "扫您家的门牌码" in page
    assert 'name="phone"' not in page
    assert code_of(lambda: ask_phone_code(phone=PHONE, once=ONCE)) == "phone-code.no-sms"


def test_a_number_of_a_community_without_sms_goes_out_over_no_neighbours_channel(block):
    other = cast.community("惠岗社区", "南城街道")
    person = Person.objects.create(community=other, name="罗华")
    record_phone(person=person, phone="13711112222", by=cast.clerk(other).by)
    ask_phone_code(phone="13711112222", once=ONCE)
    assert block.carried() == []
