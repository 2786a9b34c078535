"""Identifiers made in Python, in order of time, so that indexes stay dense and nothing can be guessed."""

import os
import time
import uuid


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 12 of their fraction (§6.2, method 3), 62 random.

    The fraction keeps what one program writes within a millisecond in its order: events are read in order of their ids.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random)
