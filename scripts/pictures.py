"""Takes the pictures of docs/pictures anew: starts a demo of its own, walks it in Chromium, stops it.

`make pictures`. What is under way in the demo is told as of today, so its dates change with each run.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
#: A sheet of A4 at 96 dots to the inch: what paper.css leaves of it, and the margins around that.
SHEET, MARGIN = (688, 1032), (53, 45)
LIFT, OTHER_LIFT, NOTICE = "给聚鑫园加装一部电梯", "给紫藤里加装一部电梯", "更换单元门禁的报价公示"
SECRETARY, CLERK, LEADER, RESIDENT, NEIGHBOUR = "周文静", "林小梅", "赵建国", "陈玉兰", "李桂珍"


@contextmanager
def demo() -> Iterator[dict[str, str]]:
    """A demo in a folder of its own; gives each persona's sign-in link, and removes everything at the end."""
    folder = Path(tempfile.mkdtemp(prefix="linli-pictures-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = subprocess.Popen(
        [str(ROOT / "linli"), "demo", "--port", str(port), "--workers", "1"],
        env={**os.environ, "LINLI_DATA": str(folder / "data")},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        links: dict[str, str] = {}
        while NEIGHBOUR not in links:
            line = started.stdout.readline() if started.stdout else ""
            if not line:
                raise SystemExit("the demo did not start")
            if found := re.match(r"  (\w+)（.*\s(http\S+)$", line):
                links[found[1]] = found[2]
        yield links
    finally:
        started.terminate()
        started.wait()
        # As root the database lives elsewhere, behind a link.
        shutil.rmtree((folder / "data" / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


class Camera:
    """Comes in as somebody, once each, and keeps what it sees as small PNGs."""

    def __init__(self, browser: Browser, links: dict[str, str]) -> None:
        self.browser = browser
        self.links = links
        self.inside: dict[str, str] = {}
        self.address = re.match(r"http://[^/]+", links[RESIDENT])[0]  # type: ignore[index]

    def page(self, who: str, width: int, height: int, *, scale: float = 1, mode: str = "plain") -> Page:
        """A page of this person on a screen of this size, in standard or elder mode, in Chinese."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            base_url=self.address,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        if who in self.inside:
            context.add_cookies([{"name": "sessionid", "value": self.inside[who], "url": self.address}])
        context.add_cookies([{"name": "linli_mode", "value": mode, "url": self.address}])
        page = context.new_page()
        if who not in self.inside:
            page.goto(self.links[who])
            page.get_by_role("button", name="进门").click()
            page.wait_for_load_state("networkidle")
            (self.inside[who],) = [each["value"] for each in context.cookies() if each["name"] == "sessionid"]
        return page

    def keep(self, page: Page, name: str, margin: tuple[int, int] = (0, 0)) -> None:
        """Write what is seen as docs/pictures/``name``.png, in an empty ``margin`` (at the sides, above and below)."""
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        framed = ImageOps.expand(picture, margin, "white")
        few = framed.quantize(palette=palette_of(framed), dither=Image.Dither.NONE)
        few.save(PICTURES / f"{name}.png", optimize=True)


def palette_of(picture: Image.Image) -> Image.Image:
    """256 colours: half for the commonest, so that paper stays paper; half so that no rare one is lost."""
    pixels = picture.tobytes()
    counts = Counter(zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True))
    commonest = [part for colour, _ in counts.most_common(128) for part in colour]
    others = picture.quantize(128, Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(commonest + others[: 3 * 128])
    return palette


def open_matter(page: Page, title: str) -> Page:
    page.goto("/matters")
    page.get_by_role("link", name=title).click()
    page.wait_for_load_state("networkidle")
    return page


def take_all(camera: Camera) -> None:
    camera.keep(open_matter(camera.page(RESIDENT, 1280, 1225), LIFT), "matter")
    camera.keep(open_matter(camera.page(NEIGHBOUR, 390, 844, scale=2), OTHER_LIFT), "neighbour-phone")

    home = camera.page(RESIDENT, 390, 844, scale=2)
    home.goto("/")
    camera.keep(home, "home-phone")

    notice = camera.page(RESIDENT, 390, 844, scale=2)
    notice.goto("/notices")
    notice.get_by_role("link", name=NOTICE).click()
    notice.wait_for_load_state("networkidle")
    camera.keep(notice, "notice-phone")

    word = camera.page(RESIDENT, 390, 844, scale=2, mode="elder")
    word.goto("/")
    word.get_by_role("link", name="看清楚，再答复").click()
    word.get_by_text("同意", exact=True).click()
    word.get_by_role("button", name="下一步：签字").click()
    word.wait_for_load_state("networkidle")
    word.locator(".sign").scroll_into_view_if_needed()
    camera.keep(word, "sign-phone")

    board = camera.page(SECRETARY, 1280, 800)
    board.goto("/")
    camera.keep(board, "board")

    walk = camera.page(LEADER, 1280, 760)
    walk.goto("/")
    walk.get_by_role("link", name="看走到哪儿了").first.click()
    walk.wait_for_load_state("networkidle")
    camera.keep(walk, "face")

    desk = open_matter(camera.page(CLERK, 1280, 860), OTHER_LIFT)
    desk.locator("a[href$='/stacks']").first.click()
    desk.locator("main a[href^='/stacks/']").first.click()
    desk.wait_for_load_state("networkidle")
    desk.evaluate("scrollTo(0, 0)")
    camera.keep(desk, "slips")

    office = open_matter(camera.page(SECRETARY, *SHEET), LIFT)
    office.emulate_media(media="print")
    office.goto(f"{office.url}/result")
    office.wait_for_load_state("networkidle")
    camera.keep(office, "result", MARGIN)


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demo() as links, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        take_all(Camera(browser, links))
        browser.close()


if __name__ == "__main__":
    main()
