"""A sheet as every kind of spreadsheet gives it: lines of plain cells, with what was merged and what was hidden."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

Cell = str | float | bool | date | None


class Span(NamedTuple):
    """A merged range: the columns it covers (from 0, both included) and its last row (from 1)."""

    left: int
    right: int
    bottom: int


class Line(NamedTuple):
    """One row of a sheet: its number as the spreadsheet shows it, its cells, whether it is hidden, and the columns
    whose value was carried down from the top of a merged range."""

    number: int
    cells: list[Cell]
    hidden: bool = False
    carried: frozenset[int] = frozenset()


@dataclass(slots=True)
class Sheet:
    """One sheet; its lines are read once. ``merges`` are known by the time their top row is read; ``height``
    is about how many rows there are."""

    name: str
    source: Iterable[tuple[int, list[Cell]]]
    merges: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False
    height: int = 0

    def lines(self) -> Iterator[Line]:
        """The rows that hold anything, top to bottom, with merged cells carried down."""
        open_spans: dict[int, tuple[Cell, int]] = {}
        for number, cells in self.source:
            carried: set[int] = set()
            for column, (value, bottom) in list(open_spans.items()):
                if number > bottom:
                    del open_spans[column]
                elif value not in (None, ""):
                    put(cells, column, value)
                    carried.add(column)
            for span in self.merges.get(number, ()):
                if span.bottom > number:
                    value = cells[span.left] if span.left < len(cells) else None
                    open_spans[span.left] = value, span.bottom
            if any(cell not in (None, "") for cell in cells):
                yield Line(number, cells, number in self.hidden_rows, frozenset(carried))

    def wide(self, number: int) -> list[Span]:
        """The merged ranges of a row that cover several columns."""
        return [span for span in self.merges.get(number, ()) if span.right > span.left]


def put(cells: list[Cell], column: int, value: Cell) -> None:
    """Write one cell of a row, which is lengthened where it is too short."""
    if column >= len(cells):
        cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = value
