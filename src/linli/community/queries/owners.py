"""Who owns doors by the register of today."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from linli.community.models import Ownership, Person
from linli.record import clock


def owners_of(dwellings: Iterable[UUID]) -> list[tuple[UUID, Person]]:
    """Each dwelling with each of those who own it today, in the order in which they came; one statement.

    For apps that have asked their own policy whether the reader may know.
    """
    today = clock.today()
    owned = Ownership.objects.filter(dwelling__in=list(dwellings), since__lte=today)
    owned = owned.filter(Q(until=None) | Q(until__gt=today)).select_related("person").order_by("dwelling", "id")
    return [(each.dwelling_id, each.person) for each in owned]
