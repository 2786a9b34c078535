"""Telling live pages that what their readers see of a drive may have changed."""

from uuid import UUID

from linli.record.live import touch
from linli.voting.models import Conflict, Drive, Stack
from linli.voting.queries.live import seen_by_topic


def show_changes(drive_id: UUID) -> None:
    """The job after every word: move each topic of the drive whose readers now see something else."""
    for topic, seen in seen_by_topic(Drive.objects.select_related("place").get(id=drive_id)):
        touch(topic, seen)


def show_changes_of_stack(stack_id: UUID) -> None:
    """The job after slips of a stack."""
    show_changes(Stack.objects.values_list("drive", flat=True).get(id=stack_id))


def show_changes_of_conflict(conflict_id: UUID) -> None:
    """The job after a conflict was settled."""
    show_changes(Conflict.objects.values_list("drive", flat=True).get(id=conflict_id))
