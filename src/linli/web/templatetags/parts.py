"""The parts of a page as template tags: ``{% load parts %}``. README.md shows every call with an example.

Tags with a body (card, note, verdict, fold, field_set) wrap what stands between them; the others take the values of
``linli.web.parts``. No part writes a style attribute or a script: the page's policy forbids both.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import segno
from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select, Textarea
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from linli.rules.money import yuan
from linli.web import parts
from linli.web.papers.paper import Block

register = template.Library()
register.filter("yuan", yuan)
register.filter("unbroken", parts.unbroken)

_PHRASE = re.compile(r"[^，。；：]*[，。；：]|[^，。；：]+")
"""A Chinese phrase with its mark, kept on one line where it fits; a sentence without such marks is one phrase."""

_PATH = "web/parts/{}.html"


def _answer(name: str) -> str:
    """The word of a rule's four answers (practice: 计票结果)."""
    words = {
        "passed": gettext("已达到"),
        "failed": gettext("未达到"),
        "pending": gettext("还不能确定"),
        "unverifiable": gettext("缺资料"),
    }
    return words[name]


def _draw(name: str, **values: object) -> SafeString:
    return render_to_string(_PATH.format(name), values)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of icons.svg, hidden from readers: a word always stands beside it."""
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def qr(address: str, words: str) -> SafeString:
    """A QR code drawn in the page itself: ``address`` is what it holds, ``words`` what a reader hears instead.

    Fifteen in a hundred of its squares may be lost to a fold or a stain (level M of ISO/IEC 18004).
    """
    code = segno.make_qr(address, error="m")
    size = code.symbol_size(border=4)[0]
    path = re.search(r' d="([^"]+)"', code.svg_inline(border=4))
    assert path is not None
    return format_html(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}"><path stroke="#000" d="{}"/></svg>',
        words,
        size,
        size,
        path[1],
    )


@register.simple_tag
def shape(state: str) -> SafeString:
    """The shape of a state alone, for places where its word stands elsewhere; empty for a state that has none."""
    if state not in parts.SHAPES:
        return mark_safe("")
    use = parts.SHAPES[state]
    return format_html('<svg class="shape" aria-hidden="true" focusable="false"><use href="#s-{}"/></svg>', use)


@register.simple_tag
def state(name: str, word: str = "", *, chip: bool = False) -> SafeString:
    """Shape, word, colour. The four answers of a rule have their word ; others bring one."""
    return format_html(
        '<span class="state{}" data-state="{}">{}<span>{}</span></span>',
        " chip" if chip else "",
        name,
        shape(name),
        word or _answer(name),
    )


@register.simple_block_tag
def card(
    content: str, title: str = "", *, tone: str = "", id: str = "", aside: object = "", level: int = 2
) -> SafeString:
    """A sheet with one job. ``tone``: solemn (a household's word), sunk; ``aside`` stands right of the heading."""
    return _draw("card", content=content, title=title, tone=tone, id=id, aside=aside, level=level)


@register.simple_block_tag
def note(content: str, icon: str = "", *, state: str = "") -> SafeString:
    """A remark in the margin; ``state`` colours it (late, unsure, done, info)."""
    return _draw("note", content=content, icon=icon, state=state)


@register.simple_block_tag
def fold(content: str, title: str, *, icon: str = "", open: bool = False) -> SafeString:
    """What is one tap away: a native disclosure, printed open."""
    return _draw("fold", content=content, title=title, icon=icon, open=open)


@register.simple_block_tag
def question(content: str, title: str, *, state: str = "", word: str = "", open: bool = False) -> SafeString:
    """A concern and its answer."""
    return _draw("question", content=content, title=title, state=state, word=word, open=open)


@register.simple_block_tag
def verdict(content: str, say: str, *, state: str, figure: object = "", at: str = "", word: str = "") -> SafeString:
    """A rule's answer: chip, sentence, then what stands inside (bars, tests, working, law).

    ``figure`` is a number that occurs in the sentence ``say`` and is set large; ``at`` says when it was computed.
    """
    text = conditional_escape(say)
    if figure != "":
        number = conditional_escape(str(figure))
        text = mark_safe(re.sub(rf"(?<!\d){re.escape(number)}(?!\d)", f"<b>{number}</b>", text, count=1))
    phrases = mark_safe("".join(f"<span>{phrase}</span>" for phrase in _PHRASE.findall(text)))
    return _draw("verdict", content=content, say=phrases, state=state, at=at, word=word)


@register.inclusion_tag(_PATH.format("units"))
def units(bars: Sequence[parts.UnitBar], line: str = "") -> dict[str, object]:
    """One bar per unit; ``line`` explains the red line and is left out where no base may be shown."""
    shown = any(bar.form in ("running", "decided") for bar in bars)
    return {"bars": bars, "line": line if shown else ""}


@register.inclusion_tag(_PATH.format("paper_block"))
def paper_block(block: Block) -> dict[str, object]:
    """One block of a paper, in the words that its PDF and .docx have."""
    return {"block": block, "kind": type(block).__name__}


@register.inclusion_tag(_PATH.format("tests"))
def tests(items: Iterable[parts.Test]) -> dict[str, object]:
    return {"items": items}


@register.inclusion_tag(_PATH.format("working"))
def working(lines: Iterable[parts.Working]) -> dict[str, object]:
    return {"lines": lines}


@register.inclusion_tag(_PATH.format("law"))
def law(quote: str, source: str, *notes: str, unconfirmed: bool = False) -> dict[str, object]:
    """The article's own words, where they stand, notes; ``unconfirmed``: the text awaits a check on the spot."""
    return {"quote": quote, "source": source, "notes": notes, "unconfirmed": unconfirmed}


@register.inclusion_tag(_PATH.format("share"))
def share(steps: Sequence[parts.Share], current: int, *, unit: str = "", label: str = "") -> dict[str, object]:
    """What each household pays against how many join: sentence, slider, curve, table; a number field without script.

    ``steps`` are the server's exact amounts, one per number that may join, in order; the script only picks among them.
    """
    here = next(step for step in steps if step.joined == current)
    marks = ("before" if step.joined < current else "here" if step is here else "" for step in steps)
    bars = [
        {"x": n, "y": 100 - height, "height": height, "at": mark, "step": step}
        for n, (step, height, mark) in enumerate(zip(steps, parts.heights(steps), marks, strict=True))
    ]
    return {
        "steps": steps,
        "here": here,
        "bars": bars,
        "first": steps[0],
        "last": steps[-1],
        "unit": unit,
        "label": label,
    }


@register.inclusion_tag(_PATH.format("timeline"))
def timeline(steps: Iterable[parts.Step]) -> dict[str, object]:
    return {"steps": steps}


@register.inclusion_tag(_PATH.format("days"))
def days(cells: Sequence[parts.Day], words: str) -> dict[str, object]:
    """The days of a notice as cells; ``words`` say them to a reader."""
    today = next((n for n, cell in enumerate(cells, 1) if cell.when == "today"), 0)
    return {"cells": cells, "words": words, "today": today}


@register.inclusion_tag(_PATH.format("rows"))
def rows(items: Iterable[parts.Row]) -> dict[str, object]:
    return {"items": items}


@register.inclusion_tag(_PATH.format("next"))
def next_things(items: Sequence[parts.Next]) -> dict[str, object]:
    """What to do first, at most three; the first has the filled button."""
    return {"items": items[:3]}


@register.inclusion_tag(_PATH.format("quad"))
def quad(doors: Sequence[parts.Door]) -> dict[str, object]:
    return {"doors": doors}


@register.inclusion_tag(_PATH.format("figures"))
def figures(items: Iterable[parts.Figure]) -> dict[str, object]:
    return {"items": items}


@register.inclusion_tag(_PATH.format("facts"))
def facts(pairs: Iterable[tuple[object, object]]) -> dict[str, object]:
    return {"pairs": pairs}


@register.inclusion_tag(_PATH.format("progress"))
def progress(done: int, total: int, words: str) -> dict[str, object]:
    """How far a long piece of work is; ``words`` say it. With a ``total`` of 0 it has not begun."""
    return {"done": done, "total": total, "words": words}


@register.inclusion_tag(_PATH.format("table"))
def table(
    columns: Sequence[parts.Column], lines: Sequence[parts.Line], *, caption: str = "", total: Sequence[object] = ()
) -> dict[str, object]:
    """A table that becomes cards on a phone; a line with a fault is marked and says it."""
    paired = [{"line": line, "cells": list(zip(columns, line.cells, strict=True))} for line in lines]
    foot = list(zip(columns, total, strict=True)) if total else []
    return {"columns": columns, "lines": paired, "caption": caption, "total": foot}


@register.inclusion_tag(_PATH.format("face"))
def face(building: parts.Face, caption: str) -> dict[str, object]:
    """The building's face, for the walk's own people only; ``caption`` names it for a reader."""
    floors = [(label, list(zip(building.units, landings, strict=True))) for label, landings in building.floors]
    return {"units": building.units, "floors": floors, "width": range(building.width), "caption": caption}


@register.inclusion_tag(_PATH.format("copy"))
def copy_text(text: str, label: str, id: str = "copy") -> dict[str, object]:
    """A text that goes into a chat: selected by hand, or with a script copied at one press."""
    return {"text": text, "label": label, "id": id, "rows": min(12, text.count("\n") + 2)}


@register.inclusion_tag(_PATH.format("legend"))
def legend(keys: Iterable[parts.Key]) -> dict[str, object]:
    return {"keys": keys}


@register.inclusion_tag(_PATH.format("slips"))
def slips(items: Sequence[parts.Slip], voices: Sequence[tuple[str, str]] = ()) -> dict[str, object]:
    """The lines of a stack of slips; stands inside a form. ``voices``: (value, word), keys 1, 2, 3, 4 in this order."""
    usual = [
        ("yes", gettext("同意")),
        ("no", gettext("不同意")),
        ("abstain", gettext("暂不表态")),
        ("spoiled", gettext("废票")),
    ]
    return {"items": items, "voices": voices or usual}


@register.inclusion_tag(_PATH.format("sign"))
def sign(name: str, typed: str = "") -> dict[str, object]:
    """A place to sign, inside a form that loads ``web/sign.js``: drawn into ``signature``, or typed into
    ``typed_name``."""
    return {"name": name, "typed": typed}


@register.inclusion_tag(_PATH.format("faults"))
def error_summary(form: Any) -> dict[str, object]:
    """All that is to be mended in a form, above it, each a link to its box. Nothing where nothing is wrong."""
    found = [(field.id_for_label or field.auto_id, field.label, words) for field in form for words in faults_of(field)]
    whole = list(form.non_field_errors())
    return {"found": found, "whole": whole, "count": len(found) + len(whole)}


def faults_of(bound: BoundField) -> list[str]:
    """What is to be mended in one field; of an empty one, what to do."""
    kind = bound.field.widget
    if isinstance(kind, FileInput):
        empty = gettext("请先选一个文件。")
    elif isinstance(kind, RadioSelect | CheckboxSelectMultiple | Select):
        empty = gettext("请选一项。")
    else:
        empty = gettext("这一项要填。")
    found = bound.errors.as_data() if bound.errors else []
    return [empty if fault.code == "required" else words for fault in found for words in fault.messages]


@register.simple_tag
def field(bound: BoundField, *, unit: str = "", width: str = "", cols: int = 1) -> SafeString:
    """One field of a Django form: label, help, error, box, in this order, tied together for readers.

    ``unit`` stands behind the box; ``width="short"`` for numbers; ``cols`` for radio and check boxes (1, 2 or 3).
    """
    kind = bound.field.widget
    ids = [f"{bound.auto_id}-hint"] * bool(bound.help_text) + [f"{bound.auto_id}-wrong"] * bool(bound.errors)
    described = " ".join(ids)
    fault = (faults_of(bound) or [""])[0]
    if isinstance(kind, RadioSelect | CheckboxSelectMultiple):
        name = "checkbox" if isinstance(kind, CheckboxSelectMultiple) else "radio"
        return _draw("choices", field=bound, fault=fault, kind=name, cols=cols, described=described)
    attrs: dict[str, str | bool] = {"aria-describedby": described} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if isinstance(kind, CheckboxInput):
        return _draw("check", field=bound, fault=fault, box=bound.as_widget(attrs=attrs))
    attrs["class"] = "input"
    if isinstance(kind, Textarea):
        attrs["rows"] = "4"
    elif width and not isinstance(kind, Select | FileInput):
        attrs["data-width"] = width
    return _draw("field", field=bound, fault=fault, box=bound.as_widget(attrs=attrs), unit=unit)
