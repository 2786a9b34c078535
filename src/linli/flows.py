"""What follows what: every cross-app reaction in one table, and what each kind of job does."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from linli.matters import reactions as matters
from linli.voting import services as voting

#: Event name → kinds of job that follow it.
REACTIONS: Mapping[str, Sequence[str]] = {
    "conflict.settled": ("conflict.show_changes",),
    "drive.closed": ("drive.show_changes",),
    "drive.opened": ("drive.show_changes",),
    "drive.decided": ("matter.follow_drive", "drive.show_changes"),
    "slips.entered": ("stack.show_changes",),
    "voice.given": ("drive.show_changes",),
    "voter.named": ("drive.show_changes",),
}

#: Kind of job → what it does with its subject.
RUNS: Mapping[str, Callable[[UUID], None]] = {
    "conflict.show_changes": voting.show_changes_of_conflict,
    "drive.pass_deadline": voting.pass_deadline,
    "drive.recount_nightly": voting.recount_nightly,
    "drive.show_changes": voting.show_changes,
    "matter.follow_drive": matters.follow_drive,
    "stack.show_changes": voting.show_changes_of_stack,
}
