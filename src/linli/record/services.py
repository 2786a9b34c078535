"""Writing the record: ``note`` an event, ``answer_once`` a write, ``plan_job`` and ``run_due`` what is to follow."""

import hashlib
import json
import logging
import os
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import NOT_PROVIDED, Q
from django.utils.module_loading import import_string
from psycopg.types.json import Jsonb

from linli.record import clock
from linli.record.acting import Acting
from linli.record.cipher import Cell, seal
from linli.record.ids import new_id
from linli.record.models import NOBODY, Answer, Event, Job, Private, Thread, ThreadNumber
from linli.record.retention import Kept
from linli.rules import entries
from linli.rules.errors import Refused

logger = logging.getLogger(__name__)

Facts = Mapping[str, object]
Run = Callable[[UUID], None]

LEASE = timedelta(seconds=60)
TRIES = 6
#: Rows thrown away in one statement, and in one night: a first night after years must not hold the worker up.
SWEPT_AT_ONCE = 1_000
SWEPT_A_NIGHT = 50_000
_FIRST = (
    "insert into record_answer (id, actor, key, fingerprint, at) values (%s, %s, %s, %s, %s) "
    "on conflict (actor, key) do nothing"
)
_GIVEN = [field.attname for field in Event._meta.concrete_fields if field.db_default is NOT_PROVIDED]
_INSERT = (
    f"insert into record_event ({', '.join(_GIVEN)}) values ({', '.join(['%s'] * len(_GIVEN))}) returning recorded_at"
)


def note(
    name: str,
    *,
    by: Acting,
    subject_kind: str,
    subject: UUID,
    place: UUID | None = None,
    at: datetime | None = None,
    public: Facts | None = None,
    internal: Facts | None = None,
    commitments: Mapping[str, str] | None = None,
    thread: UUID | None = None,
) -> Event:
    """Write one event, and a waiting job for every reaction that the table names for it, in the caller's transaction.

    ``name`` is "subject.past-participle" ("drive.opened"). ``at`` is given when the time is somebody's word; without it
    the present moment is observed. Neither ``public`` nor ``internal`` may hold personal data.

    With ``public`` (even ``{}``) the event is *open*: its name, hour and these facts stand in the public log, for
    anybody and for ever. Without, it is *quiet*: the log tells that something was written on that day, and no more.
    Whatever names a person, a door or an answer, or tells who was spoken with when, is quiet. ``commitments`` are texts
    that the log binds to without showing them; they are kept sealed, and can be erased.
    """
    facts = dict(public or {})
    entries.canonical(facts)
    event = Event(
        name=name,
        at=at or clock.now(),
        claimed=at is not None or clock.is_told(),
        actor=by.person,
        role=by.role,
        subject_kind=subject_kind,
        subject=subject,
        community=by.community,
        place=place,
        request_id=by.request_id,
        public=facts,
        internal=dict(internal or {}),
        quiet=public is None,
        thread=thread,
    )
    if commitments:
        event.commitments = commit(event.id, commitments)
    _insert(event)
    if kinds := reactions().get(name):
        # No other job can be of this event yet: all in one statement.
        due = {"subject": subject, "event": event.id, "community": by.community, "due_at": clock.now()}
        Job.objects.bulk_create(Job(kind=kind, **due) for kind in kinds)
    return event


def _insert(event: Event) -> None:
    """Save a new event: what ``save`` does, with a statement that is put together once and not for every event."""
    row = (getattr(event, name) for name in _GIVEN)
    given: list[Any] = [Jsonb(value) if isinstance(value, dict) else value for value in row]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, given)
        (event.recorded_at,) = cursor.fetchone()
    event._state.adding = False
    event._state.db = connection.alias


def commit(event: UUID, values: Mapping[str, str]) -> dict[str, str]:
    """Keep the values of an event, sealed, and return what binds to them: field → base64."""
    bound, kept = {}, []
    for field, value in values.items():
        salt = os.urandom(entries.SALT)
        bound[field] = b64encode(entries.commitment(salt, field, value.encode())).decode()
        row = Private(event=event, field=field, salt=salt)
        row.value = seal(value, cell_of(row))
        kept.append(row)
    Private.objects.bulk_create(kept)
    return bound


def cell_of(row: Private) -> Cell:
    """Where a private value stands."""
    return Cell("record_private", "value", row.id)


@transaction.atomic
def erase_private(*, event: UUID, fields: Sequence[str], by: Acting) -> int:
    """Erase what an event committed to; return how many values there were. What was proved of the event stays proved.

    The caller has asked whether ``by`` may: this app knows no person.
    """
    erased, _ = Private.objects.filter(event=event, field__in=fields).delete()
    if erased:
        note("private.erased", by=by, subject_kind="event", subject=event, internal={"fields": sorted(fields)})
    return erased


@transaction.atomic
def open_thread(*, community: UUID, called: str) -> Thread:
    """A new thread with the next number of the community's year: 广顺园-2023-0001. Numbers may leave gaps.

    ``called`` is what people call the community.
    """
    year = clock.today().year
    ThreadNumber.objects.get_or_create(community=community, year=year)
    numbering = ThreadNumber.objects.select_for_update().get(community=community, year=year)
    numbering.last += 1
    numbering.save(update_fields=["last"])
    return Thread.objects.create(community=community, number=f"{called}-{year}-{numbering.last:04d}", at=clock.now())


@transaction.atomic
def merge_threads(*, thread: UUID, into: UUID, by: Acting) -> Thread:
    """Two threads turn out to be one affair: the number of ``thread`` leads to ``into`` from now on, which is returned.

    Refused: threads of two communities, a thread that is merged already (that one first led elsewhere).
    """
    both = {row.id: row for row in Thread.objects.select_for_update().filter(id__in=[thread, into]).order_by("id")}
    if len(both) != 2 or len({row.community for row in both.values()}) != 1:
        raise Refused("thread.elsewhere", "这两件事不在同一个社区，或者是同一件，不能并在一起。请核对编号。")
    if any(row.merged_into for row in both.values()):
        raise Refused("thread.merged-already", "其中一件已经并到别的事里了。请用并过去的那个编号。")
    merged, kept = both[thread], both[into]
    merged.merged_into = kept.id
    merged.save(update_fields=["merged_into"])
    # What was merged into the one is followed to the other in one step.
    Thread.objects.filter(merged_into=merged.id).update(merged_into=kept.id)
    note(
        "thread.merged",
        by=by,
        subject_kind="thread",
        subject=merged.id,
        public={"number": merged.number, "into": kept.number},
        thread=kept.id,
    )
    return kept


def reactions() -> Mapping[str, Sequence[str]]:
    """The table of every cross-app reaction: event name → kinds of job that follow."""
    table: Mapping[str, Sequence[str]] = import_string(f"{settings.FLOWS}.REACTIONS")
    return table


def runs() -> Mapping[str, Run]:
    """What each kind of job does: kind → function of the subject's id."""
    table: Mapping[str, Run] = import_string(f"{settings.FLOWS}.RUNS")
    return table


def plan_job(
    kind: str, *, subject: UUID, due_at: datetime, community: UUID | None, step: str = "", event: UUID | None = None
) -> Job:
    """Plan one job; ``kind`` is a key of ``runs()``. Planned again, it waits anew, whatever became of it before."""
    job, _ = Job.objects.update_or_create(
        kind=kind,
        subject=subject,
        step=step,
        event=event,
        defaults={
            "due_at": due_at,
            "community": community,
            "state": Job.State.WAITING,
            "lease_until": None,
            "attempts": 0,
            "last_error": "",
        },
    )
    return job


def standing() -> Sequence[str]:
    """The kinds of job of which one always waits: each plans itself anew."""
    table: Sequence[str] = import_string(f"{settings.FLOWS}.STANDING")
    return table


def retention() -> Sequence[Kept]:
    """The table of rows that are not kept for ever."""
    table: Sequence[Kept] = import_string(f"{settings.FLOWS}.RETENTION")
    return table


def plan_standing() -> None:
    """Plan every standing job of which none waits: at the first start, and after one was given up."""
    waiting = [Job.State.WAITING, Job.State.RUNNING]
    for kind in standing():
        if not Job.objects.filter(kind=kind, subject=NOBODY, state__in=waiting).exists():
            plan_job(kind, subject=NOBODY, due_at=clock.now(), community=None)


@transaction.atomic
def sweep_old_rows(subject: UUID = NOBODY) -> None:
    """The standing job of each night: throw away what has been kept long enough (``retention()``), and plan the next.

    The record is told how many rows of each kind went, never which.
    """
    swept = {kept.rows: sweep_rows(kept) for kept in retention()}
    if any(swept.values()):
        counts = {rows: count for rows, count in swept.items() if count}
        note("retention.swept", by=Acting.system(None), subject_kind="instance", subject=subject, internal=counts)
    night = datetime.combine(clock.today() + timedelta(days=1), time(3, 30), tzinfo=clock.SHANGHAI)
    plan_job("retention.sweep", subject=subject, due_at=night, community=None)


def sweep_rows(kept: Kept) -> int:
    """Throw away the rows of one line of the table; return how many went."""
    model = apps.get_model(kept.rows)
    old = model._default_manager.filter(**{**kept.where, f"{kept.since}__lt": clock.now() - kept.time})
    count = 0
    while count < SWEPT_A_NIGHT and (ids := list(old.values_list("pk", flat=True)[:SWEPT_AT_ONCE])):
        model._default_manager.filter(pk__in=ids).delete()
        count += len(ids)
    return count


def run_due(*, limit: int = 100) -> int:
    """Run the jobs that are due, each in a transaction of its own; return how many were tried.

    A job is claimed by a lease first, and each claim counts as an attempt: a killed worker's job is taken up again when
    its lease has passed, but one that kills every worker ends as failed. Reactions re-read their subject and do nothing
    if it is over, so a repeat is harmless.
    """
    moment = clock.now()
    with transaction.atomic():
        due = list(
            Job.objects.select_for_update(skip_locked=True)
            .filter(due_at__lte=moment)
            .filter(Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=moment))
            .order_by("due_at", "id")[:limit]
        )
        for job in due:
            job.attempts += 1
            job.state = Job.State.FAILED if job.attempts > TRIES else Job.State.RUNNING
            job.lease_until = None if job.state == Job.State.FAILED else moment + LEASE
        Job.objects.bulk_update(due, ["attempts", "state", "lease_until"])
    claimed = [job for job in due if job.state == Job.State.RUNNING]
    for job in claimed:
        run_job(job)
    return len(claimed)


def run_job(job: Job) -> None:
    """Run one claimed job; its failure is written on it and never stops the others.

    Whoever has lost the lease meanwhile (the batch before it took too long) leaves the job to who has it now. It is
    marked as done before it runs, in the same transaction, so that a job that plans itself anew stays planned.
    """
    ours = Job.objects.filter(id=job.id, state=Job.State.RUNNING, lease_until=job.lease_until)
    try:
        with transaction.atomic():
            if ours.update(state=Job.State.DONE, lease_until=None):
                runs()[job.kind](job.subject)
    except Exception as error:
        logger.exception("job %s of %s failed", job.kind, job.subject)
        ours.update(
            state=Job.State.FAILED if job.attempts >= TRIES else Job.State.WAITING,
            last_error=code_of(error),
            lease_until=None,
            due_at=clock.now() + timedelta(seconds=5 * 4**job.attempts),
        )


def code_of(error: Exception) -> str:
    """What is kept of a failure: a refusal's code or the name of the fault; its words could hold personal data."""
    return error.code if isinstance(error, Refused) else type(error).__name__


def answer_once(key: str, sent: object, *, by: Acting, write: Callable[[], UUID | None]) -> UUID | None:
    """Do ``write`` once for this actor and key; a second try returns the first answer.

    ``sent`` is what the request said (anything JSON can hold). Refused when the same key comes with another body.
    An empty key (a program without one) is simply done. What is kept of the key is its hash: it comes from outside and
    may be anything.
    """
    if not key:
        return write()
    fingerprint = hashlib.sha256(json.dumps(sent, sort_keys=True, default=str).encode()).hexdigest()
    key = hashlib.sha256(key.encode()).hexdigest()
    actor = by.person or NOBODY
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Waits for who is at the same key, and then sees what was answered there.
            cursor.execute(_FIRST, [new_id(), actor, key, fingerprint, clock.now()])
            is_first = cursor.rowcount == 1
        answers = Answer.objects.filter(actor=actor, key=key)
        if is_first:
            result = write()
            answers.update(result=result)
            return result
        answer = answers.get()
        if answer.fingerprint != fingerprint:
            raise Refused("write.other-body", "这一页已经交过一次，内容和这次不同。请刷新页面，看看记下了什么。")
        return answer.result
