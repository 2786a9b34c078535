"""Who may give somebody a login."""

from linli.community.models import Role
from linli.community.policy import Action
from linli.record.acting import Acting
from linli.rules.errors import Forbidden

OPEN_ACCOUNT = Action("account.open", frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR}))
ACTIONS = (OPEN_ACCOUNT,)


def require_program(by: Acting) -> None:
    """Refuse all but the program itself (start-up, demo): whoever holds a link signs in as its account."""
    if by.role != "system":
        raise Forbidden("not-allowed", "您现在的身份办不了这件事。请社区里管这件事的人来办。")
