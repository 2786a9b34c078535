"""Reading a drive."""

from linli.voting.queries.face import Face, Landing, face_of, seat_state
from linli.voting.queries.own import seats_of_person
from linli.voting.queries.progress import Progress, ScopeProgress, TestLine, progress_of, results_of
from linli.voting.queries.sharing import ShareCurve, Step, plan_of, share_curve, shares_of
from linli.voting.queries.stacks import ScopeAsked, SlipRow, scopes_asked, slip_rows

__all__ = [
    "Face",
    "Landing",
    "Progress",
    "ScopeAsked",
    "ScopeProgress",
    "ShareCurve",
    "SlipRow",
    "Step",
    "TestLine",
    "face_of",
    "plan_of",
    "progress_of",
    "results_of",
    "scopes_asked",
    "seat_state",
    "seats_of_person",
    "share_curve",
    "shares_of",
    "slip_rows",
]
