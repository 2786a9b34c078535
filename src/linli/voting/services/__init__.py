"""Every write of a drive: opening it, taking words in, settling what differs, deciding, sharing the cost."""

from linli.voting.services.chains import paste_chain, set_chain_line_aside, settle_chain_line
from linli.voting.services.conflicts import admit_successor, judge_late_slip, settle_conflict
from linli.voting.services.deciding import decide_drive, pass_deadline, recount_nightly
from linli.voting.services.opening import GRACE, open_drive
from linli.voting.services.phone import give_voice, name_voter
from linli.voting.services.recounting import correct_slip, decide_anew, keep_result, order_recount
from linli.voting.services.sharing import plan_shares
from linli.voting.services.showing import show_changes, show_changes_of_conflict, show_changes_of_stack
from linli.voting.services.slips import Slip, attach_photos, enter_slips, hold_slips, start_stack

__all__ = [
    "GRACE",
    "Slip",
    "admit_successor",
    "attach_photos",
    "correct_slip",
    "decide_anew",
    "decide_drive",
    "enter_slips",
    "give_voice",
    "hold_slips",
    "judge_late_slip",
    "keep_result",
    "name_voter",
    "open_drive",
    "order_recount",
    "pass_deadline",
    "paste_chain",
    "plan_shares",
    "recount_nightly",
    "set_chain_line_aside",
    "settle_chain_line",
    "settle_conflict",
    "show_changes",
    "show_changes_of_conflict",
    "show_changes_of_stack",
    "start_stack",
]
