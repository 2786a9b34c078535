"""A log's name, key and entries: how an event is written down for everybody, and what of it only its owner can read."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from linli.record import clock
from linli.record.cipher import index_of
from linli.record.models import Event, Log
from linli.rules import entries, notes
from linli.rules.errors import Refused


class Told(NamedTuple):
    """What the log is told of an event: its columns of the same names, without the rest of the row."""

    id: UUID
    at: datetime
    name: str
    role: str
    subject_kind: str
    subject: UUID
    quiet: bool
    public: Mapping[str, object]
    commitments: Mapping[str, str]


#: The name of every quiet event in the log: that something was written, and nothing more.
QUIET = "quiet"


def log_secret() -> bytes:
    """The 32 bytes that the heads of logs are signed with; refused when they are not set."""
    try:
        secret = bytes.fromhex(settings.LOG_KEY)
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise Refused("log.no-key", "公开记录现在不能签名，不是您的问题。请告诉管理员：记录的钥匙没有设好。")
    return secret


def log_key(origin: str) -> notes.Key:
    """The public key by which the signatures of a log are checked."""
    return notes.Key(origin, notes.public_of(log_secret()))


def current_log(community: UUID | None) -> Log:
    """The log in which the community's next events are sealed, made where there is none (None: the instance's own)."""
    found = Log.objects.filter(community=community).order_by("-epoch").first()
    if found is not None:
        return found
    log, _ = Log.objects.get_or_create(community=community, epoch=1, defaults={"origin": first_origin(community)})
    return log


def first_origin(community: UUID | None) -> str:
    """The name of a community's log: the instance's name and the twelve digits of its area code.

    A community without a code, or with one that another already has, is called by ``x`` and twelve digits of the hash
    of its id, which can be taken for no code and gives the id away to nobody.
    """
    if community is None:
        return str(settings.LOG_NAME)
    code = code_of(community)
    origin = f"{settings.LOG_NAME}/{code}"
    if code and not Log.objects.filter(origin=origin).exists():
        return origin
    return f"{settings.LOG_NAME}/x{sha256(community.bytes).hexdigest()[:12]}"


def later_origin(first: str, epoch: int) -> str:
    """The name of a later epoch of a log."""
    return first if epoch == 1 else f"{first}/{epoch}"


def code_of(community: UUID) -> str:
    """The area code of a community, which only a later app knows; empty where there is none."""
    find: Callable[[UUID], str] = import_string(f"{settings.FLOWS}.AREA_CODE")
    return find(community)


def pseudonym(origin: str, kind: str, id_: UUID) -> str:
    """What stands for a thing in a log: always the same there, another elsewhere, and it leads nobody to the thing."""
    return index_of(f"{origin}\0{kind}\0{id_}", of="log pseudonym")[:16].hex()


def entry_of(event: Event | Told, origin: str) -> bytes:
    """The entry of an event: the same bytes whenever it is made."""
    mark = pseudonym(origin, "event", event.id)
    if event.quiet:
        midnight = time(tzinfo=clock.SHANGHAI)
        what = entries.commitment(salt_of(event, "what"), "what", what_of(event))
        return entries.make_entry(
            log=origin,
            event=mark,
            at=datetime.combine(day_of(event), midnight),
            name=QUIET,
            subject=mark,
            public={},
            commitments={"what": what},
        )
    return entries.make_entry(
        log=origin,
        event=mark,
        at=event.at,
        name=event.name,
        subject=pseudonym(origin, event.subject_kind, event.subject),
        public={**event.public, "by": event.role},
        commitments={field: b64decode(value) for field, value in event.commitments.items()},
    )


def day_of(event: Event | Told) -> date:
    """The community's day on which it happened: all that the log tells of a quiet event."""
    return event.at.astimezone(clock.SHANGHAI).date()


def what_of(event: Event | Told) -> bytes:
    """What a quiet event commits to: everything that an open one would show, and its subject besides."""
    return entries.canonical(
        {
            "name": event.name,
            "at": event.at.astimezone(UTC).isoformat(timespec="seconds"),
            "by": event.role,
            "kind": event.subject_kind,
            "subject": str(event.subject),
            "commitments": event.commitments,
        }
    )


def salt_of(event: Event | Told, field: str) -> bytes:
    """The salt of a value that is no secret of a person's and stands in the event itself: made from the index's key."""
    return index_of(f"{event.id}\0{field}", of="log salt")
