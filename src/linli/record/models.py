"""What has happened (Event), its public proof (Log, Leaf, Checkpoint), what is still to be done (Job), and which write
was already answered (Answer)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from linli.record import clock
from linli.record.ids import new_id
from linli.record.sealed import SealedField


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
    ``public`` facts may be shown to anyone; ``internal`` facts are for the office; neither holds personal data. A
    *quiet* event enters the public log without name, subject and hour: nothing in it tells who was spoken with when.
    ``commitments`` bind to values that are not shown: field → base64.
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
    commitments = models.JSONField(default=dict)
    quiet = models.BooleanField(default=True)
    thread = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject", "id"], name="event_of_subject"),
            models.Index(fields=["community", "id"], name="event_of_community"),
            models.Index(fields=["thread", "id"], name="event_of_thread", condition=models.Q(thread__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_kind} {self.subject}"


class Private(Row):
    """What an event commits to without showing it: the salt, and the value, sealed.

    The only part of the record that can be erased: without its salt a commitment says nothing, and the proof stays
    whole.
    """

    event = models.UUIDField()
    field = models.CharField(max_length=32)
    salt = models.BinaryField(max_length=32)
    value = SealedField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "field"], name="one_private_value")]

    def __str__(self) -> str:
        return f"{self.event} {self.field}"


class Log(Row):
    """One public log: of a community, or of the instance. ``origin`` is its name for ever.

    After an old backup was restored a new *epoch* begins, a log of its own, whose first entry names the one before.
    """

    append_only = True

    community = models.UUIDField(null=True)
    epoch = models.PositiveIntegerField(default=1)
    origin = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "epoch"], nulls_distinct=False, name="one_log_of_an_epoch")
        ]

    def __str__(self) -> str:
        return self.origin


class Leaf(Row):
    """One event in its log: its place, without gaps, the entry that is public, and the entry's hash."""

    append_only = True

    log = models.UUIDField()
    index = models.PositiveBigIntegerField()
    event = models.UUIDField(unique=True)
    entry = models.BinaryField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "leaves"
        constraints = [models.UniqueConstraint(fields=["log", "index"], name="one_leaf_of_an_index")]

    def __str__(self) -> str:
        return str(self.index)


class Subtree(Row):
    """The root of a whole run of ``2 ** level`` leaves, for levels 8, 16, 24 …: proofs are made from few rows."""

    append_only = True
    #: Every so many levels a root is kept.
    STEP: ClassVar[int] = 8

    log = models.UUIDField()
    level = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "level", "number"], name="one_subtree")]

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class Checkpoint(Row):
    """The head of a log at one size, signed; ``frontier`` is what the next leaves are added to."""

    append_only = True

    log = models.UUIDField()
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)
    frontier = models.BinaryField()
    note = models.TextField(help_text="the signed note, as c2sp.org/tlog-checkpoint has it")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "size"], name="one_checkpoint_of_a_size")]

    def __str__(self) -> str:
        return str(self.size)


class Unsealed(models.Model):
    """An event that has no leaf yet, and from when it may have one; the database lays each new event in here."""

    event = models.UUIDField(primary_key=True)
    community = models.UUIDField(null=True)
    due_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "unsealed"
        indexes = [models.Index(fields=["due_at"], name="unsealed_due")]

    def __str__(self) -> str:
        return str(self.event)


class Thread(Row):
    """One affair from the first word to the last receipt, under one public number.

    The earliest of what it joins makes it, later things carry it. Two that turn out to be one: the later is merged
    into the earlier, and its number leads there.
    """

    community = models.UUIDField()
    number = models.CharField(max_length=40, help_text="what people call it: 广顺园-2023-0001")
    merged_into = models.UUIDField(null=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "number"], name="one_thread_of_a_number")]

    def __str__(self) -> str:
        return self.number


class ThreadNumber(Row):
    """The last number given in a community and year, changed under its lock; gaps are allowed."""

    community = models.UUIDField()
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "year"], name="one_numbering_of_threads")]

    def __str__(self) -> str:
        return f"{self.year} {self.last}"


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
