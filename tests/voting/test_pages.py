"""The pages of a drive as its clerk, its collectors and its neighbours get them."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from linli.accounts.services import open_account
from linli.community.models import Ownership
from linli.matters.models import Matter
from linli.matters.services import put_to_owners, raise_matter
from linli.record import clock
from linli.record.acting import Acting
from linli.rules.errors import Refused
from linli.voting.models import Drive, Seat, Stack, Voice
from linli.voting.services import enter_slips
from tests.files.photos import encoded, slip, upload
from tests.houses import LIFT, ORDINARY, House, acting_as, after, build, person_of, seats_of, slips, somebody, stack_of

pytestmark = pytest.mark.django_db

SMALL = "2个单元，3–4层，每层2户"


def signed_in(who: Acting, house: House) -> Client:
    client = Client()
    client.force_login(open_account(person=person_of(who), by=house.system))
    return client


def lift(house: House, pack: str = LIFT) -> Matter:
    """A matter that has been put to the owners."""
    matter = raise_matter(
        place=house.building,
        title="给聚鑫园加装一部电梯",
        words="老人上下楼不便。",
        pack_id=pack,
        convener=house.committee,
        decider="每个单元的业主",
        cost=57_600_000,
        by=house.secretary,
    )
    put_to_owners(
        matter=matter,
        closes_at=clock.now() + timedelta(days=7),
        collectors=[person_of(house.leader)],
        clerks=[person_of(house.clerk), person_of(house.second_clerk)],
        share_method="equal",
        share_reason="大家坐的是同一段",
        by=house.secretary,
    )
    matter.refresh_from_db()
    return matter


def drive_of(matter: Matter) -> Drive:
    assert matter.drive is not None
    return matter.drive


@pytest.fixture
def house() -> House:
    return build(rule=SMALL)


def send(client: Client, stack: Stack, said: dict[str, str], once: str = "k") -> object:
    return client.post(reverse("voting:stack", args=[stack.id]), {"once": once, "order": "", **said})


def test_slips_lie_in_the_order_in_which_they_were_entered(house: House):
    drive = drive_of(lift(house))
    client, stack = signed_in(house.clerk, house), stack_of(house, drive)
    first, second, third, *_ = seats_of(drive)
    said = {f"voice-{seat.id}": "yes" for seat in (first, second, third)}
    send(client, stack, said | {"order": f"{third.id} {first.id} nonsense {second.id}"})
    voices = Voice.objects.order_by("position")
    assert [(voice.position, voice.seat) for voice in voices] == [(1, third), (2, first), (3, second)]


def test_the_same_form_sent_twice_is_written_once(house: House):
    drive = drive_of(lift(house))
    client, stack = signed_in(house.clerk, house), stack_of(house, drive)
    said = {f"voice-{seat.id}": "yes" for seat in seats_of(drive)[:3]}
    for _ in range(2):
        assert send(client, stack, said).status_code == 302  # type: ignore[attr-defined]
    assert Voice.objects.count() == 3


def test_a_form_sent_again_later_does_not_undo_a_correction_made_since(house: House):
    drive = drive_of(lift(house))
    client, stack, other = signed_in(house.clerk, house), stack_of(house, drive), stack_of(house, drive)
    seat = seats_of(drive)[0]
    said = {f"voice-{seat.id}": "yes", f"reason-{seat.id}": "看错了"}
    send(client, stack, said)
    enter_slips(stack=other, slips=slips([seat], "no", reason="户主重填"), by=house.clerk)
    send(client, stack, said)
    assert list(Voice.objects.order_by("id").values_list("choice", flat=True)) == ["yes", "no"]
    stands = Seat.objects.get(id=seat.id).voice
    assert stands is not None
    assert stands.choice == "no"


def test_the_same_photos_dropped_twice_lie_there_once(house: House, settings, tmp_path: Path):
    """Twice, the second drop would lie beside the next slips."""
    settings.FILES_FOLDER = tmp_path
    stack = stack_of(house, drive_of(lift(house)))
    client, address = signed_in(house.clerk, house), reverse("voting:photos", args=[stack.id])
    for once, there in (("a", 2), ("a", 2), ("b", 4)):
        drop = [upload(encoded(slip(width))) for width in (320, 400)]
        assert client.post(address, {"once": once, "photos": drop}).status_code == 302
        assert stack.photos.count() == there


COLOURS = [(220, 20, 20), (20, 160, 20), (20, 20, 220), (230, 220, 20)]


@pytest.mark.parametrize("before", [0, 2, 4])
def test_each_slip_shows_its_own_photo_whenever_the_photos_came(
    house: House, settings, tmp_path: Path, before: int
) -> None:
    """Photos lie in the order of the drop beside slips in the order of entry, which is not the order of doors."""
    settings.FILES_FOLDER = tmp_path
    drive = drive_of(lift(house))
    client, stack = signed_in(house.clerk, house), stack_of(house, drive)
    first, second, third, fourth, *_ = seats_of(drive)
    entered = [third, first, fourth, second]

    def drop(colours: list[tuple[int, int, int]]) -> None:
        if colours:
            photos = [upload(encoded(Image.new("RGB", (320, 200), colour))) for colour in colours]
            client.post(reverse("voting:photos", args=[stack.id]), {"photos": photos})

    drop(COLOURS[:before])
    said = {f"voice-{seat.id}": "yes" for seat in entered}
    send(client, stack, said | {"order": " ".join(str(seat.id) for seat in entered)})
    drop(COLOURS[before:])
    page = client.get(reverse("voting:stack", args=[stack.id])).content.decode()
    lines = re.findall(r'<fieldset[^>]* id="slip-([^"]+)".*?</fieldset>', page, re.DOTALL)
    assert len(lines) == 8
    for seat, colour in zip(entered, COLOURS, strict=True):
        line = re.search(rf'id="slip-{seat.id}".*?</fieldset>', page, re.DOTALL)
        assert line is not None
        shown = re.search(r'<img src="([^"]+)"', line.group())
        assert shown is not None
        answer = client.get(shown[1])
        pixel = Image.open(io.BytesIO(b"".join(answer) if answer.streaming else answer.content)).getpixel((5, 5))
        assert pixel == pytest.approx(colour, abs=12), f"{seat.short} shows another slip's photo"


def test_a_slip_after_one_that_was_replaced_elsewhere_gets_a_position_of_its_own(house: House):
    drive = drive_of(lift(house))
    client, stack, other = signed_in(house.clerk, house), stack_of(house, drive), stack_of(house, drive)
    first, second, *_ = seats_of(drive)
    send(client, stack, {f"voice-{first.id}": "yes"})
    enter_slips(stack=other, slips=slips([first], "no", reason="户主重填"), by=house.clerk)
    assert send(client, stack, {f"voice-{second.id}": "yes"}, "next").status_code == 302  # type: ignore[attr-defined]
    assert Voice.objects.get(seat=second).position == 2


def test_a_correction_by_the_page_asks_for_its_reason_and_keeps_what_was_typed(house: House):
    drive = drive_of(lift(house))
    client, stack = signed_in(house.clerk, house), stack_of(house, drive)
    seat, fresh, *_ = seats_of(drive)
    send(client, stack, {f"voice-{seat.id}": "yes"})
    page = client.get(reverse("voting:stack", args=[stack.id])).content.decode()
    assert page.count('name="reason-') == 1
    assert f'name="reason-{seat.id}"' in page
    said = {f"voice-{seat.id}": "no", f"objection-{seat.id}": "on", f"voice-{fresh.id}": "abstain"}
    refused = send(client, stack, said, "second")
    assert refused.status_code == 409  # type: ignore[attr-defined]
    kept = refused.content.decode()  # type: ignore[attr-defined]
    assert len(re.findall(r"checked", kept)) == 3
    assert Voice.objects.count() == 1
    assert send(client, stack, said | {f"reason-{seat.id}": "看错了"}, "third").status_code == 302  # type: ignore[attr-defined]
    stands = Seat.objects.get(id=seat.id).voice
    assert stands is not None
    assert (stands.choice, stands.objection, stands.reason, stands.position) == ("no", True, "看错了", 1)


def test_an_objection_alone_is_a_correction(house: House):
    drive = drive_of(lift(house))
    client, stack = signed_in(house.clerk, house), stack_of(house, drive)
    seat = seats_of(drive)[0]
    send(client, stack, {f"voice-{seat.id}": "no"})
    said = {f"voice-{seat.id}": "no", f"objection-{seat.id}": "on", f"reason-{seat.id}": "漏录"}
    send(client, stack, said, "second")
    assert list(Voice.objects.order_by("id").values_list("choice", "objection")) == [("no", False), ("no", True)]


def test_a_box_for_objections_is_there_where_the_rule_asks(house: House):
    client = signed_in(house.clerk, house)
    for pack, boxes in ((LIFT, 8), (ORDINARY, 0)):
        stack = stack_of(house, drive_of(lift(house, pack)))
        page = client.get(reverse("voting:stack", args=[stack.id])).content.decode()
        assert page.count('name="objection-') == boxes


def test_the_signer_is_asked_for_where_nobody_is_registered(house: House):
    Ownership.objects.filter(dwelling__room="301").delete()
    drive = drive_of(lift(house))
    client, stack = signed_in(house.clerk, house), stack_of(house, drive)
    unowned = [seat for seat in seats_of(drive) if seat.label.endswith("301")]
    page = client.get(reverse("voting:stack", args=[stack.id])).content.decode()
    assert re.findall(r'name="signer-([\w-]+)"', page) == [str(seat.id) for seat in unowned]
    said = {f"voice-{unowned[0].id}": "yes"}
    assert send(client, stack, said).status_code == 409  # type: ignore[attr-defined]
    said[f"signer-{unowned[0].id}"] = "示例丙"
    assert send(client, stack, said, "again").status_code == 302  # type: ignore[attr-defined]
    assert Ownership.objects.get(source="own_word").person.name == "示例丙"
    page = client.get(reverse("voting:stack", args=[stack.id])).content.decode()
    assert re.findall(r'name="signer-([\w-]+)"', page) == [str(unowned[1].id)]
    assert "示例丙" not in page


def test_hostile_fields_are_refused_and_write_nothing(house: House):
    drive = drive_of(lift(house))
    client, stack = signed_in(house.clerk, house), stack_of(house, drive)
    seat = seats_of(drive)[0]
    enter_slips(stack=stack, slips=slips([seat]), by=house.clerk)
    for more in ({f"reason-{seat.id}": "x" * 5000}, {f"reason-{seat.id}": "a\0b"}, {"once": "o\0" * 999}):
        said = {f"voice-{seat.id}": "no", **more}
        assert send(client, stack, said, more.get("once", "k")).status_code == 409  # type: ignore[attr-defined]
    assert send(client, stack, {f"voice-{seat.id}": "perhaps"}).status_code == 409  # type: ignore[attr-defined]
    assert Voice.objects.count() == 1


def test_only_its_clerks_reach_a_stack_and_only_its_people_the_face(house: House):
    matter = lift(house)
    drive = drive_of(matter)
    stack = stack_of(house, drive)
    addresses = {
        "stacks": reverse("voting:stacks", args=[drive.id]),
        "stack": reverse("voting:stack", args=[stack.id]),
        "face": reverse("voting:face", args=[drive.id]),
        "shares": reverse("voting:shares", args=[drive.id]),
    }
    other = build("惠岗社区", rule=SMALL)
    resident = acting_as(seats_of(drive)[0].entitled.get())
    may = {
        house.clerk: {"stacks", "stack", "face"},
        house.leader: {"face"},
        house.secretary: set(),
        resident: set(),
        somebody(house.community, "clerk"): set(),
        other.clerk: set(),
    }
    for who, pages in may.items():
        client = signed_in(who, other if who is other.clerk else house)
        for name, address in addresses.items():
            if name == "shares":
                continue
            assert client.get(address).status_code == (200 if name in pages else 403), (who.role, name)
        for name in ("stacks", "stack"):
            if name not in pages:
                assert client.post(addresses[name], {"once": "x"}).status_code == 403
    for address in addresses.values():
        assert Client().get(address).status_code == 302


@pytest.mark.parametrize("who", ["secretary", "clerk", "leader", "resident"])
def test_the_number_of_statements_of_a_page_does_not_grow_with_doors(who: str):
    """54 doors and 540: the same number of statements on the matter's page, the face, the stack's page and the list."""
    counts = []
    for community, rule in (("广顺园社区", "3个单元，3–8层，每层3户"), ("惠岗社区", "3个单元，1–30层，每层6户")):
        house = build(community, rule=rule)
        matter = lift(house)
        drive = drive_of(matter)
        stack = stack_of(house, drive)
        seats = seats_of(drive)
        enter_slips(stack=stack, slips=slips(seats[: len(seats) // 2]), by=house.clerk)
        by = acting_as(seats[0].entitled.get()) if who == "resident" else getattr(house, who)
        client = signed_in(by, house)
        pages = [reverse("matters:matter", args=[matter.id]), reverse("matters:index"), reverse("home")]
        if who in ("clerk", "leader"):
            pages.append(reverse("voting:face", args=[drive.id]))
        if who == "clerk":
            pages.append(reverse("voting:stack", args=[stack.id]))
        counts.append([statements(client, page) for page in pages])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 24


def statements(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_entering_a_stack_takes_the_same_number_of_statements_whatever_its_size():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    house = build(rule="1个单元，1–10层，每层5户")
    drive = drive_of(lift(house))
    seats = seats_of(drive)
    counts = []
    for some in (seats[:2], seats[2:]):
        stack = stack_of(house, drive)
        with CaptureQueriesContext(connection) as captured:
            enter_slips(stack=stack, slips=slips(some), by=house.clerk)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_neighbour_reads_of_no_flat_and_of_no_area(house: House):
    """Her own door apart, the page of a running matter is the same whichever doors have agreed."""
    seen = []
    for skipped in range(3):
        with_matter = lift(house)
        drive = drive_of(with_matter)
        seats = seats_of(drive)
        neighbour = acting_as(seats[3].entitled.get())
        agreed = [seat for place, seat in enumerate(seats[:3]) if place != skipped]
        enter_slips(stack=stack_of(house, drive), slips=slips(agreed), by=house.clerk)
        page = signed_in(neighbour, house).get(reverse("matters:matter", args=[with_matter.id])).content.decode()
        seen.append(
            re.sub(
                r'nonce-[^"\']+|nonce="[^"]*"|csrfmiddlewaretoken[^>]*|data-live-ticket="[^"]*"|20\d\d-\d{4}|[0-9a-f-]{36}',
                "",
                page,
            )
        )
        for door in ("301", "302", "401"):
            assert f"一单元{door}" not in page
        assert "85.20" not in page
    assert seen[0] == seen[1] == seen[2]


def test_nobody_decides_by_the_page_before_the_deadline(house: House):
    matter = lift(house)
    address = reverse("matters:decide", args=[matter.id])
    assert signed_in(house.secretary, house).post(address).status_code == 409
    assert signed_in(house.leader, house).post(address).status_code == 403
    with clock.told_at(after(drive_of(matter), hours=1)):
        assert signed_in(house.secretary, house).post(address).status_code == 302
    with pytest.raises(Refused):
        enter_slips(stack=Stack(drive=drive_of(matter)), slips=[], by=house.clerk)
