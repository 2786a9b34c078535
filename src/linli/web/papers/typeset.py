"""A paper as PDF and as pictures, set by typst from ``paper.typ``; the same input gives the same bytes.

Words reach the template as data, never as markup. Its fonts lie here; the machine's own are asked only where a word has
a character that these do not have. Nothing is read from elsewhere, and nothing is fetched.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal, cast

import segno
import typst

from linli.web.papers.paper import Paper, plain

HERE = Path(__file__).parent
FONTS = HERE / "fonts"

#: Pixels of a picture, as chat apps show it: 3 to 4, upright.
WIDTH, HEIGHT = 1080, 1440

Shape = Literal["a4", "picture"]


def pdf(papers: Sequence[Paper]) -> bytes:
    """Papers one after another on A4, each beginning a page."""
    return cast(bytes, typeset(papers, "a4", "pdf"))


def pictures(paper: Paper) -> list[bytes]:
    """The paper as PNG of 1080 × 1440 pixels, as many as its words need at a size that a phone can show."""
    made = typeset([paper], "picture", "png")
    return [made] if isinstance(made, bytes) else made


def typeset(papers: Sequence[Paper], shape: Shape, form: Literal["pdf", "png"]) -> bytes | list[bytes]:
    """What typst makes of the papers; ``timestamp`` 0, so that the moment of making is not in them."""
    words = json.dumps([data_of(paper) for paper in papers], ensure_ascii=False)
    compiler = typst.Compiler(
        HERE / "paper.typ", root=HERE, font_paths=fonts(covered(words)), sys_inputs={"papers": words, "shape": shape}
    )
    made = compiler.compile(format=form, ppi=72.0, timestamp=0)
    assert made is not None
    return made


def data_of(paper: Paper) -> dict[str, object]:
    """A paper as the template reads it."""
    return {
        "issuer": paper.issuer,
        "title": paper.title,
        "number": paper.number,
        "date": paper.date,
        "blocks": [form for block in paper.blocks for form in plain(block)],
        "signed": list(paper.signed),
        "stamp": paper.stamp_words,
        "proof": list(paper.proof),
        "code": code_of(paper.code) if paper.code else "",
        "leaf": paper.leaf,
        "language": "en" if paper.language.startswith("en") else "zh",
    }


def code_of(address: str) -> str:
    """The QR code of an address, as SVG."""
    return str(segno.make(address, error="m", micro=False).svg_inline(border=0, omitsize=True))


@cache
def fonts(own: bool) -> typst.Fonts:
    """The fonts of papers; where these do not suffice (``own`` is False), with the machine's behind them."""
    return typst.Fonts(include_system_fonts=not own, include_embedded_fonts=False, font_paths=[str(FONTS)])


def covered(words: str) -> bool:
    """Whether the fonts here have every character."""
    return set(words) <= characters()


@cache
def characters() -> frozenset[str]:
    """Every character that the fonts here have, and those that are never drawn."""
    return frozenset((FONTS / "covered.txt").read_text("utf-8")) | frozenset("\n\r\t")
