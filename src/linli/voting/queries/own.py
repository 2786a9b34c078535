"""What is one's own in a drive."""

from linli.record.acting import Acting
from linli.voting.models import Drive, Seat


def seats_of_person(drive: Drive, viewer: Acting | None) -> list[Seat]:
    """The seats for which the viewer may speak, with the voice that stands."""
    if viewer is None or viewer.person is None:
        return []
    return list(
        Seat.objects.filter(electorate=drive.electorate_id, entitled=viewer.person)
        .select_related("voice", "voice__collector", "scope")
        .order_by("sort_key")
    )
