"""Owners whom nobody had on the register, as they say so themselves."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from linli.community.models import Dwelling, Ownership, Person
from linli.community.policy import CHANGE_REGISTER, require
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
    dwelling = Dwelling.objects.select_for_update(no_key=True, of=("self",)).get(id=dwelling.id)
    today = clock.today()
    person = known_there(dwelling, name, today)
    if person is None:
        person = Person.objects.create(community_id=dwelling.community_id, name=name)
        note("person.added", by=by, subject_kind="person", subject=person.id, place=dwelling.place_id)
    ownership, is_new = Ownership.objects.get_or_create(
        dwelling=dwelling,
        person=person,
        until=None,
        defaults={"community_id": dwelling.community_id, "source": Ownership.Source.OWN_WORD, "since": today},
    )
    if is_new:
        note("ownership.claimed", by=by, subject_kind="ownership", subject=ownership.id, place=dwelling.place_id)
    return person


def known_there(dwelling: Dwelling, name: str, day: date) -> Person | None:
    """Who of that name lives at the door or owns it on ``day``."""
    lives = Q(residencies__household__dwelling=dwelling) & (Q(residencies__until=None) | Q(residencies__until__gt=day))
    owns = Q(ownerships__dwelling=dwelling) & (Q(ownerships__until=None) | Q(ownerships__until__gt=day))
    there = Person.objects.filter(lives | owns, community=dwelling.community_id, name=name)
    return there.order_by("id").first()
