"""The pages of notices and of the review."""

from linli.messaging.views.mailing import mail
from linli.messaging.views.notices import (
    answer,
    board,
    down,
    new_notice,
    notice,
    object_to,
    photo,
    revise,
    up,
    withdraw,
)
from linli.messaging.views.printing import sheet, sheet_as, sheet_picture, sheet_pictures, stamp, stamped
from linli.messaging.views.reviews import appeal, approve, hide, judge, queue, review, send_back
from linli.messaging.views.ways import came, new_email, new_sms, quiet, reviewers, way, ways

__all__ = [
    "answer",
    "appeal",
    "approve",
    "board",
    "came",
    "down",
    "hide",
    "judge",
    "mail",
    "new_email",
    "new_notice",
    "new_sms",
    "notice",
    "object_to",
    "photo",
    "queue",
    "quiet",
    "review",
    "reviewers",
    "revise",
    "send_back",
    "sheet",
    "sheet_as",
    "sheet_picture",
    "sheet_pictures",
    "stamp",
    "stamped",
    "up",
    "way",
    "ways",
    "withdraw",
]
