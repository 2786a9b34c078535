"""Every read of logins and of what opens them; other apps enter here."""

from linli.accounts.queries.doors import claims_waiting
from linli.accounts.queries.own import factors_of, helps_of, paper_codes_left, recorded_by, sessions_of, weixins_of
from linli.accounts.queries.standings import Standing, oversight_of, standings_of

__all__ = [
    "Standing",
    "claims_waiting",
    "factors_of",
    "helps_of",
    "oversight_of",
    "paper_codes_left",
    "recorded_by",
    "sessions_of",
    "standings_of",
    "weixins_of",
]
