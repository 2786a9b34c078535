"""What opens the data of a community to a program."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from linli.community.models import Person, Within
from linli.record import clock


class ApiKey(Within):
    """A program's key to one community: what it is for, what it may read, and whether it was taken back.

    Only the hash of its secret is kept. ``minute`` and ``spent`` count what it has asked in the present minute.
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
    minute = models.BigIntegerField(default=0)
    spent = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="api_key_in_community")]

    def __str__(self) -> str:
        return self.name
