"""A blank from outside, measured before anything believes it: what is too large, runs or reaches outside is refused."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Literal
from xml.parsers import expat

from linli.rules.errors import Refused

Kind = Literal["docx", "xlsx"]

MAX_BYTES = 5 * 1024 * 1024
MAX_PARTS = 300
MAX_UNPACKED = 40 * 1024 * 1024
#: How many times smaller an archive may make a part; real documents stay below 60.
MAX_RATIO = 200
MAX_ELEMENTS = 400_000
MAX_DEPTH = 100
MAX_ROWS = 5_000
MAX_COLUMNS = 200
#: Cells of all merged ranges together: each of them is made in memory.
MAX_MERGED = 20_000

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN: dict[str, Kind] = {f"{WORD}document.main+xml": "docx", f"{SHEET}sheet.main+xml": "xlsx"}
#: Every kind of part that a plain document has; macros, embedded objects, controls and other documents are none of it.
PLAIN = frozenset(
    (
        *MAIN,
        "application/xml",
        "application/vnd.openxmlformats-package.relationships+xml",
        "application/vnd.openxmlformats-package.core-properties+xml",
        f"{OFFICE}extended-properties+xml",
        f"{OFFICE}custom-properties+xml",
        f"{OFFICE}customXmlProperties+xml",
        f"{OFFICE}theme+xml",
        f"{OFFICE}vmlDrawing",
        f"{OFFICE}drawing+xml",
        *(f"{WORD}{part}+xml" for part in ("styles", "settings", "webSettings", "fontTable", "numbering", "header")),
        *(f"{WORD}{part}+xml" for part in ("footer", "footnotes", "endnotes", "comments", "people")),
        "application/vnd.ms-word.stylesWithEffects+xml",
        *(f"{SHEET}{part}+xml" for part in ("worksheet", "styles", "sharedStrings", "comments")),
        f"{SHEET}printerSettings",
        *(f"image/{kind}" for kind in ("png", "jpeg", "jpg", "gif", "bmp")),
    )
)
#: Instructions of a field in a document that only count pages and days.
FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "DATE", "TIME"})
NAMES = frozenset({"_xlnm.Print_Area", "_xlnm.Print_Titles", "_xlnm._FilterDatabase"})
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


def opened(data: bytes) -> tuple[Kind, zipfile.ZipFile]:
    """What kind of blank it is, and its archive, whose every part has been measured. Refused, in plain words: what is
    too large or broken, has a password, macros, embedded or outside things, formulas, or a document type."""
    if len(data) > MAX_BYTES:
        raise Refused(
            "blank.too-large", "这份空表太大了，最多{most}MB。请删掉里面的大图片再交。", most=MAX_BYTES // 1024**2
        )
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            "blank.old-kind", "这是旧格式（.doc、.xls）或设了密码的文件。请另存为 .docx 或 .xlsx，不设密码，再交。"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        return measure(archive), archive
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, ValueError, NotImplementedError):
        raise broken() from None
    except RuntimeError:
        raise Refused("blank.locked", "这份空表设了密码。请取消密码，另存一份再交。") from None


def broken() -> Refused:
    """The refusal of what is no document at all, or was made to look like one."""
    return Refused("blank.broken", "这份空表打不开，或者不是 .docx、.xlsx。请在办公软件里打开它，另存一份再交。")


def not_plain(part: str) -> Refused:
    """The refusal of a part that plain documents do not have, naming it."""
    return Refused(
        "blank.not-plain",
        "这份空表里带有宏、嵌入的对象或别的文件（{part}），不能收。请另存为普通的 .docx 或 .xlsx 再交。",
        part=part[:80],
    )


def reaches_outside() -> Refused:
    """The refusal of links, includes and data that come from elsewhere."""
    return Refused(
        "blank.reaches-outside", "这份空表会去读别的文件或网址，不能收。请删掉外部链接、引用和数据连接再交。"
    )


def measure(archive: zipfile.ZipFile) -> Kind:
    """The kind of the archive, after every part of it was looked at."""
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or len({name.lower() for name in names}) != len(names) or any(map(leaves_folder, names)):
        raise broken()
    if sum(part.file_size for part in parts) > MAX_UNPACKED or any(map(swells, parts)):
        raise Refused("blank.swells", "这份空表解开后太大，不像一张空表。请把内容复制到一份新的文件里再交。")
    types = Types(unpack(archive, "[Content_Types].xml"))
    for part in parts:
        if not part.is_dir() and part.filename != "[Content_Types].xml":
            look_at(part.filename, types.of(part.filename), unpack(archive, part.filename))
    return types.kind()


def leaves_folder(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name


def swells(part: zipfile.ZipInfo) -> bool:
    return part.file_size > 1024 * 1024 and part.file_size > MAX_RATIO * max(part.compress_size, 1)


def unpack(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, whose size is what the archive says."""
    try:
        part = archive.getinfo(name)
    except KeyError:
        raise broken() from None
    with archive.open(part) as stream:
        content = stream.read(part.file_size + 1)
    if len(content) != part.file_size:
        raise broken()
    return content


def look_at(name: str, media_type: str, content: bytes) -> None:
    """Refuse a part that a plain document does not have, or that does more than show."""
    if media_type not in PLAIN or (media_type == "application/xml" and not name.startswith("customXml/")):
        raise not_plain(name)
    if not media_type.startswith("image/") and not media_type.endswith("printerSettings"):
        Look().at(content)


class Types:
    """[Content_Types].xml: what each part is."""

    def __init__(self, content: bytes) -> None:
        self.by_name: dict[str, str] = {}
        self.by_suffix: dict[str, str] = {}
        for tag, attributes in elements(content):
            if tag == "Override":
                self.by_name[attributes.get("PartName", "").lower()] = attributes.get("ContentType", "")
            elif tag == "Default":
                self.by_suffix[attributes.get("Extension", "").lower()] = attributes.get("ContentType", "")

    def of(self, name: str) -> str:
        """The kind of one part; empty where the archive does not say."""
        suffix = name.rpartition(".")[2].lower()
        return self.by_name.get(f"/{name}".lower()) or self.by_suffix.get(suffix, "")

    def kind(self) -> Kind:
        """A document or a workbook, by its one main part; refused: neither, macros' own kinds, both."""
        found = [MAIN[each] for each in self.by_name.values() if each in MAIN]
        if len(found) != 1:
            raise broken()
        return found[0]


def elements(content: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Every element of a small XML part; a document type is refused."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    parser.Parse(content, True)
    return iter(found)


def refuse_document_type(*_: object) -> None:
    raise broken()


class Look:
    """Reads one XML part as a stream and refuses what does more than show, or is more than a blank has."""

    def __init__(self) -> None:
        self.count = self.depth = self.merged = 0
        self.inside = ""
        self.text = ""

    def at(self, content: bytes) -> None:
        """Look at a whole part."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = refuse_document_type
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.words
        parser.Parse(content, True)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        self.depth += 1
        if self.count > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise too_much()
        tag = name.rpartition(":")[2]
        if tag == "Relationship" and attributes.get("TargetMode", "").lower() == "external":
            raise reaches_outside()
        if tag == "f":
            raise Refused(
                "blank.formula", "这份空表里有公式，不能收。合计请用字段填，例如 {{{{合计}}}}；别的数请直接写上。"
            )
        if tag in OUTSIDE:
            raise reaches_outside()
        if tag in {"row", "c", "mergeCell"}:
            self.measure_cells(tag, attributes)
        self.start_words(tag, attributes)

    def start_words(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "fldSimple":
            refuse_field(next((value for key, value in attributes.items() if key.endswith("instr")), ""))
        if tag == "definedName" and attributes.get("name", "") not in NAMES:
            raise reaches_outside()
        if tag in {"instrText", "formula", "formula1", "formula2", "definedName"}:
            self.inside, self.text = tag, ""

    def words(self, text: str) -> None:
        if self.inside:
            self.text += text

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.inside and name.rpartition(":")[2] == self.inside:
            inside, self.inside = self.inside, ""
            if inside == "instrText":
                refuse_field(self.text)
            elif re.search(r"[\[|(]", self.text) or (inside != "definedName" and "!" in self.text):
                raise reaches_outside()

    def measure_cells(self, tag: str, attributes: dict[str, str]) -> None:
        """Rows and columns within bounds, and merged ranges of a size that can be made."""
        corners = [corner(each) for each in attributes.get("ref" if tag == "mergeCell" else "r", "").split(":") if each]
        if any(column > MAX_COLUMNS or row > MAX_ROWS for column, row in corners):
            raise too_much()
        if tag == "mergeCell" and len(corners) == 2:
            (left, top), (right, bottom) = corners
            self.merged += (abs(right - left) + 1) * (abs(bottom - top) + 1)
            if self.merged > MAX_MERGED:
                raise too_much()


#: Elements that bring something in from elsewhere.
OUTSIDE = frozenset(
    (
        *("altChunk", "subDoc", "attachedTemplate", "externalReference", "oleObject", "OLEObject", "control"),
        *("webPublishItem", "connection", "ddeLink"),
    )
)


def corner(reference: str) -> tuple[int, int]:
    """Column and row of a cell or (in a row's own number) of a row; what is none counts as beyond every bound."""
    if reference.isdecimal():
        return 0, int(reference[:9])
    found = REFERENCE.fullmatch(reference)
    if not found:
        return MAX_COLUMNS + 1, 0
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column, int(found[2])


def refuse_field(words: str) -> None:
    """Refuse a field's instruction, or a piece of one, that does more than count pages and days."""
    first = words.split()[0].upper() if words.split() else ""
    if first and first not in FIELDS and not first.startswith("\\"):
        raise reaches_outside()


def too_much() -> Refused:
    """The refusal of a blank with more cells or elements than any blank has."""
    return Refused(
        "blank.too-much",
        "这份空表的格子太多（最多{rows}行、{columns}列）。请只留要填的部分，另存一份再交。",
        rows=MAX_ROWS,
        columns=MAX_COLUMNS,
    )
