"""Who counts as one head (人数): Supreme People's Court interpretation on condominium ownership, article 9."""

from collections.abc import Hashable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from linli.rules.packs import Overlap

Owners = frozenset[Hashable]


def head_numbers(units: Sequence[tuple[Owners, bool]], *, overlap: Overlap = "separate") -> NDArray[np.int64]:
    """The head of each unit, as numbers from 0 in the order in which heads first appear.

    A unit is given as (its set of owners, whether it is the developer's: unsold or not yet handed over). Units with
    equal sets are one head; all of the developer's units together are one head, whatever owners stand beside them; a
    unit whose owners are unknown is a head of its own. Different sets that share an owner are different heads, unless
    ``overlap`` is "joined": then all who are linked through shared owners are one head.
    """
    linked = _linked([owners for owners, developer in units if not developer]) if overlap == "joined" else {}
    heads: dict[Hashable, int] = {}
    numbers = np.empty(len(units), dtype=np.int64)
    for place, (owners, developer) in enumerate(units):
        key: Hashable
        if developer:
            key = "developer"
        elif not owners:
            key = place
        else:
            key = frozenset({linked.get(owner, owner) for owner in owners})
        numbers[place] = heads.setdefault(key, len(heads))
    return numbers


def _linked(sets: Sequence[Owners]) -> dict[Hashable, Hashable]:
    """For each owner one owner that stands for all those linked with them through shared units."""
    leader: dict[Hashable, Hashable] = {}

    def find(owner: Hashable) -> Hashable:
        while leader.setdefault(owner, owner) != owner:
            leader[owner] = owner = leader[leader[owner]]
        return owner

    for owners in sets:
        for one, other in pairwise(owners):
            leader[find(other)] = find(one)
    return {owner: find(owner) for owner in list(leader)}
