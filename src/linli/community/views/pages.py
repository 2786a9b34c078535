"""What each page of places shows, made of the parts of ``web``; no rule and no write is here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.community.adapters.registers import Fault, Reading
from linli.community.queries import Change, DoorLine, Ground, Intake, UnitDoors
from linli.community.services.doors import LaidOut
from linli.rules.doors import Layout
from linli.web import parts

#: Faults and changes on one page; more would not be read.
SHOWN = 200


def count_of(doors: int) -> str:
    return ngettext("%(n)s户", "%(n)s户", doors) % {"n": doors}


def ground_rows(grounds: Sequence[Ground]) -> list[parts.Row]:
    """One line for each compound."""
    return [
        parts.Row(
            ground.place.name,
            note=count_of(ground.doors) if ground.doors else _("还没有门户"),
            url=reverse("community:place", args=[ground.place.id]),
            icon="building",
        )
        for ground in grounds
    ]


def square_metres(area: int | None) -> str:
    return _("不知道") if area is None else f"{area // 100}.{area % 100:02d}"


def yes_no(value: bool | None) -> str:
    return {True: _("是"), False: _("否"), None: _("不知道")}[value]


def use_word(use: str) -> str:
    return _("商铺") if use == "shop" else _("住宅")


def place_page(units: Sequence[UnitDoors]) -> dict[str, Any]:
    """The sums over all units, and each unit's doors as a table."""
    doors = sum(len(unit.doors) for unit in units)
    known = [
        (_("有面积"), sum(unit.with_area for unit in units)),
        (_("有业主"), sum(unit.with_owner for unit in units)),
        (_("有人住"), sum(unit.occupied for unit in units)),
    ]
    return {
        "doors": doors,
        "figures": [
            parts.Figure(str(doors), _("户")),
            *(parts.Figure(str(number), word, base=f"/{doors}") for word, number in known),
        ],
        "columns": [
            parts.Column(_("房号")),
            parts.Column(_("用途")),
            parts.Column(_("面积，平方米"), money=True),
            parts.Column(_("业主")),
            parts.Column(_("有人住")),
        ],
        "units": [(unit.title, unit_words(unit), [door_line(door) for door in unit.doors]) for unit in units],
    }


def unit_words(unit: UnitDoors) -> str:
    return _("%(doors)s户，有面积%(area)s户，有业主%(owner)s户，有人住%(occupied)s户") % {
        "doors": len(unit.doors),
        "area": unit.with_area,
        "owner": unit.with_owner,
        "occupied": unit.occupied,
    }


def door_line(door: DoorLine) -> parts.Line:
    owners = "、".join(door.owners) or _("不知道")
    return parts.Line([door.label, use_word(door.use), square_metres(door.area), owners, yes_no(door.occupied)])


def layout_page(layout: Layout) -> dict[str, Any]:
    """What a rule would make, unit by unit, before anything is made."""
    doors = layout.doors
    groups: dict[tuple[str, str], list[str]] = {}
    for door in doors:
        groups.setdefault((door.unit or _("不分单元"), door.use), []).append(door.room)
    return {
        "planned": count_of(len(doors)),
        "columns": [parts.Column(_("单元")), parts.Column(_("用途")), parts.Column(_("几户")), parts.Column(_("房号"))],
        "lines": [
            parts.Line([unit, use_word(use), count_of(len(rooms)), f"{rooms[0]}–{rooms[-1]}"])
            for (unit, use), rooms in groups.items()
        ],
    }


def laid_words(laid: LaidOut) -> str:
    """What laying out doors brought, as a sentence."""
    if not laid.doors:
        return _("这些门户早就排好了，没有改动。")
    return _("排好了%(doors)s户。") % {"doors": laid.doors}


def fault_words(fault: Fault) -> str:
    """A fault in the reader's language."""
    return _(fault.words).format(**fault.facts)


def fault_lines(reading: Reading, level: str) -> list[parts.Line]:
    """The faults of one level, each with where it stands; the sheet is named where there are several."""
    return [
        parts.Line([where(fault, reading), fault.column, fault_words(fault)]) for fault in faults_of(reading, level)
    ]


def faults_of(reading: Reading, level: str) -> list[Fault]:
    return [fault for fault in reading.faults if fault.level == level][:SHOWN]


def where(fault: Fault, reading: Reading) -> str:
    several = len(reading.sheets) > 1
    facts = {"sheet": fault.sheet, "row": fault.row}
    if not fault.row:
        return _("表“%(sheet)s”") % facts if several else _("整张表")
    return _("表“%(sheet)s”第%(row)s行") % facts if several else _("第%(row)s行") % facts


def fault_columns() -> list[parts.Column]:
    return [parts.Column(_("在哪里")), parts.Column(_("哪一栏")), parts.Column(_("怎么改"))]


def fault_page(reading: Reading) -> dict[str, Any]:
    """The errors that refuse a file, each with its row and column."""
    return {
        "fault_count": len(reading.errors),
        "fault_columns": fault_columns(),
        "fault_lines": fault_lines(reading, "error"),
        "more": max(0, len(reading.errors) - SHOWN),
    }


def preview_page(reading: Reading, intake: Intake) -> dict[str, Any]:
    """What would be written, what is doubtful, what was assumed, and what is left out."""
    counts = intake.counts
    return {
        "nothing": intake.is_nothing,
        "rows": count_of(len(reading.rows)),
        "facts": [(word, number) for word, number in count_words(counts) if number],
        "fault_columns": [*fault_columns()[:2], parts.Column(_("请看一看"))],
        "doubts": fault_lines(reading, "doubt"),
        "notices": [
            _("%(where)s：%(what)s") % {"where": where(fault, reading), "what": fault_words(fault)}
            for fault in faults_of(reading, "notice")
        ],
        "change_columns": [parts.Column(word) for word in (_("哪一户"), _("哪一项"), _("原来"), _("改成"))],
        "changes": change_lines([change for change in intake.changes if change.before]),
        "kept": change_lines(intake.kept),
        "left_out": reading.left_out,
    }


def count_words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [
        (_("新加的门户"), counts["doors_added"]),
        (_("补上或改动的门户"), counts["doors_changed"]),
        (_("新加的人"), counts["people_added"]),
        (_("新记的业主关系"), counts["ownerships_added"]),
        (_("结束的业主关系"), counts["ownerships_ended"]),
        (_("新记的住户"), counts["households_added"]),
        (_("改动的住户"), counts["households_changed"]),
        (_("搬走的住户"), counts["households_ended"]),
        (_("和原来一样的门户"), counts["unchanged"]),
    ]


def change_lines(changes: Sequence[Change]) -> list[parts.Line]:
    words = {
        "floor": _("楼层"),
        "area": _("面积"),
        "use": _("用途"),
        "occupied": _("有人住"),
        "owner": _("业主"),
        "household": _("住户"),
    }
    return [
        parts.Line([change.door, words[change.what], value_word(change.before), value_word(change.after)])
        for change in changes[:SHOWN]
    ]


def value_word(value: str) -> str:
    return {"home": _("住宅"), "shop": _("商铺"), "是": _("是"), "否": _("否"), "": _("没有")}.get(value, value)


def taken_words(counts: Mapping[str, int]) -> str:
    """What a register brought, as a sentence."""
    said = Counter(counts)
    said.pop("unchanged", None)
    if not any(said.values()):
        return _("表里的内容早就有了，没有新的要写。")
    return _("写好了：新加%(added)s户，补上或改动%(changed)s户，新加%(people)s人。") % {
        "added": counts["doors_added"],
        "changed": counts["doors_changed"],
        "people": counts["people_added"],
    }
