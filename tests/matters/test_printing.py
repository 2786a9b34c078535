"""What the office takes away on paper: the result, the slips, the sheet of signatures; the stamped photo."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pypdf import PdfReader

from linli.files.models import StampedPaper
from linli.matters.models import Matter
from linli.matters.services import note_sign_sheet, put_to_owners, raise_matter, take_stamped_result
from linli.record import clock
from linli.record.models import Event
from linli.record.services import run_due
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Drive, Seat
from linli.voting.services import Slip, decide_drive, enter_slips, start_stack
from tests import cast
from tests.journeys import papers as shots

pytestmark = pytest.mark.django_db

ROOMS = tuple(f"{floor}0{at}" for floor in range(3, 9) for at in (1, 2, 3))


class World:
    """A compound of 54 homes, its office, and a matter that is being asked; 16, 17 and 15 of each 18 said yes."""

    def __init__(self) -> None:
        self.community = cast.community()
        self.compound = cast.compound(self.community)
        rows = [(u, r, "62.48", f"业主{u}{r}", "是", f"业主{u}{r}") for u in (1, 2, 3) for r in ROOMS]
        cast.take_in(self.compound, *rows)
        self.secretary, self.clerk = cast.secretary(self.community), cast.clerk(self.community)
        self.collector, self.idle = cast.collector(self.compound), cast.idle_leader(self.compound)
        self.resident = cast.resident(self.compound, "业主1301")
        self.matter = raise_matter(
            place=self.compound,
            title="给聚鑫园加装一部电梯",
            words="48级露天台阶，老人上下楼难。",
            pack_id="cn.tianjin.lift",
            convener=cast.organisation(self.community),
            decider="每个单元的业主",
            building_facts={"storeys": 8, "has_lift": True},
            cost=57_600_000,
            by=self.secretary.by,
        )
        self.drive = put_to_owners(
            matter=self.matter,
            closes_at=clock.now() + timedelta(days=14),
            collectors=[self.collector.person],
            clerks=[self.clerk.person],
            share_method="area",
            share_reason="没有另外约定，按面积。",
            by=self.secretary.by,
        )
        stack = start_stack(
            drive=self.drive,
            collector=self.collector.person,
            witness="郝素琴",
            collected_on=clock.today(),
            by=self.clerk.by,
        )
        seats = dict(Seat.objects.filter(electorate=self.drive.electorate_id).values_list("short", "id"))
        doors = [f"{unit}-{room}" for unit, many in ((1, 16), (2, 17), (3, 15)) for room in ROOMS[:many]]
        said = [Slip(seat=seats[door], choice="yes", position=n) for n, door in enumerate(doors, 1)]
        enter_slips(stack=stack, slips=said, by=self.clerk.by)

    def decide(self) -> None:
        past = clock.now() - timedelta(minutes=1)
        Drive.objects.filter(id=self.drive.id).update(closes_at=past, gathers_until=past + timedelta(days=3))
        self.drive.refresh_from_db()
        decide_drive(drive=self.drive, by=self.secretary.by)
        run_due()
        self.matter.refresh_from_db()

    def address(self, end: str) -> str:
        return f"/matters/{self.matter.id}/{end}"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def decided(world: World) -> World:
    world.decide()
    return world


def pages_of(content: bytes) -> list[str]:
    """The words of each page, without the spaces that typesetting puts between signs."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]


def photo(words: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("章.jpg", shots.photo(words))


# ── slips ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_is_one_slip_for_each_home_and_each_names_no_other_door(world: World):
    answer = cast.signed_in(world.secretary).get(world.address("slips.pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    slips = pages_of(answer.content)
    assert len(slips) == 54
    named = [set(re.findall(r"[一二三]单元\d{3}", slip)) for slip in slips]
    assert all(len(doors) == 1 for doors in named)
    assert len(set.union(*named)) == 54
    for slip in slips:
        assert "同意" in slip
        assert "两位见证人" in slip
        assert "48级露天台阶" in slip


def test_a_slip_says_nothing_of_what_was_answered(world: World):
    """A home that has spoken and one that has not have the same slip but for the door and the number."""
    slips = pages_of(cast.signed_in(world.secretary).get(world.address("slips.pdf")).content)
    plain = {re.sub(r"[一二三]单元\d{3}|(?<=-\d{4})-\d{3}", "", slip) for slip in slips}
    assert len(plain) == 1


def test_the_slips_of_one_unit_bear_the_numbers_that_they_bear_among_all(world: World):
    client = cast.signed_in(world.secretary)
    every = pages_of(client.get(world.address("slips.pdf")).content)
    page = client.get(world.address("papers")).content.decode()
    links = re.findall(r'href="([^"]*slips\.pdf\?scope=[^"]+)"', page)
    assert len(links) == 3
    assert pages_of(client.get(links[1]).content) == every[18:36]


@pytest.mark.parametrize("who", ["idle", "resident"])
def test_slips_and_the_page_of_papers_are_the_offices(world: World, who: str):
    client = cast.signed_in(getattr(world, who))
    for end in ("slips.pdf", "papers"):
        assert client.get(world.address(end)).status_code == 403


def test_no_slip_is_printed_when_it_can_no_longer_be_given(decided: World):
    assert cast.signed_in(decided.secretary).get(decided.address("slips.pdf")).status_code == 404


# ── the result ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_result_comes_as_page_pdf_docx_and_pictures_for_whoever_may_read_it(decided: World):
    client = cast.signed_in(decided.resident)
    page = client.get(decided.address("result")).content.decode()
    made = {end: client.get(decided.address(end)) for end in ("result.pdf", "result.docx", "result/1.png")}
    assert {each.status_code for each in made.values()} == {200}
    assert all(f'href="{decided.address(end)}"' in page for end in ("result.pdf", "result.docx", "result/pictures"))
    (sheet,) = pages_of(made["result.pdf"].content)
    document = zipfile.ZipFile(io.BytesIO(made["result.docx"].content)).read("word/document.xml").decode()
    for words in ("一单元16户（共18户）", "已达到法定比例，48户同意。", "17×3=51", "盖章处", decided.matter.number):
        assert words in sheet
        assert words in document
    assert Image.open(io.BytesIO(made["result/1.png"].content)).size == (1080, 1440)
    assert client.get(decided.address("result/99.png")).status_code == 404
    shown = re.findall(r'<img src="([^"]+)"', client.get(decided.address("result/pictures")).content.decode())
    assert {client.get(each).status_code for each in shown} == {200}


def test_nothing_of_the_result_is_there_before_it_is(world: World):
    client = cast.signed_in(world.secretary)
    for end in ("result", "result.pdf", "result.docx", "result/pictures", "result/1.png"):
        assert client.get(world.address(end)).status_code == 404


def test_the_result_is_closed_to_those_outside_its_circle(decided: World):
    for end in ("result.pdf", "result.docx", "result/pictures", "result/1.png"):
        assert Client().get(decided.address(end)).status_code == 403


# ── the sheet of signatures ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_sheet_of_signatures_is_a_named_clerks_and_each_time_is_in_the_record(decided: World):
    answer = cast.signed_in(decided.clerk).post(decided.address("sign-sheet"), {"purpose": "housing"})
    assert answer.status_code == 200
    words = "".join(pages_of(answer.content))
    assert len(re.findall(r"[一二三]单元\d{3}", words)) == 54
    assert words.count("没有收到表") == 6
    assert "业主1301同意" in words
    (event,) = Event.objects.filter(name="matter.sign_sheet_made")
    assert (event.actor, event.internal) == (decided.clerk.person.id, {"purpose": "housing"})


@pytest.mark.parametrize("who", ["secretary", "collector", "resident"])
def test_the_sheet_of_signatures_is_nobody_elses(decided: World, who: str):
    answer = cast.signed_in(getattr(decided, who)).post(decided.address("sign-sheet"), {"purpose": "housing"})
    assert answer.status_code == 403
    assert not Event.objects.filter(name="matter.sign_sheet_made").exists()


def test_no_sheet_without_the_authority_that_it_is_for(decided: World):
    answer = cast.signed_in(decided.clerk).post(decided.address("sign-sheet"), {"purpose": "everybody"})
    assert answer.status_code == 400
    assert not Event.objects.filter(name="matter.sign_sheet_made").exists()


def test_no_sheet_of_signatures_before_the_result(world: World):
    with pytest.raises(Refused) as refused:
        note_sign_sheet(matter=world.matter, purpose="housing", by=world.clerk.by)
    assert refused.value.code == "sign-sheet.no-result"


# ── the stamped photo ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stamped_photo_becomes_the_official_version_and_is_shown_with_its_day_and_hash(decided: World):
    office = cast.signed_in(decided.secretary)
    answer = office.post(decided.address("stamp"), {"photo": photo("1"), "once": "a"}, follow=True)
    assert answer.status_code == 200
    (version,) = StampedPaper.objects.all()
    page = cast.signed_in(decided.resident).get(decided.address("result")).content.decode()
    assert version.sha256[:16] in page
    link = f"/matters/{decided.matter.id}/stamped/{version.id}"
    assert link in page
    shown = cast.signed_in(decided.resident).get(link)
    assert Image.open(io.BytesIO(shown.content)).format == "JPEG"
    assert Event.objects.filter(name="matter.result_stamped", subject=decided.matter.id).count() == 1


def test_a_replaced_version_needs_a_reason_and_stays(decided: World):
    by = decided.secretary.by
    first = take_stamped_result(matter=decided.matter, photo=photo("1"), by=by)
    with pytest.raises(Refused) as refused:
        take_stamped_result(matter=decided.matter, photo=photo("2"), by=by)
    assert refused.value.code == "stamped.no-reason"
    with pytest.raises(Refused) as refused:
        take_stamped_result(matter=decided.matter, photo=photo("1"), reason="重拍", by=by)
    assert refused.value.code == "stamped.same"
    second = take_stamped_result(matter=decided.matter, photo=photo("2"), reason="上一张没拍清楚", by=by)
    page = cast.signed_in(decided.secretary).get(decided.address("papers")).content.decode()
    assert page.index(second.sha256[:16]) < page.index(first.sha256[:16])
    assert "上一张没拍清楚" in page


def test_a_stamped_photo_sent_twice_is_taken_once(decided: World):
    client = cast.signed_in(decided.secretary)
    for _ in range(2):
        answer = client.post(decided.address("stamp"), {"photo": photo("3"), "once": "same"})
        assert answer.status_code == 302
    assert StampedPaper.objects.count() == 1


def test_only_the_office_hands_a_stamped_photo_in_and_only_a_photo_of_a_result(decided: World):
    with pytest.raises(Forbidden):
        take_stamped_result(matter=decided.matter, photo=photo("3"), by=decided.resident.by)
    other = raise_matter(
        place=decided.compound,
        title="修坡道",
        words="坏了。",
        pack_id="cn.civil-code.278.special",
        convener=decided.matter.convener,
        decider="全体业主",
        by=decided.secretary.by,
    )
    with pytest.raises(Refused) as refused:
        take_stamped_result(matter=other, photo=photo("3"), by=decided.secretary.by)
    assert refused.value.code == "stamped.no-result"
    upload = SimpleUploadedFile("章.jpg", b"%PDF-1.7 no photo")
    answer = cast.signed_in(decided.secretary).post(decided.address("stamp"), {"photo": upload, "once": "b"})
    assert answer.status_code == 400
    assert Matter.objects.count() == 2
    assert not StampedPaper.objects.exists()


def test_a_stamped_photo_of_one_matter_is_not_found_at_another(decided: World):
    version = take_stamped_result(matter=decided.matter, photo=photo("3"), by=decided.secretary.by)
    nothing = "00000000-0000-7000-8000-000000000000"
    client = cast.signed_in(decided.resident)
    assert client.get(f"/matters/{nothing}/stamped/{version.id}").status_code == 404
    assert client.get(decided.address(f"stamped/{nothing}")).status_code == 404
