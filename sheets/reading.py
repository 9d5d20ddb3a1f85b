"""Reading what people send: a CSV file, an Excel workbook, or cells they copied. Anything else is refused in a sentence.

A file is what its content says, never what its name says. Time and memory are bounded by `Limits` before and while it is
read; nothing outside it is opened, no formula is worked out and no text of it is believed to be anything but text.
"""

from __future__ import annotations

from typing import BinaryIO

from sheets.book import Book, Limits, Refused, Remark, shortened
from sheets.openxml import AGAIN as SAVE_AS_XLSX
from sheets.openxml import read_xlsx
from sheets.separated import read_csv, read_pasted

__all__ = ["Book", "Limits", "Refused", "read", "read_pasted"]

CHOOSE = "Choose a CSV file or an Excel workbook (.xlsx)."

#: How files begin that are neither.
_OTHERS = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a recording",
    b"II*\x00": "a picture",
    b"MM\x00*": "a picture",
    b"\x1f\x8b": "an archive (.gz)",
    b"7z\xbc\xaf": "an archive (.7z)",
    b"Rar!": "an archive (.rar)",
    b"PK\x05\x06": "an empty archive",
    b"MZ": "a program",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(content: BinaryIO | bytes, *, name: str, limits: Limits | None = None) -> Book:
    """The sheets of a file in which something stands. Refused with a sentence that says what to do.

    `name` as the sender's machine called it; "" when there is none. Formulas, errors, merged cells and hidden columns do
    not refuse a file: they are noted with their cell, because they may stand where nobody needs them.
    """
    limits = limits or Limits()
    taken = content if isinstance(content, bytes) else content.read(limits.file_size + 1)
    if len(taken) > limits.file_size:
        raise Refused(
            f"The file is larger than {limits.file_size / 1024 / 1024:g} MB.",
            "Send only the rows and columns that matter.",
        )
    if not taken.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise Refused("The file is empty.", CHOOSE)
    if taken.startswith(_OLE):
        raise Refused(*_old(taken))
    for beginning, word in _OTHERS.items():
        if taken.startswith(beginning):
            raise Refused(f"The file is {word}, not a table.", CHOOSE)
    workbook = taken.startswith(b"PK\x03\x04")
    book = read_xlsx(taken, limits) if workbook else read_csv(taken, limits)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in ("csv", "txt", "tsv") if workbook else ending.startswith("xl"):
        really = "an Excel workbook" if workbook else "a table of plain text (CSV)"
        told = Remark(f"“{shortened(name)}” is {really}, whatever its name says, and was read as one.")
        book = Book(book.sheets, (told, *book.warnings))
    return _filled(book)


def _filled(book: Book) -> Book:
    """The book without sheets that are empty. Refused when it has no row besides one of names."""
    sheets = tuple(sheet for sheet in book.sheets if sheet.rows)
    if not sheets:
        raise Refused("Nothing stands in the file, or not in a sheet that can be seen.", CHOOSE)
    if all(len(sheet.rows) == 1 for sheet in sheets):
        row = sheets[0].rows[0]
        raise Refused(
            f"The file has only one row, “{shortened(' | '.join(filter(None, row.texts)))}”.",
            "Expected a row with the names of the columns, and the figures under it.",
            sheet=sheets[0].name,
        )
    return Book(sheets, book.warnings)


def _old(content: bytes) -> tuple[str, str]:
    """Old Office files and those with a password look alike but for the names in them."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "The file is locked with a password.", "Save it without one, as an Excel workbook (.xlsx)."
    if any(word.encode("utf-16-le") in content for word in ("Workbook", "Book")):
        return "The file is an old Excel workbook (.xls).", SAVE_AS_XLSX
    return "The file is an old Office file, not an Excel workbook.", CHOOSE
