"""Rule packs: the law and local rules as dated data, one TOML file for each version.

A pack says which tests a decision must meet, of which measure and base, with which ratio, and where that is written.
No number of the law stands in code. Every parameter carries ``confirmed``: false means that nobody has yet read it in
the source itself, and whoever shows the parameter says so with its note. A file with a missing, unknown or ill-typed
field is refused whole, naming file and field, because half a rule would count votes wrongly in silence.
"""

import datetime
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

from linli.rules.errors import Refused
from linli.rules.packs.pack import (
    Base,
    Counted,
    Figure,
    Kind,
    Lift,
    Limit,
    Measure,
    Overlap,
    Pack,
    Parameter,
    Relation,
    Scope,
    Text,
    Threshold,
    Unit,
    Uses,
)
from linli.rules.packs.reading import read_pack

__all__ = [
    "Base",
    "Counted",
    "Figure",
    "Kind",
    "Lift",
    "Limit",
    "Measure",
    "Overlap",
    "Pack",
    "Packs",
    "Parameter",
    "Relation",
    "Scope",
    "Text",
    "Threshold",
    "Unit",
    "Uses",
    "read_pack",
    "shelf",
]


class Packs:
    """A shelf of packs, found by id or alias and date."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        """Refuses two packs of one name whose dates overlap: which of them counts would be a matter of chance."""
        self._packs = tuple(packs)
        for n, one in enumerate(self._packs):
            for other in self._packs[:n]:
                shared = {one.id, *one.aliases} & {other.id, *other.aliases}
                later = max(one, other, key=lambda pack: pack.valid_from.value)
                earlier = other if later is one else one
                if shared and earlier.in_force_at(later.valid_from.value):
                    raise Refused(
                        "pack.dates-overlap", "规则{pack}有两个版本的有效期重叠，请改正日期。", pack=sorted(shared)[0]
                    )

    def __iter__(self) -> Iterator[Pack]:
        return iter(self._packs)

    def in_force(self, name: str, at: datetime.date) -> Pack:
        """The version of ``name`` (an id or an alias) in force on the day ``at``.

        Refuses a name that no pack has, and a day on which no version is in force, saying which dates there are.
        """
        named = [pack for pack in self._packs if name == pack.id or name in pack.aliases]
        if not named:
            raise Refused("pack.unknown", "没有名为{pack}的规则，请检查名称。", pack=name)
        for pack in named:
            if pack.in_force_at(at):
                return pack
        dates = "、".join(
            f"{pack.valid_from.value}～{pack.valid_to.value or ''}"
            for pack in sorted(named, key=lambda pack: pack.valid_from.value)
        )
        raise Refused(
            "pack.none-in-force",
            "规则{pack}在{at}没有生效的版本，现有版本的有效期：{dates}。",
            pack=name,
            at=at.isoformat(),
            dates=dates,
        )


@functools.cache
def shelf() -> Packs:
    """The packs that come with the program."""
    folder = Path(__file__).parent
    return Packs(read_pack(path.read_bytes(), path.name) for path in sorted(folder.glob("*.toml")))
