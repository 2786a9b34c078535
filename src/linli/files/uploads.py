"""Taking a request's files in: to unnamed temporary files, with a hard stop, and an answer that reaches the sender.

What a browser sends is not read further than the limit for keeping; the refusal is sent first, and what still arrives
is thrown away for a while. Without that the server closes while the browser is sending, and some browsers then show a
broken connection in place of the page.
"""

import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import PurePath
from time import monotonic
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.multipartparser import MultiPartParser
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict

from linli.rules.errors import Refused
from linli.web.refusal import refusal_page

MIB = 1024 * 1024
FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
#: How long what still arrives after a refusal is read and thrown away, in seconds.
LINGER = 20.0


def files_too_large() -> Refused:
    """The refusal of files beyond ``UPLOAD_LIMIT``, naming it."""
    return Refused(
        "upload.too-large",
        "一次最多交 {limit} MB 的文件，这次超过了，什么都没有存。请分几次交。",
        limit=settings.UPLOAD_LIMIT // MIB,
    )


def form_too_large() -> Refused:
    """The refusal of typed words beyond ``DATA_UPLOAD_MAX_MEMORY_SIZE``."""
    return Refused("upload.form-too-large", "填写的内容太长，什么都没有存。请删短一些，或者分几次交。")


def too_many_files() -> Refused:
    """The refusal of more files than ``DATA_UPLOAD_MAX_NUMBER_FILES``, naming it."""
    return Refused(
        "upload.too-many-files",
        "一次最多交 {limit} 个文件，这次超过了，什么都没有存。请分几次交。",
        limit=settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    )


class Upload(UploadedFile):
    """One file of a drop. ``position`` is its place among the files of its field, from 1.

    Its name is made here, of the position and the suffix: the sender's own may be personal and is forgotten.
    """

    def __init__(self, file: IO[bytes], *, position: int, suffix: str, media_type: str, size: int) -> None:
        super().__init__(file, f"{position}{suffix}", media_type, size)
        self.position = position


class Counted(io.BufferedIOBase):
    """A stream that knows how much came out of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = self._stream.read(-1 if size is None else size)
        self.count += len(piece)
        return piece


class LimitedUploadHandler(FileUploadHandler):
    """Django's upload handler for all of linli: every file to an unnamed temporary file, all of them under one limit.

    Unnamed: the system itself forgets it when the process ends, however it ends. Refused: ``upload.too-large`` at the
    chunk that passes ``settings.UPLOAD_LIMIT``; ``upload.cut-off`` where the body ends before its declared length, the
    line being broken (Django would drop the last file without a word).
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._taken = 0
        self._positions: Counter[str] = Counter()

    def handle_raw_input(  # type: ignore[override]  # Django's own stub narrows the stream to one class
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> "tuple[QueryDict, MultiValueDict[str, UploadedFile[bytes]]] | None":
        if isinstance(input_data, Counted):
            return None
        counted = Counted(input_data)
        form, files = MultiPartParser(META, counted, [self], encoding).parse()
        if counted.count < content_length:
            close_all(files)
            raise Refused("upload.cut-off", "文件没有传完，什么都没有存。请看看网络，再交一次。")
        return form, files

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        self._positions[field_name] += 1
        self.file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  # closed by whoever takes it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._taken += len(raw_data)
        if self._taken > settings.UPLOAD_LIMIT:
            self.file.close()
            raise files_too_large()
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> Upload:
        self.file.seek(0)
        suffix = PurePath(self.file_name or "").suffix.lower()
        plain = len(suffix) <= 5 and suffix[1:].isascii() and suffix[1:].isalnum()
        return Upload(
            self.file,
            position=self._positions[self.field_name or ""],
            suffix=suffix if plain else "",
            media_type=self.content_type or "",
            size=file_size,
        )

    def upload_interrupted(self) -> None:
        self.file.close()


def close_all(files: "MultiValueDict[str, UploadedFile[bytes]]") -> None:
    """Let go of temporary files at once."""
    for _, uploads in files.lists():
        for upload in uploads:
            upload.close()


class UploadLimits:
    """Middleware, above the one that checks forms' tokens (it reads the form): limits become pages, not failures.

    A declared length beyond the limit is refused before anything is read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if declared.isdecimal() and int(declared) > settings.UPLOAD_LIMIT:
            return refuse_upload(request, files_too_large())
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponseBase | None:
        if request.content_type not in FORMS:
            return None
        try:
            request.POST  # noqa: B018  # Django reads the form when it is first asked for
        except RequestDataTooBig:
            return refuse_upload(request, form_too_large())
        except TooManyFilesSent:
            return refuse_upload(request, too_many_files())
        except Refused as refused:
            return refuse_upload(request, refused)
        return None


def refuse_upload(request: HttpRequest, refused: Refused) -> HttpResponseBase:
    """The page of a refusal, complete at once; then what still arrives is thrown away for at most ``LINGER`` seconds.

    A client that waits for leave to send (RFC 9110, Expect: 100-continue) sends nothing, so nothing is awaited.
    """
    status = 400 if refused.code == "upload.cut-off" else 413
    page = refusal_page(request, refused, status=status, back=request.path)
    if "Expect" in request.headers:
        return page
    answer = StreamingHttpResponse(answer_first(page, request), status=status)
    for name, value in page.headers.items():
        answer.headers[name] = value
    answer.headers["Content-Length"] = str(len(page.content))
    return answer


def answer_first(page: HttpResponse, request: HttpRequest) -> Iterator[bytes]:
    """The page's bytes, then nothing more, while the rest of the request is read away."""
    yield page.content
    until = monotonic() + LINGER
    try:
        while monotonic() < until and request.read(MIB):
            pass
    except OSError:
        return  # the sender has gone
