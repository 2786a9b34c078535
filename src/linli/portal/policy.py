"""Who may let a program read a community's data."""

from linli.community.models import Role
from linli.community.policy import Action

GIVE_KEYS = Action("api-key.give", frozenset({Role.Kind.SECRETARY, Role.Kind.DIRECTOR}))
ACTIONS = (GIVE_KEYS,)
