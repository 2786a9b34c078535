"""Every write of a drive: opening it, taking in slips, closing and deciding, sharing the cost."""

from linli.voting.services.deciding import decide_drive, pass_deadline, recount_nightly
from linli.voting.services.opening import GRACE, open_drive
from linli.voting.services.sharing import plan_shares
from linli.voting.services.slips import Slip, attach_photos, enter_slips, start_stack

__all__ = [
    "GRACE",
    "Slip",
    "attach_photos",
    "decide_drive",
    "enter_slips",
    "open_drive",
    "pass_deadline",
    "plan_shares",
    "recount_nightly",
    "start_stack",
]
