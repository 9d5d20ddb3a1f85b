"""CSV as RFC 4180 has it, with the mark by which Excel knows UTF-8."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

Cell = str | int | float | Decimal | bool | dt.date | None

#: What a spreadsheet takes for the beginning of a formula, also full-width, and what hides such a beginning from a look.
STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a CSV file, one at a time: the names of the columns, then the rows.

    Numbers stay numbers and days are written 2026-09-30. A text that a spreadsheet could take for a formula, also after
    spaces or quotation marks, gets an apostrophe before it. A time is written as its local day and minute.
    """
    writer: Any = csv.writer(_Straight(), lineterminator="\r\n")
    yield "\ufeff" + writer.writerow([_written(column) for column in columns])
    for row in rows:
        yield writer.writerow([_written(cell) for cell in row])


class _Straight:
    """What a writer of CSV writes to, and gets its line back from."""

    def write(self, line: str) -> str:
        return line


def _written(cell: Cell) -> str | int | float | Decimal:
    # Most are texts: of a long file this is asked a million times.
    if isinstance(cell, str):
        return guarded(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return cell


def guarded(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet could take it for a formula."""
    if not text or text[0].isalnum():
        return text
    bare = text.lstrip(" \u00a0\"'\u2018\u201c")
    return f"'{text}" if text.startswith(STARTS) or bare.startswith(STARTS) else text
