"""Officers of a street, town, district or city, who see totals only."""

from django.db import transaction

from linli.accounts.models import Oversight
from linli.accounts.services.logins import new_account, write_link
from linli.community.models import Place
from linli.community.policy import PERSONAL_LEVELS, require_program
from linli.community.services import checked_name
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused


@transaction.atomic
def appoint_officer(*, place: Place, name: str, title: str, by: Acting) -> tuple[Oversight, str]:
    """An officer at ``place``, with the secret of a link that lets them in; the same name there gets a new link only.

    Refused below the town: there people hold roles, and see what belongs to their task.
    """
    require_program(by)
    if place.kind in PERSONAL_LEVELS:
        raise Refused("officer.level", "看汇总数字的是街道、镇和以上。请选街道或者更高一级。")
    name, title = checked_name(name, most=60), checked_name(title, most=40)
    Place.objects.select_for_update(no_key=True).get(id=place.id)
    held = Oversight.objects.select_related("account").filter(place=place, name=name, until=None).first()
    if held is None:
        held = Oversight.objects.create(account=new_account(), place=place, name=name, title=title)
        note(
            "officer.appointed",
            by=by,
            subject_kind="oversight",
            subject=held.id,
            place=place.id,
            public={"kind": held.kind, "title": title},
        )
    return held, write_link(held.account, by=by)
