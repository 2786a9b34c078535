"""Reads the sheets of one register, one after another: rows of doors, blocks of families, and what is neither."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from linli.community.adapters.registers.cells import (
    DECEASED,
    EMPTY_HOME,
    HEADS,
    LEVELS,
    OWNING,
    Unread,
    clean,
    read_area,
    read_day,
    read_names,
    read_occupied,
    read_phones,
    read_place,
    read_shared_names,
    read_use,
    share_of,
    text_of,
)
from linli.community.adapters.registers.columns import (
    EXAMPLE_SHEET,
    HEADER_WITHIN,
    SAID_LEVELS,
    Headings,
    find_headings,
    heading,
    headings_of,
)
from linli.community.adapters.registers.completing import complete, fill_levels
from linli.community.adapters.registers.reading import BadRow, Fault, Level, Progress, RegisterRow, same_names, silent
from linli.community.adapters.registers.reading import marked as _
from linli.community.adapters.workbooks import Cell, Line, Sheet
from linli.rules.doors import LETTERED, level_name, plain, read_number

#: Rows after which the progress is told.
TOLD_EVERY = 500
TOTALS = ("合计", "总计", "小计", "共计", "总数")
NOTES = re.compile(
    r"(?:注|备注|说明|附注|附|填表|制表|审核|填报|经办|复核|负责|联系|打印|统计|登记|单位|日期)"
    r"(?:人|员|日期|时间|单位|说明|意见|盖章|签字)*\d*[:：、.]|[（(]?(?:注|盖章|签字)[:：）)]|[※★*]|以上|本表"
)
SECTION = re.compile(
    rf"(?:(?P<zone>{LETTERED})区|(?P<building>{LETTERED})(?:号楼|#楼|#|栋|幢|座)|(?P<unit>{LETTERED})(?:单元|门))[:]?"
)
#: What rounding shares to hundredths of a percent may leave out of a whole.
ROUNDING = Fraction("0.01")
USUAL_ROOM = re.compile(r"[A-Za-z]?\d{1,5}[A-Za-z]?(?:[-之]\d{1,2})?[东西南北中左右]?[户侧]?")


class Reader:
    """Gathers the rows and faults of all sheets of one register."""

    def __init__(self, progress: Progress = silent) -> None:
        self.progress = progress
        self.total = self.done = 0
        self.rows: list[RegisterRow] = []
        self.faults: list[Fault] = []
        self.bad: list[BadRow] = []
        self.left_out: list[str] = []
        self.found = False
        self.seen: dict[tuple[str, ...], RegisterRow] = {}

    def expect(self, sheets: Sequence[Sheet]) -> None:
        """Say of how many rows the progress is."""
        self.total += sum(sheet.height for sheet in sheets)
        self.progress(self.done, self.total)

    def count(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The lines, with the progress told every so often."""
        for line in lines:
            self.done += 1
            if not self.done % TOLD_EVERY:
                self.progress(self.done, max(self.done, self.total))
            yield line

    def read(self, sheet: Sheet, name: str) -> None:
        """Read one sheet; ``name`` is what it is called in faults."""
        lines = sheet.lines()
        if sheet.hidden or name.endswith(EXAMPLE_SHEET):
            for _line in lines:
                if sheet.hidden:
                    self.say(
                        name,
                        0,
                        "",
                        "sheet-hidden",
                        "doubt",
                        _("这张表在文件里是隐藏的，没有读入。要读它，请先取消隐藏。"),
                    )
                return
            return
        first = list(itertools.islice(lines, HEADER_WITHIN + 1))
        headings, taken = find_headings(sheet, first)
        if headings is None:
            if first:
                self.say(name, 0, "", "sheet-left-out", "notice", _("这张表没有表头，没有读入。"))
            return
        self.found = True
        reading = SheetReader(self, sheet, name, headings)
        reading.begin()
        for line in self.count(itertools.chain(first[taken:], lines)):
            reading.read(line)
        reading.end()

    def say(
        self, sheet: str, row: int, column: str, kind: str, level: Level, words: str, /, **facts: str | int
    ) -> None:
        self.faults.append(Fault(sheet, row, column, kind, level, words, facts))

    def finish(self) -> None:
        """Look over all rows together: levels that one workbook leaves out, names at several doors, missing areas."""
        for row in self.rows:
            row.families = tuple(family if family[0] else family[1:] for family in row.families)
        self.rows, doubled = fill_levels(self.rows)
        for row, other in doubled:
            self.complete(other, row)
        for at in same_names(self.rows).values():
            row = at[1]
            self.say(
                *(row.sheet, row.row, "", "same-name", "doubt"),
                _("这一户的一位业主，和第{first}行的业主同名。是不是同一个人，要由人来定；不定就算两个人。"),
                first=at[0].row,
            )
        unknown: dict[str, int] = {}
        for row in self.rows:
            if row.area is None:
                unknown[row.sheet] = unknown.get(row.sheet, 0) + 1
        for sheet, count in unknown.items():
            words = _("有{count}户没有面积，先记作“不知道”；按面积计票时会说明。")
            self.say(sheet, 0, "", "area-unknown", "notice", words, count=count)

    def complete(self, known: RegisterRow, row: RegisterRow) -> None:
        """What two sheets say of one door, joined; where they differ, the first stays and a doubt says so."""
        for column in complete(known, row):
            self.say(
                *(row.sheet, row.row, column, "sheets-differ", "doubt"),
                _("{door}的“{column}”和“{sheet}”第{row}行写的不一样，先照那一行。请核对。"),
                door=row.label, column=column, sheet=known.sheet, row=known.row,
            )  # fmt: skip


@dataclass(slots=True)
class Run:
    """Rows one below the other whose level was empty, and read as the row above."""

    row: int
    column: str
    value: str
    count: int = 1


@dataclass(slots=True)
class SheetReader:
    """Reads one sheet: where its columns are, and the door that the rows below it may still belong to."""

    whole: Reader
    sheet: Sheet
    name: str
    headings: Headings
    section: dict[str, str] = field(default_factory=dict)
    above: RegisterRow | None = None
    door: RegisterRow | None = None
    bad_row: int = 0
    runs: dict[str, Run] = field(default_factory=dict)
    hidden_from: int = 0
    hidden: int = 0
    withins: dict[str, int] = field(default_factory=dict)

    def say(self, row: int, column: str, kind: str, level: Level, words: str, /, **facts: str | int) -> None:
        shown = self.headings.shown(column) if column else ""
        self.whole.say(self.name, row, shown, kind, level, words, **facts)

    @property
    def lists_people(self) -> bool:
        """Whether a row is a person, and a door may take several rows."""
        return "name" in self.headings.at

    def begin(self) -> None:
        """Say what of the columns is left out, doubled or hidden; take a level from the sheet's name."""
        headings = self.headings
        for words in headings.left_out.values():
            self.whole.left_out.append(words)
            self.whole.say(
                *(self.name, headings.row, words, "column-left-out", "notice"), _("这一栏用不着，没有读，也没有存。")
            )
        for column, words in headings.twice.items():
            self.say(
                *(headings.row, column, "column-twice", "doubt"),
                _("有两栏都是“{name}”，只读了前面一栏“{first}”。请核对。"),
                name=words, first=headings.shown(column),
            )  # fmt: skip
        for column, at in headings.at.items():
            if at in self.sheet.hidden_columns:
                self.say(headings.row, column, "column-hidden", "notice", _("这一栏在文件里是隐藏的，也读入了。"))
        if {"phone", "owner_phone", "head_phone"} & set(headings.at):
            column = next(one for one in ("phone", "owner_phone", "head_phone") if one in headings.at)
            self.say(
                headings.row,
                column,
                "phone-tells-people-apart",
                "notice",
                _("电话用来分清是不是同一个人，加密保存，以后找人、用短信进门都靠它。"),
            )
        if "use" not in headings.at:
            self.say(0, "use", "use-missing", "notice", _("没有“用途”一栏，都按住宅算。"))
        found = levels_in(self.sheet.name)
        for level, words in found.items():
            if level not in headings.at:
                self.section[level] = words
                self.say(0, level, "level-from-sheet", "notice", _("照表名，都算在“{name}”里。"), name=words)

    def read(self, line: Line) -> None:
        """Read one line: a row of a door or a person, or one of the things that stand between them."""
        row: dict[str, Cell] = {}
        for column, at in self.headings.at.items():
            cell = line.cells[at] if at < len(line.cells) else None
            if type(cell) is str:
                cell = clean(cell)
            if cell not in (None, ""):
                row[column] = cell
        if self.is_aside(line, row):
            return
        if line.hidden:
            self.hidden += 1
            self.hidden_from = self.hidden_from or line.number
        if self.is_below(line, row):
            self.read_member(line, row)
        else:
            self.read_door(line, row)

    def is_aside(self, line: Line, row: Mapping[str, Cell]) -> bool:
        """Whether a line is no row: a sum, a note, the headings again, a title of the rows that follow."""
        words = [text for cell in line.cells[:8] if type(cell) is str and (text := cell.strip())][:4]
        if any(word.startswith(TOTALS) for word in words):
            self.say(line.number, "", "total-row", "notice", _("像是合计行，没有读入。"))
            return True
        if self.is_section(line, words):
            return True
        if any(NOTES.match(word) for word in words) and not self.is_door(row):
            self.say(line.number, "", "note-row", "notice", _("像是说明，没有读入。"))
            return True
        if any(heading(cell) for cell in (row.get("room"), row.get("door"))):
            again = headings_of(line.number, line.cells)
            if again.are_there:
                self.headings.at.update(again.at)
                return True
        if line.carried:
            row = {column: cell for column, cell in row.items() if self.headings.at[column] not in line.carried}
        return not (row.keys() - {"zone", "building", "unit", "floor"})

    def is_section(self, line: Line, words: list[str]) -> bool:
        """Whether a line is only the title of the rows below it: 3号楼, 二单元."""
        found = levels_in(words[0]) if words and len(words[0]) <= 12 else {}
        if not found or len({text_of(cell) for cell in line.cells} - {""}) > 1:
            return False
        self.begin_section(found)
        return True

    def is_door(self, row: Mapping[str, Cell]) -> bool:
        return "room" in row or ("door" in row and bool(re.search(r"\d", text_of(row["door"]))))

    def begin_section(self, found: Mapping[str, str]) -> None:
        for level in found:
            for lower in LEVELS[LEVELS.index(level) :]:
                self.section.pop(lower, None)
        self.section |= found
        self.above = self.door = None
        self.bad_row = 0
        self.end_runs()

    def is_below(self, line: Line, row: Mapping[str, Cell]) -> bool:
        """Whether a row goes on with the door above it: its key cells are empty, or carried down by a merged cell."""
        keys = [column for column in ("room", "door") if column in row]
        if all(self.headings.at[column] in line.carried for column in keys) and (self.door or self.bad_row):
            people = row.keys() & {"name", "head", "owners", "relation"}
            own = row.keys() - {column for column, at in self.headings.at.items() if at in line.carried}
            return bool(people & own) and (bool(keys) or not own & {"area", "building", "unit"})
        return False

    def read_member(self, line: Line, row: Mapping[str, Cell]) -> None:
        """A row below a door: one more of its people."""
        if self.bad_row:
            self.leave_out(
                line, row, "", "above-left-out", _("上面第{row}行没有读入，这一行跟着它，也先不读。"), row=self.bad_row
            )
            return
        assert self.door is not None
        fresh = {column: cell for column, cell in row.items() if self.headings.at[column] not in line.carried}
        person = RegisterRow(self.name, line.number)
        if self.read_people(line, fresh, person):
            self.join(line, self.door, person)

    def read_door(self, line: Line, row: Mapping[str, Cell]) -> None:
        """A row that names its door."""
        self.door, self.bad_row = None, 0
        values: dict[str, Any] = {}
        try:
            values = read_place(row, self.section)
        except Unread as unread:
            self.leave_out(line, row, unread.column, unread.kind, unread.words, **unread.facts)
        sound = bool(values)
        for column, read in (("area", read_area), ("use", read_use), ("occupied", read_occupied)):
            try:
                values[column] = read(row)
            except Unread as unread:
                sound = False
                self.leave_out(line, row, unread.column, unread.kind, unread.words, **unread.facts)
        within = values.pop("within", "")
        door = RegisterRow(self.name, line.number, lists_members=self.lists_people, **values)
        sound = self.read_people(line, row, door) and sound
        if sound and self.place_levels(line, row, door):
            self.check_within(line, within)
            self.keep(line, row, door)
        else:
            self.bad_row = line.number

    def leave_out(
        self, line: Line, row: Mapping[str, Cell], column: str, kind: str, words: str, /, **facts: str | int
    ) -> None:
        """Name an error and keep the row's needed cells, once, to be handed back."""
        self.say(line.number, column, kind, "error", words, **facts)
        bad = self.whole.bad
        if not bad or (bad[-1].sheet, bad[-1].row) != (self.name, line.number):
            bad.append(BadRow(self.name, line.number, {column: text_of(cell)[:400] for column, cell in row.items()}))

    def place_levels(self, line: Line, row: Mapping[str, Cell], door: RegisterRow) -> bool:
        """Give a door the levels that stand only in a row above it; false where nobody can say which unit it is in."""
        for column in ("building", "unit"):
            wanted = column in self.headings.at and not getattr(door, column) and not door.name and door.use != "shop"
            value = getattr(self.above, column) if self.above else ""
            if not wanted or not value:
                self.end_runs(column)
                continue
            setattr(door, column, value)
            run = self.runs.get(column)
            if run is None or run.value != value:
                self.end_runs(column)
                self.runs[column] = Run(line.number, column, value)
            else:
                run.count += 1
        if "unit" in self.headings.at and not door.unit and not door.name and door.use != "shop":
            words = _("没写单元，上面也没有可以照着的。请写上单元，例如 1单元。")
            self.leave_out(line, row, "unit", "unit-missing", words)
            return False
        return True

    def end_runs(self, *columns: str) -> None:
        for column in columns or list(self.runs):
            if run := self.runs.pop(column, None):
                level: Level = "notice" if self.lists_people else "doubt"
                self.say(
                    *(run.row, column, "carried-down", level),
                    _("从这一行起有{count}行没写，都照上面一行的“{value}”算。请核对。"),
                    count=run.count, value=run.value,
                )  # fmt: skip

    def check_within(self, line: Line, within: str) -> None:
        """Ask where addresses of one register lie in different compounds."""
        if not within or within in self.withins:
            return
        others = [one for one in self.withins if not one.endswith(within) and not within.endswith(one)]
        self.withins[within] = line.number
        if others:
            words = _("这一行的地址和第{row}行不像在一个小区。请核对，不是这里的请删去。")
            self.say(line.number, "door", "other-compound", "doubt", words, row=self.withins[others[0]])

    def keep(self, line: Line, row: Mapping[str, Cell], door: RegisterRow) -> None:
        self.above = door
        known = self.whole.seen.setdefault(door.key, door)
        self.door = known
        if known is door:
            self.whole.rows.append(door)
            self.say_doubts(line, door)
        elif known.sheet != self.name:
            self.say_doubts(line, door)
            self.whole.complete(known, door)
        elif self.lists_people:
            self.join(line, known, door)
        elif known.packed()[2:] == door.packed()[2:]:
            self.say(
                line.number, "", "row-twice", "notice", _("和第{earlier}行一模一样，只算一次。"), earlier=known.row
            )
        else:
            self.door, self.bad_row = None, line.number
            self.leave_out(
                line, row, "room" if "room" in row else "door", "door-twice",
                _("{door}和第{earlier}行重复。一户只写一行，几位业主写在一格里，用“、”分开。"),
                door=door.label, earlier=known.row,
            )  # fmt: skip

    def say_doubts(self, line: Line, door: RegisterRow) -> None:
        for column, kind, words, facts in doubts(door):
            self.say(line.number, column, kind, "doubt", words, **facts)

    def read_people(self, line: Line, row: Mapping[str, Cell], door: RegisterRow) -> bool:
        """The owners, the families and their phones of one row; false where an error was named."""
        try:
            if "owners" in row or "shares" in row:
                self.read_owners(line, row, door)
            self.read_families(row, door)
        except Unread as unread:
            self.leave_out(line, row, unread.column, unread.kind, unread.words, **unread.facts)
            return False
        self.read_lightly(line, row, door)
        return True

    def read_owners(self, line: Line, row: Mapping[str, Cell], door: RegisterRow) -> None:
        shared = read_shared_names(row, "owners")
        door.owners = tuple(name for name, _share in shared)
        shares = {name: share for name, share in shared if share}
        parts = re.split(r"[、，,;；\s]+", text_of(row.get("shares")))
        if not shares and len(parts) in (1, len(shared)) and all(map(share_of, parts)):
            shares = {name: share_of(part) for name, part in zip(door.owners, itertools.cycle(parts), strict=False)}
        if shares:
            door.shares = shares
        words = text_of(row.get("owners"))
        if DECEASED.search(words):
            self.say(
                line.number, "owners", "owner-deceased", "doubt", _("写着已故的业主，先照写的记。请问清现在是谁。")
            )
        if re.search(r"等(?:.{0,2}人)?(?:$|[（(])", words):
            self.say(
                line.number, "owners", "owners-incomplete", "doubt", _("写着“等”，业主可能没写全，请把每一位都写上。")
            )

    def read_families(self, row: Mapping[str, Cell], door: RegisterRow) -> None:
        heads, names = (self.read_residents(row, column, door) for column in ("head", "name"))
        relation = plain(text_of(row.get("relation")))
        if names and relation in OWNING:
            door.owners = tuple(dict.fromkeys((*door.owners, *names)))
        head = heads or (names if relation in HEADS else ())
        people = tuple(dict.fromkeys((*head, *names)))
        if people:
            door.families = (people if head else ("", *people),)

    def read_residents(self, row: Mapping[str, Cell], column: str, door: RegisterRow) -> tuple[str, ...]:
        """The people of one cell who live at a door, where the cell does not say that nobody does."""
        if column not in row:
            return ()
        if plain(text_of(row[column])) in EMPTY_HOME:
            door.occupied = False if door.occupied is None else door.occupied
            return ()
        return read_names(row, column, 200)

    def read_lightly(self, line: Line, row: Mapping[str, Cell], door: RegisterRow) -> None:
        """Phones and the day of moving in: what cannot be read of these is a doubt, the row stays."""
        people = [name for family in door.families for name in family if name]
        for column, names in (
            ("owner_phone", list(door.owners)),
            ("head_phone", people[:1]),
            ("phone", people[-1:] if "name" in row else people[:1] or list(door.owners)),
        ):
            if column not in row:
                continue
            try:
                phones = read_phones(row, column)
                if phones and names and (len(phones) == len(names) or len(names) == 1):
                    found = dict(zip(names, phones, strict=False))
                    door.phones = {**found, **door.phones}
            except Unread as unread:
                self.say(line.number, unread.column, unread.kind, "doubt", unread.words, **unread.facts)
        try:
            door.since = read_day(row, "since")
        except Unread as unread:
            self.say(line.number, unread.column, unread.kind, "doubt", unread.words, **unread.facts)

    def join(self, line: Line, door: RegisterRow, more: RegisterRow) -> None:
        """Add the people of one more row to a door."""
        for name in more.people:
            if name and name in door.people and (name not in more.owners or name in door.owners):
                self.say_twice(line, door, more, name)
        if more.owners:
            door.owners = tuple(dict.fromkeys((*door.owners, *more.owners)))
            door.shares = {**more.shares, **door.shares}
        for family in more.families:
            door.families = joined(door.families, family)
        if more.phones:
            door.phones = {**more.phones, **door.phones}
        door.area, door.use = door.area or more.area, door.use or more.use
        door.occupied = more.occupied if door.occupied is None else door.occupied
        door.since = door.since or more.since

    def say_twice(self, line: Line, door: RegisterRow, more: RegisterRow, name: str) -> None:
        known, phone = door.phones.get(name), more.phones.get(name)
        if known and phone and known != phone:
            words = _("这一户有两行同名、电话不同，先算一个人。请核对。")
            self.say(line.number, "name", "person-twice", "doubt", words)
        elif name == more.head and name in (family[0] for family in door.families) and len(more.people) > 1:
            return
        elif name in more.people[-1:]:
            self.say(line.number, "name", "person-twice", "notice", _("这个人在这一户已经写过一次，只算一次。"))

    def end(self) -> None:
        """Say what was carried down or hidden, now that it is known of how many rows."""
        self.end_runs()
        if self.hidden:
            words = _("从这一行起有{count}行在文件里是隐藏的，也读入了。请看看是不是都要。")
            self.say(self.hidden_from, "", "rows-hidden", "doubt", words, count=self.hidden)


@lru_cache(5_000)
def levels_in(text: str) -> dict[str, str]:
    """The level that a title of rows or a sheet's name says (3号楼, 二单元), or nothing."""
    match = SECTION.fullmatch(plain(text))
    if not match:
        return {}
    found: dict[str, str] = {}
    for level in SAID_LEVELS:
        if number := match.group(level):
            known = read_number(number) is not None or level == "building"
            found[level] = level_name(level, number) if known else plain(text).rstrip(":")
    return found


def joined(families: tuple[tuple[str, ...], ...], more: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The families of a door with one row's people more: with their own head, or in the family above.

    A family of which nobody is named as head yet begins with "".
    """
    head, members = more[0], more[1:]
    at = len(families) - 1 if not head else place_of_head(families, head)
    if at < 0:
        return (*families, more)
    family = families[at] if families[at][0] or not head else (head, *families[at][1:])
    return (*families[:at], tuple(dict.fromkeys((*family, *members))), *families[at + 1 :])


def place_of_head(families: tuple[tuple[str, ...], ...], head: str) -> int:
    """Which family a head belongs to: theirs, else one that has no head yet; -1 for none."""
    wanted = [at for at, family in enumerate(families) if family[0] == head]
    return next(iter([*wanted, *(at for at, family in enumerate(families) if not family[0])]), -1)


def doubts(row: RegisterRow) -> Iterable[tuple[str, str, str, dict[str, str | int]]]:
    """What can be read but hardly be meant."""
    if row.room and row.use != "shop" and not USUAL_ROOM.fullmatch(row.room):
        yield "room", "room-unlikely", _("“{room}”不像房号，先照写的记。请核对。"), {"room": row.room}
    if row.area is not None and row.use != "shop" and not 500 <= row.area <= 100_000:
        shown = f"{row.area // 100}.{row.area % 100:02d}"
        yield "area", "area-unlikely", _("{area}平方米，住宅很少有这么大或这么小，请核对。"), {"area": shown}
    if row.occupied is False and row.families:
        yield "occupied", "head-but-empty", _("写了住户，又写没有入住，请核对。"), {}
    if row.shares and len(row.shares) == len(row.owners) and not adds_up(row.shares.values()):
        yield "owners", "shares-not-whole", _("几位业主的份额加起来不是一整份，请核对。"), {}


def adds_up(shares: Iterable[str]) -> bool:
    """Whether shares make a whole, but for what rounding to hundredths of a percent leaves out."""
    return abs(sum(map(Fraction, shares), Fraction(-1))) <= ROUNDING
