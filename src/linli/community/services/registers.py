"""Taking a register in: kept after its preview, ordered by the clerk, written whole by the worker; and undone."""

import base64
import json
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from uuid import UUID

from django.db import IntegrityError, connections, models, transaction

from linli.community.adapters.registers import Reading
from linli.community.models import Place, RegisterDraft, RegisterImport
from linli.community.policy import CHANGE_REGISTER, DRAFT_KEPT, require
from linli.community.queries.intake import Intake, Preview, intake_batches, plan_intake, reading_in
from linli.community.queries.intake.preview import TABLE, opened
from linli.community.services.places import lock_community
from linli.community.services.written import Trace, built_on, take_back, write_batch
from linli.record import clock
from linli.record.acting import Acting
from linli.record.cipher import Cell, seal
from linli.record.services import note, plan_job
from linli.rules.errors import Refused

Progress = Callable[[int, int], None]
State = RegisterDraft.State


def sealed(draft: UUID, column: str, content: bytes) -> bytes:
    """Bytes, sealed for a column of a draft."""
    return seal(base64.b64encode(content).decode(), Cell(TABLE, column, draft))


@transaction.atomic
def keep_reading(*, place: Place, reading: Reading, by: Acting) -> RegisterDraft:
    """Keep what was read, with its preview, until the clerk says yes. Their earlier draft for this place, and old ones,
    go; one that is being taken in stays.

    Refused: what ``plan_intake`` refuses.
    """
    require(by, CHANGE_REGISTER, place)
    community = lock_community(place)
    preview = Preview.of(reading, plan_intake(place, reading, viewer=by))
    old = models.Q(at__lt=clock.now() - DRAFT_KEPT)
    mine = models.Q(place=place, by_person=by.person) & ~models.Q(state=State.ORDERED)
    RegisterDraft.objects.filter(old | mine).delete()
    draft = RegisterDraft(community_id=community, place=place, by_person_id=by.person)
    draft.reading = sealed(draft.id, "reading", reading.packed())
    draft.preview = sealed(draft.id, "preview", preview.packed())
    draft.save(force_insert=True)
    note(
        "register.read",
        by=by,
        subject_kind="place",
        subject=place.id,
        place=place.id,
        internal={"rows": len(reading.rows), "left_out": len(reading.bad), "file_sha256": reading.sha256},
    )
    return draft


@transaction.atomic
def order_register(
    *, draft: RegisterDraft, by: Acting, same_people: Collection[str] = (), whole: bool = False
) -> RegisterDraft:
    """Say yes to a preview: the worker takes the register in, and what was left out stays to be handed back.

    ``same_people`` are the names that the clerk says are one person at all their doors; ``whole``, that who is known
    only at doors the register leaves out is gone. Said twice it is ordered once. Refused: another's draft, nothing
    that could be taken in, and a preview from before another register was taken in.
    """
    require(by, CHANGE_REGISTER, draft.place)
    draft = locked(draft.id)
    if draft.by_person_id != by.person:
        raise draft_gone()
    if draft.state not in (State.READ, State.REFUSED):
        return draft
    if not Preview.unpacked(opened(draft, "preview")).rows:
        raise Refused("register.nothing-sound", "没有一行能读入。请照下面说的改好表格，再选一次。")
    if RegisterImport.objects.filter(community=draft.community_id, at__gt=draft.at).exists():
        raise Refused("register.stale", "您看过以后，又有别的房屋表写进来了。请重新选文件，再看一遍。")
    order = {
        "same_people": sorted(same_people),
        "whole": whole,
        "role": by.role,
        "role_id": str(by.role_id) if by.role_id else None,
        "request_id": by.request_id,
    }
    draft.order = sealed(draft.id, "order", json.dumps(order).encode())
    draft.state = State.ORDERED
    draft.refusal = {}
    draft.save(update_fields=["order", "state", "refusal"])
    plan_job("register.take_in", subject=draft.id, due_at=clock.now(), community=draft.community_id)
    note("register.ordered", by=by, subject_kind="place", subject=draft.place_id, place=draft.place_id)
    return draft


def take_in_ordered(draft_id: UUID) -> None:
    """Take an ordered register in, all of it or nothing; a refusal is written on the draft. Over, it does nothing."""
    with transaction.atomic(), ProgressBeside(draft_id) as progress:
        try:
            draft = locked(draft_id)
        except Refused:
            return
        if draft.state != State.ORDERED:
            return
        order = json.loads(opened(draft, "order"))
        by = Acting(
            community=draft.community_id,
            person=draft.by_person_id,
            role=order["role"],
            role_id=UUID(order["role_id"]) if order["role_id"] else None,
            request_id=order["request_id"],
        )
        reading = reading_in(draft)
        try:
            with transaction.atomic():
                draft.taken = take_in_register(
                    place=draft.place,
                    reading=reading,
                    same_people=order["same_people"],
                    whole=order["whole"],
                    progress=progress,
                    by=by,
                )
            draft.state = State.TAKEN
            left = Reading(sha256=reading.sha256, rows=(), faults=reading.errors, left_out=(), bad=reading.bad)
            draft.reading = sealed(draft.id, "reading", left.packed())
        except Refused as refused:
            draft.state = State.REFUSED
            draft.refusal = {"code": refused.code, "words": refused.words, "facts": dict(refused.facts)}
        draft.order = b""
        draft.save(update_fields=["state", "reading", "order", "taken", "refusal"])


def locked(draft: UUID) -> RegisterDraft:
    """The draft, held; refused where it is gone."""
    try:
        return RegisterDraft.objects.select_for_update(no_key=True, of=("self",)).select_related("place").get(id=draft)
    except RegisterDraft.DoesNotExist:
        raise draft_gone() from None


def draft_gone() -> Refused:
    return Refused("register.draft-gone", "这份预览已经不在了，一份预览只留一天。请重新选文件。")


class ProgressBeside(AbstractContextManager[Progress]):
    """Says how far the work is, by a connection of its own: nobody sees what its transaction writes before its end."""

    def __init__(self, draft: UUID) -> None:
        self.draft = draft
        self.beside = connections.create_connection("default")

    def __enter__(self) -> Progress:
        return self.say

    def say(self, done: int, total: int) -> None:
        with self.beside.cursor() as cursor:
            cursor.execute(
                "insert into community_registerprogress (id, community_id, draft_id, done, total)"
                " select id, community_id, id, %s, %s from community_registerdraft where id = %s"
                " on conflict (draft_id) do update set done = excluded.done, total = excluded.total",
                [done, total, self.draft],
            )

    def __exit__(self, *_: object) -> None:
        self.beside.close()


def silent(done: int, total: int) -> None:
    """Nobody watches."""


@transaction.atomic
def take_in_register(
    *,
    place: Place,
    reading: Reading,
    by: Acting,
    same_people: Collection[str] = (),
    whole: bool = False,
    progress: Progress = silent,
) -> RegisterImport:
    """Write all the sound rows of a register, or nothing: doors made or matched, people, ownerships, households.

    The same register a second time adds and changes nothing, and its counts say so. Refused: what ``intake_batches``
    refuses.
    """
    require(by, CHANGE_REGISTER, place)
    community = lock_community(place)
    intake, trace = Intake(), Trace()
    done, total = 0, len(reading.rows)
    progress(done, total)
    for batch in intake_batches(place, reading, intake, viewer=by, same_people=same_people, whole=whole):
        write_batch(batch, community)
        trace.add(batch)
        done += batch.rows
        progress(done, total)
    taken = RegisterImport.objects.create(
        community_id=community,
        place=place,
        file_sha256=reading.sha256,
        by_person_id=by.person,
        counts=dict(intake.counts),
        trace=trace.packed(),
    )
    note(
        "register.taken-in",
        by=by,
        subject_kind="place",
        subject=place.id,
        place=place.id,
        internal={"import": str(taken.id), **intake.counts},
    )
    return taken


@transaction.atomic
def undo_register(*, imported: RegisterImport, by: Acting) -> RegisterImport:
    """Take back all that one import wrote, while nothing builds on it; undone twice it is undone once.

    What it made is deleted, what it ended holds again, what it changed is as before. Refused: a later import in the
    community that is not undone, and anything made since that stands on what this one made or changed.
    """
    require(by, CHANGE_REGISTER, imported.place)
    community = lock_community(imported.place)
    imported = RegisterImport.objects.select_for_update(of=("self",)).select_related("place").get(id=imported.id)
    if imported.undone_at is not None:
        return imported
    later = RegisterImport.objects.filter(community=community, undone_at=None, id__gt=imported.id)
    if later.exists():
        raise Refused("register.later-import", "这以后又导入过别的房屋表。请先撤回后面的那一次。")
    try:
        with transaction.atomic():
            take_back(Trace.unpacked(bytes(imported.trace)))
    except IntegrityError:
        raise built_on() from None
    imported.undone_at = clock.now()
    imported.trace = b""
    imported.save(update_fields=["undone_at", "trace"])
    note(
        "register.undone",
        by=by,
        subject_kind="place",
        subject=imported.place_id,
        place=imported.place_id,
        internal={"import": str(imported.id)},
    )
    return imported
