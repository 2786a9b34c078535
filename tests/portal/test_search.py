"""Finding by two letters: what the reader may see and nothing else, by an index, in a constant number of questions."""

import pytest
from django.db import connection
from django.db.models import Model, Value
from django.test.utils import CaptureQueriesContext

from linli.community.models import Dwelling, Person, Place
from linli.community.services import add_organisation
from linli.matters.models import Matter
from linli.matters.services import raise_matter
from linli.portal.queries.search import (
    DWELLING,
    MATTER,
    ORGANISATION,
    PERSON,
    PLACE,
    Found,
    HasPairs,
    having,
    search,
)
from linli.rules.errors import Refused
from tests import cast
from tests.journeys.reading import Page, Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def compound() -> Place:
    """The compound with its register, one body and one matter."""
    community = cast.community()
    compound = cast.compound(community)
    cast.take_in(
        compound,
        (1, "401", "62.48", "李桂珍", "是", "李桂珍"),
        (2, "602", "54.36", "陈玉兰、李玉兰", "是", "陈玉兰"),
    )
    raise_at(compound, "给聚鑫园加装一部电梯")
    add_organisation(community=community, name="红棉老兵志愿服务队", kinds=["department"], by=cast.system(community))
    return compound


def raise_at(place: Place, title: str) -> Matter:
    community = place.community
    assert community is not None
    return raise_matter(
        place=place,
        title=title,
        words="48级露天台阶，老人上下楼难。",
        pack_id="cn.civil-code.278.special",
        convener=cast.organisation(community),
        decider="每个单元的业主",
        by=cast.secretary(community).by,
    )


def community_of(place: Place) -> Place:
    assert place.community is not None
    return place.community


def names(found: Found) -> dict[str, list[str]]:
    kinds = ("matters", "places", "organisations", "homes", "people")
    return {kind: [str(each) for each in getattr(found, kind)] for kind in kinds if getattr(found, kind)}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("电梯", {"matters": ["给聚鑫园加装一部电梯"]}),
        ("台阶 老人", {"matters": ["给聚鑫园加装一部电梯"]}),
        ("台阶 青年", {}),
        ("聚鑫", {"matters": ["给聚鑫园加装一部电梯"], "places": ["聚鑫园"]}),
        ("玉兰", {"people": ["李玉兰", "陈玉兰"]}),
        ("李玉", {"people": ["李玉兰"]}),
        ("兰玉", {}),
        ("602", {"homes": ["602"] * 3}),
        ("６０２", {"homes": ["602"] * 3}),
        ("老兵", {"organisations": ["红棉老兵志愿服务队"]}),
        ("100%", {}),
        ("_0", {}),
    ],
)
def test_the_office_finds_by_words(compound: Place, asked: str, found: dict[str, list[str]]) -> None:
    assert names(search(asked, cast.clerk(community_of(compound)).by)) == found


def test_pairs_that_stand_apart_are_no_word(compound: Place) -> None:
    """ "加装电梯" has its pairs 加装, 装电, 电梯 in no row; and "ABCA BC" has those of "ABCABC" but not the word."""
    raise_at(compound, "ABCA的BC与CAB")
    by = cast.clerk(community_of(compound)).by
    rows = Matter.objects.filter(HasPairs("title", Value("ABCAB")))
    assert rows.count() == 1
    assert not search("ABCAB", by).matters
    assert search("abca", by).matters, "small letters are the same word"


def test_a_resident_finds_no_door_and_nobody(compound: Place) -> None:
    by = cast.resident(compound, "李桂珍").by
    assert names(search("玉兰", by)) == {}
    assert names(search("602", by)) == {}
    assert names(search("聚鑫", by)).keys() == {"matters", "places"}


def test_nobody_finds_anything_of_another_community(compound: Place) -> None:
    """Two communities with equal names, doors and people."""
    other = cast.compound(cast.community("红星里社区"))
    cast.take_in(other, (2, "602", "54.36", "陈玉兰", "是", "陈玉兰"))
    raise_at(other, "给聚鑫园加装一部电梯")
    for place in (compound, other):
        office = cast.clerk(community_of(place)).by
        for asked in ("电梯", "602", "玉兰", "聚鑫", "党委"):
            found = search(asked, office)
            rows = [*found.matters, *found.places, *found.organisations, *found.homes, *found.people]
            assert rows
            assert {getattr(row, "community_id", None) for row in rows} == {place.community_id}


@pytest.mark.parametrize("asked", ["", "   ", "梯", "电梯 梯"])
def test_one_letter_is_not_enough(compound: Place, asked: str) -> None:
    with pytest.raises(Refused, match="两个字以上"):
        search(asked, cast.clerk(community_of(compound)).by)


def test_the_number_of_questions_does_not_grow(compound: Place) -> None:
    by = cast.clerk(community_of(compound)).by

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as questions:
            found = search("业主", by)
            assert found.people
        return len(questions)

    cast.take_in(compound, (3, "301", "62.48", "业主甲", "是", "业主甲"))
    few = asked()
    cast.take_in(
        compound, *((3, f"{n}", "62.48", f"业主{n}", "是", f"业主{n}") for n in (401, 402, 501, 502, 601, 602))
    )
    for n in range(8):
        raise_at(compound, f"业主的第{n}件事")
    assert asked() == few


def test_every_kind_has_the_index_of_what_is_asked(compound: Place) -> None:
    """With other ways forbidden, a question that did not match its index word for word would still scan."""
    kinds: dict[str, tuple[type[Model], tuple[str, ...]]] = {
        "matter_words": (Matter, MATTER),
        "dwelling_words": (Dwelling, DWELLING),
        "place_words": (Place, PLACE),
        "person_words": (Person, PERSON),
    }
    assert ORGANISATION == ("name",)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
    for index, (model, columns) in kinds.items():
        assert index in having(model._default_manager.all(), columns, ["电梯"]).explain(), index


def test_the_page_shows_each_reader_what_is_theirs(compound: Place) -> None:
    clerk, resident = cast.clerk(community_of(compound)), cast.resident(compound, "李桂珍")
    desk, phone = Reader(cast.signed_in(clerk)), Reader(cast.signed_in(resident))
    page = ask(desk, "玉兰")
    assert page.says("陈玉兰")
    assert page.says("二单元602")
    unit = Place.objects.get(name="二单元")
    assert f"/places/{unit.id}" in page.links
    assert "玉兰" not in page.address
    assert ask(phone, "玉兰").says("没有找到")
    assert not ask(phone, "聚鑫").says("/places")
    assert ask(phone, "梯", expect=400).says("两个字以上")
    assert any(link.startswith("/matters/") for link in ask(phone, "电梯").links)


def ask(reader: Reader, words: str, expect: int = 200) -> Page:
    return reader.send(reader.open("/search").form(), expect, words=words)


def test_a_stranger_is_led_to_the_door(client) -> None:
    assert client.get("/search").headers["Location"].startswith("/sign-in")
