"""What the parts of a page are made of: small frozen values that a view fills and a template tag draws.

A view writer makes these and hands them to a tag of ``templatetags/parts.py``; ``README.md`` shows each call. Words
arrive here translated. Nothing here reads a database, a clock or a request.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

State = Literal[
    "passed",
    "failed",
    "pending",
    "unverifiable",
    "done",
    "now",
    "open",
    "late",
    "unsure",
    "no",
    "ask",
    "abstain",
    "info",
]
"""What a chip or a mark can say. The first four are a rule's answers, the rest are stations of a piece of work."""

Window = Literal["agreed", "no", "abstain", "ask", "unsure", "open", "empty"]
"""What a window of the building's face can say: one flat, for the walk's own people."""

SHAPES: dict[str, str] = {
    "passed": "passed",
    "done": "passed",
    "failed": "late",
    "late": "late",
    "pending": "half",
    "unverifiable": "half",
    "unsure": "half",
    "now": "half",
    "open": "open",
    "no": "no",
    "ask": "ask",
    "abstain": "abstain",
    "info": "info",
    "agreed": "agreed",
}
"""Which drawing (``s-…`` in icons.svg) stands before the word of a state."""


def unbroken(number: object) -> SafeString:
    """A number such as 广顺园-2023-0001, or a day, as one piece: no line ends within it."""
    return format_html('<span class="nb">{}</span>', number)


def numbered(number: object, words: object) -> SafeString:
    """The note of a row that has a number: the number as one piece, then words."""
    return format_html("{} · {}", unbroken(number), words)


@dataclass(frozen=True)
class UnitBar:
    """One unit's bar, as far as the one who looks may know. Made only by the four class methods.

    ``form`` says how much is shown. A bar is lit from its left, so that no place in it is a flat or a floor. ``noun``
    and ``verb`` follow the number where it is not homes that agree (owners; have answered).
    """

    form: Literal["gathering", "running", "reached", "decided"]
    unit: str
    lit: int
    span: int
    line: int | None
    have: int | None
    of: int | None
    passed: bool | None = None
    noun: str = ""
    verb: str = ""

    @classmethod
    def gathering(cls, unit: str) -> "UnitBar":
        """A unit of others below its ratio, or any matter that needs every voice: no number and no light."""
        return cls("gathering", unit, 0, 1, None, None, None)

    @classmethod
    def running(cls, unit: str, *, have: int, of: int, need: int, noun: str = "", verb: str = "") -> "UnitBar":
        """The looker's own unit below its ratio: "9/18户，还差3户".

        ``have`` voices of ``of`` (vacant homes counted) against a line at ``need``, all in whole homes. Refused
        (ValueError) once ``have`` has reached ``need``: from there on the remainder would name the last homes.
        """
        if not 0 <= have < need <= of:
            raise ValueError("a running bar stands below its line; use reached() from the line on")
        return cls("running", unit, have, of, need, have, of, noun=noun, verb=verb)

    @classmethod
    def reached(cls, unit: str, *, have: int, noun: str = "") -> "UnitBar":
        """Any unit at or past its ratio while the drive runs: "已达到法定比例，15户同意".

        The bar is lit up to the line and ends there. Base, gap and remainder are not parameters, so that no view can
        show them: 47 of 48 names the one.
        """
        return cls("reached", unit, 1, 1, 1, have, None, True, noun=noun)

    @classmethod
    def decided(
        cls, unit: str, *, have: int, of: int, need: int, passed: bool, noun: str = "", verb: str = ""
    ) -> "UnitBar":
        """The result, which the law prints with its base: ``have`` of ``of`` homes, line at ``need``."""
        if not 0 <= have <= of or not 0 < need <= of:
            raise ValueError("a result counts no more homes than the unit has")
        return cls("decided", unit, have, of, need, have, of, passed, noun, verb)

    @property
    def short(self) -> int:
        """How many homes are missing to the line; only a running bar knows it."""
        if self.form != "running" or self.line is None:
            raise ValueError("only one's own unit below its line says what is missing")
        return self.line - self.lit

    @property
    def cuts(self) -> str:
        """SVG path of one hairline per home; none where the base is not shown."""
        return "" if self.form in ("gathering", "reached") else "".join(f"M{n} 0v1" for n in range(1, self.span))


@dataclass(frozen=True)
class Test:
    """One test of a verdict: its name, the answer, the answer's word, and a sentence that says why."""

    name: str
    state: State
    word: str
    why: str = ""


@dataclass(frozen=True)
class Working:
    """One line of arithmetic that a reader can check on paper: have/of against a ratio, by cross-multiplication.

    ``have`` and ``of`` are whole numbers of one unit (homes, or hundredths of a square metre); ``shown_have`` and
    ``shown_of`` are how they are written when that differs ("1,530.00"). ``strict``: more than, not "以上".
    """

    what: str
    have: int
    of: int
    ratio: Fraction
    strict: bool = False
    shown_have: str = ""
    shown_of: str = ""

    @property
    def sign(self) -> str:
        """How have/of stands to the ratio: ">", "=" or "<"."""
        left, right = self.have * self.ratio.denominator, self.of * self.ratio.numerator
        return ">" if left > right else "=" if left == right else "<"

    @property
    def met(self) -> bool:
        return self.sign == ">" or (self.sign == "=" and not self.strict)

    @property
    def crossed(self) -> bool:
        """Whether the products are worth printing: whole homes, not areas."""
        return not (self.shown_have or self.shown_of)

    @property
    def products(self) -> tuple[int, int]:
        return self.have * self.ratio.denominator, self.of * self.ratio.numerator


@dataclass(frozen=True)
class Step:
    """One station of a timeline; exactly one has the state ``now``."""

    what: str
    state: State = "open"
    when: str = ""


@dataclass(frozen=True)
class Day:
    """One day of a notice: what its cell says, and how it stands to today. On paper no day is today."""

    label: str
    when: Literal["past", "today", "ahead"] = "ahead"


@dataclass(frozen=True)
class Row:
    """One line of a list; with ``url`` all of it is the target. ``mark``: one to four signs, or ``icon``: a drawing."""

    title: str
    note: str = ""
    url: str = ""
    mark: str = ""
    icon: str = ""
    state: State | None = None
    word: str = ""


@dataclass(frozen=True)
class Next:
    """One of at most three things that a first screen asks for: what, why, by when, and the verb that does it."""

    what: str
    verb: str
    url: str
    note: str = ""
    state: State | None = None
    word: str = ""


@dataclass(frozen=True)
class Door:
    """One of the four large buttons."""

    label: str
    icon: str
    url: str


@dataclass(frozen=True)
class Figure:
    """A number with its base and its word: Figure("31", "按时回应", base="/34")."""

    number: str
    word: str
    base: str = ""


@dataclass(frozen=True)
class Flat:
    """A window of the face: its number, what it says, the word for a reader, and whether someone goes there next."""

    number: str
    state: Window
    word: str
    go: bool = False


@dataclass(frozen=True)
class Landing:
    """The flats of one floor in one unit; the landing is what one presses, a window never is."""

    flats: Sequence[Flat]
    url: str = ""


@dataclass(frozen=True)
class Face:
    """The building's face for the walk's own people: units across, floors from the top down.

    ``floors`` is a list of (label, one Landing or None per unit). Whoever passes one has checked that the reader
    belongs to the walk: this part is never public, never printed, never exported.
    """

    units: Sequence[tuple[str, str]]
    floors: Sequence[tuple[str, Sequence[Landing | None]]]

    @property
    def width(self) -> int:
        """The most windows on any landing, so that all windows of a face are equally wide."""
        return max((len(one.flats) for _, landings in self.floors for one in landings if one), default=0)


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a window's state and its word with its count ("同意 41")."""

    state: Window
    word: str
    go: bool = False


@dataclass(frozen=True)
class Share:
    """What one household pays when ``joined`` join: ``fen`` (whole fen) and the sentence about one more joining."""

    joined: int
    fen: int
    sentence: str


@dataclass(frozen=True)
class Option:
    """A choice's label with its help, for a form's ``choices``. ``off``: shown with its reason, not to be chosen."""

    label: str | Promise
    hint: str | Promise = ""
    off: bool = False

    def __str__(self) -> str:
        return str(self.label)


@dataclass(frozen=True)
class Column:
    """A table's column: its heading and whether it holds amounts. The first column is the row's heading."""

    head: str
    money: bool = False


@dataclass(frozen=True)
class Line:
    """A table's row: one cell per column (text or safe HTML), and the fault of this row, if it has one."""

    cells: Sequence[object]
    fault: str = ""
    url: str = ""


@dataclass(frozen=True)
class SlipAsk:
    """A line of writing that a slip needs besides its answer: the field ``name``, and what stands there already."""

    name: str
    label: str
    value: str = ""
    most: int = 200


@dataclass(frozen=True)
class SlipTick:
    """A box that a slip may have besides its answer: the field ``name``."""

    name: str
    label: str
    ticked: bool = False


@dataclass(frozen=True)
class Slip:
    """One slip to be entered: ``id`` makes the field ``voice-<id>``.

    ``value`` is what the line shows, ``stands`` what is on record of it: only a line that differs asks for more.
    """

    id: str
    door: str
    note: str = ""
    value: str = ""
    stands: str = ""
    fault: str = ""
    photo: str = ""
    photo_words: str = ""
    ask: SlipAsk | None = None
    tick: SlipTick | None = None


def heights(shares: Iterable[Share]) -> list[int]:
    """Bar heights of a curve of shares in whole hundredths of the tallest, at least 1."""
    fen = [one.fen for one in shares]
    top = max(fen, default=0)
    return [max(1, one * 100 // top) if top else 1 for one in fen]
