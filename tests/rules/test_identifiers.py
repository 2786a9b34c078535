"""Identity numbers (GB 11643), credit codes (GB 32100), area codes, phones, masking.

The two identity numbers are the examples printed in GB 11643. A second implementation checks: identity numbers by the
standard's formula over all eighteen places (ISO 7064, MOD 11-2), credit codes by trying all 31 characters.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.rules import identifiers
from linli.rules.errors import Refused


@pytest.mark.parametrize(
    ("number", "area", "born", "sex"),
    [
        ("11010519491231002X", "110105", date(1949, 12, 31), "female"),
        ("34052419800101001X", "340524", date(1980, 1, 1), "male"),
        (" 110105 19491231 002x ", "110105", date(1949, 12, 31), "female"),
        ("１１０１０５１９４９１２３１００２Ｘ", "110105", date(1949, 12, 31), "female"),
    ],
)
def test_an_identity_number_tells_area_birth_and_sex(number, area, born, sex):
    assert identifiers.identity(number) == identifiers.Identity(area=area, born=born, sex=sex)


def iso_7064(seventeen: str) -> str:
    """The check by the standard's own formula: the sum over all eighteen places is 1 modulo 11."""
    for check in "0123456789X":
        values = [10 if mark == "X" else int(mark) for mark in seventeen + check]
        if sum(value * 2 ** (17 - place) for place, value in enumerate(values)) % 11 == 1:
            return check
    raise AssertionError


BIRTHS = st.dates(date(1900, 1, 1), date(2023, 12, 31))


@given(st.sampled_from(["110105", "120103", "420683", "440113", "810000", "911100"]), BIRTHS, st.integers(0, 999))
def test_every_identity_number_of_the_standard_is_read_and_no_other_check_is(area, born, serial):
    seventeen = f"{area}{born:%Y%m%d}{serial:03d}"
    right = iso_7064(seventeen)
    assert identifiers.identity(seventeen + right).born == born
    for wrong in set("0123456789X") - {right}:
        with pytest.raises(Refused) as no:
            identifiers.identity(seventeen + wrong)
        assert no.value.code == "identity.check"


@given(BIRTHS, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_miscopied_digit_never_passes(born, serial, place, off_by):
    seventeen = f"110105{born:%Y%m%d}{serial:03d}"
    miscopied = f"{seventeen[:place]}{(int(seventeen[place]) + off_by) % 10}{seventeen[place + 1 :]}"
    with pytest.raises(Refused):
        identifiers.identity(miscopied + iso_7064(seventeen))


@pytest.mark.parametrize(
    ("seventeen", "code"),
    [
        ("00010519491231002", "identity.province"),
        ("99010519491231002", "identity.province"),
        ("11010519490231002", "identity.birth"),
        ("11010519491331002", "identity.birth"),
        ("11010500001231002", "identity.birth"),
    ],
)
def test_an_identity_number_with_an_impossible_part_is_refused_by_name(seventeen, code):
    with pytest.raises(Refused) as no:
        identifiers.identity(seventeen + iso_7064(seventeen))
    assert no.value.code == code


def test_nobody_is_born_after_the_day_of_the_check():
    identifiers.identity("11010519491231002X", on=date(1949, 12, 31))
    with pytest.raises(Refused) as no:
        identifiers.identity("11010519491231002X", on=date(1949, 12, 30))
    assert no.value.code == "identity.not-yet-born"


@given(st.text(max_size=30))
def test_a_refusal_never_repeats_the_number(text):
    with pytest.raises(Refused) as no:
        identifiers.identity("1101051949123100" + text)
    assert "1101051949123100" not in str(no.value)


def test_the_standards_own_example_of_a_credit_code_is_wrong_and_three_is_right():
    assert identifiers.credit_code("91350100M000100Y43") == "91350100M000100Y43"
    with pytest.raises(Refused) as no:
        identifiers.credit_code("91350100M000100Y4Z")
    assert no.value.code == "credit-code.letter"


@pytest.mark.parametrize(
    "written",
    ["914403001922038216", "9144030071526726XG", " 9144030071526726xg ", "９１３３０１００７９９６５５０５８ｂ"],
)
def test_credit_codes_in_use_hold_also_in_small_or_wide_letters(written):
    # As three large companies print them on their own pages.
    assert identifiers.credit_code(written) in {"914403001922038216", "9144030071526726XG", "91330100799655058B"}


CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.text(CREDIT, min_size=17, max_size=17))
def test_exactly_one_check_character_closes_a_credit_code(seventeen):
    # Independent of the code under test: the weights are written out, as in GB 32100.
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1]
    right = [
        check
        for check in CREDIT
        if sum(CREDIT.index(mark) * weight for mark, weight in zip(seventeen + check, weights, strict=True)) % 31 == 0
    ]
    assert [identifiers.credit_code_check(seventeen)] == right


@pytest.mark.parametrize("code", ["", "91350100M000100Y4", "91350100M000100Y433", "9135-!00M000100Y43", "好" * 18])
def test_what_has_not_the_shape_of_a_credit_code_is_refused(code):
    with pytest.raises(Refused) as no:
        identifiers.credit_code(code)
    assert no.value.code == "credit-code.shape"


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("120000000000", "province"),
        ("420600000000", "city"),
        ("420683000000", "county"),
        ("420683001000", "town"),
        ("420683001005", "community"),
        ("110101001001", "community"),
        ("420600001000", None),
        ("420083001005", None),
        ("000000000000", None),
        ("990000000000", None),
        ("42068300100", None),
        ("42068300100X", None),
    ],
)
def test_an_area_code_names_its_level(code, level):
    if level is None:
        with pytest.raises(Refused):
            identifiers.area_code(code)
    else:
        assert identifiers.area_code(code) == identifiers.AreaCode(code, level)


@pytest.mark.parametrize(
    "written", ["13812341234", "+86 138 1234 1234", "86-138-1234-1234", "008613812341234", "１３８１２３４１２３４"]
)
def test_a_mobile_number_is_brought_to_eleven_digits(written):
    assert identifiers.phone(written) == "13812341234"


@pytest.mark.parametrize("written", ["12812341234", "1381234123", "138123412345", "+85213812341234", "", "٣" * 11])
def test_what_is_no_mobile_number_of_the_mainland_is_refused(written):
    with pytest.raises(Refused):
        identifiers.phone(written)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王菊", "王*"),
        ("张秀荣", "张*荣"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳娜", "欧阳*"),
        ("欧阳", "欧*"),
        ("张李秀荣", "张**荣"),
        ("买买提·吐尔逊", "买******"),
        ("John Smith", "J*********"),
        ("张", "*"),
        ("", "*"),
    ],
)
def test_a_masked_name_keeps_the_surname_at_most(name, masked):
    assert identifiers.mask_name(name) == masked


def test_masked_numbers_show_their_ends_only():
    assert identifiers.mask_phone("13812341234") == "138****1234"
    assert identifiers.mask_identity("11010519491231002X") == "1101**********002X"
    assert identifiers.mask_phone("12345") == "*****"
    assert identifiers.mask_identity("1234567") == "*******"


@given(st.text(min_size=2, max_size=20))
def test_masking_always_hides_something(text):
    assert "*" in identifiers.mask_name(text)
    assert "*" in identifiers.mask_phone(text)
    assert "*" in identifiers.mask_identity(text)
