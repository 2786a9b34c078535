"""Putting a matter to those who decide."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.community.models import Person
from linli.community.policy import require
from linli.matters.models import Matter
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused
from linli.voting.models import Drive
from linli.voting.policy import OPEN_DRIVE
from linli.voting.services import open_drive, plan_shares


@transaction.atomic
def put_to_owners(
    *,
    matter: Matter,
    closes_at: datetime,
    collectors: Sequence[Person],
    clerks: Sequence[Person],
    by: Acting,
    progress: str = Drive.Progress.LIVE,
    share_method: str = "",
    share_reason: str = "",
) -> Drive:
    """Open the matter's drive over the electorate frozen now, with the share plan where a cost is estimated.

    Refused: whoever may not open a drive there, a matter that was put before or withdrawn. Safe to try twice: the
    second try is told so and nothing is opened.
    """
    require(by, OPEN_DRIVE, matter.place)
    matter = Matter.objects.select_for_update(of=("self",)).select_related("place").get(id=matter.id)
    if matter.drive_id:
        raise Refused("matter.put-already", "这件事已经在表态了，不用再开一次。")
    if matter.state == Matter.State.WITHDRAWN:
        raise Refused("matter.withdrawn", "这件事已经撤回了。要办，请重新提一件。")
    drive = open_drive(
        place=matter.place,
        question=matter.title,
        pack_id=matter.pack,
        closes_at=closes_at,
        collectors=collectors,
        clerks=clerks,
        progress=progress,
        thread=matter.thread_id,
        by=by,
    )
    if matter.cost and share_method:
        plan_shares(drive=drive, method=share_method, cost=matter.cost, reason=share_reason, by=by)
    matter.drive = drive
    matter.state = Matter.State.ASKING
    matter.save(update_fields=["drive", "state"])
    note(
        "matter.put",
        by=by,
        subject_kind="matter",
        subject=matter.id,
        public={},
        internal={"drive": str(drive.id)},
        thread=matter.thread_id,
    )
    return drive
