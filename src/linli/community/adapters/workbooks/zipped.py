"""An archive from outside, looked over before anything of it is unpacked."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.parsers import expat

from linli.community.adapters.workbooks.limits import (
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED,
    broken,
    locked,
    macros,
    swells,
)

CHUNK = 256 * 1024


def is_ods(data: bytes) -> bool:
    """Whether an archive says of itself that it is an OpenDocument spreadsheet: its first part, stored as it is."""
    return b"application/vnd.oasis.opendocument.spreadsheet" in data[:200]


@contextmanager
def opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """The archive; whatever is wrong with it while it is read becomes a refusal in words."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, ValueError, NotImplementedError):
        raise broken() from None
    except RuntimeError:
        raise locked() from None


def sound_parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The parts by name in lower case.

    Refused: macros, too many parts, two of one name, one that leaves its folder, one that swells.
    """
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if any("vbaproject" in name or (name.endswith(".bin") and "macro" in name) for name in names):
        raise macros()
    if len(parts) > MAX_PARTS or len(set(names)) != len(names) or any(map(leaves_folder, names)):
        raise broken()
    if sum(part.file_size for part in parts) > MAX_UNPACKED or any(map(is_swollen, parts)):
        raise swells()
    return dict(zip(names, parts, strict=True))


def leaves_folder(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name


def is_swollen(part: zipfile.ZipInfo) -> bool:
    return part.file_size > 1024 * 1024 and part.file_size > MAX_RATIO * max(part.compress_size, 1)


def unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part's content in pieces; one that is not as long as it says is broken."""
    length = 0
    with archive.open(part) as stream:
        while piece := stream.read(CHUNK):
            length += len(piece)
            if length > part.file_size:
                raise broken()
            yield piece
    if length != part.file_size:
        raise broken()


def xml_parser() -> expat.XMLParserType:
    """A parser that refuses document types, and so every entity."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_document_type
    return parser


def refuse_document_type(*_: object) -> None:
    raise broken()
