"""Nobody is shown holding out: a neighbour cannot tell any flat's position, whatever she opens.

Two worlds are told alike but for one thing: *which* doors of each unit say yes or no, object, stay silent or stand
empty. Their numbers per unit are the same. If whatever a neighbour can open reads the same in both, byte for byte, she
learns no flat's position from it. The halls, rules and pages may change; this must not.
"""

import hashlib
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.test import Client, override_settings
from PIL import Image
from pypdf import PdfReader

from linli.community.models import Place, RegisterImport
from linli.files.services import store_pictures
from linli.matters.models import Matter
from linli.matters.services import announce_result, put_to_owners, raise_matter
from linli.messaging.models import Notice, NoticeObjection, Posting, Review
from linli.messaging.services import approve_text, object_to_notice, post_notice, write_notice
from linli.record import clock
from linli.record.live import topics_in, versions_of
from linli.record.models import Log, Unsealed
from linli.record.sealing import seal_due
from linli.record.services import run_due
from linli.voting.models import Conflict, Drive, LateSlip, Seat, Stack, Voice
from linli.voting.services import (
    Slip,
    attach_photos,
    correct_slip,
    decide_anew,
    decide_drive,
    enter_slips,
    give_voice,
    hold_slips,
    order_recount,
    paste_chain,
    settle_conflict,
    start_stack,
)
from tests import cast
from tests.houses import acting_as
from tests.journeys import papers
from tests.journeys.reading import Page, Reader
from tests.journeys.town import addresses_of, routes

pytestmark = pytest.mark.django_db

Door = tuple[int, str]
Order = Callable[[list[Door]], Sequence[Door]]

#: Said alike in both worlds, since these doors are the readers' own.
NEIGHBOUR, OTHER_UNIT, TENANT = (1, "401"), (2, "602"), (1, "402")
OPENED = datetime(2023, 6, 12, 9, tzinfo=clock.SHANGHAI)
CLOSES = datetime(2023, 7, 1, tzinfo=clock.SHANGHAI)

#: How many doors of each unit do what; never so many that it depends on *which* they are whether two thirds of the area
#: are reached, since that is in law part of the result: (yes, no, no with an objection, abstain) early, and yes later.
EARLY = {1: (7, 2, 0, 1), 2: (5, 1, 0, 0), 3: (5, 1, 1, 1)}
LATER = {1: 5, 2: 7, 3: 4}
EMPTY = {1: 1, 2: 2, 3: 2}


@dataclass(frozen=True)
class World:
    """One telling of the drive."""

    matter: Matter
    drive: Drive
    secretary: cast.Member
    readers: Mapping[str, Client]
    ids: Mapping[str, Sequence[object]]


def cast_of(order: Order) -> dict[int, Iterator[Door]]:
    """For each unit, the doors of nobody in particular, in the order in which they take their parts."""
    free = [door for door in papers.DOORS if door not in (NEIGHBOUR, OTHER_UNIT, TENANT)]
    return {unit: iter(order([door for door in free if door[0] == unit])) for unit in papers.UNITS}


def take(doors: Iterator[Door], count: int) -> list[Door]:
    return [next(doors) for _ in range(count)]


def tell(order: Order) -> Iterator[tuple[str, World]]:
    """Tell one world; at each station of the drive it can be looked at."""
    parts = cast_of(order)
    empty = {door for unit, doors in parts.items() for door in take(doors, EMPTY[unit])}
    world = begin(empty)
    early = [(NEIGHBOUR, "yes", False), (OTHER_UNIT, "yes", False)]
    for unit, counts in EARLY.items():
        for count, (choice, objects) in zip(counts, (("yes", 0), ("no", 0), ("no", 1), ("abstain", 0)), strict=True):
            early += [(door, choice, bool(objects)) for door in take(parts[unit], count)]
    with clock.told_at(OPENED + timedelta(days=4)):
        post_another(world)
        hand_in(world, early)
        run_due()
        seal_all()
        yield "running", with_ids(world)
    later = [(door, "yes", False) for unit, count in LATER.items() for door in take(parts[unit], count)]
    with clock.told_at(OPENED + timedelta(days=9)):
        hand_in(world, later[1:])
        by_phone(world, later[0][0], "yes")
        run_due()
        # A home whose paper and phone differ, wherever it is.
        disputed = next(parts[3])
        hand_in(world, [(disputed, "yes", False)], photos=0)
        by_phone(world, disputed, "no")
        run_due()
        seal_all()
        yield "reached", with_ids(world)
    with clock.told_at(CLOSES + timedelta(hours=1)):
        run_due()
        hold_late(world, next(parts[3]))
        yield "gathering", with_ids(world)
        LateSlip.objects.update(state=LateSlip.State.REFUSED, reason="看不出哪天填的", judged_at=clock.now())
    with clock.told_at(CLOSES + timedelta(hours=9)):
        decide_drive(drive=world.drive, by=world.secretary.by)
        run_due()
        announce(world)
    with clock.told_at(CLOSES + timedelta(days=2)):
        look_into(world, misread=later[1][0])
        announce(world)
        seal_all()
        yield "decided", with_ids(world)


def look_into(world: World, *, misread: Door) -> None:
    """The result is decided anew: a slip of the first unit was misread, and the home that differed is settled."""
    drive, clerk = world.drive, cast.clerk(world.drive.place.community or world.drive.place).by
    recount = order_recount(drive=drive, reason="有一张纸表录反了", by=world.secretary.by)
    paper = Voice.objects.get(drive=drive, seat__short=f"{misread[0]}-{misread[1]}")
    conflict = Conflict.objects.get(closed_at=None)
    # The drive has one clerk, who then may look at what they entered themselves.
    correct_slip(voice=paper, choice="no", reason="勾的是不同意", by=clerk)
    said = Voice.objects.get(seat=conflict.seat_id, channel=Voice.Channel.PAPER)
    settle_conflict(conflict=conflict, voice=said, reason="当面问过", by=clerk)
    decide_anew(recount=recount, by=clerk)


def announce(world: World) -> None:
    """The result as a notice on every door, which the office makes from the page that proposes its words."""
    desk = Reader(cast.signed_in(world.secretary))
    proposed = desk.open(f"/matters/{world.matter.id}/announce").form().values
    notice = announce_result(
        matter=world.matter, text=proposed["text"][0], days=15, contact="社区服务站", by=world.secretary.by
    )
    approve_text(review=notice.review, seen=notice.review.fingerprint, by=world.secretary.by)
    for posting in notice.postings.all():
        post_notice(posting=posting, by=world.secretary.by)


def post_another(world: World) -> None:
    """A notice that hangs while the drive runs, and what somebody has said against it."""
    place, by = world.drive.place, world.secretary.by
    notice = write_notice(
        place=place,
        title="停水公示",
        text="6月20日停水一天。",
        issuer=world.matter.convener,
        days=3,
        contact="社区服务站",
        circle=Notice.Circle.NET,
        by=by,
    )
    approve_text(review=notice.review, seen=notice.review.fingerprint, by=by)
    for posting in notice.postings.all():
        post_notice(posting=posting, by=by)
    for _ in range(2):
        said = object_to_notice(notice=notice, text="三单元503早上要用水，找赵建国。", by=by)
    approve_text(review=said.review, seen=said.review.fingerprint, by=by)


def seal_all() -> None:
    """The day is over: what was written on it stands in the public log, the quiet things too."""
    Unsealed.objects.update(due_at=Now())
    while seal_due():
        pass


def begin(empty: set[Door]) -> World:
    with clock.told_at(OPENED):
        community = cast.community()
        compound = cast.compound(community, rule=f"{cast.DOORS}，1–2层商铺2间")
        secretary, clerk, collector = cast.secretary(community), cast.clerk(community), cast.collector(compound)
        rows = [
            (unit, room, str(papers.AREAS[int(room[-1]) - 1]), f"业主{chr(0x4E00 + n)}", *lives(unit, room, n, empty))
            for n, (unit, room) in enumerate(papers.DOORS)
        ]
        cast.take_in(compound, *rows)
        readers = {
            "of the same unit": cast.neighbour(compound),
            "of another unit": cast.owner(compound),
            "who rents": cast.tenant(compound),
            "who leads a building without a task": cast.idle_leader(compound),
        }
        matter = raise_matter(
            place=compound,
            title="给聚鑫园加装一部电梯",
            words="48级露天台阶。",
            pack_id="cn.tianjin.lift",
            convener=cast.organisation(community),
            decider="每个单元的业主",
            building_facts={"storeys": 8, "has_lift": True},
            cost=57_600_000,
            circle=Matter.Circle.NET,
            by=secretary.by,
        )
        drive = put_to_owners(
            matter=matter,
            closes_at=CLOSES,
            collectors=[collector.person],
            clerks=[clerk.person],
            share_method="area",
            share_reason="没有另外约定，按面积。",
            by=secretary.by,
        )
        # What was said in the chat, of the doors in which the two worlds differ, and a line of nobody known.
        said = [f"{n}. {unit}-{room} 王 同意" for n, (unit, room) in enumerate(sorted(empty), 1)]
        paste_chain(drive=drive, text="\n".join([*said, "李阿姨 再说"]), by=clerk.by)
        clients = {name: cast.signed_in(member) for name, member in readers.items()}
        english = cast.signed_in(readers["of the same unit"], **EN)
        return World(matter, drive, secretary, {**clients, IN_ENGLISH: english, "without a name": Client()}, {})


EN = {"accept-language": "en"}
IN_ENGLISH = "of the same unit, in English"
FORBIDDEN, METHOD_NOT_ALLOWED = 403, 405
UUID_OF_NOTHING = "00000000-0000-7000-8000-000000000000"
#: What the worlds have none of.
NOT_HERE = (
    *("claim_id", "help_id", "factor_id", "person_id", "channel_id", "delivery_id", "subject_id"),
    *("dwelling_id", "weixin_id"),
)


def lives(unit: int, room: str, number: int, empty: set[Door]) -> tuple[str, str]:
    return ("否", "") if (unit, room) in empty else ("是", f"业主{chr(0x4E00 + number)}")


def by_phone(world: World, door: Door, choice: str) -> None:
    """The owner's own word."""
    seat = Seat.objects.get(electorate=world.drive.electorate_id, short=f"{door[0]}-{door[1]}")
    owner = seat.entitled.get()
    give_voice(seat=seat, choice=choice, typed_name=owner.name, by=acting_as(owner))


def hold_late(world: World, door: Door) -> None:
    """A slip that arrives late and that nothing backs."""
    drive = world.drive
    by = {worker.task: worker.person for worker in drive.workers.select_related("person")}
    clerk = cast.clerk(drive.place.community or drive.place).by
    stack = start_stack(drive=drive, collector=by["collector"], witness="", collected_on=None, by=clerk)
    seat = Seat.objects.get(electorate=drive.electorate_id, short=f"{door[0]}-{door[1]}")
    hold_slips(stack=stack, slips=[Slip(seat.id, "yes", 1)], by=clerk)


def hand_in(world: World, said: list[tuple[Door, str, bool]], *, photos: int = 2) -> None:
    drive = world.drive
    by = {worker.task: worker.person for worker in drive.workers.select_related("person")}
    clerk = cast.clerk(drive.place.community or drive.place).by
    stack = start_stack(drive=drive, collector=by["collector"], witness="郝素琴", collected_on=clock.today(), by=clerk)
    seats = dict(Seat.objects.filter(electorate=drive.electorate_id).values_list("short", "id"))
    slips = [
        Slip(seat=seats[f"{unit}-{room}"], choice=choice, position=n, objection=objects)
        for n, ((unit, room), choice, objects) in enumerate(said, 1)
    ]
    enter_slips(stack=stack, slips=slips, by=clerk)
    shots = [SimpleUploadedFile(f"{room}.jpg", papers.photo(f"{unit}-{room}")) for (unit, room), _, _ in said[:photos]]
    attach_photos(stack=stack, files=store_pictures(by=clerk, uploads=shots), by=clerk)


def with_ids(world: World) -> World:
    """The world with everything that an address of it can name."""
    place = world.drive.place
    places = Place.objects.filter(path__overlap=[place.id]).order_by("kind", "sort_key")
    # The readers' own homes, and one where paper and phone differ: any other answers as these do to others.
    doors = [f"{unit}-{room}" for unit, room in (NEIGHBOUR, OTHER_UNIT, TENANT)]
    seats = Seat.objects.filter(electorate=world.drive.electorate_id).order_by("conflict", "sort_key")
    seats = seats.filter(Q(short__in=doors) | Q(conflict__isnull=False))
    hung = Notice.objects.order_by("written_at", "id")
    return World(
        world.matter,
        world.drive,
        world.secretary,
        world.readers,
        {
            "matter_id": [world.matter.id],
            "drive_id": [world.drive.id],
            "stack_id": list(Stack.objects.order_by("number").values_list("id", flat=True)),
            "place_id": [place.community_id, *places.values_list("id", flat=True)],
            "draft_id": [UUID_OF_NOTHING],
            "notice_id": list(hung.values_list("id", flat=True)),
            "posting_id": list(
                Posting.objects.order_by("notice__written_at", "notice", "position").values_list("id", flat=True)
            ),
            "objection_id": list(NoticeObjection.objects.order_by("at", "id").values_list("id", flat=True)),
            "review_id": list(Review.objects.order_by("asked_at", "id").values_list("id", flat=True)),
            "appeal_id": [UUID_OF_NOTHING],
            "stamped_id": [UUID_OF_NOTHING],
            "archive_id": [UUID_OF_NOTHING],
            "blank_id": [UUID_OF_NOTHING],
            "import_id": list(RegisterImport.objects.values_list("id", flat=True)),
            "position": [1, 2, 99],
            "number": [1, 2],
            "seat_id": list(seats.values_list("id", flat=True)),
            "voice_id": list(Voice.objects.filter(seat__in=seats).order_by("id").values_list("id", flat=True)),
            "conflict_id": list(Conflict.objects.values_list("id", flat=True)) or [UUID_OF_NOTHING],
            "slip_id": list(LateSlip.objects.values_list("id", flat=True)) or [UUID_OF_NOTHING],
            "secret": ["nobody-has-this"],
            "kind": ["notice"],
            "thread_id": list(dict.fromkeys([world.matter.thread_id, *hung.values_list("thread", flat=True)])),
            "log_id": list(Log.objects.order_by("origin").values_list("id", flat=True)),
            "key_id": [UUID_OF_NOTHING],
            "token": ["nobody-has-this"],
            **{name: [UUID_OF_NOTHING] for name in NOT_HERE},
        },
    )


#: Routes that are only written to, as a reader has found: nobody learns anything by asking them.
ONLY_WRITTEN_TO: set[str] = set()


def read_all(client: Client, world: World, closed: set[str]) -> dict[str, tuple[int, str]]:
    """Everything that a reader can open, by its address: status and what came, both without ids, tokens and secrets.

    What is ``closed`` is not asked for; what turns out to be is added."""
    read: dict[str, tuple[int, str]] = {}
    waiting = [f"/matters/{world.matter.id}?part=live"]
    seen = set(closed)

    def ask(address: str) -> int:
        seen.add(address)
        answer = client.get(address)
        if answer.status_code != METHOD_NOT_ALLOWED:
            read.update(told_by(address, answer, world))
        if answer.status_code == FORBIDDEN:
            closed.add(address)
        waiting.extend(links_of(address, answer))
        return answer.status_code

    for route in routes():
        for address in addresses_of(route, world.ids) if route not in ONLY_WRITTEN_TO else ():
            if address not in seen and ask(address) == METHOD_NOT_ALLOWED:
                ONLY_WRITTEN_TO.add(route)
                break
    while waiting:
        address = waiting.pop(0)
        if address not in seen:
            ask(address)
    return read


def told_by(address: str, answer: Any, world: World) -> Iterator[tuple[str, tuple[int, str]]]:
    yield plain(address, world), (answer.status_code, plain(whole(answer), world))
    if ticket := answer.headers.get("X-Live-Ticket"):
        yield "what the stream says", (200, plain(str(versions_of(topics_in(ticket) or [])), world))


def links_of(address: str, answer: Any) -> Iterator[str]:
    """The site's own addresses that a page leads to; of what is no page, none."""
    if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
        return
    for link in Page(address, answer.content.decode()).links:
        parts = urlsplit(link)
        if not parts.netloc and parts.scheme in ("", "http") and not parts.path.startswith("/static/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def whole(answer: Any) -> str:
    """Headers and body; of cookies only their names. Of a paper its words, of a picture what is drawn above its foot:
    the code there holds an address, and with it the ids in which two worlds always differ."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    read = BODIES.get(answer.headers.get("Content-Type", ""))
    headers = sorted(f"{name}: {value}" for name, value in answer.headers.items() if name != "Content-Length")
    words = read(body) if read and answer.status_code == 200 else body.decode(errors="backslashreplace")
    return "\n".join([*headers, *sorted(answer.cookies), words])


def words_of_pdf(body: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def words_of_docx(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith((".png", ".jpeg"))}
    return "\n".join(f"{name} {content.decode()}" for name, content in sorted(parts.items()))


def drawn_above_the_foot(body: bytes) -> str:
    with Image.open(io.BytesIO(body)) as picture:
        return hashlib.sha256(picture.convert("RGB").crop((0, 0, picture.width, 1100)).tobytes()).hexdigest()


BODIES: Mapping[str, Callable[[bytes], str]] = {
    "application/pdf": words_of_pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": words_of_docx,
    "image/png": drawn_above_the_foot,
}


UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOKEN = re.compile(
    r'((?:name="(?:csrfmiddlewaretoken|once|browser)" value=|"(?:challenge|id)": |data-live-ticket=)"|X-Live-Ticket: )'
    r'[^"\n]*'
)
#: What is drawn by lot in every world: hashes and signatures in a log's files, the moment of the database's own clock
#: by which a promise is to be kept, marks, and a code that holds an id.
BY_LOT = re.compile(
    r'<svg class="qr".*?</svg>|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43,}={0,2}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])'
    r"|(?<=/)x[0-9a-f]{12}\b|(?<=\+)[0-9a-f]{8}(?=\+)|(?<=\\n)\d{4}-\d\d-\d\dT[\d:]{8}Z(?=\\n\\n— )",
    re.S,
)
NUMBER = re.compile(r'(?<=<b class="num nb">)[0-9A-Z]{4}-[0-9A-Z]{4}(?=</b>)')


def plain(text: str, world: World) -> str:
    names = {str(value): f"<{name} {n}>" for name, values in world.ids.items() for n, value in enumerate(values)}
    text = UUID.sub(lambda found: names.get(found.group(), "<id>"), text)
    return BY_LOT.sub("<by lot>", NUMBER.sub("<number>", TOKEN.sub(r"\1", text)))


def look_at(order: Order) -> dict[tuple[str, str], dict[str, tuple[int, str]]]:
    """All that each reader reads at each station of one world, which is then undone."""
    found = {}
    closed: dict[str, set[str]] = defaultdict(set)
    with transaction.atomic(), TemporaryDirectory() as folder, override_settings(WITNESS_FOLDER=folder):
        for station, world in tell(order):
            for who, client in world.readers.items():
                if who != IN_ENGLISH or station in ("reached", "decided"):
                    # What a role may not open does not change with the drive: it is asked at the first and at the last.
                    if station == "decided":
                        closed[who].clear()
                    found[station, who] = read_all(client, world, closed[who])
        transaction.set_rollback(True)
    return found


def as_listed(doors: list[Door]) -> list[Door]:
    return doors


def shuffled(doors: list[Door]) -> list[Door]:
    return Random(11).sample(doors, len(doors))


@pytest.fixture(scope="module")
def one_world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield look_at(as_listed)


def test_two_worlds_with_other_flats_holding_out_read_the_same(one_world):
    other = look_at(shuffled)
    assert other.keys() == one_world.keys()
    for station, who in one_world:
        here, there = one_world[station, who], other[station, who]
        assert here.keys() == there.keys(), f"{station}: a neighbour {who} finds other addresses"
        told = {
            address: first_difference(here[address][1], there[address][1])
            for address in here
            if here[address] != there[address]
        }
        assert not told, f"{station}: a neighbour {who} can tell the worlds apart: {told}"


def first_difference(here: str, there: str) -> str:
    start = next((n for n, (one, other) in enumerate(zip(here, there, strict=False)) if one != other), 0)
    return f"{here[max(0, start - 60) : start + 60]!r} and {there[max(0, start - 60) : start + 60]!r}"


#: A door of the building however it is written: 一单元301, 1-301, or 301 alone.
A_DOOR = re.compile(r"(?<![\d.,:-])(?:[1-3]-)?[3-8]0[1-3](?![\d.,:-])")
OWN = {
    "of the same unit": {"401"},
    IN_ENGLISH: {"401"},
    "of another unit": {"602"},
    "who rents": {"402"},
}


def test_no_door_but_ones_own_is_named_anywhere(one_world):
    for (station, who), read in one_world.items():
        for address, (status, answer) in read.items():
            if status != 200 or address == "/api/v1/openapi.json":
                continue  # what describes the API is the same for everybody: its 403 is HTTP's
            words = Page(address, re.split(r"\n(?=<)", answer, maxsplit=1)[-1]).text
            named = set(A_DOOR.findall(words)) - OWN.get(who, set())
            assert not named, f"{station}: {who} reads {named} at {address}"


CLOSED = (
    *("/drives/", "/stacks/", "/places", "/papers", "/reviews/", "/appeals/", "/postings/", "/objections/"),
    *("/conflicts/", "/late-slips/", "/voices/"),
)
OFFICE_ONLY = (
    "/put",
    "/decide",
    "/announce",
    "/revise",
    "/papers",
    "/slips.pdf",
    "/sign-sheet",
    "/stamp",
    "/edit",
    "/withdraw",
    "/recount",
    "/recount/end",
    "/file",
)


def test_what_belongs_to_the_walk_and_the_office_is_closed_to_her(one_world):
    checked = 0
    for (station, who), read in one_world.items():
        for address, (status, _) in read.items():
            if address.startswith(CLOSED) or address.endswith(OFFICE_ONLY):
                checked += 1
                wanted = {302} if who == "without a name" else {403, 404}
                assert status in wanted, f"{station}: {who} gets {status} at {address}"
    assert checked > 100


def test_she_sees_what_is_hers_to_see(one_world):
    """So that the other tests do not pass on empty pages: counts per unit, her own answer, the result."""
    matter = "/matters/<matter_id 0>"
    running = one_world["running", "of the same unit"][matter][1]
    assert "还差4户" in "".join(running.split())
    assert "一单元401" in running
    notice = one_world["running", "without a name"]["/notices/<notice_id 0>"]
    assert notice[0] == 200
    assert "三单元***早上要用水，找赵*国" in notice[1]
    assert "收到2条意见，1条在审" in notice[1]
    reached = one_world["reached", "of the same unit"][matter][1]
    assert "<b>13</b>户同意" in reached
    assert "还差" not in reached
    assert one_world["reached", "of the same unit"][f"{matter}/result"][0] == 404
    decided = one_world["decided", "without a name"][f"{matter}/result"]
    assert decided[0] == 200
    for end in (".pdf", ".docx", "/pictures", "/1.png"):
        assert one_world["decided", "without a name"][f"{matter}/result{end}"][0] == 200
    assert "收下0张，退回1张" in decided[1]
    assert "看不出哪天填的" in decided[1]
    before = one_world["decided", "without a name"][f"{matter}/results/1"][1]
    assert "这份结果已经被代替" in before
    assert "有一张纸表录反了" in decided[1]
    for earlier, now in (("一单元13户", "一单元12户"), ("二单元13户", "二单元13户"), ("三单元9户", "三单元10户")):
        assert f"{earlier}（共18户）" in before
        assert f"{now}（共18户）" in decided[1]
        assert f"{earlier}（共18户）" in one_world["decided", "without a name"]["/notices/<notice_id 1>"][1]
        assert f"{now}（共18户）" in one_world["decided", "without a name"]["/notices/<notice_id 2>"][1]
