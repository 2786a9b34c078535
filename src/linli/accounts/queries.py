"""Reading logins: which people an account is, and in which roles it may act."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from linli.accounts.models import Account, Claim
from linli.community.models import Person, Place, Role
from linli.record import clock


@dataclass(frozen=True, slots=True)
class Standing:
    """One way an account can act: as a person of a community, in a role held or as a resident (``role`` None)."""

    person: Person
    community: Place
    role: Role | None


#: What one sees first when several roles are held.
FIRST = [Role.Kind.SECRETARY, Role.Kind.DIRECTOR, Role.Kind.CLERK, Role.Kind.SUPERVISION, Role.Kind.BUILDING_LEADER]


def standings_of(account: Account) -> list[Standing]:
    """Every way the account can act today, the office's roles first; two statements whatever the number of roles."""
    claims = list(
        Claim.objects.filter(account=account, confirmed_at__isnull=False)
        .select_related("person", "community")
        .order_by("id")
    )
    today = clock.today()
    roles: dict[UUID, list[Role]] = {}
    held = (
        Role.objects.filter(person__in=[claim.person_id for claim in claims], since__lte=today)
        .filter(Q(until=None) | Q(until__gt=today))
        .select_related("place")
    )
    for role in sorted(held, key=lambda role: FIRST.index(Role.Kind(role.kind))):
        roles.setdefault(role.person_id, []).append(role)
    acting = [
        Standing(claim.person, claim.community, role) for claim in claims for role in roles.get(claim.person_id, [])
    ]
    return acting + [Standing(claim.person, claim.community, None) for claim in claims]
