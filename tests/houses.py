"""The house and the people that the tests of the road know: places of the article, people invented.

A ``House`` is built through the services; only owners and areas, which a register brings in real life, are laid in
as rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from linli.community.models import Dwelling, Organisation, Ownership, Person, Place, Role
from linli.community.services import add_organisation, add_person, add_place, found_community, give_role, lay_out_doors
from linli.record import clock
from linli.record.acting import Acting
from linli.voting.models import Drive, Seat, Stack
from linli.voting.services import Slip, open_drive, start_stack

SPECIAL = "cn.civil-code.278.special"
ORDINARY = "cn.civil-code.278.ordinary"
UNANIMOUS = "cn.civil-code.279"
LIFT = "cn.tianjin.lift"
LONG_AGO = date(2013, 5, 1)
ARTICLE = "3个单元，3–8层，每层3户"


@dataclass
class House:
    """One community with one building, its office, and who collects."""

    community: Place
    building: Place
    secretary: Acting
    clerk: Acting
    second_clerk: Acting
    leader: Acting
    committee: Organisation

    @property
    def system(self) -> Acting:
        return Acting.system(self.community.id)

    @property
    def dwellings(self) -> list[Dwelling]:
        return list(Dwelling.objects.filter(community=self.community).order_by("sort_key"))


def acting_as(person: Person, role: Role | None = None) -> Acting:
    """The person in the role, or as a resident."""
    return Acting(
        community=person.community_id,
        person=person.id,
        role=role.kind if role else "resident",
        role_id=role.id if role else None,
    )


def person_of(acting: Acting) -> Person:
    assert acting.person is not None
    return Person.objects.get(id=acting.person)


def somebody(community: Place, kind: str = "", name: str = "示例", place: Place | None = None) -> Acting:
    """A new person on the roster, in a role of ``kind`` where one is named."""
    system = Acting.system(community.id)
    person = add_person(community=community, name=name, by=system)
    if not kind:
        return acting_as(person)
    role = give_role(person=person, kind=kind, title="示例", place=place or community, since=LONG_AGO, by=system)
    return acting_as(person, role)


def build(community: str = "广顺园社区", rule: str = ARTICLE, *, owned: bool = True, area: int | None = 8520) -> House:
    """A community with one building laid out by ``rule``; each door, where ``owned``, has an owner of its own."""
    at = found_community(city="天津市", district="河西区", town="桃园街道", community=community, by=Acting.system(None))
    system = Acting.system(at.id)
    compound = add_place(parent=at, kind="compound", name="聚鑫园", by=system)
    building = add_place(parent=compound, kind="building", name="1号楼", by=system)
    lay_out_doors(place=building, rule=rule, by=system)
    doors = list(Dwelling.objects.filter(community=at).order_by("sort_key"))
    Dwelling.objects.filter(community=at).update(area=area, area_source="register" if area else "")
    if owned:
        owners = [Person(community=at, name=f"业主{n}") for n in range(len(doors))]
        Person.objects.bulk_create(owners)
        own((door, [owner]) for door, owner in zip(doors, owners, strict=True))
    return House(
        community=at,
        building=building,
        secretary=somebody(at, "secretary", "书记"),
        clerk=somebody(at, "clerk", "录入甲"),
        second_clerk=somebody(at, "clerk", "录入乙"),
        leader=somebody(at, "building_leader", "楼长", building),
        committee=add_organisation(community=at, name="居委会", kinds=["residents_committee"], by=system),
    )


def own(pairs: Iterable[tuple[Dwelling, Sequence[Person]]]) -> None:
    """Let the people own the dwellings, from long ago."""
    Ownership.objects.bulk_create(
        Ownership(community_id=door.community_id, dwelling=door, person=person, since=LONG_AGO)
        for door, people in pairs
        for person in people
    )


def open_at(house: House, pack: str = LIFT, *, days: int = 7, place: Place | None = None, **more: object) -> Drive:
    """A drive over the house's building that closes in ``days`` days."""
    return open_drive(
        place=place or house.building,
        question="给聚鑫园加装电梯",
        pack_id=pack,
        closes_at=clock.now() + timedelta(days=days),
        collectors=[person_of(house.leader)],
        clerks=[person_of(house.clerk), person_of(house.second_clerk)],
        by=house.secretary,
        **more,  # type: ignore[arg-type]
    )


def stack_of(house: House, drive: Drive, *, by: Acting | None = None) -> Stack:
    """A new stack, collected today by the building leader."""
    return start_stack(
        drive=drive,
        collector=person_of(house.leader),
        witness="示例见证人",
        collected_on=clock.today(),
        by=by or house.clerk,
    )


def seats_of(drive: Drive) -> list[Seat]:
    return list(Seat.objects.filter(electorate=drive.electorate_id).select_related("scope").order_by("sort_key"))


def slips(seats: Iterable[Seat], choice: str = "yes", *, first: int = 1, **more: object) -> list[Slip]:
    """One slip for each seat, numbered from ``first``."""
    return [
        Slip(seat=seat.id, choice=choice, position=position, **more)  # type: ignore[arg-type]
        for position, seat in enumerate(seats, first)
    ]


def after(drive: Drive, **more: float) -> datetime:
    """A moment after the drive's deadline (``hours=`` …)."""
    return drive.closes_at + timedelta(**more)
