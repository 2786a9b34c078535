"""In which role somebody acts: only their own, and only while they hold it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from linli.accounts.acting import StandingRequest, key_of
from linli.accounts.models import Account, Claim
from linli.accounts.queries import standings_of
from linli.accounts.services import open_account
from linli.community.models import Role
from linli.community.services import end_role, give_role
from linli.record import clock
from linli.record.acting import Acting
from tests.houses import House, build, open_at, person_of

pytestmark = pytest.mark.django_db

TINY = "1个单元，1–1层，每层1户"


@pytest.fixture
def house() -> House:
    return build(rule=TINY)


@pytest.fixture
def account(house: House, client: Client) -> Account:
    """The secretary's account, signed in, whose person leads a building besides."""
    person = person_of(house.secretary)
    give_role(person=person, kind="building_leader", title="楼长", place=house.building, by=house.system)
    account = open_account(person=person, by=house.system)
    client.force_login(account)
    return account


def request_of(client: Client) -> StandingRequest:
    return client.get(reverse("sign-in")).wsgi_request  # type: ignore[return-value]


def acting(client: Client) -> Acting:
    by = request_of(client).acting
    assert by is not None
    return by


def test_the_office_comes_first_and_the_resident_last(house: House, account: Account, client: Client):
    kinds = [standing.role.kind if standing.role else "resident" for standing in standings_of(account)]
    assert kinds == ["secretary", "building_leader", "resident"]
    by = acting(client)
    assert (by.person, by.role, by.role_id) == (house.secretary.person, "secretary", house.secretary.role_id)
    assert by.community == house.community.id


def test_one_acts_in_the_role_that_one_chose(account: Account, client: Client):
    for standing in standings_of(account):
        client.post(reverse("choose-role"), {"standing": key_of(standing)})
        assert acting(client).role_id == (standing.role.id if standing.role else None)


def test_choosing_what_is_not_ones_own_changes_nothing(house: House, account: Account, client: Client):
    client.post(reverse("choose-role"), {"standing": key_of(standings_of(account)[1])})
    before = acting(client)
    clerk = person_of(house.clerk)
    clerk_role = clerk.roles.get()
    mine = person_of(house.secretary)
    for wanted in (f"{clerk.id}:{clerk_role.id}", f"{mine.id}:{clerk_role.id}", f"{clerk.id}:", "", ":", "x" * 9999):
        client.post(reverse("choose-role"), {"standing": wanted})
        client.post(reverse("choose-role"))
        now = acting(client)
        assert (now.person, now.role_id) == (before.person, before.role_id)


def test_a_role_that_has_ended_is_gone_at_once(house: House, account: Account, client: Client):
    role = person_of(house.secretary).roles.get(kind="secretary")
    client.post(reverse("choose-role"), {"standing": f"{role.person_id}:{role.id}"})
    assert acting(client).role == "secretary"
    end_role(role=role, by=house.system)
    assert acting(client).role == "building_leader"
    Role.objects.filter(person=role.person).update(since=clock.today() + timedelta(days=1), until=None)
    assert acting(client).role == "resident"


def test_a_claim_that_nobody_confirmed_lets_nobody_act(account: Account, client: Client):
    Claim.objects.update(confirmed_at=None)
    assert request_of(client).acting is None
    assert request_of(client).standings == []


def test_somebody_on_no_roster_is_told_so_and_no_page_fails(house: House, account: Account, client: Client):
    drive = open_at(house)
    Claim.objects.update(confirmed_at=None)
    pages = [reverse(name) for name in ("matters:index", "matters:new", "community:index")]
    pages += [reverse(f"voting:{name}", args=[drive.id]) for name in ("face", "stacks", "shares")]
    for page in pages:
        answer = client.get(page)
        assert (answer.status_code, answer.headers["X-Refused"]) == (403, "account.nobody")


def test_a_closed_account_acts_as_nobody(account: Account, client: Client):
    Account.objects.update(is_active=False)
    assert request_of(client).acting is None


def test_people_of_two_communities_are_two_standings(house: House, account: Account, client: Client):
    other = build("惠岗社区", rule=TINY)
    person = person_of(other.leader)
    Claim.objects.create(community=other.community, account=account, person=person, confirmed_at=clock.now())
    client.post(reverse("choose-role"), {"standing": f"{person.id}:{person.roles.get().id}"})
    by = acting(client)
    assert (by.community, by.person) == (other.community.id, person.id)


def test_the_number_of_statements_does_not_grow_with_roles(house: House, account: Account, django_assert_num_queries):
    with django_assert_num_queries(3):
        standings_of(account)
    person = person_of(house.secretary)
    for kind in ("clerk", "director"):
        give_role(person=person, kind=kind, title="示例", place=house.community, by=house.system)
    with django_assert_num_queries(3):
        assert len(standings_of(account)) == 5
