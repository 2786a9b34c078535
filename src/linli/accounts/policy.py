"""Who may give somebody a login or a new one, print and end the doors' codes, say who is at home where, and write down
an elder's word."""

from datetime import timedelta

from linli.community.models import Role
from linli.community.policy import OFFICE, Action
from linli.record.retention import Kept

HEADS = frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR})
OPEN_ACCOUNT = Action("account.open", HEADS)
PRINT_CODES = Action("door-codes.print", OFFICE)
#: A leader hears first that a slip was lost; the new one is the office's to print.
END_CODE = Action("door-code.end", OFFICE | {Role.Kind.BUILDING_LEADER})
READMIT = Action("person.readmit", HEADS)
#: The second pair of eyes, where somebody of the office is let in anew.
AGREE_TO_READMISSION = Action("person.readmit-agree", OFFICE)
#: Who knows the people of a door: the office, and the building's leader.
DECIDE_CLAIM = Action("door-claim.decide", OFFICE | {Role.Kind.BUILDING_LEADER})
RECORD_HELP = Action("family-help.record", OFFICE | {Role.Kind.BUILDING_LEADER})
ACTIONS = (OPEN_ACCOUNT, PRINT_CODES, END_CODE, READMIT, AGREE_TO_READMISSION, DECIDE_CLAIM, RECORD_HELP)
#: Roles that need a second key before they act: they open what belongs to people.
GUARDED = OFFICE

KEPT = (
    Kept("accounts.SignInLink", "expires_at", timedelta(days=30), "who says that a link did not work can be answered"),
    Kept("accounts.PhoneCode", "made_at", timedelta(days=1), "a code that was sent is typed in"),
    Kept("accounts.Session", "expire_date", timedelta(0), "a phone stays signed in"),
)
