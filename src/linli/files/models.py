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
