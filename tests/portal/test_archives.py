"""台账: one button, one ZIP; masked unless a head of the office says why; kept for some days; each taking is logged."""

import io
import zipfile
from datetime import date, timedelta

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader

from linli.community.services import add_person
from linli.files.models import File
from linli.files.services import store_pictures
from linli.files.vault import open_vault
from linli.matters.services import raise_matter, take_stamped_result
from linli.portal.models import Archive
from linli.portal.services import KEPT, order_archive
from linli.record import clock
from linli.record.models import Event
from linli.record.services import run_due
from linli.rules.errors import Forbidden, Refused
from linli.voting.models import Stack
from linli.voting.services import attach_photos
from linli.web import dossier
from tests import cast
from tests.journeys import papers as shots
from tests.matters.test_printing import World, photo
from tests.web.blanks import rows_of

pytestmark = pytest.mark.django_db

CALL = "13812345678"
#: People who are called like a street, like a word, and by a name within another's.
CALLED = ("桃园", "安全", "王芳", "高")
NAMES = "桃园街道的电梯安全由王芳负责，高层的住户请到一单元402。"


@pytest.fixture
def world() -> World:
    """The decided matter with two photos of slips and a stamped result, and one just raised whose text has a phone."""
    world = World()
    uploads = [SimpleUploadedFile(f"{n}.jpg", shots.photo(f"slip {n}")) for n in range(2)]
    files = store_pictures(by=world.clerk.by, uploads=uploads)
    attach_photos(stack=Stack.objects.get(), files=files, by=world.clerk.by)
    world.decide()
    take_stamped_result(matter=world.matter, photo=photo("stamp"), by=world.secretary.by)
    for name in CALLED:
        add_person(community=world.community, name=name, by=cast.system(world.community))
    raise_matter(
        place=world.compound,
        title="=修一修/坡道",
        words=f"请打{CALL}找老李，身份证11010519491231002X。{NAMES}",
        pack_id="cn.civil-code.278.special",
        convener=world.matter.convener,
        decider="全体业主",
        by=world.secretary.by,
    )
    return world


def ordered(world: World, **more: object) -> Archive:
    today = clock.today()
    values: dict[str, object] = {
        "community": world.community,
        "theme": "deliberation",
        "since": date(today.year, 1, 1),
        "until": today,
        "by": world.clerk.by,
    }
    archive = order_archive(**(values | more))  # type: ignore[arg-type]
    run_due()
    archive.refresh_from_db()
    return archive


def taken(world: World, archive: Archive, by: cast.Member | None = None) -> zipfile.ZipFile:
    answer = cast.signed_in(by or world.clerk).get(f"/papers/archives/{archive.id}.zip")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def words_in(archive: zipfile.ZipFile) -> str:
    """All words of all papers in an archive."""
    found = []
    for name in archive.namelist():
        content = archive.read(name)
        if name.endswith(".pdf"):
            found += [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        elif name.endswith(".docx"):
            found += [part.text or "" for part in docx.Document(io.BytesIO(content)).element.body.iter()]
        elif name.endswith(".xlsx"):
            found += [str(cell) for row in rows_of(content) for cell in row]
    return "\n".join(found)


def test_an_archive_has_contents_summary_and_a_numbered_folder_for_each_affair(world: World):
    archive = ordered(world)
    assert (archive.state, archive.entries) == ("ready", 2)
    made = taken(world, archive)
    assert made.testzip() is None
    names = made.namelist()
    first = "001 给聚鑫园加装一部电梯"
    assert {"contents.docx", "contents.pdf", "summary.xlsx"} < set(names)
    assert f"{first}/02 给聚鑫园加装一部电梯：表态结果.pdf" in names
    assert f"{first}/02 给聚鑫园加装一部电梯：表态结果.docx" in names
    assert [name for name in names if name.startswith("002 =修一修 坡道/")]
    heads, lift, ramp = rows_of(made.read("summary.xlsx"))
    assert dict(zip(heads, lift, strict=True)) | {
        "总户数": 54,
        "同意户数": 48,
        "结论": "已达到法定比例，48户同意。",
    } == dict(zip(heads, lift, strict=True))
    assert ramp[1] == "=修一修/坡道"
    sheet = openpyxl.load_workbook(io.BytesIO(made.read("summary.xlsx"))).active
    assert sheet is not None
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    assert kinds == {"s"}, "a title that begins with = is words to every program, and no formula"


def test_a_masked_archive_has_no_slip_no_door_no_phone_and_no_identity_number(world: World):
    made = taken(world, ordered(world))
    assert [name for name in made.namelist() if name.endswith(".jpg")] == [
        "001 给聚鑫园加装一部电梯/照片/001 盖章的表态结果.jpg"
    ]
    words = words_in(made)
    assert NAMES.replace("王芳", "王*").replace("402", "***") in words.replace("\n", "")
    assert "王芳" not in words
    assert "138****5678" in words
    assert CALL not in words
    assert "11010519491231002X" not in words
    for unit in "一二三":
        assert f"{unit}单元301" not in words.replace(" ", "")
    assert "业主1301" not in words


def test_with_personal_data_only_a_head_of_the_office_who_says_why_and_only_for_them(world: World):
    with pytest.raises(Forbidden):
        ordered(world, masked=False, reason="区里审计要核对")
    with pytest.raises(Refused) as refused:
        ordered(world, masked=False, by=world.secretary.by)
    assert refused.value.code == "archive.no-reason"
    archive = ordered(world, masked=False, reason="区里审计要核对", by=world.secretary.by)
    made = taken(world, archive, by=world.secretary)
    assert sum(name.endswith(".jpg") for name in made.namelist()) == 3
    assert CALL in words_in(made)
    assert "王芳" in words_in(made)
    assert cast.signed_in(world.clerk).get(f"/papers/archives/{archive.id}.zip").status_code == 403
    events = Event.objects.filter(subject=archive.id).order_by("id")
    assert [event.name for event in events] == ["archive.ordered", "archive.made", "archive.taken"]
    assert events[0].internal["masked"] is False


def test_an_archive_goes_after_its_days_and_its_content_with_it(world: World, django_capture_on_commit_callbacks):
    archive = ordered(world)
    assert archive.file is not None
    path = open_vault().path_of(archive.file.sha256)
    assert path.exists()
    with clock.told_at(clock.now() + KEPT + timedelta(minutes=1)), django_capture_on_commit_callbacks(execute=True):
        run_due()
    archive.refresh_from_db()
    assert (archive.state, archive.file) == ("gone", None)
    assert not path.exists()
    assert not File.objects.filter(media_type="application/zip").exists()
    assert cast.signed_in(world.clerk).get(f"/papers/archives/{archive.id}.zip").status_code == 404


def test_what_is_outside_the_period_stays_outside(world: World):
    before = clock.today() - timedelta(days=400)
    archive = ordered(world, since=before - timedelta(days=30), until=before)
    assert archive.entries == 0
    assert rows_of(taken(world, archive).read("summary.xlsx"))[1:] == []


def test_a_period_that_is_none_and_a_theme_that_is_none_are_refused(world: World):
    today = clock.today()
    for wrong in ({"since": today, "until": today - timedelta(days=1)}, {"until": today + timedelta(days=1)}):
        with pytest.raises(Refused) as refused:
            ordered(world, **wrong)
        assert refused.value.code == "archive.period"
    with pytest.raises(Refused) as refused:
        ordered(world, theme="everything")
    assert refused.value.code == "archive.no-theme"


def test_too_many_photos_are_said_on_the_archives_line_and_nothing_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dossier, "MOST_BYTES", 100)
    archive = ordered(world)
    assert (archive.state, archive.file) == ("refused", None)
    assert "请把时间分成几段" in cast.signed_in(world.clerk).get("/papers").content.decode()


def test_an_archive_is_ordered_once_on_the_page_and_by_the_office_alone(world: World):
    client = cast.signed_in(world.clerk)
    form = {
        "theme": "deliberation",
        "since": "2023-01-01",
        "until": clock.today().isoformat(),
        "masked": "yes",
        "once": "a",
    }
    for _ in range(2):
        assert client.post("/papers/archives", form).status_code == 302
    assert Archive.objects.count() == 1
    assert cast.signed_in(world.resident).post("/papers/archives", form | {"once": "b"}).status_code == 403
    assert client.post("/papers/archives", form | {"masked": "no", "reason": "x", "once": "c"}).status_code in (
        400,
        403,
    )
    assert Archive.objects.count() == 1


def test_another_communitys_archive_is_not_there(world: World):
    archive = ordered(world)
    other = cast.clerk(cast.community("红星里社区"), "孙一平")
    assert cast.signed_in(other).get(f"/papers/archives/{archive.id}.zip").status_code == 404
