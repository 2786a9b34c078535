"""Totals for an officer of a street or town."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from linli.accounts.acting import StandingRequest
from linli.community.policy import not_allowed
from linli.portal.queries import FEW, CommunityFigures, figures_below
from linli.web import parts


@login_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Totals of the communities below an officer's place: no name, no door, nothing of fewer than ten."""
    oversight = cast(StandingRequest, request).oversight
    if oversight is None:
        raise not_allowed()
    lines, total = figures_below(oversight.place)
    columns = [
        parts.Column(_("社区")),
        parts.Column(_("户数"), money=True),
        parts.Column(_("有人住"), money=True),
        parts.Column(_("商量过的事"), money=True),
        parts.Column(pgettext("figures", "正在表态"), money=True),
        parts.Column(pgettext("figures", "已出结果"), money=True),
    ]
    page = {
        "oversight": oversight,
        "columns": columns,
        "lines": [parts.Line([line.name, *figure_words(line)]) for line in lines],
        "total": [_("合计"), *figure_words(total)],
        "community_name": oversight.place.name,
    }
    return render(request, "portal/figures.html", page)


def figure_words(line: CommunityFigures) -> list[str]:
    """Each figure as it may be read: what is too small says only that."""
    homes = _("不足%(n)s") % {"n": FEW} if line.homes is None else str(line.homes)
    occupied = _("不显示") if line.occupied is None else str(line.occupied)
    return [homes, occupied, str(line.raised), str(line.asking), str(line.decided)]
