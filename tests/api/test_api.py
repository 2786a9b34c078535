"""``/api/v1``: a key opens what it is for and nothing else, in one community, until it is taken back."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from linli.community.models import Place
from linli.matters.models import Matter
from linli.matters.services import put_to_owners, raise_matter
from linli.portal.models import ApiKey
from linli.portal.services import end_api_key, give_api_key
from linli.record import clock
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Seat
from linli.voting.services import Slip, decide_drive, enter_slips, start_stack
from tests import cast
from tests.cast import Member
from tests.journeys import papers

pytestmark = pytest.mark.django_db

ALL = list(ApiKey.Scope.values)
NOTHING = "0198a9c4-0000-7000-8000-000000000000"


def key_to(community: Place, *scopes: str) -> str:
    _, secret = give_api_key(
        community=community, name="街道的统计表", scopes=scopes or ALL, by=cast.secretary(community).by
    )
    return secret


def ask(path: str, key: str = "", **headers: str):
    return Client().get(f"/api/v1/{path}", headers={"authorization": f"Bearer {key}", **headers} if key else headers)


@pytest.fixture
def compound() -> Place:
    place = cast.compound(cast.community())
    owners = {(1, "401"): "李桂珍"}
    names = [(door, owners.get(door, f"业主{chr(0x4E00 + n)}")) for n, door in enumerate(papers.DOORS)]
    cast.take_in(place, *((unit, room, "62.48", name, "是", name) for (unit, room), name in names))
    return place


def community_of(place: Place) -> Place:
    assert place.community is not None
    return place.community


def raise_at(place: Place) -> Matter:
    return raise_matter(
        place=place,
        title="给聚鑫园加装一部电梯",
        words="48级露天台阶。",
        pack_id="cn.tianjin.lift",
        convener=cast.organisation(community_of(place)),
        decider="每个单元的业主",
        building_facts={"storeys": 8, "has_lift": True},
        by=cast.secretary(community_of(place)).by,
    )


def decided(matter: Matter, collector: Member, clerk: Member, no: str) -> None:
    """A drive in which everybody in the register agrees but one door."""
    drive = put_to_owners(
        matter=matter,
        closes_at=clock.now() + timedelta(days=7),
        collectors=[collector.person],
        clerks=[clerk.person],
        by=cast.secretary(matter.community).by,
    )
    stack = start_stack(
        drive=drive, collector=collector.person, witness="郝素琴", collected_on=clock.today(), by=clerk.by
    )
    seats = Seat.objects.filter(electorate=drive.electorate_id).order_by("sort_key")
    slips = [
        Slip(seat=seat.id, choice="no" if seat.short == no else "yes", position=n) for n, seat in enumerate(seats, 1)
    ]
    enter_slips(stack=stack, slips=slips, by=clerk.by)
    with clock.told_at(drive.gathers_until + timedelta(hours=1)):
        decide_drive(drive=drive, by=cast.secretary(matter.community).by)


def test_places_are_read_without_doors_and_people(compound: Place) -> None:
    key = key_to(community_of(compound), "read_places")
    answer = ask("places", key)
    assert answer.status_code == 200
    listed = answer.json()
    assert [place["name"] for place in listed[:3]] == ["广顺园社区", "聚鑫园", "1号楼"]
    assert listed[0]["parent"] is None, "what is above the community is not the key's"
    assert listed[1]["parent"] == listed[0]["id"]
    assert ask(f"places/{listed[1]['id']}", key).json() == listed[1]
    assert [each["name"] for each in ask("places?limit=1&offset=1", key).json()] == ["聚鑫园"]
    for words in ("李桂珍", "401", "62.48"):
        assert words not in answer.content.decode()
    assert answer.headers["Cache-Control"].startswith("private")


def test_results_say_per_unit_what_a_neighbour_reads(compound: Place) -> None:
    community = community_of(compound)
    matter = raise_at(compound)
    key = key_to(community)
    assert ask(f"results/{matter.id}", key).status_code == 409
    decided(matter, cast.collector(compound), cast.clerk(community), no="2-602")
    (told,) = ask("matters", key).json()
    assert (told["number"], told["circle"], told["place"]) == (matter.number, "residents", str(compound.id))
    result = ask(f"results/{matter.id}", key)
    units = {unit["name"]: (unit["state"], unit["yes"], unit["of"]) for unit in result.json()["units"]}
    # 18 homes a unit; one no is no objection, and 17 of 18 is above two thirds.
    assert {name: counts[1:] for name, counts in units.items()} == {
        "一单元": (18, 18),
        "二单元": (17, 18),
        "三单元": (18, 18),
    }
    assert "602" not in re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", result.content.decode())


def test_a_running_drive_has_no_result(compound: Place) -> None:
    matter = raise_at(compound)
    put_to_owners(
        matter=matter,
        closes_at=clock.now() + timedelta(days=7),
        collectors=[cast.collector(compound).person],
        clerks=[cast.clerk(community_of(compound)).person],
        by=cast.secretary(community_of(compound)).by,
    )
    answer = ask(f"results/{matter.id}", key_to(community_of(compound)))
    assert (answer.status_code, answer.json()["code"]) == (409, "result.not-yet")


def test_a_key_opens_one_community_only(compound: Place) -> None:
    other = cast.compound(cast.community("红星里社区"))
    theirs = raise_at(other)
    Matter.objects.update(circle="net")
    key = key_to(community_of(compound))
    assert ask("matters", key).json() == []
    for path in (f"matters/{theirs.id}", f"results/{theirs.id}", f"places/{other.id}"):
        assert ask(path, key).status_code == 404, path
        assert ask(path, key_to(community_of(other))).status_code in (200, 409), path


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({}, 401, "api-key.missing"),
        ({"authorization": "Bearer linli_nobody"}, 401, "api-key.unknown"),
        ({"authorization": "Bearer \udcff"}, 401, "api-key.unknown"),
        ({"authorization": "Basic bGlubGk6"}, 401, "api-key.missing"),
    ],
)
def test_without_a_key_nothing_opens(compound: Place, sent: dict[str, str], status: int, code: str) -> None:
    answer = Client().get("/api/v1/places", headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_session_of_a_browser_opens_nothing(compound: Place) -> None:
    desk = cast.signed_in(cast.secretary(community_of(compound)))
    assert desk.get("/api/v1/matters").status_code == 401


def test_a_key_does_what_it_is_for_until_it_is_taken_back(compound: Place) -> None:
    community = community_of(compound)
    key, secret = give_api_key(
        community=community, name="统计", scopes=["read_places"], by=cast.secretary(community).by
    )
    assert ask("places", secret).status_code == 200
    assert (ask("matters", secret).status_code, ask("matters", secret).json()["code"]) == (403, "api-key.scope")
    end_api_key(key=key, by=cast.secretary(community).by)
    end_api_key(key=key, by=cast.secretary(community).by)
    assert ask("places", secret).status_code == 401
    names = list(Event.objects.filter(subject=key.id).order_by("id").values_list("name", flat=True))
    assert names == ["api-key.given", "api-key.ended"]
    stored = ApiKey.objects.values().get(id=key.id)
    assert secret not in str(stored)


def test_who_asks_too_often_is_told_to_wait(compound: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linli.portal.services.keys.A_MINUTE", 3)
    key, another = key_to(community_of(compound)), key_to(community_of(compound))
    moment = clock.now().replace(second=30, microsecond=500_000)
    with clock.told_at(moment):
        assert [ask("places", key).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        assert ask("places", key).headers["Retry-After"] == "30"
        assert ask("places", another).status_code == 200
    with clock.told_at(moment + timedelta(minutes=1)):
        assert ask("places", key).status_code == 200


def test_only_who_answers_for_the_community_gives_keys(compound: Place) -> None:
    community = community_of(compound)
    for member in (cast.clerk(community), cast.resident(compound, "李桂珍"), cast.collector(compound)):
        with pytest.raises(Forbidden):
            give_api_key(community=community, name="x", scopes=ALL, by=member.by)
    for name, scopes in (("", ALL), ("x" * 61, ALL), ("x", []), ("x", ["people.read"])):
        with pytest.raises(Refused):
            give_api_key(community=community, name=name, scopes=scopes, by=cast.secretary(community).by)


def test_a_no_is_said_in_the_language_that_was_asked_for(compound: Place) -> None:
    key = key_to(community_of(compound))
    chinese, english = (ask(f"matters/{NOTHING}", key, **{"accept-language": tongue}).json() for tongue in ("zh", "en"))
    assert chinese == {"code": "not-there", "words": "没有这一项。", "fields": []}
    assert english["words"] == "There is no such thing."
    assert ask("places?limit=0&offset=x", key).json()["fields"] == ["query.limit", "query.offset"]
    assert reverse("api:openapi-json") == "/api/v1/openapi.json"
