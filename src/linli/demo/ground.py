"""The community of the story: its places, its bodies, the people who act, and the doors of its two compounds.

Guangshunyuan, Juxinyuan and their building are the article's; Zitengli and everybody named here is invented.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from linli.accounts.acting import acting_as
from linli.accounts.queries import Standing
from linli.community.models import Organisation, Person, Place, Role
from linli.community.queries import people_of, read_registers
from linli.community.services import (
    add_organisation,
    add_person,
    add_place,
    found_community,
    give_role,
    lay_out_doors,
    show_office_phone,
    show_own_phone,
    take_in_register,
)
from linli.demo.registers import Homes, households_workbook, ownership_workbook, rows_of, workbook_of
from linli.demo.slips import photo_of
from linli.files.models import File
from linli.files.services import store_pictures
from linli.record import clock
from linli.record.acting import Acting

ADDRESS = {"city": "天津市", "district": "河西区", "town": "桃园街道", "community": "广顺园社区"}
#: Of the district: the rules of other cities are not offered.
AREA_CODE = "120103000000"
SECRETARY, CLERK, LEADER, SECOND_LEADER = "周文静", "林小梅", "赵建国", "孙凤英"
RESIDENT, NEIGHBOUR, SUPERVISOR = "陈玉兰", "李桂珍", "孙守正"
#: Nobody's: no number of China's begins so.
SAMPLE_PHONE, SAMPLE_OFFICE_PHONE = "100 0000 0000", "022-0000 0000"

#: 54 homes on floors 3 to 8, of which 48 are lived in: 16 of 18 in each unit.
JUXINYUAN = Homes(
    units=3,
    floors=range(3, 9),
    areas=("62.48", "54.36", "71.15"),
    vacant=frozenset({(1, "303"), (1, "703"), (2, "502"), (2, "801"), (3, "402"), (3, "603")}),
    owners={(1, "501"): LEADER, (2, "602"): RESIDENT, (2, "701"): "魏长林、袁秀琴", (3, "503"): "崔永年、方雅珍"},
)
#: Another compound, without a lift: 36 homes, 34 of them lived in.
ZITENGLI = Homes(
    units=3,
    floors=range(1, 7),
    areas=("58.20", "66.75"),
    vacant=frozenset({(1, "402"), (3, "201")}),
    owners={(1, "301"): SECOND_LEADER, (2, "501"): NEIGHBOUR},
)

Kind = Organisation.Kind
BODIES = {
    "广顺园社区党委": Kind.PARTY_COMMITTEE,
    "广顺园社区居委会": Kind.RESIDENTS_COMMITTEE,
    "聚鑫园小区自管委员会": Kind.SELF_MANAGEMENT_COMMITTEE,
    "聚鑫园加梯筹备小组": Kind.PREPARATORY_GROUP,
    "广顺园社区居务监督委员会": Kind.SUPERVISION_COMMITTEE,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What the matters of the story stand on."""

    community: Place
    juxinyuan: Place
    zitengli: Place
    bodies: dict[str, Organisation]
    people: dict[str, Person]
    secretary: Acting
    clerk: Acting
    leader: Acting


def at(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the community's day."""
    return datetime(year, month, day, hour, minute, tzinfo=clock.SHANGHAI)


def community_there() -> Place | None:
    """The community of the story, if it was founded."""
    return Place.objects.filter(kind=Place.Kind.COMMUNITY, name=ADDRESS["community"]).first()


def settle() -> Ground:
    """Found the community, name its people, lay out the doors by rule, and take both registers in."""
    with clock.told_at(at(2023, 5, 8)):
        community = found_community(**ADDRESS, area_code=AREA_CODE, by=Acting.system(None))
        system = Acting.system(community.id)
        bodies = {
            name: add_organisation(community=community, name=name, kinds=[kind], by=system)
            for name, kind in BODIES.items()
        }
        office = {
            name: add_person(community=community, name=name, by=system) for name in (SECRETARY, CLERK, SUPERVISOR)
        }
        party, residents = bodies["广顺园社区党委"], bodies["广顺园社区居委会"]
        secretary = in_role(
            give_role(
                person=office[SECRETARY],
                kind=Role.Kind.SECRETARY,
                title="社区党委副书记",
                place=community,
                organisation=party,
                by=system,
            )
        )
        clerk = in_role(
            give_role(
                person=office[CLERK],
                kind=Role.Kind.CLERK,
                title="居委会录入员",
                place=community,
                organisation=residents,
                by=secretary,
            )
        )
        give_role(
            person=office[SUPERVISOR],
            kind=Role.Kind.SUPERVISOR,
            title="监督委员",
            place=community,
            organisation=bodies["广顺园社区居务监督委员会"],
            by=secretary,
        )
    # Of Juxinyuan the office has two lists that complete one another; of Zitengli one that has everything.
    juxinyuan = build(
        "聚鑫园",
        "3个单元，3–8层，每层3户，1–2层商铺4间",
        [
            (households_workbook("聚鑫园居民家庭登记表", JUXINYUAN, start=0), "聚鑫园户籍.xlsx"),
            (ownership_workbook("聚鑫园产权登记表", JUXINYUAN, start=0), "聚鑫园产权.xlsx"),
        ],
        community,
        clerk,
    )
    zitengli = build(
        "紫藤里",
        "3个单元，1–6层，每层2户",
        [(workbook_of("紫藤里房屋登记表", rows_of(ZITENGLI, start=200)), "紫藤里房屋登记表.xlsx")],
        community,
        clerk,
    )
    named = people_of(community, clerk).filter(name__in=[SECRETARY, CLERK, LEADER, SECOND_LEADER, RESIDENT, NEIGHBOUR])
    people = {person.name: person for person in named}
    with clock.told_at(at(2023, 5, 11)):
        leader, _ = (
            give_role(person=people[name], kind=Role.Kind.BUILDING_LEADER, title="楼栋长", place=place, by=secretary)
            for name, place in ((LEADER, juxinyuan), (SECOND_LEADER, zitengli))
        )
        show_own_phone(role=leader, phone=SAMPLE_PHONE, by=in_role(leader))
        show_office_phone(community=community, phone=SAMPLE_OFFICE_PHONE, by=clerk)
    return Ground(community, juxinyuan, zitengli, bodies, people, secretary, clerk, in_role(leader))


def in_role(role: Role) -> Acting:
    """The holder of a role, acting in it."""
    by = acting_as(Standing(role.person, role.community, role), request_id="")
    assert by is not None
    return by


def as_resident(person: Person) -> Acting:
    """Somebody who lives or owns here, acting for themselves."""
    return Acting(community=person.community_id, person=person.id)


def build(name: str, rule: str, files: list[tuple[bytes, str]], community: Place, by: Acting) -> Place:
    """A compound of one building: its doors by rule in a minute, its people a day later from the office's workbooks."""
    with clock.told_at(at(2023, 5, 9)):
        compound = add_place(parent=community, kind=Place.Kind.COMPOUND, name=name, by=by)
        building = add_place(parent=compound, kind=Place.Kind.BUILDING, name="1号楼", by=by)
        lay_out_doors(place=building, rule=rule, by=by)
    with clock.told_at(at(2023, 5, 10)):
        take_in_register(place=compound, reading=read_registers(files), by=by)
    return compound


def photos_of(slips: list[tuple[str, str]], by: Acting) -> list[File]:
    """The photos of slips, given as (door, choice), stored in their order."""
    uploads = [
        SimpleUploadedFile(f"{door}.jpg", photo_of(door, choice), content_type="image/jpeg") for door, choice in slips
    ]
    return store_pictures(by=by, uploads=uploads)
