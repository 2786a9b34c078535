"""Every read of the portal, over all apps."""

from linli.portal.queries.beginning import Beginning, first_steps
from linli.portal.queries.checks import Check, check_of, proof_of_thread, step_of
from linli.portal.queries.figures import FEW, CommunityFigures, figures_below
from linli.portal.queries.keys import keys_of
from linli.portal.queries.papers import archives_of, blanks_of
from linli.portal.queries.search import Found, doors_of_person, search
from linli.portal.queries.tasks import things_to_do

__all__ = [
    "FEW",
    "Beginning",
    "Check",
    "CommunityFigures",
    "Found",
    "archives_of",
    "blanks_of",
    "check_of",
    "doors_of_person",
    "figures_below",
    "first_steps",
    "keys_of",
    "proof_of_thread",
    "search",
    "step_of",
    "things_to_do",
]
