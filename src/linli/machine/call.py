"""``python -m linli.machine.call module:function``: call it with Django ready, and print what it returns as JSON."""

import importlib
import json
import sys
from contextlib import redirect_stdout

import django


def main() -> None:
    """Call the function that the first argument names, without arguments."""
    django.setup()
    module, _, function = sys.argv[1].partition(":")
    with redirect_stdout(sys.stderr):
        answer = getattr(importlib.import_module(module), function)()
    print(json.dumps(answer, ensure_ascii=True))


if __name__ == "__main__":
    main()
