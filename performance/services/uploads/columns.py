"""The table in a file: its sheets as they can be read, and which column of which sheet holds what.

As its sender said, as in the last table of the same shape from the same data owner, or as the names of the columns
surely say; else the sender is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from partners import delivery
from partners.models import User
from performance.importing import Finding, Grave, Layout, guess, headers_of, headers_sha256
from performance.models import ColumnMapping, Upload
from sheets import reading
from sheets.book import Book, Limits, Sheet, listed, shortened
from sheets.separated import read_pasted

LARGEST = 5 * 1024 * 1024
#: Rows of tables that people write by hand are few; of figures there may be years of quarters.
LIMITS = {
    Upload.Kind.FIGURES: Limits(file_size=LARGEST),
    Upload.Kind.SIMILAR_AREAS: Limits(file_size=LARGEST, rows=500),
    Upload.Kind.SURVEY: Limits(file_size=LARGEST, rows=2_000),
}


@dataclass(frozen=True)
class Chosen:
    """The sheet and the layout that a file is read by, and what is to be said of the choice."""

    sheet: Sheet
    layout: Layout
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Unsure:
    """Why the columns have to be named by the sender, with the guess the form begins with."""

    sentence: str
    sheet: str
    layout: Layout


def read(upload: Upload) -> Book:
    """The sheets of the file, or of what was pasted. Raises Refused, and FileLost."""
    content = delivery.read(upload.file.name, upload.sha256)
    limits = LIMITS[Upload.Kind(upload.kind)]
    if upload.name:
        return reading.read(content, name=upload.name, limits=limits)
    return Book((read_pasted(content.decode(), limits),))


def choose(upload: Upload, book: Book) -> Chosen | Unsure:
    """Which sheet is read and by which columns: as its sender said, as the last time, or as their names say surely."""
    told = Layout.of_json(upload.mapping) if upload.mapping else None
    said = [Finding(Grave.NOTE, warning.sentence, "", warning.sheet, warning.cell) for warning in book.warnings]
    if told is not None and not told.faults(upload.kind):
        sheet = book.sheet(upload.sheet) if upload.sheet else book.sheets[0]
        return Chosen(sheet, told, tuple(said))
    remembered = _remembered(upload)
    known = [(sheet, layout) for sheet in book.sheets if (layout := _as_before(sheet, remembered))]
    fitting = known or [
        (sheet, layout) for sheet in book.sheets if not (layout := guess(sheet, upload.kind)).faults(upload.kind)
    ]
    usual = {str(mapping.mapping.get("sheet", "")) for mapping in remembered.values()} - {""}
    if len(fitting) > 1 and len(named := [pair for pair in fitting if pair[0].name in usual]) == 1:
        fitting = named
    if not fitting:
        first = book.sheets[0]
        layout = guess(first, upload.kind)
        headers = shortened(" | ".join(filter(None, headers_of(first, layout.header))), 80)
        sentence = " ".join(layout.faults(upload.kind))
        return Unsure(f"The names of the columns are “{headers}”. {sentence}", first.name, layout)
    sheet, layout = fitting[0]
    if len(fitting) > 1:
        names = listed([f"“{one.name}”" for one, _ in fitting])
        return Unsure(f"Several sheets could be meant: {names}. Choose one.", sheet.name, layout)
    if len(book.sheets) > 1:
        others = listed([f"“{one.name}”" for one in book.sheets if one is not sheet])
        said.append(Finding(Grave.NOTE, f"Of several sheets “{sheet.name}” is read; {others} not."))
    if usual and sheet.name and sheet.name not in usual:
        before = listed([f"“{name}”" for name in sorted(usual)])
        said.append(
            Finding(Grave.QUESTION, f"The sheet is called “{sheet.name}”; before it was {before}. Is it the right one?")
        )
    return Chosen(sheet, layout, tuple(said))


def _remembered(upload: Upload) -> dict[str, ColumnMapping]:
    rows = ColumnMapping.objects.filter(data_owner=upload.data_owner, kind=upload.kind)
    return {row.headers_sha256: row for row in rows}


def _as_before(sheet: Sheet, remembered: Mapping[str, ColumnMapping]) -> Layout | None:
    """The layout of the last table with the same names of columns; they may have moved up or down."""
    for row in sheet.rows[:20] if remembered else ():
        mapping = remembered.get(headers_sha256(row.texts))
        layout = Layout.of_json(mapping.mapping) if mapping else None
        if layout is not None and not layout.faults(mapping.kind if mapping else ""):
            return Layout(row.number, layout.columns)
    return None


def remember(upload: Upload, headers: tuple[str, ...], layout: Layout, by: User, at: dt.datetime) -> None:
    """Which column held what, for the next file of this shape from this data owner."""
    ColumnMapping.objects.update_or_create(
        data_owner=upload.data_owner,
        kind=upload.kind,
        headers_sha256=headers_sha256(headers),
        defaults={"mapping": {**layout.as_json(), "sheet": upload.sheet}, "by": by, "at": at},
    )
