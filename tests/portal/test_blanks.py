"""套表 in the office: its own blank taken in, what it lacks named, filled from each source."""

import io
from uuid import UUID

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.files.models import File
from linli.portal.models import PaperBlank
from linli.portal.services import add_blank, fill_paper, retire_blank
from linli.portal.sources import SOURCES
from linli.record.models import Event
from linli.rules.errors import Forbidden, Refused
from tests import cast
from tests.matters.test_printing import World
from tests.web.blanks import docx_of, rows_of, words_of, xlsx_of

pytestmark = pytest.mark.django_db

NAMES = ["{{" + name + "}}" for name in ("序号", "单元", "房号", "面积", "业主")]

UNITS = ("{{单元}}", "{{单元同意户数}}", "{{单元总户数}}")


@pytest.fixture
def world() -> World:
    return World()


def upload(data: bytes, name: str = "空表.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def added(world: World, data: bytes, source: str, title: str = "申请表") -> PaperBlank:
    by = world.clerk.by
    return add_blank(community=world.community, title=title, source=source, upload=upload(data), by=by)


def test_a_clerk_puts_a_blank_in_sees_what_it_lacks_and_takes_it_filled(world: World):
    client = cast.signed_in(world.clerk)
    data = xlsx_of(["{{小区}}房屋名册", "{{电话}}"], NAMES)
    posted = {"title": "房屋名册", "source": "register", "upload": upload(data, "名册.xlsx"), "once": "a"}
    answer = client.post("/papers/blanks", posted)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    page = client.get(address).content.decode()
    assert "没有数据的字段：电话" in page
    shown = client.get(f"{address}?of={world.compound.id}").content.decode()
    assert "聚鑫园" in shown
    assert "填54行，其中0行没有" in shown
    filled = client.post(f"{address}/fill", {"of": str(world.compound.id)})
    rows = rows_of(filled.content)
    assert rows[0] == ["聚鑫园房屋名册", None, None, None, None]
    assert len(rows) == 55
    assert [row[0] for row in rows[1:]] == list(range(1, 55))
    assert rows[1][2:] == ["301", 62.48, "业主1301"]
    assert Event.objects.get(name="blank.filled").internal["lines"] == 54


def test_the_same_blank_sent_twice_is_taken_once(world: World):
    client = cast.signed_in(world.clerk)
    for _ in range(2):
        posted = {"title": "甲", "source": "matters", "upload": upload(docx_of("{{件数}}")), "once": "same"}
        assert client.post("/papers/blanks", posted).status_code == 302
    assert PaperBlank.objects.count() == 1


def test_each_source_fills_every_field_that_it_names(world: World):
    """Whatever a source says it has is there, in record or rows, and nothing else."""
    world.decide()
    by = world.secretary.by
    for key, source in SOURCES.items():
        (subject, _name), *_ = source.choices(by)
        filling = source.read(by, UUID(subject))
        assert set(filling.record) == set(source.record_fields), key
        assert filling.rows, key
        assert all(set(row) == set(source.row_fields) for row in filling.rows), key


def test_the_result_is_filled_unit_by_unit_and_names_no_door(world: World):
    world.decide()
    blank = added(
        world,
        docx_of(
            "{{编号}} {{结论}}", table=[("单元", "同意", "共"), ("{{单元}}", "{{单元同意户数}}", "{{单元总户数}}")]
        ),
        "result",
    )
    made = fill_paper(blank=blank, subject=world.matter.id, by=world.clerk.by)
    assert docx.Document(io.BytesIO(made)).paragraphs[0].text == f"{world.matter.number} 已达到法定比例，48户同意。"
    assert words_of(made)[1:] == [["一单元", "16", "18"], ["二单元", "17", "18"], ["三单元", "15", "18"]]


def test_a_result_cannot_be_filled_before_it_is(world: World):
    blank = added(world, docx_of("{{结论}}"), "result")
    with pytest.raises(Refused) as refused:
        fill_paper(blank=blank, subject=world.matter.id, by=world.clerk.by)
    assert refused.value.code == "blank.no-result"


def test_a_hostile_blank_is_refused_on_its_form_and_nothing_is_kept(world: World):
    client = cast.signed_in(world.clerk)
    files = File.objects.count()
    posted = {"title": "甲", "source": "matters", "upload": upload(docx_of("{% for x in y %}{{件数}}")), "once": "b"}
    answer = client.post("/papers/blanks", posted)
    assert answer.status_code == 400
    assert "不能写 {% … %} 这样的命令" in answer.content.decode()
    assert (PaperBlank.objects.count(), File.objects.count()) == (0, files)


def test_a_retired_blank_is_filled_no_more(world: World):
    blank = added(world, docx_of("{{件数}}"), "matters")
    retire_blank(blank=blank, by=world.clerk.by)
    retire_blank(blank=blank, by=world.clerk.by)
    blank.refresh_from_db()
    with pytest.raises(Refused) as refused:
        fill_paper(blank=blank, subject=world.community.id, by=world.clerk.by)
    assert refused.value.code == "blank.retired"
    assert Event.objects.filter(name="blank.retired").count() == 1


def test_blanks_are_the_offices_and_of_one_community(world: World):
    blank = added(world, docx_of("{{件数}}"), "matters")
    for member in (world.resident, world.collector):
        client = cast.signed_in(member)
        assert client.get("/papers").status_code == 403
        assert client.get(f"/papers/blanks/{blank.id}").status_code == 403
        with pytest.raises(Forbidden):
            fill_paper(blank=blank, subject=world.community.id, by=member.by)
    other = cast.clerk(cast.community("红星里社区"), "孙一平")
    assert cast.signed_in(other).get(f"/papers/blanks/{blank.id}").status_code == 404
    posted = {"of": str(world.compound.id)}
    assert cast.signed_in(other).post(f"/papers/blanks/{blank.id}/fill", posted).status_code == 404


def test_no_source_reads_another_community(world: World):
    world.decide()
    other = cast.clerk(cast.community("红星里社区"), "孙一平").by
    subjects = {
        "register": world.compound.id,
        "matters": world.community.id,
        "result": world.matter.id,
        "slips": world.matter.id,
    }
    for key, source in SOURCES.items():
        assert not {str(subject) for subject in subjects.values()} & {choice for choice, _ in source.choices(other)}
        with pytest.raises(Exception, match=r"does not exist|只给本社区"):
            source.read(other, subjects[key])
