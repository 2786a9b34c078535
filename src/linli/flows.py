"""What follows what: every cross-app reaction in one table, and what each kind of job does."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from linli.matters import reactions as matters
from linli.messaging import services as messaging
from linli.voting import services as voting

#: Event name → kinds of job that follow it.
REACTIONS: Mapping[str, Sequence[str]] = {
    "drive.decided": ("matter.follow_drive",),
}

#: Kind of job → what it does with its subject.
RUNS: Mapping[str, Callable[[UUID], None]] = {
    "drive.pass_deadline": voting.pass_deadline,
    "drive.recount_nightly": voting.recount_nightly,
    "matter.follow_drive": matters.follow_drive,
    "notice.end": messaging.end_notice,
    "review.hand_on": messaging.hand_on_review,
}

#: What makes the words of messages that are never stored (one-time codes): kind → function of the message's subject,
#: which gives the same words for the same subject, so that a repeat under the same key says nothing else.
BODIES: Mapping[str, Callable[[UUID], str]] = {}
