"""Reading the record."""

from uuid import UUID

from django.db.models import QuerySet

from linli.record.models import Event


def history(subject_kind: str, subject: UUID) -> QuerySet[Event]:
    """What has happened to one subject, first things first."""
    return Event.objects.filter(subject_kind=subject_kind, subject=subject).order_by("id")
