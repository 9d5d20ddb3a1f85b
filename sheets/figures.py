"""Which number, or which day, people mean by what they write: British forms, and a sentence about every other.

A figure read wrongly is worse than one sent back, so a form that means different numbers in different places (12,34 ·
1.234,5 · (12)) is refused with what was expected. What is taken:

- 1234 · 1,234 · 1 234 · -12 (also with a true minus sign or a dash) · +5 · 0.45 · .5 · £1,234 · 45% · 1,234 [p]
- "not available": n/a, na, not available, not yet available, -, .., :, *, [x], [z], [c], [w], [u] and the like.
  The signs in square brackets are the shorthand of the Government Analysis Function ("Symbols in tables"), [p] marks a
  provisional figure; dashes, dots, colons and stars are what older official tables have in their stead.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sheets.book import Cell, Kind, Note, shortened


class Given(StrEnum):
    """What was said about a figure."""

    NUMBER = "number"
    NOT_AVAILABLE = "not available"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it was given. `value` is in the unit shown: of "45%" it is 45, with the unit "%"."""

    text: str
    given: Given
    value: Decimal | None = None
    unit: str = ""  # "", "%" or "£"
    provisional: bool = False

    @property
    def percent(self) -> bool:
        return self.unit == "%"


class Misread(ValueError):
    """What is written is no number (or day) that can be trusted: what is wrong, and what was expected."""

    def __init__(self, sentence: str, expected: str) -> None:
        super().__init__(f"{sentence} {expected}")
        self.sentence, self.expected = sentence, expected


#: More digits than any figure of a town has; also where a spreadsheet stops being exact.
MOST_DIGITS = 15
#: A longer text is none, whatever stands in it.
LONGEST_FIGURE = 60

NUMBER_EXPECTED = "Expected a number such as 1,234 or 12.5, or n/a."
DAY_EXPECTED = "Expected a day such as 30/09/2026 or 30 September 2026."
PASTE_VALUES = "Copy the cells, paste them as values (Paste special, Values), and send it again."

_NOT_AVAILABLE = {
    *("n/a", "na", "n.a.", "n.a", "not available", "not yet available", "unavailable", "not applicable", "not known"),
    *("unknown", "no data", "not supplied", "awaited", "tbc"),
    *("-", "--", "..", "...", "…", ":", "*", "**", "x"),
    *("[x]", "[z]", "[c]", "[w]", "[u]"),
}
_DASHES = str.maketrans("\u2212\u2010\u2011\u2012\u2013\u2014", "------")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_PLAIN = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?|[1-9][0-9]{0,2}(?: [0-9]{3})+(?:\.[0-9]+)?")
_CONTINENTAL = re.compile(r"[0-9]{1,3}(?:[. '][0-9]{3})*,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}|[0-9]+,[0-9]{1,2}")
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?e[+-]?[0-9]+", re.IGNORECASE)
_BRACKETS = re.compile(r"\(\s*([£0-9.,% ]+)\s*\)")
_FEWER = re.compile(
    r"(?:<|>|≤|≥|~|c\.|under|over|fewer than|less than|more than|about|approx)\s*[0-9].*", re.IGNORECASE
)
#: strptime alone would take other digits than 0 to 9, and years of three.
_DAYS = [
    (re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}"), "%d/%m/%Y"),
    (re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}"), "%d/%m/%y"),
    (re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}"), "%d.%m.%Y"),
    (re.compile(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}"), "%d-%m-%Y"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "%Y-%m-%d"),
    (re.compile(r"[0-9]{1,2} [A-Za-z]{4,9} [0-9]{4}"), "%d %B %Y"),
    (re.compile(r"[0-9]{1,2} [A-Za-z]{3,4} [0-9]{4}"), "%d %b %Y"),
    (re.compile(r"[0-9]{1,2}-[A-Za-z]{3}-[0-9]{4}"), "%d-%b-%Y"),
    (re.compile(r"[0-9]{1,2}-[A-Za-z]{3}-[0-9]{2}"), "%d-%b-%y"),
]
_AMERICAN = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-][0-9]{2,4}")
_PROVISIONAL = re.compile(r"\s*(?:\[p\]|\(p\))$", re.IGNORECASE)


def parse_number(text: str) -> Figure:
    """The figure that a text means. Misread, with what is wrong and what was expected, when it isn't surely one."""
    given = _SPACES.sub(" ", text).strip()
    if not given:
        return Figure(text="", given=Given.NOTHING)
    if given.translate(_DASHES).casefold() in _NOT_AVAILABLE:
        return Figure(text=given, given=Given.NOT_AVAILABLE)
    if len(given) > LONGEST_FIGURE:
        raise Misread(f"“{shortened(given)}” is text, not a number.", NUMBER_EXPECTED)
    bare = _PROVISIONAL.sub("", given)
    sign, unit, digits = _parts(bare.translate(_DASHES))
    if not (_PLAIN.fullmatch(digits) or _THOUSANDS.fullmatch(digits)):
        raise _misread(given, digits)
    plain = digits.replace(",", "").replace(" ", "")
    if len(plain.lstrip("0.").replace(".", "")) > MOST_DIGITS:
        raise Misread(f"“{shortened(given)}” has more than {MOST_DIGITS} digits.", NUMBER_EXPECTED)
    value = Decimal(plain)
    return Figure(
        text=given,
        given=Given.NUMBER,
        value=-value if sign == "-" and value else value,
        unit=unit,
        provisional=bare != given,
    )


def text_in(cell: Cell) -> str:
    """The text of a cell, "" of an empty one. Misread of a formula, an error, and a cell that another one covers."""
    if Note.COVERED in cell.notes:
        raise Misread(
            "The cell is merged with another one, which alone holds the text.",
            "Unmerge the cells, and write what is meant in each.",
        )
    if cell.kind is Kind.FORMULA:
        raise Misread("The cell contains a formula.", PASTE_VALUES)
    if cell.kind is Kind.ERROR:
        raise Misread(f"The cell shows the error {shortened(cell.text)}.", "Expected what is meant, typed in.")
    return cell.text


def figure_in(cell: Cell) -> Figure:
    """The figure that a cell holds, whether typed as a number or as a text. Misread as `text_in` and `parse_number`."""
    if cell.kind in (Kind.NUMBER, Kind.PERCENTAGE) and isinstance(cell.value, Decimal):
        percent = cell.kind is Kind.PERCENTAGE
        value = cell.value.scaleb(2) if percent else cell.value
        if value.adjusted() >= MOST_DIGITS:
            raise Misread(f"{value:.3E} has more than {MOST_DIGITS} digits.", NUMBER_EXPECTED)
        return Figure(text=cell.text, given=Given.NUMBER, value=value, unit="%" if percent else "")
    if cell.kind is Kind.DAY:
        raise Misread(
            f"The cell holds the day {cell.text}, which spreadsheets also make of what is typed as 3/15 or 1-4.",
            f"{NUMBER_EXPECTED} Show the column as text and type it again.",
        )
    return parse_number(text_in(cell))


def parse_day(text: str) -> dt.date:
    """The day that a text means, the day before the month. Misread when it isn't surely one, or when nothing is given."""
    given = _SPACES.sub(" ", text).strip()
    for form, python in _DAYS:
        if form.fullmatch(given):
            try:
                return dt.datetime.strptime(given.replace("Sept ", "Sep "), python).replace(tzinfo=dt.UTC).date()
            except ValueError:
                continue
    american = _AMERICAN.fullmatch(given)
    if american and int(american[2]) > 12 >= int(american[1]):
        raise Misread(f"“{given}” has the month before the day.", DAY_EXPECTED)
    raise Misread(f"“{shortened(given)}” is not a day." if given else "No day is given.", DAY_EXPECTED)


def day_in(cell: Cell) -> dt.date | None:
    """The day that a cell holds, None of an empty one. Misread as `text_in` and `parse_day`."""
    if cell.kind is Kind.DAY and isinstance(cell.value, dt.date):
        return cell.value
    text = text_in(cell)
    return parse_day(text) if text else None


def _parts(text: str) -> tuple[str, str, str]:
    """Sign, unit and the rest: -£5 and £-5 are the same."""
    sign = unit = ""
    for _ in range(2):
        if not sign and text[:1] in ("-", "+"):
            sign, text = text[0], text[1:].lstrip()
        if not unit and text[:1] == "£":
            unit, text = "£", text[1:].lstrip()
    if not unit and text[-1:] == "%":
        unit, text = "%", text[:-1].rstrip()
    return sign, unit, text


def _misread(given: str, digits: str) -> Misread:
    quoted = f"“{shortened(given)}”"
    if given.startswith(("=", "@")):
        return Misread(f"{quoted} is a formula.", PASTE_VALUES)
    if any(c.isdigit() and not c.isascii() for c in given):
        return Misread(f"{quoted} is not written with the digits 0 to 9.", NUMBER_EXPECTED)
    if given.startswith("#"):
        return Misread(f"The cell shows the error {quoted}.", NUMBER_EXPECTED)
    if match := _BRACKETS.fullmatch(digits):
        inner = match[1].strip()
        return Misread(
            f"{quoted} is in brackets, which may mean minus {inner} or {inner}.",
            f"Write -{inner.lstrip('£')}, or {inner}.",
        )
    if _SCIENTIFIC.fullmatch(digits):
        return Misread(
            f"{quoted} was shortened by a spreadsheet, which has lost digits of it.",
            "Write all its digits; in a spreadsheet, show the column as numbers without decimals.",
        )
    if _CONTINENTAL.fullmatch(digits):
        return Misread(
            f"{quoted} has a comma or points where British figures have none.",
            f"Expected {_british(digits)}: a comma before every three digits, and a point before the decimals.",
        )
    if _FEWER.fullmatch(given):
        return Misread(f"{quoted} is not one number.", "Expected the number itself, or n/a if it cannot be given.")
    if any(c in given for c in "$€"):
        return Misread(f"{quoted} is not in pounds.", NUMBER_EXPECTED)
    if re.fullmatch(r"[0-9.,'/ -]+", digits):
        return Misread(f"It is not clear which number {quoted} means.", NUMBER_EXPECTED)
    if any(c.isdigit() for c in given):
        return Misread(f"{quoted} has something besides the number.", NUMBER_EXPECTED)
    return Misread(f"{quoted} is text, not a number.", NUMBER_EXPECTED)


def _british(digits: str) -> str:
    """1.234,5 → 1,234.5 · 1,5 → 1.5 · 1.234.567 → 1,234,567 · 12,34 → 12.34."""
    whole, _, decimals = digits.partition(",")
    whole = f"{int(re.sub(r'[^0-9]', '', whole)):,}"
    return f"{whole}.{decimals}" if decimals else whole
