"""Keeping what was uploaded. Every service here refuses before it writes, so that a refusal leaves nothing."""

import base64
import binascii
from collections.abc import Sequence
from typing import BinaryIO, Literal, cast
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction

from linli.files.models import File
from linli.files.pictures import Picture, ink, remake
from linli.files.vault import open_vault, put_bytes, sha256_of
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused

DocumentType = Literal[
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "text/csv",
    "application/octet-stream",
]
UNKNOWN: DocumentType = "application/octet-stream"


def store_picture(*, by: Acting, upload: "UploadedFile[bytes]") -> File:
    """Keep one photo: made anew as a JPEG without metadata to be seen, and as it came (encrypted) as evidence.

    Refused as ``store_pictures`` says.
    """
    (file,) = store_pictures(by=by, uploads=[upload])
    return file


def store_pictures(*, by: Acting, uploads: Sequence["UploadedFile[bytes]"]) -> list[File]:
    """Keep a drop of photos, all or none, in their order.

    Every one is decoded before the first is written. Refused, naming the position in the drop: what is no JPEG, PNG or
    WebP, is cut short, moves, or has too many pixels (``linli.files.pictures``); and everything without a key.
    """
    vault = open_vault()
    pictures = [remake(stream(upload), position=position_of(upload, n)) for n, upload in enumerate(uploads, 1)]
    originals = [sha256_of(stream(upload)) for upload in uploads]
    shown = [put_bytes(vault, picture.content) for picture in pictures]
    for upload, sha256 in zip(uploads, originals, strict=True):
        vault.put(stream(upload), sha256=sha256)
    with transaction.atomic():
        return [
            _file_picture(by=by, sha256=sha256, original_sha256=original, picture=picture)
            for sha256, original, picture in zip(shown, originals, pictures, strict=True)
        ]


#: Signs of a drawn signature as it arrives, and dark pixels that make it more than a stray touch.
DRAWN_LIMIT = 400_000
DRAWN_LEAST = 400
PNG_URL = "data:image/png;base64,"


def store_signature(*, by: Acting, drawn: str) -> File:
    """Keep a signature drawn on a screen: ``drawn`` is the PNG of it as a data URL (RFC 2397).

    Refused: what is no such picture, and one on which next to nothing is drawn.
    """
    try:
        if not drawn.startswith(PNG_URL) or len(drawn) > DRAWN_LIMIT:
            raise ValueError
        content = base64.b64decode(drawn.removeprefix(PNG_URL), validate=True)
        upload = SimpleUploadedFile("signature.png", content, content_type="image/png")
        little = ink(remake(stream(upload))) < DRAWN_LEAST
    except (ValueError, binascii.Error, Refused):
        raise Refused("signature.unreadable", "签名没有传好，请再签一次；不行就改成打字。") from None
    if little:
        raise Refused("signature.empty", "签名框里几乎是空的。请用手指签上您的名字，或者改成打字。")
    return store_picture(by=by, upload=upload)


def store_document(*, by: Acting, upload: "UploadedFile[bytes]", media_type: DocumentType = UNKNOWN) -> File:
    """Keep one document as it is. ``media_type`` is what the caller, having read it, knows it to be.

    Refused: ``document.empty``.
    """
    vault = open_vault()
    if not upload.size:
        raise Refused("document.empty", "第{position}个文件是空的。请选好文件再交。", position=position_of(upload, 1))
    sha256 = sha256_of(stream(upload))
    vault.put(stream(upload), sha256=sha256)
    with transaction.atomic():
        file = File.objects.create(community=_community(by), sha256=sha256, media_type=media_type, size=upload.size)
        _note_stored(file, by=by)
        return file


def position_of(upload: "UploadedFile[bytes]", otherwise: int) -> int:
    """Which file of the drop this is, from 1: as the upload handler counted, or as the caller's list has it."""
    return int(getattr(upload, "position", otherwise))


def stream(upload: "UploadedFile[bytes]") -> BinaryIO:
    """The upload's bytes, as the stream that Django wraps."""
    return cast(BinaryIO, upload.file)


def _file_picture(*, by: Acting, sha256: str, original_sha256: str, picture: Picture) -> File:
    file = File.objects.create(
        community=_community(by),
        sha256=sha256,
        original_sha256=original_sha256,
        media_type="image/jpeg",
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
    )
    _note_stored(file, by=by)
    return file


def _note_stored(file: File, *, by: Acting) -> None:
    facts = {"sha256": file.sha256, "original_sha256": file.original_sha256, "media_type": file.media_type}
    note("file.stored", by=by, subject_kind="file", subject=file.id, internal=facts)


def _community(by: Acting) -> UUID:
    if by.community is None:
        raise ValueError("a file belongs to one community: whoever stores it acts in one")
    return by.community
