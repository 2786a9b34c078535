"""The pages of matters."""

from linli.matters.views.acts import announce, decide, index, matter, new, of_drive, put
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

__all__ = [
    "announce",
    "decide",
    "index",
    "matter",
    "new",
    "of_drive",
    "papers",
    "put",
    "result",
    "result_as",
    "result_picture",
    "result_pictures",
    "sign_sheet",
    "slips",
    "stamp",
    "stamped",
]
