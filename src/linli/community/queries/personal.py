"""Who opened what of a person, for that person; and finding people by what lies sealed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from linli.community.models import Person, Place
from linli.community.policy import SEE_REGISTER, require
from linli.record.acting import Acting
from linli.record.cipher import index_of
from linli.record.queries import history
from linli.rules.identifiers import mask_name, phone


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at somebody's data: when, what, why, in which role, and by whom with the name masked ("" for the
    program itself)."""

    at: datetime
    field: str
    purpose: str
    role: str
    name: str


def readings_of(viewer: Acting) -> list[Reading]:
    """Every time that somebody opened what belongs to the viewer, the last first; two statements."""
    if viewer.person is None or viewer.role == "helper":
        return []
    events = list(history("person", viewer.person).filter(name="person.revealed").order_by("-id")[:200])
    names = dict(Person.objects.filter(id__in={event.actor for event in events}).values_list("id", "name"))
    return [
        Reading(
            at=event.at,
            field=event.internal["field"],
            purpose=event.internal["purpose"],
            role=event.role,
            name=mask_name(names[event.actor]) if event.actor in names else "",
        )
        for event in events
    ]


def wrote_own_phone(person: Person) -> bool:
    """Whether the number that somebody has on the roster was written from their own login.

    A register fills in only where there is none, and leaves no event of the person: so the last event decides.
    """
    last = history("person", person.id).filter(name="person.phone-recorded").last()
    written = last is not None and last.actor == person.id and bool(last.internal["there"])
    return written and person.phone_index is not None


def people_by_phone(community: Place, number: str, viewer: Acting) -> QuerySet[Person]:
    """Everybody of the community who has this phone; refused: what is no phone number."""
    require(viewer, SEE_REGISTER, community)
    return Person.objects.filter(community=community, phone_index=index_of(phone(number), of="phone")).order_by("id")
