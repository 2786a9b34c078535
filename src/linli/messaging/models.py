"""What goes out to people: messages and each of their deliveries; public texts and their review; notices on doors."""

from hashlib import sha256

from django.db import models

from linli.community.models import Organisation, Person, Place, Within
from linli.files.models import File
from linli.record import clock
from linli.record.cipher import Cell
from linli.record.models import Thread
from linli.record.sealed import SealedField


class Channel(Within):
    """A way out that a community has: an SMS gateway, a mail server. What it needs to know is a secret, and sealed."""

    class Kind(models.TextChoices):
        CONSOLE = "console"
        EMAIL = "email"
        SMS = "sms"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    title = models.CharField(max_length=40)
    settings = SealedField(help_text="JSON")
    open = models.BooleanField(default=True)
    paused_until = models.DateTimeField(null=True, help_text="it asked us to wait")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "title"], name="one_channel_of_a_title"),
            models.UniqueConstraint(fields=["community", "id"], name="channel_in_community"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def settings_cell(self) -> Cell:
        """Where the settings are sealed for."""
        return Cell("messaging_channel", "settings", self.id)


class QuietHours(Within):
    """When a community is not to be woken: what is not urgent waits until ``ends``."""

    begins = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community"], name="one_quiet_time")]
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}–{self.ends:%H:%M}"


class Message(Within):
    """One thing that is told. ``body`` is empty where it holds a secret: then ``body_kind`` names what makes it, from
    ``subject``, at the moment of sending.
    """

    title = models.CharField(max_length=120)
    body = models.TextField(blank=True)
    body_kind = models.CharField(max_length=64, blank=True)
    subject = models.UUIDField(null=True)
    enclosure = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    enclosed_as = models.CharField(max_length=120, blank=True, help_text="the enclosure's name")
    purpose = models.CharField(max_length=200, blank=True, help_text="why a paper goes out, as who sends it says")
    urgent = models.BooleanField(default=False)
    by_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "id"], name="message_in_community"),
            models.CheckConstraint(
                condition=models.Q(body="", subject__isnull=False) ^ models.Q(body_kind=""), name="one_kind_of_body"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Delivery(Within):
    """One message to one address over one channel: what is known of it, and when it is tried (again), if it is.

    ``recipient`` is the person's id, or the blind index of an address that belongs to nobody on the roster. What the
    gateway knows it by is ``key``: the same for every try of one group, so that a repeat is seen as one.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        THROTTLED = "throttled"
        UNKNOWN = "unknown"
        CONFIRMED = "confirmed"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=64)
    address = SealedField()
    try_group = models.PositiveSmallIntegerField(default=1)
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    code = models.CharField(max_length=64, blank=True, help_text="why not, in the channel's own word")
    receipt = models.CharField(max_length=128, blank=True, help_text="what the channel calls it")
    due_at = models.DateTimeField(null=True, default=clock.now, help_text="when it is tried; none: no more")
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "recipient", "channel", "try_group"], name="one_delivery"),
        ]
        indexes = [
            models.Index(
                models.F("urgent").desc(), "due_at", name="delivery_due", condition=models.Q(due_at__isnull=False)
            ),
        ]
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"

    @property
    def key(self) -> str:
        """What the channel is told to know it by."""
        return f"{self.message_id}:{self.recipient}:{self.channel_id}:{self.try_group}"

    @property
    def address_cell(self) -> Cell:
        """Where the address is sealed for."""
        return Cell("messaging_delivery", "address", self.id)


class ReviewDuty(Within):
    """Who looks at a community's public texts first, and who does when that takes longer than the clock allows."""

    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community"], name="one_review_duty")]
        verbose_name_plural = "review duties"

    def __str__(self) -> str:
        return f"{self.reviewer} · {self.deputy}"


class Review(Within):
    """One public text on its way to the public (先审后发). What was written is sealed; ``shown`` is what all may read.

    ``pieces`` are what the program covered, as [start, end, kind] of the text as written; ``uncovered`` the places in
    that list which the reviewer let stand.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        RETURNED = "returned"
        HIDDEN = "hidden"

    class Of(models.TextChoices):
        NOTICE = "notice"
        OBJECTION = "objection"
        REPLY = "reply"

    class Reason(models.TextChoices):
        """Why a text may be sent back or hidden. Criticism of anybody's work is none."""

        PRIVACY = "privacy"
        UNTRUE = "untrue"
        INSULT = "insult"
        ADVERTISING = "advertising"
        UNLAWFUL = "unlawful"
        INCOMPLETE = "incomplete"

    of = models.CharField(max_length=12, choices=Of.choices)
    subject = models.UUIDField(help_text="what the text belongs to, as a value")
    thread = models.UUIDField(null=True, help_text="the affair it belongs to, where there is one")
    title = models.CharField(max_length=80, help_text="what it belongs to, in words for the list")
    original = SealedField()
    fingerprint = models.CharField(max_length=64, help_text="of the text as written, under a key: it tells nothing")
    pieces = models.JSONField(default=list)
    uncovered = models.JSONField(default=list)
    shown = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    words = models.CharField(max_length=400, blank=True, help_text="what the author is told")
    by_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    with_deputy = models.BooleanField(default=False)
    reviewed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="review_in_community")]
        indexes = [models.Index(fields=["community", "state", "asked_at"], name="review_queue")]

    def __str__(self) -> str:
        return self.title

    @property
    def original_cell(self) -> Cell:
        """Where the text as written is sealed for."""
        return Cell("messaging_review", "original", self.id)

    @property
    def is_public(self) -> bool:
        """Whether all may read ``shown``."""
        return self.state == self.State.APPROVED

    @property
    def shown_sha256(self) -> str:
        """What the log has of the text that all may read."""
        return sha256(self.shown.encode()).hexdigest()

    @property
    def shown_code(self) -> str:
        """The first of it, by which people know the text again on paper."""
        return self.shown_sha256[:16]


class Appeal(Within):
    """An author's appeal (申诉) against a text sent back or hidden: the supervision committee decides it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        UPHELD = "upheld"
        OVERTURNED = "overturned"

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="appeals")
    words = models.CharField(max_length=400)
    by_person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    answer = models.CharField(max_length=400, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review"], condition=models.Q(state="waiting"), name="one_appeal_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.review} {self.state}"


class Notice(Within):
    """A public notice (公示): posted at each unit's door, its days counted from the last place posted.

    One that tells what became of an affair carries that affair's thread; any other begins one.
    """

    class State(models.TextChoices):
        PREPARED = "prepared"
        RUNNING = "running"
        ENDED = "ended"
        DOWN = "down"
        WITHDRAWN = "withdrawn"

    class Circle(models.TextChoices):
        RESIDENTS = "residents"
        NET = "net"

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="notice")
    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    contact = models.CharField(max_length=120, help_text="where an objection can be brought")
    days = models.PositiveSmallIntegerField()
    pack = models.CharField(max_length=64, blank=True, help_text="the rule that asks for it")
    about_kind = models.CharField(max_length=32, blank=True)
    about = models.UUIDField(null=True, help_text="what it is about, as a value")
    circle = models.CharField(max_length=10, choices=Circle.choices, default=Circle.RESIDENTS)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARED)
    written_at = models.DateTimeField(default=clock.now)
    posted_on = models.DateField(null=True, help_text="the day of the last place posted, which is not counted")
    last_day = models.DateField(null=True, help_text="the day at whose 24:00 the notice ends")
    ends_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "id"], name="notice_in_community"),
            models.CheckConstraint(condition=models.Q(days__gt=0), name="notice_has_days"),
        ]
        indexes = [models.Index(fields=["community", "state", "written_at"], name="notice_board")]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """What people call the affair, on paper as on the page: 广顺园-2023-0001."""
        return self.thread.number


class Posting(Within):
    """One door (a unit's, or a building's without units) where a notice is to hang: when it went up and came down."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="postings")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=120, help_text="what the door is called: 一单元")
    position = models.PositiveSmallIntegerField()
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    photo = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    down_at = models.DateTimeField(null=True)
    down_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    last_photo = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "place"], name="one_posting_at_a_door")]

    def __str__(self) -> str:
        return f"{self.notice} · {self.place}"


class NoticeObjection(Within):
    """What somebody says against a notice, by name or without one; its text and its reply go through the review."""

    class Way(models.TextChoices):
        WEB = "web"
        PHONE = "phone"
        COUNTER = "counter"

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="objections")
    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="objection")
    reply = models.OneToOneField(Review, null=True, on_delete=models.PROTECT, related_name="replied")
    by_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=Way.choices)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="notice_objection_in_community")]

    def __str__(self) -> str:
        return f"{self.notice} {self.at:%Y-%m-%d}"
