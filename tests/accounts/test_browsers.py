"""Where an account is signed in: a list of one's own, ended one by one or all, at once."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from linli.accounts.acting import device_of
from linli.accounts.models import Account, Session, SignInLink
from linli.accounts.services import add_device, end_sessions
from linli.record import clock
from linli.rules.errors import Forbidden
from tests import cast

pytestmark = pytest.mark.django_db

PHONE = (
    "Mozilla/5.0 (Linux; Android 13; V2199A) AppleWebKit/537.36 Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0.47"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/109"


@pytest.fixture
def owner() -> cast.Member:
    return cast.owner(cast.compound(cast.community()))


def test_what_a_browser_runs_on():
    words = [device_of(agent) for agent in (PHONE, IPHONE, DESK, "", "x" * 10_000)]
    assert words == ["android wechat", "iphone", "windows", "other", "other"]


def test_the_list_names_each_and_this_one(owner):
    phone, desk = (cast.signed_in(owner, **{"user-agent": agent}) for agent in (PHONE, DESK))
    page = desk.get("/own/devices").content.decode()
    assert "安卓手机，在微信里" in page
    assert page.count("就是这一部") == 1
    assert page.index("Windows电脑") < page.index("就是这一部")
    assert Session.objects.filter(account__claims__person=owner.person).count() == 2
    assert str(phone.session.session_key) not in page
    assert "Mozilla" not in str(list(Session.objects.values()))


def test_one_ended_is_out_with_its_next_request(owner):
    phone, desk = cast.signed_in(owner), cast.signed_in(owner)
    key = phone.session.session_key
    assert key
    desk.post("/own/devices/end", {"browser": key[:12]})
    assert phone.get("/own")["Location"].startswith("/sign-in")
    assert desk.get("/own").status_code == 200


def test_all_others_ended_and_this_one_stays(owner):
    here, *others = (cast.signed_in(owner) for _ in range(4))
    stranger = cast.signed_in(cast.outsider())
    here.post("/own/devices/end", {"all": "yes"})
    assert here.get("/own").status_code == 200
    assert [other.get("/own").status_code for other in others] == [302] * 3
    assert stranger.get("/own").status_code == 200


def test_this_one_ended_leads_to_the_door(owner):
    here = cast.signed_in(owner)
    key = here.session.session_key
    assert key
    assert here.post("/own/devices/end", {"browser": key[:12]})["Location"] == "/sign-in"
    assert here.get("/own").status_code == 302


@pytest.mark.parametrize("named", ["", "%", "zzz", "0" * 12])
def test_nobody_ends_anothers(owner, named):
    mine, theirs = cast.signed_in(owner), cast.signed_in(cast.outsider())
    key = theirs.session.session_key
    assert key
    for browser in (named, key[:12], key):
        mine.post("/own/devices/end", {"browser": browser})
    assert theirs.get("/own").status_code == 200
    assert mine.get("/own").status_code == 200


def test_a_session_that_an_open_page_still_writes_does_not_come_back(owner):
    """The row is gone: saving what the ended browser holds makes no new one."""
    phone = cast.signed_in(owner)
    session = phone.session
    assert "device" in session
    end_sessions(account=Account.objects.get(), by=owner.by)
    session["acting_as"] = "again"
    with pytest.raises(UpdateError):
        session.save()
    assert not Session.objects.exists()


def test_a_second_phone_comes_in_by_a_code_of_ones_own_for_ten_minutes(owner):
    phone = cast.signed_in(owner)
    page = phone.post("/own/devices/add").content.decode()
    assert 'class="qr"' in page
    first = add_device(account=Account.objects.get(), by=owner.by)
    second = add_device(account=Account.objects.get(), by=owner.by)
    assert Client().post(f"/s/{first}").status_code == 409, "a newer code ends the one before"
    link = SignInLink.objects.order_by("id").last()
    assert link is not None
    with clock.told_at(link.expires_at):
        assert Client().post(f"/s/{second}").status_code == 409
    assert link.expires_at - clock.now() <= timedelta(minutes=10)
    assert Client().post(f"/s/{second}").status_code == 302


def test_nobody_adds_a_phone_to_anothers_account(owner):
    cast.signed_in(owner)
    account = Account.objects.get()
    for by in (cast.outsider().by, cast.secretary(owner.person.community).by):
        with pytest.raises(Forbidden):
            add_device(account=account, by=by)


def test_the_day_of_the_last_use_is_kept_and_no_more(owner, django_assert_max_num_queries):
    phone = cast.signed_in(owner)
    phone.get("/own")
    assert Session.objects.get().seen_on == clock.today()
    before = Session.objects.get().expire_date
    phone.get("/own")
    assert Session.objects.get().expire_date == before, "written once a day"
    with clock.told_at(clock.now() + timedelta(days=3)):
        phone.get("/own")
        assert Session.objects.get().seen_on == clock.today()
