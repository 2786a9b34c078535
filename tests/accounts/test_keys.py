"""The second key: the standard's own numbers, each once; codes on paper; an office that stays shut without."""

import base64
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from linli.accounts.models import Account, RecoveryCode, SecondFactor
from linli.accounts.services import begin_totp, confirm_totp, prove_by_number, remove_factor
from linli.accounts.services.factors import number_at
from linli.record import clock
from linli.record.models import Event
from linli.record.sealed import open_sealed
from linli.rules.errors import Refused, TooOften
from tests import cast
from tests.at_once import behind_a_lock

NOON = datetime(2090, 3, 2, 12, 0, 5, tzinfo=clock.SHANGHAI)


@pytest.fixture
def earnest(settings, db) -> None:
    """No demo: the office needs its second key."""
    settings.DEMO = False


@pytest.fixture
def secretary(db) -> cast.Member:
    return cast.secretary(cast.community())


def with_app(member: cast.Member) -> tuple[Account, bytes, list[str]]:
    """The member's account with an authenticator app, confirmed at noon: account, secret, codes on paper."""
    account = member.person.claims.get().account
    factor = begin_totp(account=account, by=member.by)
    secret = base64.b32decode(open_sealed(factor, "secret_sealed"))
    return account, secret, confirm_totp(account=account, number=number(secret, NOON), by=member.by)


def number(secret: bytes, at: datetime) -> str:
    return number_at(secret, int(at.timestamp()) // 30)


@pytest.mark.parametrize(
    ("seconds", "eight"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_numbers_are_those_of_rfc_6238(seconds, eight):
    """Appendix B, SHA-1; of eight digits the last six are the six-digit number of RFC 4226 §5.3."""
    assert number_at(b"12345678901234567890", seconds // 30) == eight[2:]


def test_each_number_works_once_and_the_last_ones_for_slow_clocks(secretary):
    cast.signed_in(secretary)
    with clock.told_at(NOON):
        account, secret, _ = with_app(secretary)
        for again in (number(secret, NOON), number(secret, NOON - timedelta(seconds=30))):
            with pytest.raises(Refused):
                prove_by_number(account=account, number=again, by=secretary.by)
    with clock.told_at(NOON + timedelta(minutes=11)):
        late = number(secret, clock.now() - timedelta(seconds=30))
        prove_by_number(account=account, number=f" {late[:3]} {late[3:]} ", by=secretary.by)
        prove_by_number(account=account, number=number(secret, clock.now()), by=secretary.by)
        with pytest.raises(Refused):
            prove_by_number(account=account, number=number(secret, clock.now() + timedelta(minutes=1)), by=secretary.by)


def test_a_number_said_in_two_browsers_at_once_opens_one(committed_db):
    member = cast.secretary(cast.community())
    cast.signed_in(member)
    with clock.told_at(NOON):
        account, secret, _ = with_app(member)
    said = number(secret, NOON + timedelta(minutes=20))

    def prove() -> None:
        with clock.told_at(NOON + timedelta(minutes=20)):
            prove_by_number(account=account, number=said, by=member.by)

    factor = SecondFactor.objects.get()
    lock = "select 1 from accounts_secondfactor where id = %s for update"
    results = behind_a_lock(committed_db, lock, factor.id, prove, prove)
    assert sorted(type(each).__name__ for each in results) == ["NoneType", "Refused"]


def test_six_tries_in_ten_minutes(secretary):
    cast.signed_in(secretary)
    with clock.told_at(NOON):
        account, secret, _ = with_app(secretary)
        for _ in range(5):
            with pytest.raises(Refused, match="数字不对"):
                prove_by_number(account=account, number="000000", by=secretary.by)
        with pytest.raises(TooOften):
            prove_by_number(account=account, number=number(secret, NOON + timedelta(seconds=30)), by=secretary.by)


def test_codes_on_paper_work_once_each_and_are_kept_as_hashes(secretary):
    cast.signed_in(secretary)
    with clock.told_at(NOON):
        account, _, codes = with_app(secretary)
    assert len(set(codes)) == 8
    assert all(re.fullmatch("([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code) for code in codes)
    kept = str(list(RecoveryCode.objects.values())) + str(list(Event.objects.values()))
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    prove_by_number(account=account, number=codes[0].lower(), by=secretary.by)
    with pytest.raises(Refused):
        prove_by_number(account=account, number=codes[0], by=secretary.by)
    prove_by_number(account=account, number=codes[1].replace("-", " "), by=secretary.by)
    assert Event.objects.filter(name="paper-code.used").count() == 2


def test_the_secret_lies_sealed(secretary):
    cast.signed_in(secretary)
    account = Account.objects.get()
    factor = begin_totp(account=account, by=secretary.by)
    secret = open_sealed(factor, "secret_sealed")
    assert secret.encode() not in bytes(factor.secret_sealed or b"")
    assert begin_totp(account=account, by=secretary.by).id == factor.id, "one waits at a time"


def test_the_last_key_stays(secretary):
    cast.signed_in(secretary)
    with clock.told_at(NOON):
        account, _, _ = with_app(secretary)
    with pytest.raises(Refused) as refused:
        remove_factor(account=account, factor_id=SecondFactor.objects.get().id, by=secretary.by)
    assert refused.value.code == "key.last"


# ── the office without its key ───────────────────────────────────────────────────────────────────────────────────────


def test_without_a_second_key_the_office_is_a_resident_and_led_to_make_one(earnest, secretary):
    compound = cast.compound(secretary.person.community)
    browser = cast.signed_in(secretary)
    assert browser.get("/")["Location"] == "/own/keys"
    for address in ("/places", f"/places/{compound.id}", "/people", "/codes", "/matters/new", "/bodies"):
        assert browser.get(address).status_code == 403, address
    assert "您还没有第二把钥匙" in browser.get("/own/keys").content.decode()
    assert browser.get("/own").status_code == 200


def test_with_it_the_office_opens_for_a_working_day(earnest, secretary):
    browser = cast.signed_in(secretary)
    with clock.told_at(NOON):
        set_up(browser)
        assert browser.get("/places").status_code == 200
    with clock.told_at(NOON + timedelta(hours=13)):
        assert browser.get("/places").status_code == 403
        assert browser.get("/")["Location"] == "/own/keys"
        secret = base64.b32decode(open_sealed(SecondFactor.objects.get(), "secret_sealed"))
        wrong = browser.post("/own/keys/prove", {"number": "000000"})
        assert wrong.status_code == 409
        assert browser.post("/own/keys/prove", {"number": number(secret, clock.now())})["Location"] == "/"
        assert browser.get("/places").status_code == 200


def set_up(browser: Client) -> None:
    """A browser sets an authenticator app up by its pages."""
    page = browser.post("/own/keys/app/new", follow=True).content.decode()
    shown = re.search(r'<p class="address">([A-Z2-7 ]+)</p>', page)
    assert shown
    secret = base64.b32decode(shown[1].replace(" ", ""))
    codes = browser.post("/own/keys/app", {"number": number(secret, clock.now())}).content.decode()
    assert codes.count("<code>") == 8


def test_another_browser_of_the_account_stays_shut_and_cannot_change_the_keys(earnest, secretary):
    first = cast.signed_in(secretary)
    with clock.told_at(NOON):
        set_up(first)
        other = cast.signed_in(secretary)
        assert other.get("/places").status_code == 403
        assert other.post("/own/keys/app/new")["X-Refused"] == "key.turn-first"
        assert other.get("/own/keys/passkey?make")["X-Refused"] == "key.turn-first"
        key = SecondFactor.objects.get()
        assert other.post(f"/own/keys/{key.id}/remove")["X-Refused"] == "key.turn-first"


def test_leaders_and_residents_need_none(earnest):
    compound = cast.compound(cast.community())
    for member in (cast.collector(compound), cast.owner(compound)):
        assert cast.signed_in(member).get("/").status_code == 200


def test_a_demo_says_that_it_needs_none(secretary):
    page = cast.signed_in(secretary).get("/").content.decode()
    assert "免了第二把钥匙" in page


def test_new_codes_on_paper_end_the_old_ones_and_ask_for_the_key_again(earnest, secretary):
    browser = cast.signed_in(secretary)
    assert browser.get("/own/keys/paper")["Location"] == "/own/keys"
    with clock.told_at(NOON):
        account, secret, old = with_app(secretary)
    with clock.told_at(NOON + timedelta(minutes=20)):
        browser.post("/own/keys/prove", {"number": number(secret, clock.now())})
        assert browser.post("/own/keys/paper", {"number": number(secret, clock.now())}).status_code == 409
        assert browser.post("/own/keys/paper", {"number": ""}).status_code == 400
        assert RecoveryCode.objects.filter(account=account).count() == 8
    with clock.told_at(NOON + timedelta(minutes=21)):
        said = {"number": number(secret, clock.now())}
        page = browser.post("/own/keys/paper", said).content.decode()
        new = re.findall(r"<code>([A-Z2-7-]{19})</code>", page)
        assert len(new) == 8
        assert set(new).isdisjoint(old)
        assert browser.post("/own/keys/paper", said).status_code == 409, "the number was used"
        with pytest.raises(Refused):
            prove_by_number(account=account, number=old[0], by=secretary.by)
        prove_by_number(account=account, number=new[0], by=secretary.by)
    assert Event.objects.filter(name="paper-codes.renewed").count() == 1


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"rawId": "x"}', '{"rawId": "a", "type": "public-key"}'])
def test_a_made_up_passkey_opens_nothing(earnest, secretary, body):
    browser = cast.signed_in(secretary)
    for query in ("?make", ""):
        browser.get(f"/own/keys/passkey{query}")
        answer = browser.post(f"/own/keys/passkey{query}", body, content_type="application/json")
        assert answer.status_code == 409
        again = browser.post(f"/own/keys/passkey{query}", body, content_type="application/json")
        assert again.status_code == 409, "a challenge is used up by its first answer"
    assert not SecondFactor.objects.exists()
    assert browser.get("/places").status_code == 403
