"""Who will be asked, before a matter is put to them."""

from typing import Any

from django.utils.translation import gettext as _

from linli.community.models import Dwelling
from linli.community.queries import doors_of
from linli.matters.models import Matter
from linli.record import clock
from linli.record.acting import Acting
from linli.rules.packs import shelf
from linli.voting.queries import (
    law_of,
)
from linli.web import parts


def put_page(matter: Matter, by: Acting) -> dict[str, Any]:
    """Who will be asked: doors per unit that count, and what is left out with its reason, before anything is opened."""
    pack = shelf().in_force(matter.pack, clock.today())
    lines, shops = [], 0
    for unit in doors_of(matter.place, by):
        counted = [door for door in unit.doors if not pack.homes_only or door.use == Dwelling.Use.HOME]
        shops += len(unit.doors) - len(counted)
        if counted:
            lines.append(parts.Line([unit.title, len(counted), sum(door.area is None for door in counted)]))
    return {
        "pack": pack,
        "law": law_of(pack),
        "units": lines,
        "columns": [parts.Column(_("单元")), parts.Column(_("算在分母里的户")), parts.Column(_("还没有面积的户"))],
        "shops": shops,
    }
