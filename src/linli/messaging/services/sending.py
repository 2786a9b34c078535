"""Telling people something: one message, one delivery for each address; and what a person says of it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from linli.community.models import Person
from linli.community.policy import require
from linli.files.models import File
from linli.messaging.models import Channel, Delivery, Message
from linli.messaging.policy import SEND_MESSAGE
from linli.record import clock
from linli.record.acting import Acting
from linli.record.cipher import index_of, seal, unseal
from linli.record.services import note
from linli.rules.errors import Refused

State = Delivery.State
DOORBELL = "linli_outbox"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell, and where: an address as the channel writes it (a phone, an e-mail address), and whose it is."""

    address: str
    person: UUID | None = None

    @property
    def name(self) -> str:
        """What the recipient is told apart by: the person, or what finds the address again without telling it."""
        return str(self.person) if self.person else index_of(self.address, of="address").hex()


def plain_address(address: str) -> str:
    """An e-mail address that every mail server takes, without what stands around it.

    Refused: what is none, and one that RFC 5321 cannot write (RFC 6531's letters are not everywhere).
    """
    address = address.strip()
    try:
        validate_email(address.encode("ascii").decode())
    except (ValidationError, UnicodeEncodeError):
        raise Refused("mail.address", "邮箱地址写得不对，例如 name@example.cn。请核对。") from None
    return address


@transaction.atomic
def send_message(
    *,
    channel: Channel,
    title: str,
    recipients: Sequence[Recipient],
    by: Acting,
    body: str = "",
    body_kind: str = "",
    subject: UUID | None = None,
    urgent: bool = False,
    enclosure: File | None = None,
    enclosed_as: str = "",
    purpose: str = "",
) -> Message:
    """Put one message on its way to everybody named, each address once; the worker carries it from here.

    What may not be stored (a one-time code) comes as ``body_kind``: a name of ``flows.BODIES``, whose function makes
    the words from ``subject`` when they are sent, the same words for the same subject. An ``enclosure`` goes under the
    name ``enclosed_as``, with the ``purpose`` noted. Refused: nobody to tell, nothing to say, a channel that is closed
    or cannot enclose anything, somebody of another community.
    """
    community = channel.community
    require(by, SEND_MESSAGE, community)
    if bool(body.strip()) == bool(body_kind) or (body_kind and subject is None) or not title.strip():
        raise Refused("message.no-words", "请写题目和要说的话。")
    if not channel.open:
        raise Refused("message.channel-closed", "“{title}”停用了。请换一种方式发。", title=channel.title)
    if enclosure is not None and (channel.kind == Channel.Kind.SMS or enclosure.community != community.id):
        raise Refused("message.no-enclosure", "文件只能用邮箱发，而且要是本社区的。请换一种方式发。")
    each = list({recipient.name: recipient for recipient in recipients if recipient.address.strip()}.values())
    if not each:
        raise Refused("message.nobody", "没有能发到的人。请先登记电话或者邮箱。")
    named = {recipient.person for recipient in each if recipient.person}
    if Person.objects.filter(id__in=named, community=community).count() != len(named):
        raise Refused("message.elsewhere", "收信的人里有人不在本社区的名册里。请核对名单。")
    message = Message.objects.create(
        community=community,
        title=title.strip(),
        body=body.strip(),
        body_kind=body_kind,
        subject=subject,
        urgent=urgent,
        by_person_id=by.person,
        enclosure=enclosure,
        enclosed_as=enclosed_as,
        purpose=purpose.strip(),
    )
    now = clock.now()
    deliveries = []
    for recipient in each:
        delivery = Delivery(
            community=community,
            message=message,
            channel=channel,
            person_id=recipient.person,
            recipient=recipient.name,
            urgent=urgent,
            due_at=now,
        )
        delivery.address = seal(recipient.address, delivery.address_cell)
        deliveries.append(delivery)
    Delivery.objects.bulk_create(deliveries, batch_size=2_000)
    note(
        "message.sent",
        by=by,
        subject_kind="message",
        subject=message.id,
        place=community.id,
        internal={
            "channel": str(channel.id),
            "to": len(each),
            "urgent": urgent,
            **({"sha256": enclosure.sha256, "purpose": message.purpose} if enclosure else {}),
        },
    )
    transaction.on_commit(ring)
    return message


def ring() -> None:
    """Tell the worker that something waits. In a statement of its own after the commit, so that no writer waits for
    another; a ring that is lost costs the worker's pause, nothing more.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"notify {DOORBELL}")


def lock_delivery(delivery: Delivery, by: Acting) -> Delivery:
    """The delivery as it is now, held, by somebody who may send."""
    require(by, SEND_MESSAGE, delivery.community)
    return Delivery.objects.select_for_update(of=("self",)).select_related("message", "channel").get(id=delivery.id)


@transaction.atomic
def confirm_delivery(*, delivery: Delivery, by: Acting) -> Delivery:
    """Somebody has asked: it came (已送达). It is not tried again, whatever the channel said."""
    delivery = lock_delivery(delivery, by)
    if delivery.state == State.CONFIRMED:
        return delivery
    was = delivery.state
    delivery.state = State.CONFIRMED
    delivery.due_at = delivery.lease_until = None
    delivery.confirmed_at, delivery.confirmed_by_id = clock.now(), by.person
    delivery.save()
    note("delivery.confirmed", by=by, subject_kind="delivery", subject=delivery.id, internal={"was": was})
    return delivery


@transaction.atomic
def send_again(*, delivery: Delivery, by: Acting) -> Delivery:
    """Try anew, under a new key, what was refused or what nobody can tell: a person has decided that twice is better
    than never. Refused while the first is still being tried, or where it was taken.
    """
    delivery = lock_delivery(delivery, by)
    if delivery.due_at is not None or delivery.state not in (State.REFUSED, State.UNKNOWN):
        raise Refused("delivery.not-over", "这一条还在发，或者已经发出了，不用再发。")
    same = Delivery.objects.filter(
        message=delivery.message,
        recipient=delivery.recipient,
        channel=delivery.channel,
        try_group__gt=delivery.try_group,
    )
    if later := same.order_by("try_group").first():
        return later
    again = Delivery(
        community_id=delivery.community_id,
        message=delivery.message,
        channel=delivery.channel,
        person_id=delivery.person_id,
        recipient=delivery.recipient,
        urgent=delivery.urgent,
        try_group=delivery.try_group + 1,
        due_at=clock.now(),
    )
    again.address = seal(unseal(bytes(delivery.address), delivery.address_cell), again.address_cell)
    again.save(force_insert=True)
    note("delivery.repeated", by=by, subject_kind="delivery", subject=again.id, internal={"after": delivery.state})
    transaction.on_commit(ring)
    return again
