"""Where contents lie: encrypted files in one folder, each under the SHA-256 of what it holds.

A blob is ``LLF1``, the key's id (8 bytes), a nonce (12 bytes), then AES-256-GCM (NIST SP 800-38D) of the content with
its tag (16 bytes). The authenticated data are the head and ``table.column.row`` (the row being the content's hash), so
that a blob moved under another name, or a thumbnail in place of its picture, is refused like one that was changed.
"""

import hashlib
import io
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from linli.rules.errors import Refused

logger = logging.getLogger(__name__)

Column = Literal["content", "thumbnail"]

FORM = b"LLF1"
KEY_ID = 8
NONCE = 12
HEAD = len(FORM) + KEY_ID + NONCE
CHUNK = 256 * 1024


def chunks(content: BinaryIO) -> Iterator[bytes]:
    """The whole of a stream from its beginning, piece by piece."""
    content.seek(0)
    while piece := content.read(CHUNK):
        yield piece


def sha256_of(content: BinaryIO) -> str:
    """The hash of a whole stream, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in chunks(content):
        digest.update(piece)
    return digest.hexdigest()


def key_fault(key: str) -> str:
    """What is wrong with a key as it stands in the settings, in words for the machine's keeper; empty if nothing is."""
    if not key:
        return "LINLI_FILES_KEY is not set; it is 64 hexadecimal digits (32 bytes)"
    try:
        size = len(bytes.fromhex(key))
    except ValueError:
        return "LINLI_FILES_KEY is not hexadecimal; it is 64 hexadecimal digits (32 bytes)"
    return "" if size == 32 else f"LINLI_FILES_KEY has {size} bytes; it needs 32 (64 hexadecimal digits)"


@dataclass(frozen=True, slots=True)
class Vault:
    """The folder and its key (32 bytes)."""

    folder: Path
    key: bytes

    @property
    def key_id(self) -> bytes:
        """What names the key without telling it."""
        return hashlib.sha256(b"linli files key id" + self.key).digest()[:KEY_ID]

    def put(self, content: BinaryIO, *, sha256: str, column: Column = "content") -> None:
        """Keep a content under its hash; a content that already lies there whole is not written again.

        The blob appears under its name only when all of it is on the disk; what fails half-way leaves nothing.
        """
        path = self.path_of(sha256, column)
        if path.exists() and self._opens(path, sha256, column):
            return
        # One by one: the mode is for the last folder of a path alone.
        for folder in (self.folder, path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as blob:
                self._write(blob, content, sha256, column)
                blob.flush()
                os.fsync(blob.fileno())
            os.replace(unfinished, path)
        except BaseException:
            os.unlink(unfinished)
            raise
        for folder in (path.parent, self.folder):
            _sync_folder(folder)

    def get(self, sha256: str, column: Column = "content") -> bytes:
        """The content under a hash.

        Refused: ``files.missing`` (no such blob), ``files.other-key`` (sealed with a key that is not the present one),
        ``files.damaged`` (not what was put there). The log names the blob by the beginning of its hash.
        """
        try:
            blob = self.path_of(sha256, column).read_bytes()
        except FileNotFoundError:
            logger.error("file %s: its blob is not in the folder", sha256[:12])
            raise Refused("files.missing", "这份文件找不到了，不是您的问题。请告诉管理员，从备份里找回。") from None
        head, sealed = blob[:HEAD], blob[HEAD:]
        if head.startswith(FORM) and len(head) == HEAD and self._id_in(head) != self.key_id:
            logger.error("file %s: sealed with key %s, not %s", sha256[:12], self._id_in(head).hex(), self.key_id.hex())
            raise Refused("files.other-key", "这份文件现在打不开，不是您的问题。请告诉管理员：文件的钥匙换过了。")
        try:
            return AESGCM(self.key).decrypt(head[-NONCE:], sealed, self._bound(head, sha256, column))
        except (InvalidTag, ValueError):
            logger.error("file %s: the blob is not what was put there", sha256[:12])
            raise Refused(
                "files.damaged", "这份文件和存进来时不一样了，不能给您看。请告诉管理员，从备份里找回。"
            ) from None

    def drop(self, sha256: str) -> None:
        """Let a content go, and what was made of it; nothing where there is none."""
        for column in get_args(Column):
            self.path_of(sha256, column).unlink(missing_ok=True)

    def path_of(self, sha256: str, column: Column = "content") -> Path:
        """Where a blob lies: in a folder of its first two digits."""
        return self.folder / sha256[:2] / (sha256 if column == "content" else f"{sha256}.{column}")

    def other_key(self) -> str:
        """The id of the key that the blobs are sealed with, where that is not the present key; judged by one blob."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f]*"):
            with path.open("rb") as blob:
                head = blob.read(HEAD)
            return "" if self._id_in(head) == self.key_id else self._id_in(head).hex()
        return ""

    def _opens(self, path: Path, sha256: str, column: Column) -> bool:
        try:
            self.get(sha256, column)
        except Refused:
            return False
        return True

    def _write(self, blob: BinaryIO, content: BinaryIO, sha256: str, column: Column) -> None:
        head = FORM + self.key_id + os.urandom(NONCE)
        encryptor = Cipher(algorithms.AES(self.key), modes.GCM(head[-NONCE:])).encryptor()
        encryptor.authenticate_additional_data(self._bound(head, sha256, column))
        blob.write(head)
        for piece in chunks(content):
            blob.write(encryptor.update(piece))
        blob.write(encryptor.finalize() + encryptor.tag)

    @staticmethod
    def _id_in(head: bytes) -> bytes:
        return head[len(FORM) : len(FORM) + KEY_ID]

    @staticmethod
    def _bound(head: bytes, sha256: str, column: Column) -> bytes:
        return head + f"files_file.{column}.{sha256}".encode()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_vault() -> Vault:
    """The vault that the settings name. Refused (``files.no-key``) where its key is missing or is none."""
    if fault := key_fault(settings.FILES_KEY):
        logger.error("files cannot be kept or read: %s", fault)
        raise Refused("files.no-key", "文件现在不能存取，不是您的问题。请告诉管理员：文件的钥匙没有设好。")
    return Vault(folder=Path(settings.FILES_FOLDER), key=bytes.fromhex(settings.FILES_KEY))


def put_bytes(vault: Vault, content: bytes, *, column: Column = "content", sha256: str = "") -> str:
    """Keep bytes; under their own hash, or (a thumbnail) under that of the content they stand for. Returns the hash."""
    sha256 = sha256 or hashlib.sha256(content).hexdigest()
    vault.put(io.BytesIO(content), sha256=sha256, column=column)
    return sha256
