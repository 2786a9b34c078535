"""A branch of the tree of places in memory: who lies below whom, what a door is called there, and their order."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from linli.community.models import Place
from linli.rules.doors import door_key

#: From the widest to the narrowest; any of them may be left out.
LEVELS = [kind.value for kind in Place.Kind]
#: Levels that are part of a door's name; those above are known from where one stands.
INSIDE = {Place.Kind.ZONE, Place.Kind.BUILDING, Place.Kind.UNIT}


class Tree:
    """Places by id with their children in natural order."""

    def __init__(self, places: list[Place]) -> None:
        self.by_id = {place.id: place for place in places}
        self._children: dict[UUID | None, list[Place]] = defaultdict(list)
        for place in places:
            self._children[place.parent_id].append(place)

    @classmethod
    def below(cls, place: Place) -> "Tree":
        """The place, all below it, and those above it up to its community, in one statement."""
        own = Place.objects.filter(path__contains=[place.id])
        above = Place.objects.filter(id__in=place.path, community=place.community_id)
        return cls(list((own | above).distinct()))

    @property
    def places(self) -> list[Place]:
        return list(self.by_id.values())

    def add(self, *places: Place) -> None:
        """Take in places that are not yet saved."""
        for place in places:
            self.by_id[place.id] = place
            self._children[place.parent_id].append(place)

    def children(self, place: Place, kind: str) -> list[Place]:
        """The places of one kind directly below ``place``."""
        return sorted((child for child in self._children[place.id] if child.kind == kind), key=lambda at: at.sort_key)

    def walk(self, place: Place, depth: int = 0) -> Iterator[tuple[int, Place]]:
        """``place`` and all below it with their depth, a house before its units, in the order of their names."""
        yield depth, place
        for child in sorted(self._children[place.id], key=lambda at: (LEVELS.index(at.kind), at.sort_key)):
            yield from self.walk(child, depth + 1)

    def chain(self, place: Place) -> list[Place]:
        """From below the community down to ``place``."""
        found = [self.by_id[step] for step in place.path if step in self.by_id]
        return [step for step in found if LEVELS.index(step.kind) > LEVELS.index(Place.Kind.COMMUNITY)]

    def door_key(self, place: Place, *, floor: str, room: str, name: str = "") -> str:
        """The key that orders a door at ``place`` among all doors of the community."""
        return door_key([step.name for step in self.chain(place)], floor, room, name)

    def steps(self, place: Place, within: Place) -> list[Place]:
        """What people standing in ``within`` say to name ``place``: neither what they stand in, nor a building that
        stands alone."""
        inner = [step for step in self.chain(place) if step.kind in INSIDE and step.id not in within.path]
        return [step for step in inner if step.kind == Place.Kind.UNIT or not self.is_alone(step)]

    def title(self, place: Place, within: Place) -> str:
        """How ``place`` is called by people standing in ``within``: 一单元, 2号楼一单元, or its own name."""
        return "".join(step.name for step in self.steps(place, within)) or place.name

    def is_alone(self, place: Place) -> bool:
        """Whether no other place of its kind lies beside it, so that its name says nothing."""
        return len([one for one in self._children[place.parent_id] if one.kind == place.kind]) == 1

    def prefix(self, place: Place, within: Place) -> str:
        """What stands before the rooms of ``place`` in their names: 一单元, or nothing."""
        return "" if place.kind not in INSIDE or place == within else self.title(place, within)
