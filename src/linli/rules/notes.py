"""Signed notes and checkpoints, as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with Ed25519.

A note is a text that ends in a newline, an empty line, and signature lines ``— name base64(key id ‖ signature)``. The
key id is the first four bytes of ``SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)``. A checkpoint is a note of three lines:
the log's origin, its size, and the base64 of its root.
"""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from linli.rules.errors import Refused
from linli.rules.merkle import HASH

_ED25519 = b"\1"
_MOST_SIGNATURES = 16
_NAME = re.compile(r"[^\s+]+")


@dataclass(frozen=True, slots=True)
class Key:
    """Whose signature is believed: a name, and an Ed25519 public key of 32 bytes."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that say which key a signature is by."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """As keys are printed and handed on: ``name+id+base64``."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> "Key":
        """The key that was printed so; refused when it is none, or was copied with a fault."""
        name, _, rest = text.strip().partition("+")
        mark, _, encoded = rest.partition("+")
        try:
            raw = b64decode(encoded, validate=True)
            key = cls(name, raw[1:])
            is_one = raw[:1] == _ED25519 and len(raw) == 1 + 32 and key.id.hex() == mark and _NAME.fullmatch(name)
        except (binascii.Error, ValueError):
            is_one = None
        if not is_one:
            raise Refused("note.no-key", "这不是记录的公钥，或者抄错了。请照页面或纸上的整行再抄一遍。")
        return key


def public_of(secret: bytes) -> bytes:
    """The public key of 32 secret bytes."""
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def sign(text: str, *, name: str, secret: bytes) -> str:
    """The note of ``text`` (which ends in a newline) with one signature by ``name``."""
    if not text.endswith("\n") or not _NAME.fullmatch(name) or re.search(r"[\x00-\x09\x0b-\x1f]", text):
        raise ValueError("a note ends in a newline and has no other control characters; a name has no spaces")
    private = Ed25519PrivateKey.from_private_bytes(secret)
    key = Key(name, private.public_key().public_bytes_raw())
    return f"{text}\n— {name} {b64encode(key.id + private.sign(text.encode())).decode()}\n"


def opened(note: str, key: Key) -> str:
    """The text of a note that ``key`` has signed; signatures by others are passed over.

    Refused: what is no note, no signature by ``key``, one that does not hold.
    """
    text, separator, lines = note.rpartition("\n\n")
    signatures = lines.splitlines(keepends=True)
    if (
        not separator
        or not signatures
        or len(signatures) > _MOST_SIGNATURES
        or re.search(r"[\x00-\x09\x0b-\x1f]", note)
    ):
        raise _no_note()
    text += "\n"
    found = [raw for name, raw in map(_signature, signatures) if name == key.name and raw[:4] == key.id]
    if not found:
        raise Refused("note.not-signed", "上面没有这个记录的签名，不能当真。")
    for raw in found:
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
        except (InvalidSignature, ValueError):
            raise Refused("note.false-signature", "签名不对：内容被改过，或者不是这个记录签的。") from None
    return text


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log at one size: whoever keeps it can later see that nothing before was changed."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's three lines."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """The checkpoint that the text of a note is; lines after the third are passed over."""
        lines = text.split("\n")
        try:
            origin, size, root = lines[:3]
            found = cls(origin, int(size), b64decode(root, validate=True))
        except (ValueError, binascii.Error):
            raise _no_note() from None
        if (
            not origin
            or not re.fullmatch(r"0|[1-9][0-9]{0,18}", size)
            or len(found.root) != HASH
            or not text.endswith("\n")
        ):
            raise _no_note()
        return found


def _signature(line: str) -> tuple[str, bytes]:
    match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\n", line)
    try:
        raw = b64decode(match[2], validate=True) if match else b""
    except (binascii.Error, ValueError):
        raw = b""
    if match is None or len(raw) < 5:
        raise _no_note()
    return match[1], raw


def _no_note() -> Refused:
    return Refused("note.unreadable", "读不出签名的记录。请用原来的文件，不要改动。")
