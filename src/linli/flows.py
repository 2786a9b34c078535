"""What follows what: every cross-app reaction in one table, and what each kind of job does."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from linli.matters import reactions as matters
from linli.matters.papers import DELIBERATION
from linli.portal import services as portal
from linli.voting import services as voting
from linli.web.dossier import Theme

#: Event name → kinds of job that follow it.
REACTIONS: Mapping[str, Sequence[str]] = {
    "drive.decided": ("matter.follow_drive",),
}

#: Kind of job → what it does with its subject.
RUNS: Mapping[str, Callable[[UUID], None]] = {
    "drive.pass_deadline": voting.pass_deadline,
    "drive.recount_nightly": voting.recount_nightly,
    "matter.follow_drive": matters.follow_drive,
    "archive.make": portal.make_archive,
    "archive.let_go": portal.let_archive_go,
}

#: 台账: the name that an archive's row keeps → what is archived under it. A later app adds its own line.
THEMES: Mapping[str, Theme] = {
    "deliberation": DELIBERATION,
}
