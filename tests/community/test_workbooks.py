"""Spreadsheets from outside: what is read of honest ones, and what is refused of broken and hostile ones."""

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
import xlwt  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from linli.community.adapters.registers import read_register
from linli.community.adapters.workbooks import MAX_BYTES, MAX_LETTERS, MAX_ROWS, Cell, Sheet, read_sheets
from linli.rules.errors import Refused
from tests.community.messy import ods_of, ods_row, xls_of
from tests.community.spreadsheets import csv_of, xlsx_of


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The archive with ``change`` applied to its parts (name → bytes)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def grid(sheet: Sheet) -> list[list[Cell]]:
    """All rows of a sheet from row 1 on, blank ones too."""
    rows: list[list[Cell]] = []
    for line in sheet.lines():
        rows += [[]] * (line.number - 1 - len(rows)) + [line.cells]
    return rows


def read_all(data: bytes) -> list[list[list[Cell]]]:
    return [grid(sheet) for sheet in read_sheets(data, "x.xlsx")]


def code_of(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_all(data)
    assert str(refused.value).endswith("。")
    return refused.value.code


SOUND = xlsx_of([1, 3, "301", 85.2, "住宅", "是", "示例甲", ""])


def test_rows_keep_the_numbers_of_the_spreadsheet_and_cells_their_kinds():
    book = Workbook()
    book.active.title = "房屋"
    for place, value in {"B3": "房号", "C3": "面积", "B4": 301, "C4": 85.2, "D4": date(2023, 1, 3), "E4": True}.items():
        book.active[place] = value
    (sheet,) = read_sheets(saved(book), "x.xlsx")
    assert sheet.name == "房屋"
    rows = grid(sheet)
    assert rows[2][1:3] == ["房号", "面积"]
    assert rows[3][1:5] == [301.0, 85.2, date(2023, 1, 3), True]


def test_formulas_are_never_computed():
    book = Workbook()
    book.active.append(["房号", "面积"])
    book.active.append(["301", "=80+5"])
    (sheet,) = read_sheets(saved(book), "x.xlsx")
    assert grid(sheet)[1] in (["301", ""], ["301"])

    def keep_value(parts):
        name = "xl/worksheets/sheet1.xml"
        parts[name] = (
            parts[name]
            .replace(b"<v></v>", b"<v>85.5</v>")
            .replace(b"<v />", b"<v>85.5</v>")
            .replace(b"<v/>", b"<v>85.5</v>")
        )

    (sheet,) = read_sheets(edited(saved(book), keep_value), "x.xlsx")
    assert grid(sheet)[1] == ["301", 85.5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_three_encodings(encoding):
    (sheet,) = read_sheets(csv_of(["一单元", "3", "301"], encoding=encoding), "x.csv")
    rows = grid(sheet)
    assert rows[0][0] == "单元"
    assert rows[1] == ["一单元", "3", "301"]


def test_tabs_separate_too_and_quoted_lines_count_as_one_row():
    (sheet,) = read_sheets('房号\t业主\n301\t"甲\n乙"\n302\t丙\n'.encode(), "x.csv")
    assert grid(sheet)[2] == ["302", "丙"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "workbook.empty"),
        (b" \n\n", "workbook.empty"),
        (b"PK\x03\x04 and nothing more", "workbook.broken"),
        (SOUND[:-200], "workbook.broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook.broken"),
        ("单元,房号\n".encode("utf-16"), "workbook.other-kind"),
        ("房号,面积\n301,\0\n".encode(), "workbook.other-kind"),
        (b"\xff\xff\xff,\x81", "workbook.other-kind"),
        (b"%PDF-1.7 \xe2\xe3\xcf\xd3\xff", "workbook.other-kind"),
        (b"a" * (MAX_BYTES + 1), "workbook.too-large"),
        (b"x," * 200 + b"\n", "workbook.too-many-columns"),
        ("房号\n".encode() + b"1\n" * MAX_ROWS, "workbook.too-many-rows"),
        ("房号,备注\n301,".encode() + b"x" * 2_000_000, "workbook.broken"),
        (f"房号,备注\n301,{'长' * (MAX_LETTERS + 1)}\n".encode(), "workbook.cell-too-long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_broken_files_and_text_are_refused(data, code):
    assert code_of(data) == code


def row_of(texts: list[int]) -> str:
    return "<row>" + "".join(f'<c t="s"><v>{text}</v></c>' for text in texts) + "</row>"


def with_shared_texts(texts: list[str], rows: list[list[int]]) -> bytes:
    """A workbook whose cells name their texts by number, as most programs save them."""
    names = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = "".join(row_of(row) for row in rows)

    def change(parts):
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{names}">{items}</sst>'.encode()
        parts["xl/worksheets/sheet1.xml"] = (
            f'<worksheet xmlns="{names}"><sheetData>{cells}</sheetData></worksheet>'.encode()
        )

    return edited(SOUND, change)


def test_shared_texts_are_read():
    (sheet,) = read_sheets(with_shared_texts(["房号", "业主", "301"], [[0, 1], [2, 1]]), "x.xlsx")
    assert grid(sheet) == [["房号", "业主"], ["301", "业主"]]


@pytest.mark.parametrize("shared", [True, False])
def test_a_text_of_40_000_characters_in_a_cell_is_refused_naming_the_cell(shared):
    def lengthen(parts):
        name = "xl/worksheets/sheet1.xml"
        for written in ("示例甲".encode(), "示例甲".encode("ascii", "xmlcharrefreplace")):
            parts[name] = parts[name].replace(written, b"x" * 40_000)

    long = with_shared_texts(["房号", "x" * 40_000], [[0] * 7, [*[0] * 6, 1]]) if shared else edited(SOUND, lengthen)
    with pytest.raises(Refused) as refused:
        read_all(long)
    facts = refused.value.facts
    assert (refused.value.code, facts["row"], facts["column"]) == ("workbook.cell-too-long", 2, 7)


def test_a_cell_in_the_last_corner_is_refused_before_its_sheet_is_built():
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "房号", 1
    assert code_of(saved(book)) == "workbook.too-many-rows"
    book = Workbook()
    book.active["A1"], book.active["XFD2"] = "房号", 1
    assert code_of(saved(book)) == "workbook.too-many-columns"


def test_more_rows_than_a_town_has_are_refused():
    book = Workbook(write_only=True)
    sheet = book.create_sheet("x")
    for number in range(MAX_ROWS + 1):
        sheet.append([number])
    assert code_of(saved(book)) == "workbook.too-many-rows"


def test_one_long_text_used_in_very_many_cells_is_refused():
    assert (
        code_of(with_shared_texts(["长" * 900] * 97, [[(at * at + n) % 97 for at in range(70)] for n in range(1000)]))
        == "workbook.too-much-text"
    )


def swell(parts):
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet>" + b" " * 30_000_000 + b"</worksheet>"


def add_document_type(parts):
    name = "xl/worksheets/sheet1.xml"
    parts[name] = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + parts[name].partition(b"?>")[2]


def cut_sheet(parts):
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-40]


def hide_cells_elsewhere(parts):
    parts["xl/styles.xml"] = parts["xl/worksheets/sheet1.xml"]


def drop_sheet(parts):
    del parts["xl/worksheets/sheet1.xml"]


def point_outside(parts):
    parts["../../etc/passwd.xml"] = b"<x/>"


def absolute(parts):
    parts["/xl/worksheets/sheet2.xml"] = b"<x/>"


def many_parts(parts):
    parts.update({f"xl/media/{number}.png": b"x" for number in range(500)})


def macros(parts):
    parts["xl/vbaProject.bin"] = b"x"


def not_a_workbook(parts):
    parts.clear()
    parts["word/document.xml"] = b"<x/>"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (swell, "workbook.swells"),
        (add_document_type, "workbook.broken"),
        (cut_sheet, "workbook.broken"),
        (hide_cells_elsewhere, "workbook.broken"),
        (drop_sheet, "workbook.broken"),
        (point_outside, "workbook.broken"),
        (absolute, "workbook.broken"),
        (many_parts, "workbook.broken"),
        (macros, "workbook.macros"),
        (not_a_workbook, "workbook.other-kind"),
    ],
)
def test_crafted_archives_are_refused(change, code):
    assert code_of(edited(SOUND, change)) == code


def say_macros(parts):
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    )


def test_a_workbook_that_only_says_it_has_macros_is_refused():
    assert code_of(edited(SOUND, say_macros)) == "workbook.macros"


def renamed_stream(name: str) -> bytes:
    """An .xls whose stream of records goes by another name, as an encrypted .xlsx has."""
    data = xls_of([["房号"]])
    entry = data.index("Workbook".encode("utf-16-le"))
    title = name.encode("utf-16-le").ljust(64, b"\0")
    return data[:entry] + title + struct.pack("<H", 2 * len(name) + 2) + data[entry + 66 :]


def with_record(kind: int) -> bytes:
    """An .xls with the second record of its stream turned into another kind."""
    data = xls_of([["房号", "业主"], ["301", "甲一"]])
    first = data.index(b"\x09\x08\x10\x00")
    return data[: first + 20] + struct.pack("<H", kind) + data[first + 22 :]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (renamed_stream("EncryptedPackage"), "workbook.locked"),
        (renamed_stream("WordDocument"), "workbook.other-kind"),
        (renamed_stream("_VBA_PROJECT_CUR"), "workbook.macros"),
        (with_record(0x002F), "workbook.locked"),
        (with_record(0x00D3), "workbook.macros"),
        (xls_of([["房号"]])[:1500], "workbook.broken"),
        (xls_of([[None] * 120 + ["x"]]), "workbook.too-many-columns"),
        (xls_of([["房号"], ["x" * 1_001]]), "workbook.cell-too-long"),
    ],
)  # fmt: skip
def test_old_workbooks_that_are_locked_broken_or_too_much_are_refused(data, code):
    assert code_of(data) == code


def test_an_old_workbook_gives_days_numbers_and_words():
    day = xlwt.XFStyle()
    day.num_format_str = "yyyy-mm-dd"
    book = xlwt.Workbook()
    sheet = book.add_sheet("房屋")
    for column, (value, style) in enumerate([(date(2023, 1, 3), day), (85.2, xlwt.XFStyle()), (True, xlwt.XFStyle())]):
        sheet.write(1, column, value, style)
    out = io.BytesIO()
    book.save(out)
    assert read_all(out.getvalue()) == [[[], [date(2023, 1, 3), 85.2, True]]]


ROW = ods_row("房号", "业主")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ods_of(ROW, ods_row("301", attributes='table:number-rows-repeated="1048575"')), "workbook.too-many-rows"),
        (ods_of('<table:table-row><table:table-cell table:number-columns-repeated="16384" office:value-type="float"'
                ' office:value="1"/></table:table-row>'), "workbook.too-many-columns"),
        (ods_of(ROW, ods_row("x" * 1_001)), "workbook.cell-too-long"),
        (ods_of(ROW, ods_row("301", attributes='table:number-rows-repeated="-1"')), "workbook.broken"),
        (ods_of(ROW, "<table:table-row>"), "workbook.broken"),
        (ods_of(ROW, manifest="<encryption-data/>"), "workbook.locked"),
        (ods_of(ROW, ods_row("&x;").replace("&amp;x;", "&x;")), "workbook.broken"),
        ("<html><table><tr><td>房号</td></tr></table></html>".encode(), "workbook.web-page"),
        (b'<?xml version="1.0"?><Workbook/>', "workbook.web-page"),
    ],
)  # fmt: skip
def test_open_documents_and_pages_that_are_broken_or_too_much_are_refused(data, code):
    assert code_of(data) == code


def test_an_open_document_s_remarks_and_merged_corners_are_not_its_words():
    remark = "<office:annotation><text:p>别读我</text:p></office:annotation>"
    row = (
        f'<table:table-row><table:table-cell office:value-type="string">{remark}<text:p>301</text:p></table:table-cell>'
    )
    two = "<table:covered-table-cell/><table:table-cell><text:p>甲</text:p><text:p>乙</text:p></table:table-cell>"
    assert read_all(ods_of(ROW, f"{row}{two}</table:table-row>")) == [[["房号", "业主"], ["301", "", "甲\n乙"]]]


@settings(max_examples=60)
@given(st.integers(0, 6_000), st.integers(0, 255))
def test_an_old_workbook_with_any_byte_changed_is_a_reading_or_a_refusal(at, value):
    at %= len(OLD)
    try:
        read_register(OLD[:at] + bytes([value]) + OLD[at + 1 :], "x")
    except Refused:
        return


OLD = xls_of([["房号", "业主"], ["301", "甲一"], ["302", "乙二"]])


def test_two_parts_of_one_name_are_refused():
    out = io.BytesIO(SOUND)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    assert code_of(out.getvalue()) == "workbook.broken"


def test_pictures_and_comments_of_an_honest_file_do_not_hinder():
    def add(parts):
        parts["xl/media/image1.png"] = b"x"
        parts["xl/printerSettings/printerSettings1.bin"] = b"x"

    assert len(read_all(edited(SOUND, add))[0]) == 2


def test_the_same_file_reads_as_openpyxl_reads_it():
    (sheet,) = read_sheets(SOUND, "x.xlsx")
    other = [
        [cell if cell is not None else "" for cell in row] for row in load_workbook(io.BytesIO(SOUND)).active.values
    ]
    assert grid(sheet) == other


@given(st.binary(max_size=2_000) | st.binary(max_size=500).map(lambda tail: b"PK\x03\x04" + tail))
def test_any_bytes_are_a_reading_or_a_refusal(data):
    try:
        read_register(data, "x")
    except Refused:
        return


@settings(max_examples=150)
@given(st.integers(0, len(SOUND) - 1), st.integers(0, 255))
def test_a_workbook_with_any_byte_changed_is_a_reading_or_a_refusal(at, value):
    data = SOUND[:at] + bytes([value]) + SOUND[at + 1 :]
    try:
        read_register(data, "x")
    except Refused:
        return


@given(st.text(max_size=400))
def test_any_text_under_headings_is_a_reading_or_a_refusal(text):
    try:
        reading = read_register(f"单元,房号,面积,业主\n{text}\n".encode(errors="replace"), "x")
    except Refused:
        return
    for fault in reading.faults:
        assert fault.words.format(**fault.facts)
