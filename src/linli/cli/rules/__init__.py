"""``linli rules …``: every pure rule from the command line, without database or server. ``docs/recount.md`` shows each.

The contract: exactly one JSON object on standard output, everything else on standard error; exit 0 for yes or an
answer, 1 for no, 2 for input that is unreadable or impossible; never a traceback.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from typing import Any, NoReturn

from linli.cli.rules.reading import argument, document, too_large, written
from linli.cli.rules.words import in_language
from linli.rules.errors import Refused

Answer = tuple[dict[str, Any], bool]
"""What a command answers, and whether it is a yes."""

Say = Callable[[str], str]
"""Turns a Chinese sentence into the reader's language."""


class _Help(Exception):
    """Help was asked for: it is the answer."""


class _Parser(argparse.ArgumentParser):
    """Refuses instead of leaving the program, and writes nothing of its own to standard output."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.format_usage()}{self.prog}: {message}", file=sys.stderr)
        raise Refused("command.usage", "命令写得不对。用法：{usage}", usage=self.format_usage()[7:].strip())

    def print_help(self, file: Any = None) -> None:
        raise _Help(self.format_help())


def main(argv: Sequence[str]) -> int:
    """Runs ``linli rules`` with the words that follow it, prints the one object and returns the exit code."""
    say: Callable[[str], str] = str
    try:
        language, words = _language(argv)
        say = in_language(language)
        options = _parser().parse_args(words)
        answer, is_yes = options.run(options, say)
        return _print(answer, 0 if is_yes else 1)
    except _Help as help_:
        return _print({"help": str(help_)}, 0)
    except Refused as refused:
        no = refused
    except (RecursionError, MemoryError):
        no = too_large()
    except KeyboardInterrupt:
        no = Refused("command.interrupted", "已中断，没有得出结果。")
    except Exception as failure:
        # The last resort of the contract: whoever recounts at home gets a sentence, never a traceback.
        print(f"linli rules: {type(failure).__name__}: {failure}", file=sys.stderr)
        no = Refused("command.failed", "程序出错，没有得出结果。请把输入文件和命令发给维护者。")
    return _print({"error": no.code, "words": no.say(say)}, 2)


def _language(argv: Sequence[str]) -> tuple[str, list[str]]:
    """The language asked for, wherever ``--lang`` stands, and the other words."""
    parser = _Parser(prog="linli rules", add_help=False, allow_abbrev=False)
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    options, words = parser.parse_known_args(argv)
    return options.lang, words


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="linli rules",
        description="Recount at home: one JSON object comes out.",
        epilog="'-' for FILE, NUMBER or AMOUNT reads standard input; --lang en gives the sentences in English.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, about: str, run: Callable[[argparse.Namespace, Say], Answer], *words: str) -> _Parser:
        added = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        for word in words:
            added.add_argument(word, metavar=word.upper())
        added.set_defaults(run=run)
        return added

    command("verdict", "the result of a count, with its working", _verdict, "file")
    command("shares", "who pays what, to the fen", _shares, "file")
    command("merkle", "whether a proof of a public log holds", _merkle, "file")
    command("election", "who is elected, and who stands in the second round", _election, "file")
    packed = command("pack", "a rule with its conditions and figures, and what of it is not confirmed", _pack, "name")
    packed.add_argument("--at", metavar="DATE", help="a day on which it was in force; today's if left out")
    chained = command("chain", "a chain (接龙) from a chat: who says what, what needs a look", _chain, "file")
    purposes = "intention (if left out), sign_up, attendance, hours, pledge, forwarded"
    chained.add_argument("--purpose", default="intention", help=purposes)
    chained.add_argument("--doors", metavar="FILE", help="the doors there are, one a line")
    opened = command("chain-opening", "the text that opens a chain", _chain_opening, "title")
    opened.add_argument("--purpose", default="intention", help="as of chain")
    opened.add_argument("--door", default="1-301", help="a door for the example line")
    command("id", "checks an identity number", _identity, "number")
    command("credit-code", "checks a unified social credit code", _credit_code, "number")
    command("capitals", "an amount in yuan in the capitals of receipts", _capitals, "amount")
    dated = command("deadline", "the end of a period after a date, such as 2023-07-20 +15", _deadline, "date", "days")
    dated.add_argument("--working", action="store_true", help="count working days")
    return parser


# The rules are imported by the command that needs them, so that looking up a number loads neither NumPy nor packs.


def _verdict(options: argparse.Namespace, say: Say) -> Answer:
    answer: Answer = import_module("linli.cli.rules.verdict").verdict(document(options.file))
    return answer


def _election(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.election import election

    return election(document(options.file))


def _pack(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.election import pack

    return pack(options.name, options.at or date.today().isoformat())


def _shares(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.shares import shares

    return shares(document(options.file), say)


def _chain(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.chain import chain

    return chain(written(options.file), written(options.doors) if options.doors else None, options.purpose, say)


def _chain_opening(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.chain import chain_opening

    return chain_opening(argument(options.title), options.purpose, options.door, say)


def _merkle(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.merkle import verified

    return verified(document(options.file))


def _identity(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.lookups import identity

    return identity(argument(options.number), say)


def _credit_code(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.lookups import credit_code

    return credit_code(argument(options.number), say)


def _capitals(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.lookups import capitals

    return capitals(argument(options.amount))


def _deadline(options: argparse.Namespace, say: Say) -> Answer:
    from linli.cli.rules.lookups import deadline

    return deadline(options.date, options.days, working=options.working)


def _print(answer: dict[str, Any], code: int) -> int:
    try:
        sys.stdout.write(_line(answer))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone; what is left in the buffer must not fail again when Python closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, AttributeError) as failure:
        # No room on the disk, or no standard output at all: the answer could not be given.
        print(f"linli rules: {failure}", file=sys.stderr)
        return 2
    return code


def _line(answer: dict[str, Any]) -> str:
    """The answer on one line, escaped where the terminal or a broken character of the input asks for it."""
    line = json.dumps(answer, ensure_ascii=False) + "\n"
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(answer) + "\n"
    return line
