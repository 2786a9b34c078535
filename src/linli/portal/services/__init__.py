"""Every write of the portal."""

from linli.portal.services.keys import A_MINUTE, MARK, end_api_key, give_api_key, spend_api_key
from linli.portal.services.papers import (
    KEPT,
    TYPES,
    add_blank,
    fill_paper,
    let_archive_go,
    make_archive,
    order_archive,
    retire_blank,
    take_archive,
    themes,
)

__all__ = [
    "A_MINUTE",
    "KEPT",
    "MARK",
    "TYPES",
    "add_blank",
    "end_api_key",
    "fill_paper",
    "give_api_key",
    "let_archive_go",
    "make_archive",
    "order_archive",
    "retire_blank",
    "spend_api_key",
    "take_archive",
    "themes",
]
