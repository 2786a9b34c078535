"""The demo's story against the article, and told once."""

import re

import pytest
from django.db import transaction
from django.test import Client

from linli.community.models import Person
from linli.community.queries import read_registers
from linli.demo import ground, registers, story
from linli.matters.models import Matter
from linli.record.models import Event, Job
from linli.voting.models import Result, Seat, SlipPhoto, Voice


@pytest.fixture(scope="module", autouse=True)
def told(django_db_setup, django_db_blocker):
    """The story, told once for all that is asked of it here."""
    with django_db_blocker.unblock(), transaction.atomic():
        story.tell()
        yield
        transaction.set_rollback(True)


def test_the_story_is_the_articles_and_is_told_once():
    events = Event.objects.count()
    story.tell()
    assert Event.objects.count() == events

    lift = Matter.objects.get(title="给聚鑫园加装一部电梯")
    assert lift.state == Matter.State.DECIDED
    assert (lift.raised_at.year, lift.raised_at.month) == (2023, 6)
    assert lift.drive is not None
    seats = Seat.objects.filter(electorate=lift.drive.electorate_id)
    assert (seats.count(), seats.filter(occupied=True).count()) == (54, 48)
    assert seats.filter(occupied=True, voice__choice=Voice.Choice.YES).count() == 48
    assert SlipPhoto.objects.filter(stack__drive=lift.drive).count() == 48
    results = Result.objects.filter(drive=lift.drive)
    assert [result.state for result in results] == ["passed"] * 3
    assert not Event.objects.filter(claimed=False).exclude(name__startswith="sign-in").exists()
    assert not Job.objects.filter(subject=lift.drive.id).exclude(state=Job.State.DONE).exists()
    assert Matter.objects.filter(state=Matter.State.ASKING).count() == 2


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
