"""Reads the sheets of one register, one after another: rows of doors, blocks of families, and what is neither."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from linli.community.adapters.registers.asides import first_words, is_note, is_total, levels_in, section_of
from linli.community.adapters.registers.cells import (
    LEVELS,
    Unread,
    clean,
    read_area,
    read_occupied,
    read_place,
    read_use,
    text_in,
    text_of,
)
from linli.community.adapters.registers.columns import (
    EXAMPLE_SHEET,
    HEADER_WITHIN,
    Headings,
    find_headings,
    heading,
    headings_of,
)
from linli.community.adapters.registers.doubts import doubts
from linli.community.adapters.registers.gathered import Gathered
from linli.community.adapters.registers.people import join, read_people
from linli.community.adapters.registers.reading import BadRow, Level, Progress, RegisterRow, silent
from linli.community.adapters.registers.reading import marked as _
from linli.community.adapters.workbooks import Cell, Line, Sheet

#: Rows after which the progress is told.
TOLD_EVERY = 500
KEYS = ("room", "door")
ABOVE_ROOMS = {"zone", "building", "unit", "floor"}


class Reader:
    """Reads the sheets of one register; ``found`` says whether any had headings."""

    def __init__(self, progress: Progress = silent) -> None:
        self.progress = progress
        self.total = self.done = 0
        self.found = False
        self.whole = Gathered()

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
                    words = _("这张表在文件里是隐藏的，没有读入。要读它，请先取消隐藏。")
                    self.whole.say(name, 0, "", "sheet-hidden", "doubt", words)
                return
            return
        first = list(itertools.islice(lines, HEADER_WITHIN + 1))
        headings, taken = find_headings(sheet, first)
        if headings is None:
            if first:
                self.whole.say(name, 0, "", "sheet-left-out", "notice", _("这张表没有表头，没有读入。"))
            return
        self.found = True
        reading = SheetReader(self.whole, sheet, name, headings)
        reading.begin()
        for line in self.count(itertools.chain(first[taken:], lines)):
            reading.read(line)
        reading.end()


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

    whole: Gathered
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
        words = first_words(line)
        if is_total(words):
            self.say(line.number, "", "total-row", "notice", _("像是合计行，没有读入。"))
            return True
        if section := section_of(line, words):
            self.begin_section(section)
            return True
        if not self.is_door(row) and is_note(words):
            self.say(line.number, "", "note-row", "notice", _("像是说明，没有读入。"))
            return True
        if any(heading(row.get(key)) for key in KEYS):
            again = headings_of(line.number, line.cells)
            if again.are_there:
                self.headings.at.update(again.at)
                return True
        return self.own_columns(line, row) <= ABOVE_ROOMS

    def own_columns(self, line: Line, row: Mapping[str, Cell]) -> set[str]:
        """The columns of a row that were written in it, not carried down from above."""
        if not line.carried:
            return set(row)
        return {column for column in row if self.headings.at[column] not in line.carried}

    def is_door(self, row: Mapping[str, Cell]) -> bool:
        return "room" in row or ("door" in row and bool(re.search(r"\d", text_in(row, "door"))))

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
        own = self.own_columns(line, row)
        if not own.isdisjoint(KEYS) or not (self.door or self.bad_row):
            return False
        people = own & {"name", "head", "owners", "relation"}
        return bool(people) and (not row.keys().isdisjoint(KEYS) or not own & {"area", "building", "unit"})

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
            join(self.door, person, partial(self.say, line.number))

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
            join(known, door, partial(self.say, line.number))
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
        """The people of one row; false where an error was named."""
        try:
            read_people(row, door, partial(self.say, line.number))
        except Unread as unread:
            self.leave_out(line, row, unread.column, unread.kind, unread.words, **unread.facts)
            return False
        return True

    def end(self) -> None:
        """Say what was carried down or hidden, now that it is known of how many rows."""
        self.end_runs()
        if self.hidden:
            words = _("从这一行起有{count}行在文件里是隐藏的，也读入了。请看看是不是都要。")
            self.say(self.hidden_from, "", "rows-hidden", "doubt", words, count=self.hidden)
