"""What lies on the disk and in the tables after storing, after refusing, and after somebody touched the disk."""

import hashlib
import io
import logging
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from linli.files import vault
from linli.files.models import File
from linli.files.queries import read, read_original, read_thumbnail
from linli.files.services import store_document, store_picture, store_pictures
from linli.record.acting import Acting
from linli.record.models import Event
from linli.rules.errors import Refused
from tests.files.photos import PDF, SVG, blobs, encoded, png_that_claims, slip, upload

pytestmark = pytest.mark.django_db


def test_a_photo_is_kept_twice_over(folder: Path, clerk: Acting) -> None:
    """To be seen, and as it came; both hashes are those of the bytes that come back."""
    content = encoded(slip())
    file = store_picture(by=clerk, upload=upload(content))
    shown = read(file)
    assert hashlib.sha256(shown).hexdigest() == file.sha256
    assert read_original(file) == content
    assert hashlib.sha256(content).hexdigest() == file.original_sha256
    assert (file.community, file.media_type, file.size) == (clerk.community, "image/jpeg", len(shown))
    assert Image.open(io.BytesIO(shown)).size == (file.width, file.height) == (320, 200)


def test_storing_leaves_an_event_that_names_nobody(folder: Path, clerk: Acting) -> None:
    file = store_picture(by=clerk, upload=upload(encoded(slip()), "王建国 3-502.jpg"))
    event = Event.objects.get(subject=file.id)
    assert (event.name, event.actor, event.community) == ("file.stored", clerk.person, clerk.community)
    everything = f"{vars(event)}{vars(file)}"
    assert "王" not in everything
    assert "502.jpg" not in everything


def test_what_is_stored_twice_lies_there_once(folder: Path, clerk: Acting) -> None:
    content = b"name,room\n" * 50
    first = store_document(by=clerk, upload=upload(content), media_type="text/csv")
    before = [path.read_bytes() for path in blobs(folder)]
    second = store_document(by=clerk, upload=upload(content), media_type="text/csv")
    assert (first.id != second.id, first.sha256) == (True, second.sha256)
    assert [path.read_bytes() for path in blobs(folder)] == before
    assert len(before) == 1


def test_the_blob_is_what_its_description_says(folder: Path, clerk: Acting) -> None:
    """An independent reading of the form: LLF1, key id, nonce, AES-256-GCM bound to the head and the content's hash."""
    content = b"secret words of a register"
    file = store_document(by=clerk, upload=upload(content))
    (path,) = blobs(folder)
    assert path.relative_to(folder).as_posix() == f"{file.sha256[:2]}/{file.sha256}"
    blob = path.read_bytes()
    assert blob[:4] == b"LLF1"
    bound = blob[:24] + f"files_file.content.{hashlib.sha256(content).hexdigest()}".encode()
    assert AESGCM(bytes.fromhex("5a" * 32)).decrypt(blob[12:24], blob[24:], bound) == content
    assert all(each.stat().st_mode & 0o077 == 0 for each in (folder, path.parent, path)), "whatever the umask"


def test_no_plain_words_lie_on_the_disk(folder: Path, clerk: Acting) -> None:
    content = encoded(slip(), comment=b"THE-OWNER-OF-3-502") + b"AFTER-THE-END" * 9
    store_document(by=clerk, upload=upload(content))
    file = store_picture(by=clerk, upload=upload(content))
    read_thumbnail(file)
    assert len(blobs(folder)) == 3
    for path in blobs(folder):
        blob = path.read_bytes()
        assert not any(words in blob for words in (b"THE-OWNER", b"AFTER-THE-END", b"JFIF", b"\xff\xd8\xff"))


def test_the_same_content_is_never_sealed_alike(folder: Path, clerk: Acting) -> None:
    """A nonce that came twice would open AES-GCM."""
    seen = set()
    for _ in range(20):
        store_document(by=clerk, upload=upload(b"same"))
        (path,) = blobs(folder)
        seen.add(path.read_bytes()[12:24])
        path.unlink()
    assert len(seen) == 20


@pytest.mark.parametrize("place", [0, 5, 13, 30, -1])
def test_a_changed_blob_is_noticed(folder: Path, clerk: Acting, place: int) -> None:
    file = store_document(by=clerk, upload=upload(b"twelve households agree" * 9))
    (path,) = blobs(folder)
    blob = bytearray(path.read_bytes())
    blob[place] ^= 1
    path.write_bytes(blob)
    with pytest.raises(Refused) as refusal:
        read(file)
    assert refusal.value.code in {"files.damaged", "files.other-key"}


def test_a_blob_cut_short_or_put_under_another_name_is_noticed(folder: Path, clerk: Acting) -> None:
    one = store_document(by=clerk, upload=upload(b"one"))
    two = store_document(by=clerk, upload=upload(b"two"))
    paths = {file.sha256: folder / file.sha256[:2] / file.sha256 for file in (one, two)}
    paths[one.sha256].write_bytes(paths[two.sha256].read_bytes())
    paths[two.sha256].write_bytes(paths[two.sha256].read_bytes()[:10])
    for file in (one, two):
        with pytest.raises(Refused) as refusal:
            read(file)
        assert refusal.value.code == "files.damaged"


def test_storing_again_mends_a_damaged_blob(folder: Path, clerk: Acting) -> None:
    file = store_document(by=clerk, upload=upload(b"one"))
    (path,) = blobs(folder)
    path.write_bytes(b"torn")
    store_document(by=clerk, upload=upload(b"one"))
    assert read(file) == b"one"


def test_a_lost_blob_is_said(folder: Path, clerk: Acting, caplog: pytest.LogCaptureFixture) -> None:
    file = store_document(by=clerk, upload=upload(b"one"))
    blobs(folder)[0].unlink()
    with pytest.raises(Refused) as refusal:
        read(file)
    assert refusal.value.code == "files.missing"
    assert file.sha256[:12] in caplog.text


@pytest.mark.parametrize("key", ["", "zz" * 32, "5a" * 31], ids=["none", "not hexadecimal", "short"])
def test_without_a_key_the_machine_says_so_and_the_reader_gets_plain_words(
    folder: Path, clerk: Acting, settings: Settings, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.FILES_KEY = key
    with pytest.raises(Refused) as refusal:
        store_picture(by=clerk, upload=upload(encoded(slip())))
    assert refusal.value.code == "files.no-key"
    assert "LINLI_FILES_KEY" in caplog.text
    assert not key or key not in caplog.text
    assert [fault.id for fault in run_checks() if fault.id and fault.id.startswith("files.")] == ["files.E001"]
    assert not blobs(folder)


def test_another_key_is_said_by_the_machine_and_to_the_reader(
    folder: Path, clerk: Acting, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    file = store_document(by=clerk, upload=upload(b"one"))
    assert not [fault for fault in run_checks() if (fault.id or "").startswith("files.")]
    settings.FILES_KEY = "5b" * 32
    with pytest.raises(Refused) as refusal:
        read(file)
    assert refusal.value.code == "files.other-key"
    assert [fault.id for fault in run_checks() if (fault.id or "").startswith("files.")] == ["files.E002"]
    assert "5b5b" not in caplog.text


def test_a_thumbnail_is_small_kept_sealed_and_made_anew_when_lost(folder: Path, clerk: Acting) -> None:
    file = store_picture(by=clerk, upload=upload(encoded(slip(3000, 2000))))
    small = read_thumbnail(file)
    assert Image.open(io.BytesIO(small)).size == (320, 213)
    path = folder / file.sha256[:2] / f"{file.sha256}.thumbnail"
    assert path.exists()
    assert read_thumbnail(file) == small
    path.write_bytes(b"torn")
    assert Image.open(io.BytesIO(read_thumbnail(file))).size == (320, 213)
    assert path.read_bytes() != b"torn"


def test_a_thumbnail_does_not_stand_for_its_picture(folder: Path, clerk: Acting) -> None:
    file = store_picture(by=clerk, upload=upload(encoded(slip(3000, 2000))))
    read_thumbnail(file)
    path = folder / file.sha256[:2] / file.sha256
    path.write_bytes(path.with_suffix(".thumbnail").read_bytes())
    with pytest.raises(Refused):
        read(file)


def test_a_drop_is_kept_in_order_and_whole(folder: Path, clerk: Acting) -> None:
    contents = [encoded(Image.new("RGB", (10 + n, 10), (n * 40, 0, 0))) for n in range(5)]
    files = store_pictures(by=clerk, uploads=[upload(content) for content in contents])
    assert [file.width for file in files] == [10, 11, 12, 13, 14]
    assert [read_original(file) for file in files] == contents


@pytest.mark.parametrize("bad", [SVG, PDF, png_that_claims(65_000, 65_000), encoded(slip())[:900], b""])
def test_one_bad_file_in_a_drop_leaves_nothing_of_any(folder: Path, clerk: Acting, bad: bytes) -> None:
    good = [encoded(Image.new("RGB", (10 + n, 10))) for n in range(3)]
    with pytest.raises(Refused) as refusal:
        store_pictures(by=clerk, uploads=[upload(content) for content in (*good, bad)])
    assert refusal.value.facts["position"] == 4
    assert "第4个文件" in str(refusal.value)
    assert "王" not in str(refusal.value)
    assert not blobs(folder)
    assert not File.objects.exists()
    assert not Event.objects.exists()


def test_an_empty_document_is_refused(folder: Path, clerk: Acting) -> None:
    with pytest.raises(Refused) as refusal:
        store_document(by=clerk, upload=SimpleUploadedFile("a.csv", b""))
    assert refusal.value.code == "document.empty"
    assert not blobs(folder)


class FullDisk(io.BytesIO):
    """A stream that fails in its second reading: the disk is full, or the sender's file is gone."""

    rounds = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.rounds += self.tell() == 0
        if self.rounds > 1:
            raise OSError(28, "No space left on device")
        return super().read(size)


def test_what_fails_while_it_is_written_leaves_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    content = FullDisk(b"x" * 100)
    sha256 = vault.sha256_of(content)
    with pytest.raises(OSError, match="No space left"):
        vault.open_vault().put(content, sha256=sha256)
    assert not blobs(folder)


def test_a_large_document_passes_in_pieces(folder: Path, clerk: Acting) -> None:
    content = random.Random(7).randbytes(3 * vault.CHUNK + 17)
    assert read(store_document(by=clerk, upload=upload(content))) == content


WHOLE = [encoded(slip(64, 40), form) for form in ("JPEG", "PNG", "WEBP")]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real picture with a few bytes changed, and perhaps cut short."""
    content = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 8))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(1, len(content)))]) if draw(st.booleans()) else bytes(content)


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400) | mutated())
@example(content=WHOLE[0])
def test_any_bytes_are_refused_in_words_or_become_a_valid_file(folder: Path, clerk: Acting, content: bytes) -> None:
    before = (blobs(folder), File.objects.count())
    refusal: Refused | None = None
    try:
        file = store_picture(by=clerk, upload=upload(content))
    except Refused as refused:
        refusal = refused
    if refusal:
        assert refusal.code.startswith("picture.")
        assert "第1个文件" in str(refusal)
        assert (blobs(folder), File.objects.count()) == before
    else:
        image = Image.open(io.BytesIO(read(file)))
        image.load()
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (file.width, file.height))
        assert read_original(file) == content
