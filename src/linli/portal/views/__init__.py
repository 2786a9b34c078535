"""The pages of the portal."""

from linli.portal.views.burdens import jianfu
from linli.portal.views.checks import check, log_file, proof
from linli.portal.views.finding import find
from linli.portal.views.home import home, own
from linli.portal.views.keys import end_key, keys

__all__ = ["check", "end_key", "find", "home", "jianfu", "keys", "log_file", "own", "proof"]
