"""Who may give somebody a login."""

from datetime import timedelta

from linli.community.models import Role
from linli.community.policy import Action
from linli.record.retention import Kept

OPEN_ACCOUNT = Action("account.open", frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR}))
ACTIONS = (OPEN_ACCOUNT,)

KEPT = (
    Kept("accounts.SignInLink", "expires_at", timedelta(days=30), "who says that a link did not work can be answered"),
    Kept("sessions.Session", "expire_date", timedelta(0), "a phone stays signed in"),
)
