"""Papers: the same words on the page, the PDF, the .docx and the pictures, and no word that becomes markup of any."""

import html
import io
import re
import zipfile
from dataclasses import replace
from fractions import Fraction

import docx
import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from linli.web import parts
from linli.web.papers import (
    Blanks,
    Choices,
    Conditions,
    Days,
    Facts,
    Heading,
    Law,
    Paper,
    Small,
    Table,
    Text,
    Workings,
    pdf,
    pictures,
    word,
)
from linli.web.papers.typeset import covered

PAPER = Paper(
    issuer="广顺园社区居民委员会",
    title="聚鑫园加装电梯：表态结果",
    number="广顺园-2023-0001",
    date="2023年7月1日",
    blocks=(
        Text("聚鑫园1栋3个单元共54户。"),
        Facts((("几户同意", "一单元16户（共18户）"), ("结论", "已达到法定比例，48户同意。"))),
        Heading("怎么算的"),
        Workings((parts.Working("一单元", 16, 18, Fraction(2, 3)), parts.Working("二单元", 11, 18, Fraction(2, 3)))),
        Conditions((parts.Test("人数", "passed", "已达到", "全体业主里要三分之二以上。"),)),
        Small("面积只写够不够。"),
        Law("增设电梯需本单元房屋总人数2/3以上的业主同意", "《指导意见》第五条", True, ("有没有效，待核对。",)),
        Table(("房号", "面积"), (("301", "62.48"), ("302", "54.36")), ("合计", "116.84")),
        Choices("意见", ("同意", "不同意")),
        Blanks(("签名", "日期")),
        Days(("7/6", *map(str, range(7, 21))), "公示15天"),
    ),
    signed=("广顺园社区居民委员会", "2023年7月1日"),
    stamp=True,
    proof=("自己算一遍", "规则 cn.tianjin.lift"),
    code="http://localhost:8000/matters/1/result",
)


def squeezed(text: str) -> str:
    """Words without what only sets them apart: spaces, lines to write on, boxes, and the page's number."""
    return re.sub(r"—\d+—", "", re.sub(r"[\s＿□]", "", text))


def words_of_pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def words_of_docx(content: bytes) -> str:
    """In the order of the document, tables in their place."""
    document = docx.Document(io.BytesIO(content))
    return "\n".join(
        "".join(part.text or "" for part in block.iter() if part.tag.endswith("}t")) for block in document.element.body
    )


def words_of_page(paper: Paper) -> str:
    page = render_to_string("web/paper.html", {"paper": paper, "language": "zh-hans"})
    article = re.search(r"<article.*</article>", page, re.S)
    assert article
    return html.unescape(re.sub(r"<[^>]+>", "", article[0]))


def test_a_page_a_pdf_and_a_docx_say_the_same():
    page = squeezed(words_of_page(PAPER))
    assert "一单元16/18>2/316×3=48，18×2=36已达到" in page
    assert sorted(squeezed(words_of_docx(word(PAPER)))) == sorted(page)
    assert sorted(squeezed(words_of_pdf(pdf([PAPER])))) == sorted(page)


def test_every_sentence_stands_whole_in_each():
    spoken = [
        "聚鑫园1栋3个单元共54户。",
        "已达到法定比例，48户同意。",
        "16×3=48，18×2=36",
        "有没有效，待核对。",
        "盖章处",
        "116.84",
    ]
    for words in (words_of_page(PAPER), words_of_pdf(pdf([PAPER])), words_of_docx(word(PAPER))):
        assert [each for each in spoken if squeezed(each) not in squeezed(words)] == []


def test_pictures_have_the_size_that_chat_apps_show_and_are_more_when_words_are_many():
    drawn = pictures(PAPER)
    assert {Image.open(io.BytesIO(each)).size for each in drawn} == {(1080, 1440)}
    longer = replace(PAPER, blocks=(Text("大家的事，大家商量着办。" * 120),))
    assert len(pictures(longer)) > 1


def test_the_same_paper_gives_the_same_bytes():
    assert pdf([PAPER]) == pdf([PAPER])
    assert pictures(PAPER) == pictures(PAPER)
    assert pdf([PAPER]) != pdf([replace(PAPER, number="广顺园-2023-0002")])


def test_each_paper_of_a_set_begins_a_page():
    slips = [replace(PAPER, number=f"0001-{n:03d}", leaf=True) for n in range(3)]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf(slips))).pages]
    assert [re.findall(r"0001-00\d", page) for page in pages] == [["0001-000"], ["0001-001"], ["0001-002"]]


def test_pages_are_numbered_from_one_in_each_paper_of_a_set():
    long = replace(PAPER, blocks=(Text("大家的事，大家商量着办。" * 150),))
    numbers = [
        re.findall(r"—\s*(\d)\s*—", page.extract_text()) for page in PdfReader(io.BytesIO(pdf([long, long]))).pages
    ]
    assert numbers[: len(numbers) // 2] == numbers[len(numbers) // 2 :]
    assert numbers[0] == ["1"]


HOSTILE = [
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0": *',
    "$ sum_(x) $ *粗* _斜_ `码` <标签> @引用 // 注 /* 注 */",
    "\\u{41} #sys.inputs #panic()",
    "</w:t></w:r></w:p><w:p><w:r><w:t>多出一段",
    "{{ 7 * 7 }} {% for x in y %} {# 注 #}",
    "<script>alert(1)</script>&amp;&#65;",
    "]]><![CDATA[ <!DOCTYPE x [<!ENTITY e 'x'>]> &e;",
    '"; } #eval("1") "',
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stand_as_they_were_written(words):
    paper = Paper(
        issuer=words, title=words, blocks=(Text(words), Facts(((words, words),)), Table((words,), ((words,),)))
    )
    wanted = squeezed(words)
    for made in (words_of_pdf(pdf([paper])), words_of_docx(word(paper)), words_of_page(paper)):
        assert squeezed(made).count(wanted) >= 5


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs", "Cc"]), min_size=1, max_size=60))
def test_any_words_can_be_typeset_and_written(words):
    """Whatever is typed, there is a paper, and an XML of a .docx that says no more than what was typed."""
    paper = Paper(issuer="", title="题", blocks=(Text(words), Facts((("项", words),)), Choices(words, (words,))))
    assert PdfReader(io.BytesIO(pdf([paper]))).pages
    tame = replace(paper, blocks=(Text("字"), Facts((("项", "字"),)), Choices("字", ("字",))))
    assert paragraphs(word(paper)) == paragraphs(word(tame))


def paragraphs(content: bytes) -> int:
    return len(docx.Document(io.BytesIO(content)).paragraphs)


def test_a_rare_character_is_asked_of_the_machine_and_the_rest_is_not():
    assert covered("邻里聚鑫园喆堃犇祎垚㎡①□≥")
    assert not covered("𬭚")
    assert pdf([replace(PAPER, title="𬭚")])


def test_a_docx_names_nobody_and_has_only_parts_of_a_plain_document():
    with zipfile.ZipFile(io.BytesIO(word(PAPER))) as archive:
        names = archive.namelist()
        relations = "".join(archive.read(name).decode() for name in names if name.endswith(".rels"))
    assert not [name for name in names if "vba" in name.lower() or "embed" in name.lower()]
    assert "External" not in relations
    core = docx.Document(io.BytesIO(word(PAPER))).core_properties
    assert (core.author, core.last_modified_by) == ("", "")


def test_a_code_on_a_page_needs_nothing_that_its_policy_forbids():
    drawn = Template('{% load parts %}{% qr "http://localhost:8000/matters/1" "二维码" %}').render(Context())
    assert "<svg" in drawn
    assert "style=" not in drawn
    assert "<script" not in drawn
