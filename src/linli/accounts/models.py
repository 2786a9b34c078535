"""The login, whose claims say which people on a roster it is, and the one-time link that opens it."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from linli.community.models import Person, Place
from linli.record import clock
from linli.record.ids import new_id
from linli.record.models import Row


class Account(AbstractBaseUser):
    """A login. It has no password: a one-time link opens it."""

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
