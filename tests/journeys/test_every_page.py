"""Every page that the road has, in a browser, with a drive's real content: sound for a machine that reads aloud, no
wider than the screen, in Chinese, English and large print.

The parts of pages are looked at one by one in tests/web; this looks at the pages themselves, where parts meet.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from linli.accounts.models import DoorCode
from linli.accounts.services import (
    ask_phone_code,
    begin_totp,
    claim_door,
    confirm_totp,
    invite_helper,
    print_door_codes,
    readmit_person,
)
from linli.accounts.services.factors import number_at
from linli.accounts.tokens import token_of
from linli.community.models import Place, RegisterDraft, RegisterImport
from linli.community.services import order_register, take_in_ordered
from linli.files.services import store_pictures
from linli.matters.models import Matter
from linli.matters.services import put_to_owners, raise_matter
from linli.messaging.services import (
    appeal_text,
    approve_text,
    keep_channel,
    name_reviewers,
    object_to_notice,
    post_notice,
    return_text,
    write_notice,
)
from linli.portal.services import add_blank, order_archive
from linli.record import clock
from linli.record.sealed import open_sealed
from linli.record.services import run_due
from linli.voting.models import Drive, Seat, Voice
from linli.voting.services import (
    Slip,
    attach_photos,
    correct_slip,
    decide_anew,
    decide_drive,
    enter_slips,
    give_voice,
    order_recount,
    paste_chain,
    start_stack,
)
from tests import cast
from tests.journeys import papers
from tests.journeys.conftest import a_browser
from tests.journeys.town import officer_of
from tests.web.blanks import docx_of

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
        self.building = Place.objects.get(kind=Place.Kind.BUILDING)
        print_door_codes(place=self.building, by=self.clerk.by)
        code = DoorCode.objects.select_related("dwelling").order_by("dwelling__sort_key")[0]
        self.door, self.lost_slip = f"/d/{token_of(code)}", f"/codes/door/{code.dwelling_id}"
        self.lose_phones()
        self.claim = claim_door(token=token_of(code), name="于慧敏", relation="owner", secret="one phone")
        self.help = invite_helper(elder=self.resident.person, name="业小燕", kin="child", by=self.resident.by)
        self.convener = cast.organisation(self.community)
        self.registers = [self.register(by) for by in (self.secretary, self.clerk, self.clerk)]
        self.raised = self.raise_one("修一修大门口的坡道", "cn.civil-code.278.special")
        self.running, self.drive, self.stack = self.ask_about("给聚鑫园加装一部电梯", 30)
        self.blank = add_blank(
            community=self.community,
            title="房屋名册（上级的空表）",
            source="register",
            upload=SimpleUploadedFile("空表.docx", docx_of("{{小区}}，电话{{电话}}", table=[("{{房号}}", "{{业主}}")])),
            by=self.clerk.by,
        )
        order_archive(
            community=self.community,
            theme="deliberation",
            since=clock.today(),
            until=clock.today(),
            by=self.clerk.by,
        )
        paste_chain(drive=self.drive, text="1. 3-801 王 同意\n2. 3-802 刘 再说吧\n3. 李阿姨 再说", by=self.clerk.by)
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
        self.look_into(drive)
        self.post_notices()
        self.officer = officer_of(self.community)
        cast.signed_in(self.collector)
        begin_totp(account=self.collector.person.claims.get().account, by=self.collector.by)
        told = {"url": "https://sms.example.cn/send", "key_id": "us", "secret": "nobody reads this"}
        self.way = keep_channel(community=self.community, kind="sms", title="短信", told=told, by=self.secretary.by)
        self.code = f"/sign-in/code/{ask_phone_code(phone='13800001234', once='one form')}"

    def lose_phones(self) -> None:
        """The resident was let in anew; the clerk, who has a second key, waits for a second word."""
        by = cast.director(self.community).by
        for member in (self.resident, self.clerk):
            cast.signed_in(member)
            readmit_person(person=member.person, basis="met", number_too=False, by=by)
        account, by = self.clerk.person.claims.get().account, self.clerk.by
        secret = base64.b32decode(open_sealed(begin_totp(account=account, by=by), "secret_sealed"))
        confirm_totp(account=account, number=number_at(secret, int(clock.now().timestamp()) // 30), by=by)

    def look_into(self, drive: Drive) -> None:
        """The result was decided anew over a slip that was misread, and is looked into a second time."""
        recount = order_recount(drive=drive, reason="有一张纸表录反了", by=self.secretary.by)
        paper = Voice.objects.get(drive=drive, seat__short="1-301")
        correct_slip(voice=paper, choice="no", reason="勾的是不同意", by=self.clerk.by)
        decide_anew(recount=recount, by=self.clerk.by)
        order_recount(drive=drive, reason="还有一张要看", by=self.secretary.by)

    def register(self, reader: cast.Member) -> RegisterDraft:
        """A messy register on its way in: read by the secretary; taken in, then under way, by the clerk."""
        lines = [
            "门牌,面积,业主,户主,宗教信仰",
            "1-301,3.00,业主一、业主二,,",
            "1-302,约80,,,",
            "3-801,,业主二,业主二,",
        ]
        draft = cast.read_in(self.compound, "\n".join(lines).encode(), reader.by)
        if reader is self.clerk:
            order_register(draft=draft, by=reader.by)
        if reader is self.clerk and not RegisterImport.objects.filter(by_person=reader.person).exists():
            take_in_ordered(draft.id)
            RegisterDraft.objects.filter(id=draft.id).update(by_person=self.secretary.person)
        return draft

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

    def post_notices(self) -> None:
        """A notice that runs with what was said against it, one that waits for its review, one with an appeal."""
        by, leader = self.clerk.by, self.collector.by
        name_reviewers(
            community=self.community,
            reviewer=self.secretary.person,
            deputy=cast.clerk(self.community, "何晓芸").person,
            by=self.secretary.by,
        )
        words = "3个单元54户，48户同意。有事找林小梅，电话13812341234，一单元401。"
        more: dict[str, Any] = {
            "place": self.compound,
            "issuer": self.convener,
            "contact": "社区服务站一楼",
            "days": 15,
        }
        self.waiting = write_notice(title="停水公示", text=words, by=by, **more)
        self.back = write_notice(title="停电公示", text=words, by=by, **more)
        seen = self.back.review.fingerprint
        return_text(review=self.back.review, seen=seen, reason="incomplete", words="写清楚几点。", by=self.secretary.by)
        self.notice = write_notice(title="聚鑫园加装电梯协议公示", text=words, by=by, **more)
        approve_text(review=self.notice.review, seen=self.notice.review.fingerprint, by=self.secretary.by)
        for posting in self.notice.postings.all():
            post_notice(posting=posting, at=clock.now(), by=leader)
        said = [
            object_to_notice(notice=self.notice, text="施工太吵，白天再干。", by=self.resident.by) for _ in range(2)
        ]
        approve_text(review=said[0].review, seen=said[0].review.fingerprint, by=self.secretary.by)
        self.objection, self.returned = said[0], said[1].review
        seen = self.returned.fingerprint
        return_text(review=self.returned, seen=seen, reason="insult", words="请说事情。", by=self.secretary.by)
        self.supervisor = cast.supervisor(self.community)
        self.appeal = appeal_text(review=self.returned, words="没有骂人。", by=self.resident.by)

    def pages(self) -> Sequence[tuple[str, cast.Member | Client | None, list[str]]]:
        matters = [f"/matters/{matter.id}" for matter in (self.raised, self.running, self.decided)]
        places = Place.objects.filter(path__overlap=[self.compound.id]).order_by("kind", "sort_key")
        unit = places.filter(kind=Place.Kind.UNIT).first()
        assert unit is not None
        here = f"/places/{self.compound.id}"
        notice, reviews = f"/notices/{self.notice.id}", f"/reviews/{self.waiting.review_id}"
        appealed = f"/reviews/{self.returned.id}"
        office = [
            "/", "/own", "/search", "/keys", "/places", f"/places/{self.community.id}", here, f"{here}/doors",
            f"{here}/register", f"/places/{unit.id}", "/matters", "/matters/new", *matters, f"{matters[0]}/put",
            f"{matters[0]}/edit", f"{matters[0]}/withdraw", f"{matters[2]}/recount",
            f"{matters[2]}/result",
            "/notices", "/reviews", notice, reviews, f"{matters[2]}/announce", f"/drives/{self.drive.id}/chain",
            f"{matters[1]}/papers", f"{matters[2]}/papers", f"/drives/{self.drive.id}/chain",
            "/papers", f"/papers/blanks/{self.blank.id}?of={self.compound.id}",
            "/people/leaders", "/people?name=业主", f"/people/{self.resident.person.id}",
            f"/people/{self.clerk.person.id}", "/bodies", "/codes", "/codes/door", self.lost_slip,
            f"/codes/{self.building.id}", "/own/keys", "/own/devices", "/family/at-door", "/claims",
            f"/claims/{self.claim.id}", "/reach",
            "/ways", "/ways/sms", "/ways/email", "/ways/quiet", "/ways/reviewers", f"/ways/{self.way.id}",
            f"/papers/notice/{self.notice.id}/email",
        ]  # fmt: skip
        read, taken, ordered = (f"{here}/register/{draft.id}" for draft in self.registers)
        imported = RegisterImport.objects.latest("id")
        office += [read, taken, f"{here}/imports/{imported.id}/undo"]
        drive = f"/drives/{self.drive.id}"
        return [
            ("secretary", self.secretary, office),
            ("supervisor", self.supervisor, ["/", "/reviews", appealed]),
            (
                "clerk",
                self.clerk,
                [
                    "/",
                    "/notices/new",
                    f"/notices/{self.back.id}/revise",
                    f"/objections/{self.objection.id}/answer",
                    matters[1],
                    f"{matters[2]}/papers",
                    f"{drive}/stacks",
                    f"/stacks/{self.stack}",
                    ordered,
                    f"{drive}/tasks",
                    f"{drive}/chain",
                    "/own/keys",
                    "/own/keys/paper",
                    matters[2],
                    f"/drives/{self.ended.id}/tasks",
                    f"/drives/{self.ended.id}/corrections?door=1-301",
                ],
            ),
            ("collector", self.collector, ["/", "/own", "/own/keys/app", matters[1], f"{drive}/face", self.lost_slip]),
            ("officer", self.officer, ["/figures"]),
            (
                "resident",
                self.resident,
                [
                    "/",
                    "/own",
                    "/jianfu",
                    "/search",
                    "/reach",
                    "/matters",
                    "/notices",
                    notice,
                    f"{notice}/sheet",
                    f"{notice}/sheet/pictures",
                    f"{notice}/object",
                    appealed,
                    *matters[1:],
                    f"{matters[2]}/result",
                    f"{matters[2]}/results/1",
                    f"{matters[2]}/result/pictures",
                    f"/check/{self.running.thread_id}",
                    f"/check/{self.notice.thread_id}",
                    f"/seats/{self.seat.id}",
                    f"/seats/{self.seat.id}/voice",
                ],
            ),
            ("resident", self.resident, ["/own/data", "/own/devices", "/own/family", f"/own/family/{self.help.id}"]),
            ("nobody", None, [self.code, self.door, f"/h/{token_of(self.help)}"]),
            (
                "nobody",
                None,
                ["/", f"/check/{self.decided.thread_id}", "/sign-in", cast.way_in(self.resident), "/nowhere"],
            ),
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


def cookie_of(member: cast.Member | Client | None) -> dict[str, str]:
    if member is None:
        return {}
    name = settings.SESSION_COOKIE_NAME
    browser = member if isinstance(member, Client) else cast.signed_in(member)
    return {name: browser.cookies[name].value}


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
