"""Which people an account is, whom it helps, in which roles it may act, and what it may only count."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from linli.accounts.models import Account, Claim, FamilyHelp, Oversight
from linli.community.models import Person, Place, Role
from linli.record import clock


@dataclass(frozen=True, slots=True)
class Standing:
    """One way an account can act: as a person of a community, in a role held or as a resident (``role`` None).

    ``helps``: the person acts as the family helper of another, sees their matters and speaks for nobody.
    """

    person: Person
    community: Place
    role: Role | None
    helps: Person | None = None


#: What one sees first when several roles are held.
FIRST = [
    Role.Kind.SECRETARY,
    Role.Kind.DIRECTOR,
    Role.Kind.CLERK,
    Role.Kind.SUPERVISOR,
    Role.Kind.BUILDING_LEADER,
]


def standings_of(account: Account) -> list[Standing]:
    """Every way the account can act today: the office's roles first, then as residents, then as helpers.

    Three statements whatever the number of roles.
    """
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
    residents = [Standing(claim.person, claim.community, None) for claim in claims]
    return acting + residents + helping(account)


def helping(account: Account) -> list[Standing]:
    """Whom the account helps, as long as the help was not ended; one statement."""
    helps = (
        FamilyHelp.objects.filter(account=account, accepted_at__isnull=False, ended_at=None)
        .select_related("helper", "elder", "community")
        .order_by("accepted_at")
    )
    return [Standing(each.helper, each.community, None, each.elder) for each in helps if each.helper is not None]


def oversight_of(account: Account) -> Oversight | None:
    """What the account may count from above, if it is an officer's today."""
    today = clock.today()
    held = Oversight.objects.filter(account=account, since__lte=today).filter(Q(until=None) | Q(until__gt=today))
    return held.select_related("place").order_by("id").first()
