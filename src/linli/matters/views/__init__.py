"""The pages of matters."""

from linli.matters.views.acts import announce, decide, index, matter, of_drive, put
from linli.matters.views.printing import (
    papers,
    result,
    result_as,
    result_picture,
    result_pictures,
    sign_sheet,
    slips,
    stamp,
    stamped,
)
from linli.matters.views.raising import edit, new, withdraw
from linli.matters.views.results import earlier, end_recount, recount, recount_at_home

__all__ = [
    "announce",
    "decide",
    "earlier",
    "edit",
    "end_recount",
    "index",
    "matter",
    "new",
    "of_drive",
    "papers",
    "put",
    "recount",
    "recount_at_home",
    "result",
    "result_as",
    "result_picture",
    "result_pictures",
    "sign_sheet",
    "slips",
    "stamp",
    "stamped",
    "withdraw",
]
