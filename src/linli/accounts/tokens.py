"""What stands in addresses that open something: random secrets, and tokens reckoned from a row; kept as hashes only."""

import base64
import hashlib
import secrets

from linli.accounts.models import DoorCode, FamilyHelp, PhoneCode
from linli.record.cipher import index_of


def new_secret() -> str:
    """A secret of 192 random bits, as an address can carry it."""
    return secrets.token_urlsafe(24)


def token_of(row: DoorCode | FamilyHelp) -> str:
    """A token of 130 bits that the key of the index gives a row, so that its slip can be printed or shown again.

    Whoever has the database but not the key cannot make one.
    """
    return base64.b32encode(index_of(str(row.id), of=row._meta.db_table))[:26].decode().lower()


def digits_of(code: PhoneCode) -> str:
    """The six digits of a phone's code: they can be made again for the same message, and never from the database."""
    return f"{int.from_bytes(index_of(str(code.id), of=code._meta.db_table)) % 1_000_000:06}"


def secret_of_form(once: str, phone: str) -> str:
    """The secret that a form and a number always give: the same form sent twice asks for one code."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{once}\0{phone}".encode()).digest()[:24]).decode()


def hash_of(secret: str) -> str:
    """What is kept of a secret: its SHA-256; the secrets have 80 random bits or more, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
