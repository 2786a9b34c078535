"""What each household that agreed pays, for the office that makes out the contract."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.record.acting import actor
from linli.record.services import note
from linli.rules.errors import Forbidden, Refused
from linli.rules.money import yuan
from linli.voting.models import Drive
from linli.voting.policy import can_open
from linli.voting.queries import plan_of, recount_under_way, shares_of
from linli.web import parts


@login_required
@require_safe
def shares(request: HttpRequest, drive_id: UUID) -> HttpResponse:
    """Every household's share to the fen; once the drive is decided, for the office only; each look is written."""
    by = actor(request)
    drive = get_object_or_404(Drive.objects.select_related("place"), id=drive_id)
    if not can_open(by, drive.place):
        raise Forbidden("shares.office-only", "每户分摊的明细只给社区工作人员看。您家的那一份，请到社区问。")
    plan = plan_of(drive)
    if plan is None or drive.state != Drive.State.DECIDED:
        raise Http404
    if recount_under_way(drive):
        raise Refused("shares.looked-into", "结果正在重新核对，核对完了再看每户分摊。")
    amounts = shares_of(plan)
    note("shares.seen", by=by, subject_kind="drive", subject=drive.id, place=drive.place_id)
    return render(
        request,
        "voting/shares.html",
        {
            "drive": drive,
            "plan": plan,
            "columns": [parts.Column(_("门")), parts.Column(_("分摊，元"), money=True)],
            "lines": [parts.Line([seat.label, yuan(fen)]) for seat, fen in amounts.items()],
            "total": [_("合计"), yuan(sum(amounts.values()))],
        },
    )
