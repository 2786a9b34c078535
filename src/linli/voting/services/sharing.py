"""Saying how the cost is to be shared."""

from django.db import transaction

from linli.community.policy import require
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused
from linli.voting import policy
from linli.voting.models import Drive, SharePlan


@transaction.atomic
def plan_shares(*, drive: Drive, method: str, cost: int, reason: str, by: Acting, subsidy: int = 0) -> SharePlan:
    """Say how the cost (fen, estimated) less the subsidy is shared among those who join; replaces the plan before.

    Refused: a cost that is not above zero, a subsidy above the cost, no such method, no reason for it.
    """
    require(by, policy.OPEN_DRIVE, drive.place)
    Drive.objects.select_for_update().get(id=drive.id)
    if cost <= 0 or not 0 <= subsidy <= cost:
        raise Refused("shares.cost-impossible", "估算的钱数要大于0，补贴不能比它多。请核对。")
    if method not in (SharePlan.Method.EQUAL, SharePlan.Method.AREA):
        raise Refused("shares.no-such-method", "请选费用怎么分摊：按面积，或者各户一样。")
    if not reason.strip():
        raise Refused("shares.no-reason", "请写一句为什么这样分摊，大家看得明白。")
    plan, _ = SharePlan.objects.update_or_create(
        drive=drive,
        defaults={
            "community_id": drive.community_id,
            "method": method,
            "cost": cost,
            "subsidy": subsidy,
            "reason": reason.strip(),
        },
    )
    note(
        "shares.planned",
        by=by,
        subject_kind="drive",
        subject=drive.id,
        place=drive.place_id,
        public={"method": method, "cost_fen": cost, "subsidy_fen": subsidy},
        commitments={"reason": plan.reason},
        thread=drive.thread,
    )
    return plan
