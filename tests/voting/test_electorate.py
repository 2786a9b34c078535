"""Who may speak: seats, heads and scopes as they are frozen, and that nothing which comes later moves them."""

import pytest

from linli.community.models import Dwelling, Ownership, Person
from linli.community.services import add_place, lay_out_doors
from linli.record import clock
from linli.rules.errors import Refused
from linli.voting import counting
from linli.voting.models import Drive, Head, ScopeTotals, Seat
from tests.houses import ARTICLE, LIFT, ORDINARY, build, open_at, own, person_of, seats_of, somebody

pytestmark = pytest.mark.django_db


def heads_of(drive: Drive) -> dict[str, set[str]]:
    """Which doors are one head, by the short labels, whatever the heads' numbers."""
    groups: dict[object, set[str]] = {}
    for seat in seats_of(drive):
        groups.setdefault(seat.head_id, set()).add(seat.short)
    return {min(doors): doors for doors in groups.values()}


def totals_of(drive: Drive) -> list[object]:
    return [counting.totals_from_json(row.totals) for row in ScopeTotals.objects.filter(drive=drive).order_by("id")]


def test_the_articles_building_has_54_doors_in_three_scopes_of_18():
    drive = open_at(build(rule=ARTICLE))
    seats = seats_of(drive)
    assert len(seats) == 54
    units = ["一单元", "二单元", "三单元"]
    assert {name: sum(seat.scope.name == name for seat in seats) for name in units} == dict.fromkeys(units, 18)
    assert (seats[0].label, seats[0].short) == ("一单元301", "1-301")
    assert (seats[-1].label, seats[-1].short) == ("三单元803", "3-803")
    assert Head.objects.filter(electorate=drive.electorate_id).count() == 54


def test_doors_of_two_buildings_are_told_apart():
    house = build(rule="2个单元，1–2层，每层1户")
    assert house.building.parent is not None
    second = add_place(parent=house.building.parent, kind="building", name="A座", by=house.system)
    lay_out_doors(place=second, rule="2个单元，1–2层，每层1户", by=house.system)
    drive = open_at(house, ORDINARY, place=house.building.parent)
    assert [seat.short for seat in seats_of(drive)] == [
        *("1-1-101", "1-1-201", "1-2-101", "1-2-201"),
        *("A-1-101", "A-1-201", "A-2-101", "A-2-201"),
    ]
    assert seats_of(drive)[0].label == "1号楼一单元101"
    only = open_at(house, place=second)
    assert [seat.label for seat in seats_of(only)] == ["一单元101", "一单元201", "二单元101", "二单元201"]


def test_a_door_without_a_number_keeps_its_name():
    house = build(rule="1个单元，1–1层，每层1户")
    village = add_place(parent=house.community, kind="compound", name="马家营", by=house.system)
    name = "堰塘边第三家" * 12
    Dwelling.objects.create(community=house.community, place=village, name=name, area=9000, sort_key="1")
    (seat,) = seats_of(open_at(house, ORDINARY, place=village))
    assert seat.label == seat.short == name


def test_heads_are_sets_of_owners():
    """Supreme People's Court interpretation, article 9: one person with several doors is one head."""
    house = build(rule="1个单元，1–2层，每层4户", owned=False)
    doors = house.dwellings
    one, two, three = Person.objects.bulk_create(Person(community=house.community, name=name) for name in "甲乙丙")
    own(
        [(doors[0], [one]), (doors[1], [one]), (doors[2], [one, two]), (doors[3], [two, one]), (doors[4], [two, three])]
    )
    drive = open_at(house)
    assert heads_of(drive) == {
        "1-101": {"1-101", "1-102"},
        "1-103": {"1-103", "1-104"},
        "1-201": {"1-201"},
        **{short: {short} for short in ("1-202", "1-203", "1-204")},
    }


def test_one_owner_in_two_units_is_a_head_in_each():
    house = build(rule="2个单元，1–1层，每层1户", owned=False)
    owner = Person.objects.create(community=house.community, name="甲")
    own((door, [owner]) for door in house.dwellings)
    drive = open_at(house)
    assert [totals.heads.all for totals in totals_of(drive)] == [1, 1]  # type: ignore[attr-defined]


def test_shops_are_outside_unless_the_rule_counts_all():
    house = build(rule="1个单元，1–2层，每层2户")
    Dwelling.objects.filter(floor="1").update(use=Dwelling.Use.SHOP)
    assert {seat.floor for seat in seats_of(open_at(house, LIFT))} == {"2"}
    assert {seat.floor for seat in seats_of(open_at(house, ORDINARY))} == {"1", "2"}


def test_nothing_that_comes_later_moves_a_frozen_electorate():
    house = build(rule="2个单元，3–5层，每层2户")
    drive = open_at(house)

    def frozen() -> object:
        seats = Seat.objects.filter(electorate=drive.electorate_id).order_by("id")
        return list(seats.values()), heads_of(drive), totals_of(drive), list(Seat.entitled.through.objects.values())

    before = frozen()
    first, second, *_ = house.dwellings
    buyer = Person.objects.create(community=house.community, name="买家")
    first.ownerships.update(until=clock.today())
    own([(first, [buyer]), (second, [buyer])])
    Dwelling.objects.filter(id=second.id).update(area=1, room="999", occupied=False, use=Dwelling.Use.SHOP)
    Dwelling.objects.create(
        community=house.community, place=second.place, room="901", floor="9", area=100, sort_key=second.sort_key
    )
    assert frozen() == before
    assert len(seats_of(open_at(house))) == 12


def test_ownership_that_has_ended_or_not_begun_entitles_nobody():
    house = build(rule="1个单元，1–1层，每层3户")
    past, ahead, now = Ownership.objects.order_by("dwelling__sort_key")
    Ownership.objects.filter(id=past.id).update(until=clock.today())
    Ownership.objects.filter(id=ahead.id).update(since=clock.today().replace(year=clock.today().year + 1))
    entitled = [list(seat.entitled.all()) for seat in seats_of(open_at(house))]
    assert entitled == [[], [], [now.person]]


def test_people_of_another_community_are_not_named_on_a_drive():
    house, other = build(rule="1个单元，1–1层，每层1户"), build("惠岗社区", rule="1个单元，1–1层，每层1户")
    house.leader = other.leader
    with pytest.raises(Refused) as refused:
        open_at(house)
    assert refused.value.code == "drive.worker-without-role"


def test_somebody_without_any_role_is_not_named_on_a_drive():
    house = build(rule="1个单元，1–1层，每层1户")
    house.leader = somebody(house.community)
    with pytest.raises(Refused) as refused:
        open_at(house)
    assert refused.value.code == "drive.worker-without-role"
    assert not Drive.objects.exists()
    assert person_of(house.leader).name == "示例"


def test_a_rule_of_meetings_opens_no_drive():
    with pytest.raises(Refused) as refused:
        open_at(build(), "cn.residents.election")
    assert refused.value.code == "drive.pack-not-for-owners"
