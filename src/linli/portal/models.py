"""What the portal keeps of its own: keys for programs, the office's blanks, its archives."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from linli.community.models import Person, Referred
from linli.files.models import File
from linli.record import clock


class ApiKey(Referred):
    """A program's key to one community: what it is for, what it may read, and whether it was taken back.

    Only the hash of its secret is kept.
    """

    class Scope(models.TextChoices):
        READ_PLACES = "read_places"
        READ_MATTERS = "read_matters"
        READ_RESULTS = "read_results"

    name = models.CharField(max_length=60, help_text="which program, and who looks after it")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    used_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="api_key_in_community")]

    def __str__(self) -> str:
        return self.name


class PaperBlank(Referred):
    """An office's own empty form, .docx or .xlsx, filled from the source that it names; retired, it is used no more."""

    title = models.CharField(max_length=80)
    source = models.CharField(max_length=32, help_text="what it is filled from: a key of the table of sources")
    kind = models.CharField(max_length=4, help_text="docx, xlsx")
    fields = models.JSONField(default=list, help_text="the names between its braces, in their order")
    loose = models.JSONField(default=list, help_text="those that stand outside every row of a table")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="blank_in_community")]

    def __str__(self) -> str:
        return self.title


class Archive(Referred):
    """台账 of one theme and period, ordered by one of the office: made by a job, kept for some days, then let go."""

    class State(models.TextChoices):
        MAKING = "making"
        READY = "ready"
        REFUSED = "refused"
        GONE = "gone"

    theme = models.CharField(max_length=32, help_text="a key of flows.THEMES")
    since = models.DateField()
    until = models.DateField()
    masked = models.BooleanField(default=True)
    reason = models.CharField(max_length=200, blank=True, help_text="why personal data are needed, where not masked")
    state = models.CharField(max_length=8, choices=State.choices, default=State.MAKING)
    entries = models.PositiveIntegerField(null=True, help_text="how many affairs are in it")
    file = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    ordered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    goes_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "id"], name="archive_in_community"),
            models.CheckConstraint(condition=models.Q(until__gte=models.F("since")), name="archive_of_a_period"),
            models.CheckConstraint(condition=models.Q(masked=True) | ~models.Q(reason=""), name="archive_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.theme} {self.since} {self.until}"
