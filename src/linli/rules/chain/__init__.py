"""接龙: a chain pasted from a chat becomes entries, and what does not match becomes a work list with its reason.

    chain = read_chain(text, purpose="intention", doors=["1-301", "1-302"])
    chain.entries   # (Entry(number=1, door="1-301", name="王", answer=Answer("yes"), …), …)
    chain.work      # (Work(raw="5. 李阿姨 再说吧", reason=Refused("chain.no-door", …)), …)

A chain is an intention (意向), never a signature: whoever shows its entries says ``NATURE`` with them. Nothing is
guessed: a door is one of the list, or what the line itself writes; an answer is what can be read in one way. Reading
the same text again, or pasting it twice, changes nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from linli.rules.chain.answers import SIGNS, Answer, Purpose, Stand, purpose_of, read_answer
from linli.rules.chain.doors import DoorList, written
from linli.rules.chain.lines import Line, take_apart
from linli.rules.errors import Refused
from linli.rules.words import gettext_noop

__all__ = ["NATURE", "Answer", "Chain", "Entry", "Purpose", "Stand", "Work", "opening", "purpose_of", "read_chain"]


NATURE = gettext_noop("接龙只是意向，不是签字，也不是投票；要算数的表态，请另外签字。")
"""What is said wherever a chain's entries are shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one door says in the chain. ``number`` is the one it was last given, ``name`` and ``note`` are as written;
    ``changed`` where an earlier copy of the chain said something else.
    """

    number: int | None
    door: str
    name: str
    answer: Answer
    note: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """A line that a person must look at: as pasted, and why. ``door`` is given where it is known."""

    raw: str
    reason: Refused
    door: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as read: who says what, what needs a person, and the lines around it that are no entries."""

    purpose: Purpose
    entries: tuple[Entry, ...]
    work: tuple[Work, ...]
    title: tuple[str, ...]
    talk: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """One entry of one copy: read, or refused."""

    line: Line
    door: str
    name: str
    entry: Entry | None
    reason: Refused | None

    @property
    def key(self) -> tuple[str, str]:
        """Whose entry it is: the door's, or without a door that of the name."""
        return (self.door, "") if self.door else ("", self.name)


def read_chain(*pastes: str, purpose: Purpose, doors: Sequence[str] | None = None) -> Chain:
    """The chain in one or more pasted texts, older first. Without ``doors`` every door that is written out is taken.

    Of one door the last copy counts, and is marked as changed where an earlier one differs. To the work list go: no
    door or several, a door that the list does not have or has several of, no answer or several, a question, a
    condition, two different answers of one door in one copy, an answer changed back, a line without a number that is
    more than door, name and answer. Refused: an unknown purpose, a list with a door twice, more than can be read at
    once.
    """
    purpose = purpose_of(purpose)
    known = None if doors is None else DoorList(doors)
    apart = [take_apart(paste, purpose) for paste in dict.fromkeys(pastes)]
    copies = [tuple(_read(line, purpose, known) for line in copy) for pasted in apart for copy in pasted.copies]
    fresh = list(_first_of_each(copies))
    entries, conflicts = _settle(fresh)
    work = [*_unread(fresh, {entry.door for entry in entries}), *conflicts]
    return Chain(
        purpose=purpose,
        entries=tuple(entries),
        work=tuple({(re.sub(r"\s+", " ", each.raw), each.reason.code): each for each in work}.values()),
        title=tuple(dict.fromkeys(line for pasted in apart for line in pasted.title)),
        talk=tuple(dict.fromkeys(line for pasted in apart for line in pasted.talk)),
    )


def _first_of_each(copies: Iterable[tuple[_Read, ...]]) -> Iterator[tuple[_Read, ...]]:
    """The copies without those that only say again what an earlier copy said."""
    seen: set[tuple[tuple[int | None, str], ...]] = set()
    for copy in copies:
        words = tuple((each.line.number, each.line.text.strip()) for each in copy)
        if words not in seen:
            seen.add(words)
            yield copy


def _read(line: Line, purpose: Purpose, known: DoorList | None) -> _Read:
    door, reason = "", None
    text = line.text
    for found in reversed(line.doors):
        text = f"{text[: found.start]} {text[found.end :]}"
    try:
        door = known.find(line.doors, line.text) if known else written(line.doors)
    except Refused as refused:
        reason = refused
    answer = None
    try:
        answer, text = read_answer(text.replace(door, " ") if door else text, purpose)
    except Refused as refused:
        reason = reason or refused
    name, note = _name_and_note(text)
    if answer and line.number is None and (note or len(name) > _NAME):
        reason = reason or Refused("chain.talk", "这一行没有编号，可能是聊天，请看一下算不算。")
    if reason or answer is None:
        return _Read(line, door, name, None, reason)
    return _Read(line, door, name, Entry(line.number, door, name, answer, note), None)


_NAME = 5
_BREAKS = re.compile(r"[\s,，.。;；:、\-|!~()（）\[\]{}<>《》“”\"'…*+_=/\\#@&^%$]+")


def _name_and_note(text: str) -> tuple[str, str]:
    """The name that is left once door and answer are gone, and whatever else was written."""
    text = re.sub("|".join(SIGNS.values()), " ", text)
    words = [word for word in _BREAKS.split(text) if re.search(r"\w", word)]
    return (words[0][:40], " ".join(words[1:])[:200]) if words else ("", "")


def _settle(copies: Sequence[tuple[_Read, ...]]) -> tuple[list[Entry], list[Work]]:
    """For each door what the last copy says; doors that contradict themselves go to a person."""
    told: dict[str, list[_Read]] = {}
    conflicts: dict[str, Work] = {}
    for copy in copies:
        here: dict[str, _Read] = {}
        for read in copy:
            if read.entry is None:
                continue
            before = here.setdefault(read.door, read)
            if _said(before) != _said(read):
                reason = Refused("chain.door-differs", "同一户在接龙里有两种说法，请问一下本人。")
                conflicts[read.door] = Work(f"{before.line.raw} ／ {read.line.raw}", reason, read.door)
        for door, read in here.items():
            told.setdefault(door, []).append(read)
    entries = []
    for door, history in told.items():
        answers = [_said(read) for read in history]
        steps = [answer for place, answer in enumerate(answers) if place == 0 or answer != answers[place - 1]]
        if len(set(steps)) < len(steps) and door not in conflicts:
            reason = Refused("chain.changed-back", "这一户改过又改回来，请问一下本人。")
            conflicts[door] = Work(history[-1].line.raw, reason, door)
        entry = history[-1].entry
        if entry is not None and door not in conflicts:
            entries.append(replace(entry, changed=len(steps) > 1))
    return entries, list(conflicts.values())


def _said(read: _Read) -> Answer | None:
    return read.entry.answer if read.entry else None


def _unread(copies: Sequence[tuple[_Read, ...]], settled: set[str]) -> Iterator[Work]:
    """What could not be read in the last copy that has it, unless its door has said something clear since."""
    last: dict[tuple[str, str], int] = {}
    for place, copy in enumerate(copies):
        last |= {read.key: place for read in copy if read.key != ("", "")}
    for place, copy in enumerate(copies):
        for read in copy:
            repeated = last.get(read.key, place) > place
            if read.reason and not (repeated and (read.door in settled or not read.door)):
                yield Work(read.line.raw, read.reason, read.door)


_OPENINGS: dict[str, tuple[str, str]] = {
    "intention": ("门牌 姓 同意（或者：不同意、再考虑）", "王 同意"),
    "sign_up": ("门牌 姓 几个人", "王 2人"),
    "attendance": ("门牌 姓 到（或者：请假）", "王 到"),
    "hours": ("门牌 姓 几小时", "王 2小时"),
    "pledge": ("门牌 姓 认捐多少，或者出什么东西、出几天工", "王 200元"),
    "forwarded": ("门牌 姓 已转发", "王 已转发"),
}


def opening(purpose: Purpose, title: str, door: str) -> str:
    """The text that opens a chain in a chat, with an example line for ``door`` (any door that shows how to write one).

    It says that a chain is no signature. Read back, it holds no entry.
    """
    how, example = _OPENINGS[purpose]
    heading = re.sub(r"\s+", " ", title).strip()[:60]
    return f"#接龙\n{heading}\n请照着写：{how}\n例 {door} {example}\n说明：{NATURE}\n"
