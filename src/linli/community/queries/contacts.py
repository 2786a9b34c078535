"""Whom a resident can call: the leaders of where they live or own, and the office."""

from dataclasses import dataclass

from django.db.models import Q

from linli.community.models import Contact, Dwelling, Role
from linli.record import clock
from linli.record.acting import Acting


@dataclass(frozen=True, slots=True)
class Reach:
    """The leaders of one's own doors, the nearest first, and the numbers that they and the office show."""

    leaders: tuple[tuple[Role, Contact | None], ...]
    office: Contact | None


def reach_of(viewer: Acting) -> Reach:
    """Whom the viewer can reach; three statements."""
    contacts = {
        contact.role_id: contact for contact in Contact.objects.filter(community=viewer.community).order_by("id")
    }
    today = clock.today()
    current = Q(until=None) | Q(until__gt=today)
    lives = Q(households__residencies__person=viewer.person, households__residencies__until=None)
    owns = Q(ownerships__person=viewer.person, ownerships__until=None)
    doors = Dwelling.objects.filter(lives | owns, community=viewer.community).values_list("place__path", flat=True)
    above = {place for path in doors for place in path}
    held = Role.objects.filter(
        current, community=viewer.community, kind=Role.Kind.BUILDING_LEADER, since__lte=today, place__in=above
    ).select_related("place", "person")
    leaders = sorted(held, key=lambda role: (-len(role.place.path), role.id))
    return Reach(tuple((role, contacts.get(role.id)) for role in leaders), contacts.get(None))
