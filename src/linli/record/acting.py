"""Who does something: a person, or the system itself, in one role."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Acting:
    """Someone acting in one role, as every service receives it (``by``).

    ``person`` is None for the system's own acts. ``role`` is the word of the role (``secretary``, ``resident``,
    ``system``); ``role_id`` names the role held, where one is held. ``community`` bounds what can be touched at all.
    """

    community: UUID | None
    person: UUID | None = None
    role: str = "resident"
    role_id: UUID | None = None
    request_id: str = ""

    @classmethod
    def system(cls, community: UUID | None) -> "Acting":
        """The program itself, as when a deadline passes."""
        return cls(community=community, role="system")


class ActingRequest(HttpRequest):
    """A request as every view receives it: ``acting`` is None where nobody is signed in."""

    request_id: str
    acting: Acting | None
