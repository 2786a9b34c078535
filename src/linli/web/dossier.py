"""台账: the papers of one theme and period as a ZIP: contents, summary, and a numbered folder for each affair.

A later app hands its theme over in ``flows.THEMES``; nothing here knows which there are.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import IO, Any
from uuid import UUID

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl.cell.cell import Cell

from linli.rules.errors import Refused
from linli.rules.masking import covered, personal_pieces, possible_names
from linli.web.blanks import Value, put_value
from linli.web.papers import Paper, Table, Text, pdf, word

#: Bytes of all photos of one archive.
MOST_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a folder: its name without a number, and how its JPEG is read when its turn comes."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Entry:
    """One affair of a theme: its papers, photos, and its line of the summary, a value for each of the theme's heads."""

    number: str
    title: str
    papers: Sequence[Paper]
    pictures: Sequence[Picture]
    line: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is known: which of some words are people's ``names``, and the ``words`` of which a name in them is none."""

    names: Callable[[set[str]], set[str]]
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both within."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Theme:
    """What the office archives under one name. ``entries`` reads a community's affairs of a period; ``masked`` says
    that whatever shows people (slips, signatures) stays out."""

    name: str | Promise
    heads: Sequence[str | Promise]
    entries: Callable[[UUID, Period, bool], Iterable[Entry]]


def pack(theme: Theme, *, community: UUID, issuer: str, period: Period, roster: Roster | None, into: IO[bytes]) -> int:
    """Write the ZIP into a stream, one affair after another; returns how many there are.

    With a ``roster`` it is masked: what in a text tells of people (``rules.masking``) is covered, as in a public text.
    Refused where its photos are more than one archive bears.
    """
    masked = roster is not None
    room = MOST_BYTES
    entries: list[Entry] = []
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, entry in enumerate(theme.entries(community, period, masked), 1):
            clean = masked_entry(entry, roster) if roster else entry
            room = write_folder(archive, f"{number:03d} {file_name(clean.title)}", clean, room)
            entries.append(replace(clean, papers=(), pictures=()))
        contents = contents_of(theme, issuer, period, entries, masked=masked)
        archive.writestr("contents.docx", word(contents))
        archive.writestr("contents.pdf", pdf([contents]))
        archive.writestr("summary.xlsx", summary_of(theme, entries))
    return len(entries)


def write_folder(archive: zipfile.ZipFile, folder: str, entry: Entry, room: int) -> int:
    """One affair's folder: papers as PDF and .docx, photos numbered; returns how many bytes are left for photos."""
    for n, paper in enumerate(entry.papers, 1):
        name = f"{folder}/{n:02d} {file_name(paper.title)}"
        archive.writestr(f"{name}.pdf", pdf([paper]))
        archive.writestr(f"{name}.docx", word(paper))
    for n, picture in enumerate(entry.pictures, 1):
        content = picture.read()
        room -= len(content)
        if room < 0:
            raise Refused("archive.too-large", "照片太多，一份台账装不下。请把时间分成几段，一段一段地做。")
        archive.writestr(zipfile.ZipInfo(f"{folder}/{_('照片')}/{n:03d} {file_name(picture.name)}.jpg"), content)
    return room


def file_name(words: str) -> str:
    """A title as a name that every system can store."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', " ", words).strip(" .")[:60] or "-"


def contents_of(theme: Theme, issuer: str, period: Period, entries: Sequence[Entry], *, masked: bool) -> Paper:
    """The list of what is in the archive, as a paper."""
    rows = [(f"{n:03d}", entry.number, entry.title) for n, entry in enumerate(entries, 1)]
    says = _("个人信息已遮盖，不含一户一表和签字的照片。") if masked else _("含个人信息，只供本单位存档，不外传。")
    return Paper(
        issuer=issuer,
        title=_("%(theme)s台账目录") % {"theme": theme.name},
        date=_("%(since)s至%(until)s") % {"since": period.since.isoformat(), "until": period.until.isoformat()},
        blocks=(Text(says), Table((_("文件夹"), _("编号"), _("事项")), rows)),
        signed=(issuer,),
        stamp=True,
    )


def summary_of(theme: Theme, entries: Sequence[Entry]) -> bytes:
    """One line for each affair, under the theme's heads; words are never a formula."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    lines: list[list[Value]] = [[str(head) for head in theme.heads], *(list(entry.line) for entry in entries)]
    for at, line in enumerate(lines, 1):
        for column, value in enumerate(line, 1):
            cell = sheet.cell(at, column)
            assert isinstance(cell, Cell)
            put_value(cell, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def masked_entry(entry: Entry, roster: Roster) -> Entry:
    """An affair in whose texts no number, plate, room or name of the roster is left."""
    shown = (entry.title, entry.papers, entry.line)
    names = roster.names({name for text in texts_in(shown) for name in possible_names(text)})

    def mask(text: str) -> str:
        return covered(text, personal_pieces(text, names, roster.words))

    title, papers, line = changed(shown, mask)
    return replace(entry, title=title, papers=papers, line=line)


#: What of a paper is the program's own, and no words: its address, its language, the words of its proof.
OWN = frozenset({"code", "language", "proof"})


def texts_in(value: Any) -> list[str]:
    """Every text of a value, however deep it stands."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    changed(value, note)
    return found


def changed(value: Any, change: Callable[[str], str]) -> Any:
    """The value with every text in it changed, however deep it stands."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple | list):
        return tuple(changed(each, change) for each in value)
    if hasattr(value, "__dataclass_fields__"):
        fields = {name: getattr(value, name) for name in value.__dataclass_fields__ if name not in OWN}
        return replace(value, **{name: changed(each, change) for name, each in fields.items()})
    return value
