"""Answers made smaller for slow lines (gzip, RFC 1952): pages, and the files that pages are made of."""

import gzip
from functools import lru_cache
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseFileResponse

#: All else is small already (pictures, papers, archives).
TEXTS = frozenset(
    {"text/html", "text/css", "text/plain", "text/javascript", "application/json", "application/manifest+json"}
    | {"image/svg+xml"}
)


class CompressionMiddleware(GZipMiddleware):
    """Middleware: compresses texts that can be known to stand beside nothing that was sent from outside.

    How long a compressed answer is tells whether words in it occur twice (BREACH): whoever can have a page show words
    of theirs beside a secret learns it letter by letter. So an answer to a form, or to an address with a question, is
    left as it is; forms' tokens are masked anew each time, ``once`` keys made anew, and the length of every compressed
    page is blurred by a name of random length in its head. Answers that come in pieces are left alone too.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.status_code != 200 or kind not in TEXTS or request.method != "GET":
            return response
        if isinstance(response, WhiteNoiseFileResponse):
            return small_file(request, response)
        if response.streaming or request.META.get("QUERY_STRING"):
            return response
        return super().process_response(request, cast(HttpResponse, response))


def small_file(request: HttpRequest, response: WhiteNoiseFileResponse) -> HttpResponse:
    """A file of the program as an answer in one piece, compressed where the browser can read that."""
    content = b"".join(cast("list[bytes]", response.streaming_content))
    response.close()
    smaller = bool(re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")))
    answer = HttpResponse(compressed(content) if smaller else content, headers=dict(response.headers))
    if smaller:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Content-Length"] = str(len(answer.content))
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


@lru_cache(100)
def compressed(content: bytes) -> bytes:
    """Nothing of it is secret: it is the same for everybody, and is made once."""
    return gzip.compress(content, 9, mtime=0)
