"""What is not kept for ever goes when its time is over, and only then; the page for operators lists every kind."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps

from linli import flows
from linli.accounts.models import Session, SignInLink
from linli.accounts.services import make_sign_in_link, open_account
from linli.community.models import RegisterDraft
from linli.record import clock, services
from linli.record.acting import Acting
from linli.record.ids import new_id
from linli.record.models import NOBODY, Answer, Event, Job
from linli.record.services import answer_once, plan_job, plan_standing, run_due, sweep_old_rows
from tests import cast

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=clock.SHANGHAI)


def left(days: float) -> dict[str, int]:
    """How many rows of each kind are left when it is swept so many days later."""
    with clock.told_at(NOW + timedelta(days=days)):
        sweep_old_rows()
    models = (Answer, RegisterDraft, SignInLink, Session)
    counts = {model.__name__: model._default_manager.count() for model in models}
    return counts | {
        state: Job.objects.filter(kind="x", state=state).count() for state in ("done", "failed", "waiting")
    }


def test_each_thing_goes_when_its_time_is_over() -> None:
    with clock.told_at(NOW):
        compound = cast.compound(cast.community())
        clerk = cast.clerk(cast.community())
        cast.read_in(compound, cast.register((1, "401", "62.48", "李桂珍", "是", "李桂珍")), clerk.by)
        make_sign_in_link(
            account=open_account(person=clerk.person, by=cast.system(cast.community())),
            by=Acting.system(None),
        )
        answer_once("key", {}, by=clerk.by, write=new_id)
        for state in ("done", "failed", "waiting"):
            plan_job("x", subject=new_id(), due_at=NOW, community=None)
            Job.objects.filter(kind="x", state="waiting").update(state=state)
        Session.objects.create(session_key="k", session_data="", expire_date=NOW + timedelta(days=2))
    everything = {"Answer": 1, "RegisterDraft": 1, "SignInLink": 1, "Session": 1, "done": 1, "failed": 1, "waiting": 1}
    assert left(0.9) == everything
    assert left(1.1) == everything | {"RegisterDraft": 0}
    assert left(2.1) == everything | {"RegisterDraft": 0, "Session": 0}
    assert left(29.9) == everything | {"RegisterDraft": 0, "Session": 0}
    assert left(30.5) == everything | {"RegisterDraft": 0, "Session": 0, "done": 0}
    assert left(31.1) == everything | {"RegisterDraft": 0, "Session": 0, "done": 0, "SignInLink": 0}
    gone = dict.fromkeys(everything, 0) | {"failed": 1, "waiting": 1}
    assert left(91) == gone
    told = [event.internal for event in Event.objects.filter(name="retention.swept").order_by("at")]
    assert told[0] == {"community.RegisterDraft": 1}
    assert sum(count for each in told for count in each.values()) == 5


def test_it_is_swept_every_night_without_anybody_s_asking() -> None:
    with clock.told_at(NOW):
        plan_standing()
        plan_standing()
        assert Job.objects.filter(kind="retention.sweep").count() == 1
        assert run_due() == 1
        (job,) = Job.objects.filter(kind="retention.sweep")
        assert (job.state, job.due_at) == ("waiting", datetime(2026, 3, 3, 3, 30, tzinfo=clock.SHANGHAI))
        plan_standing()
        job.refresh_from_db()
        assert job.due_at > NOW, "a start in between does not hurry it"
        Job.objects.update(state="failed")
        plan_standing()
        assert Job.objects.get(kind="retention.sweep", subject=NOBODY).state == "waiting"


def test_many_are_swept_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SWEPT_AT_ONCE", 3)
    monkeypatch.setattr(services, "SWEPT_A_NIGHT", 6)
    Answer.objects.bulk_create(Answer(actor=new_id(), key=f"{n}", fingerprint="", at=NOW) for n in range(8))
    with clock.told_at(NOW + timedelta(days=100)):
        sweep_old_rows()
        assert Answer.objects.count() == 2, "the rest the next night"
        sweep_old_rows()
    assert Answer.objects.count() == 0


def test_the_operators_page_lists_every_kind_with_its_days() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text("utf-8")
    told = {
        row[0].split("`")[1]: row[1] for row in re.findall(r"^\| (`\w+\.\w+`[^|]*) \| ([^|]*) \|", page, re.MULTILINE)
    }
    assert told.keys() == {kept.rows for kept in flows.RETENTION}
    for kept in flows.RETENTION:
        days = kept.time.days
        assert told[kept.rows].startswith(f"{days} day" if days else "when it expires"), kept.rows
        # Refused where there is no such column, of the rows or of what they hang on.
        apps.get_model(kept.rows)._default_manager.order_by(kept.since)
