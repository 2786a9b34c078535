"""Who may give somebody a login, print the doors' codes, say who is at home where, and write down an elder's word."""

from datetime import timedelta

from linli.community.models import Role
from linli.community.policy import OFFICE, Action
from linli.record.retention import Kept

HEADS = frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR})
OPEN_ACCOUNT = Action("account.open", HEADS)
PRINT_CODES = Action("door-codes.print", OFFICE)
#: Who knows the people of a door: the office, and the building's leader.
DECIDE_CLAIM = Action("door-claim.decide", OFFICE | {Role.Kind.BUILDING_LEADER})
RECORD_HELP = Action("family-help.record", OFFICE | {Role.Kind.BUILDING_LEADER})
ACTIONS = (OPEN_ACCOUNT, PRINT_CODES, DECIDE_CLAIM, RECORD_HELP)
#: Roles that need a second key before they act: they open what belongs to people.
GUARDED = OFFICE

KEPT = (
    Kept("accounts.SignInLink", "expires_at", timedelta(days=30), "who says that a link did not work can be answered"),
    Kept("accounts.PhoneCode", "made_at", timedelta(days=1), "a code that was sent is typed in"),
    Kept("accounts.Session", "expire_date", timedelta(0), "a phone stays signed in"),
)
