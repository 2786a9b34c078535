"""Money: whole fen, read from what people write, and written for a reader or for a receipt (大写)."""

import re
import unicodedata

from linli.rules.errors import Refused

LARGEST = 10**14 - 1
"""The largest amount in fen: 仟亿 is the last place that the capitals of a receipt have."""

_WRITTEN = re.compile(
    r"(?:人民币|RMB|[¥￥])?(?P<yuan>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<decimals>\d+))?(?P<unit>万)?元?", re.ASCII
)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def parse(text: str) -> int:
    """What a person wrote as an amount in yuan, in whole fen.

    Read are "21000", "16,409.02", "¥325.04", "21000元", "1.2万" and the same in full-width characters. Refused is what
    could be read in two ways or is no whole number of fen: commas that are not thousands, a third decimal, a sign,
    and amounts above ``LARGEST``.
    """
    written = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    match = _WRITTEN.fullmatch(written) if len(written) <= 40 else None
    if match is None:
        raise Refused("money.unreadable", "读不出这个金额。请只写数字，单位为元，例如 16409.02。")
    decimals = match["decimals"] or ""
    places = 6 if match["unit"] else 2
    if len(decimals) > places:
        raise Refused("money.below-one-fen", "金额只能写到分。请去掉多余的小数。")
    fen = int(match["yuan"].replace(",", "") + decimals.ljust(places, "0"))
    return _within_bounds(fen)


def yuan(fen: int) -> str:
    """``fen`` as yuan for a reader: 1234567 is "12,345.67". A negative amount keeps its sign in front."""
    whole, cents = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{cents:02d}"


def capitals(fen: int) -> str:
    """``fen`` in the capitals of receipts, such as 人民币壹万陆仟肆佰零玖元零贰分 for 1640902.

    Rules: 正确填写票据和结算凭证的基本规定 (支付结算办法, annex 1). An amount that ends at 元 takes 整; one that ends
    at 角 does not need it and is written without. Several zeros in a row are one 零. 元 is followed by 零 where its own
    place is zero and 角 is not, or 角 is zero and 分 is not. Of two forms that the rules allow, the one their examples
    print first is written (107000.53: 壹拾万柒仟元零伍角叁分). Refused: a negative amount and one above ``LARGEST``.
    """
    whole, cents = divmod(_within_bounds(fen), 100)
    jiao, last = divmod(cents, 10)
    words = f"{_whole_in_capitals(whole)}元" if whole else ""
    if not cents:
        return f"人民币{words or '零元'}整"
    if whole and (jiao == 0 or whole % 10 == 0):
        words += "零"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    if last:
        words += f"{_DIGITS[last]}分"
    return f"人民币{words}"


def _within_bounds(fen: int) -> int:
    if not 0 <= fen <= LARGEST:
        raise Refused("money.out-of-bounds", "金额须在 0 元到 {largest} 元之间。", largest=yuan(LARGEST))
    return fen


def _whole_in_capitals(whole: int) -> str:
    words = ""
    skipped = False
    for place in (2, 1, 0):
        group = whole // 10_000**place % 10_000
        if words and group and (skipped or group < 1000):
            words += "零"
        words += f"{_group_in_capitals(group)}{_GROUPS[place]}" if group else ""
        skipped = bool(words) and not group
    return words


def _group_in_capitals(group: int) -> str:
    words = ""
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += _DIGITS[digit] + _PLACES[place]
        elif words and not words.endswith("零") and group % 10**place:
            words += "零"
    return words
