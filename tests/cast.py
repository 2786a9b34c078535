"""The named people of all tests, each made as life makes them: by services, at the doors of the article's building.

All of them are invented. Import this from test modules, not from a conftest, which is read before Django is set up.
"""

import csv
import io
from dataclasses import dataclass

from django.test import Client
from django.urls import reverse

from linli.accounts.services import make_sign_in_link, open_account
from linli.community.adapters.registers import read_register
from linli.community.models import Organisation, Person, Place, RegisterDraft, Role
from linli.community.services import (
    add_organisation,
    add_person,
    add_place,
    found_community,
    give_role,
    hand_in_register,
    lay_out_doors,
    read_handed_in,
    take_in_register,
)
from linli.record.acting import Acting
from tests.houses import acting_as

#: The article's homes: 54, and no shops unless a test asks for them.
DOORS = "3个单元，3–8层，每层3户"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the cast: the person, and what they act as in services."""

    person: Person
    by: Acting


def system(community: Place) -> Acting:
    """The program itself."""
    return Acting.system(community.id)


def community(name: str = "广顺园社区", town: str = "桃园街道") -> Place:
    """The community of the article, another one of its street, or one of the same name in another street."""
    return found_community(city="天津市", district="河西区", town=town, community=name, by=Acting.system(None))


def compound(at: Place, name: str = "聚鑫园", rule: str = DOORS) -> Place:
    """A compound of one building in the community ``at``, its doors laid out by ``rule``."""
    place = add_place(parent=at, kind=Place.Kind.COMPOUND, name=name, by=system(at))
    building = add_place(parent=place, kind=Place.Kind.BUILDING, name="1号楼", by=system(at))
    lay_out_doors(place=building, rule=rule, by=system(at))
    return place


def organisation(at: Place, name: str = "广顺园社区党委", kind: str = "party_committee") -> Organisation:
    """A body of the community ``at``, by default its party committee."""
    return add_organisation(community=at, name=name, kinds=[kind], by=system(at))


def register(*rows: tuple[int, str, str, str, str, str]) -> bytes:
    """A register of homes as .csv: (unit, room, area in m², owners, "是" or "否" for lived in, head of household)."""
    out = io.StringIO()
    csv.writer(out).writerows([("单元", "房号", "建筑面积", "业主", "是否入住", "户主"), *rows])
    return out.getvalue().encode()


def take_in(place: Place, *rows: tuple[int, str, str, str, str, str]) -> None:
    """Take such a register in at ``place``."""
    assert place.community is not None
    take_in_register(place=place, reading=read_register(register(*rows), "登记表.csv"), by=system(place.community))


def read_in(place: Place, data: bytes, by: Acting) -> RegisterDraft:
    """A register handed in and read by the worker: its preview stands."""
    draft = hand_in_register(place=place, files=[(data, "登记表.csv")], by=by)
    read_handed_in(draft.id)
    draft.refresh_from_db()
    return draft


def resident(place: Place, name: str) -> Member:
    """Somebody whom a register at ``place`` has named, acting as a resident."""
    assert place.community is not None
    person = Person.objects.get(community=place.community, name=name)
    return Member(person, acting_as(person))


def holder(place: Place, kind: str, title: str, name: str) -> Member:
    """Somebody who holds a role at ``place``, put on the roster where they are not yet."""
    assert place.community is not None
    by = system(place.community)
    person = Person.objects.filter(community=place.community, name=name).first()
    person = person or add_person(community=place.community, name=name, by=by)
    role = give_role(person=person, kind=kind, title=title, place=place, by=by)
    return Member(person, acting_as(person, role))


def secretary(at: Place) -> Member:
    """周文静, vice-secretary of the party committee of the community ``at``."""
    return holder(at, Role.Kind.SECRETARY, "社区党委副书记", "周文静")


def clerk(at: Place, name: str = "林小梅") -> Member:
    """林小梅, who keeps the registers of the community ``at``; another name is another clerk."""
    return holder(at, Role.Kind.CLERK, "居委会录入员", name)


def supervisor(at: Place, name: str = "孙守正") -> Member:
    """孙守正, of the supervision committee of the community ``at``; another name is another of it."""
    body = organisation(at, f"{at.name}居务监督委员会", "supervision_committee")
    by = system(at)
    person = Person.objects.filter(community=at, name=name).first() or add_person(community=at, name=name, by=by)
    role = give_role(person=person, kind=Role.Kind.SUPERVISOR, title="监督委员", place=at, organisation=body, by=by)
    return Member(person, acting_as(person, role))


def director(at: Place) -> Member:
    """郭志强, director of the residents' committee of the community ``at``."""
    return holder(at, Role.Kind.DIRECTOR, "居委会主任", "郭志强")


def collector(place: Place) -> Member:
    """赵建国, building leader at ``place``, who knocks and brings slips."""
    return holder(place, Role.Kind.BUILDING_LEADER, "楼栋长", "赵建国")


def idle_leader(place: Place) -> Member:
    """郑德明, a building leader at ``place`` whom no drive names."""
    return holder(place, Role.Kind.BUILDING_LEADER, "楼栋长", "郑德明")


def owner(place: Place) -> Member:
    """陈玉兰, who owns 二单元602 and lives there."""
    take_in(place, (2, "602", "54.36", "陈玉兰", "是", "陈玉兰"))
    return resident(place, "陈玉兰")


def neighbour(place: Place) -> Member:
    """李桂珍, who owns 一单元401 and lives there."""
    take_in(place, (1, "401", "62.48", "李桂珍", "是", "李桂珍"))
    return resident(place, "李桂珍")


def co_owners(place: Place) -> tuple[Member, Member]:
    """魏长林 and 袁秀琴, who own 二单元701 together: one seat and one head."""
    take_in(place, (2, "701", "62.48", "魏长林、袁秀琴", "是", "魏长林"))
    return resident(place, "魏长林"), resident(place, "袁秀琴")


def tenant(place: Place) -> Member:
    """马晓东, who rents 一单元402 from somebody who lives elsewhere, and has no voice of an owner."""
    take_in(place, (1, "402", "54.36", "高永福", "是", "马晓东"))
    return resident(place, "马晓东")


def elder(place: Place) -> Member:
    """方雅珍, who owns 三单元503 and lives there alone, without a phone."""
    take_in(place, (3, "503", "71.15", "方雅珍", "是", "方雅珍"))
    return resident(place, "方雅珍")


def outsider(name: str = "陈玉兰") -> Member:
    """Somebody of another community whose compound, doors and name are the same as here."""
    place = compound(community("红星里社区"))
    take_in(place, (2, "602", "54.36", name, "是", name))
    return resident(place, name)


def way_in(member: Member) -> str:
    """The path of a fresh one-time link for somebody of the cast."""
    by = Acting.system(member.person.community_id)
    return reverse("sign-in-link", args=[make_sign_in_link(account=open_account(person=member.person, by=by), by=by)])


def signed_in(member: Member, **headers: str) -> Client:
    """A browser without script in which the member has come in by a link."""
    client = Client(headers=headers)
    assert client.post(way_in(member)).status_code == 302
    return client
