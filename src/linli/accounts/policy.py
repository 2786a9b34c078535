"""Who may give somebody a login."""

from linli.community.models import Role
from linli.community.policy import Action

OPEN_ACCOUNT = Action("account.open", frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR}))
ACTIONS = (OPEN_ACCOUNT,)
