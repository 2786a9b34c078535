"""The whole road in a real browser on a phone's screen, in Chinese: from a link to a result on one sheet of paper.

Figures are the article's, as in ``test_by_http``.
"""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from linli.community.models import Place
from linli.record import clock
from linli.record.services import run_due
from linli.voting.models import Drive
from tests import cast
from tests.journeys import papers

pytestmark = pytest.mark.browser

Phone = Callable[[], Page]


def test_from_a_link_to_a_result_on_paper(phone: Phone, tmp_path: Path):
    community = cast.community()
    cast.organisation(community)
    secretary, clerk = cast.secretary(community), cast.clerk(community)

    office = come_in(phone(), secretary)
    build_compound(office, tmp_path)
    compound = Place.objects.get(name="聚鑫园")
    resident, collector = cast.resident(compound, "陈玉兰"), cast.collector(compound)
    matter = raise_matter(office)
    put(office, clerk, collector)

    desk = come_in(phone(), clerk)
    begin_stack(desk)
    enter_by_keyboard(desk)
    drop_photos(desk, tmp_path)

    knocker = come_in(phone(), collector)
    knocker.goto(matter)
    knocker.get_by_role("link", name="看走到哪儿了").first.click()
    expect(knocker.get_by_text("同意 48", exact=False)).to_be_visible()
    expect(knocker.get_by_text("都收到了")).to_be_visible()

    neighbour = come_in(phone(), resident)
    neighbour.goto(matter)
    expect(neighbour.get_by_text("已达到法定比例，48户同意")).to_be_visible()
    expect(neighbour.locator(".units li")).to_have_count(3)
    expect(neighbour.get_by_text("二单元602")).to_be_visible()
    expect(neighbour.locator("a[href*='/face'], a[href*='/stacks']")).to_have_count(0)

    past = clock.now() - timedelta(minutes=1)
    Drive.objects.update(closes_at=past, gathers_until=past + timedelta(days=3))
    office.goto(matter)
    office.get_by_role("button", name="表都到齐了，出结果").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("表态结果")
    expect(office.get_by_text("每户12,000.00元")).to_be_visible()
    sheets = PdfReader(io.BytesIO(office.pdf(format="A4", prefer_css_page_size=True))).pages
    assert len(sheets) == 1
    assert [round(float(side) / 72 * 25.4) for side in sheets[0].mediabox[2:]] == [210, 297]
    run_due()
    neighbour.goto("/matters")
    expect(neighbour.get_by_text("已出结果")).to_be_visible()


def come_in(page: Page, member: cast.Member) -> Page:
    page.goto(cast.way_in(member))
    page.get_by_role("button", name="进门").click()
    expect(page).to_have_url(re.compile(r"//[^/]+/$"))
    return page


def build_compound(page: Page, folder: Path) -> None:
    page.get_by_role("link", name="门户", exact=True).click()
    page.get_by_label("叫什么名字").fill("聚鑫园")
    page.get_by_role("button", name="加上").click()
    page.get_by_role("link", name="按规则排门户").click()
    page.get_by_label("这栋楼怎么排").fill("3个单元, 3–8层, 每层3户")
    page.get_by_role("button", name="先看看").click()
    expect(page.get_by_text("一共54户")).to_be_visible()
    page.get_by_role("button", name="就这样排").click()
    page.get_by_role("link", name="导入房屋表").click()
    workbook = folder / "房屋登记表.xlsx"
    workbook.write_bytes(papers.workbook({(2, "602"): "陈玉兰"}))
    page.get_by_label("选表格文件").set_input_files(workbook)
    page.get_by_role("button", name="先看一遍").click()
    expect(page.get_by_text("正在读表").first).to_be_visible()
    run_due()
    page.get_by_role("button", name="写入").click()
    expect(page.get_by_text("正在写入").first).to_be_visible()
    run_due()
    # The page renews itself; nobody has to press anything.
    expect(page.get_by_text("写好了").first).to_be_visible()


def raise_matter(page: Page) -> str:
    page.get_by_role("link", name="议事厅").first.click()
    page.get_by_role("link", name="提一件新的事").click()
    page.get_by_label("要办什么事").fill("给聚鑫园加装一部电梯")
    page.get_by_label("为什么要办").fill("48级露天台阶，老人上下楼难。")
    page.get_by_label("天津市既有住宅加装电梯").check()
    page.get_by_label("估算要花多少钱").fill("576000")
    page.get_by_label("楼有几层").fill("8")
    page.get_by_label("有", exact=True).check()
    page.get_by_role("button", name="提出这件事").click()
    expect(page.get_by_text("不在补贴范围")).to_be_visible()
    return page.url


def put(page: Page, clerk: cast.Member, collector: cast.Member) -> None:
    page.get_by_role("link", name="请业主表态").click()
    page.get_by_label("表态到哪一天").fill((clock.today() + timedelta(days=14)).isoformat())
    page.get_by_role("group", name="谁上门收表").get_by_label(collector.person.name).check()
    page.get_by_role("group", name="谁录入").get_by_label(clerk.person.name).check()
    page.get_by_label("各户一样").check()
    page.get_by_label("为什么这样分摊").fill("新电梯只从街面到3层，大家用的是同一段。")
    page.get_by_role("button", name="定下名单，开始表态").click()
    expect(page.get_by_text("开始表态了")).to_be_visible()


def begin_stack(page: Page) -> None:
    """From the first screen to the first slip without touching the mouse."""
    tab_to(page, "a[href$='/stacks']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("录入纸表")
    tab_to(page, "[name=witness]")
    page.keyboard.type("郝素琴")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("第1叠")


def enter_by_keyboard(page: Page) -> None:
    """One key for each slip, one arrow for each door without one."""
    tab_to(page, "[data-slip] input")
    for door in papers.DOORS:
        page.keyboard.press("ArrowDown" if door in papers.VACANT else "1")
    expect(page.locator("[data-slips-send]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("记下了48张表")).to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def drop_photos(page: Page, folder: Path) -> None:
    shots = []
    for number, (unit, room) in enumerate(papers.OCCUPIED, 1):
        shots.append(folder / f"{number:02d}.jpg")
        shots[-1].write_bytes(papers.photo(f"{unit}-{room}"))
    page.get_by_label("选照片").set_input_files(shots)
    page.get_by_role("button", name="放进来").click()
    expect(page.get_by_text("放好了48张照片")).to_be_visible()
    expect(page.locator("[data-slip] img")).to_have_count(48)
    last = page.locator("[data-slip] img").last
    last.scroll_into_view_if_needed()
    page.wait_for_function("picture => picture.complete && picture.naturalWidth > 0", arg=last.element_handle())
