"""A request's files under one limit: what is taken, what is refused, and that the refusal reaches the sender."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from linli.files import uploads
from linli.rules.errors import Refused
from tests.files.drop import MIDDLEWARE
from tests.files.photos import BOUNDARY, MIB, form_of

FORM = f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Client]:
    settings.ROOT_URLCONF = "tests.files.drop"
    settings.MIDDLEWARE = MIDDLEWARE
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    settings.UPLOAD_LIMIT = MIB
    yield Client(raise_request_exception=True)
    assert not list(tmp_path.iterdir())


def test_files_are_known_by_their_place_and_never_by_their_name(site: Client) -> None:
    given = [SimpleUploadedFile(name, b"x" * n) for n, name in enumerate(["王建国.JPG", "3-502.<svg>", "a.xlsx"], 1)]
    answer = site.post("/drop", {"slips": given, "face": SimpleUploadedFile("face.png", b"1")})
    assert answer.json()["files"] == [
        {"field": "slips", "name": "1.jpg", "position": 1, "size": 1},
        {"field": "slips", "name": "2", "position": 2, "size": 2},
        {"field": "slips", "name": "3.xlsx", "position": 3, "size": 3},
        {"field": "face", "name": "1.png", "position": 1, "size": 1},
    ]


def test_a_file_lies_nowhere_under_a_name(settings: Settings, tmp_path: Path) -> None:
    """Killed with -9 in the middle, the process leaves nothing: the file never had a name."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    handler = uploads.LimitedUploadHandler()
    handler.new_file("slips", "a.jpg", "image/jpeg", None)
    handler.receive_data_chunk(b"x" * 70_000, 0)
    assert not list(tmp_path.iterdir())
    upload = handler.file_complete(70_000)
    assert upload.read() == b"x" * 70_000
    upload.close()


def test_a_declared_length_beyond_the_limit_is_refused_before_anything_is_read(site: Client) -> None:
    class Untouched(io.BytesIO):
        touched = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.touched += 1
            return b""

    stream = Untouched()
    answer = site.generic(
        "POST",
        "/drop",
        content_type=FORM,
        **{"CONTENT_LENGTH": str(2 * 1024 * MIB), "wsgi.input": stream},  # type: ignore[arg-type]
    )
    assert answer.status_code == 413
    assert stream.touched == 0, "the page is complete before the first byte is read away"
    page = answer.getvalue().decode()
    assert "一次最多交 1 MB 的文件，这次超过了，什么都没有存。请分几次交。" in page
    assert int(answer.headers["Content-Length"]) == len(page.encode())
    assert answer.headers["X-Refused"] == "upload.too-large"


def test_the_refusal_speaks_english_too(site: Client) -> None:
    answer = site.generic("POST", "/drop", b"x" * (MIB + 1), headers={"Accept-Language": "en"})
    assert "at most 1 MB of files" in answer.getvalue().decode()


def test_files_that_pass_the_limit_while_they_arrive_are_stopped(site: Client, settings: Settings) -> None:
    """Where the length is not told truly, the count of what arrived decides; at the limit exactly, all is taken."""
    handler = uploads.LimitedUploadHandler()
    for _ in range(2):
        handler.new_file("slips", "a.jpg", "image/jpeg", None)
        handler.receive_data_chunk(b"x" * (MIB // 2), 0)
        handler.file_complete(MIB // 2).close()
    handler.new_file("slips", "a.jpg", "image/jpeg", None)
    with pytest.raises(Refused) as refusal:
        handler.receive_data_chunk(b"x", 0)
    assert refusal.value.code == "upload.too-large"
    assert handler.file.closed


def test_a_body_that_ends_early_is_refused(site: Client) -> None:
    """Django alone would take the first file, drop the second without a word, and call it a form."""
    whole = form_of(1000, 1000)
    assert len(site.generic("POST", "/drop", whole, content_type=FORM).json()["files"]) == 2
    broken = {"wsgi.input": io.BytesIO(whole[:-900])}
    answer = site.generic("POST", "/drop", whole, content_type=FORM, **broken)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert "文件没有传完" in answer.getvalue().decode()


def test_too_many_files_are_refused_by_number(site: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 3
    answer = site.generic("POST", "/drop", form_of(*[5] * 4), content_type=FORM)
    assert answer.status_code == 413
    assert "一次最多交 3 个文件" in answer.getvalue().decode()


@pytest.mark.parametrize("form", ["multipart", "urlencoded"])
def test_too_many_words_are_refused(site: Client, settings: Settings, form: str) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    if form == "multipart":
        answer = site.post("/drop", {"words": "字" * 1000})
    else:
        answer = site.post("/drop", "words=" + "a" * 2000, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "填写的内容太长" in answer.getvalue().decode()


def test_nothing_is_awaited_from_a_client_that_asks_first(site: Client) -> None:
    answer = site.generic("POST", "/drop", b"x" * (MIB + 1), headers={"Expect": "100-continue"})
    assert (answer.status_code, answer.streaming) == (413, False)


def test_reading_away_ends(monkeypatch: pytest.MonkeyPatch, site: Client) -> None:
    """A sender without end is let go: the clock is turned on, not waited for."""
    clock = iter(range(0, 10_000, 5))
    monkeypatch.setattr(uploads, "monotonic", lambda: next(clock))

    class Endless(io.BytesIO):
        pieces = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.pieces += 1
            return b"x" * 10

    stream = Endless()
    answer = site.generic("POST", "/drop", **{"CONTENT_LENGTH": str(2**40), "wsgi.input": stream})  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert "MB" in answer.getvalue().decode()
    assert 0 < stream.pieces < 10
