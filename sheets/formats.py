"""How a spreadsheet shows a number: as a number, a percentage, a day or a time.

An XLSX keeps 45%, 30/09/2026 and 1,234.50 alike as bare numbers, and apart from them how they are shown. This reads of a
number format what is needed to know which it was and what people saw (ECMA-376-1 §18.8.30 and .31); of colours,
currency signs and other finery it takes no notice.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from sheets.book import Kind, Note, Value

#: What an XLSX means by a number of a format without spelling it out. 14 is the day in the reader's own way.
BUILT_IN = {
    **dict.fromkeys([*range(27, 37), *range(50, 59)], "dd/mm/yyyy"),
    **dict.fromkeys((37, 38, 41, 42), "#,##0"),
    **dict.fromkeys((39, 40, 43, 44), "#,##0.00"),
    **dict(enumerate(("General", "0", "0.00", "#,##0", "#,##0.00"))),
    **dict(enumerate(("0%", "0.00%", "0.00E+00", "# ?/?", "# ??/??", "dd/mm/yyyy", "d-mmm-yy", "d-mmm", "mmm-yy"), 9)),
    **dict(enumerate(("h:mm AM/PM", "h:mm:ss AM/PM", "h:mm", "h:mm:ss", "dd/mm/yyyy h:mm"), 18)),
    **dict(enumerate(("mm:ss", "[h]:mm:ss", "mm:ss.0", "##0.0E+0", "@"), 45)),
}

_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_IN_BRACKETS = re.compile(r"\[([^\]]*)\]")
_NUMBER = re.compile(r"([#0?,]*)(?:\.([#0?]*))?")
#: More digits than a spreadsheet holds; also keeps rounding within what Decimal does exactly.
MOST_DECIMALS = 8
_LAST_DAY = 2_958_465  # 31 December 9999


@dataclass(frozen=True, slots=True)
class Format:
    """How numbers are shown. `least` and `most` decimals; None where every digit is shown."""

    kind: Kind = Kind.NUMBER
    least: int = 0
    most: int | None = None
    thousands: bool = False
    clock: bool = False  # a time of day, or a length of time, without a day


@lru_cache(maxsize=1024)
def format_of(code: str) -> Format:
    """What a number format such as #,##0.00 or dd/mm/yyyy makes of numbers. What it does to negative ones is left aside."""
    first = _QUOTED.sub("", code[:255]).split(";", 1)[0]
    elapsed = any(re.fullmatch(r"[hms]+", inner, re.IGNORECASE) for inner in _IN_BRACKETS.findall(first))
    bare = _IN_BRACKETS.sub("", first).lower()
    if "general" in bare or "@" in bare:
        return Format()
    if elapsed or (re.search(r"[hs]", bare) and not re.search(r"[dy]", bare)):
        return Format(kind=Kind.DAY, clock=True)
    if re.search(r"[dmy]", bare):
        return Format(kind=Kind.DAY)
    kind = Kind.PERCENTAGE if "%" in bare else Kind.NUMBER
    digits = _NUMBER.fullmatch(re.sub(r"[^#0?,.e/]", "", bare))
    # A comma behind the digits shows thousands as ones, and 1E+05 or 1/4 hide what the cell holds: show all of it.
    decimals = (digits[2] or "") if digits else ""
    if not digits or digits[1].endswith(",") or len(decimals) > MOST_DECIMALS:
        return Format(kind=kind)
    return Format(kind, decimals.count("0"), len(decimals), "," in digits[1])


def shown(number: Decimal, format_: Format, *, since_1904: bool) -> tuple[str, Value, Kind, tuple[Note, ...]]:
    """Text, value, kind and notes of a number shown in that way. `since_1904`: days are counted from then, not from 1900."""
    if format_.kind is Kind.DAY:
        return _clock(number) if format_.clock else _day(number, since_1904)
    if format_.most is None and format_.kind is Kind.NUMBER:
        return f"{number:f}", number, Kind.NUMBER, ()
    figure = number.scaleb(2) if format_.kind is Kind.PERCENTAGE else number
    rounded = figure
    if format_.most is not None and figure.adjusted() < 20:
        rounded = figure.quantize(Decimal(1).scaleb(-format_.most), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}" if format_.thousands else f"{abs(rounded):f}"
    if "." in text:
        whole, _, decimals = text.partition(".")
        decimals = decimals.rstrip("0").ljust(format_.least, "0")
        text = f"{whole}.{decimals}" if decimals else whole
    text = f"{'-' if rounded < 0 else ''}{text}{'%' if format_.kind is Kind.PERCENTAGE else ''}"
    return text, number, format_.kind, (Note.ROUNDED,) if rounded != figure else ()


@lru_cache(maxsize=4096)
def _day(number: Decimal, since_1904: bool) -> tuple[str, Value, Kind, tuple[Note, ...]]:
    # Day 60 of 1900 is 29 February, which that year did not have; the days before it count from one day later.
    whole = int(number) if 0 <= number <= _LAST_DAY else -1
    if whole < 0 or (not since_1904 and whole in (0, 60)):
        return f"{number:f}", None, Kind.ERROR, ()
    start = dt.date(1904, 1, 1) if since_1904 else dt.date(1899, 12, 31 if whole < 60 else 30)
    try:
        day = start + dt.timedelta(days=whole)
    except OverflowError:
        return f"{number:f}", None, Kind.ERROR, ()
    text, minutes = _british(day), round((number - whole) * 1440)
    if minutes:
        text = f"{text} {min(minutes, 1439) // 60:02}:{min(minutes, 1439) % 60:02}"
    return text, day, Kind.DAY, ()


def _clock(number: Decimal) -> tuple[str, Value, Kind, tuple[Note, ...]]:
    if not 0 <= number <= _LAST_DAY:
        return f"{number:f}", None, Kind.ERROR, ()
    minutes = round(number * 1440)
    text = f"{minutes // 60}:{minutes % 60:02}"
    return text, text, Kind.TEXT, ()


def _british(day: dt.date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"
