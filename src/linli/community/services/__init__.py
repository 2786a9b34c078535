"""Every write of places and their people; other apps enter here."""

from linli.community.services.contacts import show_office_phone, show_own_phone
from linli.community.services.doors import lay_out_doors
from linli.community.services.owners import take_own_word
from linli.community.services.people import add_organisation, add_person, end_role, give_role
from linli.community.services.places import add_place, found_community, lock_community
from linli.community.services.registers import keep_reading, take_in_register
from linli.community.services.scopes import draw_decision_scopes

__all__ = [
    "add_organisation",
    "add_person",
    "add_place",
    "draw_decision_scopes",
    "end_role",
    "found_community",
    "give_role",
    "keep_reading",
    "lay_out_doors",
    "lock_community",
    "show_office_phone",
    "show_own_phone",
    "take_in_register",
    "take_own_word",
]
