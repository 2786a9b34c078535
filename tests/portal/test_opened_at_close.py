"""What the close of a drive opens to its readers: counts per unit and the reasons of late slips, and nothing else."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from linli.cli import main
from linli.matters.services import put_to_owners, raise_matter
from linli.portal.queries import check_of, proof_of_thread
from linli.record import clock
from linli.record.models import Event, Log, Unsealed
from linli.record.queries import log_lines
from linli.record.sealing import seal_due
from linli.record.services import run_due
from linli.voting.models import Voice
from linli.voting.services import Slip, enter_slips, hold_slips, judge_late_slip, start_stack
from tests.houses import LIFT, UNANIMOUS, House, build, person_of, seats_of, slips, somebody, stack_of

pytestmark = pytest.mark.django_db


def closed_by_its_job(house: House, pack: str) -> Event:
    """Two units of two homes; three agree, one does not; a slip came late and was sent back. The worker closes it."""
    matter = raise_matter(
        place=house.building, title="给聚鑫园加装电梯", words="48级露天台阶。", pack_id=pack,
        convener=house.committee, decider="每个单元的业主", by=house.secretary,
    )  # fmt: skip
    drive = put_to_owners(
        matter=matter, closes_at=clock.now() + timedelta(days=7), collectors=[person_of(house.leader)],
        clerks=[person_of(house.clerk)], by=house.secretary,
    )  # fmt: skip
    seats = seats_of(drive)
    enter_slips(stack=stack_of(house, drive), slips=slips(seats[:3]), by=house.clerk)
    enter_slips(stack=stack_of(house, drive), slips=slips(seats[3:], "no"), by=house.clerk)
    with clock.told_at(drive.closes_at + timedelta(hours=1)):
        run_due()
        stack = start_stack(
            drive=drive, collector=person_of(house.leader), witness="", collected_on=None, by=house.clerk
        )
        (late,) = hold_slips(stack=stack, slips=[Slip(seats[3].id, "yes", 1)], by=house.clerk)
        judge_late_slip(slip=late, admit=False, reason="看不出哪天填的", by=house.clerk)
    with clock.told_at(drive.gathers_until):
        run_due()
    return Event.objects.get(name="drive.decided", subject=drive.id)


def test_counts_per_unit_and_late_reasons_are_opened_and_nothing_else(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    settings.WITNESS_FOLDER = tmp_path / "witness"
    house = build(rule="2个单元，3–4层，每层1户")
    decided = closed_by_its_job(house, LIFT)
    yes = Counter(str(voice.seat.scope) for voice in Voice.objects.filter(choice="yes"))
    assert "counts" not in decided.public
    Unsealed.objects.update(due_at=Now())
    while seal_due():
        pass
    assert decided.thread is not None
    file = proof_of_thread(check_of(decided.thread, somebody(house.community)))
    (tmp_path / "proof.json").write_text(json.dumps(file))
    assert main(["verify", str(tmp_path / "proof.json")]) == 0
    assert json.loads(capsys.readouterr().out)["opened"] == 5
    entries = [json.loads(row["entry"]) for row in file["entries"]]
    assert "quiet" not in {entry["name"] for entry in entries}
    opened = {each["field"]: each["value"] for row in file["entries"] for each in row["opened"]}
    assert set(opened) == {"title", "words", "question", "counts", "late_slips"}
    assert json.loads(opened["counts"]) == {name: {"yes": count, "of": 2} for name, count in yes.items()}
    assert json.loads(opened["late_slips"]) == {
        "admitted": 0, "refused": 1, "unjudged": 0, "reasons": ["看不出哪天填的"],
    }  # fmt: skip
    stranger = proof_of_thread(check_of(decided.thread, None))
    assert [row["opened"] for row in stranger["entries"]] == [[]] * len(entries)
    whole = b"".join(log_lines(Log.objects.get(community=house.community.id))).decode()
    seats = [voice.seat for voice in Voice.objects.select_related("seat")]
    for hidden in (
        *(str(seat.id) for seat in seats),
        *(seat.short for seat in seats),
        "看不出哪天填的",
        '"no"',
        '"yes"',
    ):
        assert hidden not in whole
    quiet = [json.loads(line) for line in whole.splitlines() if '"name":"quiet"' in line]
    assert len(quiet) > 4
    assert {(*entry["public"], *entry["commitments"]) for entry in quiet} == {("what",)}


def test_where_all_must_agree_and_did_not_no_count_is_opened():
    house = build(rule="2个单元，3–4层，每层1户")
    decided = closed_by_its_job(house, UNANIMOUS)
    assert (set(decided.commitments), "counts" in decided.public) == ({"late_slips"}, False)
