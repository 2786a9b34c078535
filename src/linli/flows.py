"""What follows what: every cross-app reaction in one table, and what each kind of job does."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from linli.community import services as community
from linli.matters import reactions as matters
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
    "register.take_in": community.take_in_ordered,
}
