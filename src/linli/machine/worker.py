"""The worker: runs what is due and rings for live pages, for as long as the process that started it lives."""

import os
import signal
import time
from types import FrameType

import django
from django.db import OperationalError, close_old_connections

from linli.machine.processes import end_with_parent

#: Seconds between looks when nothing is due.
PAUSE = 1.0


def main() -> None:
    """Run due jobs until told to stop; a database that is being restarted is waited for."""
    end_with_parent(os.getppid(), signal.SIGTERM)
    django.setup()
    from linli.record.live import tell_topics
    from linli.record.services import run_due

    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while not stopping:
        close_old_connections()
        try:
            ran = run_due()
            tell_topics()
        except OperationalError:
            ran = 0
        if not ran:
            time.sleep(PAUSE)


if __name__ == "__main__":
    main()
