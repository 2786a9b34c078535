"""套表: the lists and records that an office's own blank can be filled from, each with the names of its fields.

The names are the words that clerks write between the braces, so they are Chinese in every language.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from linli.community.queries import community_of, doors_of, find_place, grounds_of
from linli.matters.models import Matter
from linli.matters.papers import result_values, slip_numbers
from linli.matters.queries import for_community, matter_for, station
from linli.record import clock
from linli.record.acting import Acting
from linli.rules.errors import Refused
from linli.voting.models import Drive
from linli.web.blanks import Value
from linli.web.dates import full_day


@dataclass(frozen=True, slots=True)
class Filling:
    """What a blank is filled with: one record, and the lines of a list."""

    record: Mapping[str, Value]
    rows: Sequence[Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Source:
    """One source: its name, its fields, what it can be taken of (id and name), and how it is read."""

    name: str | Promise
    record_fields: tuple[str, ...]
    row_fields: tuple[str, ...]
    choices: Callable[[Acting], Sequence[tuple[str, str]]]
    read: Callable[[Acting, UUID], Filling]

    @property
    def fields(self) -> tuple[str, ...]:
        return self.record_fields + self.row_fields


# ── 小区房屋名册 ─────────────────────────────────────────────────────────────────────────────────────────────────────


def grounds(by: Acting) -> list[tuple[str, str]]:
    return [(str(ground.place.id), ground.place.name) for ground in grounds_of(community_of(by), by)]


def register(by: Acting, subject: UUID) -> Filling:
    """The doors of a compound with areas and owners, as of today."""
    place = find_place(subject, by)
    units = doors_of(place, by)
    doors = [(unit, door) for unit in units for door in unit.doors]
    rows: list[Mapping[str, Value]] = [
        {
            "序号": n,
            "单元": unit.title,
            "房号": door.label,
            "楼层": door.floor,
            "面积": "" if door.area is None else Decimal(door.area) / 100,
            "用途": {"home": "住宅", "shop": "商铺"}[door.use],
            "业主": "、".join(door.owners),
            "户主": "、".join(door.heads),
        }
        for n, (unit, door) in enumerate(doors, 1)
    ]
    known = [door.area for _unit, door in doors if door.area is not None]
    record = {**today(by), "小区": place.name, "户数": len(doors), "总面积": Decimal(sum(known)) / 100 if known else ""}
    return Filling(record, rows)


def today(by: Acting) -> dict[str, Value]:
    """What every source knows: whose paper it is, and the day."""
    return {"社区": community_of(by).name, "填表日期": full_day(clock.today())}


# ── 议题清单 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def whole_community(by: Acting) -> list[tuple[str, str]]:
    place = community_of(by)
    return [(str(place.id), place.name)]


def matters(by: Acting, subject: UUID) -> Filling:
    """Every matter of the community, the newest first."""
    find_place(subject, by)
    rows: list[Mapping[str, Value]] = [
        {
            "序号": n,
            "编号": matter.number,
            "议题": matter.title,
            "地点": matter.place.name,
            "牵头单位": matter.convener.name,
            "提出日期": full_day(matter.raised_at),
            "进展": station(matter)[1],
        }
        for n, matter in enumerate(for_community(by), 1)
    ]
    return Filling({**today(by), "件数": len(rows)}, rows)


# ── 表态结果、收表清单 ───────────────────────────────────────────────────────────────────────────────────────────────


def decided(by: Acting) -> list[tuple[str, str]]:
    return named(each for each in for_community(by) if each.state == Matter.State.DECIDED)


def put(by: Acting) -> list[tuple[str, str]]:
    return named(each for each in for_community(by) if each.drive_id)


def named(found: Iterable[Matter]) -> list[tuple[str, str]]:
    return [(str(matter.id), f"{matter.number} {matter.title}") for matter in found]


def matter_record(by: Acting, subject: UUID) -> tuple[Matter, Drive, dict[str, Value]]:
    """A matter of the reader's community that was put to the owners, and what is known of it."""
    matter = matter_for(by, subject)
    if matter.community_id != by.community or matter.drive is None:
        raise Matter.DoesNotExist
    record: dict[str, Value] = {
        **today(by),
        "编号": matter.number,
        "议题": matter.title,
        "缘由": matter.words,
        "地点": matter.place.name,
        "牵头单位": matter.convener.name,
        "承办单位": matter.carrier.name if matter.carrier else "",
        "监督单位": matter.supervisor.name if matter.supervisor else "",
        "提出日期": full_day(matter.raised_at),
    }
    return matter, matter.drive, record


def result(by: Acting, subject: UUID) -> Filling:
    """The result of a matter, a line for each unit."""
    matter, drive, record = matter_record(by, subject)
    if drive.state != Drive.State.DECIDED:
        raise Refused("blank.no-result", "这件事还没有结果，填不了结果表。")
    more, rows = result_values(matter, drive)
    return Filling({**record, **more}, rows)


def slips(by: Acting, subject: UUID) -> Filling:
    """The slips to be collected: each door with its number, and nobody's answer."""
    matter, drive, record = matter_record(by, subject)
    rows: list[Mapping[str, Value]] = [
        {
            "序号": n,
            "表号": number,
            "房屋": seat.label,
            "面积": "" if seat.area is None else Decimal(seat.area) / 100,
        }
        for n, (number, seat) in enumerate(slip_numbers(matter, drive), 1)
    ]
    return Filling({**record, "张数": len(rows), "截止日期": full_day(drive.last_day)}, rows)


_TODAY = ("社区", "填表日期")
_MATTER = (*_TODAY, "编号", "议题", "缘由", "地点", "牵头单位", "承办单位", "监督单位", "提出日期")

SOURCES: Mapping[str, Source] = {
    "register": Source(
        gettext_lazy("小区房屋名册"),
        (*_TODAY, "小区", "户数", "总面积"),
        ("序号", "单元", "房号", "楼层", "面积", "用途", "业主", "户主"),
        grounds,
        register,
    ),
    "matters": Source(
        gettext_lazy("议题清单"),
        (*_TODAY, "件数"),
        ("序号", "编号", "议题", "地点", "牵头单位", "提出日期", "进展"),
        whole_community,
        matters,
    ),
    "result": Source(
        gettext_lazy("表态结果表"),
        (*_MATTER, "结论", "同意户数", "总户数", "费用", "开始日期", "截止日期", "结果日期", "依据"),
        ("单元", "单元同意户数", "单元总户数", "单元结论"),
        decided,
        result,
    ),
    "slips": Source(
        gettext_lazy("收表清单"), (*_MATTER, "张数", "截止日期"), ("序号", "表号", "房屋", "面积"), put, slips
    ),
}
