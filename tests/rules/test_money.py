"""Amounts read and written: 正确填写票据和结算凭证的基本规定 (支付结算办法, annex 1), and the village road's sums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.rules import money
from linli.rules.errors import Refused

FEN = st.integers(0, money.LARGEST)


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        # The examples printed in the rules themselves; of two allowed forms, the first printed.
        ("1409.50", "人民币壹仟肆佰零玖元伍角"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        # The road of Huigang: spent, seed money, budget.
        ("21000", "人民币贰万壹仟元整"),
        ("40000", "人民币肆万元整"),
        ("48000", "人民币肆万捌仟元整"),
        # The edges of the scale.
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角"),
        ("10", "人民币壹拾元整"),
        ("100000000", "人民币壹亿元整"),
        ("100007000", "人民币壹亿零柒仟元整"),
        ("100700", "人民币壹拾万零柒佰元整"),
        ("999999999999.99", "人民币玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_capitals_are_those_of_the_rules_for_receipts(amount, capitals):
    assert money.capitals(money.parse(amount)) == capitals


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("21000", 2_100_000),
        ("16,409.02", 1_640_902),
        ("¥325.04", 32_504),
        ("２１０００元", 2_100_000),
        ("人民币 48000 元", 4_800_000),
        ("1.2万", 1_200_000),
        ("1.2万元", 1_200_000),
        ("1.234567万", 1_234_567),
        ("0.1", 10),
        ("7.", None),
        ("1,23", None),
        ("1,2345", None),
        ("1.230", None),
        ("1.2345678万", None),
        ("-5", None),
        ("1e3", None),
        ("٢١", None),
        ("", None),
        ("9" * 41, None),
        ("1000000000000", None),
    ],
)
def test_an_amount_is_read_in_its_one_meaning_or_not_at_all(written, fen):
    if fen is None:
        with pytest.raises(Refused):
            money.parse(written)
    else:
        assert money.parse(written) == fen


@given(FEN)
def test_what_is_written_for_a_reader_is_read_back(fen):
    assert money.parse(money.yuan(fen)) == fen
    assert money.parse(money.yuan(fen).replace(",", "")) == fen


def test_a_negative_amount_shows_its_sign_and_is_never_written_in_capitals():
    assert money.yuan(-1_234_567) == "-12,345.67"
    with pytest.raises(Refused):
        money.capitals(-1)


def read_capitals(words: str) -> int:
    """An independent reader: adds up place by place, from left to right, as a cashier would."""
    digits = {word: value for value, word in enumerate("零壹贰叁肆伍陆柒捌玖")}
    fen = yuan = group = digit = 0
    for word in words.removeprefix("人民币"):
        if word in digits:
            digit = digits[word]
        elif word in "拾佰仟":
            group, digit = group + digit * {"拾": 10, "佰": 100, "仟": 1000}[word], 0
        elif word in "万亿":
            yuan, group, digit = yuan + (group + digit) * {"万": 10**4, "亿": 10**8}[word], 0, 0
        elif word == "元":
            fen, yuan, group, digit = (yuan + group + digit) * 100, 0, 0, 0
        elif word in "角分":
            fen, digit = fen + digit * {"角": 10, "分": 1}[word], 0
        else:
            assert word == "整"
    return fen


@given(FEN)
def test_capitals_say_the_amount_and_leave_no_room_to_change_it(fen):
    words = money.capitals(fen)
    assert read_capitals(words) == fen
    assert "零零" not in words
    assert words.endswith("元整") == (fen % 100 == 0)
    assert ("整" in words) == (fen % 100 == 0)
    assert not any(f"零{unit}" in words for unit in "拾佰仟万亿角分")
