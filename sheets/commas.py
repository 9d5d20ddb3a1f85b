"""CSV as RFC 4180 has it, with the mark by which Excel knows UTF-8."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

Cell = str | int | float | Decimal | bool | dt.date | None

#: What a spreadsheet takes for the beginning of a formula, also full-width, and what hides such a beginning from a look.
STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a CSV file, one at a time: the names of the columns, then the rows.

    Numbers stay numbers and days are written 2026-09-30. A text that a spreadsheet could take for a formula, also after
    spaces or quotation marks, gets an apostrophe before it. A time is written as its local day and minute.
    """
    yield "\ufeff" + _line(columns)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[Cell]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_written(cell) for cell in cells])
    return line.getvalue()


def _written(cell: Cell) -> str | int | float | Decimal:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, str):
        return guarded(cell)
    return cell


def guarded(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet could take it for a formula."""
    bare = text.lstrip(" \u00a0\"'\u2018\u201c")
    return f"'{text}" if text.startswith(STARTS) or bare.startswith(STARTS) else text
