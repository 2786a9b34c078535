"""A community with everything that an address can name, and everybody of the cast in front of a browser."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from linli.accounts.models import DoorCode, FamilyHelp
from linli.accounts.services import appoint_officer, claim_door, invite_helper, print_door_codes
from linli.accounts.tokens import token_of
from linli.community.models import Place
from linli.community.services import record_phone
from linli.files.services import store_pictures
from linli.matters.models import Matter
from linli.matters.services import put_to_owners, raise_matter
from linli.messaging.services import keep_channel
from linli.record import clock
from linli.record.acting import Acting
from linli.voting.models import Drive, Seat
from linli.voting.services import Slip, attach_photos, enter_slips, start_stack
from tests import cast
from tests.journeys import papers


@dataclass(frozen=True)
class Town:
    """One community, its people in their browsers by who they are, and what its addresses can name."""

    community: Place
    matter: Matter
    drive: Drive
    members: dict[str, cast.Member]
    browsers: dict[str, Client]
    ids: dict[str, Sequence[object]]


def build_town(street: str = "桃园街道") -> Town:
    """A community, of the same name in any street: its compound with a matter put to the owners, one slip with its
    photo, a claim that waits, a help."""
    at = cast.community(town=street)
    compound = cast.compound(at)
    members = {
        "owner": cast.owner(compound),
        "neighbour": cast.neighbour(compound),
        "tenant": cast.tenant(compound),
        "idle leader": cast.idle_leader(compound),
        "collector": cast.collector(compound),
        "clerk": cast.clerk(at),
        "secretary": cast.secretary(at),
        "director": cast.director(at),
        "supervisor": cast.supervisor(at),
    }
    matter, drive = ask_owners(compound, members)
    made = invite_helper(elder=members["owner"].person, name="陈小军", kin="child", by=members["owner"].by)
    browsers = {"nobody": Client(), **{who: cast.signed_in(member) for who, member in members.items()}}
    browsers |= {"helper": helper_of(made), "officer": officer_of(at)}
    record_phone(person=members["owner"].person, phone="13800138000", by=members["owner"].by)
    print_door_codes(place=compound, by=members["clerk"].by)
    code = DoorCode.objects.filter(community=at).order_by("dwelling__sort_key")[0]
    claim = claim_door(token=token_of(code), name="于慧敏", relation="owner", secret=f"a phone in {street}")
    ids: dict[str, Sequence[object]] = {
        "matter_id": [matter.id],
        "drive_id": [drive.id],
        "stack_id": list(drive.stacks.values_list("id", flat=True)),
        "place_id": [compound.id],
        "draft_id": [NOTHING],
        "position": [1],
        "secret": ["nobody-has-this"],
        "token": [token_of(code)],
        "claim_id": [claim.id],
        "help_id": [made.id],
        "factor_id": [NOTHING],
        "person_id": [members["owner"].person.id],
        "channel_id": [keep_channel(community=at, kind="sms", title="短信", told=SMS, by=members["secretary"].by).id],
    }
    return Town(at, matter, drive, members, browsers, ids)


SMS = {"url": "https://sms.example.cn/send", "key_id": "us", "secret": "nobody reads this"}
NOTHING = UUID("00000000-0000-7000-8000-000000000000")


def ask_owners(compound: Place, members: dict[str, cast.Member]) -> tuple[Matter, Drive]:
    by, clerk = members["secretary"].by, members["clerk"]
    assert compound.community is not None
    matter = raise_matter(
        place=compound,
        title="给聚鑫园加装一部电梯",
        words="48级露天台阶。",
        pack_id="cn.tianjin.lift",
        convener=cast.organisation(compound.community),
        decider="每个单元的业主",
        building_facts={"storeys": 8, "has_lift": True},
        cost=57_600_000,
        circle=Matter.Circle.RESIDENTS,
        by=by,
    )
    drive = put_to_owners(
        matter=matter,
        closes_at=clock.now() + timedelta(days=14),
        collectors=[members["collector"].person],
        clerks=[clerk.person],
        share_method="area",
        share_reason="按面积",
        by=by,
    )
    stack = start_stack(
        drive=drive,
        collector=members["collector"].person,
        witness="郝素琴",
        collected_on=clock.today(),
        by=clerk.by,
    )
    seat = Seat.objects.get(electorate=drive.electorate_id, short="2-602")
    enter_slips(stack=stack, slips=[Slip(seat=seat.id, choice="yes", position=1)], by=clerk.by)
    shot = [SimpleUploadedFile("1.jpg", papers.photo("1"))]
    attach_photos(stack=stack, files=store_pictures(by=clerk.by, uploads=shot), by=clerk.by)
    return matter, drive


def helper_of(made: FamilyHelp) -> Client:
    """The helper's browser, in which the invitation was taken up."""
    browser = Client()
    assert browser.post(f"/h/{token_of(made)}").status_code == 302
    return browser


def officer_of(at: Place) -> Client:
    """An officer of the community's street, come in by a link."""
    assert at.parent is not None
    _, secret = appoint_officer(place=at.parent, name="方志远", title="街道干部", by=Acting.system(None))
    browser = Client()
    assert browser.post(f"/s/{secret}").status_code == 302
    return browser


def routes() -> list[str]:
    """Every route of the program, as its address is written; the parts of pages at /design are no part of it."""

    def walk(patterns: Sequence[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            else:
                yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", route)

    return [route for route in walk(get_resolver().url_patterns, "") if not route.startswith("/design")]


def addresses_of(route: str, ids: dict[str, Sequence[object]]) -> list[str]:
    """The addresses that a route has, with everything known in each of its places."""
    names = re.findall(r"<(\w+)>", route)
    found = []
    for values in product(*(ids[name] for name in names)):
        address = route
        for name, value in zip(names, values, strict=True):
            address = address.replace(f"<{name}>", str(value))
        found.append(address)
    return found
