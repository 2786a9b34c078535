"""What each page of places shows, made of the parts of ``web``; no rule and no write is here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.community.adapters.registers import BadRow, Fault
from linli.community.models import Place, RegisterDraft, RegisterImport
from linli.community.queries import Change, DoorLine, Ground, Preview, UnitDoors, Work
from linli.community.services.doors import LaidOut
from linli.rules.doors import Layout
from linli.web import dates, parts


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


#: Doors of a place up to which all of them are shown at once; of more, a unit is opened when it is asked for.
ALL_OPEN = 100


def place_page(units: Sequence[UnitDoors]) -> dict[str, Any]:
    """The sums over all units, and each unit's doors as a table; folded where they are many."""
    doors = sum(len(unit.doors) for unit in units)
    folded = doors > ALL_OPEN and len(units) > 1
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
        "folded": folded,
        "units": [
            (
                f"{unit.title} · {count_of(len(unit.doors))}" if folded else unit.title,
                unit_words(unit),
                [door_line(door) for door in unit.doors],
            )
            for unit in units
        ],
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


def fault_lines(faults: Sequence[Fault], *, several: bool) -> list[parts.Line]:
    """Faults, each with where it stands; the sheet is named where there are several."""
    return [parts.Line([where(fault, several=several), fault.column, fault_words(fault)]) for fault in faults]


def where(fault: Fault, *, several: bool) -> str:
    facts = {"sheet": fault.sheet, "row": fault.row}
    if not fault.row:
        return _("表“%(sheet)s”") % facts if several else _("整张表")
    return _("表“%(sheet)s”第%(row)s行") % facts if several else _("第%(row)s行") % facts


def preview_page(draft: RegisterDraft, seen: Preview) -> dict[str, Any]:
    """What would be written, then what is doubtful, then what is left out and why."""
    several = seen.several_sheets
    return {
        "refusal": refusal_words(draft),
        "sound": seen.rows > 0,
        "nothing": seen.rows > 0 and seen.is_nothing,
        "rows": count_of(seen.rows),
        "facts": brought(seen.counts),
        "fault_columns": [parts.Column(_("在哪里")), parts.Column(_("哪一栏")), parts.Column(_("请看一看"))],
        "error_columns": [parts.Column(_("在哪里")), parts.Column(_("哪一栏")), parts.Column(_("怎么改"))],
        "doubts": fault_lines(seen.doubts, several=several),
        "more_doubts": seen.totals["doubt"] - len(seen.doubts),
        "errors": fault_lines(seen.errors, several=several),
        "more_errors": seen.totals["error"] - len(seen.errors),
        "bad_rows": seen.bad_rows,
        "notices": notices(seen),
        "change_columns": [parts.Column(word) for word in (_("哪一户"), _("哪一项"), _("原来"), _("改成"))],
        "changes": change_lines(seen.changes),
        "kept": change_lines(seen.kept),
        "absent": seen.absent,
        "absent_lived_in": seen.absent_lived_in,
        "left_out": seen.left_out,
        "more_names": seen.more_names,
    }


def refusal_words(draft: RegisterDraft) -> str:
    """Why a register was not read, or not taken in, in the reader's language; empty where nothing was refused."""
    refusal = draft.refusal
    return _(refusal["words"]).format(**refusal["facts"]) if refusal else ""


def notices(seen: Preview) -> list[str]:
    """What was assumed, one sentence each; the same of many rows once, with how many."""
    said: dict[str, list[Fault]] = {}
    for fault in seen.notices:
        said.setdefault(fault_words(fault), []).append(fault)
    return [
        _("%(where)s：%(what)s") % {"where": where(faults[0], several=seen.several_sheets), "what": words}
        if len(faults) == 1
        else ngettext("%(where)s等%(n)s处：%(what)s", "%(where)s等%(n)s处：%(what)s", len(faults))
        % {"where": where(faults[0], several=seen.several_sheets), "n": len(faults), "what": words}
        for words, faults in said.items()
    ]


def brought(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What a register brings, without what it does not."""
    return [(word, number) for word, number in count_words(counts) if number]


def count_words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    number = Counter(counts)
    return [
        (_("新加的门户"), number["doors_added"]),
        (_("补上或改动的门户"), number["doors_changed"]),
        (_("新加的人"), number["people_added"]),
        (_("新记的业主"), number["ownerships_added"]),
        (_("改了份额的业主"), number["ownerships_changed"]),
        (_("不再是业主的"), number["ownerships_ended"]),
        (_("新记的住户"), number["households_added"]),
        (_("改动的住户"), number["households_changed"]),
        (_("搬走的住户"), number["households_ended"]),
        (_("新记的居住人"), number["residents_added"]),
        (_("不再居住的人"), number["residents_ended"]),
        (_("新登记的电话"), number["phones_added"]),
        (_("和原来一样的门户"), number["unchanged"]),
    ]


def change_lines(changes: Sequence[Change]) -> list[parts.Line]:
    words = {
        "floor": _("楼层"),
        "area": _("面积"),
        "use": _("用途"),
        "occupied": _("有人住"),
        "owner": _("业主"),
        "household": _("住户"),
        "member": _("居住人"),
        "phone": _("电话"),
    }
    return [
        parts.Line([change.door, words[change.what], before_word(change), value_word(change.after)])
        for change in changes
    ]


def before_word(change: Change) -> str:
    """What stood there before; another phone is not opened for it."""
    if change.what == "phone":
        return _("%(name)s登记的另一个号码") % {"name": change.before}
    return value_word(change.before)


def value_word(value: str) -> str:
    return {"home": _("住宅"), "shop": _("商铺"), "是": _("是"), "否": _("否"), "": _("没有")}.get(value, value)


def progress_page(draft: RegisterDraft, work: Work) -> dict[str, Any]:
    """How far the worker is with a register: whether it has begun, began anew, or has given up."""
    progress = getattr(draft, "progress", None)
    done, total = (progress.done, progress.total) if progress else (0, 0)
    return {
        "reading": draft.state == RegisterDraft.State.READING,
        "done": done,
        "total": total,
        "percent": done * 100 // total if total else 0,
        "begun": work.tries > 0,
        "again": work.tries > 1,
        "given_up": work.given_up,
    }


def taken_page(taken: RegisterImport, seen: Preview) -> dict[str, Any]:
    """What a register has brought, and how many rows are handed back."""
    return {
        "taken": taken,
        "said": taken_words(taken.counts),
        "facts": brought(taken.counts),
        "bad_rows": seen.bad_rows,
        "undone": taken.undone_at is not None,
    }


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


def import_rows(place: Place, imports: Sequence[RegisterImport]) -> list[parts.Row]:
    """What was taken in before, the newest first; only the newest that still holds leads to undoing it."""
    last = next((one.id for one in imports if one.undone_at is None), None)
    return [
        parts.Row(
            f"{dates.full_day(one.at)} {localtime(one.at):%H:%M}",
            note=_("已撤回") if one.undone_at else taken_words(one.counts),
            url=reverse("community:undo", args=[place.id, one.id]) if one.id == last else "",
            icon="bring",
        )
        for one in imports
    ]


def left_out_lines(rows: Sequence[tuple[BadRow, Sequence[Fault]]]) -> list[tuple[str, int, str, Mapping[str, str]]]:
    """The rows that were left out, each with what to mend in the reader's language."""
    return [
        (
            bad.sheet,
            bad.row,
            "\n".join(f"{fault.column}：{fault_words(fault)}".lstrip("：") for fault in faults),
            bad.cells,
        )
        for bad, faults in rows
    ]
