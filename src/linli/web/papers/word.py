"""A paper as .docx that an office can still change: its words are text of the document, never its markup."""

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import docx
import segno
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

from linli.web.papers.paper import Paper, plain

SONG, HEI = "宋体", "黑体"
RED = RGBColor(0xB0, 0x1E, 0x17)
GREY = RGBColor(0x44, 0x44, 0x44)
#: XML 1.0 has no other characters below the space.
CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}
SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def word(paper: Paper) -> bytes:
    """The paper as .docx, on A4, in the fonts that offices have."""
    document = blank(paper)
    put_head(document, paper)
    for block in paper.blocks:
        for form in plain(block):
            DRAWN[form["kind"]](document, form)
    put_close(document, paper)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def blank(paper: Paper) -> Document:
    """An empty A4 document in 宋体 小四, with the page's number at the foot, and nobody named as its author."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(26), Mm(24)
    section.top_margin, section.bottom_margin = Mm(25), Mm(24)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), SONG)
    style.paragraph_format.space_after = Pt(4)
    style.paragraph_format.line_spacing = 1.35
    core = document.core_properties
    core.author = core.comments = core.last_modified_by = ""
    core.title = paper.title.translate(CONTROL)[:255]
    core.created = core.modified = SOME_DAY
    put_page_number(section.footer.paragraphs[0])
    return document


def put_page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add(paragraph, "— ", size=14)
    run = paragraph.add_run()
    run.font.size = Pt(14)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            part.text = text
        else:
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)
    add(paragraph, " —", size=14)


def add(
    paragraph: Paragraph, words: str, *, size: float = 0, bold: bool = False, colour: RGBColor | None = None
) -> None:
    """Words at the end of a paragraph."""
    run = paragraph.add_run(words.translate(CONTROL))
    run.bold = bold or None
    if size:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def put_head(document: Document, paper: Paper) -> None:
    """The issuer over its red line, the number and date, the title."""
    if paper.issuer:
        head = document.add_paragraph()
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        add(head, paper.issuer, size=22, bold=True, colour=RED)
        underline(head, "B01E17")
    if paper.number or paper.date:
        line = document.add_paragraph()
        line.paragraph_format.tab_stops.add_tab_stop(Mm(160), WD_TAB_ALIGNMENT.RIGHT)
        add(line, f"{paper.number}\t{paper.date}")
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(12)
    add(title, paper.title, size=22, bold=True)


def underline(paragraph: Paragraph, colour: str) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "thickThinSmallGap"), ("sz", "24"), ("space", "4"), ("color", colour)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def put_text(document: Document, form: dict[str, Any]) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(24)
    add(paragraph, form["words"])


def put_small(document: Document, form: dict[str, Any]) -> None:
    add(document.add_paragraph(), form["words"], size=10.5, colour=GREY)


def put_heading(document: Document, form: dict[str, Any]) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(8)
    add(paragraph, form["words"], size=14, bold=True)


def put_quote(document: Document, form: dict[str, Any]) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Pt(12)
    add(paragraph, form["words"])


def put_facts(document: Document, form: dict[str, Any]) -> None:
    put_cells(document, form["rows"], widths=(32, 128))


def put_rows(document: Document, form: dict[str, Any]) -> None:
    """Rows without a head; a column that is empty everywhere is left out."""
    used = [n for n in range(max(map(len, form["rows"]), default=0)) if any(row[n] for row in form["rows"])]
    put_cells(document, [[row[n] for n in used] for row in form["rows"]])


def put_table(document: Document, form: dict[str, Any]) -> None:
    table = put_cells(document, [form["heads"], *form["rows"], *([form["last"]] if form["last"] else [])], head=True)
    if table is not None:
        mark = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(mark)


def put_cells(
    document: Document, rows: Sequence[Sequence[str]], *, widths: Sequence[float] = (), head: bool = False
) -> Table | None:
    """A ruled table; its first column, or with ``head`` its first row, stands in bold."""
    if not rows or not rows[0]:
        return None
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    table.autofit = not widths
    for at, (line, row) in enumerate(zip(table.rows, rows, strict=True)):
        for column, (cell, text) in enumerate(zip(line.cells, row, strict=True)):
            if widths:
                cell.width = Mm(widths[column])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            add(paragraph, text, size=11, bold=at == 0 if head else column == 0)
    document.add_paragraph().paragraph_format.space_after = Pt(0)
    return table


def put_choices(document: Document, form: dict[str, Any]) -> None:
    paragraph = document.add_paragraph()
    if form["label"]:
        add(paragraph, f"{form['label']}　", bold=True)
    add(paragraph, "　　".join(f"□ {option}" for option in form["options"]))


def put_blanks(document: Document, form: dict[str, Any]) -> None:
    for label in form["labels"]:
        add(document.add_paragraph(), f"{label} {'＿' * 16}")


#: Boxes of days in one row of a sheet.
DAYS_IN_A_ROW = 15


def put_days(document: Document, form: dict[str, Any]) -> None:
    """The days of a notice as boxes, row after row."""
    labels = form["labels"]
    across = min(DAYS_IN_A_ROW, len(labels))
    table = document.add_table(rows=-(-len(labels) // across), cols=across, style="Table Grid")
    for n, label in enumerate(labels):
        paragraph = table.rows[n // across].cells[n % across].paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(0)
        add(paragraph, label, size=9)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


DRAWN: dict[str, Callable[[Document, dict[str, Any]], None]] = {
    "text": put_text,
    "small": put_small,
    "heading": put_heading,
    "quote": put_quote,
    "facts": put_facts,
    "rows": put_rows,
    "table": put_table,
    "choices": put_choices,
    "blanks": put_blanks,
    "days": put_days,
}


def put_close(document: Document, paper: Paper) -> None:
    """The signature at the right, the place for the stamp, the words of the foot and the code."""
    for line in paper.signed:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.keep_with_next = True
        add(paragraph, line)
    if paper.stamp:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.space_before = Pt(48)
        add(paragraph, paper.stamp_words, size=10.5, colour=GREY)
    for line in paper.proof:
        add(document.add_paragraph(), line, size=10.5)
    if paper.code:
        drawn = io.BytesIO()
        segno.make(paper.code, error="m", micro=False).save(drawn, kind="png", scale=8, border=0)
        document.add_picture(drawn, width=Mm(25))
