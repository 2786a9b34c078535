"""What belongs to a person and lies sealed: written, and opened for others with a purpose that is recorded."""

from typing import Final

from django.db import transaction

from linli.community.models import Person
from linli.community.policy import CHANGE_REGISTER, REVEAL, can, not_allowed, require_reach
from linli.record.acting import Acting
from linli.record.cipher import index_of
from linli.record.sealed import open_sealed, put_sealed
from linli.record.services import note
from linli.rules.errors import Refused
from linli.rules.identifiers import phone as plain_phone

#: What may be opened: the word of the field, its sealed column, and the column it is found by.
FIELDS: Final = {"phone": ("phone_sealed", "phone_index")}
#: What a value may be opened for. A purpose is a word of this list, so that no personal data get into the record.
PURPOSES: Final = frozenset({"contact", "verify", "emergency", "deliver"})


@transaction.atomic
def record_phone(*, person: Person, phone: str, by: Acting) -> Person:
    """Write or, with an empty ``phone``, take away somebody's phone; written the same way twice it leaves one event.

    The register's keepers may, and people themselves. Refused: what is no mobile phone number.
    """
    if not (by.person == person.id and by.role == "resident") and not can(by, CHANGE_REGISTER, person.community):
        raise not_allowed()
    number = plain_phone(phone) if phone.strip() else ""
    person = Person.objects.select_for_update(no_key=True, of=("self",)).get(id=person.id)
    index = index_of(number, of="phone") if number else None
    if person.phone_index is not None and index is not None and bytes(person.phone_index) == index:
        return person
    if index is None:
        person.phone_sealed = person.phone_index = None
    else:
        put_sealed(person, "phone_sealed", number)
        person.phone_index = index
    person.save(update_fields=["phone_sealed", "phone_index"])
    note("person.phone-recorded", by=by, subject_kind="person", subject=person.id, internal={"there": bool(number)})
    return person


@transaction.atomic
def reveal(person: Person, *, field: str, purpose: str, by: Acting) -> str:
    """One sealed value of another person, opened for ``by`` and ``purpose``: the only way, and it leaves an event.

    The person can read that event (``queries.readings_of``). One's own value is opened without one. Refused: who may
    not, an unknown purpose, and a value that is not there.
    """
    column, _ = FIELDS[field]
    own = by.person == person.id and by.role == "resident"
    if not own:
        require_reach(by, REVEAL, person)
        if purpose not in PURPOSES:
            raise Refused("reveal.purpose", "请选一个用途：为了什么看，会告诉本人。")
    if getattr(person, column) is None:
        raise Refused("reveal.nothing", "这一项没有登记。")
    if not own:
        note(
            "person.revealed",
            by=by,
            subject_kind="person",
            subject=person.id,
            place=person.community_id,
            internal={"field": field, "purpose": purpose},
        )
    return open_sealed(person, column)
