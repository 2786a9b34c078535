"""Codes sent to phones: which still open something, and who has a phone."""

from datetime import timedelta

from linli.accounts.models import Claim, PhoneCode
from linli.accounts.tokens import hash_of
from linli.community.models import Person
from linli.record import clock
from linli.record.sealed import open_sealed
from linli.rules.errors import Refused
from linli.rules.identifiers import mask_phone

#: How long a code stands, and how often it may be typed wrong.
LIFE, TRIES = timedelta(minutes=10), 5


def is_live(code: PhoneCode) -> bool:
    """Whether a code still opens anything."""
    return code.ended_at is None and code.tries < TRIES and code.made_at > clock.now() - LIFE


def masked_phone_of(secret: str) -> str:
    """The number, masked, for which a code waits at this address. Refused for a code that is over, or none."""
    code = PhoneCode.objects.filter(secret_sha256=hash_of(secret)).first()
    if code is None or not is_live(code):
        raise code_over()
    return mask_phone(open_sealed(code, "phone_sealed"))


def code_over() -> Refused:
    """The refusal of a code that opens nothing any more."""
    return Refused("phone-code.over", "这个码不能用了：用过了、过了10分钟、试了5次，或者又要了新的。请再要一个。")


def people_of_phone(index: bytes) -> list[Person]:
    """Everybody who has this phone, in all communities: one for each login, and none whose login was closed."""
    people = list(Person.objects.select_related("community").filter(phone_index=index).order_by("id"))
    claims = Claim.objects.select_related("account").filter(person__in=people, confirmed_at__isnull=False)
    logins = {claim.person_id: claim.account for claim in claims.order_by("-id")}
    found: dict[object, Person] = {}
    for person in people:
        login = logins.get(person.id)
        if login is None or login.is_active:
            found.setdefault(login.id if login else person.id, person)
    return list(found.values())
