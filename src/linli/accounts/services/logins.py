"""Opening a login: whose people it is, and the one-time link that signs it in."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from linli.accounts.models import Account, Claim, Session, SignInLink
from linli.accounts.policy import OPEN_ACCOUNT
from linli.accounts.tokens import hash_of, new_secret
from linli.community.models import Person, Place, Role
from linli.community.policy import not_allowed, require, require_program
from linli.community.services import add_person, give_role
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import answer_once, note
from linli.rules.errors import Refused

LINK_LIFE = timedelta(hours=24)
#: A link to one's own other phone is shown and scanned at once.
DEVICE_LIFE = timedelta(minutes=10)


@transaction.atomic
def open_account(*, person: Person, by: Acting) -> Account:
    """The login of a person on the roster, made when they have none, with their claim confirmed by ``by``."""
    require(by, OPEN_ACCOUNT, person.community)
    return login_of(person, by=by)


def login_of(person: Person, *, by: Acting) -> Account:
    """The account of a person, made where there is none, in the caller's transaction and by the caller's right."""
    Person.objects.select_for_update(no_key=True).get(id=person.id)
    claim = Claim.objects.select_related("account").filter(person=person, confirmed_at__isnull=False).first()
    if claim:
        return claim.account
    account = new_account()
    Claim.objects.create(community_id=person.community_id, account=account, person=person, confirmed_at=clock.now())
    note("account.opened", by=by, subject_kind="account", subject=account.id)
    return account


def new_account() -> Account:
    """An account of nobody yet."""
    account = Account(created_at=clock.now())
    account.set_unusable_password()
    account.save(force_insert=True)
    return account


@transaction.atomic
def make_sign_in_link(*, account: Account, by: Acting) -> str:
    """The secret of a new link that signs ``account`` in once within a day; kept only as a hash.

    Refused to people: whoever holds a link signs in as its account.
    """
    require_program(by)
    return write_link(account, by=by)


def write_link(account: Account, *, by: Acting) -> str:
    """The secret of a new link into the account, in the caller's transaction and by the caller's right."""
    secret = new_secret()
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


@transaction.atomic
def invite_person(*, person: Person, by: Acting) -> str:
    """The secret of a link that lets somebody of the roster in for the first time, to be handed to them alone.

    Refused once they have come in: whoever holds a link signs in as its account, so it is then theirs alone to make
    another (``add_device``).
    """
    account = open_account(person=person, by=by)
    if account.last_login is not None:
        raise Refused(
            "invite.already-in",
            "这个人已经进过门了。要加一部手机，请本人在“我家”里自己加；手机丢了，在这个人的页上重新请。",
        )
    SignInLink.objects.filter(account=account, used_at=None).update(expires_at=clock.database_now())
    secret = write_link(account, by=by)
    note("person.invited", by=by, subject_kind="person", subject=person.id, place=person.community_id)
    return secret


@transaction.atomic
def invite_leaders(
    *, community: Place, leaders: Sequence[tuple[str, Place]], title: str, once: str, by: Acting
) -> list[tuple[Person, str]]:
    """Put building leaders on the roster by name, give each the role at a place, and let each in: the person and the
    secret of their link. All or none; with the same ``once`` nobody is added anew, and only the last links hold.

    Refused: as ``add_person``, ``give_role`` and ``invite_person`` refuse.
    """
    invited = []
    for n, (name, place) in enumerate(leaders, 1):

        def write(name: str = name, place: Place = place) -> UUID:
            person = add_person(community=community, name=name, by=by)
            give_role(person=person, kind=Role.Kind.BUILDING_LEADER, title=title, place=place, by=by)
            return person.id

        made = answer_once(once and f"{once}-{n}", [name, str(place.id), title], by=by, write=write)
        person = Person.objects.select_related("community").get(id=str(made))
        invited.append((person, invite_person(person=person, by=by)))
    return invited


@transaction.atomic
def add_device(*, account: Account, by: Acting) -> str:
    """The secret of a short link by which the account's own holder brings in another phone; the one before ends."""
    if by.person is None or not account.claims.filter(person=by.person, confirmed_at__isnull=False).exists():
        raise not_allowed()
    now = clock.database_now()
    SignInLink.objects.filter(account=account, used_at=None).update(expires_at=now)
    secret = write_link(account, by=by)
    SignInLink.objects.filter(secret_sha256=hash_of(secret)).update(expires_at=now + DEVICE_LIFE)
    return secret


@transaction.atomic
def end_sessions(*, account: Account, by: Acting, key: str = "", keep: str = "") -> int:
    """End the session ``key`` of the account, or all but ``keep``: that browser is out with its next request."""
    mine = Session.objects.filter(account=account)
    ended, _ = (mine.filter(session_key=key) if key else mine.exclude(session_key=keep)).delete()
    if ended:
        note("sessions.ended", by=by, subject_kind="account", subject=account.id, internal={"count": ended})
    return ended
