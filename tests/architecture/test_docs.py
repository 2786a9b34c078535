"""What the pages for people say is there is there, and what they show as typed is typed here."""

import json
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from linli.cli import COMMANDS, main
from tests.architecture.house import ROOT, listed

FRONT = ("README.md", "README.zh-CN.md")
PAGES = sorted(path for path in listed() if path.endswith(".md"))
PICTURES = sorted(path for path in listed() if path.startswith("docs/pictures/"))


@cache
def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def targets(page: str) -> list[str]:
    """What a page links to or shows, as written; code is not read."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text(page), flags=re.M | re.S)
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def anchors(page: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text(page), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_picture_leads_somewhere(page: str) -> None:
    for target in targets(page):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        led = (ROOT / page).parent.joinpath(path).resolve() if path else ROOT / page
        assert led.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in anchors(str(led.relative_to(ROOT))), f"{page}: {target}"


def test_both_front_pages_show_every_picture_and_the_same_examples() -> None:
    shown = [{target for target in targets(page) if target.endswith(".png")} for page in FRONT]
    assert shown == [set(PICTURES)] * 2
    assert files(FRONT[0]) == files(FRONT[1])
    assert [example[:2] for example in examples(FRONT[0])] == [example[:2] for example in examples(FRONT[1])]


def test_pictures_are_small() -> None:
    sizes = [(ROOT / path).stat().st_size for path in PICTURES]
    assert max(sizes) <= 120_000
    assert sum(sizes) <= 700_000


def files(page: str) -> dict[str, str]:
    return dict(re.findall(r"^```json (\S+)\n(.*?)^```$", text(page), re.M | re.S))


def examples(page: str) -> list[tuple[str, str]]:
    """(what is typed after ./linli, what is answered)"""
    sessions = re.findall(r"^```console\n(.*?)^```$", text(page), re.M | re.S)
    return [found for each in sessions for found in re.findall(r"^\$ \./linli (.*)\n((?:(?!\$ ).*\n)+)", each, re.M)]


@pytest.mark.parametrize("page", FRONT)
def test_the_example_of_the_front_page_is_true(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, document in files(page).items():
        Path(name).write_text(document, "utf-8")
    assert examples(page)
    for typed, answer in examples(page):
        assert main(shlex.split(typed)) == 0
        assert json.loads(capsys.readouterr().out) == json.loads(answer)


@pytest.mark.parametrize("page", FRONT)
def test_the_sentence_under_the_example_is_true(page, tmp_path, monkeypatch, capsys):
    """By hand, 116.84 of 171.20 is over two thirds; and what the page says of an unknown area holds."""
    assert "116.84 × 3 = 350.52" in text(page)
    assert "171.20 × 2 = 342.40" in text(page)
    assert (11684 * 3, 17120 * 2) == (35052, 34240)
    document = json.loads(files(page)["unit.json"])
    document["units"][2]["area"] = None
    (tmp_path / "unknown.json").write_text(json.dumps(document), "utf-8")
    assert main(["rules", "verdict", str(tmp_path / "unknown.json")]) == 1
    judged = json.loads(capsys.readouterr().out)
    assert judged["state"] == "unverifiable"
    assert [test["met"] for test in judged["tests"]] == [True, None, True]


def code(page: str) -> list[str]:
    """Blocks of code, and code within a line."""
    fenced = re.findall(r"^```\w*[^\n]*\n(.*?)^```$", text(page), re.M | re.S)
    return [*fenced, *re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text(page), flags=re.M | re.S))]


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_a_page_names_exist(page: str) -> None:
    """`make x` is in the Makefile; `./linli x` or `linli x` is a command; a path of the house is in the house."""
    spoken = "\n".join(code(page))
    made = set(re.findall(r"^make (\w+)", spoken, re.M))
    assert made <= set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    typed = set(re.findall(r"^(?:\$ )?(?:\./)?linli ([a-z]\w+)", spoken, re.M))
    assert typed <= {*COMMANDS, "install"}
    named = set(re.findall(r"^((?:src/linli|docs|scripts|tests|requirements|benchmarks)/[\w./-]+)$", spoken, re.M))
    assert [path for path in named if not (ROOT / path).exists()] == []
