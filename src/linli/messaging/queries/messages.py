"""What became of a message, in words that never blur: sent is not delivered, and nobody is said to have read."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Max, Q

from linli.community.policy import require
from linli.community.queries import community_of
from linli.messaging.models import Delivery, Message
from linli.messaging.policy import SEND_MESSAGE
from linli.record.acting import Acting

State = Delivery.State
#: Of one paper; what went before is in the record.
LISTED = 10


@dataclass(frozen=True, slots=True)
class Counts:
    """Recipients: ``to`` in all; ``sent`` (已发出: a channel took it), of these ``delivered`` (已送达: it came, as
    somebody says); ``refused``; ``unknown`` (over, without an answer); ``waiting`` (still being tried).
    """

    to: int
    sent: int
    delivered: int
    refused: int
    unknown: int
    waiting: int


def mailed(subject: UUID, viewer: Acting) -> list[Delivery]:
    """To whom a paper was sent and what is known of it, the last first, for who may send."""
    require(viewer, SEND_MESSAGE, community_of(viewer))
    sent = Delivery.objects.filter(
        message__subject=subject, message__enclosure__isnull=False, community=viewer.community
    )
    return list(sent.select_related("message").order_by("-id")[:LISTED])


def counts_of(message: Message) -> Counts:
    """The recipients of a message by what is known of each, whatever it took; each is counted once, at its best."""
    taken = Q(state=State.ACCEPTED) | Q(accepted_at__isnull=False)
    each = (
        Delivery.objects.filter(message=message)
        .values("recipient", "channel")
        .annotate(
            came=Count("id", filter=Q(state=State.CONFIRMED)),
            went=Count("id", filter=taken | Q(state=State.CONFIRMED)),
            open=Count("id", filter=Q(due_at__isnull=False)),
            lost=Count("id", filter=Q(state=State.UNKNOWN)),
            last=Max("try_group"),
        )
    )
    rows = list(each.values_list("came", "went", "open", "lost"))
    rest = [row for row in rows if not row[1]]
    return Counts(
        to=len(rows),
        sent=sum(bool(went) for _, went, _, _ in rows),
        delivered=sum(bool(came) for came, _, _, _ in rows),
        refused=sum(not open_ and not lost for _, _, open_, lost in rest),
        unknown=sum(not open_ and bool(lost) for _, _, open_, lost in rest),
        waiting=sum(bool(open_) for _, _, open_, _ in rest),
    )
