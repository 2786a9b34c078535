"""Keeping what was uploaded. Every service here refuses before it writes, so that a refusal leaves nothing."""

import base64
import binascii
import io
from collections.abc import Sequence
from typing import BinaryIO, Literal, cast
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.db.models import Q

from linli.files.models import File, StampedPaper
from linli.files.pictures import Picture, ink, remake
from linli.files.queries import stamped_versions
from linli.files.vault import open_vault, put_bytes, sha256_of
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused

DocumentType = Literal[
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
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


def store_made(*, by: Acting, content: BinaryIO, media_type: DocumentType) -> File:
    """Keep a document that the program itself has made, from a stream of any length."""
    vault = open_vault()
    sha256 = sha256_of(content)
    vault.put(content, sha256=sha256)
    with transaction.atomic():
        size = content.seek(0, io.SEEK_END)
        file = File.objects.create(community=_community(by), sha256=sha256, media_type=media_type, size=size)
        _note_stored(file, by=by)
        return file


@transaction.atomic
def let_go(file: File, *, by: Acting) -> None:
    """Let go of what was kept for a time only; its content goes when this is committed and no other file has it."""
    file_id, sha256 = file.id, file.sha256
    file.delete()
    note("file.let_go", by=by, subject_kind="file", subject=file_id, internal={"sha256": sha256})
    transaction.on_commit(lambda: _drop(sha256))


def _drop(sha256: str) -> None:
    named = Q(sha256=sha256) | Q(original_sha256=sha256)
    if not File.objects.filter(named).exists():
        open_vault().drop(sha256)


@transaction.atomic
def keep_stamped(*, by: Acting, kind: str, subject: UUID, photo: File, reason: str = "") -> StampedPaper:
    """Take the photo of a stamped paper as its official version; the caller has locked the paper's own row.

    Refused: a second version without a reason, a photo that stands already.
    """
    before = stamped_versions(kind, subject)
    if before and not reason.strip():
        raise Refused("stamped.no-reason", "这份文件已经有盖章版了。要换一张，请写明为什么换；旧的会留底。")
    if before and before[0].sha256 == photo.sha256:
        raise Refused("stamped.same", "这张照片和现在的盖章版一样，不用再交。")
    stamped = StampedPaper.objects.create(
        community=_community(by), kind=kind, subject=subject, file=photo.id, sha256=photo.sha256, reason=reason.strip()
    )
    facts = {"kind": kind, "sha256": photo.sha256, "replaces": before[0].sha256 if before else ""}
    note("paper.stamped", by=by, subject_kind="stamped_paper", subject=stamped.id, public=facts)
    return stamped


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
