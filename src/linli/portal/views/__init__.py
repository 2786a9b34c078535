"""The pages of the portal."""

from linli.portal.views.archives import archive, order, papers
from linli.portal.views.blanks import add, blank, fill, retire
from linli.portal.views.burdens import jianfu
from linli.portal.views.checks import check, log_file, proof
from linli.portal.views.figures import figures
from linli.portal.views.finding import find
from linli.portal.views.home import home
from linli.portal.views.keys import end_key, keys
from linli.portal.views.own import own, own_phone, reach

__all__ = [
    "add",
    "archive",
    "blank",
    "check",
    "end_key",
    "figures",
    "fill",
    "find",
    "home",
    "jianfu",
    "keys",
    "log_file",
    "order",
    "own",
    "own_phone",
    "papers",
    "proof",
    "reach",
    "retire",
]
