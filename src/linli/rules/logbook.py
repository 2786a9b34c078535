"""Checking a public log at home: the whole log as it is exported, or the proof of a few entries.

A log's file has one JSON object a line: a head that names the log and its key, then every entry in its one spelling,
then signed checkpoints (each at the place where that many entries have come) and, for what was opened, salt and value.
A proof's file is one JSON object: the entries, the way of each to the root of one signed checkpoint, what was opened.
"""

import binascii
import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from linli.rules.entries import commitment, marks_in, read_entry
from linli.rules.errors import Refused
from linli.rules.merkle import HASH, Frontier, leaf_hash, verify_inclusion
from linli.rules.notes import Checkpoint, Key, opened

LOG_FORMAT = "linli.log/1"
PROOF_FORMAT = "linli.proof/1"
_AT_ONCE = 4_096
"""Leaves that are laid into the tree together."""
_NOTHING = "{}"
"""What most events bind to, kept once."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found right: the last checkpoint, the key it is signed by, how many entries, and what was opened."""

    head: Checkpoint
    key: Key
    entries: int
    opened: int


class Wrong(Refused):
    """Something in a log's file is not as it was signed; ``line`` of the file says where."""

    def __init__(self, line: int, cause: Refused) -> None:
        super().__init__(cause.code, cause.words, **cause.facts)
        self.line = line


def verify_log(lines: Iterable[bytes], *, key: Key | None = None, known: Sequence[Checkpoint] = ()) -> Verified:
    """Check a whole log, line by line: every entry, their order, every root and signature, what was opened.

    ``key`` is the key that the reader knows from elsewhere; without it the one in the file is believed. ``known`` are
    checkpoints that the reader kept: each must be the beginning of this log. Raises ``Wrong`` at the first fault.
    """
    reading = _Reading(key, known)
    try:
        reading.take(lines)
        return reading.end()
    except Refused as fault:
        raise Wrong(reading.line, fault) from None


class _Reading:
    """A log half read."""

    def __init__(self, key: Key | None, known: Sequence[Checkpoint]) -> None:
        self._wanted = key
        self._key: Key | None = None
        self._tree = Frontier()
        self._known = {head.size: head for head in sorted(known, key=lambda head: head.size)}
        self._kept = known
        self._head: Checkpoint | None = None
        self._size = 0
        # Of every event so far: what it binds to, as it is spelt.
        self._bound: dict[str, str] = {}
        self._opened = 0
        self.line = 0

    def take(self, lines: Iterable[bytes]) -> None:
        """All lines: the entries many at a time, what stands between them one by one."""
        fresh: list[bytes] = []
        room = 0
        for line in lines:
            if room and not line.startswith((b'{"checkpoint"', b'{"opened"')):
                fresh.append(line)
                room -= 1
                if room:
                    continue
                self._take_entries(fresh)
            else:
                self._take_entries(fresh)
                self.line += 1
                self._take_other(line)
            room = self._room()
        self._take_entries(fresh)

    def _room(self) -> int:
        """How many entries may be looked at together: none of them may pass the size of a head that was kept."""
        ahead = [size - self._size for size in self._known if size > self._size]
        return min([_AT_ONCE, *ahead])

    def _take_entries(self, fresh: list[bytes]) -> None:
        """Look at the lines of entries that were read, lay the entries into the tree, and empty the list."""
        if not fresh:
            return
        assert self._key is not None
        name, bound, leaves = self._key.name, self._bound, []
        for line in fresh:
            self.line += 1
            raw = line.removesuffix(b"\n")
            log, event, binds = marks_in(raw)
            if log != name:
                raise Refused("log.other-log", "这一条是另一个记录里的。请用原来的文件。")
            if event in bound:
                raise Refused("log.twice", "同一条出现了两次，记录被改过。")
            bound[event] = _NOTHING if binds == _NOTHING else binds
            leaves.append(leaf_hash(raw))
        fresh.clear()
        self._size += len(leaves)
        self._tree.extend(leaves)
        if self._size in self._known:
            self._compare(self._known[self._size])

    def _take_other(self, line: bytes) -> None:
        """A line that is no entry: the head of the file, a checkpoint, or what was opened."""
        given = _object(line)
        if self._key is None:
            self._key = _key_of(given, LOG_FORMAT, self._wanted)
        else:
            self._take_more(given)

    def _take_more(self, given: Mapping[str, Any]) -> None:
        if "checkpoint" in given:
            assert self._key is not None
            head = Checkpoint.read(opened(_text(given, "checkpoint"), self._key))
            self._compare(head)
            self._head = head
        elif "opened" in given:
            _check_opened(given["opened"], lambda event: json.loads(self._bound.get(event, _NOTHING)))
            self._opened += 1

    def _compare(self, head: Checkpoint) -> None:
        assert self._key is not None
        if head.origin != self._key.name:
            raise Refused("log.other-log", "这一条是另一个记录里的。请用原来的文件。")
        if (head.size, head.root) != (self._tree.size, self._tree.root):
            raise Refused("log.other-root", "算出来的和签过名的对不上：有内容被改过、删过，或者换了先后。")

    def end(self) -> Verified:
        """What was found, once there are no more lines."""
        if self._key is None or self._head is None or self._head.size != self._size:
            raise Refused("log.no-end", "文件不完整：后面的内容没有签名。请重新下载。")
        if any(head.size > self._size for head in self._kept):
            raise Refused("log.shorter", "您留着的记录头比这份文件更长：后来的内容被拿掉了。")
        return Verified(self._head, self._key, self._size, self._opened)


def verify_proof(given: object, *, key: Key | None = None) -> Verified:
    """Check a proof of some entries, and what was opened of them; raises ``Refused`` at the first fault."""
    if not isinstance(given, dict):
        raise _unreadable()
    believed = _key_of(given, PROOF_FORMAT, key)
    head = Checkpoint.read(opened(_text(given, "checkpoint"), believed))
    if head.origin != believed.name:
        raise Refused("log.other-log", "这一条是另一个记录里的。请用原来的文件。")
    rows = given.get("entries")
    if not isinstance(rows, list) or not rows:
        raise _unreadable()
    count = 0
    for row in rows:
        count += _check_row(row, head)
    return Verified(head, believed, len(rows), count)


def _check_row(row: object, head: Checkpoint) -> int:
    """Check one entry of a proof; return how many values were opened."""
    if not isinstance(row, dict) or not isinstance(row.get("proof"), list):
        raise _unreadable()
    raw = _text(row, "entry").encode()
    entry = read_entry(raw)
    if entry.log != head.origin:
        raise Refused("log.other-log", "这一条是另一个记录里的。请用原来的文件。")
    index = row.get("index")
    if type(index) is not int:
        raise _unreadable()
    way = [_bytes(each) for each in row["proof"]]
    if not verify_inclusion(leaf_hash(raw), index, head.size, head.root, way):
        raise Refused("proof.not-in-log", "这一条不在签过名的记录里，或者被改过。")
    found = row.get("opened", [])
    if not isinstance(found, list):
        raise _unreadable()
    for each in found:
        _check_opened(each, lambda event: entry.commitments if event == entry.event else {})
    return len(found)


def _check_opened(given: object, bound: Callable[[str], Mapping[str, object]]) -> None:
    """Check that a value is the one that its entry bound to; ``bound`` says what an event binds to."""
    if not isinstance(given, dict):
        raise _unreadable()
    event, field, value = _text(given, "event"), _text(given, "field"), _text(given, "value")
    salt, said = _bytes(given.get("salt")), bound(event).get(field)
    if said is None or len(salt) != HASH or commitment(salt, field, value.encode()) != _bytes(said):
        raise Refused("log.other-value", "打开的内容和当时封存的不一样。")


def _key_of(head: Mapping[str, Any], form: str, wanted: Key | None) -> Key:
    if head.get("format") != form:
        raise Refused("log.unknown-format", "这不是公开记录的文件，或者是更新的版本写的。请核对文件。")
    key = Key.read(_text(head, "key"))
    if wanted is not None and key != wanted:
        raise Refused("log.other-key", "这份文件不是您给的公钥签的。请核对公钥和文件。")
    return key


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise _unreadable()
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _unreadable() from None
    return value


def _bytes(value: object) -> bytes:
    if isinstance(value, str):
        try:
            return b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            pass
    raise _unreadable()


def _unreadable() -> Refused:
    return Refused("log.unreadable", "文件读不出来，可能没有下载完。请重新下载。")
