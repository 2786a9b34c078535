"""Which of a given list of doors a line of a chain means: exactly one, or a person must look."""

from collections.abc import Sequence
from dataclasses import dataclass

from linli.rules.chain.lines import Found
from linli.rules.doors import DoorName, level_key, plain, read_door, room_key, short_name
from linli.rules.errors import Refused


@dataclass(frozen=True, slots=True)
class Listed:
    """One door of the list: its label as given, and what it is found by."""

    label: str
    levels: tuple[str, ...]
    room: str
    name: str


class DoorList:
    """The doors that a chain may speak of. A label that is no door, or comes twice, is refused."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._doors = [_listed(label) for label in labels]
        if len({(door.levels, door.room, door.name) for door in self._doors}) < len(self._doors):
            raise Refused("chain.door-twice", "门牌名单里有一个门写了两次，请删去一个。")

    def find(self, doors: Sequence[Found], text: str) -> str:
        """The label of the one door meant. Refused: none, several, or one that the list does not have."""
        keys = list(dict.fromkeys(_key(found.name) for found in doors))
        if len(keys) > 1:
            raise Refused("chain.several-doors", "这一条里写了几个门牌，请分开登记。")
        if not keys:
            return self._by_name(text)
        levels, room = keys[0]
        meant = [door for door in self._doors if door.room == room and _fits(levels, door.levels)]
        if not meant:
            raise Refused("chain.door-not-listed", "名单里没有这个门牌，请核对。")
        if len(meant) > 1:
            options = "、".join(door.label for door in meant[:4])
            raise Refused("chain.door-unclear", "不知道是哪一个门，可能是{options}，请问一下本人。", options=options)
        return meant[0].label

    def _by_name(self, text: str) -> str:
        said = plain(text).casefold()
        meant = [door for door in self._doors if door.name and door.name in said]
        # 堰塘边第三家 is meant, not 堰塘边, where both are doors.
        meant = [door for door in meant if not any(door.name in other.name for other in meant if other is not door)]
        if len(meant) != 1:
            raise Refused("chain.no-door", "没写门牌，不知道是哪一户，请补上。")
        return meant[0].label


def written(doors: Sequence[Found]) -> str:
    """The one door as the line writes it, where there is no list: "3-502". Refused: none, or several."""
    names = list(dict.fromkeys(_key(found.name) for found in doors))
    if len(names) > 1:
        raise Refused("chain.several-doors", "这一条里写了几个门牌，请分开登记。")
    if not names:
        raise Refused("chain.no-door", "没写门牌，不知道是哪一户，请补上。")
    name = doors[0].name
    zone = f"{short_name(name.zone)}区" if name.zone else ""
    levels = (short_name(level) for level in (name.building, name.unit) if level)
    return "-".join(part for part in (zone, *levels, name.room.upper()) if part)


def _key(name: DoorName) -> tuple[tuple[str, ...], str]:
    levels = tuple(level_key(level) for level in (name.zone, name.building, name.unit) if level)
    return levels, room_key(name.room)


def _listed(label: str) -> Listed:
    name = read_door(label)
    levels, room = _key(name)
    return Listed(label.strip(), levels, room, plain(name.name).casefold() if name.name else "")


def _fits(said: tuple[str, ...], listed: tuple[str, ...]) -> bool:
    """Whether the levels that were said are among the door's, in order: 3-502 may be building 3 or unit 3."""
    rest = iter(listed)
    return all(level in rest for level in said)
