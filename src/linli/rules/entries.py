"""What stands in a public log: entries of version 1, for ever, and commitments to what is not shown.

An entry is one JSON object in the canonical form of RFC 8785, its texts in Unicode's form NFC, without null and without
fractions, of at most 65,535 bytes: {v, log, event, at, name, subject, public, commitments}. ``event`` and ``subject``
are pseudonyms; ``at`` is UTC in whole seconds. A commitment binds to a value without showing it:
``SHA-256(0x02 ‖ salt ‖ field ‖ 0x00 ‖ value)``, with 32 bytes of salt; whoever is given salt and value can check it.
"""

import json
import re
import unicodedata
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn

from linli.rules.errors import Refused

LONGEST = 65_535
"""Bytes of an entry."""
SALT = 32
_LARGEST = 2**53 - 1
"""Beyond it a reader in another language would round."""
_NAMES = ("at", "commitments", "event", "log", "name", "public", "subject", "v")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
# The entries that are most: no escapes, nothing within anything, nothing beyond U+FFFF, where orders could differ.
_TEXT = r'[^"\\\x00-\x1f\U00010000-\U0010ffff]*+'
_ASCII = r"[ !#-\[\]-~]*+"
_MEMBER = rf'"{_TEXT}":(?:"{_TEXT}"|0|-?[1-9][0-9]{{0,14}}+|true|false)'
_FLAT = rf"\{{(?:{_MEMBER}(?:,{_MEMBER})*+)?\}}"
_FLAT_ENTRY = re.compile(
    rf'\{{"at":"({_AT.pattern})","commitments":({_FLAT}),"event":"({_ASCII})","log":"({_ASCII})","name":"{_ASCII}",'
    rf'"public":({_FLAT}),"subject":"{_ASCII}","v":1\}}',
    re.ASCII,
)
_KEYS = re.compile(r'[{,]"([^"]*+)":(?:"[^"]*+"|[^",}]*+)')
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class Entry(NamedTuple):
    """One entry of a log, as read."""

    log: str
    event: str
    at: datetime
    name: str
    subject: str
    public: Mapping[str, Any]
    commitments: Mapping[str, str]


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value: RFC 8785, texts in NFC. Refused: null, fractions, numbers beyond 2**53 - 1."""
    try:
        return (_quickly(value) or _encode(_ordered(value))).encode()
    except UnicodeEncodeError:
        raise Refused("entry.no-text", "文字里有不完整的字符，不能记入。请重新输入。") from None


def make_entry(
    *,
    log: str,
    event: str,
    at: datetime,
    name: str,
    subject: str,
    public: Mapping[str, object],
    commitments: Mapping[str, bytes],
) -> bytes:
    """The bytes of an entry. Refused: what ``canonical`` refuses, and more than 65,535 bytes."""
    value = {
        "v": 1,
        "log": log,
        "event": event,
        "at": at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z",
        "name": name,
        "subject": subject,
        "public": dict(public),
        "commitments": {field: b64encode(value).decode() for field, value in commitments.items()},
    }
    try:
        raw = _encode_sorted(value).encode()
    except (TypeError, ValueError, RecursionError):
        raw = b""
    raw = raw if _at_a_glance(raw) else canonical(value)
    if len(raw) > LONGEST:
        raise Refused("entry.too-long", "这一条公开的内容太长，记不进记录。请写短一些。")
    return raw


def read_entry(raw: bytes) -> Entry:
    """The entry that the bytes are; refused ("entry.not-canonical") when they are none, or spelt otherwise."""
    given = read_canonical(raw)
    if not isinstance(given, dict) or tuple(given) != _NAMES:
        _not_canonical()
    at, bound, event, log, name, public, subject, version = given.values()
    if not (
        type(version) is int
        and version == 1
        and isinstance(bound, dict)
        and isinstance(public, dict)
        and type(at) is type(event) is type(log) is type(name) is type(subject) is str
        and _AT.fullmatch(at)
    ):
        _not_canonical()
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        _not_canonical()
    return Entry(log, event, moment, name, subject, public, bound)


def marks_in(raw: bytes) -> tuple[str, str, str]:
    """The log, the event and the commitments (as JSON) of an entry; refused as ``read_entry`` refuses.

    What checking a whole log needs of each entry, without reading most of them in full: see ``_at_a_glance``.
    """
    if marks := _at_a_glance(raw):
        return marks
    entry = read_entry(raw)
    return entry.log, entry.event, canonical(entry.commitments).decode()


def read_canonical(raw: bytes) -> object:
    """The JSON value in its one spelling; refused when it is spelt otherwise."""
    try:
        text = raw.decode()
        value, end = _read(text)
        if end != len(text) or len(raw) > LONGEST or not (_is_plain(text) or canonical(value) == raw):
            _not_canonical()
    except (ValueError, RecursionError, Refused):
        _not_canonical()
    return value


def _at_a_glance(raw: bytes) -> tuple[str, str, str] | None:
    """What ``marks_in`` says of an entry that is in its one spelling beyond doubt; None where a closer look is needed.

    The pattern proves the JSON, its names and their order; what it cannot prove is asked: length, NFC, the order of
    the keys within (by code points, which is that by UTF-16 units where nothing is beyond U+FFFF), a day that exists.
    """
    try:
        found = _FLAT_ENTRY.fullmatch(raw.decode())
        if found is None or len(raw) > LONGEST:
            return None
        at, bound, event, log, public = found.groups()
        datetime.fromisoformat(at)
    except ValueError:
        return None
    if not (public.isascii() or unicodedata.is_normalized("NFC", public)) or not bound.isascii():
        return None
    if not _are_in_order(tuple(_KEYS.findall(public))):
        return None
    if bound != "{}" and not _are_in_order(tuple(_KEYS.findall(bound))):
        return None
    return log, event, bound


@lru_cache(maxsize=1_024)
def _are_in_order(keys: tuple[str, ...]) -> bool:
    """Whether each stands once and in its place; a log has few kinds of event, so the answer is mostly known."""
    return list(keys) == sorted(set(keys))


def _quickly(value: object) -> str:
    """The spelling, where nothing has to be put right first; empty where something has, or cannot be."""
    try:
        text = _encode_sorted(value)
        _read(text)
    except (TypeError, ValueError, RecursionError):
        return ""
    return "" if "null" in text or not _is_one_in_unicode(text) else text


def _is_plain(text: str) -> bool:
    """Whether nothing in the text needs a closer look: no escape, no white space, no null; in NFC, in one order."""
    return not (
        "\\" in text or " " in text or "null" in text or "\t" in text or "\r" in text or "\n" in text
    ) and _is_one_in_unicode(text)


def _is_one_in_unicode(text: str) -> bool:
    """Whether the text is in NFC, and its order by code points is that by UTF-16 units."""
    return text.isascii() or (unicodedata.is_normalized("NFC", text) and len(text.encode("utf-16-le")) == 2 * len(text))


def _in_order(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys stand in order, each once; any other is refused, except where only UTF-16 can judge."""
    found = dict(pairs)
    keys = list(found)
    if len(keys) != len(pairs) or (keys != sorted(keys) and keys != sorted(keys, key=_utf_16)):
        raise ValueError
    return found


def _utf_16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) <= 17 else _LARGEST + 1
    if abs(number) > _LARGEST or digits == "-0":
        raise ValueError
    return number


def _no_fraction(_: str) -> NoReturn:
    raise ValueError


_read = json.JSONDecoder(
    object_pairs_hook=_in_order, parse_int=_whole, parse_float=_no_fraction, parse_constant=_no_fraction
).raw_decode


def commitment(salt: bytes, field: str, value: bytes) -> bytes:
    """What binds to a value without showing it."""
    return sha256(b"\2" + salt + field.encode() + b"\0" + value).digest()


def _ordered(value: object) -> object:
    """The value with its texts in NFC and its keys in the order of RFC 8785: by their UTF-16 code units."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        pairs = {unicodedata.normalize("NFC", key): _ordered(each) for key, each in value.items()}
        if len(pairs) < len(value):
            raise Refused("entry.key-twice", "同一个字段写了两次，不能记入。请告诉管理员。")
        return dict(sorted(pairs.items(), key=lambda pair: _utf_16(pair[0])))
    if isinstance(value, list | tuple):
        return [_ordered(each) for each in value]
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) <= _LARGEST):
        return value
    raise Refused("entry.no-value", "记录里不能有空值、小数和太大的数。请告诉管理员。")


def _not_canonical() -> NoReturn:
    raise Refused("entry.not-canonical", "这一条不是规定的写法，可能被改过。")
