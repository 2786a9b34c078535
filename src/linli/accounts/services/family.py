"""Family helpers: invited by the word of the one who is helped, taken up by a link, ended at any time."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from linli.accounts.models import Account, FamilyHelp
from linli.accounts.policy import RECORD_HELP
from linli.accounts.services.logins import new_account
from linli.accounts.tokens import hash_of, token_of
from linli.community.models import Dwelling, Person
from linli.community.policy import can_reach, not_allowed, require
from linli.community.queries import known_at
from linli.community.services import checked_name, put_on_roster
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused

#: How long an invitation can be taken up.
INVITATION_LIFE = timedelta(days=7)


@transaction.atomic
def invite_helper(*, elder: Person, name: str, kin: str, by: Acting) -> FamilyHelp:
    """An invitation by the one who is helped, from their own phone; its link is the row's token."""
    if by.person != elder.id or by.role == "helper":
        raise not_allowed()
    return write_invitation(elder, name, kin, "", by)


@transaction.atomic
def record_help_at_door(
    *, dwelling: Dwelling, elder: str, name: str, kin: str, evidence: str, by: Acting
) -> FamilyHelp:
    """An invitation by the word given at the door to a leader or the office, who write down how and before whom.

    Refused: nobody called ``elder`` is known at the door; no evidence.
    """
    require(by, RECORD_HELP, dwelling.place)
    found = known_at(dwelling, elder)
    if found is None:
        raise Refused("help.nobody-of-the-name", "这一户没有登记叫这个名字的人。请核对姓名和门牌。")
    evidence = " ".join(evidence.split())
    if not 1 <= len(evidence) <= 200:
        raise Refused("help.evidence", "请写明老人是怎么说的、谁在场，最多{most}个字。", most=200)
    return write_invitation(found, name, kin, evidence, by)


def write_invitation(elder: Person, name: str, kin: str, evidence: str, by: Acting) -> FamilyHelp:
    if by.person is None:
        raise not_allowed()
    name = checked_name(name, most=60)
    if kin not in FamilyHelp.Kin.values:
        raise Refused("help.kin", "请选一项：这个人是您的什么人。")
    now = clock.now()
    made = FamilyHelp(
        community_id=elder.community_id,
        elder=elder,
        name=name,
        kin=kin,
        evidence=evidence,
        invited_by_id=by.person,
        made_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    made.secret_sha256 = hash_of(token_of(made))
    made.save(force_insert=True)
    note("family-help.invited", by=by, subject_kind="family_help", subject=made.id, place=elder.community_id)
    return made


def invitation_of(token: str) -> FamilyHelp:
    """The invitation of a link. Refused when there is none, when it was taken up, ended, or is too old."""
    found = FamilyHelp.objects.select_related("elder", "community").filter(secret_sha256=hash_of(token)).first()
    if found is None:
        raise Refused("help.unknown", "这个邀请打不开。请向家里人再要一个。")
    if found.accepted_at is not None:
        raise Refused("help.taken-up", "这个邀请已经用过了，一个邀请只能一个人用。")
    if found.ended_at is not None or found.expires_at <= clock.now():
        raise Refused("help.over", "这个邀请已经收回或者过期了。请向家里人再要一个。")
    return found


@transaction.atomic
def take_up_help(*, token: str, account: Account | None) -> Account:
    """Take an invitation up with one's own account, or with a new one; from then on one sees the elder's matters.

    Who is on the roster of this community already helps as that person. Refused: one's own invitation, and what
    ``invitation_of`` refuses.
    """
    made = FamilyHelp.objects.select_for_update().get(id=invitation_of(token).id)
    invitation_of(token)
    helper = known_self(made, account)
    if helper is not None and helper.id == made.elder_id:
        raise Refused("help.own", "这是给家里人的邀请，您自己不用点。请把它发给家里人。")
    account = account or new_account()
    program = Acting.system(made.community_id)
    helper = helper or put_on_roster(community=made.community, name=made.name, by=program)
    made.account, made.helper, made.accepted_at = account, helper, clock.now()
    made.save(update_fields=["account", "helper", "accepted_at"])
    actor = Acting(community=made.community_id, person=helper.id, role="helper", helps=made.elder_id)
    note("family-help.taken-up", by=actor, subject_kind="family_help", subject=made.id, place=made.community_id)
    return account


def known_self(made: FamilyHelp, account: Account | None) -> Person | None:
    """Who the account is in this community already: by a claim, or by helping somebody else."""
    if account is None:
        return None
    claimed = Q(claims__account=account, claims__confirmed_at__isnull=False)
    helping = Q(id__in=FamilyHelp.objects.filter(account=account).values("helper"))
    mine = Person.objects.filter(claimed | helping, community=made.community_id).distinct().order_by("id")
    return mine.filter(id=made.elder_id).first() or mine.first()


def end_helps_with(person: Person, *, by: Acting) -> int:
    """End what could have been begun from a phone that somebody lost, in the caller's transaction and by the caller's
    right: whoever helps them, and invitations of theirs that nobody took up. They invite again.

    Returns how many ended.
    """
    untaken = Q(invited_by=person, accepted_at=None)
    found = FamilyHelp.objects.select_for_update(of=("self",)).filter(Q(elder=person) | untaken, ended_at=None)
    helps = list(found.order_by("id"))
    for made in helps:
        write_end(made, by)
    return len(helps)


@transaction.atomic
def end_help(*, help_id: UUID, by: Acting) -> FamilyHelp:
    """End a help or take an invitation back: the elder, the helper, or who may write down the elder's word.

    It holds from the next request on. Ended twice it stays ended.
    """
    made = (
        FamilyHelp.objects.select_for_update(of=("self",))
        .select_related("elder__community")
        .get(id=help_id, community=by.community)
    )
    theirs = by.person in (made.elder_id, made.helper_id)
    if not theirs and not can_reach(by, RECORD_HELP, made.elder):
        raise not_allowed()
    if made.ended_at is None:
        write_end(made, by)
    return made


def write_end(made: FamilyHelp, by: Acting) -> None:
    made.ended_at = clock.now()
    made.save(update_fields=["ended_at"])
    note("family-help.ended", by=by, subject_kind="family_help", subject=made.id, place=made.community_id)
