"""Coming in by a link that works once, and what a session knows of anybody."""

import base64
import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from linli.accounts.models import Account, Session, SignInLink
from linli.accounts.services import make_sign_in_link, open_account, use_sign_in_link
from linli.community.models import Person
from linli.record import clock
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from tests.at_once import at_once, behind_a_lock
from tests.houses import House, build, person_of, somebody

TINY = "1个单元，1–1层，每层1户"


@pytest.fixture
def house(db: None) -> House:
    return build(rule=TINY)


def secret_for(house: House, person: Person | None = None) -> str:
    account = open_account(person=person or person_of(house.secretary), by=house.system)
    return make_sign_in_link(account=account, by=house.system)


def refusal(secret: str) -> str:
    with pytest.raises(Refused) as refused:
        use_sign_in_link(secret=secret)
    return refused.value.code


def test_a_link_opens_its_account_once(house: House):
    secret = secret_for(house)
    assert use_sign_in_link(secret=secret).claims.get().person == person_of(house.secretary)
    assert refusal(secret) == "link.used"


def test_a_link_lives_for_one_day_by_the_databases_clock(house: House):
    secret = secret_for(house)
    with clock.told_at(SignInLink.objects.get().expires_at):
        assert refusal(secret) == "link.expired"
    assert SignInLink.objects.get().expires_at - clock.now() <= timedelta(hours=24)
    assert use_sign_in_link(secret=secret)


@pytest.mark.parametrize("secret", ["", "x", "0" * 64, "a\0b", "键" * 900])
def test_an_unknown_link_opens_nothing(house: House, secret: str):
    secret_for(house)
    assert refusal(secret) == "link.unknown"


def test_the_link_of_a_closed_account_opens_nothing(house: House):
    secret = secret_for(house)
    Account.objects.update(is_active=False)
    assert refusal(secret) == "link.unknown"


def test_nothing_that_is_kept_opens_the_door(house: House):
    secret = secret_for(house)
    link = SignInLink.objects.get()
    assert link.secret_sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert len(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))) >= 16
    kept = str(list(SignInLink.objects.values())) + str(list(Event.objects.values()))
    assert secret not in kept
    assert refusal(link.secret_sha256) == "link.unknown"


def test_two_browsers_at_once_and_one_comes_in(committed_db: str):
    secret = secret_for(build(rule=TINY))
    link = SignInLink.objects.get()
    results = behind_a_lock(
        committed_db,
        "select 1 from accounts_signinlink where id = %s for update",
        link.id,
        lambda: use_sign_in_link(secret=secret),
        lambda: use_sign_in_link(secret=secret),
    )
    assert sorted(each.code if isinstance(each, Refused) else type(each).__name__ for each in results) == [
        "Account",
        "link.used",
    ]


def test_one_person_gets_one_account_though_two_ask_at_once(committed_db: str):
    house = build(rule=TINY)
    person = person_of(house.leader)
    accounts = at_once(*(lambda: open_account(person=person, by=house.system) for _ in range(5)))
    assert len({account.id for account in accounts}) == 1  # type: ignore[attr-defined]
    assert Account.objects.count() == 1


def test_who_may_open_accounts_and_make_links(house: House):
    person = person_of(house.leader)
    other = build("惠岗社区", rule=TINY)
    for by in (house.clerk, house.leader, somebody(house.community), other.secretary, other.system):
        with pytest.raises(Forbidden):
            open_account(person=person, by=by)
    account = open_account(person=person, by=house.secretary)
    for by in (house.secretary, house.clerk, house.leader):
        with pytest.raises(Forbidden):
            make_sign_in_link(account=account, by=by)
    assert not SignInLink.objects.exists()


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_looking_at_a_link_does_not_use_it_up(house: House, client: Client):
    """Chat apps open links to preview them."""
    address = reverse("sign-in-link", args=[secret_for(house)])
    for _ in range(2):
        assert client.get(address).status_code == 200
    client.head(address)
    client.options(address)
    assert "_auth_user_id" not in client.session
    assert client.post(address).status_code == 302
    assert client.session["_auth_user_id"] == str(Account.objects.get().id)
    assert Client().post(address).status_code == 409


def test_a_session_holds_nothing_of_anybody(house: House, client: Client):
    client.post(reverse("sign-in-link", args=[secret_for(house)]))
    standing = client.get("/").wsgi_request.standings[0]  # type: ignore[attr-defined]
    client.post(reverse("choose-role"), {"standing": f"{standing.person.id}:{standing.role.id}"})
    kept = Session.objects.get().get_decoded()
    assert set(kept) <= {
        *("_auth_user_id", "_auth_user_backend", "_auth_user_hash", "acting_as", "device", "since", "seen")
    }
    assert "书记" not in str(kept)
    assert "书记" not in str(client.cookies)


def test_coming_in_gives_a_session_key_that_nobody_knew_before(house: House, client: Client):
    session = client.session
    session["acting_as"] = "planted"
    session.save()
    before = session.session_key
    client.post(reverse("sign-in-link", args=[secret_for(house)]))
    assert client.session.session_key != before


def test_signed_out_nobody_acts(house: House, client: Client):
    request = client.get(reverse("sign-in")).wsgi_request
    assert (request.acting, request.standing, request.standings) == (None, None, [])  # type: ignore[attr-defined]
    client.post(reverse("sign-in-link", args=[secret_for(house)]))
    client.post(reverse("sign-out"))
    assert client.get(reverse("sign-in")).wsgi_request.acting is None  # type: ignore[attr-defined]
    assert not Session.objects.filter(session_key=client.session.session_key).exists()


def test_whoever_is_in_already_is_not_left_before_the_door(house: House, client: Client):
    secret = secret_for(house)
    assert client.post(reverse("sign-in-link", args=[secret])).status_code == 302
    again = client.post(reverse("sign-in-link", args=[secret])).content.decode()
    assert "您已经进门了" in again
    assert "您已经进门了" not in Client().post(reverse("sign-in-link", args=[secret])).content.decode()


@pytest.mark.parametrize("path", ["/", "/sign-in?next=/own/keys", "/nowhere"])
def test_whoever_comes_by_a_number_goes_on_by_the_name_that_passkeys_know(db: None, settings: Settings, path: str):
    settings.ADDRESS = "http://localhost:8123"
    client = Client(headers={"host": "127.0.0.1:8123"})
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"http://localhost:8123{path}")
    assert "Content-Security-Policy" in answer.headers
    assert not answer.cookies
    # What is sent is taken, or refused, where it came: nothing that was written is lost on a way round.
    assert client.post(path).status_code in (200, 400, 403, 404, 405)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://localhost:8123", "localhost:8123"),
        ("http://localhost:8123", "127.0.0.1:9000"),
        ("https://linli.example.cn", "127.0.0.1"),
        ("https://linli.example.cn", "linli.example.cn"),
        ("http://127.0.0.1:8123", "127.0.0.1:8123"),
    ],
)
def test_nobody_else_is_sent_round(db: None, settings: Settings, address: str, host: str):
    settings.ADDRESS, settings.ALLOWED_HOSTS = address, [host.partition(":")[0]]
    assert Client(headers={"host": host}).get("/sign-in").status_code == 200
