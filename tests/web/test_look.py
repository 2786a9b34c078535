"""The page of parts in a browser: read by a machine that reads aloud, measured, pressed, printed."""

import io
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page
from pypdf import PdfReader

pytestmark = pytest.mark.browser

READERS = [
    (width, height, *who)
    for width, height in ((390, 844), (320, 640), (1280, 800))
    for who in (("zh-hans", "plain"), ("en", "plain"), ("zh-hans", "elder"))
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MEASURE = """() => [...document.querySelectorAll('a, button, summary, select, textarea, input')].filter(
    e => e.offsetParent && !e.closest('.skip') && !e.disabled && e.type !== 'hidden'
  ).map(e => { const t = e.closest('label') || e; const r = t.getBoundingClientRect();
    return [t.tagName + '.' + t.className + ' ' + t.textContent.trim().slice(0, 20), r.width, r.height] })"""


def opened(reader: Callable[..., BrowserContext], path: str = "/design", **who: object) -> Page:
    page = reader(**who).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert said == []
    return page


@pytest.mark.parametrize(("width", "height", "language", "mode"), READERS)
@pytest.mark.parametrize("path", ["/design", "/design/sheet"])
def test_page_is_sound(reader, path, width, height, language, mode):
    page = opened(reader, path, width=width, height=height, language=language, mode=mode)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    # The menu sticks over whatever scrolls free beneath it; a still picture would take that for a fault.
    page.evaluate("document.querySelectorAll('.menu').forEach(m => m.style.position = 'static')")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    least = 60 if mode == "elder" else 44
    small = [one for one in page.evaluate(MEASURE) if one[2] < least - 0.5 or one[1] < 44 - 0.5]
    assert small == []
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_sheet_prints_on_one_page_and_the_face_on_none(reader, language):
    page = opened(reader, "/design/sheet", width=1280, height=800, language=language)
    assert len(PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages) == 1
    page = opened(reader, width=1280, height=800, language=language)
    page.emulate_media(media="print")
    assert page.locator(".face").count() == 1
    assert not page.locator(".face").is_visible()
    assert not page.locator(".legend-list").is_visible()
    assert page.locator(".law").first.evaluate("e => e.getBoundingClientRect().height") > 0


def test_slips_by_keyboard_alone(reader):
    page = opened(reader, width=1280, height=800)
    boxes = "input[name=voice-{}]:checked"
    page.locator("input[name=voice-a]").first.focus()
    page.keyboard.press("2")
    assert page.locator(boxes.format("a")).get_attribute("value") == "no"
    assert page.locator("[data-here]").get_attribute("id") == "slip-b"
    assert page.locator("[data-slips-voice]").text_content() == "一单元301：不同意。下一户：一单元302"
    page.keyboard.press("4")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Backspace")
    assert page.locator(boxes.format("b")).count() == 0
    page.keyboard.press("Enter")
    assert page.locator("[data-here]").get_attribute("id") == "slip-c"
    page.keyboard.press("1")
    assert page.locator("[data-slips-count]").text_content() == "2/3"
    assert page.evaluate("document.activeElement.hasAttribute('data-slips-send')")


def test_share_follows_the_slider_to_the_fen(reader):
    page = opened(reader)
    slider = page.locator("#share-joined")
    assert slider.get_attribute("type") == "range"
    slider.focus()
    page.keyboard.press("End")
    # 576,000 yuan among 54 homes; those who pay the odd fen pay 10,666.67
    assert page.locator("[data-share-amount]").inner_text().startswith("10,666.67")
    page.keyboard.press("Home")
    assert page.locator("[data-share-amount]").inner_text().startswith("16,000.00")
    assert page.locator("rect[data-at=here]").get_attribute("data-joined") == "36"


def test_page_works_without_script(reader):
    page = opened(reader, script=False)
    assert page.locator("#share-joined").get_attribute("type") == "number"
    assert page.locator("[data-share-form] button").is_visible()
    assert page.locator("input[name=voice-a]").count() == 4
    page.get_by_role("button", name="长辈版").click()
    assert page.locator("html").get_attribute("data-mode") == "elder"
    assert page.url.endswith("/design")
