"""What doors are called, for those who put them on a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from linli.community.models import Dwelling, Place
from linli.community.tree import Tree
from linli.rules.doors import short_name


@dataclass(frozen=True, slots=True)
class DoorLabel:
    """A door's name among the doors of a place: in full (2号楼一单元301), and short (2-1-301)."""

    full: str
    short: str


def labels_of(place: Place, dwellings: Iterable[Dwelling]) -> dict[UUID, DoorLabel]:
    """The labels of doors at or below ``place``, as people standing there tell them apart; one statement."""
    tree = Tree.below(place)
    return {dwelling.id: label_of(tree, dwelling, place) for dwelling in dwellings}


def label_of(tree: Tree, dwelling: Dwelling, within: Place) -> DoorLabel:
    """One door's label: levels that lie above ``within``, and a building that stands alone, are left out."""
    home = tree.by_id[dwelling.place_id]
    levels = [home] if home == within and home.kind == Place.Kind.UNIT else tree.steps(home, within)
    return DoorLabel(
        full="".join([*(step.name for step in levels), str(dwelling)]),
        short="-".join([*(short_name(step.name) for step in levels), str(dwelling)]),
    )
