"""减负: what is not here, and cannot be switched on."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.portal import burdens
from linli.web import parts


@require_safe
def jianfu(request: HttpRequest) -> HttpResponse:
    """减负: that nothing of what adds burdens is here, and that nobody above can switch it on; open to everybody."""
    looked = burdens.look()
    rows = []
    for burden in burdens.BURDENS:
        found = looked.found(burden)
        state, word = ("late", _("有：%(names)s") % {"names": "、".join(found)}) if found else ("done", _("没有"))
        rows.append(parts.Row(str(burden.name), str(burden.instead), state=cast(parts.State, state), word=word))
    called = [(burden.name, ", ".join(burden.called)) for burden in burdens.BURDENS]
    clean = not any(looked.found(burden) for burden in burdens.BURDENS)
    counted = [
        (_("查了几个网址"), len(looked.addresses)),
        (_("查了几栏数据"), len(looked.columns)),
        (_("查了几项设置"), len(looked.settings)),
        (_("上级在这里能办的事"), "、".join(looked.from_above) or _("没有")),
    ]
    return render(request, "portal/jianfu.html", {"rows": rows, "counted": counted, "called": called, "clean": clean})
