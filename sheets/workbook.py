"""XLSX whose cells hold what was said: texts as texts, numbers as numbers, days as days, and no formula or link."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sheets.commas import Cell, guarded

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What Excel takes in one cell, and how wide a column may grow, in characters.
LONGEST_TEXT = 32_767
WIDEST = 60
#: Rows by which the width of the columns is judged; nobody sees more at once.
LOOKED_AT = 500
DAY, MOMENT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
#: Not allowed in XML 1.0: an Excel file that holds one cannot be opened. A bare line-feed and a tab may stay.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xlsx_bytes(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet: the names of the columns, which stay in sight, then the rows.

    `title` names the sheet as far as Excel allows. A time is written as the local day and minute it is given in. A
    character that no XLSX may hold becomes �; a text longer than a cell takes is cut, with an ellipsis.
    """
    file = io.BytesIO()
    _filled(title, columns, rows).save(file)
    return file.getvalue()


def write_xlsx(place: Path, title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """The same workbook as a file, however many rows: they are taken one by one and not kept.

    The sheet is gathered beside `place`, under its name with ".sheet" behind it, which is gone afterwards, also after a
    fault. Raises OSError, for a full disk say.
    """
    gathered = place.with_name(f"{place.name}.sheet")
    try:
        _filled(title, columns, rows, gathered).save(place)
    finally:
        gathered.unlink(missing_ok=True)


def _filled(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], gathered: Path | None = None) -> Any:
    # Loaded when the first file is made: a web worker that makes none does without it.
    from openpyxl import Workbook
    from openpyxl.worksheet import _writer

    rest = iter(rows)
    first = [list(row) for row in itertools.islice(rest, LOOKED_AT)]
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(sheet_name(title))
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns):
        widest = max([len(column), *(_width(row[number]) for row in first)])
        sheet.column_dimensions[_letters(number)].width = min(widest, WIDEST) + 2
    if gathered is not None:
        # openpyxl gathers a sheet in the machine's folder for temporary files, often small or kept in memory, and forgets
        # it there when its process is killed. It only writes elsewhere when it is handed the writer.
        sheet._writer = _writer.WorksheetWriter(sheet, out=str(gathered))
        _writer.ALL_TEMP_FILES.append(str(gathered))
        sheet._writer.write_top()
    sheet.append([_heading(sheet, column) for column in columns])
    try:
        for row in itertools.chain(first, rest):
            sheet.append([_cell(sheet, value) for value in row])
    except BaseException:
        # Left open, it would complain when it is cleared away; on a full disk it cannot be closed either.
        with contextlib.suppress(Exception):
            sheet.close()
        raise
    return book


def sheet_name(title: str) -> str:
    """The title without what Excel forbids in a sheet's name, at most 31 characters; "Sheet" when nothing is left."""
    return _NOT_IN_A_NAME.sub(" ", title)[:31].strip(" '") or "Sheet"


def _heading(sheet: Any, words: str) -> Any:
    from openpyxl.styles import Font

    cell = _cell(sheet, words)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Cell) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell: Any
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, str):
        text = _NOT_IN_XML.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
        text = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
        cell = WriteOnlyCell(sheet, value=text)
        # Said outright: openpyxl takes "=1+1" for a formula and "#N/A" for an error.
        cell.data_type = "s"
        # Excel would read the text anew when somebody edits the cell; this is its own apostrophe.
        cell.quotePrefix = guarded(text) != text
        return cell
    if isinstance(value, dt.datetime):
        cell = WriteOnlyCell(sheet, value=value.replace(tzinfo=None, second=0, microsecond=0))
        cell.number_format = MOMENT
        return cell
    cell = WriteOnlyCell(sheet)
    cell.value = value
    if isinstance(value, dt.date):
        cell.number_format = DAY
    return cell


def _width(value: Cell) -> int:
    if isinstance(value, str):
        return max((len(line) for line in value.splitlines()), default=0)
    if isinstance(value, dt.datetime):
        return len(MOMENT)
    return (
        len(DAY) if isinstance(value, dt.date) else len(str(value)) if isinstance(value, int | float | Decimal) else 3
    )


def _letters(number: int) -> str:
    """A, B … Z, AA … for columns 0, 1 … 25, 26 …"""
    from openpyxl.utils import get_column_letter

    return get_column_letter(number + 1)
