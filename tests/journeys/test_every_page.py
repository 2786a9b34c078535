"""Every page that the road has, in a browser, with a drive's real content: sound for a machine that reads aloud, no
wider than the screen, in Chinese, English and large print.

The parts of pages are looked at one by one in tests/web; this looks at the pages themselves, where parts meet.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Browser, BrowserContext, Page, expect

from linli.community.models import Place
from linli.files.services import store_pictures
from linli.matters.models import Matter
from linli.matters.services import put_to_owners, raise_matter
from linli.record import clock
from linli.record.services import run_due
from linli.voting.models import Drive, Seat
from linli.voting.services import Slip, attach_photos, decide_drive, enter_slips, give_voice, start_stack
from tests import cast
from tests.journeys import papers
from tests.journeys.conftest import a_browser

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
READERS = (("zh-hans", "plain"), ("en", "plain"), ("zh-hans", "elder"))


class World:
    """The compound with three matters: one raised, one running with slips and photos, one decided."""

    def __init__(self) -> None:
        self.community = cast.community()
        self.compound = cast.compound(self.community)
        cast.take_in(
            self.compound,
            *(
                (unit, room, str(papers.AREAS[int(room[-1]) - 1]), name, "是", name)
                for n, (unit, room) in enumerate(papers.OCCUPIED)
                for name in (f"业主{chr(0x4E00 + n)}",)
            ),
        )
        self.secretary, self.clerk = cast.secretary(self.community), cast.clerk(self.community)
        self.collector, self.resident = cast.collector(self.compound), cast.resident(self.compound, "业主一")
        self.convener = cast.organisation(self.community)
        self.raised = self.raise_one("修一修大门口的坡道", "cn.civil-code.278.special")
        self.running, self.drive, self.stack = self.ask_about("给聚鑫园加装一部电梯", 30)
        self.seat = Seat.objects.get(electorate=self.drive.electorate_id, entitled=self.resident.person)
        # Her slip says yes, her phone no: the drive's people have something to settle.
        give_voice(seat=self.seat, choice="no", typed_name="业主一", by=self.resident.by)
        self.decided, drive, _ = self.ask_about("给聚鑫园加装第二部电梯", 48)
        self.ended = drive
        past = clock.now() - timedelta(minutes=1)
        Drive.objects.filter(id=drive.id).update(closes_at=past, gathers_until=past + timedelta(days=3))
        drive.refresh_from_db()
        decide_drive(drive=drive, by=self.secretary.by)
        run_due()

    def raise_one(self, title: str, pack: str) -> Matter:
        return raise_matter(
            place=self.compound,
            title=title,
            words="48级露天台阶，老人上下楼难。",
            pack_id=pack,
            convener=self.convener,
            decider="每个单元的业主",
            building_facts={"storeys": 8, "has_lift": True},
            cost=57_600_000,
            circle=Matter.Circle.RESIDENTS,
            by=self.secretary.by,
        )

    def ask_about(self, title: str, slips: int) -> tuple[Matter, Drive, object]:
        matter = self.raise_one(title, "cn.tianjin.lift")
        drive = put_to_owners(
            matter=matter,
            closes_at=clock.now() + timedelta(days=14),
            collectors=[self.collector.person],
            clerks=[self.clerk.person],
            share_method="area",
            share_reason="没有另外约定，按面积。",
            by=self.secretary.by,
        )
        by = self.clerk.by
        stack = start_stack(
            drive=drive, collector=self.collector.person, witness="郝素琴", collected_on=clock.today(), by=by
        )
        seats = dict(Seat.objects.filter(electorate=drive.electorate_id).values_list("short", "id"))
        said = [
            Slip(seat=seats[f"{unit}-{room}"], choice="no" if n % 10 == 9 and slips < 40 else "yes", position=n)
            for n, (unit, room) in enumerate(papers.OCCUPIED[:slips], 1)
        ]
        enter_slips(stack=stack, slips=said, by=by)
        shots = [SimpleUploadedFile(f"{n}.jpg", papers.photo(str(n))) for n in range(3)]
        attach_photos(stack=stack, files=store_pictures(by=by, uploads=shots), by=by)
        return matter, drive, stack.id

    def pages(self) -> Sequence[tuple[str, cast.Member | None, list[str]]]:
        matters = [f"/matters/{matter.id}" for matter in (self.raised, self.running, self.decided)]
        places = Place.objects.filter(path__overlap=[self.compound.id]).order_by("kind", "sort_key")
        unit = places.filter(kind=Place.Kind.UNIT).first()
        assert unit is not None
        here = f"/places/{self.compound.id}"
        office = [
            "/", "/own", "/places", f"/places/{self.community.id}", here, f"{here}/doors", f"{here}/register",
            f"/places/{unit.id}", "/matters", "/matters/new", *matters, f"{matters[0]}/put", f"{matters[2]}/result",
            f"/drives/{self.ended.id}/shares", "/reach",
        ]  # fmt: skip
        drive = f"/drives/{self.drive.id}"
        return [
            ("secretary", self.secretary, office),
            ("clerk", self.clerk, ["/", matters[1], f"{drive}/stacks", f"/stacks/{self.stack}", f"{drive}/tasks"]),
            ("collector", self.collector, ["/", "/own", matters[1], f"{drive}/face"]),
            (
                "resident",
                self.resident,
                [
                    "/",
                    "/own",
                    "/reach",
                    "/matters",
                    *matters[1:],
                    f"{matters[2]}/result",
                    f"/seats/{self.seat.id}",
                    f"/seats/{self.seat.id}/voice",
                ],
            ),
            ("nobody", None, ["/", "/sign-in", cast.way_in(self.resident), "/nowhere"]),
        ]


@pytest.fixture
def site(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Iterator[tuple[str, str, Page]]]]:
    """Opens every page of the world as everybody who may, one after another."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    world = World()
    pages = [(who, cookie_of(member), addresses) for who, member, addresses in world.pages()]
    with a_browser() as browser:

        def walk(width: int, height: int, language: str, mode: str) -> Iterator[tuple[str, str, Page]]:
            for who, session, addresses in pages:
                context = opened(browser, address, width, height)
                context.add_cookies(
                    [
                        {"name": name, "value": value, "url": address}
                        for name, value in {"linli_mode": mode, "django_language": language, **session}.items()
                    ]
                )
                page = context.new_page()
                for path in addresses:
                    answer = page.goto(path)
                    assert answer is not None
                    assert answer.status == (404 if path == "/nowhere" else 200), (
                        f"{who} gets {answer.status} at {path}"
                    )
                    yield who, urlsplit(page.url).path, page
                context.close()

        yield walk


def opened(browser: Browser, address: str, width: int, height: int) -> BrowserContext:
    return browser.new_context(viewport={"width": width, "height": height}, base_url=address)


def cookie_of(member: cast.Member | None) -> dict[str, str]:
    if member is None:
        return {}
    name = settings.SESSION_COOKIE_NAME
    return {name: cast.signed_in(member).cookies[name].value}


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_every_page_is_sound(site, width, height):
    faults = []
    for reader in READERS:
        for who, path, page in site(width, height, *reader):
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            # The menu sticks over whatever scrolls free beneath it; a still picture would take that for a fault.
            page.evaluate("document.querySelectorAll('.menu').forEach(m => m.style.position = 'static')")
            found = [*wider_than(width, page), *found_by_axe(page)]
            if width == 390:
                page.set_viewport_size({"width": 320, "height": 640})
                found += wider_than(320, page)
                page.set_viewport_size({"width": width, "height": height})
            faults += [(*reader, who, path, *fault) for fault in found]
    assert faults == []


def wider_than(width: int, page: Page) -> list[tuple[object, ...]]:
    found = page.evaluate("document.documentElement.scrollWidth")
    return [("scrolls sideways", width, found)] if found > width else []


def found_by_axe(page: Page) -> list[tuple[object, ...]]:
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    return [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in found]


def test_a_stack_is_entered_in_a_browser_without_script(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nothing that the clerk needs is hidden, disabled or out of reach where scripts do not run."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    world = World()
    shots = []
    for number in range(30, 32):
        shots.append(tmp_path / f"{number}.jpg")
        shots[-1].write_bytes(papers.photo(f"slip {number}"))
    with a_browser() as browser:
        page = browser.new_context(
            viewport={"width": 390, "height": 844}, base_url=address, locale="zh-CN", java_script_enabled=False
        ).new_page()
        page.goto(cast.way_in(world.clerk))
        page.get_by_role("button", name="进门").click()
        page.goto(f"/drives/{world.drive.id}/stacks")
        page.get_by_label("见证").fill("郝素琴")
        page.get_by_role("button", name="开始录").click()
        for unit, room in papers.OCCUPIED[-2:]:
            line = page.get_by_role("group", name=f"三单元{room}")
            assert unit == 3
            line.get_by_role("radio", name="同意", exact=True).check()
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("记下了2张表")).to_be_visible()
        page.get_by_label("选照片").set_input_files(shots)
        page.get_by_role("button", name="放进来").click()
        expect(page.get_by_text("放好了2张照片")).to_be_visible()
        expect(page.locator("[data-slip] img")).to_have_count(2)
        page.goto(f"/matters/{world.running.id}")
        page.get_by_label("几户一起出").fill("48")
        page.get_by_role("button", name="算一算").click()
        expect(page.locator("[data-share-amount]")).to_have_text("12,000.00元/户")
