"""The worker: runs what is due, for as long as the process that started it lives."""

import os
import signal
import time
from types import FrameType

import django
from django.db import OperationalError, close_old_connections

from linli.machine.processes import end_with_parent

#: How its connection is called in the database.
WORKER = "linli worker"
#: Seconds between looks when nothing is due.
PAUSE = 1.0


def main() -> None:
    """Run due jobs until told to stop; a database that is being restarted is waited for."""
    end_with_parent(os.getppid(), signal.SIGTERM)
    django.setup()
    from linli.record.services import plan_standing, run_due

    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    planned = False
    while not stopping:
        close_old_connections()
        try:
            if not planned:
                plan_standing()
                planned = True
            ran = run_due()
        except OperationalError:
            ran = 0
        if not ran:
            time.sleep(PAUSE)


if __name__ == "__main__":
    main()
