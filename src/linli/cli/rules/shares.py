"""``linli rules shares``: the document of a cost to be shared, and the answer to the fen."""

from collections.abc import Callable, Mapping
from typing import Any

from linli.cli.rules.reading import exact, fields, rows, text, truth, whole
from linli.rules.errors import Refused
from linli.rules.late_joiners import NOTE, Newcomer, Terms, join_late
from linli.rules.shares import Airport, ByArea, Coefficients, Custom, Equal, Household, Method, split

_FIELDS = frozenset(
    {"method", "cost", "subsidy", "households", "coefficients", "levels", "weights", "by_area", "late", "terms"}
)
_TERMS = frozenset({"price", "life_months", "yearly_interest"})


def shares(document: object, say: Callable[[str], str] = str) -> tuple[dict[str, Any], bool]:
    """The answer {"shares": {id: fen}, "rounding": {id: 0 or 1}} to a document as ``docs/recount.md`` describes it.

    Where the document has ``late`` joiners, the answer has "late", "paid", "confirmed" and "words" besides. It is
    always a yes. Refused: a field that is missing, unknown or of the wrong kind, and all that ``linli.rules`` refuses.
    """
    asked = fields(document, _FIELDS)
    households = [_household(row) for row in rows(_required(asked, "households"), "households")]
    cost = whole(_required(asked, "cost"), "cost")
    method, subsidy = _method(asked), whole(asked.get("subsidy", 0), "subsidy")
    result = split(method, cost, households, subsidy)
    answer: dict[str, Any] = {"shares": result.shares, "rounding": result.rounding}
    if "late" in asked or "terms" in asked:
        late = join_late(method, cost, households, _newcomers(asked), _terms(asked), subsidy)
        answer |= {
            "late": [{"id": each.id, "price": each.price, "refunds": each.refunds} for each in late.joinings],
            "paid": late.paid,
            "confirmed": False,
            "words": say(NOTE),
        }
    return answer, True


def _newcomers(asked: Mapping[str, Any]) -> list[Newcomer]:
    late = rows(_required(asked, "late"), "late")
    return [Newcomer(_household(row), whole(_required(fields(row), "months"), "months")) for row in late]


def _terms(asked: Mapping[str, Any]) -> Terms:
    """What was agreed, said in full: nothing is taken for granted where no law says it."""
    given = fields(_required(asked, "terms"), _TERMS)
    price = text(_required(given, "price"), "price")
    if price not in ("full", "falling"):
        raise Refused("late.price", "不认识的算法。price只能是 full（全额）或者 falling（按年限递减）。")
    life = whole(_required(given, "life_months"), "life_months") if price == "falling" else None
    return Terms(life, exact(given.get("yearly_interest", 0), "yearly_interest"))


def _method(asked: Mapping[str, Any]) -> Method:
    name = text(_required(asked, "method"), "method")
    if name not in _METHODS:
        raise Refused("shares.unknown-method", "不认识的分摊办法。可选：{methods}。", methods="、".join(_METHODS))
    return _METHODS[name](asked)


def _coefficients(asked: Mapping[str, Any]) -> Method:
    table: dict[int, Any] = {}
    for floor, value in fields(_required(asked, "coefficients")).items():
        _once(table, whole(floor, "coefficients", quoted=True), exact(value, "coefficients"))
    return Coefficients(table, by_area=truth(asked.get("by_area", False), "by_area"))


def _airport(asked: Mapping[str, Any]) -> Method:
    levels: dict[int, int] = {}
    for row in rows(_required(asked, "levels"), "levels"):
        level = fields(row)
        _once(levels, whole(_required(level, "floor"), "floor", quoted=True), whole(_required(level, "cost"), "cost"))
    return Airport(levels)


def _custom(asked: Mapping[str, Any]) -> Method:
    given = fields(_required(asked, "weights"))
    return Custom({id_: exact(value, "weights") for id_, value in given.items()})


_METHODS: dict[str, Callable[[Mapping[str, Any]], Method]] = {
    "equal": lambda asked: Equal(),
    "area": lambda asked: ByArea(),
    "coefficients": _coefficients,
    "airport": _airport,
    "custom": _custom,
}


def _household(row: object) -> Household:
    given = fields(row)
    floor, area = given.get("floor"), given.get("area")
    return Household(
        id=text(_required(given, "id"), "id"),
        floor=None if floor is None else whole(floor, "floor", quoted=True),
        area=None if area is None else exact(area, "area"),
    )


def _required(given: Mapping[str, Any], name: str) -> object:
    if name not in given:
        raise Refused("input.missing-field", "缺少字段“{field}”。请对照说明补上。", field=name)
    return given[name]


def _once(table: dict[int, Any], floor: int, value: object) -> None:
    if floor in table:
        raise Refused("shares.floor-twice", "第{floor}层写了两次，不知以哪个为准。请删去一个。", floor=floor)
    table[floor] = value
