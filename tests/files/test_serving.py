"""The answer that carries a file: its headers, and that it may be asked for again but not run."""

from pathlib import Path

import pytest
from django.test import RequestFactory

from linli.files.services import DocumentType, store_document, store_picture
from linli.files.views import serve
from linli.record.acting import Acting
from tests.files.photos import encoded, slip, upload

pytestmark = pytest.mark.django_db


def test_a_picture_opens_in_the_page(folder: Path, clerk: Acting, rf: RequestFactory) -> None:
    file = store_picture(by=clerk, upload=upload(encoded(slip())))
    answer = serve(rf.get("/"), file)
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{file.sha256[:12]}.jpg"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_picture_as_it_came_is_only_downloaded(folder: Path, clerk: Acting, rf: RequestFactory) -> None:
    content = encoded(slip(), "PNG")
    answer = serve(rf.get("/"), store_picture(by=clerk, upload=upload(content)), part="original")
    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_a_page_that_came_as_a_document_does_not_open(folder: Path, clerk: Acting, rf: RequestFactory) -> None:
    types: list[tuple[DocumentType, str]] = [("text/csv", ".csv"), ("application/octet-stream", "")]
    for media_type, suffix in types:
        file = store_document(by=clerk, upload=upload(b"<script>alert(1)</script>"), media_type=media_type)
        answer = serve(rf.get("/"), file)
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{file.sha256[:12]}{suffix}"'


def test_the_same_bytes_are_not_sent_again(folder: Path, clerk: Acting, rf: RequestFactory) -> None:
    file = store_picture(by=clerk, upload=upload(encoded(slip())))
    etag = serve(rf.get("/"), file).headers["ETag"]
    small = serve(rf.get("/"), file, part="thumbnail").headers["ETag"]
    assert small != etag
    again = serve(rf.get("/", headers={"If-None-Match": etag}), file)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert serve(rf.get("/", headers={"If-None-Match": small}), file).status_code == 200
