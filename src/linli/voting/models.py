"""Who may speak (Electorate, Seat), the drive that asks, what each seat said (Voice), and what follows (Result)."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from linli.community.models import Area, Dwelling, Household, Person, Within
from linli.files.models import File
from linli.messaging.models import NoticeObjection
from linli.record import clock
from linli.record.sealed import SealedField


class Electorate(Within):
    """A frozen list of seats. Later sales, moves and imports never change it."""

    class Kind(models.TextChoices):
        OWNERS = "owners"
        HOUSEHOLDS = "households"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    uses = models.CharField(max_length=8, help_text="which dwellings count: all, homes, served")
    frozen_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="electorate_in_community")]

    def __str__(self) -> str:
        return str(self.id)


class Head(Within):
    """One head of the law's count within one scope: the set of a dwelling's owners, however many dwellings they own.

    ``tally`` is the head's own running count, changed under its lock when one of its seats speaks.
    """

    electorate = models.ForeignKey(Electorate, on_delete=models.PROTECT, related_name="heads")
    scope = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="within the scope, in order of first appearance")
    tally = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["electorate", "scope", "number"], name="one_head"),
            models.UniqueConstraint(fields=["community", "id"], name="head_in_community"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Seat(Within):
    """One unit of voting: frozen but for ``voice``, which names the voice that stands.

    ``label`` is the door in full ("一单元301"), ``short`` what a clerk types ("1-301").
    """

    electorate = models.ForeignKey(Electorate, on_delete=models.PROTECT, related_name="seats")
    scope = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    head = models.ForeignKey(Head, on_delete=models.PROTECT, related_name="seats")
    dwelling = models.ForeignKey(Dwelling, null=True, on_delete=models.PROTECT, related_name="seats")
    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=320)
    short = models.CharField(max_length=320)
    floor = models.CharField(max_length=8, blank=True)
    sort_key = models.CharField(max_length=240)
    area = models.PositiveIntegerField(null=True, help_text="1/100 m², as it was when the list was frozen")
    occupied = models.BooleanField(null=True)
    excluded = models.BooleanField(default=False, help_text="not of this scope, and not in its denominators")
    entitled = models.ManyToManyField(Person, related_name="seats")
    voice = models.ForeignKey("Voice", null=True, on_delete=models.PROTECT, related_name="+")
    conflict = models.ForeignKey(
        "Conflict", null=True, on_delete=models.PROTECT, related_name="+", help_text="open; meanwhile no voice stands"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["electorate", "short"], name="one_seat_of_a_label"),
            models.UniqueConstraint(fields=["community", "id"], name="seat_in_community"),
        ]
        indexes = [models.Index(fields=["electorate", "sort_key"], name="seat_in_order")]

    def __str__(self) -> str:
        return self.label


class Drive(Within):
    """One question put to an electorate: open → gathering → decided.

    *Gathering*: nothing may be given any more; what was given before may still arrive, until ``gathers_until``.
    The pack is named by id, version and the SHA-256 of its file, which is kept too: whatever becomes of the program,
    the rule of the day can be shown and counted by for ever.
    """

    class State(models.TextChoices):
        OPEN = "open"
        GATHERING = "gathering"
        DECIDED = "decided"

    class Progress(models.TextChoices):
        LIVE = "live"
        AFTER_CLOSING = "after_closing"

    electorate = models.OneToOneField(Electorate, on_delete=models.PROTECT, related_name="drive")
    place = models.ForeignKey("community.Place", on_delete=models.PROTECT, related_name="+")
    thread = models.UUIDField(null=True, help_text="the affair it belongs to, where one was begun before")
    question = models.CharField(max_length=200)
    pack = models.CharField(max_length=64)
    pack_version = models.CharField(max_length=16)
    pack_sha256 = models.CharField(max_length=64)
    pack_file = models.BinaryField(help_text="the rule's file itself: what was opened is counted by what it was")
    progress = models.CharField(max_length=16, choices=Progress.choices, default=Progress.LIVE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=clock.now)
    closes_at = models.DateTimeField()
    gathers_until = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    scopes: "models.ManyToManyField[Area, ScopeTotals]" = models.ManyToManyField(Area, through="ScopeTotals")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="drive_in_community")]

    def __str__(self) -> str:
        return self.question

    @property
    def last_day(self) -> date:
        """The last day on which something may be given: the deadline is its 24:00."""
        return (self.closes_at - timedelta(seconds=1)).astimezone(clock.SHANGHAI).date()

    @property
    def last_day_of_gathering(self) -> date:
        """The last day on which what was given in time may still arrive."""
        return (self.gathers_until - timedelta(seconds=1)).astimezone(clock.SHANGHAI).date()


class DriveWorker(Within):
    """Someone named on the drive: a collector knocks and brings slips, a clerk enters them. Both may see the face."""

    class Task(models.TextChoices):
        COLLECTOR = "collector"
        CLERK = "clerk"

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="workers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    task = models.CharField(max_length=9, choices=Task.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drive", "person", "task"], name="one_task")]

    def __str__(self) -> str:
        return f"{self.person} {self.task}"


class ScopeTotals(Within):
    """The running count of one scope of a drive; changed only under its own lock, after the seat's and the head's."""

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="totals")
    scope = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    totals = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drive", "scope"], name="one_total")]

    def __str__(self) -> str:
        return f"{self.scope}"


class Stack(Within):
    """A stack of paper slips that one clerk enters: who collected them and who witnessed, said once for all of them.

    What arrives after the deadline without a date or a witness on it is no voice by itself: its slips are ``LateSlip``.
    """

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="stacks")
    number = models.PositiveIntegerField()
    collector = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    witness = models.CharField(max_length=60, blank=True)
    clerk = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    collected_on = models.DateField(null=True, help_text="the date on the slips: a claim")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drive", "number"], name="one_stack_of_a_number"),
            models.UniqueConstraint(fields=["community", "id"], name="stack_in_community"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def backed(self) -> bool:
        """Whether a date and a witness say when its slips were given."""
        return bool(self.witness) and self.collected_on is not None


class SlipPhoto(Within):
    """The photo of the slip at one position of a stack; taken before or after the slip is entered."""

    stack = models.ForeignKey(Stack, on_delete=models.PROTECT, related_name="photos")
    position = models.PositiveIntegerField()
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stack", "position"], name="one_photo_of_a_slip")]

    def __str__(self) -> str:
        return f"{self.stack}/{self.position}"


class Voice(Within):
    """What was said for one seat, once; never changed. A correction names the voice it replaces, and why.

    Author and collector are two people. ``objection`` is a field of its own: a no is not an objection. On paper the
    slip is the evidence; on the phone a drawn ``signature``, or where nothing can be drawn the author's ``typed_name``.
    """

    append_only = True

    class Choice(models.TextChoices):
        YES = "yes", _("同意")
        NO = "no", _("不同意")
        ABSTAIN = "abstain", _("暂不表态")
        SPOILED = "spoiled", _("废票")

    class Channel(models.TextChoices):
        PAPER = "paper", _("纸表")
        PHONE = "phone", _("手机")

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="voices")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="voices")
    choice = models.CharField(max_length=8, choices=Choice.choices)
    objection = models.BooleanField(default=False)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.PAPER)
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    collector = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    witness = models.CharField(max_length=60, blank=True)
    signature = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    typed_name = models.CharField(max_length=60, blank=True)
    entered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    stack = models.ForeignKey(Stack, null=True, on_delete=models.PROTECT, related_name="voices")
    position = models.PositiveIntegerField(null=True, help_text="of the slip in its stack")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    reason = models.CharField(max_length=200, blank=True)
    given_on = models.DateField(null=True, help_text="the date on the slip: a claim")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stack", "position"], name="one_slip_of_a_position", condition=models.Q(replaces=None)
            ),
            models.UniqueConstraint(fields=["community", "id"], name="voice_in_community"),
        ]
        indexes = [models.Index(fields=["drive", "seat"], name="voice_of_seat")]

    def __str__(self) -> str:
        return f"{self.seat} {self.choice}"

    @property
    def signed_by_author(self) -> bool:
        """Whether it was given on the author's own phone."""
        return self.channel == self.Channel.PHONE

    @property
    def receipt(self) -> str:
        """What its author may quote on the telephone: eight signs of its id that tell nothing else."""
        signs = self.id.hex[-8:].upper()
        return f"{signs[:4]}-{signs[4:]}"


class Conflict(Within):
    """A seat for which different things were said: on the work list, and counted as not taking part.

    It closes when the words come to agree, or when an officer settles it: ``voice`` then stands, the others are
    ``set_aside``, and both sides read who settled it and why. A word given later opens a new one.
    """

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="conflicts")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="conflicts")
    objection = models.BooleanField(default=False, help_text="whether one of the words objects: an objection stands")
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    voice = models.ForeignKey(Voice, null=True, on_delete=models.PROTECT, related_name="+")
    set_aside = models.ManyToManyField(Voice, related_name="+")
    settled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seat"], name="one_open_conflict", condition=models.Q(closed_at=None)),
            models.UniqueConstraint(fields=["community", "id"], name="conflict_in_community"),
        ]

    def __str__(self) -> str:
        return str(self.seat)


class VoterNaming(Within):
    """A co-owner's word that another speaks for their home; the latest of each counts, ``voter`` None takes it back."""

    append_only = True

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="namings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    voter = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.seat} {self.voter}"


class LateSlip(Within):
    """A slip that arrived after the deadline with no date or witness to say when it was given: a named officer decides.

    ``reason`` is published, without door or name.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        ADMITTED = "admitted"
        REFUSED = "refused"

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="late_slips")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="late_slips")
    stack = models.ForeignKey(Stack, on_delete=models.PROTECT, related_name="late_slips")
    position = models.PositiveIntegerField()
    choice = models.CharField(max_length=8, choices=Voice.Choice.choices)
    objection = models.BooleanField(default=False)
    signer = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    judged_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stack", "position"], name="one_late_slip_of_a_position"),
            models.UniqueConstraint(fields=["stack", "seat"], name="one_late_slip_of_a_seat"),
        ]

    def __str__(self) -> str:
        return f"{self.seat} {self.state}"


class ChainPaste(Within):
    """A text (接龙) pasted from a chat while the drive runs; thrown away once it is decided."""

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="chain_pastes")
    number = models.PositiveIntegerField()
    text = SealedField()
    by_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drive", "number"], name="one_paste_of_a_number"),
            models.UniqueConstraint(fields=["community", "id"], name="paste_in_community"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Intention(Within):
    """What a home says in the chain: never a voice, and in no count. Those who knock see it, until it is decided.

    ``read`` is what the chain's own words last said, empty where only a person could tell; ``was`` is what was said
    before ``paste`` changed it. ``by_person`` asked at the door or in the chat, and put it down by hand.
    """

    class Stand(models.TextChoices):
        YES = "yes", _("有意同意")
        NO = "no", _("有意不同意")
        UNDECIDED = "undecided", _("还没想好")

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="intentions")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    stand = models.CharField(max_length=9, choices=Stand.choices)
    read = models.CharField(max_length=9, choices=Stand.choices, blank=True)
    was = models.CharField(max_length=9, choices=Stand.choices, blank=True)
    words = SealedField(help_text="the name and the note in the chat, as written")
    paste = models.ForeignKey(ChainPaste, null=True, on_delete=models.PROTECT, related_name="+")
    by_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drive", "seat"], name="one_intention")]

    def __str__(self) -> str:
        return f"{self.seat} {self.stand}"


class ChainLine(Within):
    """A line of the chain that a person must look at, with the reason why; settled by choosing its door, or set aside.

    ``mark`` is a fingerprint of the line and its reason: pasted again, a line that was seen to does not come back.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SETTLED = "settled"
        SET_ASIDE = "set_aside"

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="chain_lines")
    mark = models.CharField(max_length=64)
    raw = SealedField()
    refusal = models.JSONField(help_text="why: the code, words and facts of the rule's no")
    seat = models.ForeignKey(Seat, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    settled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drive", "mark"], name="one_line_of_a_mark")]

    def __str__(self) -> str:
        return self.state

    def why(self, translate: Callable[[str], str]) -> str:
        """Why a person must look at it, as the rule said it, in the reader's language."""
        return translate(self.refusal["words"]).format(**self.refusal["facts"])


class Succession(Within):
    """Somebody who took over a home after the list was frozen, admitted to its seat by name and reason."""

    append_only = True

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="successions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    admitted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "person"], name="one_succession")]

    def __str__(self) -> str:
        return f"{self.seat} {self.person}"


class Recount(Within):
    """A result that is looked into again: from then on the drive's clerks may put right what they took down wrongly.

    The old result stands meanwhile. It ends in new results that name the old (*decided*), or the old one was right.
    ``reason`` and ``outcome`` are for everybody; who asked for it and who ended it stand as titles of their roles.
    """

    class Ground(models.TextChoices):
        OBJECTION = "objection", _("有人提出异议，异议成立")
        ORDERED = "ordered", _("要求重新核对")

    class State(models.TextChoices):
        OPEN = "open"
        DECIDED = "decided"
        FOUND_RIGHT = "found_right"

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="recounts")
    number = models.PositiveSmallIntegerField()
    ground = models.CharField(max_length=9, choices=Ground.choices)
    objection = models.ForeignKey(NoticeObjection, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    ordered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ordered_as = models.CharField(max_length=40, blank=True)
    ordered_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=11, choices=State.choices, default=State.OPEN)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_as = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drive", "number"], name="one_recount_of_a_number"),
            models.UniqueConstraint(fields=["drive"], name="one_open_recount", condition=models.Q(state="open")),
            models.UniqueConstraint(fields=["community", "id"], name="recount_in_community"),
        ]

    def __str__(self) -> str:
        return f"{self.drive} {self.number}"

    @property
    def why(self) -> str:
        """Its ground and its reason, as everybody reads them."""
        return gettext("%(ground)s：%(reason)s") % {"ground": self.get_ground_display(), "reason": self.reason}


class PutRight(Within):
    """What one act of a recount made of one seat: what counted for it before and what counts since.

    A choice, "none", or "conflict"; from the latest back to the first they lead to what each earlier result counted.
    """

    append_only = True

    class Kind(models.TextChoices):
        LATE_SLIP = "late_slip", pgettext_lazy("what was done", "核对迟到的表")
        CONFLICT = "conflict", pgettext_lazy("what was done", "核对说法不一样的户")
        MISREAD = "misread", pgettext_lazy("what was done", "更正录错的表")

    recount = models.ForeignKey(Recount, on_delete=models.PROTECT, related_name="put_right")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    before = models.CharField(max_length=8)
    objected_before = models.BooleanField()
    after = models.CharField(max_length=8)
    objected_after = models.BooleanField()
    reason = models.CharField(max_length=200)
    by_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.seat} {self.before} {self.after}"

    @property
    def changes(self) -> bool:
        """Whether something else counts for the seat since."""
        return (self.before, self.objected_before) != (self.after, self.objected_after)


class Result(Within):
    """The result of one scope: its state by the rule of the pack, with all of its working; never changed.

    After "decided" only an objection or a recount makes a new one, which names the old.
    """

    append_only = True

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="results")
    scope = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    verdict = models.JSONField(help_text="tests with have, of, need, met; source")
    totals = models.JSONField()
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    recount = models.ForeignKey(Recount, null=True, on_delete=models.PROTECT, related_name="results")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "id"], name="result_in_community")]

    def __str__(self) -> str:
        return f"{self.scope} {self.state}"


class SharePlan(Within):
    """How the cost is to be shared among those who join; the estimate, not a bill."""

    class Method(models.TextChoices):
        EQUAL = "equal"
        AREA = "area"

    drive = models.OneToOneField(Drive, on_delete=models.PROTECT, related_name="share_plan")
    method = models.CharField(max_length=12, choices=Method.choices, default=Method.AREA)
    cost = models.PositiveBigIntegerField(help_text="fen, estimated")
    subsidy = models.PositiveBigIntegerField(default=0, help_text="fen")
    reason = models.CharField(max_length=200, help_text="why this method")

    def __str__(self) -> str:
        return self.method
