"""The ``linli`` command: a table of subcommands, each loaded only when it is called."""

import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "demo": ("linli.machine.serve:demo", "the story of a community to look at, on this machine"),
    "serve": ("linli.machine.serve:serve", "your own community: database, pages and worker as one, until Ctrl-C"),
    "admin": ("linli.cli.admin:main", "the first person: admin create founds a community and prints a link into it"),
    "doctor": ("linli.machine.doctor:doctor", "how your instance is: a line for each thing, with what to do"),
    "backup": ("linli.machine.backup:backup", "one encrypted file with everything, also while linli serves"),
    "restore": ("linli.machine.restore:restore", "everything as a backup has it, checked before anything is touched"),
    "keys": ("linli.cli.keys:main", "change the keys of sealed values: keys new, then keys rotate"),
    "rules": ("linli.cli.rules:main", "recount at home: results, shares, numbers and deadlines, without a server"),
    "verify": ("linli.cli.verify:main", "check a public log or a proof at home, without a server"),
    "import": ("linli.cli.registers:main", "what a register of homes would bring in (--dry-run), without a server"),
    "messages": ("linli.cli.messages:main", "for developers: bring the English catalogue up to date and compile it"),
}
"""Each command's function of its arguments, which gives the exit code, and what the command is for."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs ``linli COMMAND …`` and returns the exit code; without a known command, says which there are (2)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in COMMANDS:
        module, _, function = COMMANDS[words[0]][0].partition(":")
        code: int = getattr(import_module(module), function)(words[1:])
        return code
    asked = words[:1] in (["-h"], ["--help"], ["help"])
    lines = ["usage: linli COMMAND …", "", *(f"  {name:10} {about}" for name, (_, about) in COMMANDS.items())]
    if words and not asked:
        lines.insert(0, f"linli: no such command: {words[0]}")
    print("\n".join(lines), file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2
