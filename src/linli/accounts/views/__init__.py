"""Coming in and what one's account is: by subject; ``words`` says what codes are called."""

from linli.accounts.views.coming_in import choose, link, sign_in, sign_out
from linli.accounts.views.doors import (
    claim,
    claims,
    code_sheet,
    codes,
    door,
    find_code_of_door,
    one_code,
    print_codes,
    waiting,
)
from linli.accounts.views.family import at_door, end, family, invitation, one_help
from linli.accounts.views.keys import app, keys, new_app, paper, passkey, prove, remove
from linli.accounts.views.own import add_browser, data, devices, end_browsers
from linli.accounts.views.people import anew, bodies, call, invite, leaders, people, person
from linli.accounts.views.phones import ask_code, enter_code
from linli.accounts.views.weixin import begin_link, end_weixin, from_weixin, to_weixin

__all__ = [
    "add_browser",
    "anew",
    "app",
    "ask_code",
    "at_door",
    "begin_link",
    "bodies",
    "call",
    "choose",
    "claim",
    "claims",
    "code_sheet",
    "codes",
    "data",
    "devices",
    "door",
    "end",
    "end_browsers",
    "end_weixin",
    "enter_code",
    "family",
    "find_code_of_door",
    "from_weixin",
    "invitation",
    "invite",
    "keys",
    "leaders",
    "link",
    "new_app",
    "one_code",
    "one_help",
    "paper",
    "passkey",
    "people",
    "person",
    "print_codes",
    "prove",
    "remove",
    "sign_in",
    "sign_out",
    "to_weixin",
    "waiting",
]
