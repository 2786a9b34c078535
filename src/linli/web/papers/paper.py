"""What a paper says: small frozen values, filled by an app and given to the page, the PDF, the pictures and the .docx.

Words arrive here translated, and stay data all the way: nothing in them can become markup of any of the four.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.web import parts


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    words: str


@dataclass(frozen=True, slots=True)
class Small:
    """A remark in small letters."""

    words: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What the following is about."""

    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs: the term, and what holds."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; every row has a cell for each head. ``last``: a line of sums."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    last: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Workings:
    """Arithmetic that a reader can do again on paper."""

    lines: Sequence[parts.Working]


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of a rule, each with its answer."""

    items: Sequence[parts.Test]


@dataclass(frozen=True, slots=True)
class Law:
    """The law's own words, where they stand, and what of it nobody has confirmed."""

    quote: str
    source: str
    unconfirmed: bool = False
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """Empty boxes, one of which is ticked by hand."""

    label: str
    options: Sequence[str]


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines to write on, each behind its word, so many in a row."""

    labels: Sequence[str]
    columns: int = 2


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a notice as boxes, for whoever passes to count; paper cannot know which of them is today.

    ``words`` say them to a reader who does not see the boxes.
    """

    labels: Sequence[str]
    words: str

    @property
    def cells(self) -> list[parts.Day]:
        """The boxes as a page draws them."""
        return [parts.Day(label, "ahead") for label in self.labels]


Block = Text | Small | Heading | Facts | Table | Workings | Conditions | Law | Choices | Blanks | Days


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. ``issuer`` is the body that really issues it; ``number`` its 文号; ``signed`` its 落款, line by line.

    ``stamp``: a place is left for the seal, which is never drawn. ``proof`` are the words beside the code at the foot,
    ``code`` the address that the code holds. ``leaf``: one of a set, known by its number, so that its pages bear none.
    """

    issuer: str
    title: str
    blocks: Sequence[Block]
    number: str = ""
    date: str = ""
    signed: Sequence[str] = ()
    stamp: bool = False
    proof: Sequence[str] = ()
    code: str = ""
    leaf: bool = False
    language: str = "zh-hans"

    @property
    def stamp_words(self) -> str:
        """What stands in the empty place for the stamp; nothing where none is left."""
        return _("盖章处") if self.stamp else ""


def plain(block: Block) -> list[dict[str, Any]]:
    """A block in the few forms that a typesetter knows: text small heading facts table rows quote choices blanks
    days."""
    match block:
        case Workings(lines):
            return [{"kind": "rows", "rows": [working_cells(line) for line in lines]}]
        case Conditions(items):
            return [{"kind": "rows", "rows": [[item.name, item.word, item.why] for item in items]}]
        case Law():
            return law_forms(block)
        case Table(heads, rows, last):
            return [{"kind": "table", "heads": list(heads), "rows": listed(rows), "last": list(last)}]
        case Facts(pairs):
            return [{"kind": "facts", "rows": listed(pairs)}]
        case Choices(label, options):
            return [{"kind": "choices", "label": label, "options": list(options)}]
        case Blanks(labels, columns):
            return [{"kind": "blanks", "labels": list(labels), "columns": columns}]
        case Days(labels):
            return [{"kind": "days", "labels": list(labels)}]
        case Text(words) | Small(words) | Heading(words):
            return [{"kind": type(block).__name__.lower(), "words": words}]


def listed(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(row) for row in rows]


def working_cells(line: parts.Working) -> list[str]:
    """One line of arithmetic: what, the comparison, the products, the answer."""
    have, of = line.shown_have or str(line.have), line.shown_of or str(line.of)
    left, right = line.products
    comma = pgettext("list", "，")
    products = f"{line.have}×{line.ratio.denominator}={left}{comma}{line.of}×{line.ratio.numerator}={right}"
    return [
        line.what,
        f"{have}/{of} {line.sign} {line.ratio.numerator}/{line.ratio.denominator}",
        products if line.crossed else "",
        _("已达到") if line.met else _("未达到"),
    ]


def law_forms(law: Law) -> list[dict[str, Any]]:
    """The quotation, its source, and the remarks in one run, so that a rule with eight of them keeps to its sheet."""
    forms: list[dict[str, Any]] = [{"kind": "quote", "words": law.quote}, {"kind": "small", "words": law.source}]
    if law.unconfirmed:
        forms.append({"kind": "small", "words": _("条文待当地核对")})
    if law.notes:
        forms.append({"kind": "small", "words": f"{_('还没有核对的地方：')}{' '.join(law.notes)}"})
    return forms
