"""Which period people mean by what they write in a table."""

from __future__ import annotations

import datetime as dt
import re

from partners.days import MONTHS
from priorities.periods import FIRST_MONTH, Period, PeriodKind
from sheets.book import Cell, Kind, shortened
from sheets.figures import Misread, text_in

_DASH = re.compile(r"[\u2010-\u2015\u2212]")
_QUARTER = re.compile(r"(?:q|qtr|quarter) ?([1-4])")
_YEARS = re.compile(r"(20[0-9]{2}|[0-9]{2}) ?[/-] ?((?:20)?[0-9]{2})")
_CODE = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_HALF = re.compile(r"(?:h|half|half-year|half year) ?([12])")
_MONTHS = re.compile(r"([a-z]{3,9})\.? ?((?:20)?[0-9]{2})? ?(?:-|to|until) ?([a-z]{3,9})\.? ?'?((?:20)?[0-9]{2})")

EXPECTED = {
    PeriodKind.QUARTER: "Expected a quarter such as Q2 2026/27, July to September 2026 or 2026-07.",
    PeriodKind.HALF_YEAR: "Expected a half-year such as April to September 2026.",
    PeriodKind.YEAR: "Expected a year such as 2026/27.",
}


def parse_period(text: str, kind: PeriodKind | None = None) -> Period:
    """The period a text means: Q2 2026/27 · Jul-Sep 2026 · 2026-07 · H1 2026/27 · 2026/27.

    `kind` says which kind is wanted; without it, whichever is written. Misread when it is none of them, not surely one,
    or of another kind. A quarter beside a single year (Q2 2026) is nobody's: it may be counted from January or April.
    """
    given = " ".join(_DASH.sub("-", text).casefold().replace(",", " ").split())
    period = _read(given, kind)
    if period is None:
        wanted = EXPECTED[kind] if kind else EXPECTED[PeriodKind.QUARTER]
        raise Misread(f"“{shortened(text)}” is not a period." if given else "No period is given.", wanted)
    if kind is not None and period.kind is not kind:
        raise Misread(f"“{shortened(text)}” is a {period.kind.label}, not a {kind.label}.", EXPECTED[kind])
    return period


def period_in(cell: Cell, kind: PeriodKind) -> Period | None:
    """The period that a cell names, or the one its day falls in; None of an empty cell. Misread as `parse_period`."""
    if cell.kind is Kind.DAY and isinstance(cell.value, dt.date):
        return Period.containing(kind, cell.value)
    text = text_in(cell)
    return parse_period(text, kind) if text else None


def _read(given: str, kind: PeriodKind | None) -> Period | None:
    if match := _CODE.fullmatch(given):
        try:
            return Period(kind or PeriodKind.QUARTER, dt.date(int(match[1]), int(match[2]), 1))
        except ValueError:
            return None
    if match := _MONTHS.fullmatch(given):
        return _of_months(*match.groups())
    years = _YEARS.search(given)
    if years is None:
        if (_QUARTER.search(given) or _HALF.search(given)) and re.search(r"20[0-9]{2}", given):
            raise Misread(
                f"“{shortened(given)}” may be counted from January or from April.",
                "Write the financial year, as in Q2 2026/27, or the months, as in July to September 2026.",
            )
        return None
    first = _financial_year(years[1], years[2])
    rest = " ".join((given[: years.start()] + " " + given[years.end() :]).split())
    if first is None:
        return None
    if rest in ("", "fy", "year", "financial year"):
        return Period(PeriodKind.YEAR, dt.date(first, FIRST_MONTH, 1))
    if match := _QUARTER.fullmatch(rest):
        return _nth(PeriodKind.QUARTER, first, int(match[1]))
    if match := _HALF.fullmatch(rest):
        return _nth(PeriodKind.HALF_YEAR, first, int(match[1]))
    return None


def _financial_year(first: str, second: str) -> int | None:
    """2026 of 2026/27, 26/27 and 2026/2027."""
    start, end = int(first) % 100, int(second) % 100
    return 2000 + start if (start + 1) % 100 == end else None


def _nth(kind: PeriodKind, year: int, number: int) -> Period:
    period = Period(kind, dt.date(year, FIRST_MONTH, 1))
    for _ in range(number - 1):
        period = period.next()
    return period


def _of_months(first: str, first_year: str | None, last: str, last_year: str) -> Period | None:
    begins, ends = _month(first), _month(last)
    if begins is None or ends is None:
        return None
    end_year = 2000 + int(last_year) % 100
    start_year = 2000 + int(first_year) % 100 if first_year else end_year - (begins > ends)
    length = (end_year - start_year) * 12 + ends - begins + 1
    for kind in PeriodKind:
        if kind.months == length:
            try:
                return Period(kind, dt.date(start_year, begins, 1))
            except ValueError:
                return None
    return None


def _month(name: str) -> int | None:
    return next(
        (
            number
            for number, month in enumerate(MONTHS, start=1)
            if month.casefold().startswith(name) or (name == "sept" and number == 9)
        ),
        None,
    )
