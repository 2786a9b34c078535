"""Who pays what: a cost, a subsidy and the households that join; exact shares, rounded to the fen so that they add up.

A method turns the households into weights; everybody then pays the net cost in proportion to the weight. What the
largest remainders receive is told apart, so that anybody can redo the rounding with pencil and paper.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from linli.rules.errors import Refused

Exact = Fraction | int


@dataclass(frozen=True, slots=True)
class Household:
    """One payer. ``floor`` counts as the building labels it; ``area`` may be in any unit that is the same for all."""

    id: str
    floor: int | None = None
    area: Exact | None = None


class Method(Protocol):
    """A way of sharing: gives each household its weight, in the order of the households."""

    def weights(self, cost: int, households: Sequence[Household]) -> list[Fraction]: ...


@dataclass(frozen=True, slots=True)
class Equal:
    """Everybody pays the same."""

    def weights(self, cost: int, households: Sequence[Household]) -> list[Fraction]:
        return [Fraction(1)] * len(households)


@dataclass(frozen=True, slots=True)
class ByArea:
    """By the area of the exclusive part: the default of Civil Code 283 where nothing was agreed."""

    def weights(self, cost: int, households: Sequence[Household]) -> list[Fraction]:
        return _areas(households)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """By a coefficient of the floor, times the area if ``by_area``. City tables of coefficients are data, not law."""

    table: Mapping[int, Exact]
    by_area: bool = False

    def weights(self, cost: int, households: Sequence[Household]) -> list[Fraction]:
        floors = _floors(households)
        for floor in floors:
            if floor not in self.table:
                raise Refused("shares.no-coefficient", "第{floor}层没有系数。请补上这一层的系数。", floor=floor)
        weights = [Fraction(self.table[floor]) for floor in floors]
        if self.by_area:
            return [weight * area for weight, area in zip(weights, _areas(households), strict=True)]
        return weights


@dataclass(frozen=True, slots=True)
class Airport:
    """By use, as in the airport game: each stretch of the shaft is paid in equal parts by those who ride through it.

    ``levels`` maps each stop's floor to the cost of a lift that reaches just that far, cumulative from below. It gives
    the Shapley value (Littlechild & Owen 1973, Management Science 20(3):370-372). A household below the lowest stop
    rides nowhere and pays nothing; one above the highest rides all the way. Refused: a floor between two stops (it is
    not known which one is used), costs that fall with height, a highest cost that is not the whole cost, and a stretch
    that nobody rides through.
    """

    levels: Mapping[int, int]

    def weights(self, cost: int, households: Sequence[Household]) -> list[Fraction]:
        stops = sorted(self.levels)
        if not stops or self.levels[stops[-1]] != cost:
            raise Refused("shares.levels-not-cost", "最高一站的累计造价须等于总造价。请核对各站的累计造价。")
        used = [self._stop(stops, floor) for floor in _floors(households)]
        paid = [Fraction(0)]
        for place, stop in enumerate(stops, start=1):
            stretch = self.levels[stop] - (self.levels[stops[place - 2]] if place > 1 else 0)
            riders = sum(reached >= place for reached in used)
            if stretch < 0:
                raise Refused(
                    "shares.levels-fall", "第{floor}层的累计造价低于下面一站。请核对各站的累计造价。", floor=stop
                )
            if stretch and not riders:
                raise Refused("shares.nobody-rides", "第{floor}层及以上没有参加的户，这一段造价无人分摊。", floor=stop)
            paid.append(paid[-1] + Fraction(stretch, riders or 1))
        return [paid[reached] for reached in used]

    @staticmethod
    def _stop(stops: Sequence[int], floor: int) -> int:
        """Which stop somebody on ``floor`` rides to, counted from 1; 0 for a floor below the lowest."""
        reached = sum(stop <= floor for stop in stops)
        if stops[0] < floor < stops[-1] and floor not in stops:
            raise Refused("shares.between-stops", "第{floor}层不是停靠层。请写明这些户使用的停靠层。", floor=floor)
        return reached


@dataclass(frozen=True, slots=True)
class Custom:
    """By weights that the households agreed on, one for each id."""

    agreed: Mapping[str, Exact]

    def weights(self, cost: int, households: Sequence[Household]) -> list[Fraction]:
        for row, household in enumerate(households, start=1):
            if household.id not in self.agreed:
                raise Refused("shares.no-weight", "第{row}户没有约定权重。请补齐每一户的权重。", row=row)
        return [Fraction(self.agreed[household.id]) for household in households]


@dataclass(frozen=True, slots=True)
class Split:
    """Who pays what, by household id in the order given: ``exact`` in fractions of a fen, ``shares`` in whole fen, and
    ``rounding``, the fen (0 or 1) in a share that the remainder rule gave."""

    exact: dict[str, Fraction]
    shares: dict[str, int]
    rounding: dict[str, int]


@dataclass(frozen=True, slots=True)
class Point:
    """What one household pays when ``joined`` households take part: between ``least`` and ``most`` fen, whoever the
    others are; ``average`` is the exact net cost per household."""

    joined: int
    least: int
    most: int
    average: Fraction


def split(method: Method, cost: int, households: Sequence[Household], subsidy: int = 0) -> Split:
    """Shares ``cost`` less ``subsidy`` (both in fen) among ``households``; the subsidy lowers all in proportion.

    Each share is rounded down and the fen that remain go one each to the largest remainders, ties in the order of the
    households. Refused: a negative amount, a subsidy above the cost, no household, an id that occurs twice, what the
    method needs and a household lacks, a negative weight, weights that are all zero.
    """
    return in_whole_fen(_exact(method, _net(cost, subsidy), cost, households))


def in_whole_fen(exact: dict[str, Fraction]) -> Split:
    """Amounts that add up to a whole number of fen, rounded by the largest remainders so that they still do."""
    shares = {id_: share.numerator // share.denominator for id_, share in exact.items()}
    left = int(sum(exact.values())) - sum(shares.values())
    # sorted() is stable: of equal remainders, the one named first comes first.
    gets_one = set(sorted(exact, key=lambda id_: shares[id_] - exact[id_])[:left])
    rounding = {id_: int(id_ in gets_one) for id_ in exact}
    return Split(exact=exact, shares={id_: shares[id_] + rounding[id_] for id_ in exact}, rounding=rounding)


def curve(
    method: Method,
    cost: int,
    joined: Sequence[Household],
    waiting: Sequence[Household],
    household: str,
    subsidy: int = 0,
) -> tuple[Point, ...]:
    """What ``household`` (one of ``joined``) pays now and as more and more of ``waiting`` join.

    Nobody knows who joins next, so nothing is assumed about it: each point holds the least and the most the household
    can pay with that many, over every choice of the newcomers (a fen's rounding included). For equal shares the two
    differ by at most that fen. Refused as by ``split``, and a household that has not joined.
    """
    if household not in {member.id for member in joined}:
        raise Refused("shares.not-joined", "这一户还没有参加，不能计算它的分摊变化。")
    # More weight brought in never raises the share of another; in the airport game height is what weighs.
    everyone = [*joined, *waiting]
    weight = dict(zip((member.id for member in everyone), method.weights(cost, everyone), strict=True))
    lightest = sorted(waiting, key=lambda member: weight[member.id])
    heaviest = lightest[::-1]
    net = _net(cost, subsidy)
    points = []
    for more in range(len(waiting) + 1):
        low = _exact(method, net, cost, [*joined, *heaviest[:more]])[household]
        high = _exact(method, net, cost, [*joined, *lightest[:more]])[household]
        count = len(joined) + more
        points.append(Point(joined=count, least=int(low), most=-int(-high // 1), average=Fraction(net, count)))
    return tuple(points)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a subsidy: the named fact must reach ``need`` if that is a number, or be just so if a yes or no.

    ``confirmed`` is False where no source that was read settles the figure: then it is shown as unconfirmed.
    """

    fact: str
    need: int | bool
    confirmed: bool = False
    source: str = ""

    def met_by(self, have: int | bool | None) -> bool | None:
        """Whether ``have`` meets the condition; None when it is not known."""
        if have is None:
            return None
        return have is self.need if isinstance(self.need, bool) else have >= self.need


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition held against the fact: what there is, and whether that is enough (None: the fact is not known)."""

    condition: Condition
    have: int | bool | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a subsidy is to be had: "eligible", "not eligible" or "unknown", with every condition's reason.

    ``confirmed`` tells whether all the conditions that the answer rests on are confirmed ones.
    """

    state: str
    reasons: tuple[Reason, ...]
    confirmed: bool


def eligibility(conditions: Iterable[Condition], facts: Mapping[str, int | bool | None]) -> Eligibility:
    """Holds the conditions of a subsidy (data of a pack) against ``facts`` by name, such as storeys=8, has_lift=True.

    One condition that is not met decides; all met make eligible; anything else is unknown. No condition at all is no
    entitlement: unknown.
    """
    reasons = tuple(
        Reason(condition, facts.get(condition.fact), condition.met_by(facts.get(condition.fact)))
        for condition in conditions
    )
    unmet = [reason for reason in reasons if reason.met is False]
    if unmet:
        # One confirmed reason is enough to be sure of the no.
        return Eligibility("not eligible", reasons, any(reason.condition.confirmed for reason in unmet))
    sure = bool(reasons) and all(reason.met for reason in reasons)
    confirmed = all(reason.condition.confirmed for reason in reasons)
    return Eligibility("eligible" if sure else "unknown", reasons, confirmed)


def _exact(method: Method, net: int, cost: int, households: Sequence[Household]) -> dict[str, Fraction]:
    if not households:
        raise Refused("shares.nobody", "还没有参加的户，无法分摊。请至少写一户。")
    if len({household.id for household in households}) < len(households):
        raise Refused("shares.id-twice", "有一户的编号出现了两次。请让每户的编号各不相同。")
    weights = method.weights(cost, households)
    if min(weights) < 0:
        raise Refused("shares.negative-weight", "系数和权重不能是负数。请核对。")
    total = sum(weights)
    if net and not total:
        raise Refused("shares.no-weight-at-all", "所有户的权重都是零，费用无人分摊。请核对系数或权重。")
    shares = [net * weight / total if total else Fraction(0) for weight in weights]
    return {household.id: share for household, share in zip(households, shares, strict=True)}


def _net(cost: int, subsidy: int) -> int:
    if cost < 0 or subsidy < 0:
        raise Refused("shares.negative-amount", "造价和补贴不能是负数。请核对。")
    if subsidy > cost:
        raise Refused("shares.subsidy-above-cost", "补贴比造价还多，没有可分摊的费用。请核对两个金额。")
    return cost - subsidy


def _floors(households: Sequence[Household]) -> list[int]:
    floors = []
    for row, household in enumerate(households, start=1):
        if household.floor is None:
            raise Refused("shares.no-floor", "第{row}户没有写楼层。请补齐每一户的楼层。", row=row)
        floors.append(household.floor)
    return floors


def _areas(households: Sequence[Household]) -> list[Fraction]:
    areas = []
    for row, household in enumerate(households, start=1):
        if household.area is None:
            raise Refused("shares.no-area", "第{row}户没有写面积。请补齐每一户的面积。", row=row)
        if household.area <= 0:
            raise Refused("shares.area-not-positive", "第{row}户的面积须大于零。请核对。", row=row)
        areas.append(Fraction(household.area))
    return areas
