"""``/api/v1``: what a program may read with a key of a community. Each app says in its ``api`` what it offers.

A key is sent as ``Authorization: Bearer linli_…``. Sessions of browsers open nothing here. Every no is
``{"code", "words"}``: a stable code, and a sentence in the language that was asked for.
"""

from typing import cast

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

from linli.community.api import router as places
from linli.matters.api import results
from linli.matters.api import router as matters
from linli.portal.models import ApiKey
from linli.portal.services import spend_api_key
from linli.record.acting import Acting, ActingRequest
from linli.rules.errors import Refused, TooOften
from linli.web.faults import Fault
from linli.web.refusal import status_of, words_of


class Key(HttpBearer):
    """Lets a program in whose key has the scope; it then acts for the key's community and for no person."""

    def __init__(self, scope: ApiKey.Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        """The key of the request. Raises what the service refuses."""
        key = spend_api_key(secret=token, scope=self.scope)
        acting = cast(ActingRequest, request)
        acting.acting = Acting(
            community=key.community_id, role="key", role_id=key.id, request_id=getattr(request, "request_id", "")
        )
        return key


api = NinjaAPI(
    title="linli",
    version="1",
    description="What a program may read of a community: places, matters, results per unit; no person, no door.",
    urls_namespace="api",
    docs_url=None,
)
api.add_router("/places", places, auth=Key(ApiKey.Scope.READ_PLACES))
api.add_router("/matters", matters, auth=Key(ApiKey.Scope.READ_MATTERS))
api.add_router("/results", results, auth=Key(ApiKey.Scope.READ_RESULTS))


def fault(request: HttpRequest, status: int, code: str, words: str, fields: list[str] | None = None) -> HttpResponse:
    """The answer of a no."""
    return api.create_response(request, Fault(code=code, words=words, fields=fields or []), status=status)


@api.exception_handler(Refused)
def refused(request: HttpRequest, no: Refused) -> HttpResponse:
    """A rule's no: 401 for a key that opens nothing, 429 for one that asks too often, 403 and 409 for the others."""
    status = 401 if no.code == "api-key.unknown" else status_of(no)
    answer = fault(request, status, no.code, words_of(no))
    if isinstance(no, TooOften):
        answer.headers["Retry-After"] = str(no.facts["seconds"])
    return answer


@api.exception_handler(AuthenticationError)
def without_key(request: HttpRequest, no: AuthenticationError) -> HttpResponse:
    """No key was sent."""
    return fault(request, 401, "api-key.missing", gettext("请带上钥匙：Authorization: Bearer linli_…"))


@api.exception_handler(ObjectDoesNotExist)
def not_there(request: HttpRequest, no: ObjectDoesNotExist) -> HttpResponse:
    """There is no such thing in the key's community."""
    return fault(request, 404, "not-there", gettext("没有这一项。"))


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, no: ValidationError) -> HttpResponse:
    """The question cannot be read; its own values are not repeated."""
    fields = [".".join(map(str, error["loc"])) for error in no.errors]
    return fault(request, 422, "not-understood", gettext("这个问题没看懂，请对照接口说明。"), fields)
