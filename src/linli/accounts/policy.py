"""Who may give somebody a login, print the doors' codes, say who is at home where, and write down an elder's word."""

from linli.community.models import Role
from linli.community.policy import OFFICE, Action

HEADS = frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR})
OPEN_ACCOUNT = Action("account.open", HEADS)
PRINT_CODES = Action("door-codes.print", OFFICE)
#: Who knows the people of a door: the office, and the building's leader.
DECIDE_CLAIM = Action("door-claim.decide", OFFICE | {Role.Kind.BUILDING_LEADER})
RECORD_HELP = Action("family-help.record", OFFICE | {Role.Kind.BUILDING_LEADER})
ACTIONS = (OPEN_ACCOUNT, PRINT_CODES, DECIDE_CLAIM, RECORD_HELP)
#: Roles that need a second key before they act: they open what belongs to people.
GUARDED = OFFICE
