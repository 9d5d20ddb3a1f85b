"""Reading text in columns: CSV as programs write it, and what a spreadsheet leaves when cells are copied.

Encoding and separator are found out, and said when they had to be guessed. Rows are numbered as a spreadsheet numbers
them when it opens the same file.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter as Tally
from collections.abc import Iterable, Iterator

from sheets.book import Book, Cell, Kind, Limits, Note, Refused, Remark, Row, Sheet, letters, listed, spans
from sheets.commas import guarded
from sheets.text import CONTROL, Counter, cleaned

AGAIN = "In your spreadsheet program choose Save as, CSV UTF-8 (or .xlsx), and choose the new file."

#: Separators, likeliest first, and what people call them.
SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
#: By how many rows the separator is told.
_SAMPLE = 30
_SAMPLE_CHARACTERS = 100_000

_PAGE = re.compile(r"\s*<(!doctype|html|head|body|table|meta|script|svg|style|div|!--|\?xml|\?php)", re.IGNORECASE)
_MAIL = re.compile(r"(mime-version|content-type):", re.IGNORECASE)


def read_csv(content: bytes, limits: Limits) -> Book:
    """The table in a text file. Refused when it is no table of plain text, or holds too much."""
    text, guess = decoded(content)
    if _PAGE.match(text[:2000]) or _MAIL.match(text):
        raise Refused(
            "The file is a web page, whatever its name says: some systems call those Excel files.",
            "Open it in your spreadsheet program, save it as an Excel workbook (.xlsx), and choose the new file.",
        )
    if text.startswith("{\\rtf"):
        raise Refused("The file is a text document (RTF), not a table.", AGAIN)
    sample = text[:4000]
    if len(CONTROL.findall(sample)) > len(sample) // 100:
        raise Refused("The file is neither a CSV file nor an Excel workbook.", AGAIN)
    warnings = [Remark(guess)] if guess else []
    told = re.match(r"sep=([,;|\t])\r?\n", text, re.IGNORECASE)  # a line that Excel writes and takes for itself
    separator = told[1] if told else separator_of(text)
    if told:
        text = text[told.end() :]
    elif separator != ",":
        warnings.append(Remark(f"The cells were taken to be separated by {SEPARATORS[separator]}."))
    rows = _rows(_records(text, separator), limits, from_file=True)
    return Book((Sheet("", rows),), (*warnings, *_ragged(rows, separator)))


def read_pasted(text: str, limits: Limits | None = None) -> Sheet:
    """The cells that were pasted: as copied from a spreadsheet (tabs), or separated by commas, semicolons or bars.

    The first cell is A1. Refused when nothing was pasted, or too much.
    """
    limits = limits or Limits()
    if len(text) > limits.file_size:
        raise Refused("What was pasted is too long.", "Send it as a file.")
    separator = "\t" if "\t" in text else separator_of(text)
    if separator == "\t" and not _paired(text):
        # Spreadsheets copy 5" and "Safe" as they are; only cells with tabs or line breaks in them come in quotation marks.
        records: Iterable[list[str]] = (line.split("\t") for line in re.split("\r\n|\n|\r", text))
    else:
        records = _records(text, separator)
    rows = _rows(records, limits, from_file=False)
    if not rows:
        raise Refused("Nothing was pasted.", "Copy the cells in your spreadsheet, and paste them here.")
    return Sheet("", rows)


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and what had to be guessed to read it ("" when nothing had). Refused when no encoding fits."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Refused("The letters of this file are encoded as UTF-32, which is not read.", AGAIN)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _decoded(content, encoding), ""
    # Every other byte of English text in UTF-16 is nought, and none of any other text.
    for encoding, zeros in (("utf-16-le", content[1:4000:2]), ("utf-16-be", content[0:4000:2])):
        if zeros and zeros.count(0) > len(zeros) * 3 // 4:
            return _decoded(content, encoding), "The letters were taken to be encoded as UTF-16."
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        return (
            _decoded(content, "cp1252"),
            "The letters were taken to be encoded as Windows-1252 (Western European): look at £ signs, dashes and accents.",
        )


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as fault:
        raise Refused("The letters of this file cannot be read: it is not a table of plain text.", AGAIN) from fault


def separator_of(text: str) -> str:
    """What stands between the cells: that which gives the most rows the same number of cells, and more than one."""

    def fitness(separator: str) -> tuple[float, int]:
        sample = io.StringIO(text[:_SAMPLE_CHARACTERS], newline="")
        widths: list[int] = []
        try:
            for record in csv.reader(sample, delimiter=separator):
                if any(cell.strip() for cell in record):
                    widths.append(len(record))
                if len(widths) == _SAMPLE:
                    break
        except csv.Error:
            pass  # too long a cell, which is said when the file is read; judged by the rows before it
        usual = Tally(width for width in widths if width > 1).most_common(1)
        return (usual[0][1] / len(widths), usual[0][0]) if usual else (0.0, 0)

    return max(SEPARATORS, key=fitness)


def _paired(text: str) -> bool:
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True):
            pass
    except csv.Error:
        return False
    return True


def _records(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            raise _unreadable(number, fault) from fault


def _unreadable(number: int, fault: csv.Error) -> Refused:
    if "field larger" in str(fault):
        return Refused(
            f"Row {number:,} has a cell that is too long, or a quotation mark in it is never closed.",
            "Look at the quotation marks of that row.",
        )
    if "unexpected end" in str(fault):
        return Refused(f"A quotation mark that opens in row {number:,} is never closed.", "Close it, or take it out.")
    return Refused(
        f"In row {number:,} something follows a closing quotation mark.",
        'Write quotation marks inside a cell twice: "the ""Safer"" team".',
    )


def _rows(records: Iterable[list[str]], limits: Limits, *, from_file: bool) -> tuple[Row, ...]:
    """The rows in which something stands. Of a file, those are told that don't have as many cells as the first row of names."""
    counter = Counter(limits)
    rows = []
    named = 0
    for number, record in enumerate(records, start=1):
        cells: list[Cell] = []
        for column, raw in enumerate(record):
            if not raw:
                continue
            try:
                if len(raw) > limits.longest_text:
                    raise Refused(f"The text is longer than {limits.longest_text:,} characters.", "Shorten it.")
                text, notes = cleaned(_own(raw) if from_file else raw)
            except Refused as fault:
                raise fault.at("", f"{letters(column)}{number}") from fault
            if not text:
                continue
            if from_file and named and column >= named:
                notes = (*notes, Note.BEYOND)
            counter.cell("", number, column, len(cells), text)
            cells += [Cell(number, empty) for empty in range(len(cells), column)]
            cells.append(Cell(number, column, text, text, Kind.TEXT, notes))
        if not cells:
            continue
        counter.row("", number)
        if from_file and not named and len(cells) > 1:  # a title above the table has a cell of its own
            named = len(cells)
        rows.append(
            Row(number, tuple(cells), ragged=from_file and bool(named) and not len(cells) <= named <= len(record))
        )
    return tuple(rows)


def _ragged(rows: tuple[Row, ...], separator: str) -> list[Remark]:
    named = next((len(row) for row in rows if len(row) > 1), 0)
    found = []
    longer = [row.number for row in rows if row.ragged and len(row) > named]
    shorter = [row.number for row in rows if row.ragged and len(row) <= named]
    if longer:
        cause = ": a comma inside a cell, as in 1,234, needs quotation marks around it" if separator == "," else ""
        found.append(f"{_named_rows(longer)} more cells than the {named} columns that have a name{cause}.")
    if shorter:
        found.append(f"{_named_rows(shorter)} fewer cells than the {named} columns that have a name.")
    return [Remark(sentence) for sentence in found]


def _named_rows(numbers: list[int]) -> str:
    runs = [f"{a}" if a == b else f"{a} to {b}" for a, b in spans(numbers)]
    return f"Rows {listed(runs)} have" if len(numbers) > 1 else f"Row {runs[0]} has"


def _own(text: str) -> str:
    """A text without the apostrophe that our own CSV files put before what a spreadsheet could take for a formula."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text
