"""People whom nobody had on the register, as they say so themselves at the door."""

from datetime import date

from django.db import transaction

from linli.community.models import Dwelling, Household, Ownership, Person, Residency
from linli.community.policy import CHANGE_REGISTER, KNOW_DOOR, require
from linli.community.queries.places import known_at
from linli.community.services.places import checked_name
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused


@transaction.atomic
def take_own_word(*, dwelling: Dwelling, name: str, by: Acting) -> Person:
    """Note that somebody called ``name`` says they own ``dwelling``: an ownership by own word, unverified.

    Somebody of that name who lives there or owns it already is the same person; otherwise they are new on the roster,
    since a name alone never merges two people.
    """
    require(by, CHANGE_REGISTER, dwelling.place)
    name = checked_name(name)
    if len(name) > 60:
        raise Refused("person.name-too-long", "姓名最多{most}个字。", most=60)
    return settle(dwelling, name, owns=True, by=by)


@transaction.atomic
def settle_at_door(*, dwelling: Dwelling, name: str, owns: bool, by: Acting) -> Person:
    """Somebody whom ``by`` knows at the door: an owner by own word, unverified, or one who lives there.

    Who is known at the door by that name stays as they are known; nobody's ownership is ended or changed.
    """
    require(by, KNOW_DOOR, dwelling.place)
    return settle(dwelling, checked_name(name, most=60), owns=owns, by=by)


def settle(dwelling: Dwelling, name: str, *, owns: bool, by: Acting) -> Person:
    dwelling = Dwelling.objects.select_for_update(no_key=True, of=("self",)).get(id=dwelling.id)
    today = clock.today()
    person = known_at(dwelling, name)
    if person is not None and not owns:
        return person
    if person is None:
        person = Person.objects.create(community_id=dwelling.community_id, name=name)
        note("person.added", by=by, subject_kind="person", subject=person.id, place=dwelling.place_id)
    (add_ownership if owns else add_residency)(dwelling, person, by, today)
    return person


def add_ownership(dwelling: Dwelling, person: Person, by: Acting, today: date) -> None:
    ownership, is_new = Ownership.objects.get_or_create(
        dwelling=dwelling,
        person=person,
        until=None,
        defaults={"community_id": dwelling.community_id, "source": Ownership.Source.OWN_WORD, "since": today},
    )
    if is_new:
        note("ownership.claimed", by=by, subject_kind="ownership", subject=ownership.id, place=dwelling.place_id)


def add_residency(dwelling: Dwelling, person: Person, by: Acting, today: date) -> None:
    household = Household.objects.filter(dwelling=dwelling, until=None).order_by("id").first()
    if household is None:
        household = Household.objects.create(
            community_id=dwelling.community_id, dwelling=dwelling, head=person, since=today
        )
    residency = Residency.objects.create(
        community_id=dwelling.community_id, household=household, person=person, since=today
    )
    note("residency.added", by=by, subject_kind="residency", subject=residency.id, place=dwelling.place_id)
