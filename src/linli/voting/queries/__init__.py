"""Reading a drive."""

from linli.voting.queries.chains import (
    ChainBook,
    ChainCounts,
    chain_counts,
    chain_of,
    chain_opening,
    homes_to_visit_first,
)
from linli.voting.queries.decisions import (
    Decision,
    acts_of,
    acts_told,
    decisions_of,
    recount_under_way,
    results_of,
)
from linli.voting.queries.face import Face, Landing, face_of, seat_state
from linli.voting.queries.live import live_topics
from linli.voting.queries.own import (
    MARKS,
    OwnSeat,
    answer_state,
    answer_word,
    homes_of_others,
    own_seat,
    seats_of_person,
)
from linli.voting.queries.progress import Progress, ScopeProgress, TestLine, progress_of
from linli.voting.queries.recounting import recount_file
from linli.voting.queries.rule import Law, condition_name, condition_words, law_of
from linli.voting.queries.sharing import ShareCurve, Step, plan_of, share_curve, shares_of
from linli.voting.queries.stacks import ScopeAsked, SlipRow, scopes_asked, slip_rows
from linli.voting.queries.tasks import Differing, LateTold, Sold, WorkList, late_told, tasks_waiting, work_list
from linli.voting.queries.words import hands_on, paper_of_door

__all__ = [
    "MARKS",
    "ChainBook",
    "ChainCounts",
    "Decision",
    "Differing",
    "Face",
    "Landing",
    "LateTold",
    "Law",
    "OwnSeat",
    "Progress",
    "ScopeAsked",
    "ScopeProgress",
    "ShareCurve",
    "SlipRow",
    "Sold",
    "Step",
    "TestLine",
    "WorkList",
    "acts_of",
    "acts_told",
    "answer_state",
    "answer_word",
    "chain_counts",
    "chain_of",
    "chain_opening",
    "condition_name",
    "condition_words",
    "decisions_of",
    "face_of",
    "hands_on",
    "homes_of_others",
    "homes_to_visit_first",
    "late_told",
    "law_of",
    "live_topics",
    "own_seat",
    "paper_of_door",
    "plan_of",
    "progress_of",
    "recount_file",
    "recount_under_way",
    "results_of",
    "scopes_asked",
    "seat_state",
    "seats_of_person",
    "share_curve",
    "shares_of",
    "slip_rows",
    "tasks_waiting",
    "work_list",
]
