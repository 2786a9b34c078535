"""The ways out that a community has, and its quiet hours."""

import json
from datetime import time

from django.db import transaction

from linli.community.models import Place
from linli.community.policy import require
from linli.community.services import lock_community
from linli.messaging.channels import Carrier, Settings
from linli.messaging.channels.console import Console
from linli.messaging.channels.email import Email
from linli.messaging.channels.sms import SIGNING, Sms
from linli.messaging.models import Channel, Message, QuietHours
from linli.messaging.policy import KEEP_CHANNEL
from linli.messaging.services.sending import Recipient, plain_address, send_message
from linli.record.acting import Acting
from linli.record.cipher import seal, unseal
from linli.record.ids import new_id
from linli.record.services import note
from linli.rules.errors import Refused
from linli.rules.identifiers import phone as plain_phone

CARRIERS: dict[str, type[Console] | type[Email] | type[Sms]] = {
    Channel.Kind.CONSOLE: Console,
    Channel.Kind.EMAIL: Email,
    Channel.Kind.SMS: Sms,
}
"""Which class carries over which kind of channel."""


@transaction.atomic
def keep_channel(*, community: Place, kind: str, title: str, told: Settings, by: Acting, open: bool = True) -> Channel:
    """Keep a way out under its title, with what it needs to know sealed; kept again, the new settings replace the old.

    Refused: settings that the channel cannot use, an address inside the network, a title that is another kind's.
    """
    require(by, KEEP_CHANNEL, community)
    if kind not in CARRIERS or not 1 <= len(title.strip()) <= 40:
        raise Refused("channel.kind", "请选发送的方式，并起一个名字，最多{most}个字。", most=40)
    try:
        CARRIERS[kind](told)
    except (TypeError, ValueError):
        raise Refused("channel.settings", "发送方式的设置写得不对。请对照说明逐项核对。") from None
    lock_community(community)
    channel = Channel.objects.filter(community=community, title=title.strip()).first()
    if channel is None:
        channel = Channel(id=new_id(), community=community, kind=kind, title=title.strip())
    if channel.kind != kind:
        raise Refused("channel.exists", "已经有一个叫“{title}”的发送方式了。请换个名字。", title=title.strip())
    channel.settings = seal(json.dumps(dict(told), ensure_ascii=False), channel.settings_cell)
    channel.open = open
    channel.paused_until = None
    channel.save()
    note(
        "channel.kept",
        by=by,
        subject_kind="channel",
        subject=channel.id,
        place=community.id,
        internal={"kind": kind, "title": channel.title, "open": open},
    )
    return channel


#: Where a secret goes and how it is shown there; and the secrets.
LEADS_TO = {"url": "", "host": "", "port": 465, "security": "tls", "signing": SIGNING[0]}
SECRETS = ("secret", "password")


@transaction.atomic
def mend_channel(*, channel: Channel, told: Settings, open: bool, by: Acting) -> Channel:
    """Change a way out, or stop using it; what is left empty stays, since nothing of it is ever shown again.

    Refused besides what ``keep_channel`` refuses: another address, or another way of showing who asks, without the
    secret written anew; else who may change a way could have its secret sent to themselves.
    """
    require(by, KEEP_CHANNEL, channel.community)
    channel = Channel.objects.select_for_update(of=("self",)).select_related("community").get(id=channel.id)
    kept = json.loads(unseal(bytes(channel.settings), channel.settings_cell))
    told = {name: value for name, value in told.items() if value not in ("", None)}
    moved = any(
        str(told.get(name, kept.get(name, usual))) != str(kept.get(name, usual)) for name, usual in LEADS_TO.items()
    )
    if moved and any(kept.get(name) and name not in told for name in SECRETS):
        raise Refused("channel.secret-again", "换了服务器或者签名的方式，请把密钥（密码）也重新写一遍。")
    told = {**kept, **told}
    return keep_channel(
        community=channel.community, kind=channel.kind, title=channel.title, told=told, open=open, by=by
    )


def try_channel(*, channel: Channel, address: str, by: Acting) -> Message:
    """A message to oneself, the way every message goes; what became of it is on the channel's page."""
    require(by, KEEP_CHANNEL, channel.community)
    address = plain_phone(address) if channel.kind == Channel.Kind.SMS else plain_address(address)
    return send_message(
        channel=channel,
        title="试一试",
        body="这是社区试发的一条，收到就说明能用。",
        recipients=[Recipient(address)],
        urgent=True,
        by=by,
    )


@transaction.atomic
def set_quiet_hours(*, community: Place, begins: time, ends: time, by: Acting) -> QuietHours:
    """When what is not urgent waits; both at one time: never."""
    require(by, KEEP_CHANNEL, community)
    quiet, _ = QuietHours.objects.update_or_create(community=community, defaults={"begins": begins, "ends": ends})
    words = {"begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}
    note("quiet-hours.set", by=by, subject_kind="community", subject=community.id, place=community.id, public=words)
    return quiet


def carrier_of(channel: Channel) -> Carrier:
    """What carries over a channel. Refused where its settings cannot be read or used."""
    return CARRIERS[channel.kind](json.loads(unseal(bytes(channel.settings), channel.settings_cell)))
