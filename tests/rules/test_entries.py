"""Entries of a public log: one spelling (RFC 8785), NFC, and commitments that bind."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.rules.entries import canonical, commitment, make_entry, marks_in, read_canonical, read_entry
from linli.rules.errors import Refused

AT = datetime(2023, 6, 12, 19, 42, 7, 999_999, tzinfo=timezone(timedelta(hours=8)))
RAW = (
    '{"at":"2023-06-12T11:42:07Z","commitments":{"words":"AAAA"},"event":"e","log":"a.example/1","name":"matter.raised",'
    '"public":{"number":"广顺园-2023-0001"},"subject":"s","v":1}'
).encode()


def made(**more: object) -> bytes:
    values: dict[str, object] = {
        "log": "a.example/1",
        "event": "e",
        "at": AT,
        "name": "matter.raised",
        "subject": "s",
        "public": {"number": "广顺园-2023-0001"},
        "commitments": {"words": b"\0\0\0"},
    }
    return make_entry(**values | more)  # type: ignore[arg-type]


def test_an_entry_has_one_spelling_and_its_time_is_utc_in_seconds() -> None:
    assert made() == RAW
    entry = read_entry(RAW)
    assert (entry.at, entry.public) == (AT.astimezone(UTC).replace(microsecond=0), {"number": "广顺园-2023-0001"})


def test_keys_are_ordered_as_rfc_8785_orders_them() -> None:
    """The example of §3.2.3: by UTF-16 code units, where U+1F600 comes before U+FB33."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    value = dict.fromkeys(keys, 1)
    value["\u05d3\u05bc"] = value.pop("\ufb33")  # NFC takes the presentation form apart
    assert list(json.loads(canonical(value))) == ["\r", "1", "\u0080", "\u00f6", "\u05d3\u05bc", "\u20ac", "\U0001f600"]
    assert list(json.loads(canonical({"\ue000": 1, "\U0001f600": 1}))) == ["\U0001f600", "\ue000"]


def test_texts_are_written_as_rfc_8785_writes_them() -> None:
    """The literals of §3.2.2.2: short escapes, \\u00xx in small letters, everything else as it is."""
    value = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/\x7f\u2028"
    assert canonical(value) == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"'.encode()


def test_what_is_typed_decomposed_is_written_composed() -> None:
    assert canonical({"e\u0301": "e\u0301"}) == '{"é":"é"}'.encode()
    with pytest.raises(Refused) as refused:
        canonical({"e\u0301": 1, "é": 2})
    assert refused.value.code == "entry.key-twice"


@pytest.mark.parametrize("value", [None, 0.5, 1.0, 2**53, -(2**53), b"", {"a": [None]}, object()])
def test_null_fractions_and_large_numbers_do_not_enter(value: object) -> None:
    with pytest.raises(Refused) as refused:
        made(public={"a": value})
    assert refused.value.code == "entry.no-value"


def test_half_a_character_does_not_enter() -> None:
    with pytest.raises(Refused) as refused:
        made(public={"a": "\ud83d"})
    assert refused.value.code == "entry.no-text"


def test_an_entry_is_at_most_65535_bytes() -> None:
    room = 65_535 - len(made(public={"a": ""}))
    assert len(made(public={"a": "字" * (room // 3)})) <= 65_535
    with pytest.raises(Refused) as refused:
        made(public={"a": "x" * (room + 1)})
    assert refused.value.code == "entry.too-long"


values = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_reads_back_and_any_other_spelling_is_refused(value: object) -> None:
    try:
        raw = canonical(value)
    except Refused:
        return  # two keys that NFC makes one
    assert canonical(read_canonical(raw)) == raw
    loose = json.dumps(json.loads(raw), ensure_ascii=True, indent=0).encode()
    if loose != raw:
        with pytest.raises(Refused):
            read_canonical(loose)


@pytest.mark.parametrize(
    "raw",
    [
        RAW + b" ",
        RAW.replace(b'"v":1', b'"v":2'),
        RAW.replace(b'"v":1', b'"v":true'),
        RAW.replace(b'"v":1', b'"v":1.0'),
        RAW.replace(b'"v":1', b'"v":1,"w":1'),
        RAW.replace(b',"v":1', b""),
        RAW.replace(b'"e"', b"null"),
        RAW.replace(b'"e"', b"1"),
        RAW.replace(b"06-12", b"02-30"),
        RAW.replace(b"07Z", b"07+"),
        RAW.replace(b'{"at"', b'{"at":"","at"'),
        RAW.replace("广".encode(), b"\\u5e7f"),
        RAW.replace("广".encode(), "e\u0301".encode()),
        RAW.replace("广".encode(), b"\xff"),
        RAW.replace(b'"number":', b'"z":1,"number":'),
        b"[" * 100_000,
        b"",
    ],
)
def test_bytes_that_are_no_entry_in_its_one_spelling_are_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_entry(raw)
    assert refused.value.code == "entry.not-canonical" == at_a_glance(raw)


def as_read(raw: bytes) -> tuple[str, str, object] | str:
    """What reading an entry in full says of it."""
    try:
        entry = read_entry(raw)
    except Refused as refused:
        return refused.code
    return entry.log, entry.event, entry.commitments


def at_a_glance(raw: bytes) -> tuple[str, str, object] | str:
    """What ``marks_in`` says of it."""
    try:
        log, event, bound = marks_in(raw)
    except Refused as refused:
        return refused.code
    return log, event, json.loads(bound)


# Texts in which what could go wrong is frequent: marks that combine, orders that differ, JSON's own signs.
texts = st.text(
    st.sampled_from('ab "\\{}[],:0广é\u0301\u2260\u0338\ufb33\ue000\U0001f600\x00\x7f\n') | st.characters(), max_size=6
)
flat = st.dictionaries(texts, texts | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1), max_size=4)
signs = '" , : { } [] -0 01 1.0 1e3 9007199254740992 null \\ \\u0041 e\u0301 \u0338 T24:00:00Z \u0661 \U0001f600'
pieces = st.sampled_from([*signs.split(), '"a":1,', ',"a":1', "2023-02-30", " ", "\n", ""]).map(str.encode)


@given(st.data(), flat, st.dictionaries(texts, st.binary(max_size=4), max_size=3))
@settings(max_examples=400)
def test_an_entry_at_a_glance_is_the_entry_read_in_full(
    data: st.DataObject, public: dict[str, object], bound: dict[str, bytes]
) -> None:
    """Right or changed anywhere: both accept it and find the same, or both refuse it."""
    try:
        raw = made(public=public, commitments=bound)
    except Refused:
        return  # two keys that NFC makes one, or half a character
    assert at_a_glance(raw) == as_read(raw) != "entry.not-canonical"
    start = data.draw(st.integers(0, len(raw)))
    changed = raw[:start] + data.draw(pieces | st.binary(max_size=2)) + raw[start + data.draw(st.integers(0, 12)) :]
    assert at_a_glance(changed) == as_read(changed)


@pytest.mark.parametrize(
    "public",
    ['{"b":1,"a":1}', '{"a":1,"a":1}', '{"a":-0}', '{"a":9007199254740992}', '{"a!":1,"a":1}', '{"a":"e\u0301"}'],
)
def test_what_only_the_glance_could_overlook_is_refused(public: str) -> None:
    raw = RAW.replace('{"number":"广顺园-2023-0001"}'.encode(), public.encode())
    assert at_a_glance(raw) == as_read(raw) == "entry.not-canonical"
    right = RAW.replace('{"number":"广顺园-2023-0001"}'.encode(), b'{"a":1,"a!":1}')
    assert at_a_glance(right) == as_read(right) != "entry.not-canonical"


def test_a_commitment_is_the_hash_that_is_written_down() -> None:
    salt = bytes(range(32))
    assert (
        commitment(salt, "title", "电梯".encode()) == sha256(b"\x02" + salt + b"title\x00" + "电梯".encode()).digest()
    )


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_a_commitment_binds_field_and_value_apart(one: bytes, other: bytes) -> None:
    salt = bytes(32)
    assert (commitment(salt, "a", one) == commitment(salt, "a", other)) == (one == other)
    assert commitment(salt, "a", one) != commitment(salt, "ab", one)
    assert commitment(salt, "a", one) != commitment(b"\1" * 32, "a", one)
