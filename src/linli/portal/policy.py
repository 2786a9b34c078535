"""Who may let a program read, fill the office's blanks, take its archives out."""

from linli.community.models import Role
from linli.community.policy import OFFICE, Action
from linli.portal.models import Archive
from linli.record.acting import Acting

GIVE_KEYS = Action("api-key.give", frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR}))


USE_BLANKS = Action("blank.use", OFFICE)
ORDER_ARCHIVE = Action("archive.order", OFFICE)
#: With personal data in it: the heads of the office, who say why.
ORDER_UNMASKED = Action("archive.order-unmasked", frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR}))


ACTIONS = (GIVE_KEYS, USE_BLANKS, ORDER_ARCHIVE, ORDER_UNMASKED)


def can_take(by: Acting, archive: Archive) -> bool:
    """A masked archive is the office's; one with personal data only theirs who ordered it and said why."""
    return archive.masked or archive.ordered_by_id == by.person
