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
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NoReturn

from linli.rules.errors import Refused

LONGEST = 65_535
"""Bytes of an entry."""
SALT = 32
_LARGEST = 2**53 - 1
"""Beyond it a reader in another language would round."""
_FIELDS = {"v": int, "log": str, "event": str, "at": str, "name": str, "subject": str, "public": dict}
_NAMES = frozenset({*_FIELDS, "commitments"})
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_NEEDS_A_LOOK = re.compile("null|[0-9]{16}|[\U00010000-\U0010ffff]")
"""What a fast check cannot judge: a null, a large number, a key that sorts otherwise in UTF-16."""


@dataclass(frozen=True, slots=True)
class Entry:
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
        return _encode(_ordered(value)).encode()
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
    raw = canonical(
        {
            "v": 1,
            "log": log,
            "event": event,
            "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "name": name,
            "subject": subject,
            "public": dict(public),
            "commitments": {field: b64encode(value).decode() for field, value in commitments.items()},
        }
    )
    if len(raw) > LONGEST:
        raise Refused("entry.too-long", "这一条公开的内容太长，记不进记录。请写短一些。")
    return raw


def read_entry(raw: bytes) -> Entry:
    """The entry that the bytes are; refused ("entry.not-canonical") when they are none, or spelt otherwise."""
    given = read_canonical(raw)
    if (
        not isinstance(given, dict)
        or given.keys() != _NAMES
        or any(type(given[name]) is not kind for name, kind in _FIELDS.items())
        or given["v"] != 1
        or not _AT.fullmatch(given["at"])
        or not isinstance(given["commitments"], dict)
    ):
        _not_canonical()
    try:
        at = datetime.fromisoformat(given["at"])
    except ValueError:
        _not_canonical()
    return Entry(
        given["log"], given["event"], at, given["name"], given["subject"], given["public"], given["commitments"]
    )


def read_canonical(raw: bytes) -> object:
    """The JSON value in its one spelling; refused when it is spelt otherwise."""
    try:
        text = raw.decode()
        value = json.loads(text, parse_float=_no_fraction, parse_constant=_no_fraction)
    except (ValueError, RecursionError):
        _not_canonical()
    if len(raw) > LONGEST:
        _not_canonical()
    if not _NEEDS_A_LOOK.search(text) and unicodedata.is_normalized("NFC", text):
        if _encode_sorted(value) != text:
            _not_canonical()
        return value
    try:
        is_same = canonical(value) == raw
    except Refused:
        _not_canonical()
    if not is_same:
        _not_canonical()
    return value


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
        return dict(sorted(pairs.items(), key=lambda pair: pair[0].encode("utf-16-be")))
    if isinstance(value, list | tuple):
        return [_ordered(each) for each in value]
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) <= _LARGEST):
        return value
    raise Refused("entry.no-value", "记录里不能有空值、小数和太大的数。请告诉管理员。")


def _no_fraction(_: str) -> NoReturn:
    raise ValueError


def _not_canonical() -> NoReturn:
    raise Refused("entry.not-canonical", "这一条不是规定的写法，可能被改过。")
