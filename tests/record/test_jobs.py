"""Events and what follows them: jobs claimed, failed, tried again, taken over, and never run twice at once."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event as Signal
from uuid import UUID

import pytest

from linli.record import clock, services
from linli.record.acting import Acting
from linli.record.ids import new_id
from linli.record.models import Event, Job
from linli.record.services import note, plan_job, run_due
from linli.rules.errors import Refused
from tests.at_once import at_once

BY = Acting.system(None)
Runs = dict[str, Callable[[UUID], None]]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """The table of jobs of these tests, which each test fills."""
    table: Runs = {}
    monkeypatch.setattr(services, "runs", lambda: table)
    monkeypatch.setattr(services, "reactions", lambda: {"thing.done": ("first", "second")})
    return table


def plan(kind: str = "first", **more: object) -> Job:
    values: dict[str, object] = {"subject": new_id(), "due_at": clock.now(), "community": None} | more
    return plan_job(kind, **values)  # type: ignore[arg-type]


def happen() -> Event:
    return note("thing.done", by=BY, subject_kind="thing", subject=new_id())


@pytest.mark.django_db
def test_an_event_brings_a_job_for_each_reaction_and_each_runs_once(runs: Runs):
    seen: list[tuple[str, UUID]] = []
    runs["first"] = lambda subject: seen.append(("first", subject))
    runs["second"] = lambda subject: seen.append(("second", subject))
    event = happen()
    assert run_due() == 2
    assert run_due() == 0
    assert sorted(seen) == [("first", event.subject), ("second", event.subject)]
    assert set(Job.objects.values_list("state", "event")) == {("done", event.id)}


@pytest.mark.django_db
def test_a_job_that_is_not_due_waits(runs: Runs):
    runs["first"] = lambda subject: None
    plan(due_at=clock.now() + timedelta(hours=1))
    assert run_due() == 0
    with clock.told_at(clock.now() + timedelta(hours=1, seconds=1)):
        assert run_due() == 1


@pytest.mark.django_db
def test_a_failing_job_is_tried_again_later_and_later_and_ends_as_failed(runs: Runs):
    tried = []

    def fail(subject: UUID) -> None:
        tried.append(clock.now())
        happen()
        raise Refused("count.differs", "两种算法的计票对不上，先不出结果。请管理员查对以后再来。")

    runs["first"], runs["second"] = fail, lambda subject: None
    job = plan()
    start = clock.now()
    for hour in range(24):
        with clock.told_at(start + timedelta(hours=hour)):
            run_due()
    job.refresh_from_db()
    assert len(tried) == services.TRIES
    assert (job.state, job.attempts, job.last_error) == (Job.State.FAILED, services.TRIES, "count.differs")
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_failed_try_waits_longer_each_time(runs: Runs):
    runs["first"] = lambda subject: 1 / 0  # type: ignore[assignment]
    job = plan()
    waits = []
    for _ in range(4):
        with clock.told_at(job.due_at):
            assert run_due() == 1
            job.refresh_from_db()
            waits.append(job.due_at - clock.now())
    assert job.last_error == "ZeroDivisionError"
    assert waits == sorted(set(waits))
    assert waits[0] >= timedelta(seconds=5)


@pytest.mark.django_db
def test_one_failing_job_stops_no_other(runs: Runs):
    runs["first"] = lambda subject: 1 / 0  # type: ignore[assignment]
    runs["second"] = lambda subject: None
    plan("first", due_at=clock.now() - timedelta(hours=1))
    other = plan("second")
    assert run_due() == 2
    other.refresh_from_db()
    assert other.state == Job.State.DONE


def kill_the_worker(runs: Runs) -> None:
    """A worker dies while its job runs: nothing of it is settled."""

    def die(subject: UUID) -> None:
        raise KeyboardInterrupt

    runs["first"] = die
    with pytest.raises(KeyboardInterrupt):
        run_due()


@pytest.mark.django_db(transaction=False)
def test_the_job_of_a_killed_worker_is_taken_over_when_its_lease_has_passed(runs: Runs):
    job = plan()
    kill_the_worker(runs)
    seen: list[UUID] = []
    runs["first"] = seen.append
    assert run_due() == 0
    with clock.told_at(clock.now() + services.LEASE + timedelta(seconds=1)):
        assert run_due() == 1
    assert seen == [job.subject]


@pytest.mark.django_db
def test_a_job_that_kills_every_worker_ends_as_failed(runs: Runs):
    job = plan()
    start = clock.now()
    for hour in range(services.TRIES):
        with clock.told_at(start + timedelta(hours=hour)):
            kill_the_worker(runs)
    with clock.told_at(start + timedelta(hours=99)):
        assert run_due() == 0
    job.refresh_from_db()
    assert job.state == Job.State.FAILED


@pytest.mark.django_db
def test_who_has_lost_the_lease_does_not_run_the_job(runs: Runs):
    """The first of a batch takes so long that another worker has done the second meanwhile."""
    seen: list[UUID] = []
    second = plan("second", due_at=clock.now())

    def slow(subject: UUID) -> None:
        with clock.told_at(clock.now() + services.LEASE + timedelta(seconds=1)):
            runs["first"] = lambda subject: None
            run_due()

    runs["first"], runs["second"] = slow, seen.append
    plan("first", due_at=clock.now() - timedelta(seconds=1))
    run_due()
    assert seen == [second.subject]


@pytest.mark.django_db
def test_a_job_that_plans_itself_anew_stays_planned(runs: Runs):
    job = plan()
    later = clock.now() + timedelta(days=1)

    def again(subject: UUID) -> None:
        plan(subject=subject, due_at=later)

    runs["first"] = again
    run_due()
    job.refresh_from_db()
    assert (job.state, job.due_at, job.attempts) == (Job.State.WAITING, later, 0)


@pytest.mark.django_db
def test_planning_again_replaces_the_time(runs: Runs):
    runs["first"] = lambda subject: None
    job = plan(step="close")
    plan(subject=job.subject, step="decide")
    later = clock.now() + timedelta(days=1)
    plan(subject=job.subject, step="close", due_at=later)
    assert Job.objects.count() == 2
    assert run_due() == 1
    assert Job.objects.get(step="close").due_at == later


def test_two_workers_at_once_run_each_job_once(committed_db: str, runs: Runs):
    seen: list[UUID] = []
    both = Signal()

    def work(subject: UUID) -> None:
        both.wait(0.05)
        seen.append(subject)

    runs["first"] = work
    jobs = [plan() for _ in range(6)]
    counts = at_once(*(lambda: run_due(limit=3) for _ in range(4)))
    assert sum(counts) == 6  # type: ignore[arg-type]
    assert sorted(seen) == sorted(job.subject for job in jobs)


@pytest.mark.django_db
def test_what_is_told_afterwards_is_marked_as_claimed():
    seen = happen_alone()
    assert not seen.claimed
    told = clock.now() - timedelta(days=400)
    with clock.told_at(told):
        claimed = happen_alone()
    assert (claimed.claimed, claimed.at) == (True, told)
    claimed.refresh_from_db()
    assert claimed.recorded_at - seen.at < timedelta(hours=1)
    by_word = note("other", by=BY, subject_kind="thing", subject=new_id(), at=told)
    assert by_word.claimed
    assert not clock.is_told()


def happen_alone() -> Event:
    return note("nothing.follows", by=BY, subject_kind="thing", subject=new_id())


def test_a_story_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"), clock.told_at(clock.now().replace(tzinfo=None)):
        pass
