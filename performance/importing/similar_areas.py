"""A table of similar areas: a row for each crime type with our rate, the average and our position. Printed text is kept.

What looks wrong in the source is asked about and stored with the question beside it; it is never put right here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from charts.numbers import number
from performance.importing.columns import Layout
from performance.importing.findings import Checked, Findings, Grave, Progress, shape_of
from performance.importing.given import LARGEST, LONGEST_PRINTED, SMALLEST_STEP
from performance.places import ByCrimeType, is_total, plain
from sheets.book import Cell, Kind, Row, Sheet, listed, shortened
from sheets.figures import Given, Misread, figure_in, text_in

#: From so many times the average on (or its inverse), a rate or an average is more likely misprinted than true.
ABSURD = Decimal(8)
#: So near the top or the bottom of the group it is odd to be on the other side of its average.
NEAR = 3
#: What is expected where a row's place is asked about: a choice, or a yes.
PLACE = "A priority, or none."

LONGEST_LABEL, LONGEST_HEADING = 150, 100
_POSITION = re.compile(r"([0-9]{1,3})(?:st|nd|rd|th)?(?: ?(?:of|/|out of) ?([0-9]{1,3}))?")


@dataclass(frozen=True)
class Belongs:
    """Where a crime type belongs: under which heading, to which priority and indicator (None for none)."""

    heading: str = ""
    priority: int | None = None
    indicator: int | None = None


@dataclass(frozen=True)
class LastTable:
    """What the table before knows of crime types (`places`), and the plan's own table (`printed`) of others.

    `said`: what the sender said of this table's rows, by plain label: a priority, or None for none of them.
    `exists`: when the table that this one would replace was recorded, in words; `replaced`: heading and label of its rows.
    """

    places: ByCrimeType[Belongs]
    group_size: int
    printed: ByCrimeType[Belongs] = field(default_factory=lambda: ByCrimeType({}))
    exists: str = ""
    said: Mapping[str, int | None] = field(default_factory=dict)
    replaced: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GivenRow:
    cell: str
    heading: str
    label: str
    printed: str
    printed_average: str
    value: Decimal
    average: Decimal
    position: int | None
    priority: int | None = None
    indicator: int | None = None
    query: str = ""
    comparison: str = ""
    """How the source itself says that our rate stands to the average: above, below, same, or nothing."""


def check_similar_areas(
    sheet: Sheet, layout: Layout, last: LastTable, progress: Progress | None = None
) -> Checked[GivenRow]:
    """The rows of the table. `last` says where a crime type belonged before, and how large the group is.

    A row without a heading takes the one it stood under. What is neither a total nor known is asked about, never guessed.
    """
    found = Findings(sheet.name)
    rows = layout.rows_of(sheet)
    shape_of(sheet, rows, layout.columns, found)
    given: dict[tuple[str, str], GivenRow] = {}
    heading = ""
    for row in rows:
        if _is_heading(row, layout):
            heading = row.cell(layout.column("label") or 0).text[:LONGEST_HEADING]
            continue
        one = _row(row, layout, heading, last.group_size, found)
        if one is None:
            continue
        key = (plain(one.heading), plain(one.label))
        if key in given:
            found.fault(f"“{one.label}” stands in the table twice, first in {given[key].cell}.", "Keep one.", one.cell)
            continue
        given[key] = _placed(one, last, found)
    if progress:
        progress(len(rows), len(rows))
    table = _asked(list(given.values()), last.group_size, found)
    if not table and not found.found:
        found.fault("No row of the table has figures.", "Expected a row for each crime type.")
    if last.exists:
        _lost(table, last, found)
        found.add(
            Grave.REASON,
            f"There is a table for this quarter already, recorded on {last.exists}.",
            "Say below why this one replaces it. The old one stays visible.",
        )
    return Checked(tuple(table), found.done())


def _placed(row: GivenRow, last: LastTable, found: Findings) -> GivenRow:
    """The row where it belongs, by what its sender said or by the table before."""
    before = last.places.get(row.heading, row.label) or last.printed.get(row.heading, row.label)
    if before is not None:
        row = replace(row, heading=row.heading or before.heading, priority=before.priority, indicator=before.indicator)
    if plain(row.label) in last.said:
        return replace(row, priority=last.said[plain(row.label)])
    if before is None and not is_total(row.label):
        found.add(
            Grave.QUESTION,
            f"Which priority does “{row.label}” belong to? It was not in the table before. Unless you choose one below, it "
            "is stored as outside our priorities.",
            PLACE,
            row.cell,
        )
    return row


def _lost(table: list[GivenRow], last: LastTable, found: Findings) -> None:
    """Rows of the table to be replaced that this one has not: a part sent by mistake would take away the rest."""
    here = ByCrimeType({(row.heading, row.label): True for row in table})
    lost = [label for heading, label in last.replaced if not here.get(heading, label)]
    if lost and table:
        count = f"{len(lost)} of its {len(last.replaced)} rows are" if len(lost) > 1 else "One of its rows is"
        found.add(
            Grave.QUESTION,
            f"{count} missing from this table: {listed(lost)}. The whole table is replaced, so they would be gone.",
        )


def _is_heading(row: Row, layout: Layout) -> bool:
    """A row that names a group of crime types: a label, and nothing in the columns of figures."""
    label = row.cell(layout.column("label") or 0)
    figures = [
        row.cell(column)
        for column in (layout.column(role) for role in ("value", "average", "position"))
        if column is not None
    ]
    return bool(label.text) and all(cell.kind is Kind.EMPTY for cell in figures)


def _row(row: Row, layout: Layout, heading: str, group_size: int, found: Findings) -> GivenRow | None:
    before = len(found.found)
    cells = {role: row.cell(column) for column, role in layout.columns.items()}
    label, own = _words(cells["label"], LONGEST_LABEL, found), ""
    if "heading" in cells:
        own = _words(cells["heading"], LONGEST_HEADING, found)
    ours, theirs = _rate(cells["value"], found), _rate(cells["average"], found)
    position = _position(cells["position"], group_size, found) if "position" in cells else None
    if not label and len(found.found) == before:
        found.fault("The row has figures, but names no crime type.", "Write what it is about.", cells["label"].address)
    if len(found.found) > before or ours is None or theirs is None:
        return None
    return GivenRow(
        cells["label"].address,
        own or heading,
        label,
        *_printed(ours, theirs),
        position,
        comparison=_side(cells["comparison"].text) if "comparison" in cells else "",
    )


def _printed(ours: tuple[Decimal, str], theirs: tuple[Decimal, str]) -> tuple[str, str, Decimal, Decimal]:
    return ours[1], theirs[1], ours[0], theirs[0]


def _words(cell: Cell, longest: int, found: Findings) -> str:
    try:
        text = text_in(cell)
    except Misread as fault:
        found.misread(fault, cell)
        return ""
    if len(text) > longest:
        found.fault("The text is too long.", f"Expected up to {longest} characters.", cell.address)
    return text


def _rate(cell: Cell, found: Findings) -> tuple[Decimal, str] | None:
    """A rate and its text as it stands in the source; None, with what is wrong."""
    try:
        figure = figure_in(cell)
    except Misread as fault:
        found.misread(fault, cell)
        return None
    if figure.value is None or figure.given is not Given.NUMBER:
        found.fault("A rate is missing.", "Expected a number such as 12.345.", cell.address)
    elif figure.value < 0 or figure.value >= LARGEST:
        found.fault(f"“{shortened(figure.text)}” cannot be a rate.", "Expected a number of 0 or more.", cell.address)
    else:
        if _decimals(figure.text) > 4:
            found.together(
                "The figure has more than four decimals and is rounded to four; its text is kept.", cell.address
            )
        printed = figure.text if len(figure.text) <= LONGEST_PRINTED else number(figure.value)
        return figure.value.quantize(SMALLEST_STEP, ROUND_HALF_UP), printed
    return None


def _position(cell: Cell, group_size: int, found: Findings) -> int | None:
    try:
        text = text_in(cell).strip().casefold()
    except Misread as fault:
        found.misread(fault, cell)
        return None
    if not text or text in ("n/a", "-"):
        return None
    match = _POSITION.fullmatch(text)
    if match is None:
        found.fault(
            f"“{shortened(cell.text)}” is no position.", f"Expected a number from 1 to {group_size}.", cell.address
        )
        return None
    position, of = int(match[1]), int(match[2]) if match[2] else group_size
    if of != group_size:
        found.fault(
            f"“{shortened(cell.text)}” is of a group of {of} areas.",
            f"Expected a group of {group_size}, as you said.",
            cell.address,
        )
    elif not 1 <= position <= group_size:
        found.fault(
            f"{position} is no position of the group.", f"Expected a number from 1 to {group_size}.", cell.address
        )
    else:
        return position
    return None


def _asked(table: list[GivenRow], group_size: int, found: Findings) -> list[GivenRow]:
    """The rows with what is doubtful beside each; every doubt is put to the sender as well."""
    usual = Counter(_decimals(text) for row in table for text in (row.printed, row.printed_average)).most_common(1)
    decimals = usual[0][0] if usual and usual[0][1] * 2 > len(table) * 2 * 0.6 else None
    told = []
    for row in table:
        doubts = [
            doubt
            for doubt in (
                _absurd(row),
                _contradiction(row, group_size),
                _other_side(row),
                _odd_decimals(row, decimals),
            )
            if doubt
        ]
        for doubt in doubts:
            found.add(Grave.QUESTION, f"{row.label}: {doubt} Does the source say so?", "", row.cell)
        told.append(replace(row, query=" ".join(doubts)))
    return told


def _absurd(row: GivenRow) -> str:
    if row.average == 0 or row.value == 0:
        return ""
    times = row.value / row.average
    if times >= ABSURD:
        return f"Our rate of {row.printed} is {number(times, 1)} times the average of {row.printed_average}."
    if times * ABSURD <= 1:
        return f"The average of {row.printed_average} is {number(1 / times, 1)} times our rate of {row.printed}."
    return ""


def _contradiction(row: GivenRow, group_size: int) -> str:
    if row.position is None or row.value == row.average:
        return ""
    above = row.value > row.average
    side = "above" if above else "below"
    if (above and row.position == 1) or (not above and row.position == group_size):
        return f"Position {row.position} of {group_size} cannot be {side} the average."
    if (above and row.position <= NEAR) or (not above and row.position > group_size - NEAR):
        return f"Position {row.position} of {group_size} is unlikely to be {side} the average."
    return ""


def _side(text: str) -> str:
    """Which side of the average the source says we are on; "" of anything else that stands there."""
    word = re.sub(r"[^a-z]", " ", text.casefold()).split()
    return next((side for side, names in _SIDES.items() if names & set(word)), "")


_SIDES = {
    "above": {"above", "higher", "over"},
    "below": {"below", "lower", "under"},
    "the same as": {"same", "equal", "similar", "line"},
}


def _other_side(row: GivenRow) -> str:
    """The source's own word against its figures. "Similar" may be said of figures that differ."""
    if row.comparison not in ("above", "below") or row.value == row.average:
        return ""
    side = "above" if row.value > row.average else "below"
    if side == row.comparison:
        return ""
    return f"The source says {row.comparison} average, but {row.printed} is {side} {row.printed_average}."


def _odd_decimals(row: GivenRow, usual: int | None) -> str:
    """Only more decimals than the others: a spreadsheet drops noughts at the end by itself."""
    if usual is None:
        return ""
    odd = [text for text in (row.printed, row.printed_average) if _decimals(text) > usual]
    return f"{' and '.join(odd)} {'have' if len(odd) > 1 else 'has'} more decimals than the others." if odd else ""


def _decimals(text: str) -> int:
    match = re.search(r"\.([0-9]+)", text)
    return len(match[1]) if match else 0
