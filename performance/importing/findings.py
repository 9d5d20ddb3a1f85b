"""What is found in a table: where, what is wrong, what was expected, and how grave it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sheets.book import Cell, Note, Row, Sheet, listed, spans
from sheets.figures import Misread

#: Longer lists help nobody; a table with more is to be mended first.
MOST_FINDINGS = 2_000
#: Rows read between two words about how far it is.
STEP = 250

Progress = Callable[[int, int], None]
"""Told how many rows are done, of how many."""


class Grave(StrEnum):
    """What follows of a finding. The words are kept with uploads: do not change them."""

    FAULT = "fault"  # nothing is stored until the table is mended
    QUESTION = "question"  # stored once its sender says that it is right
    REASON = "reason"  # stored once its sender says why
    NOTE = "note"  # to know, nothing to do


@dataclass(frozen=True, slots=True)
class Finding:
    grave: Grave
    wrong: str
    expected: str = ""
    sheet: str = ""
    cell: str = ""

    @property
    def key(self) -> str:
        """The same for the same words about the same cell, so that an answer to it holds when it is found again."""
        told = "\x1f".join((self.grave, self.sheet, self.cell, self.wrong))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, str]:
        return {
            "key": self.key,
            "grave": self.grave.value,
            "sheet": self.sheet,
            "cell": self.cell,
            "wrong": self.wrong,
            "expected": self.expected,
        }

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Finding:
        return cls(Grave(told["grave"]), told["wrong"], told["expected"], told["sheet"], told["cell"])


Given = TypeVar("Given")


@dataclass(frozen=True)
class Checked(Generic[Given]):
    """What a table would store, and what was found in it. With a fault among the findings nothing is stored."""

    rows: tuple[Given, ...]
    findings: tuple[Finding, ...]

    def of(self, *graves: Grave) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.grave in graves)

    @property
    def faulty(self) -> bool:
        return any(finding.grave is Grave.FAULT for finding in self.findings)


@dataclass
class Findings:
    """Gathers what is found in one sheet. What is found often and is no fault is told once, with its first cell."""

    sheet: str
    found: list[Finding] = field(default_factory=list)
    left_off: int = 0
    often: dict[tuple[Grave, str], list[str]] = field(default_factory=dict)

    def add(self, grave: Grave, wrong: str, expected: str = "", cell: str = "") -> None:
        if len(self.found) >= MOST_FINDINGS:
            self.left_off += 1
            return
        self.found.append(Finding(grave, wrong, expected, self.sheet, cell))

    def fault(self, wrong: str, expected: str = "", cell: str = "") -> None:
        self.add(Grave.FAULT, wrong, expected, cell)

    def misread(self, fault: Misread, cell: Cell) -> None:
        self.fault(fault.sentence, fault.expected, cell.address)

    def together(self, wrong: str, cell: str, grave: Grave = Grave.NOTE) -> None:
        """Something that many cells may have in common: said once, with the cells."""
        self.often.setdefault((grave, wrong), []).append(cell)

    def done(self) -> tuple[Finding, ...]:
        """Faults first, then what is asked, then what is to be known; each in the order of the table."""
        told = list(self.found)
        for (grave, wrong), cells in self.often.items():
            told.append(Finding(grave, f"{wrong} ({listed(cells)})", "", self.sheet, cells[0]))
        if self.left_off:
            told.append(
                Finding(
                    Grave.FAULT,
                    f"There is more to find than can be listed: {self.left_off:,} findings are not here.",
                    "Mend those that are, and send the table again.",
                    self.sheet,
                )
            )
        order = list(Grave)
        return tuple(sorted(told, key=lambda finding: order.index(finding.grave)))


def shape_of(sheet: Sheet, rows: Iterable[Row], used: Iterable[int], findings: Findings) -> None:
    """What is wrong with the form of a table before any cell of it is read.

    `rows`: those under the names of the columns; `used`: the columns that hold something wanted.
    """
    hidden = []
    for row in rows:
        if row.hidden:
            hidden.append(row.number)
        beyond = next((cell for cell in row if Note.BEYOND in cell.notes), None)
        if beyond is not None:
            findings.fault(
                f"Row {row.number} has more cells than there are columns with a name.",
                "A comma inside a cell, as in 1,234, needs quotation marks around it in a CSV file.",
                beyond.address,
            )
    if hidden:
        runs = listed([str(a) if a == b else f"{a} to {b}" for a, b in spans(hidden)])
        findings.add(
            Grave.QUESTION,
            f"{'Rows' if len(hidden) > 1 else 'Row'} {runs} cannot be seen in the spreadsheet, "
            "and would be stored all the same. Is it right?",
        )
    for column in used:
        if column in sheet.hidden_columns:
            cell = Cell(1, column).address.rstrip("1")
            findings.add(
                Grave.QUESTION, f"Column {cell} cannot be seen in the spreadsheet, and would be read. Is it right?"
            )
