"""The worker: runs what is due, carries what waits to go out and rings for live pages, while its parent lives."""

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import django
from django.db import OperationalError, close_old_connections, connection

from linli.machine.processes import end_with_parent

#: Seconds between looks when nothing is due.
PAUSE = 1.0


def main() -> None:
    """Run due jobs and carry messages until told to stop; a database that is being restarted is waited for.

    The outbox has a thread of its own: a gateway that is slow delays no deadline.
    """
    end_with_parent(os.getppid(), signal.SIGTERM)
    django.setup()
    from linli.messaging.services import deliver_due
    from linli.record.live import tell_topics
    from linli.record.services import plan_standing, run_due

    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    def told() -> bool:
        return stopping

    def carry() -> None:
        nonlocal stopping
        try:
            until_told(told, deliver_due, until_the_doorbell)
        finally:
            # However the outbox ends, the worker ends with it, and whoever started it starts it anew.
            stopping = True

    planned = False

    def run_jobs() -> int:
        nonlocal planned
        if not planned:
            plan_standing()
            planned = True
        ran = run_due()
        tell_topics()
        return ran

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    outbox = threading.Thread(target=carry)
    outbox.start()
    try:
        until_told(told, run_jobs, time.sleep)
    finally:
        stopping = True
        outbox.join()


def until_told(told: Callable[[], bool], work: Callable[[], int], pause: Callable[[float], object]) -> None:
    """Do ``work`` again and again until told to stop, with a pause whenever there was none."""
    while not told():
        close_old_connections()
        try:
            if not work():
                pause(PAUSE)
        except OperationalError:
            time.sleep(PAUSE)


def until_the_doorbell(seconds: float) -> None:
    """Wait until something is put into the outbox, so many seconds at most."""
    from linli.messaging.services.sending import DOORBELL

    with connection.cursor() as cursor:
        cursor.execute(f"listen {DOORBELL}")
    assert connection.connection is not None
    for _ in connection.connection.notifies(timeout=seconds, stop_after=1):
        return


if __name__ == "__main__":
    main()
