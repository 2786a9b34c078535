"""The office's blanks taken in and filled, its archives ordered, made and let go."""

import tempfile
from collections.abc import Mapping
from datetime import date, timedelta
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.module_loading import import_string

from linli.community.models import Place
from linli.community.policy import require
from linli.files.queries import read
from linli.files.services import DocumentType, let_go, store_document, store_made
from linli.portal.models import Archive, PaperBlank
from linli.portal.policy import ORDER_ARCHIVE, ORDER_UNMASKED, USE_BLANKS
from linli.portal.queries.papers import roster_of
from linli.portal.sources import SOURCES
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note, plan_job
from linli.rules.errors import Refused
from linli.web.blanks import Kind, fill_blank, read_blank
from linli.web.dossier import Period, Theme, pack

#: How long an archive is kept for whoever ordered it.
KEPT = timedelta(days=7)

TYPES: Mapping[Kind, DocumentType] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def themes() -> Mapping[str, Theme]:
    """The table of what can be archived: key → theme."""
    table: Mapping[str, Theme] = import_string(f"{settings.FLOWS}.THEMES")
    return table


@transaction.atomic
def add_blank(*, community: Place, title: str, source: str, upload: "UploadedFile[bytes]", by: Acting) -> PaperBlank:
    """Take in one of the office's own blanks, to be filled from ``source``.

    Refused: no title, no such source, and all that ``web.blanks`` refuses: what runs, reaches outside, or swells.
    """
    require(by, USE_BLANKS, community)
    if not title.strip() or source not in SOURCES:
        raise Refused("blank.no-title", "请写下这张空表的名字，并选它填什么。")
    upload.seek(0)
    blank = read_blank(upload.read())
    file = store_document(upload=upload, media_type=TYPES[blank.kind], by=by)
    added = PaperBlank.objects.create(
        community=community,
        title=title.strip(),
        source=source,
        kind=blank.kind,
        fields=list(blank.fields),
        loose=sorted(blank.loose),
        file=file,
        added_by_id=by.person,
    )
    facts = {"source": source, "kind": blank.kind, "fields": len(blank.fields)}
    note("blank.added", by=by, subject_kind="blank", subject=added.id, internal=facts)
    return added


@transaction.atomic
def fill_paper(*, blank: PaperBlank, subject: UUID, by: Acting) -> bytes:
    """The blank filled from its source; that it was filled, from what, and how many lines, is in the record.

    Refused: a blank that was retired, and as ``web.blanks.fill_blank``.
    """
    require(by, USE_BLANKS, blank.community)
    if blank.retired_at:
        raise Refused("blank.retired", "这张空表已经停用了。请用新的一张。")
    source = SOURCES[blank.source]
    filling = source.read(by, subject)
    made = fill_blank(read(blank.file), record=filling.record, rows=filling.rows, row_fields=source.row_fields)
    facts = {"source": blank.source, "of": str(subject), "lines": len(filling.rows)}
    note("blank.filled", by=by, subject_kind="blank", subject=blank.id, internal=facts)
    return made


@transaction.atomic
def retire_blank(*, blank: PaperBlank, by: Acting) -> None:
    """Use a blank no more; what was filled with it stays explained. Safe to try twice."""
    blank = PaperBlank.objects.select_for_update(of=("self",)).select_related("community").get(id=blank.id)
    require(by, USE_BLANKS, blank.community)
    if blank.retired_at is None:
        blank.retired_at = clock.now()
        blank.save(update_fields=["retired_at"])
        note("blank.retired", by=by, subject_kind="blank", subject=blank.id)


@transaction.atomic
def order_archive(
    *, community: Place, theme: str, since: date, until: date, by: Acting, masked: bool = True, reason: str = ""
) -> Archive:
    """Order 台账 of one theme and period; a job makes it. With personal data only by the office's heads, who say why.

    Refused: no such theme, a period that ends before it begins or in the future, no reason where one is due.
    """
    require(by, ORDER_ARCHIVE if masked else ORDER_UNMASKED, community)
    if theme not in themes():
        raise Refused("archive.no-theme", "请选做哪一类台账。")
    if not since <= until <= clock.today():
        raise Refused("archive.period", "起止日期不对：结束那天不能早于开始那天，也不能晚于今天。")
    if not masked and not reason.strip():
        raise Refused("archive.no-reason", "不遮盖个人信息，要写明为什么；会记下是谁、为什么。")
    archive = Archive.objects.create(
        community=community,
        theme=theme,
        since=since,
        until=until,
        masked=masked,
        reason="" if masked else reason.strip(),
        ordered_by_id=by.person,
    )
    facts = {"theme": theme, "since": since.isoformat(), "until": until.isoformat(), "masked": masked}
    note("archive.ordered", by=by, subject_kind="archive", subject=archive.id, internal=facts)
    plan_job("archive.make", subject=archive.id, due_at=clock.now(), community=community.id)
    return archive


@transaction.atomic
def make_archive(archive_id: UUID) -> None:
    """The job that makes an archive; does nothing when it has been made. What cannot be made says so on its row."""
    archive = Archive.objects.select_for_update(of=("self",)).select_related("community").get(id=archive_id)
    if archive.state != Archive.State.MAKING:
        return
    by = Acting.system(archive.community_id)
    with tempfile.TemporaryFile() as made:
        stream = cast(BinaryIO, made)
        try:
            archive.entries = pack(
                themes()[archive.theme],
                community=archive.community_id,
                issuer=archive.community.name,
                period=Period(archive.since, archive.until),
                roster=roster_of(archive.community) if archive.masked else None,
                into=stream,
            )
        except Refused as refused:
            archive.state = Archive.State.REFUSED
            archive.save(update_fields=["state"])
            note("archive.refused", by=by, subject_kind="archive", subject=archive.id, internal={"code": refused.code})
            return
        archive.file = store_made(content=stream, media_type="application/zip", by=by)
    archive.state = Archive.State.READY
    archive.goes_at = clock.now() + KEPT
    archive.save(update_fields=["state", "entries", "file", "goes_at"])
    facts = {"sha256": archive.file.sha256, "entries": archive.entries}
    note("archive.made", by=by, subject_kind="archive", subject=archive.id, internal=facts)
    plan_job("archive.let_go", subject=archive.id, due_at=archive.goes_at, community=archive.community_id)


@transaction.atomic
def let_archive_go(archive_id: UUID) -> None:
    """The job that lets an archive go when its days are over; its row stays. Safe to repeat."""
    archive = Archive.objects.select_for_update(of=("self",)).select_related("file").get(id=archive_id)
    if archive.state != Archive.State.READY or archive.file is None:
        return
    file, archive.file, archive.state = archive.file, None, Archive.State.GONE
    archive.save(update_fields=["file", "state"])
    by = Acting.system(archive.community_id)
    let_go(file, by=by)
    note("archive.let_go", by=by, subject_kind="archive", subject=archive.id)


@transaction.atomic
def take_archive(*, archive: Archive, by: Acting) -> None:
    """Somebody takes an archive out: it is in the record each time."""
    require(by, ORDER_ARCHIVE, archive.community)
    note("archive.taken", by=by, subject_kind="archive", subject=archive.id, internal={"masked": archive.masked})
