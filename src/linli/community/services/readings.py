"""A register handed in by the clerk, and read by the worker: what it says, and what it would change."""

import base64
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import models, transaction

from linli.community.adapters.registers import Progress, read_registers
from linli.community.adapters.workbooks import check_size
from linli.community.models import Place, RegisterDraft, RegisterFile, RegisterProgress
from linli.community.policy import CHANGE_REGISTER, DRAFT_KEPT, require
from linli.community.queries.intake import Preview, plan_intake
from linli.community.services.drafts import (
    ProgressBeside,
    locked,
    order_in,
    refuse_draft,
    sealed,
    sealed_order,
)
from linli.community.services.places import lock_community
from linli.record import clock
from linli.record.acting import Acting
from linli.record.sealed import open_sealed, put_sealed
from linli.record.services import note, plan_job
from linli.rules.errors import Refused

State = RegisterDraft.State
#: The kind of job that reads what was handed in.
READ = "register.read"
#: How many files one register may be spread over.
MOST_FILES = 10


@transaction.atomic
def hand_in_register(*, place: Place, files: Sequence[tuple[bytes, str]], by: Acting) -> RegisterDraft:
    """Hand in a register, each file's bytes with what it is called in faults; the worker reads it and makes a preview.

    The files are kept sealed until they are read, and go then. The clerk's earlier drafts for this place, and old ones,
    go; one that the worker is at stays. Refused: too many files, or one that is too large.
    """
    require(by, CHANGE_REGISTER, place)
    if len(files) > MOST_FILES:
        raise Refused("register.too-many-files", "一次最多读{most}个文件。", most=MOST_FILES)
    for content, _name in files:
        check_size(content)
    assert place.community_id is not None
    throw_away_drafts(place, by)
    draft = RegisterDraft(community_id=place.community_id, place=place, by_person_id=by.person)
    draft.order = sealed_order(draft.id, choices={}, by=by)
    draft.save(force_insert=True)
    for position, (content, name) in enumerate(files, start=1):
        file = RegisterFile(community_id=place.community_id, draft=draft, position=position, name=name)
        put_sealed(file, "content", base64.b64encode(content).decode())
        file.save(force_insert=True)
    plan_job(READ, subject=draft.id, due_at=clock.now(), community=place.community_id)
    note(
        "register.handed-in",
        by=by,
        subject_kind="place",
        subject=place.id,
        place=place.id,
        internal={"files": len(files), "bytes": sum(len(content) for content, _name in files)},
    )
    return draft


def throw_away_drafts(place: Place, by: Acting) -> None:
    old = models.Q(at__lt=clock.now() - DRAFT_KEPT)
    mine = models.Q(place=place, by_person=by.person) & ~models.Q(state__in=(State.READING, State.ORDERED))
    # One that is being worked at is held by the worker: nobody waits for it.
    free = RegisterDraft.objects.filter(old | mine).select_for_update(skip_locked=True)
    RegisterDraft.objects.filter(id__in=list(free.values_list("id", flat=True))).delete()


def read_handed_in(draft_id: UUID) -> None:
    """Read what was handed in, and keep it with its preview until the clerk says yes.

    What is refused whole is written on the draft. Either way the files go. Over, it does nothing.
    """
    with transaction.atomic(), ProgressBeside(draft_id) as progress:
        try:
            draft = locked(draft_id)
        except Refused:
            return
        if draft.state != State.READING:
            return
        by, _chosen = order_in(draft)
        facts: dict[str, object]
        try:
            with transaction.atomic():
                facts = keep_reading(draft, progress, by)
            name, draft.state = "register.read", State.READ
        except Refused as refused:
            refuse_draft(draft, State.UNREAD, refused)
            name, facts = "register.unread", {"code": refused.code}
        draft.order = b""
        draft.save(update_fields=["state", "at", "reading", "preview", "order", "refusal"])
        draft.files.all().delete()
        RegisterProgress.objects.filter(draft=draft).delete()
        note(name, by=by, subject_kind="place", subject=draft.place_id, place=draft.place_id, internal=facts)


def keep_reading(draft: RegisterDraft, progress: Progress, by: Acting) -> dict[str, object]:
    """Read the files of a draft and compare them with what is known; what of it may stand in the record.

    Reading counts as the first half of the work, comparing as the second.
    """
    require(by, CHANGE_REGISTER, draft.place)
    reading = read_registers(contents(draft), lambda done, total: progress(done, 2 * total))
    # A register that is being taken in now is waited for; one that comes later makes this preview stale.
    lock_community(draft.place)
    draft.at = clock.now()
    intake = plan_intake(draft.place, reading, viewer=by, progress=partial(second_half, progress))
    draft.reading = sealed(draft.id, "reading", reading.packed())
    draft.preview = sealed(draft.id, "preview", Preview.of(reading, intake).packed())
    return {"rows": len(reading.rows), "left_out": len(reading.bad), "file_sha256": reading.sha256}


def second_half(progress: Progress, done: int, total: int) -> None:
    progress(total + done, 2 * total)


def contents(draft: RegisterDraft) -> list[tuple[bytes, str]]:
    """The files of a draft in their order."""
    files = draft.files.order_by("position").iterator(chunk_size=1)
    return [(base64.b64decode(open_sealed(file, "content")), file.name) for file in files]
