"""Places, doors by rule, people, roles and decision scopes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from linli.community.models import Area, Dwelling, Organisation, Place, Role
from linli.community.policy import CHANGE_REGISTER, can
from linli.community.queries import doors_of, find_place, grounds_of, people_of, places_of
from linli.community.services import (
    add_organisation,
    add_person,
    add_place,
    draw_decision_scopes,
    end_role,
    found_community,
    give_role,
    lay_out_doors,
)
from linli.record import clock
from linli.record.acting import Acting
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from tests.community.spreadsheets import RULE

OTHER = {"city": "天津市", "district": "河西区", "town": "桃园街道", "community": "示例社区"}


def refusal(write: Callable[..., object], **values: object) -> str:
    before = Event.objects.count()
    with pytest.raises(Refused) as refused:
        write(**values)
    assert Event.objects.count() == before
    return refused.value.code


def test_a_community_is_founded_with_all_above_it_once(community):
    names = [Place.objects.get(id=step).name for step in community.path]
    assert names == ["天津市", "河西区", "桃园街道", "广顺园社区"]
    again = found_community(
        city="天津市", district="河西区", town="桃园街道", community="广顺园社区", by=Acting.system(None)
    )
    other = found_community(**OTHER, by=Acting.system(None))
    assert again == community
    assert (other.parent, other.community) == (community.parent, other)
    assert Place.objects.count() == 5
    assert Event.objects.filter(name="place.added").count() == 5


def test_nobody_but_the_program_founds_a_community(clerk, system):
    for by in (clerk, system):
        with pytest.raises(Forbidden):
            found_community(**OTHER, by=by)


def test_the_database_holds_one_city_of_a_name(community):
    city = Place(kind="city", name="天津市", sort_key="x")
    city.path = [city.id]
    with pytest.raises(IntegrityError), transaction.atomic():
        city.save()


def test_a_place_is_added_below_its_level_under_a_new_name(community, compound, clerk):
    unit = add_place(parent=compound, kind="unit", name=" 1单元 ", by=clerk)
    assert (unit.name, unit.path) == ("1单元", [*compound.path, unit.id])
    assert refusal(add_place, parent=compound, kind="unit", name="一单元", by=clerk) == "place.exists"
    assert refusal(add_place, parent=unit, kind="building", name="1号楼", by=clerk) == "place.level"
    assert refusal(add_place, parent=compound, kind="city", name="天津市", by=clerk) == "place.level"
    assert refusal(add_place, parent=compound, kind="unit", name="  ", by=clerk) == "name.length"
    assert refusal(add_place, parent=compound, kind="unit", name="长" * 81, by=clerk) == "name.length"


def test_places_stand_in_the_order_people_expect(community, compound, clerk):
    for name in ("10号楼", "2号楼"):
        building = add_place(parent=compound, kind="building", name=name, by=clerk)
        for unit in ("十单元", "二单元"):
            add_place(parent=building, kind="unit", name=unit, by=clerk)
    assert [(depth, place.name) for depth, place in places_of(community, clerk)] == [
        (0, "广顺园社区"), (1, "聚鑫园"), (2, "2号楼"), (3, "二单元"), (3, "十单元"), (2, "10号楼"), (3, "二单元"),
        (3, "十单元"),
    ]  # fmt: skip


def test_three_units_of_six_floors_of_three_are_54(compound, clerk):
    laid = lay_out_doors(place=compound, rule=RULE, by=clerk)
    assert (laid.units, laid.doors) == (3, 54)
    units = doors_of(compound, clerk)
    assert [(unit.title, len(unit.doors)) for unit in units] == [("一单元", 18), ("二单元", 18), ("三单元", 18)]
    assert [door.label for door in units[0].doors[:4]] == ["301", "302", "303", "401"]
    assert Dwelling.objects.filter(area=None, occupied=None).count() == 54
    assert Event.objects.get(name="doors.laid-out").public == {"units": 3, "doors": 54}


def test_said_twice_it_is_done_once_and_never_in_part(compound, clerk):
    lay_out_doors(place=compound, rule=RULE, by=clerk)
    assert lay_out_doors(place=compound, rule="三单元，3到8层，一梯3户", by=clerk).doors == 0
    assert refusal(lay_out_doors, place=compound, rule="4个单元，3–8层，每层3户", by=clerk) == "doors.exist"
    assert (Dwelling.objects.count(), Place.objects.filter(kind="unit").count()) == (54, 3)
    assert lay_out_doors(place=compound, rule="3个单元，9层-10层，每层3户", by=clerk).doors == 18


def test_doors_fill_units_that_are_there_in_other_writing(compound, clerk):
    unit = add_place(parent=compound, kind="unit", name="1门", by=clerk)
    assert lay_out_doors(place=compound, rule=RULE, by=clerk).units == 2
    assert Dwelling.objects.filter(place=unit).count() == 18


def test_doors_are_not_laid_out_in_a_unit_or_a_whole_community(community, compound, clerk):
    assert refusal(lay_out_doors, place=community, rule=RULE, by=clerk) == "doors.place"
    assert refusal(lay_out_doors, place=compound, rule="很多户", by=clerk) == "doors.rule-unread"
    assert Dwelling.objects.count() == 0


@pytest.mark.parametrize("rule", ["1个单元，1层，每层1户", "10个单元，1–10层，每层5户"])
def test_laying_out_takes_the_same_few_statements_for_any_building(compound, clerk, rule):
    with CaptureQueriesContext(connection) as asked:
        lay_out_doors(place=compound, rule=rule, by=clerk)
    assert len(asked) <= 16


def test_one_scope_for_each_unit_with_its_homes(compound, clerk):
    lay_out_doors(place=compound, rule=f"{RULE}，每单元1-2层商铺2间", by=clerk)
    homes = draw_decision_scopes(place=compound, by_unit=True, homes_only=True, by=clerk)
    assert [(scope.name, scope.members.count()) for scope in homes] == [("一单元", 18), ("二单元", 18), ("三单元", 18)]
    for scope in homes:
        assert {member.dwelling.place.name for member in scope.members.all()} == {scope.name}
    both = draw_decision_scopes(place=compound, by_unit=True, homes_only=False, by=clerk)
    assert [scope.members.count() for scope in both] == [20, 20, 20]
    (whole,) = draw_decision_scopes(place=compound, by_unit=False, homes_only=True, by=clerk)
    assert (whole.name, whole.members.count()) == ("聚鑫园", 54)


def test_an_equal_scope_is_used_again_and_a_changed_one_is_drawn_anew(community, compound, clerk):
    lay_out_doors(place=compound, rule=RULE, by=clerk)
    first = draw_decision_scopes(place=compound, by_unit=True, homes_only=True, by=clerk)
    assert draw_decision_scopes(place=compound, by_unit=True, homes_only=True, by=clerk) == first
    assert Event.objects.filter(name="scopes.drawn").count() == 1
    unit = Place.objects.get(kind="unit", name="二单元")
    Dwelling.objects.create(community=community, place=unit, room="901", sort_key="x")
    second = draw_decision_scopes(place=compound, by_unit=True, homes_only=True, by=clerk)
    assert [one == other for one, other in zip(first, second, strict=True)] == [True, False, True]
    assert first[1].members.count() == 18


def test_shops_of_no_unit_cannot_be_judged_by_unit(compound, clerk):
    lay_out_doors(place=compound, rule=f"{RULE}，1-2层商铺4间", by=clerk)
    assert len(draw_decision_scopes(place=compound, by_unit=True, homes_only=True, by=clerk)) == 3
    drawn = Area.objects.count()
    assert (
        refusal(draw_decision_scopes, place=compound, by_unit=True, homes_only=False, by=clerk)
        == "scope.door-without-unit"
    )
    assert Area.objects.count() == drawn
    (whole,) = draw_decision_scopes(place=compound, by_unit=False, homes_only=False, by=clerk)
    assert whole.members.count() == 58


def test_scopes_of_several_buildings_carry_the_building_s_name(compound, clerk):
    for name in ("1号楼", "2号楼"):
        lay_out_doors(
            place=add_place(parent=compound, kind="building", name=name, by=clerk),
            rule="2个单元，1层，每层1户",
            by=clerk,
        )
    scopes = draw_decision_scopes(place=compound, by_unit=True, homes_only=True, by=clerk)
    assert [scope.name for scope in scopes] == ["1号楼一单元", "1号楼二单元", "2号楼一单元", "2号楼二单元"]


def test_a_place_without_doors_has_no_scope(compound, clerk):
    assert draw_decision_scopes(place=compound, by_unit=True, homes_only=True, by=clerk) == []


def test_two_people_of_one_name_are_two(community, clerk):
    one, other = (add_person(community=community, name="示例壬", by=clerk) for _ in range(2))
    assert one != other
    assert [str(person) for person in people_of(community, clerk)].count("示例壬") == 2
    assert refusal(add_person, community=community, name="长" * 61, by=clerk) == "person.name-too-long"


def test_a_role_is_given_once_and_ended_with_a_date(community, compound, hold, clerk):
    secretary = hold("secretary")
    person = add_person(community=community, name="示例壬", by=clerk)
    values = {"person": person, "kind": "building_leader", "title": "楼栋长", "place": compound, "by": secretary}
    role = give_role(**values)
    assert give_role(**values) == role
    with pytest.raises(Forbidden):
        give_role(**{**values, "by": clerk})
    assert refusal(end_role, role=role, until=role.since - timedelta(days=1), by=secretary) == (
        "role.ends-before-it-begins"
    )
    assert end_role(role=role, by=secretary).until == clock.today()
    assert end_role(role=role, by=secretary).until == clock.today()
    assert Event.objects.filter(name="role.ended").count() == 1
    assert give_role(**values) != role


def test_a_role_that_has_ended_opens_nothing(compound, hold, system):
    clerk = hold("clerk", compound)
    assert can(clerk, CHANGE_REGISTER, compound)
    end_role(role=Role.objects.get(id=clerk.role_id), by=system)
    with pytest.raises(Forbidden):
        lay_out_doors(place=compound, rule=RULE, by=clerk)


def test_a_body_has_one_name_and_its_kinds(community, clerk):
    values = {"community": community, "name": "社区居民委员会", "kinds": ["residents_committee"], "by": clerk}
    body = add_organisation(**values)
    assert add_organisation(**values) == body
    assert refusal(add_organisation, **{**values, "kinds": ["department"]}) == "organisation.exists"
    assert refusal(add_organisation, **{**values, "name": "别的", "kinds": ["bank"]}) == "organisation.kind"
    assert refusal(add_organisation, **{**values, "name": "别的", "kinds": []}) == "organisation.kind"
    assert Organisation.objects.count() == 1


def test_nothing_crosses_from_one_community_to_another(community, compound, clerk, system):
    other = found_community(**OTHER, by=Acting.system(None))
    there = Acting.system(other.id)
    twin = add_place(parent=other, kind="compound", name="聚鑫园", by=there)
    lay_out_doors(place=twin, rule=RULE, by=there)
    assert [(ground.place, ground.doors) for ground in grounds_of(community, clerk)] == [(compound, 0)]
    assert doors_of(compound, clerk) == []
    with pytest.raises(Place.DoesNotExist):
        find_place(twin.id, clerk)
    for write in (
        lambda: doors_of(twin, clerk),
        lambda: lay_out_doors(place=twin, rule=RULE, by=clerk),
        lambda: add_person(community=other, name="示例甲", by=clerk),
        lambda: draw_decision_scopes(place=twin, by_unit=True, homes_only=True, by=clerk),
        lambda: places_of(other, clerk),
    ):
        with pytest.raises(Forbidden):
            write()
    person = add_person(community=other, name="示例癸", by=there)
    assert refusal(give_role, person=person, kind="clerk", title="示例", place=compound, by=system) == "role.elsewhere"


def test_a_resident_changes_nothing(community, compound, neighbour):
    before = Event.objects.count()
    for write in (
        lambda: lay_out_doors(place=compound, rule=RULE, by=neighbour),
        lambda: add_place(parent=compound, kind="unit", name="一单元", by=neighbour),
        lambda: add_person(community=community, name="示例甲", by=neighbour),
        lambda: add_organisation(community=community, name="示例", kinds=["department"], by=neighbour),
        lambda: draw_decision_scopes(place=compound, by_unit=True, homes_only=True, by=neighbour),
        lambda: people_of(community, neighbour),
    ):
        with pytest.raises(Forbidden):
            write()
    assert Event.objects.count() == before
