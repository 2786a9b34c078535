"""What lies in a backup: a POSIX tar (pax) whose members come in this order.

| member | what |
|---|---|
| ``about.json`` | ``{"form": 1, "at", "linli", "postgres"}``: when, by which version, of which major PostgreSQL |
| ``keys/NAME`` | the keys ``secret``, ``files``, ``data``, ``index``, as the instance had them |
| ``folder/PATH`` | what else lies in the data folder: small files, such as the witness of the public log |
| ``database/NNNNNNNN`` | pieces of what ``pg_dump --format=custom`` wrote; one after the other they are its file |
| ``files/PATH`` | the blobs of the files' folder, encrypted as they lie there |
| ``manifest.json`` | ``{"members": {name: [bytes, SHA-256]}, "marks": {name: words}}`` |

In the manifest the database's pieces are one member, ``database``. ``marks`` say what must be equal after a restore
(``linli.machine.marks``).
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from linli.machine.refusal import MachineRefused
from linli.machine.sealed import SealedReader, SealedWriter, Secret, damaged

FORM = 1
DUMP_PIECE = 4 * 1024 * 1024
_ALLOWED = re.compile(
    r"about\.json|manifest\.json|keys/[a-z]+|database/\d{8}|(?:files|folder)(?:/[^/\0\\]+)+",
)


class Digest:
    """The size and SHA-256 of what passes."""

    def __init__(self) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()

    def take(self, content: bytes) -> bytes:
        """Count the bytes, and hand them on."""
        self.size += len(content)
        self._sha256.update(content)
        return content

    def told(self) -> list[object]:
        """As the manifest has it."""
        return [self.size, self._sha256.hexdigest()]


@dataclass
class ArchiveWriter:
    """Puts members into a sealed stream, and the manifest last."""

    out: SealedWriter
    members: dict[str, list[object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Closed by ``close``: a stream that is left half-way shall not look whole.
        self._tar = tarfile.open(fileobj=cast(BinaryIO, self.out), mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115

    def put(self, name: str, content: bytes) -> None:
        """A member whose content is here."""
        digest = Digest()
        self._add(name, len(content), io.BytesIO(digest.take(content)))
        self.members[name] = digest.told()

    def put_file(self, name: str, path: Path) -> None:
        """A member from a file, as large as it is now."""
        self.put(name, path.read_bytes())

    def put_dump(self, source: BinaryIO) -> None:
        """The database's dump, piece by piece, as it comes out of ``pg_dump``."""
        digest = Digest()
        number = 0
        while piece := source.read(DUMP_PIECE):
            self._add(f"database/{number:08}", len(piece), io.BytesIO(digest.take(piece)))
            number += 1
        self.members["database"] = digest.told()

    def close(self, marks: Mapping[str, str]) -> None:
        """Put the manifest, and end the stream."""
        said = json.dumps({"members": self.members, "marks": dict(marks)}, ensure_ascii=False, sort_keys=True).encode()
        self._add("manifest.json", len(said), io.BytesIO(said))
        self._tar.close()
        self.out.close()

    def _add(self, name: str, size: int, content: BinaryIO) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, content)


@dataclass(frozen=True)
class Told:
    """What a backup says of itself, once all of it was read and found whole."""

    about: Mapping[str, object]
    keys: Mapping[str, str]
    marks: Mapping[str, str]
    files: int
    size: int

    @property
    def rows(self) -> int:
        """How many rows of the database it holds."""
        return sum(int(words.split()[0]) for name, words in self.marks.items() if name.startswith("table "))


Take = Callable[[str, Iterator[bytes]], None]
"""What is done with a member: its name (all pieces of the database as ``database``), and its bytes to be read up."""


def read_archive(path: Path, secret: Callable[[bool], Secret], take: Take) -> Told:
    """Read a backup to its end, giving each member of ``database``, ``files/`` and ``folder/`` to ``take``.

    Refused: what ``SealedReader`` refuses, a form of a later version, a member that should not be there or is not as
    the manifest has it. Only when this has returned is anything proven that ``take`` was given.
    """
    with path.open("rb") as source:
        sealed = SealedReader(source, secret)
        reading = _Reading(take)
        try:
            with tarfile.open(fileobj=cast(BinaryIO, sealed), mode="r|") as tar:
                reading.read(tar)
        except (tarfile.TarError, ValueError, KeyError):
            # The seal held, so this was written so: by a later version, or by somebody else with the key.
            raise damaged() from None
        sealed.finish()
    return reading.told(path.stat().st_size)


class _Reading:
    def __init__(self, take: Take) -> None:
        self._take = take
        self._found: dict[str, Digest] = {}
        self._words: dict[str, bytes] = {}

    def read(self, tar: tarfile.TarFile) -> None:
        waiting: Iterator[tarfile.TarInfo] = iter(tar)
        member = next(waiting, None)
        while member is not None:
            name = member.name
            if not (member.isreg() and _ALLOWED.fullmatch(name)) or {".", ".."} & set(name.split("/")):
                raise damaged()
            if name.startswith("database/"):
                dump = _Dump(tar, member, waiting, self._digest("database"))
                self._take("database", dump.pieces())
                member = dump.after
                continue
            content = self._pieces(tar, member)
            if name.startswith(("files/", "folder/")):
                self._take(name, content)
            else:
                self._words[name] = b"".join(content)
                if name == "about.json":
                    self._check_form()
            member = next(waiting, None)

    def _check_form(self) -> None:
        if json.loads(self._words["about.json"])["form"] != FORM:
            raise MachineRefused(
                "这份备份是更新的 linli 写的，请用那个版本恢复。",
                "this backup was written by a later linli: restore it with that version.",
            )

    def _digest(self, name: str) -> Digest:
        if name in self._found:
            raise damaged()
        return self._found.setdefault(name, Digest())

    def _pieces(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
        return _pieces_of(tar, member, self._digest(member.name))

    def told(self, size: int) -> Told:
        """All that was found, held against the manifest."""
        manifest = json.loads(self._words["manifest.json"])
        found = {name: digest.told() for name, digest in self._found.items() if name != "manifest.json"}
        if found != manifest["members"] or "database" not in found:
            raise damaged()
        return Told(
            about=json.loads(self._words["about.json"]),
            keys={
                name.removeprefix("keys/"): words.decode("ascii")
                for name, words in self._words.items()
                if name.startswith("keys/")
            },
            marks=manifest["marks"],
            files=sum(name.startswith("files/") for name in found),
            size=size,
        )


class _Dump:
    """The pieces of the database's dump as one stream; afterwards ``after`` is the member that follows them."""

    def __init__(
        self, tar: tarfile.TarFile, first: tarfile.TarInfo, waiting: Iterator[tarfile.TarInfo], digest: Digest
    ) -> None:
        self._tar, self._waiting, self._digest = tar, waiting, digest
        self.after: tarfile.TarInfo | None = first

    def pieces(self) -> Iterator[bytes]:
        number = 0
        while self.after is not None and self.after.name.startswith("database/"):
            if self.after.name != f"database/{number:08}" or not self.after.isreg():
                raise damaged()
            yield from _pieces_of(self._tar, self.after, self._digest)
            number += 1
            self.after = next(self._waiting, None)


def _pieces_of(tar: tarfile.TarFile, member: tarfile.TarInfo, digest: Digest) -> Iterator[bytes]:
    content = tar.extractfile(member)
    assert content is not None
    while piece := content.read(256 * 1024):
        yield digest.take(piece)
