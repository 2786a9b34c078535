"""What matters do when something has happened elsewhere."""

from uuid import UUID

from django.db import transaction

from linli.matters.models import Matter
from linli.record.acting import Acting
from linli.record.services import note
from linli.voting.models import Drive


@transaction.atomic
def follow_drive(drive_id: UUID) -> None:
    """A drive was decided: so is its matter. Does nothing when there is none or it has been carried already."""
    matter = Matter.objects.select_for_update(of=("self",)).select_related("drive").filter(drive=drive_id).first()
    if matter is None or matter.drive is None or matter.state == Matter.State.DECIDED:
        return
    if matter.drive.state == Drive.State.DECIDED:
        matter.state = Matter.State.DECIDED
        matter.save(update_fields=["state"])
        by = Acting.system(matter.community_id)
        note(
            "matter.decided",
            by=by,
            subject_kind="matter",
            subject=matter.id,
            place=matter.place_id,
            public={},
            thread=matter.thread_id,
        )
