"""What matters do when something has happened elsewhere."""

from uuid import UUID

from linli.matters import services


def follow_drive(drive_id: UUID) -> None:
    """A drive was decided: its matter is decided."""
    services.follow_drive(drive_id=drive_id)
