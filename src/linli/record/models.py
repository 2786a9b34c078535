"""What has happened (Event), what is still to be done (Job), and which write was already answered (Answer)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from linli.record import clock
from linli.record.ids import new_id


class Row(models.Model):
    """Every row's beginning: an identifier made in Python, in order of time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    #: Rows that may be inserted and read, never changed or deleted: the database's roles and triggers hold it.
    append_only: ClassVar[bool] = False

    class Meta:
        abstract = True


class Event(Row):
    """One fact that nobody can change: who did what to what, when. Every write leaves one.

    All references are values, not foreign keys: the record outlives what it speaks of and knows no later app.
    ``public`` facts may be shown to anyone; ``internal`` facts are for the office; neither holds personal data.
    """

    append_only = True

    name = models.CharField(max_length=64)
    at = models.DateTimeField(help_text="when it happened")
    claimed = models.BooleanField(default=False, help_text="the time is somebody's word, not our observation")
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.UUIDField(null=True)
    role = models.CharField(max_length=32)
    subject_kind = models.CharField(max_length=32)
    subject = models.UUIDField()
    community = models.UUIDField(null=True)
    place = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    public = models.JSONField(default=dict)
    internal = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject", "id"], name="event_of_subject"),
            models.Index(fields=["community", "id"], name="event_of_community"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_kind} {self.subject}"


class Job(Row):
    """Something to be done at a time, once: outbox and timer in one.

    One row per (event, reaction) or per (kind, subject, step). A worker claims due rows by a lease; a failure waits and
    is tried again, and after the last try stays as *failed* for a person to see.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=64, help_text="name of the reaction in the table of reactions")
    subject = models.UUIDField()
    step = models.CharField(max_length=64, blank=True)
    event = models.UUIDField(null=True)
    community = models.UUIDField(null=True)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "step", "event"], nulls_distinct=False, name="one_job"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="job_due", condition=models.Q(state__in=["waiting", "running"])),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.state}"


class Answer(Row):
    """The first answer to a write, so that the same write sent twice is done once; ``key`` is its key's SHA-256."""

    actor = models.UUIDField()
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was sent")
    result = models.UUIDField(null=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="one_answer")]

    def __str__(self) -> str:
        return self.key


class Topic(models.Model):
    """How often what the readers of one live topic see has changed, and of how much of that they were told."""

    name = models.CharField(primary_key=True, max_length=120)
    version = models.PositiveBigIntegerField(default=0)
    told = models.PositiveBigIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    seen = models.CharField(max_length=64, help_text="SHA-256 of what they see")

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


#: Stands for "nobody signed in" where a write needs an actor.
NOBODY = uuid.UUID(int=0)
