"""The sealer's own process: seals what was written, for as long as the process that started it lives.

It is apart from the worker, whose jobs may wait for the network: a place in the log is promised within a minute.
"""

import logging
import os
import signal
import time
from types import FrameType

import django
from django.db import OperationalError, close_old_connections

from linli.machine.processes import end_with_parent

#: Seconds between two looks: a batch at least every second.
PAUSE = 0.5

logger = logging.getLogger(__name__)


def main() -> None:
    """Seal until told to stop; a database that is being restarted is waited for."""
    end_with_parent(os.getppid(), signal.SIGTERM)
    django.setup()
    from linli.record.sealing import gather_unsealed, seal_due

    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gathered = False
    while not stopping:
        close_old_connections()
        try:
            if not gathered:
                gather_unsealed()
                gathered = True
            sealed = seal_due()
        except OperationalError:
            sealed = 0
        if not sealed:
            time.sleep(PAUSE)


if __name__ == "__main__":
    main()
