"""``linli verify FILE``: checks a public log, or a proof of some entries, by the rules alone: no server, no database.

The contract of ``linli rules``: one JSON object on standard output, exit 0 for what holds, 1 for what does not, 2 for
what cannot be read.
"""

import argparse
import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from linli.cli.contract import Answer, Parser, Say, run_command
from linli.rules.errors import Refused
from linli.rules.logbook import PROOF_FORMAT, Verified, Wrong, verify_log, verify_proof
from linli.rules.notes import Checkpoint, Key, opened

#: What says that a file cannot be read at all, rather than that its content does not hold.
_UNREADABLE = frozenset({"input.no-file", "log.unknown-format", "note.no-key", "log.unreadable", "note.unreadable"})
_LARGEST_PROOF = 64 * 2**20
#: Within so many bytes a file says what it is.
_HEAD = 200


def main(argv: Sequence[str]) -> int:
    """Runs ``linli verify`` with the words that follow it, prints the one object and returns the exit code."""
    return run_command("linli verify", _parser, argv)


def _parser() -> Parser:
    parser = Parser(
        prog="linli verify",
        description="Check a public log or a proof, without a server: one JSON object comes out.",
        epilog="--lang en gives the sentences in English.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE", help="a log as exported, or a proof")
    parser.add_argument("--key", metavar="KEY", default="", help="the log's public key, as you know it from elsewhere")
    parser.add_argument(
        "--since", metavar="FILE", action="append", help="a signed checkpoint that you kept; must be its beginning"
    )
    parser.set_defaults(run=_run)
    return parser


def _run(asked: argparse.Namespace, say: Say) -> Answer:
    try:
        return _answer(_verify(asked.file, asked.key, asked.since or [])), True
    except Refused as no:
        if no.code in _UNREADABLE:
            raise
        where = {"line": no.line} if isinstance(no, Wrong) else {}
        return {"verified": False, **where, "reason": no.code, "words": no.say(say)}, False


def _verify(file: str, key: str, since: Sequence[str]) -> Verified:
    believed = Key.read(key) if key else None
    try:
        with open(file, "rb") as lines:
            if PROOF_FORMAT.encode() in lines.peek(_HEAD)[:_HEAD]:
                return verify_proof(json.loads(lines.read(_LARGEST_PROOF)), key=believed)
            first = lines.readline(_LARGEST_PROOF)
            lines.seek(0)
            believed = believed or Key.read(json.loads(first)["key"])
            kept = [Checkpoint.read(opened(Path(name).read_text("utf-8"), believed)) for name in since]
            return verify_log(lines, key=believed, known=kept)
    except OSError:
        raise Refused("input.no-file", "打不开这个文件。请核对文件名，并确认它是可读的文件。") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused("log.unreadable", "文件读不出来，可能没有下载完。请重新下载。") from None


def _answer(found: Verified) -> dict[str, Any]:
    return {
        "verified": True,
        "log": found.head.origin,
        "size": found.head.size,
        "root": b64encode(found.head.root).decode(),
        "key": str(found.key),
        "entries": found.entries,
        "opened": found.opened,
    }
