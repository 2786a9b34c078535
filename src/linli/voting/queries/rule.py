"""A rule in plain words: what it asks, in whose words it stands, and what of it nobody has confirmed."""

from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from linli.rules.packs import Pack, Parameter
from linli.web.law import language_of


class Condition(Protocol):
    """One condition of a rule, as a pack or a page holds it."""

    @property
    def measure(self) -> str: ...
    @property
    def counted(self) -> str: ...
    @property
    def base(self) -> str: ...
    @property
    def need(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Law:
    """The rule's own words, where they stand, and the notes on what is not confirmed."""

    quote: str
    source: str
    notes: tuple[str, ...]
    unconfirmed: bool


def law_of(pack: Pack) -> Law:
    """The rule's own words, and what of it nobody has confirmed: first whether it was in force."""
    when: tuple[Parameter[Any], ...] = (pack.valid_to, pack.valid_from)
    where: tuple[Parameter[Any] | None, ...] = (pack.scope, pack.uses, pack.places)
    periods_and_counting = (pack.notice_days, pack.remedy_years, pack.overlap, pack.spoiled_participates)
    unconfirmed = [
        language_of(note)
        for confirmed, note in [(each.confirmed, each.note) for each in (*when, *where) if each]
        + [(test.confirmed, test.note) for test in pack.tests]
        + [(each.confirmed, each.note) for each in periods_and_counting]
        if not confirmed and note
    ]
    return Law(
        quote=pack.text.zh,
        source=language_of(pack.article),
        notes=tuple(dict.fromkeys(unconfirmed)),
        unconfirmed=any(not test.confirmed for test in pack.tests),
    )


def condition_name(condition: Condition) -> str:
    """What a condition is called."""
    names = {
        ("heads", "yes"): _("人数"),
        ("area", "yes"): _("面积"),
        ("heads", "participants"): _("参加表态的人数"),
        ("area", "participants"): _("参加表态的面积"),
        ("objections", "objections"): _("明确反对"),
    }
    return names[condition.measure, condition.counted]


def condition_words(condition: Condition, *, several: bool) -> str:
    """What a condition asks, in a sentence; ``several``: of each unit by itself."""
    if condition.measure == "objections":
        return _("不说话不算同意，也不算反对。")
    bases = {"scope": _("全体业主"), "participants": _("参加表态的业主")}
    words = _("%(base)s里要%(ratio)s，一个单元一个单元地算。") if several else _("%(base)s里要%(ratio)s。")
    return words % {"base": bases[condition.base], "ratio": ratio_words(condition.need)}


def ratio_words(need: str) -> str:
    """A ratio with its sign as people say it: ">= 2/3" is 三分之二以上 (the number included, Civil Code 1259)."""
    sign, ratio = need.split(" ", 1)
    if ratio == "1":
        return _("全部")
    return (_("%(ratio)s以上") if sign == ">=" else _("超过%(ratio)s")) % {"ratio": ratio}
