"""Every sentence that the program says is in the English catalogue, whole; and the reader of sentences misses none."""

import polib
import pytest

from linli.web import messages
from linli.web.messages import Message


def test_the_english_catalogue_is_complete():
    catalogue = polib.pofile(str(messages.CATALOGUE))
    assert messages.faults(messages.said_by(), catalogue) == []


def test_the_sentences_of_python_are_found():
    source = """
from django.utils.translation import gettext as _, ngettext_lazy, pgettext
raise Refused("a.b", "第{row}户" "没有写面积。", row=row, **more)
raise errors.Refused("c.d", "还差{n}户", n=1)
_("看通知")
translation.gettext_lazy("我要说")
ngettext_lazy("还差%(n)s户", "还差%(n)s户。", "n")
pgettext("按钮", "开")
_(label)
raise Forbidden("e.f", "这一页不对您开放")
"""
    assert list(messages.in_python(source, "x.py")) == [
        Message("x.py:3", "第{row}户没有写面积。", code="a.b", facts=None),
        Message("x.py:4", "还差{n}户", code="c.d", facts=frozenset({"n"})),
        Message("x.py:5", "看通知"),
        Message("x.py:6", "我要说"),
        Message("x.py:7", "还差%(n)s户", plural="还差%(n)s户。"),
        Message("x.py:8", "开", context="按钮"),
        Message("x.py:10", "这一页不对您开放", code="e.f", facts=frozenset()),
    ]


@pytest.mark.parametrize(
    "source",
    [
        'Refused(code, "不行")',
        'Refused("a.b", words)',
        'Refused("a.b", f"第{n}户")',
        '_(f"还差{n}户")',
        '_("还差" + n)',
    ],
)
def test_a_sentence_put_together_by_code_is_not_let_through(source):
    with pytest.raises(messages.Unreadable):
        list(messages.in_python(source, "x.py"))


def test_the_sentences_of_templates_are_found():
    source = """
{% load i18n %}<h1 title="{% translate '标题' %}">{% translate "看通知" as seen %}</h1>
{% comment %}{% translate "不说" %}{% endcomment %}{# {% translate "也不说" %} #}
{% blocktranslate trimmed with n=count %}
  还差{{ n }}户
{% endblocktranslate %}
{% blocktranslate count n=count %}一户{% plural %}{{ n }}户{% endblocktranslate %}
{% translate "开" context "按钮" %} {{ _("我家") }} {% part label=_("说'话'") %} {{ name|default:_("无") }}
"""
    assert [(found.msgid, found.plural, found.context) for found in messages.in_template(source, "x.html")] == [
        ("标题", "", ""),
        ("看通知", "", ""),
        ("还差%(n)s户", "", ""),
        ("一户", "%(n)s户", ""),
        ("开", "", "按钮"),
        ("我家", "", ""),
        ("说'话'", "", ""),
        ("无", "", ""),
    ]


def catalogue_of(*entries: polib.POEntry) -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.extend(entries)
    return catalogue


SAID = Message("x.py:1", "还差{n}户", code="a.b", facts=frozenset({"n"}))


@pytest.mark.parametrize(
    ("said", "entry", "fault"),
    [
        (SAID, polib.POEntry(msgid="还差{n}户", msgstr="{n} households short"), None),
        (SAID, polib.POEntry(msgid="别的", msgstr="other"), "x.py:1: not in the catalogue: 还差{n}户"),
        (SAID, polib.POEntry(msgid="还差{n}户", msgstr=""), "x.py:1: not translated: 还差{n}户"),
        (SAID, polib.POEntry(msgid="还差{n}户", msgstr="{n}", flags=["fuzzy"]), "x.py:1: not translated: 还差{n}户"),
        (SAID, polib.POEntry(msgid="还差{n}户", msgstr="short"), "x.py:1: the English has other fields (n): 还差{n}户"),
        (
            SAID,
            polib.POEntry(msgid="还差{n}户", msgstr="{m}"),
            "x.py:1: the English has other fields (m, n): 还差{n}户",
        ),
        (
            Message("x.py:1", "还差{n}户", code="a.b", facts=frozenset()),
            polib.POEntry(msgid="还差{n}户", msgstr="{n} short"),
            "x.py:1: no fact for n: 还差{n}户",
        ),
        (
            Message("x.html", "还差%(n)s户", plural="还差%(n)s户"),
            polib.POEntry(
                msgid="还差%(n)s户", msgid_plural="还差%(n)s户", msgstr_plural={0: "one more", 1: "%(n)s more"}
            ),
            None,
        ),
        (
            Message("x.html", "还差%(n)s户", plural="还差%(n)s户"),
            polib.POEntry(msgid="还差%(n)s户", msgid_plural="还差%(n)s户", msgstr_plural={0: "one more", 1: "more"}),
            "x.html: the English has other fields (%n): 还差%(n)s户",
        ),
    ],
)
def test_a_faulty_entry_is_named(said, entry, fault):
    found = messages.faults([said], catalogue_of(entry))
    assert fault in found if fault else found == []


def test_orphans_and_codes_with_two_wordings_are_named():
    twice = [
        Message("x.py:1", "不行", code="a.b", facts=frozenset()),
        Message("x.py:2", "不能", code="a.b", facts=frozenset()),
    ]
    catalogue = catalogue_of(*(polib.POEntry(msgid=words, msgstr="no") for words in ("不行", "不能", "没有")))
    assert messages.faults(twice, catalogue) == ["said by nobody: 没有", "a.b has 2 wordings"]


def test_bringing_up_to_date_keeps_translations_adds_the_new_and_drops_orphans():
    catalogue = catalogue_of(polib.POEntry(msgid="没有", msgstr="none"), polib.POEntry(msgid="不行", msgstr="no"))
    counts = messages.bring_up_to_date([Message("a", "新的"), Message("a", "不行"), Message("b", "不行")], catalogue)
    assert counts == (1, 1)
    assert [(entry.msgid, entry.msgstr) for entry in catalogue] == [("不行", "no"), ("新的", "")]
