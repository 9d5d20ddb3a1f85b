"""What texts of strangers are cleaned of, and how much of anything is read: the same for every form of file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sheets.book import Limits, Note, Refused, letters

#: What no table needs: control characters (but tab and line break), lone surrogates, non-characters.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: What nobody sees and what can make two names look alike, or a text read backwards.
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CLEANED = (Note.CLEANED,)


def cleaned(raw: str) -> tuple[str, tuple[Note, ...]]:
    """The text of a cell without spaces around it and characters nobody can see; Refused when it has control characters."""
    text = raw.strip()
    if text.isascii() and text.isprintable():
        return text, ()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := CONTROL.search(text):
        raise Refused(
            f"The text holds a control character (number {ord(found[0])}), which no table has.",
            "Type the text again, and save the file.",
        )
    seen = _UNSEEN.sub("", text)
    return (text, ()) if seen == text else (seen.strip(), _CLEANED)


@dataclass
class Counter:
    """Rows, cells and characters taken so far, against what may be: of all sheets of a file together."""

    limits: Limits
    rows: int = 0
    cells: int = 0
    characters: int = 0

    def row(self, sheet: str, number: int) -> None:
        """Another row in which something stands."""
        self.rows += 1
        if self.rows > self.limits.rows:
            raise Refused(
                f"There are more than {self.limits.rows:,} rows; reading stopped at row {number:,}.",
                "Send only the rows that matter, or send them in several files.",
                sheet=sheet,
            )

    def cell(self, sheet: str, row: int, column: int, before: int, text: str) -> None:
        """Another cell in which something stands, in a row that has `before` cells already."""
        if column >= self.limits.columns:
            raise Refused(
                f"There are more than {self.limits.columns} columns.",
                "Send only the columns that matter.",
                sheet=sheet,
                cell=f"{letters(column)}{row}",
            )
        self.spend(column + 1 - before, sheet)
        self.characters += len(text)
        if self.characters > self.limits.characters:
            raise Refused("The file holds more text than can be read.", "Send only what matters.", sheet=sheet)

    def spend(self, cells: int, sheet: str) -> None:
        """So many cells more, empty ones between others included."""
        self.cells += cells
        if self.cells > self.limits.cells:
            raise Refused(
                f"There are more than {self.limits.cells:,} cells.",
                "Send only the rows and columns that matter, or send them in several files.",
                sheet=sheet,
            )
