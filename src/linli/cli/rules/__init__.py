"""``linli rules …``: pure rules at the command line, without database or server: see ``docs/recount.md``."""

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module

from linli.cli.contract import Answer, Parser, Say, run_command
from linli.cli.rules.reading import argument, document, written


def main(argv: Sequence[str]) -> int:
    """Runs ``linli rules`` with the words that follow it, prints the one object and returns the exit code."""
    return run_command("linli rules", _parser, argv)


def _parser() -> Parser:
    parser = Parser(
        prog="linli rules",
        description="Recount at home: one JSON object comes out.",
        epilog="'-' for FILE, NUMBER or AMOUNT reads standard input; --lang en gives the sentences in English.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)

    def command(name: str, about: str, run: Callable[[argparse.Namespace, Say], Answer], *words: str) -> Parser:
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
