"""The outbox: rows are claimed, carried outside any transaction, and settled with what became of them.

The table is the truth. A claim is a lease: whoever is killed with rows in hand leaves them to the next, who repeats
them under the same keys where the channel honours keys, and else says that nobody can tell.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string

from linli.files.queries import read
from linli.messaging.channels import Carrier, Enclosure, Outcome, Parcel
from linli.messaging.models import Channel, Delivery, Message, QuietHours
from linli.messaging.services.channels import carrier_of
from linli.record import clock
from linli.record.cipher import unseal
from linli.record.services import code_of
from linli.rules.calendar import after_quiet

logger = logging.getLogger(__name__)

State = Delivery.State
Body = Callable[[UUID], str]

#: A claim holds for so long; whatever is carried ends well before it.
LEASE = timedelta(seconds=60)
PATIENCE = 40.0
BATCH = 2_000
IN_FLIGHT = 64
#: How often what nobody can tell is repeated under its key, and how long what was not taken is tried.
TRIES = 6
GIVE_UP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Errand:
    """A claimed delivery with what is to be carried, or why it cannot be."""

    delivery: Delivery
    parcel: Parcel | None
    fault: str = ""


def bodies() -> Mapping[str, Body]:
    """What makes the words of messages that are never stored: kind → function of the message's subject."""
    table: Mapping[str, Body] = import_string(f"{settings.FLOWS}.BODIES")
    return table


def deliver_due(*, limit: int = BATCH) -> int:
    """Carry what is due, the urgent first; return how many were taken up."""
    claimed = claim(limit)
    errands = [errand_of(delivery) for delivery in claimed]
    if errands:
        settle(asyncio.run(carry_all(errands)))
    return len(claimed)


@transaction.atomic
def claim(limit: int) -> list[Delivery]:
    """Take up to ``limit`` due rows under a lease, past those that another holds, that a channel has asked us to wait
    with, and that a community's night keeps back.
    """
    now = clock.now()
    due = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("message__enclosure", "channel")
        .filter(Q(lease_until=None) | Q(lease_until__lt=now), due_at__lte=now)
        .exclude(channel__paused_until__gt=now)
        .order_by(F("urgent").desc(), "due_at", "id")[:limit]
    )
    due = not_at_night(due, now)
    due = not_in_doubt(due)
    lease = now + LEASE
    Delivery.objects.filter(id__in=[each.id for each in due]).update(lease_until=lease, attempts=F("attempts") + 1)
    for each in due:
        each.lease_until, each.attempts = lease, each.attempts + 1
    return due


def not_at_night(due: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Those that may go now; the others wait until their community's quiet hours are over."""
    communities = {each.community_id for each in due}
    quiet = {hours.community_id: hours for hours in QuietHours.objects.filter(community__in=communities)}
    going: list[Delivery] = []
    waiting: list[Delivery] = []
    for each in due:
        hours = quiet.get(each.community_id)
        until = after_quiet(now, hours.begins, hours.ends) if hours and not each.urgent else now
        each.due_at = until
        (going if until <= now else waiting).append(each)
    Delivery.objects.bulk_update(waiting, ["due_at"])
    return going


def not_in_doubt(due: Sequence[Delivery]) -> list[Delivery]:
    """Those that may be carried (again). Of one whose lease ran out nobody knows whether it went: where the channel
    honours no keys it is not repeated, and says so.
    """
    honoured: dict[UUID, bool] = {}
    going: list[Delivery] = []
    doubtful: list[Delivery] = []
    for each in due:
        if each.lease_until is None:
            going.append(each)
            continue
        if each.channel_id not in honoured:
            honoured[each.channel_id] = honours_keys(each.channel)
        (going if honoured[each.channel_id] and each.attempts < TRIES else doubtful).append(each)
    over = [each.id for each in doubtful]
    Delivery.objects.filter(id__in=over).update(state=State.UNKNOWN, code="lost", due_at=None, lease_until=None)
    return going


def honours_keys(channel: Channel) -> bool:
    """Whether a channel does one thing once for one key."""
    try:
        return bool(carrier_of(channel).honours_keys)
    except Exception as fault:
        logger.error("channel %s cannot be used: %s", channel.id, code_of(fault))
        return False


def errand_of(delivery: Delivery) -> Errand:
    """What is to be carried, its words made now where they are never stored."""
    message = delivery.message
    try:
        with transaction.atomic():
            secret = bodies()[message.body_kind] if message.body_kind else None
            body = secret(message.subject) if secret and message.subject else message.body
        address = unseal(bytes(delivery.address), delivery.address_cell)
        enclosure = enclosure_of(message)
    except Exception as fault:
        logger.error("delivery %s cannot be written: %s", delivery.id, code_of(fault))
        return Errand(delivery, None, code_of(fault))
    return Errand(delivery, Parcel(delivery.key, address, message.title, body, enclosure))


def enclosure_of(message: Message) -> Enclosure | None:
    """What goes with a message, as it was when it was put on its way."""
    kept = message.enclosure
    return None if kept is None else Enclosure(message.enclosed_as, kept.media_type, read(kept))


Settled = tuple[Delivery, Outcome | None, bool]
"""What became of a delivery (None: it was not begun), and whether its channel honours keys."""


async def carry_all(errands: Sequence[Errand]) -> list[Settled]:
    """Carry everything, channel beside channel, many in flight; what the patience leaves over is given back."""
    errands = sorted(errands, key=lambda errand: errand.delivery.channel_id.bytes)
    groups = [list(group) for _, group in groupby(errands, key=lambda errand: errand.delivery.channel_id)]
    return [settled for group in await asyncio.gather(*map(carry_group, groups)) for settled in group]


async def carry_group(errands: Sequence[Errand]) -> list[Settled]:
    """What one channel has to carry. A fault of one channel is its own: the others go on."""
    broken: list[Settled] = [
        (each.delivery, Outcome("refused", each.fault), False) for each in errands if each.parcel is None
    ]
    whole = [each for each in errands if each.parcel is not None]
    if not whole:
        return broken
    try:
        carrier = carrier_of(whole[0].delivery.channel)
    except Exception as fault:
        logger.error("channel %s cannot be used: %s", whole[0].delivery.channel_id, code_of(fault))
        return broken + [(each.delivery, Outcome("refused", code_of(fault)), False) for each in whole]
    chunks = [whole[at : at + carrier.batch] for at in range(0, len(whole), carrier.batch)]
    gate = asyncio.Semaphore(IN_FLIGHT)
    tasks = [asyncio.create_task(carry_chunk(carrier, chunk, gate)) for chunk in chunks]
    try:
        await asyncio.wait(tasks, timeout=PATIENCE)
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        await carrier.close()
    settled: list[Settled] = [*broken]
    for chunk, outcomes in zip(chunks, done, strict=True):
        # A task that was cancelled before it began has carried nothing.
        found = [None] * len(chunk) if isinstance(outcomes, BaseException) else outcomes
        keyed = bool(carrier.honours_keys)
        settled += [(each.delivery, outcome, keyed) for each, outcome in zip(chunk, found, strict=True)]
    return settled


async def carry_chunk(carrier: Carrier, chunk: Sequence[Errand], gate: asyncio.Semaphore) -> Sequence[Outcome | None]:
    """One batch; once begun, whatever stops it leaves it unknown."""
    async with gate:
        try:
            return await carrier.carry([each.parcel for each in chunk if each.parcel is not None])
        except asyncio.CancelledError:
            return [Outcome("unknown", "timeout")] * len(chunk)
        except Exception as fault:
            logger.error("a channel failed: %s", type(fault).__name__)
            return [Outcome("unknown", type(fault).__name__)] * len(chunk)


SETTLE = """
update messaging_delivery as d
set state = v.state, code = v.code, receipt = v.receipt, due_at = v.due_at, lease_until = null,
    attempts = v.attempts, accepted_at = coalesce(d.accepted_at, v.accepted_at)
from unnest(
    %s::uuid[], %s::text[], %s::text[], %s::text[],
    %s::timestamptz[], %s::smallint[], %s::timestamptz[], %s::timestamptz[]
  )
  as v(id, state, code, receipt, due_at, attempts, accepted_at, lease)
where d.id = v.id and d.lease_until = v.lease and d.state <> 'confirmed'
"""


@transaction.atomic
def settle(settled: Sequence[Settled]) -> None:
    """Write what became of each in one statement, where the lease is still ours; a channel that asked to wait rests."""
    now = clock.now()
    pauses: dict[UUID, datetime] = {}
    rows = []
    for delivery, outcome, keyed in settled:
        if outcome is not None and outcome.wait is not None:
            until = now + outcome.wait
            pauses[delivery.channel_id] = max(until, pauses.get(delivery.channel_id, until))
        rows.append(row_of(delivery, outcome, keyed, now))
    for channel, until in sorted(pauses.items()):
        Channel.objects.filter(id=channel).update(paused_until=until)
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, [list(column) for column in zip(*rows, strict=True)])


Row = tuple[UUID, str, str, str, datetime | None, int, datetime | None, datetime | None]


def row_of(delivery: Delivery, outcome: Outcome | None, keyed: bool, now: datetime) -> Row:
    """A delivery as it is settled: its state, and when it is tried again, if it is."""
    if outcome is None:
        return delivery.id, delivery.state, delivery.code, "", now, delivery.attempts - 1, None, delivery.lease_until
    state, code = outcome.said, outcome.code
    again: datetime | None = None
    if state == "throttled" and now - delivery.message.at > GIVE_UP:
        state = "refused"  # certainly not taken, and tried for long enough
    elif state == "throttled":
        again = now + (outcome.wait or backoff(delivery.attempts))
    elif state == "unknown" and keyed and delivery.attempts < TRIES:
        again = now + backoff(delivery.attempts)
    accepted = now if state == "accepted" else None
    return delivery.id, state, code, outcome.receipt, again, delivery.attempts, accepted, delivery.lease_until


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many tries: 10 seconds, then four times as long each, an hour at most."""
    return timedelta(seconds=min(10 * 4 ** max(0, min(attempts, 10) - 1), 3600))
