"""The other communities of the street, all invented: what an officer from above compares, and nobody's story.

One is large and has two affairs, one has few empty homes, one is so small that its homes are not told.
"""

from datetime import timedelta

from django.utils.translation import gettext_noop

from linli.accounts.models import Oversight
from linli.accounts.services import appoint_officer
from linli.community.models import Organisation, Place
from linli.community.queries import read_registers
from linli.community.services import (
    add_organisation,
    add_place,
    found_community,
    lay_out_doors,
    take_in_register,
)
from linli.demo.ground import ADDRESS, at
from linli.demo.registers import Homes, rows_of, workbook_of
from linli.matters.services import raise_matter
from linli.record import clock
from linli.record.acting import Acting

OFFICER, TITLE = "方志远", "街道社区办干部"
TWO = ("58.20", "66.75")
#: What each is called, its compound, the rule of its doors, and who lives there.
COMMUNITIES = [
    (
        "槐荫里社区（示例）",
        "槐荫里",
        "4个单元，1–6层，每层2户",
        Homes(4, range(1, 7), TWO, frozenset((unit, f"{floor}01") for unit in (1, 2, 3) for floor in range(1, 5)), {}),
    ),
    ("望河社区（示例）", "望河园", "3个单元，1–6层，每层2户", Homes(3, range(1, 7), TWO, frozenset({(2, "602")}), {})),
    ("渡口社区（示例）", "渡口平房", "1个单元，1–4层，每层2户", Homes(1, range(1, 5), TWO, frozenset(), {})),
]
RULE = "cn.civil-code.278.ordinary"


def settle_the_street() -> None:
    """Found the other communities, each with the register of one compound."""
    for number, (name, compound, rule, homes) in enumerate(COMMUNITIES):
        with clock.told_at(at(2023, 5, 15) + timedelta(days=number)):
            community = found_community(**{**ADDRESS, "community": name}, by=Acting.system(None))
            by = Acting.system(community.id)
            at_home = add_place(parent=community, kind=Place.Kind.COMPOUND, name=compound, by=by)
            building = add_place(parent=at_home, kind=Place.Kind.BUILDING, name="1号楼", by=by)
            lay_out_doors(place=building, rule=rule, by=by)
            sheet = workbook_of(f"{compound}房屋登记表", rows_of(homes, start=40 * number))
            take_in_register(place=at_home, reading=read_registers([(sheet, f"{compound}.xlsx")]), by=by)
        if number == 0:
            raise_two(at_home, by)


def raise_two(compound: Place, by: Acting) -> None:
    """Two affairs that are being talked about; an officer sees how many, and not what."""
    for number, title in enumerate(("槐荫里修一修自行车棚（示例）", "槐荫里晾衣场地怎么分（示例）")):
        with clock.told_at(at(2023, 9, 4) + timedelta(days=number)):
            body = Organisation.objects.filter(community=compound.community).first() or add_body(compound, by)
            raise_matter(
                place=compound,
                title=title,
                words="这件事从头到尾都是示例。",
                pack_id=RULE,
                convener=body,
                decider=gettext_noop("小区的全体业主"),
                carrier=body,
                supervisor=body,
                by=by,
            )


def add_body(compound: Place, by: Acting) -> Organisation:
    assert compound.community is not None
    kinds = [Organisation.Kind.RESIDENTS_COMMITTEE, Organisation.Kind.SUPERVISION_COMMITTEE]
    return add_organisation(community=compound.community, name="槐荫里社区居委会", kinds=kinds, by=by)


def officer(community: Place) -> tuple[Oversight, str]:
    """The officer of the street, with the secret of a new link; asked again it is the same officer."""
    assert community.parent is not None
    return appoint_officer(place=community.parent, name=OFFICER, title=TITLE, by=Acting.system(None))
