"""``linli messages``: for developers, brings the English catalogue in line with the sentences in the source."""

import argparse
import sys
from collections.abc import Sequence

import polib

from linli.machine.catalogues import compile_stale
from linli.web import messages


def main(argv: Sequence[str]) -> int:
    """Adds what is missing (empty, to be filled in), drops what nobody says, sorts, compiles, and lists what is left.

    Returns 1 while anything is left to translate or mend, and 0 when the catalogue is whole.
    """
    argparse.ArgumentParser(prog="linli messages", description=main.__doc__).parse_args(argv)
    try:
        said = messages.said_by()
    except messages.Unreadable as fault:
        print(fault, file=sys.stderr)
        return 1
    catalogue = polib.pofile(str(messages.CATALOGUE), wrapwidth=0)
    added, dropped = messages.bring_up_to_date(said, catalogue)
    catalogue.save()
    compile_stale()
    print(f"{len(catalogue)} sentences, {added} added, {dropped} dropped")
    left = messages.faults(said, catalogue)
    for line in left:
        print(line, file=sys.stderr)
    return 1 if left else 0
