"""What a neighbour sees of a drive while it runs: never enough to tell who has not agreed (practice.md §1)."""

import json
from dataclasses import asdict, replace

import pytest

from linli.community.models import Dwelling, Person
from linli.record import clock
from linli.record.acting import Acting
from linli.voting.models import Drive
from linli.voting.queries import Progress, ScopeProgress, progress_of
from linli.voting.services import decide_drive, enter_slips
from tests.houses import (
    LIFT,
    SPECIAL,
    UNANIMOUS,
    House,
    acting_as,
    after,
    build,
    open_at,
    own,
    seats_of,
    slips,
    somebody,
    stack_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return build()


def say(
    house: House, drive: Drive, unit: int, count: int, choice: str = "yes", start: int = 0, objection: bool = False
) -> None:
    """So many doors of a unit say ``choice``, from the ``start``-th on."""
    seats = [seat for seat in seats_of(drive) if seat.short.startswith(f"{unit}-")][start : start + count]
    said = [replace(slip, objection=objection) for slip in slips(seats, choice)]
    enter_slips(stack=stack_of(house, drive), slips=said, by=house.clerk)


def neighbour(drive: Drive, unit: int) -> Acting:
    """The owner of a unit's last door."""
    seat = [seat for seat in seats_of(drive) if seat.short.startswith(f"{unit}-")][-1]
    return acting_as(seat.entitled.get())


def seen(drive: Drive, viewer: Acting | None) -> tuple[Progress, list[ScopeProgress]]:
    progress = progress_of(drive, viewer)
    return progress, list(progress.scopes)


def everything(progress: Progress) -> str:
    """All that the neighbour is handed, as text."""
    return json.dumps([asdict(scope) for scope in progress.scopes], ensure_ascii=False)


def test_before_the_ratio_only_ones_own_unit_says_what_is_missing(house: House):
    """2/3 of 18 are 12: five have agreed, seven are missing; of the other units only how many agreed."""
    drive = open_at(house)
    say(house, drive, 1, 5)
    say(house, drive, 2, 3)
    progress, (mine, other, third) = seen(drive, neighbour(drive, 1))
    assert (mine.yes, mine.of, mine.line, mine.missing, mine.reached) == (5, 18, 12, 7, False)
    for scope, yes in ((other, 3), (third, 0)):
        assert (scope.yes, scope.of, scope.line, scope.missing, scope.mine) == (yes, None, None, None, False)
        assert all(not line.have and not line.of and not line.working for line in scope.tests)
    assert (progress.yes, progress.least) == (8, 36)
    for viewer in (None, somebody(house.community)):
        assert all(scope.missing is None and scope.of is None for scope in progress_of(drive, viewer).scopes)
    for at_work in (house.secretary, house.clerk, house.leader):
        assert [scope.missing for scope in progress_of(drive, at_work).scopes] == [7, 9, 12]


@pytest.mark.parametrize("agreed", [12, 13, 17, 18])
def test_after_the_ratio_there_is_no_base_and_nothing_missing(house: House, agreed: int):
    drive = open_at(house)
    say(house, drive, 1, agreed)
    progress, (mine, *_) = seen(drive, neighbour(drive, 1))
    assert (mine.reached, mine.yes, mine.of, mine.line, mine.missing) == (True, agreed, None, None, None)
    assert all(not line.have and not line.of and not line.working for line in mine.tests)
    assert progress.least == 36


def test_enough_households_hide_the_one_who_objects(house: House):
    """17 of 18 agree and one objects: not reached, yet the page must not say that one is left."""
    drive = open_at(house)
    say(house, drive, 1, 17)
    say(house, drive, 1, 1, "no", start=17, objection=True)
    _, (mine, *_) = seen(drive, neighbour(drive, 1))
    assert not mine.reached
    assert (mine.of, mine.line, mine.missing) == (None, None, None)
    assert all(not line.have and not line.of for line in mine.tests)


def test_enough_households_hide_the_one_whose_area_is_missing(house: House):
    """17 of 18 agree, and the last owns most of the area."""
    Dwelling.objects.filter(place__name="一单元", room="803").update(area=8520 * 100)
    drive = open_at(house)
    say(house, drive, 1, 17)
    _, (mine, *_) = seen(drive, neighbour(drive, 1))
    assert not mine.reached
    assert (mine.of, mine.line, mine.missing) == (None, None, None)


@pytest.mark.parametrize("pack", [LIFT, SPECIAL])
def test_no_area_is_ever_handed_out(house: House, pack: str):
    drive = open_at(house, pack)
    for count in (3, 9, 6):
        say(house, drive, 1, count, start={3: 0, 9: 3, 6: 12}[count])
        text = everything(progress_of(drive, neighbour(drive, 1)))
        assert "85.20" not in text
        assert not any(f"{85.20 * n:.2f}" in text for n in range(1, 55))
    with clock.told_at(after(drive, hours=1)):
        decide_drive(drive=drive, by=house.secretary)
    drive.refresh_from_db()
    assert not any(f"{85.20 * n:.2f}" in everything(progress_of(drive, None)) for n in range(1, 55))


@pytest.mark.parametrize(("pack", "progress"), [(UNANIMOUS, Drive.Progress.LIVE), (LIFT, Drive.Progress.AFTER_CLOSING)])
def test_where_progress_is_not_shown_nothing_changes_before_the_result(house: House, pack: str, progress: str):
    drive = open_at(house, pack, progress=progress)
    viewer = neighbour(drive, 1)
    before = everything(progress_of(drive, viewer))
    say(house, drive, 1, 17)
    say(house, drive, 2, 18)
    say(house, drive, 3, 1, "no", objection=True)
    shown = progress_of(drive, viewer)
    assert everything(shown) == before
    assert (shown.shown, shown.yes) == (False, None)
    for scope in shown.scopes:
        assert (scope.yes, scope.of, scope.line, scope.missing, scope.reached) == (None, None, None, None, False)
        assert all(line.met is None and not line.have for line in scope.tests)


def test_the_result_says_each_units_count_and_base(house: House):
    drive = open_at(house)
    say(house, drive, 1, 12)
    say(house, drive, 2, 11)
    with clock.told_at(after(drive, hours=1)):
        decide_drive(drive=drive, by=house.secretary)
    drive.refresh_from_db()
    progress, scopes = seen(drive, None)
    assert [(scope.yes, scope.of, scope.line, scope.state) for scope in scopes] == [
        (12, 18, 12, "passed"),
        (11, 18, 12, "failed"),
        (0, 18, 12, "failed"),
    ]
    assert progress.state == "failed"
    assert scopes[0].tests[0].working == "12×3＝36，18×2＝36"


def test_who_owns_doors_in_two_units_sees_both(house: House):
    one = Person.objects.create(community=house.community, name="甲")
    own((door, [one]) for door in Dwelling.objects.filter(room="301", place__name__in=["一单元", "三单元"]))
    drive = open_at(house)
    _, scopes = seen(drive, acting_as(one))
    assert [scope.missing for scope in scopes] == [12, None, 12]


@pytest.mark.parametrize("pack", [LIFT, SPECIAL])
def test_the_number_of_statements_does_not_grow_with_doors(house: House, pack: str, django_assert_num_queries):
    drive = open_at(house, pack)
    big = build("惠岗社区", rule="3个单元，1–30层，每层6户")
    great = open_at(big, pack)
    for each, at in ((drive, house), (great, big)):
        viewer = acting_as(seats_of(each)[0].entitled.get())
        with django_assert_num_queries(3):
            progress_of(each, viewer)
        assert at.community.id == each.community_id
