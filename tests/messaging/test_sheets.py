"""A notice on paper: file, pictures and page say what was approved; the stamped photo becomes the official version."""

import io
import re

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader

from linli.files.models import StampedPaper
from linli.messaging.services import take_stamped_notice
from linli.rules.errors import Forbidden, Refused
from tests import cast
from tests.journeys import papers
from tests.messaging.worlds import TEXT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def photo(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.jpg", papers.photo(name))


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


def test_a_neighbour_takes_the_notice_away_in_every_form_in_the_same_words(world):
    notice = world.posted()
    browser, here = cast.signed_in(cast.neighbour(world.compound)), f"/notices/{notice.id}/sheet"
    made = PdfReader(io.BytesIO(browser.get(f"{here}.pdf").content))
    assert len(made.pages) == 1, "it hangs as one sheet"
    written = docx.Document(io.BytesIO(browser.get(f"{here}.docx").content))
    page = re.sub(r"<[^>]+>", "", browser.get(here).content.decode())
    in_word = "".join(part.text or "" for part in written.element.body.iter() if part.tag.endswith("}t"))
    for form in (made.pages[0].extract_text(), in_word, page):
        for words in (TEXT, notice.number, notice.issuer.name, notice.contact, "盖章处", "扫码看它改没改过，也看全文"):
            if words != "盖章处" or form is not in_word:
                assert squeezed(words) in squeezed(form), words
    shown = re.findall(r'src="([^"]+\.png)"', browser.get(f"{here}/pictures").content.decode())
    for address in shown:
        with Image.open(io.BytesIO(browser.get(address).content)) as drawn:
            assert drawn.size == (1080, 1440)
    assert shown
    assert browser.get(f"{here}/{len(shown) + 1}.png").status_code == 404


def test_nothing_goes_on_paper_before_it_is_approved_nor_to_another_community(world):
    waiting, hangs = world.written(), world.posted(title="停水公示")
    clerk, outsider = cast.signed_in(world.clerk), cast.signed_in(cast.outsider())
    for end in ("", ".pdf", ".docx", "/pictures", "/1.png"):
        assert clerk.get(f"/notices/{waiting.id}/sheet{end}").status_code == 404
        assert outsider.get(f"/notices/{hangs.id}/sheet{end}").status_code == 403
    with pytest.raises(Refused) as refused:
        take_stamped_notice(notice=waiting, photo=photo("1"), by=world.clerk.by)
    assert refused.value.code == "stamped.not-approved"


def test_the_photo_of_the_stamped_notice_is_its_official_version_and_the_one_before_stays(world):
    notice = world.posted()
    office, neighbour = cast.signed_in(world.clerk), cast.signed_in(cast.neighbour(world.compound))
    here = f"/notices/{notice.id}"
    assert office.get(f"{here}/stamp").status_code == 200
    for _ in range(2):
        assert office.post(f"{here}/stamp", {"photo": photo("1"), "once": "a"}).status_code == 302
    (first,) = StampedPaper.objects.all()
    assert first.sha256[:16] in neighbour.get(f"{here}/sheet").content.decode()
    seen = neighbour.get(f"{here}/stamped/{first.id}")
    assert Image.open(io.BytesIO(seen.content)).format == "JPEG"
    assert office.post(f"{here}/stamp", {"photo": photo("2"), "once": "b"}).status_code == 400
    again = {"photo": photo("2"), "once": "c", "reason": "上一张没拍清楚"}
    assert office.post(f"{here}/stamp", again).status_code == 302
    assert StampedPaper.objects.count() == 2
    assert neighbour.post(f"{here}/stamp", {"photo": photo("3"), "once": "d"}).status_code == 403
    with pytest.raises(Forbidden):
        take_stamped_notice(notice=notice, photo=photo("3"), by=cast.neighbour(world.compound).by)
