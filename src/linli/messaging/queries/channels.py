"""The ways out that there are."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from linli.community.models import Person, Place
from linli.community.policy import OFFICE, require
from linli.messaging.channels.sms import Sms
from linli.messaging.models import Channel, Delivery, Message, QuietHours, ReviewDuty
from linli.messaging.policy import KEEP_CHANNEL
from linli.messaging.services.channels import carrier_of
from linli.record import clock
from linli.record.acting import Acting

State = Delivery.State
#: Messages that are listed, the newest first.
LISTED = 20


def sms_channel(communities: Collection[UUID] | None = None) -> Channel | None:
    """An open way to send short messages, of one of these communities, or of any; the one kept first."""
    found = Channel.objects.select_related("community").filter(kind=Channel.Kind.SMS, open=True)
    return (found if communities is None else found.filter(community__in=communities)).order_by("id").first()


def mail_channel(community: Place) -> Channel | None:
    """The open mailbox of a community; the one kept first."""
    kind = Channel.Kind.EMAIL
    return (
        Channel.objects.select_related("community")
        .filter(community=community, kind=kind, open=True)
        .order_by("id")
        .first()
    )


def is_told(body_kind: str, subject: UUID) -> bool:
    """Whether a message of this kind of secret words was put on its way."""
    return Message.objects.filter(body_kind=body_kind, subject=subject).exists()


def channels_of(community: Place, viewer: Acting) -> QuerySet[Channel]:
    """Every way out of a community, for who keeps them."""
    require(viewer, KEEP_CHANNEL, community)
    return Channel.objects.select_related("community").filter(community=community).order_by("kind", "title")


def open_settings_of(channel: Channel, viewer: Acting) -> dict[str, object]:
    """What of a gateway's settings is no secret, by the names of its form: how it calls things, and its codes."""
    require(viewer, KEEP_CHANNEL, channel.community)
    carrier = carrier_of(channel)
    if not isinstance(carrier, Sms):
        return {}
    places = {"headers": carrier.headers, "fields": carrier.fields, "answer": carrier.answer}
    return {
        **{f"{place}_{name}": value for place, names in places.items() for name, value in names.items()},
        "signature": carrier.signature,
        "signing": carrier.signing,
        "fine": ", ".join(sorted(carrier.fine)),
        "later": ", ".join(sorted(carrier.later)),
        "batch": carrier.batch,
        "honours_keys": carrier.honours_keys,
    }


def sample_of(channel: Channel, viewer: Acting) -> tuple[str, str] | None:
    """What a request over a gateway looks like, and an answer that says yes: to be laid beside its document."""
    require(viewer, KEEP_CHANNEL, channel.community)
    carrier = carrier_of(channel)
    return carrier.shown() if isinstance(carrier, Sms) else None


def tries_of(channel: Channel) -> list[Delivery]:
    """What went out over a channel last, or is about to: its newest deliveries."""
    return list(Delivery.objects.select_related("message").filter(channel=channel).order_by("-id")[:5])


def recent_messages(community: Place, viewer: Acting) -> QuerySet[Message]:
    """The newest messages, each with how many of its deliveries stand at each of the five words."""
    require(viewer, KEEP_CHANNEL, community)
    states = {state.value: Count("deliveries", filter=Q(deliveries__state=state)) for state in State}
    return Message.objects.filter(community=community).annotate(**states).order_by("-id")[:LISTED]


def quiet_hours_of(community: Place) -> QuietHours | None:
    """When the community is not to be woken, if that was set."""
    return QuietHours.objects.filter(community=community).first()


def review_duty_of(community: Place) -> ReviewDuty | None:
    """Who reviews the community's public texts, if somebody was named."""
    return ReviewDuty.objects.filter(community=community).first()


def office_people(community: Place) -> QuerySet[Person]:
    """Who holds a role in the office today, by name."""
    today = clock.today()
    held = Q(roles__kind__in=OFFICE, roles__since__lte=today) & (Q(roles__until=None) | Q(roles__until__gt=today))
    return Person.objects.filter(held, community=community).distinct().order_by("name")
