"""The demo's story against the article, and told once."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from linli.community.models import Person
from linli.community.queries import read_registers
from linli.demo import ground, registers, story
from linli.matters.models import Matter
from linli.messaging.models import Notice
from linli.record.models import Event, Job
from linli.record.sealing import seal_due
from linli.rules.errors import Refused
from linli.rules.logbook import verify_proof
from linli.voting.models import Drive, Intention, Result, Seat, SlipPhoto, Voice

#: From the first word to the last notice taken down, in the log's words.
ROAD = (
    "matter.raised", "matter.put", "drive.opened", "drive.decided", "matter.announced",
    "notice.written", "notice.posted", "notice.counted", "notice.ended", "notice.taken-down",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def told(django_db_setup, django_db_blocker):
    """The story, told once for all that is asked of it here."""
    with django_db_blocker.unblock(), transaction.atomic():
        story.tell()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def left_as_told(told):
    """What a test adds to the story is taken back: they may come in any order."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def the_lift() -> Matter:
    return Matter.objects.get(title="给聚鑫园加装一部电梯")


def drive_of(matter: Matter) -> Drive:
    assert matter.drive is not None
    return matter.drive


def test_the_story_is_the_articles_and_is_told_once():
    events = Event.objects.count()
    story.tell()
    assert Event.objects.count() == events

    lift = the_lift()
    assert lift.state == Matter.State.DECIDED
    assert (lift.raised_at.year, lift.raised_at.month) == (2023, 6)
    seats = Seat.objects.filter(electorate=drive_of(lift).electorate_id)
    assert (seats.count(), seats.filter(occupied=True).count()) == (54, 48)
    assert seats.filter(occupied=True, voice__choice=Voice.Choice.YES).count() == 48
    results = Result.objects.filter(drive=lift.drive)
    assert [result.state for result in results] == ["passed"] * 3
    assert not Event.objects.filter(claimed=False).exclude(name__startswith="sign-in").exists()
    assert not Job.objects.filter(subject=drive_of(lift).id).exclude(state=Job.State.DONE).exists()
    assert Matter.objects.filter(state=Matter.State.ASKING).count() == 2


def test_homes_answer_by_phone_and_on_paper_and_what_the_chat_says_moves_no_count():
    drive = drive_of(the_lift())
    words = Voice.objects.filter(drive=drive)
    assert Counter(words.values_list("channel", flat=True)) == {"phone": 9, "paper": 39}
    assert SlipPhoto.objects.filter(stack__drive=drive).count() == 39
    for word in words.filter(channel="phone").select_related("author"):
        assert word.author is not None
        assert word.author in word.seat.entitled.all()
        assert word.typed_name == word.author.name
    in_chat = dict(Intention.objects.filter(drive=drive).values_list("seat__short", "stand"))
    assert in_chat == {
        "1-303": "yes", "1-401": "yes", "2-402": "undecided", "2-602": "yes", "3-301": "no", "3-702": "yes"
    }  # fmt: skip
    (waits,) = drive.chain_lines.all()
    assert waits.seat is None
    assert drive.chain_pastes.count() == 1
    pasted = Event.objects.get(name="chain.pasted", subject=drive.id)
    given = Event.objects.filter(thread=drive.thread, name__in=["voice.given", "slips.entered"])
    assert given.count() == 9 + 4
    assert pasted.at < given.earliest("at").at
    # The empty home that agrees in the chat gave no word, and the ones that did not agree there signed that they do:
    # the tally of every unit is what was signed, 16 of 18.
    said = dict(Seat.objects.filter(electorate=drive.electorate_id).values_list("short", "voice__choice"))
    assert (said["1-303"], said["2-402"], said["3-301"]) == (None, "yes", "yes")
    assert Counter(door[0] for door, choice in said.items() if choice == "yes") == {"1": 16, "2": 16, "3": 16}


def test_the_result_hung_at_every_door_under_the_matters_number_and_its_proof_holds(settings: Settings, tmp_path: Path):
    settings.WITNESS_FOLDER = tmp_path
    lift = the_lift()
    notice = Notice.objects.get(about=lift.id)
    assert (notice.number, notice.thread_id, notice.state) == (lift.number, lift.thread_id, Notice.State.DOWN)
    assert notice.review.is_public
    assert "48户同意" in notice.review.shown
    assert [posting.label for posting in notice.postings.order_by("position")] == ["一单元", "二单元", "三单元"]
    assert not notice.postings.filter(posted_at=None).exists()
    while seal_due():
        pass
    # Anybody takes the file home, and checks it by the rules alone.
    proof = json.loads(Client().get(f"/check/{lift.thread_id}/proof").content)
    assert verify_proof(proof).entries == len(proof["entries"])
    assert proof["promises"] == []
    steps = Counter(json.loads(row["entry"])["name"] for row in proof["entries"])
    assert [steps[name] for name in ROAD] == [1, 1, 1, 1, 1, 1, 3, 1, 1, 3]
    assert steps["voice.given"] == steps["chain.pasted"] == 0, "who spoke when is nobody's"
    proof["entries"][0]["entry"] = proof["entries"][0]["entry"].replace("2023-06", "2023-07")
    with pytest.raises(Refused, match="不在签过名的记录里"):
        verify_proof(proof)
    assert "没有改过" in Client().get(f"/check/{lift.thread_id}").content.decode()


def test_juxinyuan_comes_from_two_messy_workbooks_that_complete_one_another():
    files = [
        (registers.households_workbook("户籍", ground.JUXINYUAN, start=0), "户籍.xlsx"),
        (registers.ownership_workbook("产权", ground.JUXINYUAN, start=0), "产权.xlsx"),
    ]
    alone = [read_registers([file]).counts for file in files]
    # 54 homes in both; who lives there only in the first, who owns only in the second.
    assert [(counts["dwellings"], counts["occupied"]) for counts in alone] == [(54, 48), (54, 0)]
    both = read_registers(files)
    assert (both.counts["dwellings"], both.counts["occupied"], both.errors) == (54, 48, ())
    # One owner a home, two of them have two; every third home a member more, where somebody lives.
    assert both.counts["owners"] == 56
    assert all(row.area and row.owners for row in both.rows)
    assert "身份证号" in both.left_out


def test_nobody_of_the_article_acts_in_it():
    named = {"王菊", "张秀荣", "何庆功", "罗华", "惠如修", "康丹", "唐冠强", "黄少敏", "周小秋", "陆悦仪"}
    assert not Person.objects.filter(name__in=named).exists()


def test_each_persona_comes_in_by_a_link_of_its_own():
    first, second = story.links(), story.links()
    assert len(first) == 7
    assert {link for _, link in first}.isdisjoint(link for _, link in second)
    for _, link in first + second:
        assert Client().post("/s/" + link.rsplit("/", 1)[-1]).status_code == 302
    # The last is the officer of the street: 54 + 36 homes, 8 of them empty; 36 and one; 48 and twelve; 8 in all.
    browser = Client()
    browser.post("/s/" + story.links()[-1][1].rsplit("/", 1)[-1])
    page = browser.get("/", follow=True)
    assert page.redirect_chain[-1][0] == "/figures"
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in page.content.decode().split("<tr>")[2:]]
    assert [row[:6] for row in rows] == [
        ["广顺园社区", "90", "不显示", "3", "2", "1"],
        ["望河社区（示例）", "36", "不显示", "0", "0", "0"],
        ["槐荫里社区（示例）", "48", "36", "2", "0", "0"],
        ["渡口社区（示例）", "不足10", "不显示", "0", "0", "0"],
        ["合计", "174", "36", "5", "2", "1"],
    ]
