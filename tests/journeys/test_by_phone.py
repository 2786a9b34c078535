"""An owner gives her home's word on her own phone: without script by her typed name, at 75 in large print by hand."""

import base64
import io
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from linli.community.models import Place
from linli.files.services import store_pictures
from linli.matters.models import Matter
from linli.matters.services import put_to_owners, raise_matter
from linli.record import clock
from linli.record.live import tell_topics
from linli.record.services import run_due
from linli.voting.models import Conflict, Drive, Seat, Voice
from linli.voting.services import Slip, attach_photos, enter_slips, start_stack
from tests import cast
from tests.journeys import papers
from tests.journeys.reading import Page, Reader
from tests.journeys.test_every_page import found_by_axe
from tests.journeys.test_in_a_browser import Phone, come_in
from tests.machine.instances import streams_over


class World:
    """A compound whose owners are asked about a lift."""

    def __init__(self, pack: str = "cn.tianjin.lift") -> None:
        self.community = cast.community()
        self.compound: Place = cast.compound(self.community)
        self.owner, self.tenant = cast.owner(self.compound), cast.tenant(self.compound)
        self.pair = cast.co_owners(self.compound)
        self.neighbour = cast.neighbour(self.compound)
        self.secretary, self.clerk = cast.secretary(self.community), cast.clerk(self.community)
        self.collector = cast.collector(self.compound)
        self.matter = raise_matter(
            place=self.compound,
            title="给聚鑫园加装一部电梯",
            words="48级露天台阶，老人上下楼难。",
            pack_id=pack,
            convener=cast.organisation(self.community),
            decider="每个单元的业主",
            circle=Matter.Circle.RESIDENTS,
            by=self.secretary.by,
        )
        self.drive: Drive = put_to_owners(
            matter=self.matter,
            closes_at=clock.now() + timedelta(days=14),
            collectors=[self.collector.person],
            clerks=[self.clerk.person],
            by=self.secretary.by,
        )

    def seat(self, short: str) -> Seat:
        return Seat.objects.get(electorate=self.drive.electorate_id, short=short)

    def slip(self, short: str, choice: str) -> None:
        stack = start_stack(
            drive=self.drive,
            collector=self.collector.person,
            witness="郝素琴",
            collected_on=clock.today(),
            by=self.clerk.by,
        )
        enter_slips(stack=stack, slips=[Slip(self.seat(short).id, choice, 1)], by=self.clerk.by)
        shot = SimpleUploadedFile("1.jpg", papers.photo(short))
        attach_photos(stack=stack, files=store_pictures(by=self.clerk.by, uploads=[shot]), by=self.clerk.by)


def drawing() -> str:
    """What a pad sends: a PNG of some strokes, as a data URL."""
    picture = Image.new("RGB", (1200, 560), "white")
    ImageDraw.Draw(picture).line([(100, 300), (400, 100), (700, 420), (1000, 200)], fill="black", width=9)
    return png_url(picture)


def png_url(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def to_the_signature(reader: Reader, world: World, short: str, choice: str) -> Page:
    page = reader.open(f"/seats/{world.seat(short).id}/voice")
    return reader.send(page.form("/sign"), choice=choice)


@pytest.mark.django_db
def test_from_the_matter_to_the_receipt_without_script():
    world = World()
    reader = Reader(cast.signed_in(world.owner))
    matter = reader.open(f"/matters/{world.matter.id}")
    asked = next(link for link in matter.links if link.endswith("/voice"))
    question = reader.open(asked)
    assert question.says("给聚鑫园加装一部电梯")
    assert question.says("三分之二") or question.says("2/3以上")
    form = question.form("/sign")
    assert form.offered["choice"] == {"yes", "no", "abstain"}
    assert "choice" not in form.values, "nothing is chosen beforehand"
    assert reader.send(form, 400).says("请选一项"), "an answer is asked for"
    signing = reader.send(form, choice="no")
    assert not Voice.objects.exists(), "nothing is given before the last tap"
    last = signing.form("/sign")
    assert reader.send(last, 409, typed_name="陈玉").says("打的名字和名单上的不一样")
    for _ in range(2):
        receipt = reader.send(last, typed_name="陈 玉兰")
    voice = Voice.objects.get()
    assert (voice.choice, voice.channel, voice.author) == ("no", "phone", world.owner.person)
    assert receipt.address == f"/seats/{voice.seat_id}"
    assert receipt.says("收到了")
    assert receipt.says(voice.receipt)
    assert receipt.says("打字签名")


@pytest.mark.django_db
def test_a_drawn_signature_is_kept_for_its_author_and_those_at_work(settings, tmp_path: Path):
    settings.FILES_FOLDER = tmp_path
    world = World()
    reader = Reader(cast.signed_in(world.owner))
    last = to_the_signature(reader, world, "2-602", "yes").form("/sign")
    for bad, words in (
        ("data:text/html;base64,PGI+", "签名没有传好"),
        ("data:image/png;base64,AAAA", "签名没有传好"),
        (png_url(Image.new("RGB", (1200, 560), "white")), "几乎是空的"),
    ):
        last.values["signature"] = [bad]
        assert reader.send(last, 409).says(words)
        last = to_the_signature(reader, world, "2-602", "yes").form("/sign")
    last.values["signature"] = [drawing()]
    receipt = reader.send(last)
    voice = Voice.objects.get()
    picture = f"/voices/{voice.id}/signature"
    assert picture in receipt.links
    answer = reader.client.get(picture)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    for member, status in (
        (world.clerk, 200), (world.collector, 200), (world.secretary, 403), (world.neighbour, 403),
        (cast.outsider(), 404),
    ):  # fmt: skip
        assert cast.signed_in(member).get(picture).status_code == status


@pytest.mark.django_db
def test_who_cannot_speak_for_a_home_is_told_why_and_who_can():
    world = World()
    tenant = Reader(cast.signed_in(world.tenant))
    matter = tenant.open(f"/matters/{world.matter.id}")
    assert matter.says("一单元402")
    assert matter.says("由名单上的业主本人表态")
    seat = world.seat("1-402")
    for page in ("", "/voice"):
        assert tenant.open(f"/seats/{seat.id}{page}", 403).says("业主本人")
    outsider = Reader(cast.signed_in(cast.outsider()))
    assert outsider.open(f"/seats/{seat.id}", 403)
    assert (
        cast.signed_in(world.neighbour).post(f"/seats/{seat.id}/sign", {"choice": "yes", "sure": "y"}).status_code
        == 403
    )
    assert not Voice.objects.exists()


@pytest.mark.django_db
def test_after_the_deadline_the_page_says_so_and_a_form_left_open_gives_nothing():
    world = World()
    reader = Reader(cast.signed_in(world.owner))
    last = to_the_signature(reader, world, "2-602", "yes").form("/sign")
    Drive.objects.update(closes_at=clock.now() - timedelta(minutes=1))
    assert reader.send(last, 409, typed_name="陈玉兰").says("现在不能再填")
    late = reader.open(f"/seats/{world.seat('2-602').id}/voice")
    assert late.address == f"/seats/{world.seat('2-602').id}"
    assert late.says("现在不能再改了")
    assert not Voice.objects.exists()


@pytest.mark.django_db
def test_paper_and_phone_differ_a_clerk_settles_and_the_owner_reads_why(settings, tmp_path: Path):
    settings.FILES_FOLDER = tmp_path
    world = World()
    world.slip("2-602", "yes")
    reader = Reader(cast.signed_in(world.owner))
    signing = to_the_signature(reader, world, "2-602", "no")
    assert signing.says("您家还有一份和这份不一样")
    assert reader.send(signing.form("/sign"), typed_name="陈玉兰").says("先不算")
    desk = Reader(cast.signed_in(world.clerk))
    listed = desk.open(f"/drives/{world.drive.id}/tasks")
    assert listed.says("二单元602")
    assert listed.says("郝素琴")
    conflict = Conflict.objects.get()
    form = listed.form(f"/conflicts/{conflict.id}")
    assert desk.send(form, reason="x").says("请先选以哪一份为准")
    form = desk.open(f"/drives/{world.drive.id}/tasks").form(f"/conflicts/{conflict.id}")
    phone = Voice.objects.get(channel="phone")
    for _ in range(2):
        done = desk.send(form, voice=str(phone.id), reason="当面问过，以手机上的为准")
    assert done.says("没有要核对的")
    told = reader.open(f"/seats/{phone.seat_id}")
    assert told.says("核对过了：以“不同意”这一份为准")
    assert told.says("林小梅")
    assert told.says("当面问过，以手机上的为准")
    for stranger in (world.neighbour, world.secretary, world.owner):
        assert cast.signed_in(stranger).get(f"/drives/{world.drive.id}/tasks").status_code == 403


@pytest.mark.django_db
def test_co_owners_differ_and_one_names_the_other():
    world = World()
    one, other = (Reader(cast.signed_in(member)) for member in world.pair)
    one.send(to_the_signature(one, world, "2-701", "yes").form("/sign"), typed_name="魏长林")
    differ = other.send(to_the_signature(other, world, "2-701", "no").form("/sign"), typed_name="袁秀琴")
    assert differ.says("先不算")
    assert other.send(differ.form("/voter"), voter=str(world.pair[0].person.id)).says("您家由魏长林代表")
    stands = world.seat("2-701").voice
    assert stands is not None
    assert stands.author == world.pair[0].person


#: How large the body's print is and how far apart its lines, and the smallest print of any words in the page's middle.
PRINT = """() => {
  const px = (one, what) => parseFloat(getComputedStyle(one)[what]);
  const says = one => [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  const words = [...document.querySelectorAll('main *')].filter(one => one.checkVisibility() && says(one));
  const body = document.body;
  return [px(body, 'fontSize'), px(body, 'lineHeight'), Math.min(...words.map(one => px(one, 'fontSize')))];
}"""


@pytest.mark.browser
def test_at_75_in_large_print_she_signs_with_her_finger(phone: Phone):
    """390 × 844, elder mode: from her first screen to the receipt, every target as large as her thumb needs."""
    world = World()
    page = come_in(phone(), world.owner)
    page.get_by_role("button", name="长辈版").click()
    page.get_by_role("link", name="看清楚，再答复").first.click()
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")
    size, line, smallest = page.evaluate(PRINT)
    assert size >= 20
    assert line / size >= 1.7
    assert smallest >= 18
    page.get_by_text("不同意", exact=True).click()
    page.get_by_role("button", name="下一步：签字").click()
    send = page.get_by_role("button", name="是我本人签字")
    send.click()
    expect(page.get_by_text("还没有签名")).to_be_visible()
    assert found_by_axe(page) == []
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 80)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + 22 * step, box["y"] + (40 if step % 2 else 110))
    page.mouse.up()
    small = page.evaluate(
        "[...document.querySelectorAll('main button, main a.btn, main canvas')].filter(e => e.offsetParent)"
        ".map(e => e.getBoundingClientRect().height).filter(h => h < 60)"
    )
    assert small == []
    send.click()
    expect(page.get_by_text("收到了")).to_be_visible()
    expect(page.get_by_alt_text("您的签名")).to_be_visible()
    voice = Voice.objects.get()
    assert voice.signature is not None
    assert (voice.choice, voice.typed_name) == ("no", "")


@pytest.mark.browser
def test_the_count_on_an_open_page_follows_without_being_loaded_anew(phone: Phone, committed_db: str, settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    settings.LIVE = f"http://127.0.0.1:{port}/live/"
    world = World()
    run_due()
    with streams_over(committed_db, port):
        page = come_in(phone(), world.owner)
        with page.expect_request(lambda asked: asked.url.startswith(settings.LIVE)):
            page.goto(f"/matters/{world.matter.id}")
        expect(page.get_by_role("heading", name="还差12户")).to_be_visible()
        page.evaluate("window.stillHere = true")
        page.get_by_text("依据哪一条").click()
        world.slip("2-701", "yes")
        run_due()
        tell_topics()
        expect(page.get_by_role("heading", name="还差11户")).to_be_visible()
        assert page.evaluate("window.stillHere"), "nothing was loaded anew"
        assert page.locator("[data-live-part=count] details[open]").count() == 1, "what was open stays open"
        page.goto("about:blank")
