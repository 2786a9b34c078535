"""Who may do what where: named actions, and the one question ``can()`` that every app asks with its own table.

A role's actions reach down the tree from the place it is held at. An action marked *personal* shows or changes what
belongs to people, and needs a role at or below the community: street, town and city own figures only (design.md §3).
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from linli.community.models import Person, Place, Role
from linli.record import clock
from linli.record.acting import Acting
from linli.record.retention import Kept
from linli.rules.errors import Forbidden

OFFICE = frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR, Role.Kind.CLERK})
#: Levels at which a role may reach what belongs to people.
PERSONAL_LEVELS = frozenset(
    {Place.Kind.COMMUNITY, Place.Kind.COMPOUND, Place.Kind.ZONE, Place.Kind.BUILDING, Place.Kind.UNIT}
)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done: its name, the kinds of role that may do it, and whether it touches people's data."""

    name: str
    roles: frozenset[str]
    personal: bool = True


SEE_REGISTER = Action("register.see", OFFICE)
CHANGE_REGISTER = Action("register.change", OFFICE)
#: A clerk keeps the register, but does not say who holds an office.
CHANGE_ROLES = Action("role.change", frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR}))
#: How long a preview, or what was left out of a register, is kept.
DRAFT_KEPT = timedelta(days=1)
KEPT = (
    Kept("community.RegisterDraft", "at", DRAFT_KEPT, "the clerk looks at the preview before the register is taken in"),
)
#: Who knocks at a door knows who lives behind it, and can call them.
KNOW_DOOR = Action("door.know", OFFICE | {Role.Kind.BUILDING_LEADER})
REVEAL = Action("personal.reveal", OFFICE | {Role.Kind.BUILDING_LEADER})
ACTIONS = (SEE_REGISTER, CHANGE_REGISTER, CHANGE_ROLES, KNOW_DOOR, REVEAL)


def can(by: Acting, action: Action, place: Place) -> bool:
    """Whether ``by``, in the role they act in, may do ``action`` at ``place``; the role is read anew, and in force."""
    if by.role == "system":
        return by.community is None or by.community == place.community_id
    if by.role_id is None or by.role not in action.roles or by.community != place.community_id:
        return False
    today = clock.today()
    role = Role.objects.select_related("place").filter(id=by.role_id, person=by.person).first()
    if role is None or role.kind != by.role or role.since > today or (role.until and role.until <= today):
        return False
    if action.personal and role.place.kind not in PERSONAL_LEVELS:
        return False
    return role.place_id in place.path


def require(by: Acting, action: Action, place: Place) -> None:
    """Refuse unless ``can``; every service that changes something begins with it."""
    if not can(by, action, place):
        raise not_allowed()


def titles_who_may(action: Action, place: Place, *, besides: UUID | None) -> list[str]:
    """Under which titles others than ``besides`` may do ``action`` at ``place`` today: roles, never persons."""
    today = clock.today()
    roles = Role.objects.filter(community=place.community_id, kind__in=action.roles, place__in=place.path)
    roles = roles.filter(since__lte=today).filter(Q(until=None) | Q(until__gt=today)).exclude(person=besides)
    if action.personal:
        roles = roles.filter(place__kind__in=PERSONAL_LEVELS)
    return sorted(set(roles.values_list("title", flat=True)))


def title_of(by: Acting) -> str:
    """The community's own word for the role that ``by`` acts in; empty for a resident and for the program."""
    return Role.objects.filter(id=by.role_id).values_list("title", flat=True).first() or "" if by.role_id else ""


def role_place(by: Acting, action: Action) -> Place | None:
    """Where the role that ``by`` acts in may do ``action``: its own place and all below it; None for nowhere."""
    role = Role.objects.select_related("place").filter(id=by.role_id, person=by.person).first() if by.role_id else None
    return role.place if role is not None and can(by, action, role.place) else None


def require_role(by: Acting, action: Action) -> Place:
    """The place below which ``by`` may do ``action``; refused where there is none."""
    place = role_place(by, action)
    if place is None:
        raise not_allowed()
    return place


def can_reach(by: Acting, action: Action, person: Person) -> bool:
    """Whether ``by`` may do ``action`` to somebody: in their community, or at a door of theirs."""
    if by.community != person.community_id:
        return False
    if can(by, action, person.community):
        return True
    today = clock.today()
    held = Q(until=None) | Q(until__gt=today)
    doors = Place.objects.filter(
        Q(dwellings__ownerships__in=person.ownerships.filter(held))
        | Q(dwellings__households__residencies__in=person.residencies.filter(held))
    )
    return any(can(by, action, place) for place in doors.distinct())


def require_reach(by: Acting, action: Action, person: Person) -> None:
    """Refuse unless ``can_reach``."""
    if not can_reach(by, action, person):
        raise not_allowed()


def require_program(by: Acting) -> None:
    """Refuse all but the program itself (start-up, demo, jobs)."""
    if by.role != "system":
        raise not_allowed()


def not_allowed() -> Forbidden:
    """The refusal of an act that is another role's."""
    return Forbidden("not-allowed", "您现在的身份办不了这件事。请社区里管这件事的人来办。")
