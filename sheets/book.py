"""What was read of a file: a book of sheets, rows and cells, each cell with what it shows, what it is and what to mind.

`sheets.reading` makes them; `sheets.figures` says which number or day a cell holds. Nothing here knows a file's form.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

Value = str | Decimal | dt.date | bool | None


class Kind(StrEnum):
    """What stands in a cell. Of a formula and of an error no value is given: nobody typed it, or it is none."""

    EMPTY = "empty"
    TEXT = "text"
    NUMBER = "number"
    PERCENTAGE = "percentage"  # shown as 45%, value 0.45
    DAY = "day"
    YES_NO = "yes or no"
    FORMULA = "formula"
    ERROR = "error"


class Note(StrEnum):
    """What to mind about a cell besides its kind."""

    MERGED = "merged"  # the first cell of several merged; it holds the value of all
    COVERED = "covered"  # one of the others: empty, whatever the file keeps under it
    ROUNDED = "rounded"  # shows fewer decimals than it holds
    CLEANED = "cleaned"  # characters nobody can see were taken out of its text
    BEYOND = "beyond"  # stands to the right of the columns that have a name


class Cell(NamedTuple):
    """One cell. A tuple and no dataclass: a file has hundreds of thousands, and this is the quickest that cannot change.

    `row` as the spreadsheet numbers it, from 1; `column` from 0. `text` is what people see there: 1,234 · 45% ·
    30/09/2026 · #REF!; of a formula what it came to when the file was saved, never to be stored.
    """

    row: int
    column: int
    text: str = ""
    value: Value = None
    kind: Kind = Kind.EMPTY
    notes: tuple[Note, ...] = ()

    @property
    def address(self) -> str:
        return f"{letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row in which something stands, without the empty cells at its end."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False
    ragged: bool = False  # not as many cells as the columns that have a name; known of text files only

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def cell(self, column: int) -> Cell:
        """The cell in a column, from 0; an empty one where the row has ended."""
        return self.cells[column] if 0 <= column < len(self.cells) else Cell(self.number, column)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet in which something stands, top to bottom. A text file's only sheet has no name."""

    name: str
    rows: tuple[Row, ...]
    merged: tuple[str, ...] = ()  # "A2:A5"
    hidden_columns: tuple[int, ...] = ()

    def cell(self, address: str) -> Cell:
        """The cell at "B7". ValueError when that is no address."""
        number, column = place(address)
        found = next((row for row in self.rows if row.number == number), None)
        return found.cell(column) if found else Cell(number, column)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know of a file that is taken all the same."""

    sentence: str
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        return _at(self.sheet, self.cell, self.sentence)


@dataclass(frozen=True, slots=True)
class Book:
    """A file that was read: its sheets that can be seen, in order, and what is to be known of it."""

    sheets: tuple[Sheet, ...]
    warnings: tuple[Remark, ...] = ()

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name, capitals and spaces apart. Refused, saying which there are, when it has none."""
        wanted = _plain(name)
        for sheet in self.sheets:
            if _plain(sheet.name) == wanted:
                return sheet
        raise Refused(
            f"There is no sheet called “{shortened(name)}”.",
            f"The sheets of this file are {listed([f'“{sheet.name}”' for sheet in self.sheets])}.",
        )


class Refused(ValueError):
    """A file is not taken, or not further than here: why, what to do or what was expected, and where if it is known."""

    def __init__(self, sentence: str, expected: str = "", *, sheet: str = "", cell: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.expected, self.sheet, self.cell = sentence, expected, sheet, cell

    def __str__(self) -> str:
        return _at(self.sheet, self.cell, f"{self.sentence} {self.expected}".strip())

    def at(self, sheet: str, cell: str) -> Refused:
        """The same, said of a cell."""
        return Refused(self.sentence, self.expected, sheet=sheet, cell=cell)


@dataclass(frozen=True)
class Limits:
    """How much is read of one file before it is refused: bounds of time and memory, not of taste.

    `unpacked`, `ratio` and `members` are of the archive that an XLSX is: bytes of all parts read, how many times larger
    than packed a part may be, and how many there may be. `elements` counts the XML elements looked at, with or without
    anything in them. `characters` are those of all cells together.
    """

    file_size: int = 10 * 1024 * 1024
    rows: int = 20_000
    columns: int = 200
    cells: int = 400_000
    characters: int = 10_000_000
    longest_text: int = 32_767  # what Excel takes in one cell
    sheets: int = 100
    unpacked: int = 64 * 1024 * 1024
    ratio: int = 200
    members: int = 1_000
    elements: int = 2_000_000


#: Warnings of one sort are named one by one up to here, then counted.
MOST_NAMED = 8


def letters(column: int) -> str:
    """A, B … Z, AA … for columns 0, 1 … 25, 26 …"""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def place(address: str) -> tuple[int, int]:
    """Row (from 1) and column (from 0) of "B7". ValueError when that is no address."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError(f"“{shortened(address)}” is not the address of a cell.")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1


def shortened(text: str, most: int = 40) -> str:
    """The text as it can be quoted in a sentence: on one line, what cannot be seen left out, and not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: most * 8]).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def listed(items: Sequence[str], most: int = MOST_NAMED) -> str:
    """ "A", "A and B", "A, B and C", "A, B and 7 more"."""
    if len(items) > most:
        items = [*items[: most - 1], f"{len(items) - most + 1:,} more"]
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Rising numbers gathered to runs: 4, 5, 6, 9 → (4, 6), (9, 9)."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _at(sheet: str, cell: str, sentence: str) -> str:
    where = [f"sheet “{sheet}”"] if sheet else []
    where += [f"cell {cell}"] if cell else []
    if not where:
        return sentence
    place_ = ", ".join(where)
    return f"{place_[0].upper()}{place_[1:]}: {sentence}"
