"""Who joins later: what the newcomer pays, and what each earlier payer gets back of it, to the fen.

No law that was read says how. The price is a matter of the households' agreement, so its terms are data that a caller
gives (``Terms``), and ``NOTE`` is said with every answer. What is no matter of terms: the newcomer's part is what the
agreed method of sharing gives them among all who then take part; it goes to those whose parts become smaller, in
proportion to how much; and what comes in goes out, so that the payments always add up to the net cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from linli.rules.errors import Refused
from linli.rules.shares import Household, Method, in_whole_fen, split
from linli.rules.words import gettext_noop

NOTE = gettext_noop("后加入的价格，没有查到法律或者文件写明怎么算；这里照各户协议写的条件计算，协议没写的请先商量。")
"""What is said wherever a late joiner's price is shown."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the households agreed for those who join later.

    ``life_months``: the price falls evenly to nothing over so many months; None if it is the full part whenever one
    joins. ``yearly_interest``: simple interest on the full part for the time since the start.
    """

    life_months: int | None = None
    yearly_interest: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A household that joins ``months`` whole months after the start."""

    household: Household
    months: int


@dataclass(frozen=True, slots=True)
class Joining:
    """One newcomer: the full ``part`` among all, the ``price`` in fen (below a fen nothing is asked), who gets it."""

    id: str
    months: int
    part: Fraction
    price: int
    refunds: dict[str, int]


@dataclass(frozen=True, slots=True)
class Late:
    """Every newcomer in order, and what each household has paid in the end: together the net cost, exactly."""

    joinings: tuple[Joining, ...]
    paid: dict[str, int]


def join_late(
    method: Method,
    cost: int,
    founders: Sequence[Household],
    newcomers: Sequence[Newcomer],
    terms: Terms,
    subsidy: int = 0,
) -> Late:
    """What the ``newcomers``, in the order given, pay to join the ``founders``, and who gets it.

    Refused as by ``split``; and newcomers who are not in order of time, months or a life that cannot be, interest below
    zero.
    """
    _check(newcomers, terms)
    members = list(founders)
    before = split(method, cost, members, subsidy)
    paid = dict(before.shares)
    joinings = []
    for newcomer in newcomers:
        members.append(newcomer.household)
        after = split(method, cost, members, subsidy)
        id_ = newcomer.household.id
        price = int(after.exact[id_] * _rate(terms, newcomer.months))
        refunds = _refunds(before.exact, after.exact, price)
        joinings.append(Joining(id_, newcomer.months, after.exact[id_], price, refunds))
        paid = {each: fen - refunds[each] for each, fen in paid.items()} | {id_: price}
        before = after
    return Late(tuple(joinings), paid)


def _rate(terms: Terms, months: int) -> Fraction:
    """The price as a multiple of the full part."""
    left = Fraction(1) if terms.life_months is None else max(Fraction(0), 1 - Fraction(months, terms.life_months))
    return left + terms.yearly_interest * Fraction(months, 12)


def _refunds(before: dict[str, Fraction], after: dict[str, Fraction], price: int) -> dict[str, int]:
    """The price shared among the earlier payers by how much smaller the part of each has become."""
    relief = {id_: part - after[id_] for id_, part in before.items()}
    whole = sum(relief.values())
    return in_whole_fen({id_: price * each / whole if whole else Fraction(0) for id_, each in relief.items()}).shares


def _check(newcomers: Sequence[Newcomer], terms: Terms) -> None:
    if terms.life_months is not None and terms.life_months <= 0:
        raise Refused("late.life", "使用年限须大于零。请照协议填写。")
    if terms.yearly_interest < 0:
        raise Refused("late.interest", "利率不能是负数。请照协议填写。")
    months = [newcomer.months for newcomer in newcomers]
    if any(each < 0 for each in months) or months != sorted(months):
        raise Refused("late.order", "后加入的户要按加入的先后写，月数从开始算起。请核对。")
