"""What all sheets of one register say together: rows, faults, and what was left out."""

from linli.community.adapters.registers.completing import complete, fill_levels
from linli.community.adapters.registers.reading import BadRow, Fault, Level, RegisterRow, same_names
from linli.community.adapters.registers.reading import marked as _


class Gathered:
    """Gathers the rows and faults of the sheets of one register, and looks over them together."""

    def __init__(self) -> None:
        self.rows: list[RegisterRow] = []
        self.faults: list[Fault] = []
        self.bad: list[BadRow] = []
        self.left_out: list[str] = []
        self.seen: dict[tuple[str, ...], RegisterRow] = {}

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
