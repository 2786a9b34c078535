"""How often something may be tried: counted across processes, window by window, under a name that names nobody."""

from datetime import datetime, timedelta

import pytest

from linli.accounts.models import Attempts
from linli.accounts.services import spend
from linli.record import clock
from linli.rules.errors import TooOften
from tests.at_once import at_once

NOON = datetime(2026, 3, 2, 12, tzinfo=clock.SHANGHAI)
TEN = timedelta(minutes=10)


def tries(count: int, who: object = "192.0.2.1", what: str = "x", most: int = 3) -> int:
    """How many of so many tries are let through."""
    through = 0
    for _ in range(count):
        try:
            spend(what, who, most=most, within=TEN)
            through += 1
        except TooOften:
            pass
    return through


@pytest.mark.django_db
def test_so_many_and_no_more_each_for_itself():
    with clock.told_at(NOON):
        assert tries(5) == 3
        assert tries(5, who="192.0.2.2") == 3
        assert tries(5, what="y") == 3


@pytest.mark.django_db
def test_a_new_window_begins_at_zero_and_the_wait_is_said():
    with clock.told_at(NOON):
        tries(5)
    with clock.told_at(NOON + timedelta(minutes=8)), pytest.raises(TooOften) as refused:
        spend("x", "192.0.2.1", most=3, within=TEN)
    assert refused.value.facts["seconds"] in (120, 121)
    assert "3分钟" in str(refused.value) or "2分钟" in str(refused.value)
    with clock.told_at(NOON + TEN):
        assert tries(5) == 3


@pytest.mark.django_db
def test_a_page_says_when_to_come_back(client):
    for _ in range(60):
        client.post("/s/nobody-has-this")
    answer = client.post("/s/nobody-has-this")
    assert answer.status_code == 429


def test_many_at_once_are_all_counted(committed_db):
    calls = [lambda: spend("x", "one", most=7, within=timedelta(days=1)) for _ in range(12)]
    results = [type(each).__name__ for each in at_once(*calls)]
    assert sorted(results) == ["NoneType"] * 7 + ["TooOften"] * 5


@pytest.mark.django_db
def test_what_is_kept_names_nobody_and_goes_when_it_is_over():
    with clock.told_at(NOON):
        tries(2)
        assert "192.0.2.1" not in str(list(Attempts.objects.values()))
    with clock.told_at(NOON + timedelta(days=1)):
        tries(1, who="another")
    assert Attempts.objects.count() == 1
    with clock.told_at(NOON):
        tries(1, who="first")
    assert Attempts.objects.count() == 2


@pytest.mark.django_db
def test_each_try_is_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        spend("x", "y", most=1, within=TEN)


@pytest.mark.django_db
def test_behind_a_proxy_the_asker_is_whom_the_proxy_saw(client, settings):
    settings.BEHIND_PROXY = True
    for forged in range(61):
        last = client.post("/s/none", headers={"x-forwarded-for": f"10.0.0.{forged}, 192.0.2.9"}).status_code
    assert last == 429
    assert client.post("/s/none", headers={"x-forwarded-for": "192.0.2.9, 192.0.2.10"}).status_code == 409
