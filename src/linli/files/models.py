"""What was uploaded, known by its content."""

from django.db import models

from linli.record import clock
from linli.record.models import Row


class File(Row):
    """One uploaded thing. The bytes lie encrypted in the files folder under ``sha256``; who may see them is the
    matter of the app that refers to it. ``community`` is a value, since files know no later app.
    """

    community = models.UUIDField()
    sha256 = models.CharField(max_length=64, help_text="of the picture as re-encoded, or of the document")
    original_sha256 = models.CharField(max_length=64, blank=True, help_text="of the picture as it came: evidence")
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField(help_text="bytes")
    width = models.PositiveIntegerField(null=True, help_text="pixels")
    height = models.PositiveIntegerField(null=True, help_text="pixels")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["community", "sha256"], name="file_by_content")]

    def __str__(self) -> str:
        return self.sha256[:12]


class StampedPaper(Row):
    """The photo of a printed paper with its seal on it: from then on the paper's official version.

    ``kind`` and ``subject`` name the paper as values ("matter.result" and the matter), since files know no later app.
    The newest stands; those it replaced stay, with the reason why they were replaced.
    """

    append_only = True

    community = models.UUIDField()
    kind = models.CharField(max_length=32)
    subject = models.UUIDField()
    file = models.UUIDField(help_text="the photo")
    sha256 = models.CharField(max_length=64, help_text="of the photo as it is shown")
    reason = models.CharField(max_length=200, blank=True, help_text="why it replaces the one before")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["kind", "subject", "id"], name="stamped_of_paper")]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"
