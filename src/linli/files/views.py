"""Answering a file. There is no address of files: the app whose policy said yes calls ``serve`` from its own view."""

from collections.abc import Callable
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from linli.files.models import File
from linli.files.queries import read, read_original, read_thumbnail

Part = Literal["content", "thumbnail", "original"]

READERS: dict[Part, Callable[[File], bytes]] = {
    "content": read,
    "thumbnail": read_thumbnail,
    "original": read_original,
}
SUFFIXES = {
    "image/jpeg": ".jpg",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/zip": ".zip",
    "text/csv": ".csv",
}


def serve(request: HttpRequest, file: File, *, part: Part = "content") -> HttpResponse:
    """The bytes of ``file`` to somebody whom the caller's policy has let see it.

    Pictures made here open in the page; a document, and a picture as it came, are only downloaded, under a name made of
    the hash. Browsers may keep them but ask again each time (RFC 9111), so that a right that was taken back holds at
    once; nothing in them may run (CSP ``sandbox``). Refused as ``linli.files.queries.read``.
    """
    etag = f'"{file.sha256}.{part}"'
    answer = get_conditional_response(request, etag=etag) or _answer(file, part)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _answer(file: File, part: Part) -> HttpResponse:
    made_here = file.media_type == "image/jpeg" and part != "original"
    media_type = file.media_type if made_here or part == "content" else "application/octet-stream"
    answer = HttpResponse(READERS[part](file), content_type=media_type)
    way = "inline" if made_here else "attachment"
    name = f"{file.sha256[:12]}{SUFFIXES.get(media_type, '')}"
    answer.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    return answer
