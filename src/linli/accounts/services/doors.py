"""Coming in by the code at one's own door: codes printed, a claim made, and agreed to by who knows the door."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from linli.accounts.models import Account, DoorClaim, DoorCode
from linli.accounts.policy import DECIDE_CLAIM, END_CODE, PRINT_CODES
from linli.accounts.queries.doors import code_of_token, owned_by_others
from linli.accounts.services.limits import spend
from linli.accounts.services.logins import login_of
from linli.accounts.tokens import hash_of, token_of
from linli.community.models import Dwelling, Place
from linli.community.policy import CHANGE_REGISTER, can, require
from linli.community.services import checked_name, lock_community, settle_at_door
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused

State = DoorClaim.State
#: How long a claim waits for an answer, and a confirmed one for its browser.
CLAIM_LIFE = timedelta(days=14)
#: Claims at one door in a day: a household and a few slips of the pen.
A_DAY = 6


@transaction.atomic
def print_door_codes(*, place: Place, by: Acting) -> int:
    """Make a new code for every door at or below ``place``; those before end with it. The number of doors."""
    require(by, PRINT_CODES, place)
    community = lock_community(place)
    made = write_codes(list(Dwelling.objects.filter(place__path__contains=[place.id]).order_by("sort_key")), community)
    note(
        "door-codes.printed",
        by=by,
        subject_kind="place",
        subject=place.id,
        place=place.id,
        internal={"doors": len(made)},
    )
    return len(made)


def write_codes(doors: Sequence[Dwelling], community: UUID) -> list[DoorCode]:
    """A new code for each of the doors, in the caller's transaction; those before end with it."""
    now = clock.now()
    DoorCode.objects.filter(dwelling__in=doors, ended_at=None).update(ended_at=now)
    made = [DoorCode(community_id=community, dwelling=door, made_at=now) for door in doors]
    for code in made:
        code.secret_sha256 = hash_of(token_of(code))
    return DoorCode.objects.bulk_create(made)


@transaction.atomic
def print_door_code(*, dwelling: Dwelling, by: Acting) -> DoorCode:
    """A new code for one door, whose slip was lost or seen by others; the one before ends with it."""
    require(by, PRINT_CODES, dwelling.place)
    (made,) = write_codes([dwelling], lock_community(dwelling.place))
    note("door-code.printed", by=by, subject_kind="dwelling", subject=dwelling.id, place=dwelling.place_id)
    return made


@transaction.atomic
def end_door_code(*, dwelling: Dwelling, by: Acting) -> None:
    """End one door's code, as when a slip was lost; there is none until the next print. Twice changes nothing."""
    require(by, END_CODE, dwelling.place)
    lock_community(dwelling.place)
    if DoorCode.objects.filter(dwelling=dwelling, ended_at=None).update(ended_at=clock.now()):
        note("door-code.ended", by=by, subject_kind="dwelling", subject=dwelling.id, place=dwelling.place_id)


def claim_door(*, token: str, name: str, relation: str, secret: str) -> DoorClaim:
    """Somebody before a door's code says who they are; ``secret`` is what their browser will come back with.

    Sent twice by one browser it is one claim. Refused: an unknown or ended code, no name, no relation, and more claims
    at this door in a day than a household makes.
    """
    code = code_of_token(token)
    name = checked_name(name, most=60)
    if relation not in DoorClaim.Relation.values:
        raise Refused("claim.relation", "请选一项：您是业主、家人还是租户。")
    spend("claims at a door", code.dwelling_id, most=A_DAY, within=timedelta(days=1))
    return write_claim(code, name, relation, hash_of(secret))


@transaction.atomic
def write_claim(code: DoorCode, name: str, relation: str, secret_sha256: str) -> DoorClaim:
    claim, is_new = DoorClaim.objects.get_or_create(
        secret_sha256=secret_sha256,
        defaults={
            "community_id": code.community_id,
            "dwelling": code.dwelling,
            "code": code,
            "name": name,
            "relation": relation,
        },
    )
    if is_new:
        visitor = Acting(community=code.community_id, role="visitor")
        note("door-claim.made", by=visitor, subject_kind="door_claim", subject=claim.id, place=code.dwelling.place_id)
    return claim


def locked_claim(claim: UUID, by: Acting) -> DoorClaim:
    """A claim that still waits, held, if it is ``by``'s to answer."""
    found = (
        DoorClaim.objects.select_for_update(of=("self",))
        .select_related("dwelling__place")
        .get(id=claim, community=by.community)
    )
    require(by, DECIDE_CLAIM, found.dwelling.place)
    if found.state != State.WAITING or found.made_at < clock.now() - CLAIM_LIFE:
        raise Refused("claim.decided", "这一份已经有人答复了，或者放得太久了。请回到名单看看。")
    return found


@transaction.atomic
def confirm_claim(*, claim: DoorClaim, by: Acting) -> DoorClaim:
    """Who claimed the door is known there: their browser is signed in when it next looks.

    Somebody of the name who is known at the door is that person; else they are new on the roster. Who says they own a
    door whose owners are known and called otherwise is refused to a leader, and is no owner by it even if the office
    agrees: ownership is settled with papers, in the register.
    """
    claim = locked_claim(claim.id, by)
    disputed = claim.relation == DoorClaim.Relation.OWNER and owned_by_others(claim.dwelling, claim.name)
    if disputed and not can(by, CHANGE_REGISTER, claim.dwelling.place):
        raise Refused(
            "claim.other-owner", "登记的业主里没有这个名字。请对方带产权证明到社区，由社区工作人员核对后再答复。"
        )
    relation = DoorClaim.Relation.FAMILY if disputed else claim.relation
    owns = relation == DoorClaim.Relation.OWNER
    claim.person = settle_at_door(dwelling=claim.dwelling, name=claim.name, owns=owns, by=by)
    return settle_claim(claim, State.CONFIRMED, by)


@transaction.atomic
def decline_claim(*, claim: DoorClaim, reason: str, by: Acting) -> DoorClaim:
    """Who claimed the door is not known there; they read the reason. Refused without one."""
    claim = locked_claim(claim.id, by)
    claim.reason = " ".join(reason.split())
    if not 1 <= len(claim.reason) <= 200:
        raise Refused("claim.reason", "请写一句原因，对方会看到，最多{most}个字。", most=200)
    return settle_claim(claim, State.DECLINED, by)


def settle_claim(claim: DoorClaim, state: DoorClaim.State, by: Acting) -> DoorClaim:
    claim.state, claim.decided_at, claim.by_person_id = state, clock.now(), by.person
    claim.save(update_fields=["state", "decided_at", "by_person", "reason", "person"])
    note(f"door-claim.{state}", by=by, subject_kind="door_claim", subject=claim.id, place=claim.dwelling.place_id)
    return claim


@transaction.atomic
def use_confirmed_claim(*, secret: str) -> Account | None:
    """The account that a confirmed claim opens, once, for the browser that made it; None while there is none."""
    claim = (
        DoorClaim.objects.select_for_update(of=("self",))
        .select_related("person__community")
        .filter(secret_sha256=hash_of(secret), state=State.CONFIRMED, used_at=None)
        .filter(decided_at__gt=clock.now() - CLAIM_LIFE)
        .first()
    )
    if claim is None or claim.person is None:
        return None
    claim.used_at = clock.now()
    claim.save(update_fields=["used_at"])
    by = replace(Acting.system(claim.community_id), person=claim.person_id)
    note("door-claim.used", by=by, subject_kind="door_claim", subject=claim.id)
    return login_of(claim.person, by=by)
