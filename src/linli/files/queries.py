"""Reading what was kept. Who may see it is the asking app's matter: it asks its own policy first."""

import io
from uuid import UUID

from linli.files.models import File, StampedPaper
from linli.files.pictures import THUMBNAIL_SIDE, remake
from linli.files.vault import open_vault, put_bytes
from linli.rules.errors import Refused


def read(file: File) -> bytes:
    """The picture as made anew, or the document as it came.

    Refused where the machine has no key or another one, or the blob is missing or was changed (``linli.files.vault``).
    """
    return open_vault().get(file.sha256)


def read_original(file: File) -> bytes:
    """The picture exactly as it came, position and all: evidence, for those entitled to it. Refused as ``read``."""
    if not file.original_sha256:
        return read(file)
    return open_vault().get(file.original_sha256)


def read_thumbnail(file: File) -> bytes:
    """A small JPEG of a picture; made when it is first asked for, then kept. Refused as ``read``.

    A thumbnail that is lost or damaged is made anew, since the picture holds all of it.
    """
    vault = open_vault()
    if vault.path_of(file.sha256, "thumbnail").exists():
        try:
            return vault.get(file.sha256, "thumbnail")
        except Refused:
            pass
    small = remake(io.BytesIO(vault.get(file.sha256)), long_side=THUMBNAIL_SIDE).content
    put_bytes(vault, small, column="thumbnail", sha256=file.sha256)
    return small


def stamped_versions(kind: str, subject: UUID) -> list[StampedPaper]:
    """The official versions of a paper, the one that stands first."""
    return list(StampedPaper.objects.filter(kind=kind, subject=subject).order_by("-id"))


def stamped_photo(kind: str, subject: UUID, stamped: UUID) -> File:
    """The photo of one official version of this paper; ``File.DoesNotExist`` where there is none."""
    version = StampedPaper.objects.filter(kind=kind, subject=subject, id=stamped).first()
    if version is None:
        raise File.DoesNotExist
    return File.objects.get(id=version.file, community=version.community)
