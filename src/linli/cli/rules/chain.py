"""``linli rules chain FILE.txt``: a pasted chain in, its entries and its work list out; and the text that opens one."""

from collections.abc import Callable
from typing import Any

from linli.rules.chain import NATURE, Answer, Chain, opening, purpose_of, read_chain

Say = Callable[[str], str]


def chain(text: str, doors: str | None, purpose: str, say: Say) -> tuple[dict[str, Any], bool]:
    """The answer {"purpose", "nature", "entries", "work", "title", "talk"}, as docs/recount.md describes it."""
    known = None if doors is None else [line.strip() for line in doors.splitlines() if line.strip()]
    return _answer(read_chain(text, purpose=purpose_of(purpose), doors=known), say), True


def chain_opening(title: str, purpose: str, door: str, say: Say) -> tuple[dict[str, Any], bool]:
    """The text to paste into the chat group, and what it is worth."""
    return {"text": opening(purpose_of(purpose), title, door), "nature": say(NATURE)}, True


def _answer(read: Chain, say: Say) -> dict[str, Any]:
    return {
        "purpose": read.purpose,
        "nature": say(NATURE),
        "entries": [
            {
                "number": entry.number,
                "door": entry.door,
                "name": entry.name,
                "answer": _said(entry.answer),
                "note": entry.note,
                "changed": entry.changed,
            }
            for entry in read.entries
        ],
        "work": [
            {"line": work.raw, "door": work.door, "reason": work.reason.code, "words": work.reason.say(say)}
            for work in read.work
        ],
        "title": list(read.title),
        "talk": list(read.talk),
    }


def _said(answer: Answer) -> dict[str, Any]:
    """The stand, and of the amounts those that were said."""
    amounts = {"people": answer.people, "minutes": answer.minutes, "fen": answer.fen, "things": answer.things or None}
    return {"stand": answer.stand} | {name: value for name, value in amounts.items() if value is not None}
