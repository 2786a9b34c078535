"""Makes the fonts of papers anew: one file for each weight, of the slices that an npm package holds.

    npm pack @fontsource/noto-serif-sc@5.3.0
    uv run --no-project --with fonttools --with brotli python scripts/fonts.py fontsource-noto-serif-sc-5.3.0.tgz

The package must be the one named here, by its hash. What is kept: its set for simplified Chinese, all of GB 2312, and
the signs of papers; the shapes are the package's, unhinted, for horizontal lines. The family has a name of its own, so
that a font of the same origin on somebody's machine never takes its place.
"""

import hashlib
import io
import sys
import tarfile
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont

SHA256 = "e46d02fdaba2e816c8cdbc38188c80830b5f6af75fff207d0204e25d23d48fd4"
FAMILY = "Linli Song"
WEIGHTS = {400: "Regular", 700: "Bold"}
FOLDER = Path(__file__).resolve().parents[1] / "src/linli/web/papers/fonts"
#: Latin and its marks; punctuation, arrows, figures in rings, boxes, squares; full-width signs; units.
SIGNS = {
    *range(0x20, 0x180),
    *range(0x2000, 0x2700),
    *range(0x3000, 0x3040),
    *range(0x3200, 0x3400),
    *range(0xFF00, 0xFFF0),
}


def gb2312() -> set[int]:
    rows = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(sign) for pair in rows for sign in pair.decode("gb2312", "ignore")}


def slices(package: tarfile.TarFile, weight: int) -> list[tuple[str, bytes]]:
    """The package's files of one weight: the set for simplified Chinese first, then Latin, then the others."""
    suffix = f"-{weight}-normal.woff2"
    names = [name for name in package.getnames() if name.endswith(suffix)]
    names.sort(
        key=lambda name: ("chinese-simplified" not in name, "-latin-4" not in name and "-latin-7" not in name, name)
    )
    return [(name, package.extractfile(name).read()) for name in names]


def cut(content: bytes, keep: set[int]) -> io.BytesIO:
    """One slice with only the characters to ``keep``."""
    font = TTFont(io.BytesIO(content))
    options = subset.Options(
        layout_features=["halt", "palt", "kern"], hinting=False, notdef_outline=True, name_IDs=[], glyph_names=False
    )
    options.drop_tables += ["STAT", "vhea", "vmtx", "BASE", "VORG"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=keep)
    subsetter.subset(font)
    font.flavor = None
    out = io.BytesIO()
    font.save(out)
    out.seek(0)
    return out


def make(package: tarfile.TarFile, weight: int, work: Path) -> TTFont:
    """The font of one weight."""
    files = slices(package, weight)
    wanted = SIGNS | gb2312() | set(TTFont(io.BytesIO(files[0][1])).getBestCmap())
    parts: list[str] = []
    got: set[int] = set()
    for _, content in files:
        keep = (set(TTFont(io.BytesIO(content)).getBestCmap()) & wanted) - got
        if keep:
            part = work / f"{weight}-{len(parts)}.ttf"
            part.write_bytes(cut(content, keep).getvalue())
            parts.append(str(part))
            got |= keep
    font = merge.Merger().merge(parts)
    name(font, weight)
    return font


def name(font: TTFont, weight: int) -> None:
    """Its own name, the origin's licence, and a date that is always the same."""
    names = font["name"]
    names.names = []
    style = WEIGHTS[weight]
    words = {
        0: "(c) 2017-2024 Adobe (http://www.adobe.com/). A subset of Noto Serif SC.",
        1: FAMILY,
        2: style,
        3: f"{FAMILY} {style} 5.3.0",
        4: f"{FAMILY} {style}",
        5: "Version 5.3.0",
        6: f"LinliSong-{style}",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "http://scripts.sil.org/OFL",
    }
    for key, text in words.items():
        names.setName(text, key, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    bold = weight == 700
    font["OS/2"].fsSelection = 0x20 if bold else 0x40
    font["head"].macStyle = 1 if bold else 0
    font["head"].created = font["head"].modified = 3_786_912_000
    font.recalcTimestamp = False


def main(archive: str, work: str) -> None:
    content = Path(archive).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        sys.exit(f"another package: {found}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as package:
        licence = package.extractfile("package/LICENSE").read()
        (FOLDER / "OFL.txt").write_bytes(licence)
        for weight in WEIGHTS:
            font = make(package, weight, Path(work))
            font.save(FOLDER / f"LinliSong-{WEIGHTS[weight]}.ttf")
    covered = "".join(map(chr, sorted(font.getBestCmap())))
    (FOLDER / "covered.txt").write_text(covered, "utf-8")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        main(sys.argv[1], folder)
