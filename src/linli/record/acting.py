"""Who does something: a person, or the system itself, in one role."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.http import HttpRequest

from linli.rules.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Acting:
    """Someone acting in one role, as every service receives it (``by``).

    ``person`` is None for the system's own acts. ``role`` is the word of the role (``secretary``, ``resident``,
    ``system``); ``role_id`` names the role held, where one is held. ``community`` bounds what can be touched at all.
    ``helps`` names whom a family helper (role ``helper``) reads along with; ``person`` stays the helper's own, so that
    nothing that asks who somebody is takes the one for the other.
    """

    community: UUID | None
    person: UUID | None = None
    role: str = "resident"
    role_id: UUID | None = None
    request_id: str = ""
    helps: UUID | None = None

    @classmethod
    def system(cls, community: UUID | None) -> "Acting":
        """The program itself, as when a deadline passes."""
        return cls(community=community, role="system")


class ActingRequest(HttpRequest):
    """A request as every view receives it: ``acting`` is None where nobody is signed in."""

    request_id: str
    acting: Acting | None


def actor(request: HttpRequest) -> Acting:
    """In whose name a signed-in request acts; refused to an account that is nobody on any roster."""
    by = cast(ActingRequest, request).acting
    if by is None:
        raise Forbidden("account.nobody", "您的账号还没有对上社区里的人。请社区工作人员帮您对上。")
    return by
