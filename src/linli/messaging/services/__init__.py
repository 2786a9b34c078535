"""Every write of messages, public texts and notices; other apps enter here."""

from linli.messaging.services.channels import keep_channel, mend_channel, set_quiet_hours, try_channel
from linli.messaging.services.mailing import mail_paper
from linli.messaging.services.notices import (
    NOTICE_PAPER,
    answer_objection,
    end_notice,
    impersonal,
    object_to_notice,
    post_notice,
    revise_notice,
    take_down_notice,
    take_stamped_notice,
    withdraw_notice,
    write_notice,
)
from linli.messaging.services.outbox import deliver_due
from linli.messaging.services.reviews import (
    appeal_text,
    approve_text,
    decide_appeal,
    hand_on_review,
    hide_text,
    name_reviewers,
    pieces_of,
    return_text,
)
from linli.messaging.services.sending import Recipient, confirm_delivery, send_again, send_message

__all__ = [
    "NOTICE_PAPER",
    "Recipient",
    "answer_objection",
    "appeal_text",
    "approve_text",
    "confirm_delivery",
    "decide_appeal",
    "deliver_due",
    "end_notice",
    "hand_on_review",
    "hide_text",
    "impersonal",
    "keep_channel",
    "mail_paper",
    "mend_channel",
    "name_reviewers",
    "object_to_notice",
    "pieces_of",
    "post_notice",
    "return_text",
    "revise_notice",
    "send_again",
    "send_message",
    "set_quiet_hours",
    "take_down_notice",
    "take_stamped_notice",
    "try_channel",
    "withdraw_notice",
    "write_notice",
]
