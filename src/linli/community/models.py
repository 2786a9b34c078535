"""Places and their people: the tree of places, dwellings and who keeps house, owns, or holds a role there."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from linli.record import clock
from linli.record.models import Row
from linli.record.sealed import SealedField


class Place(Row):
    """A node of the physical tree: city › district › town › community › compound › zone › building › unit.

    Levels are optional. ``community`` is the community's own place (itself, for the community; none above it).
    """

    class Kind(models.TextChoices):
        CITY = "city"
        DISTRICT = "district"
        TOWN = "town"
        COMMUNITY = "community"
        COMPOUND = "compound"
        ZONE = "zone"
        BUILDING = "building"
        UNIT = "unit"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children", db_index=False)
    community = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    path = ArrayField(models.UUIDField(), help_text="from the root to this place, itself included")
    area_code = models.CharField(max_length=12, blank=True, help_text="GB/T 2260 and its extensions, as text")
    sort_key = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "kind", "name"], nulls_distinct=False, name="one_place_of_a_name"
            ),
            models.UniqueConstraint(fields=["community", "id"], name="place_in_community"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["city", "district", "town"]) | models.Q(community__isnull=False),
                name="place_belongs_to_community",
            ),
        ]
        indexes = [GinIndex(fields=["path"], name="place_path")]

    def __str__(self) -> str:
        return self.name


class Within(Row):
    """A row of one community."""

    community = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Referred(Within):
    """Such a row that others name together with its community: (community, id) is unique, and that index also finds
    the rows of a community."""

    community = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Dwelling(Referred):
    """A door: a home or a shop, with its floor label, room and area.

    ``area`` is in hundredths of a square metre, or unknown. ``name`` is what people call the door where it has no
    number ("堰塘边第三家"). Whether anyone lives there may be unknown too.
    """

    class Use(models.TextChoices):
        HOME = "home"
        SHOP = "shop"

    class AreaSource(models.TextChoices):
        REGISTER = "register"
        SURVEY = "survey"
        CONTRACT = "contract"
        OWN_WORD = "own_word"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="dwellings", db_index=False)
    floor = models.CharField(max_length=8, blank=True, help_text="the label people use, not the physical storey")
    room = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=80, blank=True)
    area = models.PositiveIntegerField(null=True, help_text="1/100 m²")
    area_source = models.CharField(max_length=8, choices=AreaSource.choices, blank=True)
    use = models.CharField(max_length=4, choices=Use.choices, default=Use.HOME)
    occupied = models.BooleanField(null=True)
    sort_key = models.CharField(max_length=240)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "room", "name"], name="one_dwelling_of_a_name"),
            models.UniqueConstraint(fields=["community", "id"], name="dwelling_in_community"),
            models.CheckConstraint(condition=models.Q(area__gt=0) | models.Q(area=None), name="area_above_zero"),
            models.CheckConstraint(condition=~models.Q(room="", name=""), name="dwelling_has_a_name"),
        ]
        indexes = [models.Index(fields=["community", "sort_key"], name="dwelling_in_order")]

    def __str__(self) -> str:
        return self.room or self.name


class Person(Referred):
    """Somebody on one community's roster. A login (accounts) may own several, each by a confirmed claim.

    The phone is sealed; ``services.reveal`` opens it. Several people may have one phone: an old couple shares theirs.
    """

    name = models.CharField(max_length=60)
    phone_sealed = SealedField(null=True)
    phone_index = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "id"], name="person_in_community"),
            models.CheckConstraint(
                condition=models.Q(phone_sealed=None, phone_index=None)
                | models.Q(phone_sealed__isnull=False, phone_index__isnull=False),
                name="phone_sealed_and_indexed",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "name"], name="person_by_name"),
            models.Index(fields=["community", "phone_index"], name="person_by_phone"),
        ]

    def __str__(self) -> str:
        return self.name


class Dated(models.Model):
    """Something that holds for a time; ``until`` is the first day on which it no longer does."""

    since = models.DateField(default=clock.today)
    until = models.DateField(null=True)

    class Meta:
        abstract = True


class Household(Referred, Dated):
    """People keeping house in one dwelling; several may share one."""

    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="households")
    head = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="household_in_community")]

    def __str__(self) -> str:
        return str(self.dwelling)


class Residency(Within, Dated):
    """A person living in a household."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="residencies")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residencies")

    class Meta:
        verbose_name_plural = "residencies"

    def __str__(self) -> str:
        return f"{self.person} · {self.household}"


class Ownership(Within, Dated):
    """A person owning a dwelling, or part of it: whose word this is, and whether it has been checked."""

    class Source(models.TextChoices):
        REGISTRY = "registry"
        CONTRACT = "contract"
        OWN_WORD = "own_word"
        PROPERTY_MANAGER = "property_manager"
        OFFICE = "office"

    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="ownerships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ownerships")
    source = models.CharField(max_length=16, choices=Source.choices, default=Source.OFFICE)
    verified = models.BooleanField(default=False)
    share = models.CharField(max_length=24, blank=True, help_text="an exact fraction, such as 1/2; empty if unknown")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dwelling", "person"], condition=models.Q(until=None), name="one_ownership_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.dwelling}"


class Organisation(Referred):
    """A body that convenes, decides, carries or supervises; it may be of several kinds at once."""

    class Kind(models.TextChoices):
        PARTY_COMMITTEE = "party_committee"
        RESIDENTS_COMMITTEE = "residents_committee"
        SUPERVISION_COMMITTEE = "supervision_committee"
        SELF_MANAGEMENT_COMMITTEE = "self_management_committee"
        PREPARATORY_GROUP = "preparatory_group"
        PARTNER_ORGANISATION = "partner_organisation"
        DEPARTMENT = "department"

    name = models.CharField(max_length=80)
    kinds = ArrayField(models.CharField(max_length=32, choices=Kind.choices))
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="one_organisation_of_a_name"),
            models.UniqueConstraint(fields=["community", "id"], name="organisation_in_community"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(Referred, Dated):
    """Who may act as what, where. ``title`` is the community's own word for it (data); ``kind`` is what it may do."""

    class Kind(models.TextChoices):
        SECRETARY = "secretary"
        DIRECTOR = "director"
        CLERK = "clerk"
        BUILDING_LEADER = "building_leader"
        SUPERVISOR = "supervisor"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=40)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="roles")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="roles")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="role_in_community")]

    def __str__(self) -> str:
        return f"{self.title} {self.person}"


class Contact(Within):
    """A telephone number for residents to see: shown by the holder of a role, or the office's own (no role).

    Nobody's number is shown but by themselves.
    """

    role = models.OneToOneField(Role, null=True, on_delete=models.CASCADE, related_name="contact")
    phone = models.CharField(max_length=24)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community"], condition=models.Q(role=None), name="one_number_of_the_office"
            )
        ]

    def __str__(self) -> str:
        return self.phone

    @property
    def url(self) -> str:
        """What dials it (RFC 3966)."""
        return f"tel:{''.join(sign for sign in self.phone if sign in '+0123456789')}"


class Area(Referred, Dated):
    """Any dated set of dwellings that is not a building; here the scopes within which a decision is judged."""

    class Kind(models.TextChoices):
        DECISION_SCOPE = "decision_scope"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=80)
    sort_key = models.CharField(max_length=200)
    dwellings: "models.ManyToManyField[Dwelling, AreaDwelling]" = models.ManyToManyField(
        Dwelling, through="AreaDwelling", related_name="areas"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="area_in_community")]

    def __str__(self) -> str:
        return self.name


class AreaDwelling(Within):
    """One dwelling of an area."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="members", db_index=False)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "dwelling"], name="dwelling_once_in_area")]

    def __str__(self) -> str:
        return f"{self.area} · {self.dwelling}"


class RegisterImport(Referred):
    """One register taken in: which file (by its content), by whom, and what it brought.

    ``trace`` says which rows it made, ended and changed (ids and doors' values, no names), so that it can be undone.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    file_sha256 = models.CharField(max_length=64)
    by_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    counts = models.JSONField(default=dict)
    trace = models.BinaryField(default=bytes)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="register_import_in_community")]

    def __str__(self) -> str:
        return f"{self.place} {self.at:%Y-%m-%d}"


class RegisterDraft(Referred):
    """A register on its way in: handed in, read by the worker, kept from its preview until it is taken in.

    What is stored is sealed, and the files go as soon as they are read: of the columns that are left out (ID numbers,
    illness) nothing stays. Once it is taken in, only the rows that were left out remain, to be handed back.
    """

    class State(models.TextChoices):
        READING = "reading"
        UNREAD = "unread"
        READ = "read"
        ORDERED = "ordered"
        TAKEN = "taken"
        REFUSED = "refused"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    by_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READING)
    reading = SealedField(default=bytes)
    preview = SealedField(default=bytes)
    order = SealedField(default=bytes, help_text="what the worker is to do, and in whose role")
    refusal = models.JSONField(default=dict, help_text="why it was not read, or not taken in")
    taken = models.ForeignKey(RegisterImport, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="register_draft_in_community")]

    def __str__(self) -> str:
        return f"{self.place} {self.at:%Y-%m-%d}"


class RegisterFile(Within):
    """One file of a register that was handed in, sealed, from then until the worker has read it."""

    draft = models.ForeignKey(RegisterDraft, on_delete=models.CASCADE, related_name="files", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40, help_text="what it is called in faults; never its own name")
    content = SealedField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "position"], name="register_files_in_order")]

    def __str__(self) -> str:
        return self.name


class RegisterProgress(Within):
    """How far the worker is with a register: what is done, of all. Written beside the one transaction of the work."""

    draft = models.OneToOneField(RegisterDraft, on_delete=models.CASCADE, related_name="progress")
    done = models.PositiveIntegerField()
    total = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "register progress"

    def __str__(self) -> str:
        return f"{self.done}/{self.total}"
