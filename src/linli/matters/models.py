"""A matter: what is to be decided, who convenes, decides, carries and supervises, and the drive that asks."""

from hashlib import sha256

from django.db import models

from linli.community.models import Organisation, Person, Place, Within
from linli.record import clock
from linli.record.models import Thread
from linli.voting.models import Drive


class Matter(Within):
    """One affair of a compound or village, from being raised to its result.

    What was raised wrongly can be withdrawn, with its reason, before anybody is asked; it stays to be read.
    """

    class State(models.TextChoices):
        RAISED = "raised"
        ASKING = "asking"
        DECIDED = "decided"
        WITHDRAWN = "withdrawn"

    class Circle(models.TextChoices):
        RESIDENTS = "residents"
        NET = "net"

    thread = models.OneToOneField(Thread, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    words = models.TextField(max_length=2000, help_text="what is wanted, in plain words")
    pack = models.CharField(max_length=64)
    convener = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", help_text="牵头")
    decider = models.CharField(max_length=80, help_text="who decides, such as the owners of each unit")
    carrier = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    supervisor = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    raised_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    building_facts = models.JSONField(default=dict, help_text="what eligibility is judged by: storeys, has_lift …")
    cost = models.PositiveBigIntegerField(null=True, help_text="fen, estimated")
    circle = models.CharField(max_length=10, choices=Circle.choices, default=Circle.RESIDENTS)
    state = models.CharField(max_length=9, choices=State.choices, default=State.RAISED)
    raised_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)
    drive = models.OneToOneField(Drive, null=True, on_delete=models.PROTECT, related_name="matter")

    def __str__(self) -> str:
        return self.title

    @property
    def version(self) -> str:
        """Changes whenever something changes that a person may mend: whoever mends says which version they saw."""
        bodies = (self.convener_id, self.carrier_id, self.supervisor_id)
        facts = sorted(self.building_facts.items())
        said = [self.title, self.words, self.pack, self.decider, *bodies, facts, self.cost, self.circle]
        return sha256(repr([str(each) for each in said]).encode()).hexdigest()[:16]

    @property
    def number(self) -> str:
        """What people call it, from its first word to its last receipt: 广顺园-2023-0001."""
        return self.thread.number
