"""``linli import FILE … --dry-run``: what a register says, read as the office's page reads it, without a database."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from linli.cli.contract import Answer, Parser, Say, run_command
from linli.cli.rules.reading import no_file
from linli.rules.errors import Refused

MOST_FILES = 10


def main(argv: Sequence[str]) -> int:
    """Runs ``linli import`` with the words that follow it, prints the one object and returns the exit code."""
    return run_command("linli import", _parser, argv)


def _parser() -> Parser:
    parser = Parser(
        prog="linli import",
        description="What a register of homes would bring in: one JSON object comes out, nothing is written.",
        epilog="Several workbooks complete one another. To take a register in, use the office's page.",
        allow_abbrev=False,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help=".xlsx, .xls, .ods or .csv")
    parser.add_argument("--dry-run", action="store_true", required=True, help="only read; nothing is written anywhere")
    parser.add_argument("--json", action="store_true", help="as JSON, which is also what comes out without it")
    parser.set_defaults(run=_read)
    return parser


def _read(options: argparse.Namespace, say: Say) -> Answer:
    from linli.community.registers import read_registers

    if len(options.files) > MOST_FILES:
        raise Refused("register.too-many-files", "一次最多读{most}个文件。", most=MOST_FILES)
    reading = read_registers([(_content(name), Path(name).name) for name in options.files])
    faults: list[dict[str, Any]] = [
        {
            "sheet": fault.sheet,
            "row": fault.row,
            "column": fault.column,
            "kind": fault.kind,
            "level": fault.level,
            "words": say(fault.words).format(**fault.facts),
        }
        for fault in reading.faults
    ]
    return {"counts": reading.counts, "faults": faults}, True


def _content(name: str) -> bytes:
    from linli.community.registers import MAX_BYTES

    try:
        with open(os.fspath(name), "rb") as file:
            # One byte more than may come is enough to refuse it.
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        raise no_file() from None
