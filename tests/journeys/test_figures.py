"""A street's officer: totals of each community, and nothing from which one home could be read."""

import re

import pytest
from django.test import Client

from linli.accounts.services import appoint_officer
from linli.community.models import Dwelling, Place
from linli.portal.queries import figures_below
from linli.record.acting import Acting
from tests import cast

pytestmark = pytest.mark.django_db


def told(town: Place) -> dict[str, tuple[int | None, int | None]]:
    lines, total = figures_below(town)
    return {line.name: (line.homes, line.occupied) for line in [*lines, total]}


def lived_in(place: Place, count: int) -> None:
    doors = Dwelling.objects.filter(community=place.community).order_by("sort_key")
    doors.update(occupied=False)
    Dwelling.objects.filter(id__in=list(doors[:count].values_list("id", flat=True))).update(occupied=True)


def test_few_homes_and_few_empty_ones_are_not_told():
    """54 homes: 44 lived in and 10 empty may be told; with 45 the 9 empty ones could be looked for."""
    one, two, small = (cast.community(name) for name in ("甲社区", "乙社区", "丙社区"))
    lived_in(cast.compound(one), 44)
    lived_in(cast.compound(two), 45)
    lived_in(cast.compound(small, rule="1个单元，1–3层，每层3户"), 9)
    town = one.parent
    assert town is not None
    lone = cast.community("丁社区", town="挂甲寺街道").parent
    assert lone is not None
    assert told(lone) == {"丁社区": (None, None), "": (None, None)}
    assert told(town) == {"甲社区": (54, 44), "乙社区": (54, None), "丙社区": (None, None), "": (108, 44)}


def test_the_officer_sees_their_own_street_in_numbers_alone():
    here, elsewhere = cast.community("甲社区"), cast.community("乙社区", town="下瓦房街道")
    cast.owner(cast.compound(here))
    cast.compound(elsewhere)
    town = here.parent
    assert town is not None
    _, secret = appoint_officer(place=town, name="方志远", title="街道干部", by=Acting.system(None))
    browser = Client()
    browser.post(f"/s/{secret}")
    page = browser.get("/figures").content.decode()
    assert "甲社区" in page
    assert "乙社区" not in page
    assert "陈玉兰" not in page
    assert "602" not in page
    assert not re.findall(r'href="/(?:places|matters|people|own/data)', page)


def test_the_number_of_statements_does_not_grow_with_communities(django_assert_num_queries):
    places = [cast.community(f"第{n}社区") for n in range(4)]
    town = places[0].parent
    assert town is not None
    with django_assert_num_queries(4):
        figures_below(town)
