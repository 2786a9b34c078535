"""Opening a login: whose people it is, and the one-time link that signs it in."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from linli.accounts.models import Account, Claim, SignInLink
from linli.accounts.policy import OPEN_ACCOUNT
from linli.community.models import Person
from linli.community.policy import require, require_program
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused

LINK_LIFE = timedelta(hours=24)


@transaction.atomic
def open_account(*, person: Person, by: Acting) -> Account:
    """The login of a person on the roster, made when they have none, with their claim confirmed by ``by``."""
    require(by, OPEN_ACCOUNT, person.community)
    Person.objects.select_for_update(no_key=True).get(id=person.id)
    claim = Claim.objects.select_related("account").filter(person=person, confirmed_at__isnull=False).first()
    if claim:
        return claim.account
    account = Account(created_at=clock.now())
    account.set_unusable_password()
    account.save(force_insert=True)
    Claim.objects.create(community_id=person.community_id, account=account, person=person, confirmed_at=clock.now())
    note("account.opened", by=by, subject_kind="account", subject=account.id)
    return account


@transaction.atomic
def make_sign_in_link(*, account: Account, by: Acting) -> str:
    """The secret of a new link that signs ``account`` in once within a day; kept only as a hash.

    Refused to people: whoever holds a link signs in as its account.
    """
    require_program(by)
    secret = secrets.token_urlsafe(24)
    link = SignInLink.objects.create(
        account=account, secret_sha256=hash_of(secret), expires_at=clock.database_now() + LINK_LIFE
    )
    note("sign-in-link.made", by=by, subject_kind="sign_in_link", subject=link.id)
    return secret


@transaction.atomic
def use_sign_in_link(*, secret: str) -> Account:
    """The account that the link opens; the link is used up. Refused when unknown, used or out of date.

    A link to an account that was closed meanwhile is as if it were not there.
    """
    link = (
        SignInLink.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(secret_sha256=hash_of(secret), account__is_active=True)
        .first()
    )
    if link is None:
        raise Refused("link.unknown", "这个链接打不开。请向给您链接的人再要一个。")
    if link.used_at:
        raise Refused("link.used", "这个链接已经用过一次。请再要一个新的。")
    if link.expires_at <= clock.database_now():
        raise Refused("link.expired", "这个链接过期了，一天之内有效。请再要一个新的。")
    link.used_at = clock.database_now()
    link.save(update_fields=["used_at"])
    note("sign-in-link.used", by=Acting.system(None), subject_kind="sign_in_link", subject=link.id)
    return link.account


def hash_of(secret: str) -> str:
    """What is kept of a secret: its SHA-256; the secrets have 192 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
