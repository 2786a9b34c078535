"""The pages of notices and of the review, as people use them, without script."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.files.services import store_picture
from linli.messaging.models import Appeal, Notice, NoticeObjection, Posting, Review
from linli.messaging.services import approve_text
from linli.record import clock
from tests import cast
from tests.journeys import papers
from tests.journeys.reading import Reader
from tests.messaging.worlds import World, doors

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def shot(of: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("door.jpg", papers.photo(of), content_type="image/jpeg")


def test_the_road_of_a_notice_from_writing_to_its_answer(world):
    """Written twice by a tired thumb, sent back, mended, reviewed, posted by the leader, objected to, answered."""
    clerk, secretary = Reader(cast.signed_in(world.clerk)), Reader(cast.signed_in(world.secretary))
    leader, neighbour = Reader(cast.signed_in(world.leader)), Reader(cast.signed_in(cast.neighbour(world.compound)))
    form = clerk.open("/notices/new").form()
    words: dict[str, Any] = {
        "title": "聚鑫园加装电梯协议公示", "text": "有事找林小梅，13812341234。", "place": str(world.compound.id),
        "issuer": str(world.issuer.id), "days": "14", "contact": "社区服务站", "pack": "cn.civil-code.278.special",
    }  # fmt: skip
    assert clerk.send(form, 400, **words).says("不能少于15天")
    for _ in range(2):
        page = clerk.send(form, **{**words, "days": "15"})
    notice = Notice.objects.get()
    here = f"/notices/{notice.id}"
    assert page.address == here
    assert page.says("内容还在审核")
    assert not neighbour.open("/notices").says(notice.title)

    assert secretary.open("/reviews").says(notice.title)
    review = f"/reviews/{notice.review_id}"
    assert secretary.open(review).says("138****1234")
    secretary.send(secretary.open(review).form("/return"), reason="incomplete", words="写清楚费用。")
    assert clerk.open(here).says("写清楚费用")
    clerk.send(clerk.open(f"{here}/revise").form(), text="每户约12,000元。有事找林小梅，13812341234。")
    secretary.send(secretary.open(review).form("/approve"), uncovered=["0"])
    shown = neighbour.open(here)
    assert shown.says("每户约12,000元。有事找林小梅，138****1234。")
    assert shown.says("从最后一处贴好的第二天起算")

    for posting in doors(notice):
        leader.send(leader.open(here).form(f"/postings/{posting.id}/up"))
    notice.refresh_from_db()
    assert notice.state == "running"
    assert neighbour.open(here).says("公示15天：")

    objecting = neighbour.open(f"{here}/object").form()
    for _ in range(2):
        neighbour.send(objecting, text="施工太吵，居委会不管！", named="no")
    said = NoticeObjection.objects.get()
    assert neighbour.open(here).says("收到1条意见，1条在审")
    assert not neighbour.open(here).says("太吵")
    secretary.send(secretary.open(f"/reviews/{said.review_id}").form("/approve"))
    assert neighbour.open(here).says("施工太吵，居委会不管！")
    clerk.send(clerk.open(f"/objections/{said.id}/answer").form(), text="中午不施工。")
    reply = Review.objects.get(of="reply")
    secretary.send(secretary.open(f"/reviews/{reply.id}").form("/approve"))
    assert neighbour.open(here).says("中午不施工。")


def test_an_author_appeals_and_the_committee_answers(world):
    notice = world.posted()
    author, supervisor = cast.neighbour(world.compound), cast.supervisor(world.community)
    neighbour, secretary = Reader(cast.signed_in(author)), Reader(cast.signed_in(world.secretary))
    committee = Reader(cast.signed_in(supervisor))
    neighbour.send(neighbour.open(f"/notices/{notice.id}/object").form(), text="书记办事太慢。", named="yes")
    here = f"/reviews/{Review.objects.get(of='objection').id}"
    secretary.send(secretary.open(here).form("/return"), reason="insult", words="语气重。")
    neighbour.send(neighbour.open(here).form("/appeal"), words="批评工作不是骂人。")
    assert committee.open("/").says("1件申诉等委员会答复")
    appeal = Appeal.objects.get()
    judging = committee.open(here).form("/decide")
    assert committee.client.post(judging.action, {"words": "应当公开。", "result": "overturned"}).status_code == 302
    appeal.refresh_from_db()
    assert appeal.state == "overturned"
    assert neighbour.open(f"/notices/{notice.id}").says("书记办事太慢。")


def test_a_photo_of_a_door_is_offered_and_seen_by_those_who_post(world):
    notice = world.approved()
    posting = doors(notice)[0]
    leader = cast.signed_in(world.leader)
    assert leader.post(f"/postings/{posting.id}/up", {"photo": shot("door")}).status_code == 302
    posting.refresh_from_db()
    assert posting.photo is not None
    assert leader.get(f"/postings/{posting.id}/photo").headers["Content-Type"] == "image/jpeg"
    for somebody in (cast.neighbour(world.compound), cast.outsider()):
        assert cast.signed_in(somebody).get(f"/postings/{posting.id}/photo").status_code in (403, 404)


def test_a_door_shows_how_the_paper_hung_and_how_it_was_taken_down_to_those_who_post(world):
    """Two photos, each under its own name; whoever only reads the notice is offered neither."""
    notice, posting = world.posted(), doors(Notice.objects.get())[0]
    leader, neighbour = cast.signed_in(world.leader), cast.signed_in(cast.neighbour(world.compound))
    Posting.objects.filter(id=posting.id).update(photo=store_picture(by=world.leader.by, upload=shot("hangs")))
    here, photo = f"/notices/{notice.id}", f"/postings/{posting.id}/photo"
    assert leader.get(f"{photo}?last").status_code == 404
    assert "?last" not in leader.get(here).content.decode()
    Notice.objects.filter(id=notice.id).update(state="ended", ends_at=clock.now() - timedelta(minutes=1))
    assert leader.post(f"/postings/{posting.id}/down", {"photo": shot("is down")}).status_code == 302
    page = leader.get(here).content.decode()
    assert f'href="{photo}">{posting.label}的照片' in page
    assert f'href="{photo}?last">{posting.label}撤下时的照片' in page
    hung, down = (leader.get(each).content for each in (photo, f"{photo}?last"))
    assert hung != down
    assert photo not in neighbour.get(here).content.decode()
    assert neighbour.get(f"{photo}?last").status_code == 403


def test_the_sheet_has_no_today_no_strike_and_an_empty_place_for_the_stamp(world):
    notice = world.posted()
    html = cast.signed_in(world.clerk).get(f"/notices/{notice.id}/sheet").content.decode()
    assert len(re.findall(r"<i[ >]", html)) == 0 or "data-today" not in html
    assert "data-past" not in html
    assert "data-today" not in html
    assert "今天是第" not in html
    assert "盖章处" in html
    assert "<svg" in html
    assert len(Notice.objects.get().postings.all()) == 3


def test_others_see_neither_the_queue_nor_a_notice_of_residents(world, client):
    notice = world.approved()
    neighbour, outsider = cast.neighbour(world.compound), cast.outsider()
    assert cast.signed_in(neighbour).get(f"/reviews/{notice.review_id}").status_code == 403
    assert cast.signed_in(outsider).get(f"/notices/{notice.id}").status_code == 403
    assert cast.signed_in(outsider).get(f"/reviews/{notice.review_id}").status_code == 404
    assert client.get(f"/notices/{notice.id}").status_code == 403
    assert client.get(f"/notices/{notice.id}/sheet").status_code == 403
    open_ = world.approved(circle="net", title="给所有人的公示")
    assert client.get(f"/notices/{open_.id}").status_code == 200
    assert client.get("/notices").status_code == 302
    assert settings.SESSION_COOKIE_NAME not in client.get(f"/notices/{open_.id}").cookies


def test_the_board_and_a_notice_ask_no_more_with_more_rows(world, django_assert_max_num_queries):
    for _ in range(2):
        world.posted()
    client = cast.signed_in(world.clerk)
    with django_assert_max_num_queries(30) as few:
        client.get("/notices")
    before = len(few.captured_queries)
    for _ in range(6):
        world.posted()
    with django_assert_max_num_queries(before):
        client.get("/notices")


def test_what_waits_is_on_the_first_page(world):
    notice = world.written()
    secretary, clerk = Reader(cast.signed_in(world.secretary)), Reader(cast.signed_in(world.clerk))
    assert secretary.open("/").says("1段要公开的话等您审")
    approve_text(review=notice.review, seen=notice.review.fingerprint, by=world.secretary.by)
    assert clerk.open("/").says("等着张贴")
    assert Posting.objects.filter(posted_at=None).count() == 3


def test_a_resident_reads_what_they_wrote_and_of_no_queue(world):
    own = Reader(cast.signed_in(cast.neighbour(world.compound))).open("/reviews")
    assert own.says("您还没有写过")
    assert not own.says("先审后发")
    assert Reader(cast.signed_in(world.secretary)).open("/reviews").says("先审后发")


def test_only_rules_of_this_place_are_offered(world):
    world.community.area_code = "120103000000"
    world.community.save()
    page = Reader(cast.signed_in(world.secretary)).open("/notices/new")
    assert page.says("天津市既有住宅加装电梯")
    assert not page.says("成都")
