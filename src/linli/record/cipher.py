"""What only its owner may read, as it lies in the database: encrypted values, and the index by which one is found.

A sealed value is ``LLD1``, the key's id (8 bytes), a nonce (12 bytes), then AES-256-GCM (NIST SP 800-38D) of the value
with its tag (16 bytes). The authenticated data are the head and ``table.column.row``: a value moved to another row or
column opens nowhere. Keys are read from the environment, the present one first; older ones only open.
"""

import hashlib
import hmac
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from linli.rules.errors import Refused

logger = logging.getLogger(__name__)

FORM = b"LLD1"
KEY_ID = 8
NONCE = 12
HEAD = len(FORM) + KEY_ID + NONCE


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a sealed value stands: the table and column by their names in the database, and the row."""

    table: str
    column: str
    row: UUID

    @property
    def words(self) -> bytes:
        """What the seal binds the value to."""
        return f"{self.table}.{self.column}.{self.row}".encode()


def key_fault(keys: Sequence[str], index_key: str) -> str:
    """What is wrong with the keys as they stand in the settings, for the machine's keeper; empty if nothing is."""
    for name, given in (("LINLI_DATA_KEYS", keys), ("LINLI_INDEX_KEY", (index_key,))):
        if not given or not all(given):
            return f"{name} is not set; a key is 64 hexadecimal digits (32 bytes)"
        for key in given:
            try:
                size = len(bytes.fromhex(key))
            except ValueError:
                return f"{name} is not hexadecimal; a key is 64 hexadecimal digits (32 bytes)"
            if size != 32:
                return f"{name} has {size} bytes; a key has 32 (64 hexadecimal digits)"
    return ""


def seal(value: str, at: Cell) -> bytes:
    """The value, sealed for one cell with the present key."""
    key = _keys()[0]
    head = FORM + key_id(key) + os.urandom(NONCE)
    return head + AESGCM(key).encrypt(head[-NONCE:], value.encode(), head + at.words)


def unseal(sealed: bytes, at: Cell) -> str:
    """The value of a cell.

    Refused: ``data.other-key`` (sealed with a key that is not among the present ones), ``data.damaged`` (changed, or
    moved from another cell). Services outside this app reach personal values only through ``community.reveal``.
    """
    head, ciphertext = bytes(sealed[:HEAD]), bytes(sealed[HEAD:])
    key = next((key for key in _keys() if key_id(key) == head[len(FORM) : len(FORM) + KEY_ID]), None)
    if key is None or not head.startswith(FORM):
        logger.error("%s.%s: sealed with a key that is not there", at.table, at.column)
        raise Refused("data.other-key", "这一项现在打不开，不是您的问题。请告诉管理员：数据的钥匙换过了。")
    try:
        return AESGCM(key).decrypt(head[-NONCE:], ciphertext, head + at.words).decode()
    except (InvalidTag, ValueError):
        logger.error("%s.%s: a value is not what was put there", at.table, at.column)
        raise Refused("data.damaged", "这一项和存进来时不一样了，不能给您看。请告诉管理员，从备份里找回。") from None


def stale(sealed: bytes) -> bool:
    """Whether a value was sealed with another key than the present one, so that rotation has it still to do."""
    return bytes(sealed[len(FORM) : len(FORM) + KEY_ID]) != present_key_id()


def present_key_id() -> bytes:
    """What names the key that values are sealed with now."""
    return key_id(_keys()[0])


def index_of(value: str, *, of: str) -> bytes:
    """What a sealed value is found by: HMAC-SHA256 (RFC 2104) of it under a key that is never rotated.

    ``of`` says what kind of value it is ("phone"), so that equal texts of two kinds have nothing in common. The caller
    brings the value to its one spelling first.
    """
    begun = _begun(tuple(settings.DATA_KEYS), settings.INDEX_KEY, of).copy()
    begun.update(value.encode())
    return begun.digest()


def key_id(key: bytes) -> bytes:
    """What names a key without telling it."""
    return hashlib.sha256(b"linli data key id" + key).digest()[:KEY_ID]


def _keys() -> tuple[bytes, ...]:
    return _read_keys(tuple(settings.DATA_KEYS), settings.INDEX_KEY)[0]


@lru_cache(maxsize=64)
def _begun(keys: tuple[str, ...], index_key: str, of: str) -> hmac.HMAC:
    """The index of one kind of value, up to the value: laying the key in costs more than most values."""
    return hmac.new(_read_keys(keys, index_key)[1], of.encode() + b"\0", "sha256")


@lru_cache(maxsize=4)
def _read_keys(keys: tuple[str, ...], index_key: str) -> tuple[tuple[bytes, ...], bytes]:
    """The keys of the settings as bytes: read once, used for every value."""
    if fault := key_fault(keys, index_key):
        logger.error("sealed values cannot be kept or read: %s", fault)
        raise Refused("data.no-key", "这一项现在不能存取，不是您的问题。请告诉管理员：数据的钥匙没有设好。")
    return tuple(map(bytes.fromhex, keys)), bytes.fromhex(index_key)
