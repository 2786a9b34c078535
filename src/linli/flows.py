"""What follows what: every cross-app reaction in one table, and what each kind of job does."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from linli.accounts import policy as accounts
from linli.accounts import services as logins
from linli.community import policy as community
from linli.community.queries import area_code_of
from linli.community.services import read_handed_in, take_in_ordered
from linli.matters import reactions as matters
from linli.matters.papers import DELIBERATION, result_to_mail
from linli.messaging import services as messaging
from linli.messaging.papers import notice_to_mail
from linli.portal import services as portal
from linli.record import retention
from linli.record import services as record
from linli.record.acting import Acting
from linli.voting import policy as drives
from linli.voting import services as voting
from linli.web.dossier import Theme
from linli.web.papers import Outgoing

#: The area code of a community, which stands in the name of its public log; empty where it has none.
AREA_CODE: Callable[[UUID], str] = area_code_of

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
    "archive.let_go": portal.let_archive_go,
    "archive.make": portal.make_archive,
    "notice.end": messaging.end_notice,
    "phone-code.send": logins.send_phone_code,
    "register.read": read_handed_in,
    "register.take_in": take_in_ordered,
    "retention.sweep": record.sweep_old_rows,
    "review.hand_on": messaging.hand_on_review,
    "stack.show_changes": voting.show_changes_of_stack,
}

#: 台账: the name that an archive's row keeps → what is archived under it. A later app adds its own line.
THEMES: Mapping[str, Theme] = {
    "deliberation": DELIBERATION,
}

#: Papers that may be sent to any address, since they tell nothing of a person: the word in the address of the page that
#: sends them → who finds one for its reader.
PAPERS: Mapping[str, Callable[[Acting, UUID], Outgoing]] = {
    "notice": notice_to_mail,
    "result": result_to_mail,
}

#: Kinds of job of which one always waits, for the whole instance.
STANDING: Sequence[str] = ("retention.sweep",)

#: What is not kept for ever: which rows, how long, why.
RETENTION: Sequence[retention.Kept] = (*retention.KEPT, *community.KEPT, *accounts.KEPT, *drives.KEPT)

#: What makes the words of messages that are never stored (one-time codes): kind → function of the message's subject,
#: which gives the same words for the same subject, so that a repeat under the same key says nothing else.
BODIES: Mapping[str, Callable[[UUID], str]] = {
    "phone-code": logins.words_of_phone_code,
}
