"""人员: putting somebody on the roster, giving a role, letting them in once; and calling them for a reason."""

import re

import pytest
from django.test import Client

from linli.accounts.models import SignInLink
from linli.accounts.services import appoint_officer, invite_person
from linli.community.models import Organisation, Person, Place, Role
from linli.community.services import record_phone
from linli.record.acting import Acting
from linli.rules.errors import Forbidden, Refused
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> Place:
    return cast.community()


def link_in(page: str) -> str:
    found = re.search(r'class="address">[^<]*(/s/[^<]+)<', page)
    assert found
    return found[1]


def test_a_secretary_lets_the_first_leader_in(at):
    """A name on the roster, a role at a compound, a code to scan, and the leader is in as what they are."""
    compound = cast.compound(at)
    office = cast.signed_in(cast.secretary(at))
    page = office.post("/people", {"name": "赵建国", "once": "1"}, follow=True)
    person = Person.objects.get(name="赵建国")
    assert page.redirect_chain[-1][0] == f"/people/{person.id}"
    given = {"give": "yes", "kind": "building_leader", "title": "楼栋长", "place": compound.id, "organisation": ""}
    assert office.post(f"/people/{person.id}", given).status_code == 302
    assert Role.objects.get(person=person).place == compound
    link = link_in(office.post(f"/people/{person.id}/invite").content.decode())
    leader = Client()
    assert leader.post(link).status_code == 302
    assert "楼栋长" in leader.get("/").content.decode()
    assert "已经进过门" in office.get(f"/people/{person.id}").content.decode()
    ended = office.post(f"/people/{person.id}", {"end": str(person.roles.get().id)})
    assert ended.status_code == 302
    assert "楼栋长" not in leader.get("/own").content.decode()


def test_sent_twice_one_person_and_a_newer_code_ends_the_one_before(at):
    office = cast.signed_in(cast.secretary(at))
    for _ in range(2):
        office.post("/people", {"name": "赵建国", "once": "1"})
    person = Person.objects.get(name="赵建国")
    first, second = (link_in(office.post(f"/people/{person.id}/invite").content.decode()) for _ in range(2))
    assert Client().post(first).status_code == 409
    assert Client().post(second).status_code == 302


def test_nobody_is_invited_into_an_account_that_is_in_use(at):
    clerk = cast.clerk(at)
    cast.signed_in(clerk)
    used = SignInLink.objects.count()
    with pytest.raises(Refused) as refused:
        invite_person(person=clerk.person, by=cast.secretary(at).by)
    assert refused.value.code == "invite.already-in"
    assert SignInLink.objects.count() == used


def test_a_clerk_keeps_the_roster_and_gives_no_roles(at):
    clerk = cast.clerk(at)
    office = cast.signed_in(clerk)
    person = cast.owner(cast.compound(at)).person
    page = office.get(f"/people/{person.id}").content.decode()
    assert "给一个职务" not in page
    assert office.post(f"/people/{person.id}/invite").status_code == 403
    given = {"give": "yes", "kind": "clerk", "title": "工作人员", "place": at.id, "organisation": ""}
    office.post(f"/people/{person.id}", given)
    assert not person.roles.exists()
    with pytest.raises(Forbidden):
        invite_person(person=person, by=clerk.by)


def test_people_are_found_by_name_with_their_doors(at, django_assert_max_num_queries):
    cast.owner(cast.compound(at))
    office = cast.signed_in(cast.clerk(at))
    page = office.get("/people", {"name": "玉兰"}).content.decode()
    assert "陈玉兰" in page
    assert "二单元602" in page
    assert "陈玉兰" not in office.get("/people", {"name": "没有"}).content.decode()


def test_a_number_is_shown_for_a_reason_that_its_owner_reads(at):
    owner = cast.owner(cast.compound(at))
    record_phone(person=owner.person, phone="13800138000", by=owner.by)
    office = cast.signed_in(cast.clerk(at))
    page = f"/people/{owner.person.id}"
    assert "13800138000" not in office.get(page).content.decode()
    assert office.post(f"{page}/call", {"purpose": ""}).status_code == 409
    assert "13800138000" in office.post(f"{page}/call", {"purpose": "contact"}).content.decode()
    assert office.get(f"{page}/call").status_code == 405
    mine = cast.signed_in(owner).get("/own/data").content.decode()
    assert "工作人员 林*梅" in mine
    assert "联系本人" in mine
    assert 'value="13800138000"' in mine


def test_an_organisation_is_added_once(at):
    office = cast.signed_in(cast.secretary(at))
    for _ in range(2):
        office.post("/bodies", {"name": "聚鑫园自管委员会", "kinds": ["self_management_committee"]})
    assert Organisation.objects.filter(name="聚鑫园自管委员会").count() == 1
    assert "聚鑫园自管委员会" in office.get("/bodies").content.decode()


def test_a_new_community_begins_with_its_first_compound(at):
    office = cast.signed_in(cast.secretary(at))
    assert "把第一个小区放上来" in office.get("/").content.decode()
    cast.compound(at)
    assert "把第一个小区放上来" not in office.get("/").content.decode()


def test_officers_are_appointed_above_the_community_by_the_program_alone(at):
    town = at.parent
    assert town is not None
    with pytest.raises(Refused) as refused:
        appoint_officer(place=at, name="方志远", title="街道干部", by=Acting.system(None))
    assert refused.value.code == "officer.level"
    with pytest.raises(Forbidden):
        appoint_officer(place=town, name="方志远", title="街道干部", by=cast.secretary(at).by)
    (first, _), (again, secret) = (
        appoint_officer(place=town, name="方志远", title="街道干部", by=Acting.system(None)) for _ in range(2)
    )
    assert first == again
    browser = Client()
    browser.post(f"/s/{secret}")
    assert browser.get("/")["Location"] == "/figures"
