"""The sealed stream that a backup is: encrypted piece by piece, so that a change or a cut anywhere is noticed.

Head, 40 bytes, in the clear:

| bytes | what |
|---|---|
| 0-3 | ``LLB1`` |
| 4 | how the key is made: 1 from a passphrase, 2 from a key file |
| 5-7 | for a passphrase scrypt's cost (RFC 7914): log2 of N, r, p; for a key file three zeros |
| 8-23 | salt, random |
| 24-30 | the beginning of every nonce, random |
| 31 | zero |
| 32-39 | the first 8 bytes of SHA-256(``linli backup key id`` ‖ key) |

The key has 32 bytes: scrypt(passphrase in UTF-8 and NFC, salt), or HKDF-SHA256 (RFC 5869) of the key file's 32 bytes
with the salt and the info ``linli backup``. Then come pieces: each is AES-256-GCM (NIST SP 800-38D) of 65,536 bytes of
the content, the last one of 0 to 65,536, with its tag (16 bytes) behind it. A piece's nonce is the head's 7 bytes, the
piece's number from 0 (4 bytes, big-endian), and 1 for the last piece, else 0 (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, 2015); its authenticated data are the head.
"""

import hashlib
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from linli.machine.refusal import MachineRefused

FORM = b"LLB1"
HEAD = 40
PIECE = 65_536
TAG = 16
SHORTEST_PASSPHRASE = 10

_PASSPHRASE, _KEY_FILE = 1, 2
_COST = (17, 8, 1)
_HIGHEST_COST = (20, 8, 4)
"""A stranger's file may ask for no more work and memory than this."""


@dataclass(frozen=True)
class Secret:
    """What opens a backup: a passphrase, or the 32 bytes of a key file."""

    kind: int
    value: bytes

    @classmethod
    def passphrase(cls, words: str) -> "Secret":
        """Words that a person keeps. Refused when they are too short to withstand guessing."""
        words = unicodedata.normalize("NFC", words)
        if len(words) < SHORTEST_PASSPHRASE:
            raise MachineRefused(
                f"口令太短，至少要{SHORTEST_PASSPHRASE}个字符。",
                f"the passphrase is too short: it needs {SHORTEST_PASSPHRASE} characters at least.",
            )
        return cls(_PASSPHRASE, words.encode())

    @classmethod
    def key_file(cls, path: Path) -> "Secret":
        """A file of 64 hexadecimal digits. Refused when it is not there or is something else."""
        try:
            value = bytes.fromhex(path.read_text("ascii"))
        except (OSError, ValueError):
            value = b""
        if len(value) != 32:
            raise MachineRefused(
                f"{path} 不是备份的钥匙文件（64位十六进制数字）。",
                f"{path} is no key file of backups (64 hexadecimal digits).",
            )
        return cls(_KEY_FILE, value)

    def key(self, head: bytes) -> bytes:
        """The key of the file with this head."""
        salt = head[8:24]
        if self.kind == _KEY_FILE:
            return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b"linli backup").derive(self.value)
        power, r, p = head[5:8]
        return Scrypt(salt=salt, length=32, n=1 << power, r=r, p=p).derive(self.value)


class SealedWriter:
    """Seals what is written to it into ``out``; ``close`` writes the last piece, without which nobody can read it."""

    def __init__(self, out: BinaryIO, secret: Secret) -> None:
        self._out = out
        cost = bytes(_COST) if secret.kind == _PASSPHRASE else bytes(3)
        begin = FORM + bytes([secret.kind]) + cost + os.urandom(16 + 7) + b"\0"
        key = secret.key(begin)
        self._head = begin + _key_id(key)
        self._cipher = AESGCM(key)
        self._held = bytearray()
        self._number = 0
        out.write(self._head)

    def write(self, content: bytes) -> int:
        """Take the next bytes; a piece leaves when more than a whole one is there."""
        self._held += content
        while len(self._held) > PIECE:
            self._seal(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]
        return len(content)

    def close(self) -> None:
        """Seal what is left as the last piece."""
        self._seal(bytes(self._held), last=True)
        self._held.clear()

    def _seal(self, content: bytes, *, last: bool) -> None:
        nonce = _nonce(self._head, self._number, last=last)
        self._out.write(self._cipher.encrypt(nonce, content, self._head))
        self._number += 1


class SealedReader:
    """Opens a sealed stream. Whatever ``read`` returns is what was written; the end is the true end.

    Refused in words: another kind of file, another passphrase or key, a file that was changed or cut short.
    """

    def __init__(self, source: BinaryIO, secret: Callable[[bool], Secret]) -> None:
        """``secret`` is asked for what opens the file; its argument says whether that is a passphrase."""
        self._source = source
        self._head = source.read(HEAD)
        kind, cost = _checked(self._head)
        given = secret(kind == _PASSPHRASE)
        if given.kind != kind:
            raise MachineRefused(
                "这份备份要用" + ("口令" if kind == _PASSPHRASE else "钥匙文件") + "打开。",
                "this backup opens with a " + ("passphrase." if kind == _PASSPHRASE else "key file."),
            )
        if kind == _PASSPHRASE and any(asked > most for asked, most in zip(cost, _HIGHEST_COST, strict=True)):
            raise damaged()
        key = given.key(self._head)
        if _key_id(key) != self._head[32:]:
            raise MachineRefused(
                "口令（或钥匙文件）和这份备份对不上。请核对口令，或换备份时用的那把钥匙。",
                "the passphrase (or key file) is not this backup's: check it.",
            )
        self._cipher = AESGCM(key)
        self._next = source.read(PIECE + TAG)
        if not self._next:
            raise damaged()
        self._number = 0
        self._open = bytearray()

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end."""
        while len(self._open) < size and self._next:
            self._open += self._unseal()
        answer = bytes(self._open[:size])
        del self._open[:size]
        return answer

    def finish(self) -> None:
        """Read to the end, which must be the true one."""
        while self.read(PIECE):
            pass

    def _unseal(self) -> bytes:
        piece = self._next
        self._next = self._source.read(PIECE + TAG)
        nonce = _nonce(self._head, self._number, last=not self._next)
        try:
            content = self._cipher.decrypt(nonce, piece, self._head)
        except InvalidTag:
            raise damaged() from None
        self._number += 1
        return content


def damaged() -> MachineRefused:
    """The refusal of a file that is not as it was written."""
    return MachineRefused(
        "这份备份和写下时不一样：被改过、传坏了，或者没有传完。没有动任何数据。请换一份完好的备份。",
        "this backup is not as it was written: changed, or cut short. Nothing was touched; use another one.",
    )


def _checked(head: bytes) -> tuple[int, tuple[int, int, int]]:
    if not head.startswith(FORM):
        raise MachineRefused("这个文件不是 linli 的备份。", "this file is no backup of linli.")
    if len(head) < HEAD or head[4] not in (_PASSPHRASE, _KEY_FILE):
        raise damaged()
    power, r, p = head[5:8]
    if head[4] == _PASSPHRASE and not (power and r and p):
        raise damaged()
    return head[4], (power, r, p)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"linli backup key id" + key).digest()[:8]


def _nonce(head: bytes, number: int, *, last: bool) -> bytes:
    return head[24:31] + number.to_bytes(4, "big") + bytes([last])
