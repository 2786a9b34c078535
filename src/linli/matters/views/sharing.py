"""What a matter costs each household, as its page shows it."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from linli.rules.money import yuan
from linli.voting.models import Seat, SharePlan
from linli.voting.queries import (
    Progress,
    ShareCurve,
    Step,
    share_curve,
)
from linli.web import parts


def share_parts(plan: SharePlan, progress: Progress, own: list[Seat], request: HttpRequest) -> dict[str, Any]:
    """The share per household against how many join, for this reader's home or an average one."""
    curve = share_curve(plan, least=progress.least, now=progress.joined, own=own[0] if own else None)
    wanted = request.GET.get("joined", "")
    current = curve.at(int(wanted) if wanted.isdigit() and len(wanted) < 6 else curve.now)
    steps = [
        parts.Share(
            step.joined,
            step.fen,
            share_words(curve, step),
        )
        for step in curve.steps
    ]
    mine = bool(own) and plan.method != SharePlan.Method.EQUAL
    return {"steps": steps, "current": current.joined, "plan": plan, "mine": mine, "net": plan.cost - plan.subsidy}


def share_words(curve: ShareCurve, step: Step) -> str:
    """What more neighbours would change: 再有3户参加，每户从…降到…; near the end, as many as there still are."""
    more = min(3, curve.homes - step.joined)
    if not more:
        return _("%(n)s户全都参加时，每户最少。") % {"n": step.joined}
    return _("%(n)s户一起出时。再有%(more)s户参加，每户从%(now)s元降到%(later)s元。") % {
        "n": step.joined,
        "more": more,
        "now": yuan(step.fen),
        "later": yuan(curve.fen(step.joined + more)),
    }
