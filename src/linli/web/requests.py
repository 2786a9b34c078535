"""Each request has an id: its events in the record, its lines in the log and its page of failure are found by it."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from linli.web.discretion import request_id


class RequestIdMiddleware:
    """Middleware, outermost: gives the request its ``request_id``, and the log the same while it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        made = secrets.token_hex(6)
        request.request_id = made  # type: ignore[attr-defined]
        before = request_id.set(made)
        try:
            return self.get_response(request)
        finally:
            request_id.reset(before)
