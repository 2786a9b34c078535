"""In whose name a request acts: ``request.acting`` for services, ``request.standing`` for pages."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse

from linli.accounts.models import Account
from linli.accounts.queries import Standing, standings_of
from linli.record.acting import Acting, ActingRequest

#: Which of several standings the person chose, kept in the session: "<person>:<role>" by their ids.
CHOSEN = "acting_as"


class StandingRequest(ActingRequest):
    """A request that also knows every way its account can act, and the one it acts in now."""

    standings: list[Standing]
    standing: Standing | None


class ActingMiddleware:
    """Sets what ``StandingRequest`` names, once for each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        acting_request = cast(StandingRequest, request)
        signed_in = isinstance(request.user, Account)
        acting_request.standings = standings_of(cast(Account, request.user)) if signed_in else []
        acting_request.standing = chosen(acting_request)
        acting_request.acting = acting_as(acting_request.standing, acting_request.request_id)
        return self.get_response(request)


def chosen(request: StandingRequest) -> Standing | None:
    """The standing that the person chose, else the first they have."""
    wanted = request.session.get(CHOSEN) if request.standings else None
    for standing in request.standings:
        if key_of(standing) == wanted:
            return standing
    return request.standings[0] if request.standings else None


def key_of(standing: Standing) -> str:
    """How the session names a standing."""
    return f"{standing.person.id}:{standing.role.id if standing.role else ''}"


def acting_as(standing: Standing | None, request_id: str) -> Acting | None:
    """The value that services receive."""
    if standing is None:
        return None
    role = standing.role
    return Acting(
        community=standing.community.id,
        person=standing.person.id,
        role=role.kind if role else "resident",
        role_id=role.id if role else None,
        request_id=request_id,
    )
