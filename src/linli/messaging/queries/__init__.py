"""Every read of messages, public texts and notices; other apps enter here."""

from linli.messaging.queries.channels import is_told, sms_channel
from linli.messaging.queries.messages import Counts, counts_of
from linli.messaging.queries.notices import Board, Said, board_of, notice_for, notices_for, notices_of, said_of
from linli.messaging.queries.reviews import (
    Segment,
    appeals_before,
    own_texts,
    queue_of,
    review_for,
    segments_of,
)

__all__ = [
    "Board",
    "Counts",
    "Said",
    "Segment",
    "appeals_before",
    "board_of",
    "counts_of",
    "is_told",
    "notice_for",
    "notices_for",
    "notices_of",
    "own_texts",
    "queue_of",
    "review_for",
    "said_of",
    "segments_of",
    "sms_channel",
]
