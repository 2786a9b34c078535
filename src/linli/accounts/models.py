"""The login and how one comes to it: links, doors and their claims, family helpers, second keys, sessions."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.module_loading import import_string

from linli.community.models import Dated, Dwelling, Person, Place, Within
from linli.record import clock
from linli.record.ids import new_id
from linli.record.models import Row
from linli.record.sealed import SealedField


class Account(AbstractBaseUser):
    """A login. It has no password: a one-time link or a door's code opens it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=clock.now)
    is_active = models.BooleanField(default=True)

    objects = BaseUserManager["Account"]()

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS = []

    def __str__(self) -> str:
        return str(self.id)


class Claim(Row):
    """This account is this person of a community's roster."""

    community = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="claims")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claims")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "person"], name="one_claim")]

    def __str__(self) -> str:
        return f"{self.account} {self.person}"


class SignInLink(Row):
    """A link that signs one account in once. Only the hash of its secret is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class PhoneCode(Row):
    """Six digits that were asked for a phone number, whoever has it. The digits are reckoned from the row's id and
    stand nowhere; ``secret_sha256`` is of the address at which they are typed in. A number has one live at a time.
    """

    secret_sha256 = models.CharField(max_length=64, unique=True)
    phone_sealed = SealedField()
    phone_index = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, help_text="used, or another was asked for since")
    tries = models.PositiveSmallIntegerField(default=0, help_text="how often it was typed wrong")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index"], condition=models.Q(ended_at=None), name="one_live_code_of_a_phone"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Session(AbstractBaseSession):
    """A browser in which an account is signed in. Deleting the row ends it at once: nothing else knows the session."""

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="sessions")
    device = models.CharField(max_length=40, blank=True, help_text="what kind of phone or computer, in words of a list")
    since = models.DateTimeField(null=True)
    seen_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id} {self.device}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store


class DoorCode(Within):
    """The code on the slip that is printed for one door. Its secret is reckoned from its id; only a hash is kept.

    A door has one code at a time: a new print ends the one before.
    """

    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="codes")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dwelling"], condition=models.Q(ended_at=None), name="one_code_of_a_door_at_a_time"
            ),
            models.UniqueConstraint(fields=["community", "id"], name="door_code_in_community"),
        ]

    def __str__(self) -> str:
        return str(self.dwelling)


class DoorClaim(Within):
    """Somebody who scanned a door's code says that this is their home, and waits for who knows the door to agree.

    Only the browser that asked holds the secret; ``person`` is who they turned out to be.
    """

    class Relation(models.TextChoices):
        OWNER = "owner"
        FAMILY = "family"
        TENANT = "tenant"

    class State(models.TextChoices):
        WAITING = "waiting"
        CONFIRMED = "confirmed"
        DECLINED = "declined"

    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(DoorCode, on_delete=models.PROTECT, related_name="claims")
    name = models.CharField(max_length=60)
    relation = models.CharField(max_length=6, choices=Relation.choices)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    by_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["community", "made_at"], name="waiting_door_claims", condition=models.Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.dwelling}"


class FamilyHelp(Within):
    """A grown child (or whoever somebody trusts) who sees their matters with them and never speaks for them.

    It begins with the word of the one who is helped: on their own phone, or at the door before a leader who writes
    down how. ``helper`` and ``account`` are known once the invitation was taken up.
    """

    class Kin(models.TextChoices):
        CHILD = "child"
        RELATIVE = "relative"
        FRIEND = "friend"

    elder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="helps")
    helper = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="helps")
    name = models.CharField(max_length=60)
    kin = models.CharField(max_length=8, choices=Kin.choices)
    evidence = models.CharField(max_length=200, blank=True, help_text="at the door: how it was said, before whom")
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, helper=None, account=None)
                | models.Q(accepted_at__isnull=False, helper__isnull=False, account__isnull=False),
                name="help_taken_up_by_somebody",
            ),
            models.CheckConstraint(condition=~models.Q(elder=models.F("helper")), name="nobody_helps_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.elder}"


class Readmission(Within):
    """Somebody lost their only way in: what opened their account ends, and they come in anew as for the first time.

    Of somebody of the office it waits until a second of the office agrees (``agreed_by``).
    """

    class Basis(models.TextChoices):
        MET = "met"
        PAPERS = "papers"
        VISIT = "visit"

    class State(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        WITHDRAWN = "withdrawn"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=6, choices=Basis.choices, help_text="how one knew that it is they who ask")
    number_too = models.BooleanField(default=False, help_text="their phone's number is lost as well")
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    agreed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="done or withdrawn")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(state="asked"), name="one_readmission_asked_at_a_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(agreed_by=models.F("asked_by"))
                & ~models.Q(asked_by=models.F("person"))
                & ~models.Q(agreed_by=models.F("person")),
                name="readmission_by_others",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.state}"


class WeixinLogin(Row):
    """A Weixin by which an account comes in. Of its openid only a keyed hash is kept: the database names no Weixin."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="weixins")
    openid_index = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.id)


class SecondFactor(Row):
    """A second key of an account: the numbers of an authenticator app (TOTP), or a passkey."""

    class Kind(models.TextChoices):
        TOTP = "totp"
        PASSKEY = "passkey"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    made_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True)
    secret_sealed = SealedField(null=True)
    last_step = models.BigIntegerField(default=0, help_text="the last number taken: each works once")
    credential = models.BinaryField(max_length=1024, null=True, unique=True)
    public_key = models.BinaryField(max_length=2048, null=True)
    sign_count = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"


class RecoveryCode(Row):
    """A code on paper for when the second key is lost; works once. Only its hash is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    code_sha256 = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "code_sha256"], name="one_recovery_code")]

    def __str__(self) -> str:
        return str(self.id)


class Oversight(Row, Dated):
    """An officer of a street, town, district or city: sees totals of the communities below, and of nobody anything."""

    class Kind(models.TextChoices):
        STREET_OFFICER = "street_officer"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="oversights")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind.choices, default=Kind.STREET_OFFICER)
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.title} {self.name}"


class Attempts(models.Model):
    """How often somebody tried something within one window of time. ``key`` is a hash: it names nobody."""

    key = models.BinaryField(max_length=32)
    until = models.DateTimeField()
    spent = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "attempts"
        constraints = [models.UniqueConstraint(fields=["key", "until"], name="one_count_a_window")]
        indexes = [models.Index(fields=["until"], name="attempts_by_end")]

    def __str__(self) -> str:
        return f"{self.spent} until {self.until}"
