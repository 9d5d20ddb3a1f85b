"""Reading XLSX from strangers: streamed, counted while it streams, and stopped at the first thing that is too much.

Our own reader and not openpyxl's, because openpyxl by its own word does not guard against XML bombs, holds whole rows
before anybody can count them, follows the sheet's own word about its size, makes floats of numbers and knows merged cells and
hidden columns only after it has read everything. Here expat reads the parts of the archive piece by piece (nothing is
unpacked whole), refuses any document type, and every cell is counted as it passes. Parts that hold no cells (drawings,
links to other workbooks, printer settings) are never opened, and nothing outside the file is ever asked for.

Sources: ECMA-376-1 §18.2 (workbook), §18.3 (sheets), §18.4 (strings), §18.8 (styles), ECMA-376-2 §9 and §10 (parts),
APPNOTE 6.3.10 §4.3 (ZIP).
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import struct
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from xml.parsers import expat

from sheets.book import (
    Book,
    Cell,
    Kind,
    Limits,
    Note,
    Refused,
    Remark,
    Row,
    Sheet,
    Value,
    letters,
    listed,
    place,
    shortened,
    spans,
)
from sheets.formats import BUILT_IN, Format, format_of, shown
from sheets.text import Counter, cleaned

AGAIN = "Open it in your spreadsheet program, save it as an Excel workbook (.xlsx), and choose the new file."

_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_OTHERS = {
    "wordprocessingml": "a Word document",
    "presentationml": "a PowerPoint presentation",
    "spreadsheetml.template": "an Excel template",
}
_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",  # "strict"
)
_CHUNK = 64 * 1024
_LAST_ROW = 1_048_576
#: Of the end of an archive: how long its list of members may be for one member, in bytes (46 and its name).
_LISTED_MEMBER = 512
#: A tag with its attributes, in bytes; an honest one has a few hundred.
_LONGEST_TAG = 512 * 1024
#: Styles of cells, parts, or sheets: Excel itself has no more than this of any.
_MOST_LISTED = 65_536
_MOST_COLUMNS = 16_384
#: A part this small cannot hurt, however well it was packed.
_SMALL = 1024 * 1024

_DIGITS = re.compile(r"-?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    expat.ExpatError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    UnicodeError,
)


def read_xlsx(content: bytes, limits: Limits) -> Book:
    """The sheets that can be seen. Refused when it is no XLSX, isn't built like one, or holds too much."""
    try:
        with _opened(content, limits) as archive:
            return _Workbook(archive, limits).book()
    except _BROKEN as fault:
        raise Refused("The file is damaged.", AGAIN) from fault


def _opened(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, after what can be asked of it before anything is unpacked."""
    end = content.rfind(b"PK\x05\x06")
    if end < 0 or end + 22 > len(content):
        raise Refused("The file is damaged or was cut off.", AGAIN)
    list_size, comment = struct.unpack_from("<I", content, end + 12)[0], struct.unpack_from("<H", content, end + 20)[0]
    # A list of members takes memory before zipfile says how many it found; ZIP64, which no honest XLSX of this size needs,
    # has a second list.
    if list_size > limits.members * _LISTED_MEMBER or content[max(end - 20, 0) : end].startswith(b"PK\x06\x07"):
        raise Refused("The file is not built like an Excel workbook: it has too many parts.", AGAIN)
    if end + 22 + comment != len(content):
        raise Refused("Something else is attached to the end of this file.", AGAIN)
    archive = zipfile.ZipFile(io.BytesIO(content))
    members = archive.infolist()
    if len(members) > limits.members:
        raise Refused("The file is not built like an Excel workbook: it has too many parts.", AGAIN)
    if any(member.flag_bits & 0x1 for member in members):
        raise Refused("The file is locked with a password.", "Save it without one, and choose the new file.")
    if len({member.filename.lower() for member in members}) != len(members) or any(
        member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members
    ):
        raise Refused("The file is not built like an Excel workbook.", AGAIN)
    # Members that share their bytes (one of the ways to make a bomb) add up to more than the file.
    if (
        sum(member.compress_size for member in members) > len(content)
        or sum(member.file_size for member in members) > limits.unpacked
        or any(member.file_size > max(_SMALL, member.compress_size * limits.ratio) for member in members)
    ):
        raise Refused(
            "The file holds far more than its size says.",
            "Copy the cells that matter into a new workbook, and send that.",
        )
    return archive


@dataclass
class _Meter:
    """What has been read so far, against what may be."""

    limits: Limits
    unpacked: int = 0
    elements: int = 0

    def read(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > self.limits.unpacked:
            raise Refused("The file holds far more than its size says.", AGAIN)

    def too_many(self, sheet: str = "") -> Refused:
        return Refused(
            "The file has far too many cells, most of them perhaps formatted and empty.",
            "Copy the cells that matter into a new workbook, and send that.",
            sheet=sheet,
        )


class _Workbook:
    """One file being read: its parts by name, and what its sheets have in common."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self.archive = archive
        self.limits = limits
        self.meter = _Meter(limits)
        self.counter = Counter(limits)
        self.parts = {member.filename.lower(): member for member in archive.infolist()}
        self.warnings: list[Remark] = []

    def book(self) -> Book:
        main = self._main_part()
        folder = posixpath.dirname(main)
        targets = self._targets(posixpath.join(folder, "_rels", f"{posixpath.basename(main)}.rels"), folder)
        seen, since_1904 = self._sheets(main)
        strings = self._strings(targets)
        formats = self._formats(targets)
        sheets = []
        for name, key in seen:
            kind, part = targets.get(key, ("", ""))
            if kind != "worksheet":  # a sheet that is one chart, or an old dialogue
                self.warnings.append(Remark("It holds a chart, not cells, and was not read.", sheet=name))
                continue
            reader = _Reader(name, strings, formats, since_1904, self)
            self.stream(part, reader.parser)
            sheets.append(reader.sheet())
            self.warnings += reader.warnings()
        return Book(tuple(sheets), tuple(self.warnings))

    def stream(self, part: str, parser: expat.XMLParserType) -> None:
        """Feed a part to a parser, piece by piece. A document type, and so any entity, is refused as soon as it begins."""
        member = self.parts.get(part.lower())
        if member is None:
            raise Refused("The file is damaged: a part of it is missing.", AGAIN)
        parser.StartDoctypeDeclHandler = _no_document_type
        parser.EntityDeclHandler = _no_document_type
        fed = 0
        try:
            with self.archive.open(member) as file:
                while chunk := file.read(_CHUNK):
                    self.meter.read(len(chunk))
                    parser.Parse(chunk, False)
                    fed += len(chunk)
                    # A tag that doesn't end would be kept whole, and looked at anew with every piece.
                    if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                        raise Refused("The file is not built like an Excel workbook.", AGAIN)
                parser.Parse(b"", True)
        except Refused:
            raise
        except (LookupError, ValueError) as fault:  # an encoding that expat or Python does not know
            raise Refused("The file is damaged.", AGAIN) from fault

    def elements(self, part: str, *wanted: str) -> list[tuple[str, str, dict[str, str]]]:
        """The elements of those names, in order: their parent, their name (both without namespace), their attributes."""
        found: list[tuple[str, str, dict[str, str]]] = []
        open_: list[str] = [""]

        def start(tag: str, attributes: dict[str, str]) -> None:
            self.meter.elements += 1
            if self.meter.elements > self.limits.elements:
                raise self.meter.too_many()
            name = tag.rpartition(" ")[2]
            if name in wanted:
                found.append((open_[-1], name, attributes))
                if len(found) > _MOST_LISTED:
                    raise Refused("The file is not built like an Excel workbook.", AGAIN)
            open_.append(name)

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda _: open_.pop()
        self.stream(part, parser)
        return found

    def _main_part(self) -> str:
        """The name of the workbook's own part; what the file is instead, when it is something else."""
        if "[content_types].xml" not in self.parts:
            raise Refused(*self._archive_of_something())
        types = [
            (attributes.get("ContentType", ""), attributes.get("PartName", ""))
            for _, _, attributes in self.elements("[Content_Types].xml", "Default", "Override")
        ]
        if any("sheet.binary" in type_ for type_, _ in types):
            raise Refused("The file is a binary Excel workbook (.xlsb).", AGAIN)
        if any("macroenabled" in type_.lower() or "vbaproject" in type_.lower() for type_, _ in types) or any(
            name.endswith("vbaproject.bin") for name in self.parts
        ):
            raise Refused(
                "The file holds macros.",
                "Save it as an Excel workbook without macros (.xlsx), and choose the new file.",
            )
        mains = [part.lstrip("/") for type_, part in types if type_ == _MAIN and part]
        if len(mains) != 1:
            for sign, word in _OTHERS.items():
                if any(sign in type_ for type_, _ in types):
                    raise Refused(f"The file is {word}, not an Excel workbook.", AGAIN)
            raise Refused("The file is not an Excel workbook.", AGAIN)
        return mains[0]

    def _archive_of_something(self) -> tuple[str, str]:
        if "mimetype" in self.parts and any(name == "content.xml" for name in self.parts):
            return "The file is an OpenDocument file, not an Excel workbook.", AGAIN
        if any(name.startswith("index/") and name.endswith(".iwa") for name in self.parts):
            return "The file is a Numbers spreadsheet, not an Excel workbook.", AGAIN
        return "The file is an archive (.zip), not an Excel workbook.", "Take the table out of it, and choose that."

    def _targets(self, part: str, folder: str) -> dict[str, tuple[str, str]]:
        """Kind and name of the parts that belong to the workbook, by the key they are called. Links outside are left out."""
        targets = {}
        for _, _, attributes in self.elements(part, "Relationship"):
            if attributes.get("TargetMode") == "External":
                continue
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            targets[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)
        if any(kind == "externalLink" for kind, _ in targets.values()):
            self.warnings.append(Remark("The workbook has links to other workbooks. They were not followed."))
        return targets

    def _sheets(self, part: str) -> tuple[list[tuple[str, str]], bool]:
        """Name and key of the sheets that can be seen, and whether days count from 1904."""
        seen, hidden, since_1904 = [], [], False
        for parent, name, attributes in self.elements(part, "workbookPr", "sheet"):
            if (parent, name) == ("workbook", "workbookPr"):
                since_1904 = attributes.get("date1904", "").lower() in ("1", "true")
            elif (parent, name) == ("sheets", "sheet"):
                title = shortened(attributes.get("name", ""), 100)
                if attributes.get("state", "visible") == "visible":
                    key = next((value for at, value in attributes.items() if at.endswith("/relationships id")), "")
                    seen.append((title, key))
                else:
                    hidden.append(f"“{title}”")
        if len(seen) + len(hidden) > self.limits.sheets:
            raise Refused(f"The file has more than {self.limits.sheets} sheets.", "Send only the sheets that matter.")
        if hidden:
            self.warnings.append(
                Remark(
                    f"The sheet {hidden[0]} is hidden and was not read."
                    if len(hidden) == 1
                    else f"The sheets {listed(hidden)} are hidden and were not read."
                )
            )
        return seen, since_1904

    def _strings(self, targets: dict[str, tuple[str, str]]) -> Sequence[str]:
        part = next((path for kind, path in targets.values() if kind == "sharedStrings"), None)
        if part is None or part.lower() not in self.parts:
            return []
        reader = _Strings(self.limits, self.meter)
        self.stream(part, reader.parser)
        return reader.strings

    def _formats(self, targets: dict[str, tuple[str, str]]) -> Sequence[Format]:
        """How the cells of each style show numbers."""
        part = next((path for kind, path in targets.values() if kind == "styles"), None)
        if part is None or part.lower() not in self.parts:
            return []
        codes, numbers = {str(number): code for number, code in BUILT_IN.items()}, []
        for parent, name, attributes in self.elements(part, "numFmt", "xf"):
            if (parent, name) == ("numFmts", "numFmt"):
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif (parent, name) == ("cellXfs", "xf"):
                numbers.append(attributes.get("numFmtId", "0"))
        return [format_of(codes.get(number, "General")) for number in numbers]


def _no_document_type(*_: object) -> None:
    raise Refused("The file is not built like an Excel workbook: it defines a document type of its own.", AGAIN)


def _named(handlers: dict[str, Callable[..., None]]) -> dict[str, Callable[..., None]]:
    """Handlers under the names that expat gives to elements of a spreadsheet, in either of its namespaces."""
    return {f"{space} {name}": handler for space in _NAMESPACES for name, handler in handlers.items()}


class _Texts:
    """What every part with texts in it shares: collecting the pieces of a text, and how long one may be."""

    def __init__(self, limits: Limits, meter: _Meter) -> None:
        self.limits, self.meter = limits, meter
        self.pieces: list[str] | None = None
        self.length = 0
        self.reading_aid = 0  # inside how East Asian text is spoken, which is no part of the text
        self.name = ""
        self.starts: dict[str, Callable[..., None]] = {}
        self.ends: dict[str, Callable[..., None]] = {}
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.meter.elements += 1
        if self.meter.elements > self.limits.elements:
            raise self.meter.too_many(self.name)
        if handler := self.starts.get(tag):
            handler(attributes)

    def _end(self, tag: str) -> None:
        if handler := self.ends.get(tag):
            handler()

    def _characters(self, text: str) -> None:
        if self.pieces is None:
            return
        self.length += len(text)
        if self.length > self.limits.longest_text:
            self._too_long()
        self.pieces.append(text)

    def _too_long(self) -> None:
        raise Refused(f"A text is longer than {self.limits.longest_text:,} characters.", "Shorten it.")

    def _aid_begins(self, _: object) -> None:
        self.reading_aid += 1

    def _aid_ends(self) -> None:
        self.reading_aid -= 1


class _Strings(_Texts):
    """The texts that a workbook keeps in one place, once each."""

    def __init__(self, limits: Limits, meter: _Meter) -> None:
        super().__init__(limits, meter)
        self.strings: list[str] = []
        self.runs: list[str] = []
        self.characters = 0
        self.starts = _named({"si": self._string_begins, "t": self._run_begins, "rPh": self._aid_begins})
        self.ends = _named({"si": self._string_ends, "t": self._run_ends, "rPh": self._aid_ends})

    def _string_begins(self, _: object) -> None:
        self.runs, self.length = [], 0

    def _run_begins(self, _: object) -> None:
        self.pieces = None if self.reading_aid else []

    def _run_ends(self) -> None:
        self.runs += self.pieces or []
        self.pieces = None

    def _string_ends(self) -> None:
        text = "".join(self.runs)
        self.characters += len(text)
        if self.characters > self.limits.characters:
            raise Refused("The file holds more text than can be read.", "Send only the rows and columns that matter.")
        self.strings.append(text)


@dataclass
class _Draft:
    """A row being read."""

    number: int
    hidden: bool
    cells: list[Cell] = field(default_factory=list)


class _Reader(_Texts):
    """One sheet, cell by cell."""

    def __init__(
        self, name: str, strings: Sequence[str], formats: Sequence[Format], since_1904: bool, book: _Workbook
    ) -> None:
        super().__init__(book.limits, book.meter)
        self.name, self.strings, self.formats, self.since_1904 = name, strings, formats, since_1904
        self.counter = book.counter
        self.known: dict[int, tuple[str, Value, Kind, tuple[Note, ...]]] = {}
        self.rows: list[_Draft] = []
        self.width = 0
        self.row: _Draft | None = None
        self.last_row = 0
        self.column = -1
        self.last_column = -1
        self.type = ""
        self.style = 0
        self.in_cell = False
        self.raw = ""
        self.inline: list[str] = []
        self.formula = False
        self.spilled: list[str] = []
        self.merged: list[str] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.starts = _named(
            {
                "row": self._row_begins,
                "c": self._cell_begins,
                "v": self._text_begins,
                "t": self._text_begins,
                "rPh": self._aid_begins,
                "f": self._formula,
                "mergeCell": self._merge,
                "col": self._column,
            }
        )
        self.ends = _named(
            {
                "row": self._row_ends,
                "c": self._cell_ends,
                "v": self._value_ends,
                "t": self._inline_ends,
                "rPh": self._aid_ends,
            }
        )

    # --- what expat says, in the order it says it ---

    def _column(self, attributes: dict[str, str]) -> None:
        if _true(attributes.get("hidden")):
            if len(self.hidden_columns) == _MOST_COLUMNS:
                raise self._astray()
            self.hidden_columns.append((_whole(attributes.get("min")) - 1, _whole(attributes.get("max")) - 1))

    def _row_begins(self, attributes: dict[str, str]) -> None:
        number = _whole(attributes["r"]) if "r" in attributes else self.last_row + 1
        if self.row is not None or not self.last_row < number <= _LAST_ROW:
            raise self._astray()
        self.row = _Draft(number, _true(attributes.get("hidden")))
        self.last_row, self.last_column = number, -1

    def _row_ends(self) -> None:
        if self.row is not None and self.row.cells:
            self.rows.append(self.row)
        self.row = None

    def _cell_begins(self, attributes: dict[str, str]) -> None:
        if self.row is None or self.in_cell:
            raise self._astray()
        address = attributes.get("r")
        if address is None:
            self.column = self.last_column + 1
        else:
            try:
                number, self.column = place(address)
            except ValueError as fault:
                raise self._astray() from fault
            if number != self.row.number or self.column <= self.last_column:
                raise self._astray()
        self.last_column = self.column
        self.type = attributes.get("t", "n")
        self.style = _whole(attributes["s"]) if "s" in attributes else 0
        self.in_cell, self.formula, self.raw, self.length = True, False, "", 0
        self.inline.clear()

    def _text_begins(self, _: object) -> None:
        if self.in_cell and not self.reading_aid:
            self.pieces = []

    def _formula(self, attributes: dict[str, str]) -> None:
        if self.in_cell:
            self.formula = True
            # One formula may fill a whole range, whose other cells then hold only what it came to.
            if attributes.get("t") in ("array", "dataTable") and "ref" in attributes:
                self._range(self.spilled, attributes["ref"])

    def _value_ends(self) -> None:
        self.raw, self.pieces = "".join(self.pieces or []), None

    def _inline_ends(self) -> None:
        self.inline += self.pieces or []
        self.pieces = None

    def _cell_ends(self) -> None:
        self.in_cell = False
        text, value, kind, notes = self._read()
        if self.formula:
            # What it came to is for people to recognise; whoever saved the file may have written anything there.
            value, kind, notes = None, Kind.FORMULA, ()
        row = self.row
        if kind is Kind.EMPTY or row is None:
            return
        filled, column = len(row.cells), self.column
        self.counter.cell(self.name, row.number, column, filled, text)
        if not filled:
            self.counter.row(self.name, row.number)
        if column > filled:
            row.cells += [Cell(row.number, empty) for empty in range(filled, column)]
        row.cells.append(Cell(row.number, column, text, value, kind, notes))

    def _merge(self, attributes: dict[str, str]) -> None:
        self._range(self.merged, attributes.get("ref", ""))

    def _range(self, ranges: list[str], reference: str) -> None:
        if len(ranges) == self.limits.rows or len(reference) > 30:
            raise Refused("The sheet has too many merged cells.", "Unmerge them, and save the file.", sheet=self.name)
        ranges.append(reference)

    # --- what a cell holds ---

    def _read(self) -> tuple[str, Value, Kind, tuple[Note, ...]]:
        if self.type == "s":
            if not self.raw:
                return "", None, Kind.EMPTY, ()
            number = _whole(self.raw)
            if number >= len(self.strings):
                raise self._astray()
            if number not in self.known:
                self.known[number] = self._text(self.strings[number])
            return self.known[number]
        if self.type == "inlineStr":
            return self._text("".join(self.inline))
        if not self.raw:
            return "", None, Kind.EMPTY, ()
        if self.type == "n":
            return self._number()
        if self.type == "str":
            return self._text(self.raw)
        if self.type == "b":
            return ("TRUE", True, Kind.YES_NO, ()) if _true(self.raw) else ("FALSE", False, Kind.YES_NO, ())
        if self.type == "d":
            try:
                day = dt.date.fromisoformat(self.raw[:10])
            except ValueError:
                return shortened(self.raw), None, Kind.ERROR, ()
            return f"{day:%d/%m/%Y}", day, Kind.DAY, ()
        return shortened(self.raw), None, Kind.ERROR, ()

    def _text(self, raw: str) -> tuple[str, Value, Kind, tuple[Note, ...]]:
        if "_x" in raw:
            raw = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw)
        try:
            text, notes = cleaned(raw)
        except Refused as fault:
            raise fault.at(self.name, self._address) from fault
        return (text, text, Kind.TEXT, notes) if text else ("", None, Kind.EMPTY, ())

    def _number(self) -> tuple[str, Value, Kind, tuple[Note, ...]]:
        number = exact(self.raw)
        if number is None:
            return shortened(self.raw), None, Kind.ERROR, ()
        format_ = self.formats[self.style] if self.style < len(self.formats) else Format()
        return shown(number, format_, since_1904=self.since_1904)

    # --- the sheet, when all is read ---

    def sheet(self) -> Sheet:
        """The sheet as it was read. Cells that others cover are empty; those that a formula fills are formulas."""
        self.width = max((len(row.cells) for row in self.rows), default=0)
        for reference in self.spilled:
            self._mark(
                reference, lambda cell, first: cell._replace(value=None, kind=Kind.FORMULA) if cell.text else cell
            )
        for reference in self.merged:
            self._mark(reference, _merged)
        return Sheet(
            self.name,
            tuple(Row(row.number, tuple(row.cells), row.hidden) for row in self.rows),
            tuple(self.merged),
            tuple(self._hidden_within()),
        )

    def warnings(self) -> list[Remark]:
        found = []
        if self.merged:
            found.append(
                f"Cells are merged: {listed(self.merged)}. Only the first cell of each holds something; the others are "
                "read as empty."
            )
        hidden = [f"{a}" if a == b else f"{a} to {b}" for a, b in spans(row.number for row in self.rows if row.hidden)]
        if hidden:
            found.append(f"Hidden rows were read as well: {listed(hidden)}.")
        columns = spans(self._hidden_within())
        if columns:
            names = [letters(a) if a == b else f"{letters(a)} to {letters(b)}" for a, b in columns]
            found.append(f"Hidden columns were read as well: {listed(names)}.")
        return [Remark(sentence, sheet=self.name) for sentence in found]

    def _hidden_within(self) -> list[int]:
        hidden: set[int] = set()
        for first, last in self.hidden_columns:
            hidden.update(range(max(first, 0), min(last + 1, self.width)))
        return sorted(hidden)

    def _mark(self, reference: str, mark: Callable[[Cell, bool], Cell]) -> None:
        """Change the cells of a range like A2:B5, as far as the sheet is filled; its first cell is told apart."""
        first, _, last = reference.partition(":")
        try:
            (top, left), (bottom, right) = place(first), place(last or first)
        except ValueError as fault:
            raise self._astray() from fault
        width = min(right + 1, self.width) - left
        if width <= 0:
            return
        for row in self._between(top, bottom):
            self.counter.spend(width, self.name)
            row.cells += [Cell(row.number, column) for column in range(len(row.cells), left + width)]
            for column in range(left, left + width):
                row.cells[column] = mark(row.cells[column], (row.number, column) == (top, left))

    def _between(self, top: int, bottom: int) -> list[_Draft]:
        first = bisect_left(self.rows, top, key=lambda row: row.number)
        return self.rows[first : bisect_right(self.rows, bottom, key=lambda row: row.number)]

    @property
    def _address(self) -> str:
        return f"{letters(self.column)}{self.row.number}" if self.row else ""

    def _astray(self) -> Refused:
        return Refused("The file is damaged: its cells are not in order.", AGAIN, sheet=self.name, cell=self._address)

    def _too_long(self) -> None:
        raise Refused(
            f"The text is longer than {self.limits.longest_text:,} characters.",
            "Shorten it.",
            sheet=self.name,
            cell=self._address,
        )


def _merged(cell: Cell, first: bool) -> Cell:
    if first:
        return cell._replace(notes=(*cell.notes, Note.MERGED))
    return Cell(cell.row, cell.column, notes=(Note.COVERED,))


def exact(digits: str) -> Decimal | None:
    """The number a file writes as 0.28999999999999998 and people see as 0.29; None when it is none.

    A spreadsheet keeps binary numbers and shows 15 digits of them; what stands behind those is noise nobody typed.
    """
    if len(digits) > 400 or not _DIGITS.fullmatch(digits):
        return None
    if len(digits) <= 15 and "e" not in digits and "E" not in digits:
        return Decimal(digits) + 0  # no minus nought
    try:
        number = Decimal(format(float(digits), ".15g"))
    except (OverflowError, ArithmeticError):
        return None
    return number if number.is_finite() else None


def _true(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("1", "true")


def _whole(text: str | None) -> int:
    """A count or number in an attribute. Refused when it is none: only a file made to deceive has such."""
    if text is None or not (0 < len(text) <= 9 and text.isascii() and text.isdigit()):
        raise Refused("The file is damaged.", AGAIN)
    return int(text)
