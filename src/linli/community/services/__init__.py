"""Every write of places and their people; other apps enter here."""

from linli.community.services.contacts import show_office_phone, show_own_phone
from linli.community.services.doors import lay_out_doors
from linli.community.services.owners import settle_at_door, take_own_word
from linli.community.services.people import add_organisation, add_person, end_role, give_role, put_on_roster
from linli.community.services.personal import record_phone, reveal
from linli.community.services.places import add_place, begin_thread, checked_name, found_community, lock_community
from linli.community.services.readings import hand_in_register, read_handed_in
from linli.community.services.registers import (
    order_register,
    take_in_ordered,
    take_in_register,
    undo_register,
)
from linli.community.services.scopes import draw_decision_scopes

__all__ = [
    "add_organisation",
    "add_person",
    "add_place",
    "begin_thread",
    "checked_name",
    "draw_decision_scopes",
    "end_role",
    "found_community",
    "give_role",
    "hand_in_register",
    "lay_out_doors",
    "lock_community",
    "order_register",
    "put_on_roster",
    "read_handed_in",
    "record_phone",
    "reveal",
    "settle_at_door",
    "show_office_phone",
    "show_own_phone",
    "take_in_ordered",
    "take_in_register",
    "take_own_word",
    "undo_register",
]
