"""Colours against the table of the look, by a second writing of the WCAG formula; and what the sheets may use."""

import gzip
import re
from pathlib import Path

import pytest

import linli.web

FOLDER = Path(linli.web.__file__).parent
SHEETS = ["ground.css", "shell.css", "parts.css", "modes.css", "paper.css"]
CSS = {name: (FOLDER / "static/web" / name).read_text() for name in SHEETS}
TOKENS = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", CSS["ground.css"].split("[lang|=en]")[0]))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour[1:]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    linear = []
    for at in (0, 2, 4):
        part = int(digits[at : at + 2], 16) / 255
        linear.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# The look's own figures: token on (paper, card, sunk).
TABLE = {
    "ink": (15.7, 16.5, 14.1),
    "ink-2": (7.5, 7.9, 6.8),
    "ink-3": (5.6, 5.9, 5.0),
    "edge": (3.9, 4.1, 3.6),
    "accent": (6.2, 6.5, 5.5),
    "red": (6.5, 6.8, 5.8),
    "pine": (6.3, 6.6, 5.7),
    "amber": (6.3, 6.6, 5.7),
    "indigo": (7.7, 8.2, 7.0),
}


@pytest.mark.parametrize("token", TABLE)
@pytest.mark.parametrize(("ground", "column"), [("paper", 0), ("card", 1), ("sunk", 2)])
def test_token_has_the_contrast_the_look_promises(token, ground, column):
    assert contrast(TOKENS[token], TOKENS[ground]) == pytest.approx(TABLE[token][column], abs=0.11)


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("white", "accent", 6.5),
        ("white", "red", 6.8),
        ("ink", "lamp", 9.9),
        ("accent-deep", "accent-wash", 5.6),
        ("red", "red-wash", 5.6),
        ("pine", "pine-wash", 5.6),
        ("amber", "amber-wash", 5.6),
        ("indigo", "indigo-wash", 5.6),
        ("accent", "accent-wash", 4.5),
        ("ink", "amber-wash", 7),
        ("ink", "lamp-soft", 7),
    ],
)
def test_text_on_its_own_ground_is_readable(front, back, least):
    assert contrast(TOKENS[front], TOKENS[back]) >= least


def test_all_sheets_together_stay_small():
    assert len(gzip.compress("".join(CSS.values()).encode(), 9)) <= 20_000


def test_icons_stay_small():
    drawn = re.findall(r'<symbol id="i-[a-z]+".*?</symbol>', (FOLDER / "templates/web/icons.svg").read_text())
    assert 18 <= len(drawn) <= 24
    assert sum(map(len, drawn)) <= 4096


# What Chrome 87 and Safari 14 drop, and with it the rule it stands in. (A sheet may improve a page with :has, in
# rules of its own, and with what is ignored property by property.)
@pytest.mark.parametrize(
    "modern",
    [
        r"@layer",
        r"@container",
        r":is\(",
        r":where\(",
        r"[\s{;](translate|rotate|scale):",
        r"aspect-ratio",
        r"\binset:",
        r"\n\s*&",
        r"@import",
        r"color-mix",
    ],
)
@pytest.mark.parametrize("sheet", SHEETS)
def test_sheet_needs_no_newer_browser(sheet, modern):
    bare = re.sub(r"/\*.*?\*/", "", CSS[sheet], flags=re.S)
    assert not re.search(modern, bare)


def test_has_only_improves():
    for sheet in CSS.values():
        for selectors in re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)):
            parts = [part for part in selectors.split(",") if ":has(" in part]
            assert not parts or len(parts) == len(selectors.split(",")), selectors


# ES2020 and no later: what came after it.
@pytest.mark.parametrize(
    "later",
    [
        r"\?\?=",
        r"\|\|=",
        r"&&=",
        r"\.at\(",
        r"replaceAll\(",
        r"\bstatic \{",
        r"#\w+ ?[=(]",
        r"\d_\d",
        r"structuredClone",
        r"Object\.hasOwn",
    ],
)
@pytest.mark.parametrize("module", sorted(path.name for path in (FOLDER / "static/web").glob("*.js")))
def test_module_is_of_2020(module, later):
    assert not re.search(later, (FOLDER / "static/web" / module).read_text())


@pytest.mark.parametrize("path", sorted((FOLDER.parent).glob("*/templates/**/*.*")), ids=lambda path: path.name)
def test_template_has_nothing_inline(path):
    words = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", words)
    for script in re.findall(r"<script[^>]*>", words):
        assert " src=" in script, script


def test_every_icon_named_is_drawn():
    drawn = set(re.findall(r'id="i-([a-z]+)"', (FOLDER / "templates/web/icons.svg").read_text()))
    for path in FOLDER.parent.glob("*/templates/**/*.html"):
        named = set(re.findall(r'{% icon "([a-z-]+)"', path.read_text()))
        assert named <= drawn, path
