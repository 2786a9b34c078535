"""The numbers that people and bodies carry (identity, credit code, area code, mobile phone), and their masking."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from linli.rules.errors import Refused

_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
"""The first two digits of GB/T 2260; 81 to 83 also stand on the residence permits for Hong Kong, Macao and Taiwan."""

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_COMPOUND_SURNAME = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯|宇文|长孙|轩辕|端木|南宫|西门|独孤|申屠|太史|呼延|"
    "百里|东郭|闻人|澹台|公冶|宗政|濮阳|淳于|单于|太叔|钟离|司空|公羊|赫连|仲孙|鲜于|闾丘|拓跋|万俟|第五"
)
_LEVELS = ("province", "city", "county", "town", "community")


@dataclass(frozen=True, slots=True)
class Identity:
    """What an identity number says about its bearer. ``area`` is the six-digit place of first registration."""

    area: str
    born: date
    sex: str


@dataclass(frozen=True, slots=True)
class AreaCode:
    """A statistical area code of twelve digits and the level it names: province, city, county, town or community."""

    code: str
    level: str


def identity(text: str, on: date | None = None) -> Identity:
    """Reads an identity number of eighteen characters (GB 11643); spaces, full-width digits and a small x are accepted.

    ``on`` is the day of the check, if a birth after it is to be refused. ``sex`` is "male" or "female". Refused: any
    other shape ("identity.shape"), an unknown province, a day of birth that does not exist or lies after ``on``, and a
    check character that does not fit. The refusal never repeats the number.
    """
    number = _plain(text).upper()
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        raise Refused("identity.shape", "身份证号码应为18位：17位数字，末位为数字或X。请核对后重新输入。")
    # Permanent residents from abroad carry 9 and then the province that issued the card.
    province = number[1:3] if number[0] == "9" else number[:2]
    if not _PROVINCE.fullmatch(province):
        raise Refused("identity.province", "身份证号码开头的地区代码不存在。请对照证件核对。")
    try:
        born = date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        raise Refused("identity.birth", "身份证号码里的出生日期不存在。请对照证件核对第7至14位。") from None
    if on is not None and born > on:
        raise Refused("identity.not-yet-born", "身份证号码里的出生日期晚于今天。请对照证件核对第7至14位。")
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    if number[17] != _ID_CHECKS[total % 11]:
        raise Refused("identity.check", "身份证号码的校验位不对，可能有一位抄错。请对照证件核对。")
    return Identity(area=number[:6], born=born, sex="male" if int(number[16]) % 2 else "female")


def credit_code(text: str) -> str:
    """A unified social credit code (GB 32100) in capitals, once its check character was found right.

    Refused: another shape ("credit-code.shape"), a letter that the standard leaves out (I, O, S, V, Z), and a check
    character that does not fit. The standard's own example, 91350100M000100Y4Z, is refused: its check is 3.
    """
    code = _plain(text).upper()
    if not re.fullmatch(r"[0-9A-Z]{18}", code):
        raise Refused("credit-code.shape", "统一社会信用代码应为18位数字或大写字母。请核对后重新输入。")
    if any(letter not in _CREDIT_ALPHABET for letter in code):
        raise Refused("credit-code.letter", "统一社会信用代码里没有字母 I、O、S、V、Z。请核对是否把数字抄成了字母。")
    if credit_code_check(code[:17]) != code[17]:
        raise Refused("credit-code.check", "统一社会信用代码的校验位不对，可能有一位抄错。请对照证照核对。")
    return code


def credit_code_check(first_seventeen: str) -> str:
    """The check character that GB 32100 computes from the seventeen before it: weights are powers of 3, modulo 31."""
    total = sum(_CREDIT_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(first_seventeen))
    return _CREDIT_ALPHABET[-total % 31]


def area_code(text: str) -> AreaCode:
    """A statistical area code: province, city, county (two digits each), town and community (three digits each).

    Refused: anything but twelve digits, an unknown province, and a part that is given below a part that is zero.
    """
    code = _plain(text)
    if not re.fullmatch(r"\d{12}", code, re.ASCII):
        raise Refused("area-code.shape", "统计用区划代码应为12位数字。请核对后重新输入。")
    parts = (code[:2], code[2:4], code[4:6], code[6:9], code[9:])
    given = [part.strip("0") != "" for part in parts]
    depth = sum(given)
    if not _PROVINCE.fullmatch(code[:2]) or not all(given[:depth]):
        raise Refused("area-code.place", "这个区划代码不存在：上级代码为零或省份不对。请核对后重新输入。")
    return AreaCode(code=code, level=_LEVELS[depth - 1])


def phone(text: str) -> str:
    """A mobile number of mainland China as eleven digits; +86, 0086, spaces, hyphens and full-width digits are read."""
    match = re.fullmatch(r"(?:\+?86|0086)?(1[3-9]\d{9})", _plain(text), re.ASCII)
    if match is None:
        raise Refused("phone.shape", "手机号码应为11位数字，以1开头。请核对后重新输入。")
    return match[1]


def mask_name(name: str) -> str:
    """A name for people who need not know it: 张*, 张*荣, 欧阳**. Any other name keeps one letter."""
    name = unicodedata.normalize("NFKC", name).strip()
    if len(name) > 2 and _COMPOUND_SURNAME.match(name):
        return name[:2] + "*" * (len(name) - 2)
    if len(name) in (3, 4) and re.fullmatch(r"[\u3400-\u9fff\U00020000-\U0003ffff]+", name):
        return name[0] + "*" * (len(name) - 2) + name[-1]
    return name[0] + "*" * (len(name) - 1) if len(name) > 1 else "*"


def mask_phone(number: str) -> str:
    """A phone number for people who need not know it: 138****1234. Eight digits or fewer are all stars."""
    return f"{number[:-8]}****{number[-4:]}" if len(number) > 8 else "*" * len(number)


def mask_mail(address: str) -> str:
    """An e-mail address by which only its owner is known: its first letter and its server."""
    name, _at, server = address.rpartition("@")
    return f"{name[:1]}***@{server}"


def mask_identity(number: str) -> str:
    """An identity number for people who need not know it: the first four and the last four, 1101**********002X."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}" if len(number) > 12 else "*" * len(number)


def _plain(text: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
