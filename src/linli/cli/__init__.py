"""The ``linli`` command: a table of subcommands, each loaded only when it is called."""

import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "rules": ("linli.cli.rules", "recount at home: results, shares, numbers and deadlines, without a server"),
    "messages": ("linli.cli.messages", "for developers: bring the English catalogue up to date and compile it"),
}
"""Each command's module, which has ``main(argv) -> int``, and what it is for. A later command is one more line."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs ``linli COMMAND …`` and returns the exit code; without a known command, says which there are (2)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in COMMANDS:
        command: int = import_module(COMMANDS[words[0]][0]).main(words[1:])
        return command
    asked = words[:1] in (["-h"], ["--help"], ["help"])
    lines = ["usage: linli COMMAND …", "", *(f"  {name:10} {about}" for name, (_, about) in COMMANDS.items())]
    if words and not asked:
        lines.insert(0, f"linli: no such command: {words[0]}")
    print("\n".join(lines), file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2
