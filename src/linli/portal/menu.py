"""The menu of every page, in the words people know, and whose community this is."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.community.policy import OFFICE
from linli.web.shell import Place


def menu(request: HttpRequest) -> dict[str, object]:
    """Context processor: ``places`` and ``community_name``; nothing for somebody who is not signed in."""
    standing = getattr(request, "standing", None)
    if standing is None:
        return {}
    in_office = standing.role is not None and standing.role.kind in OFFICE
    entries = [
        (_("今日看板") if in_office else _("家门口"), "list" if in_office else "home", "home", ()),
        (_("公示栏"), "notice", "messaging:board", ("/notices", "/reviews", "/objections")),
        (_("议事厅"), "talk", "matters:index", ("/matters", "/drives", "/stacks")),
        *(
            [(_("门户"), "building", "community:index", ("/places", "/codes", "/people", "/bodies"))]
            if in_office
            else []
        ),
        (_("我家"), "person", "own", ("/own",)),
    ]
    words = {"banner": _("这里是示例，办公身份免了第二把钥匙；正式使用时每个工作日要用一次。")}
    return {
        **(words if settings.DEMO and in_office else {}),
        "community_name": standing.community.name,
        "places": [
            Place(label, icon, reverse(name), current=is_current(request, reverse(name), below))
            for label, icon, name, below in entries
        ],
    }


def is_current(request: HttpRequest, url: str, below: tuple[str, ...]) -> bool:
    """Whether the page is this entry of the menu, or lies under one of its paths."""
    return request.path == url or request.path.startswith(below)
