"""The message catalogues: what translators edit (.po) compiled to what the program reads (.mo)."""

import os
from pathlib import Path

import polib

from linli.machine.environment import SOURCE


def compile_stale(source: Path = SOURCE) -> list[Path]:
    """Compile every catalogue under ``source`` that is newer than its compiled form; return the compiled files made.

    A compiled file appears whole or not at all, and is never older than what it was made from.
    """
    made = []
    for catalogue in sorted(source.glob("linli/locale/*/LC_MESSAGES/*.po")):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns > catalogue.stat().st_mtime_ns:
            continue
        unfinished = compiled.with_name(f".{compiled.name}.{os.getpid()}")
        polib.pofile(str(catalogue), encoding="utf-8").save_as_mofile(str(unfinished))
        unfinished.replace(compiled)
        made.append(compiled)
    return made


if __name__ == "__main__":
    compile_stale()
