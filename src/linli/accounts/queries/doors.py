"""Doors' codes and the claims that came by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from linli.accounts.models import Claim, DoorClaim, DoorCode
from linli.accounts.policy import DECIDE_CLAIM, END_CODE, PRINT_CODES
from linli.accounts.tokens import hash_of, token_of
from linli.community.models import Dwelling, Ownership, Person, Place
from linli.community.policy import require, role_place
from linli.community.queries import known_at, labels_of
from linli.record import clock
from linli.record.acting import Acting
from linli.rules.errors import Refused

#: How long a claim waits for an answer.
WAITS = timedelta(days=14)


def code_of_token(token: str) -> DoorCode:
    """The door's code of an address. Refused when there was never such a code, and when it ended."""
    found = DoorCode.objects.select_related("dwelling__place", "community").filter(secret_sha256=hash_of(token)).first()
    if found is None:
        raise Refused("door-code.unknown", "这张码认不出来，可能没有扫全。请再扫一次，或向楼长要一张新的。")
    if found.ended_at is not None:
        raise Refused("door-code.ended", "这张码已经换了新的，不能再用。请扫新发的那张，或向楼长要一张。")
    return found


@dataclass(frozen=True, slots=True)
class Building:
    """A place with doors of its own or in its units, with how many have a code, and since when the oldest holds."""

    place: Place
    doors: int
    codes: int
    printed_at: object


def buildings_of(community: Place, viewer: Acting) -> list[Building]:
    """Every building (or compound of loose doors) for which slips can be printed; two statements."""
    require(viewer, PRINT_CODES, community)
    counted = (
        Dwelling.objects.filter(community=community)
        .values_list("place__path")
        .annotate(
            doors=Count("id", distinct=True),
            live=Count("codes", filter=Q(codes__ended_at=None)),
            made=Max("codes__made_at", filter=Q(codes__ended_at=None)),
        )
    )
    places = {
        place.id: place
        for place in Place.objects.filter(community=community, kind=Place.Kind.BUILDING).select_related("parent")
    }
    found: dict[UUID, Building] = {}
    for path, doors, live, made in counted:
        at = next((places[step] for step in reversed(path) if step in places), None)
        if at is None:
            continue
        so_far = found.get(at.id, Building(at, 0, 0, None))
        found[at.id] = Building(at, so_far.doors + doors, so_far.codes + live, made or so_far.printed_at)
    return sorted(found.values(), key=lambda one: (one.place.parent_id or one.place.id, one.place.sort_key))


def slips_of(place: Place, viewer: Acting) -> list[tuple[str, str]]:
    """The present codes of the doors at ``place``: what each door is called, and its token."""
    require(viewer, PRINT_CODES, place)
    codes = list(
        DoorCode.objects.filter(dwelling__place__path__contains=[place.id], ended_at=None)
        .select_related("dwelling")
        .order_by("dwelling__sort_key")
    )
    labels = labels_of(place, [code.dwelling for code in codes])
    return [(labels[code.dwelling_id].full, token_of(code)) for code in codes]


def door_words(dwelling: Dwelling) -> str:
    """How a door is called by somebody who stands before it: 聚鑫园一单元301. Who lives there is not said."""
    compound = dwelling.place
    path = list(Place.objects.filter(id__in=dwelling.place.path, kind=Place.Kind.COMPOUND))
    compound = path[0] if path else dwelling.place
    inner = labels_of(compound, [dwelling])[dwelling.id].full
    return f"{compound.name}{inner}" if path else inner


def claim_of(secret: str) -> DoorClaim | None:
    """The claim that a browser made, for that browser."""
    return DoorClaim.objects.select_related("dwelling__place").filter(secret_sha256=hash_of(secret)).first()


def claims_waiting(viewer: Acting) -> QuerySet[DoorClaim]:
    """The claims that wait for the viewer's answer in the role they act in, the oldest first."""
    place = role_place(viewer, DECIDE_CLAIM)
    if place is None:
        return DoorClaim.objects.none()
    return (
        DoorClaim.objects.filter(community=viewer.community, state=DoorClaim.State.WAITING)
        .filter(made_at__gt=clock.now() - WAITS)
        .filter(dwelling__place__path__contains=[place.id])
        .select_related("dwelling__place", "code")
        .order_by("made_at")
    )


def code_of_door(dwelling: Dwelling, viewer: Acting) -> DoorCode | None:
    """The code that a door has now, for who may end it."""
    require(viewer, END_CODE, dwelling.place)
    return DoorCode.objects.filter(dwelling=dwelling, ended_at=None).first()


@dataclass(frozen=True, slots=True)
class Doubts:
    """What who answers a claim should look at: nobody of the name is known at the door; the owners are others; the
    person already comes in by another phone; the code was ended since, as a lost slip's is."""

    unknown: bool
    other_owner: bool
    already_in: bool
    code_ended: bool


def doubts_of(claim: DoorClaim, viewer: Acting) -> Doubts:
    """What speaks against a claim, for who may answer it."""
    require(viewer, DECIDE_CLAIM, claim.dwelling.place)
    person = known_at(claim.dwelling, claim.name)
    return Doubts(
        unknown=person is None,
        other_owner=claim.relation == DoorClaim.Relation.OWNER and owned_by_others(claim.dwelling, claim.name),
        already_in=person is not None and has_login(person),
        code_ended=claim.code.ended_at is not None,
    )


def owned_by_others(dwelling: Dwelling, name: str) -> bool:
    """Whether the owners of a door are known, and none of them has this name."""
    names: Sequence[str] = list(
        Ownership.objects.filter(dwelling=dwelling, until=None).values_list("person__name", flat=True)
    )
    return bool(names) and " ".join(name.split()) not in names


def has_login(person: Person) -> bool:
    """Whether somebody comes in as this person already."""
    return Claim.objects.filter(person=person, confirmed_at__isnull=False, account__last_login__isnull=False).exists()
