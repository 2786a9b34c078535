"""A story of one sentence (kept as a session), which is interrupted where the test says so."""

import os
from pathlib import Path

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session


def tell() -> None:
    """Write one row, then fail if the test asked for that by a file beside the data."""
    interrupt = Path(os.environ["LINLI_DATA"]).with_name("interrupt")
    SessionStore().create()
    if interrupt.exists():
        interrupt.unlink()
        raise RuntimeError("the story was interrupted")


def links() -> list[tuple[str, str]]:
    """One persona, and how often this database has heard the story."""
    return [("赵秘书", f"heard {Session.objects.count()} times")]
