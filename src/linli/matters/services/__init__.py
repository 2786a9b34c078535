"""Every write of a matter: raising it, putting it to those who decide, and what follows its result."""

from linli.matters.services.putting import put_to_owners
from linli.matters.services.raising import edit_matter, raise_matter, withdraw_matter
from linli.matters.services.results import (
    RESULT_PAPER,
    announce_result,
    look_into_result,
    note_recount_file,
    note_sign_sheet,
    take_stamped_result,
)

__all__ = [
    "RESULT_PAPER",
    "announce_result",
    "edit_matter",
    "look_into_result",
    "note_recount_file",
    "note_sign_sheet",
    "put_to_owners",
    "raise_matter",
    "take_stamped_result",
    "withdraw_matter",
]
