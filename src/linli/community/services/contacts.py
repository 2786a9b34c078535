"""Telephone numbers for residents to see: each shown, changed and taken back by whoever it belongs to."""

import re
import unicodedata

from django.db import transaction

from linli.community.models import Contact, Place, Role
from linli.community.policy import CHANGE_REGISTER, not_allowed, require
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused

PHONE = re.compile(r"\+?[0-9]{3,4}([ -]?[0-9]{2,8}){1,4}")


@transaction.atomic
def show_own_phone(*, role: Role, phone: str, by: Acting) -> Contact | None:
    """The holder of a role shows their number to the community's residents, or (empty) takes it back.

    Refused: anybody but the holder, what is no telephone number.
    """
    if by.person is None or by.person != role.person_id or by.community != role.community_id:
        raise not_allowed()
    role = Role.objects.select_for_update(no_key=True).get(id=role.id)
    contact = keep(Contact(community_id=role.community_id, role=role), phone)
    note("phone.shown" if contact else "phone.withdrawn", by=by, subject_kind="role", subject=role.id)
    return contact


@transaction.atomic
def show_office_phone(*, community: Place, phone: str, by: Acting) -> Contact | None:
    """The office says at which number it is reached, or (empty) that it is reached at none. Refused as above."""
    require(by, CHANGE_REGISTER, community)
    Place.objects.select_for_update(no_key=True).get(id=community.id)
    contact = keep(Contact(community=community), phone)
    note("phone.shown" if contact else "phone.withdrawn", by=by, subject_kind="place", subject=community.id)
    return contact


def keep(wanted: Contact, phone: str) -> Contact | None:
    """Put a number in the place of the one before."""
    number = " ".join(unicodedata.normalize("NFKC", phone).replace("–", "-").replace("—", "-").split())
    if number and (len(number) > 24 or not PHONE.fullmatch(number)):
        raise Refused("phone.not-one", "这不像一个电话号码。请写数字，例如 022-28370000。")
    Contact.objects.filter(community_id=wanted.community_id, role=wanted.role).delete()
    if not number:
        return None
    wanted.phone, wanted.at = number, clock.now()
    wanted.save(force_insert=True)
    return wanted
