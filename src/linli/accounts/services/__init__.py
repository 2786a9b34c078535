"""Every write of logins and of what opens them; other apps enter here."""

from linli.accounts.services.anew import agree_to_readmission, readmit_person, withdraw_readmission
from linli.accounts.services.doors import (
    claim_door,
    confirm_claim,
    decline_claim,
    end_door_code,
    print_door_code,
    print_door_codes,
    use_confirmed_claim,
)
from linli.accounts.services.factors import (
    add_passkey,
    begin_totp,
    confirm_totp,
    prove_by_number,
    prove_by_passkey,
    remove_factor,
    renew_paper_codes,
)
from linli.accounts.services.family import end_help, invite_helper, record_help_at_door, take_up_help
from linli.accounts.services.limits import spend
from linli.accounts.services.logins import (
    add_device,
    end_sessions,
    invite_leaders,
    invite_person,
    make_sign_in_link,
    open_account,
    use_sign_in_link,
)
from linli.accounts.services.numbers import change_own_phone
from linli.accounts.services.oversight import appoint_officer
from linli.accounts.services.phones import ask_phone_code, send_phone_code, use_phone_code, words_of_phone_code
from linli.accounts.services.weixin import enter_by_weixin, link_weixin, unlink_weixin

__all__ = [
    "add_device",
    "add_passkey",
    "agree_to_readmission",
    "appoint_officer",
    "ask_phone_code",
    "begin_totp",
    "change_own_phone",
    "claim_door",
    "confirm_claim",
    "confirm_totp",
    "decline_claim",
    "end_door_code",
    "end_help",
    "end_sessions",
    "enter_by_weixin",
    "invite_helper",
    "invite_leaders",
    "invite_person",
    "link_weixin",
    "make_sign_in_link",
    "open_account",
    "print_door_code",
    "print_door_codes",
    "prove_by_number",
    "prove_by_passkey",
    "readmit_person",
    "record_help_at_door",
    "remove_factor",
    "renew_paper_codes",
    "send_phone_code",
    "spend",
    "take_up_help",
    "unlink_weixin",
    "use_confirmed_claim",
    "use_phone_code",
    "use_sign_in_link",
    "withdraw_readmission",
    "words_of_phone_code",
]
