"""Sealed values: they open in their own cell alone, under any key that is still there, and are found by an index."""

import hashlib
import hmac
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from linli.record.cipher import Cell, index_of, key_fault, seal, stale, unseal
from linli.rules.errors import Refused

OLD, NEW = "11" * 32, "22" * 32
PHONE = Cell("community_person", "phone", UUID(int=7))


@pytest.fixture(autouse=True)
def keys(settings: Settings) -> None:
    settings.DATA_KEYS = [OLD]
    settings.INDEX_KEY = "33" * 32


@given(st.text())
def test_a_value_comes_back_and_is_never_sealed_the_same_twice(value: str) -> None:
    one, two = seal(value, PHONE), seal(value, PHONE)
    assert unseal(one, PHONE) == unseal(two, PHONE) == value
    assert one != two


def test_the_form_is_the_one_that_is_written_down() -> None:
    """Opened by hand, with nothing of ours but the description at the head of the module."""
    sealed = seal("13800001234", PHONE)
    assert sealed[:4] == b"LLD1"
    assert sealed[4:12] == hashlib.sha256(b"linli data key id" + bytes.fromhex(OLD)).digest()[:8]
    bound = sealed[:24] + b"community_person.phone.00000000-0000-0000-0000-000000000007"
    assert AESGCM(bytes.fromhex(OLD)).decrypt(sealed[12:24], sealed[24:], bound) == b"13800001234"


@pytest.mark.parametrize(
    "other",
    [
        Cell("community_person", "phone", UUID(int=8)),
        Cell("community_person", "identity_number", UUID(int=7)),
        Cell("accounts_account", "phone", UUID(int=7)),
    ],
    ids=["row", "column", "table"],
)
def test_a_value_that_was_moved_opens_nowhere(other: Cell) -> None:
    with pytest.raises(Refused) as refused:
        unseal(seal("13800001234", PHONE), other)
    assert refused.value.code == "data.damaged"


@given(st.data())
def test_a_value_that_was_changed_in_any_bit_is_refused(data: st.DataObject) -> None:
    sealed = bytearray(seal("13800001234", PHONE))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(Refused):
        unseal(bytes(sealed), PHONE)


def test_keys_are_changed_without_losing_what_older_ones_sealed(settings: Settings) -> None:
    before, index = seal("13800001234", PHONE), index_of("13800001234", of="phone")
    settings.DATA_KEYS = [NEW, OLD]
    assert unseal(before, PHONE) == "13800001234"
    assert stale(before)
    again = seal(unseal(before, PHONE), PHONE)
    assert not stale(again)
    assert index_of("13800001234", of="phone") == index
    settings.DATA_KEYS = [NEW]
    assert unseal(again, PHONE) == "13800001234"
    with pytest.raises(Refused) as refused:
        unseal(before, PHONE)
    assert refused.value.code == "data.other-key"


def test_the_index_is_an_hmac_that_keeps_kinds_apart() -> None:
    assert index_of("1", of="phone") == hmac.new(bytes.fromhex("33" * 32), b"phone\x001", hashlib.sha256).digest()
    assert index_of("1", of="phone") != index_of("1", of="identity_number")


@pytest.mark.parametrize(
    ("given", "index", "words"),
    [
        ([], "33" * 32, "LINLI_DATA_KEYS is not set"),
        (["11" * 31], "33" * 32, "LINLI_DATA_KEYS has 31 bytes"),
        (["zz" * 32], "33" * 32, "LINLI_DATA_KEYS is not hexadecimal"),
        (["11" * 32], "", "LINLI_INDEX_KEY is not set"),
    ],
)
def test_keys_that_are_none_are_named_and_nothing_is_kept(
    given: list[str], index: str, words: str, settings: Settings
) -> None:
    assert words in key_fault(given, index)
    settings.DATA_KEYS, settings.INDEX_KEY = given, index
    with pytest.raises(Refused) as refused:
        seal("13800001234", PHONE)
    assert refused.value.code == "data.no-key"
