"""Reads a JSON document strictly and exactly: no number becomes a float, no key is lost, nothing is guessed."""

import json
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, BinaryIO

from linli.cli.contract import too_large
from linli.rules.errors import Refused

LARGEST_FILE = 64 * 2**20
"""In bytes: room for several hundred thousand households."""

_LONGEST_NUMBER = 40


def document(source: str) -> object:
    """The JSON value in the file ``source``, or on standard input if that is "-"; decimals are ``Decimal``.

    Refused: no such file, a folder, more than ``LARGEST_FILE``, text that is not UTF-8 or not JSON, NaN and Infinity,
    numbers of more than 40 characters or beyond 10 to the power of ±40, and an object that names a key twice (which of
    the two was meant is not known).
    """
    written = _read(source)
    try:
        return json.loads(
            written,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_not_a_number,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as fault:
        raise Refused(
            "input.not-json",
            "文件不是正确的 JSON：第{line}行第{column}个字符处。请改正后再试。",
            line=fault.lineno,
            column=fault.colno,
        ) from None


def written(source: str) -> str:
    """The text in the file ``source``, or on standard input if that is "-"; refused as by ``document``."""
    return _read(source)


def argument(text: str) -> str:
    """A word of the command line or, if it is "-", what standard input holds: it then stays out of shell histories."""
    return _read("-").strip() if text == "-" else text


def fields(value: object, allowed: frozenset[str] | None = None) -> Mapping[str, Any]:
    """``value`` as an object. With ``allowed``, any other key is refused: a misspelt one would silently not count."""
    if not isinstance(value, dict):
        raise Refused("input.not-object", "这里应是一个 JSON 对象，即花括号里的内容。请对照说明核对。")
    for key in value:
        if allowed is not None and key not in allowed:
            raise Refused("input.unknown-field", "不认识的字段“{field}”。请对照说明核对拼写。", field=key[:40])
    return value


def rows(value: object, name: str) -> list[Any]:
    """``value`` as a list, named ``name`` in the refusal."""
    if not isinstance(value, list):
        raise Refused("input.not-list", "“{field}”应是一个列表，即方括号里的内容。请对照说明核对。", field=name)
    return value


def text(value: object, name: str) -> str:
    """``value`` as a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise Refused("input.not-words", "“{field}”应是不为空的文字，写在引号里。请补上。", field=name)
    return value


def truth(value: object, name: str) -> bool:
    """``value`` as true or false."""
    if not isinstance(value, bool):
        raise Refused("input.not-truth", "“{field}”只能是 true 或 false。请改正。", field=name)
    return value


def whole(value: object, name: str, *, quoted: bool = False) -> int:
    """``value`` as a whole number; ``quoted``: also as its digits in quotes, as the keys of an object must be."""
    if quoted and isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value):
        value = _integer(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("input.not-whole", "“{field}”应是整数。请改正。", field=name)
    return value


def exact(value: object, name: str) -> Fraction:
    """``value`` as an exact fraction, given as a number or as a decimal in quotes such as "85.20"."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        value = _decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refused("input.not-number", "“{field}”应是数字，例如 85.20。请改正。", field=name)
    return Fraction(value)


def _read(source: str) -> str:
    try:
        if source == "-":
            return _text_of(sys.stdin.buffer)
        with open(source, "rb") as file:
            return _text_of(file)
    except UnicodeDecodeError:
        raise Refused("input.not-text", "内容不是 UTF-8 文本。请另存为 UTF-8 编码的文件。") from None
    except (OSError, ValueError, AttributeError):
        # A name with a NUL is a ValueError; without standard input, sys.stdin is None.
        raise no_file() from None


def no_file() -> Refused:
    return Refused("input.no-file", "打不开这个文件。请核对文件名，并确认它是可读的文件。")


def _text_of(file: BinaryIO) -> str:
    raw = file.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise too_large()
    return raw.decode("utf-8-sig")


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise _impossible_number()
    try:
        return int(digits)
    except ValueError:
        raise _impossible_number() from None


def _decimal(digits: str) -> Decimal:
    if len(digits) > _LONGEST_NUMBER:
        raise _impossible_number()
    try:
        number = Decimal(digits)
    except ArithmeticError:
        raise _impossible_number() from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > _LONGEST_NUMBER:
        raise _impossible_number()
    return number


def _not_a_number(_: str) -> object:
    raise _impossible_number()


def _impossible_number() -> Refused:
    return Refused("input.impossible-number", "有一个数字太长、太大或不是数字，无法计算。请改正。")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused("input.key-twice", "同一个对象里有字段写了两次，不知以哪个为准。请删去一个。")
    return found
