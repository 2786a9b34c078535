"""``python -m linli.cli`` is the ``linli`` command."""

import sys

from linli.cli import main

sys.exit(main())
