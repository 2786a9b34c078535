"""The number that the roster has of somebody: changed by themselves, and told what concerns whoever holds it."""

from datetime import timedelta

from django.db import transaction

from linli.accounts.services.limits import spend
from linli.community.models import Person
from linli.community.policy import not_allowed
from linli.community.services import record_phone
from linli.messaging.queries import sms_channel
from linli.messaging.services import Recipient, send_message
from linli.record.acting import Acting
from linli.record.sealed import open_sealed

#: Each change is a message to a number that was typed in: more than that nobody changes theirs in a day.
A_DAY = 10


def change_own_phone(*, person: Person, phone: str, by: Acting) -> Person:
    """Write or take away one's own number. The one before it is told: whoever holds an unlocked phone could do it.

    Refused: as ``record_phone`` refuses, somebody else's number, and more changes than a day needs.
    """
    if by.person != person.id:
        raise not_allowed()
    spend("own numbers", person.id, most=A_DAY, within=timedelta(days=1))
    return exchange_phone(person, phone, by)


@transaction.atomic
def exchange_phone(person: Person, phone: str, by: Acting) -> Person:
    """The new number in the place of the old one, and the old one told, or neither."""
    before = Person.objects.select_for_update(no_key=True, of=("self",)).get(id=person.id)
    old = open_sealed(before, "phone_sealed") if before.phone_sealed is not None else ""
    after = record_phone(person=person, phone=phone, by=by)
    if old and after.phone_index != before.phone_index:
        words = "这个手机号不再是您在社区登记的号了，以后收不到社区的短信。不是您改的，请马上打电话给社区。"
        tell_number(after, old, title="手机号改了", body=words)
    return after


def tell_number(person: Person, number: str, *, title: str, body: str) -> None:
    """Say something at once to a number of somebody's, where their community sends messages."""
    channel = sms_channel([person.community_id])
    if channel is not None:
        by = Acting.system(person.community_id)
        send_message(channel=channel, title=title, body=body, recipients=[Recipient(number)], urgent=True, by=by)
