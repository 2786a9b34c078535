"""Taking a register in: ordered by the clerk after its preview, written whole by the worker; and undone."""

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from linli.community.adapters.registers import Progress, Reading, silent
from linli.community.models import Place, RegisterDraft, RegisterImport
from linli.community.policy import CHANGE_REGISTER, require
from linli.community.queries.intake import Intake, intake_batches, preview_in, reading_in
from linli.community.services.drafts import (
    ProgressBeside,
    draft_gone,
    locked,
    order_in,
    refuse_draft,
    sealed,
    sealed_order,
)
from linli.community.services.places import lock_community
from linli.community.services.written import Trace, built_on, take_back, write_batch
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note, plan_job
from linli.rules.errors import Refused

State = RegisterDraft.State
#: The kind of job that takes a register in.
TAKE_IN = "register.take_in"


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
    if not preview_in(draft).rows:
        raise Refused("register.nothing-sound", "没有一行能读入。请照下面说的改好表格，再选一次。")
    if RegisterImport.objects.filter(community=draft.community_id, at__gt=draft.at).exists():
        raise Refused("register.stale", "您看过以后，又有别的房屋表写进来了。请重新选文件，再看一遍。")
    choices = {"same_people": sorted(same_people), "whole": whole}
    draft.order = sealed_order(draft.id, choices=choices, by=by)
    draft.state = State.ORDERED
    draft.refusal = {}
    draft.save(update_fields=["order", "state", "refusal"])
    plan_job(TAKE_IN, subject=draft.id, due_at=clock.now(), community=draft.community_id)
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
        by, chosen = order_in(draft)
        reading = reading_in(draft)
        try:
            with transaction.atomic():
                draft.taken = take_in_register(
                    place=draft.place,
                    reading=reading,
                    same_people=chosen["same_people"],
                    whole=chosen["whole"],
                    progress=progress,
                    by=by,
                )
            draft.state = State.TAKEN
            left = Reading(sha256=reading.sha256, rows=(), faults=reading.errors, left_out=(), bad=reading.bad)
            draft.reading = sealed(draft.id, "reading", left.packed())
        except Refused as refused:
            refuse_draft(draft, State.REFUSED, refused)
        draft.order = b""
        draft.save(update_fields=["state", "reading", "order", "taken", "refusal"])


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
