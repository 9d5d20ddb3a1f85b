"""Reporting periods: quarters, half-years and years of the financial year that starts on 1 April.

The plan says "quarterly" and "every six months" without naming a first month; counting from 1 April, the
council's financial year, is convention. Everything here is pure: days in, periods out, no clock.
"""

import datetime as dt
import functools
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from partners.days import FIRST_YEAR, LAST_YEAR
from partners.days import MONTHS as MONTHS  # with the periods, whose labels are made of them

FIRST_MONTH = 4
"""April: the month in which the financial year, and with it Q1 and the first half-year, begins."""


class PeriodKind(StrEnum):
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many calendar months one period of this kind lasts."""
        return _MONTHS[self]

    @property
    def label(self) -> str:
        """The word for it inside a sentence: "quarter", "half-year", "year"."""
        return self.value.replace("_", "-")


_MONTHS = {PeriodKind.QUARTER: 3, PeriodKind.HALF_YEAR: 6, PeriodKind.YEAR: 12}


@functools.total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """One reporting period. Sorts by its first day; of two that begin together the shorter comes first.

    Raises ValueError, with a sentence naming the valid first days, when `start` begins no period of `kind`.
    """

    kind: PeriodKind
    start: dt.date

    def __post_init__(self) -> None:
        # A column of the database gives the kind as plain text: take it, but hold one type.
        object.__setattr__(self, "kind", PeriodKind(self.kind))
        if isinstance(self.start, dt.datetime):
            raise ValueError("A period starts on a day, not at a moment: give a date without a time.")
        if not FIRST_YEAR <= self.start.year <= LAST_YEAR:
            raise ValueError(f"{self.start.year} is outside the years {FIRST_YEAR} to {LAST_YEAR}.")
        if self.start.day != 1 or (self.start.month - FIRST_MONTH) % self.kind.months:
            raise ValueError(f"{british(self.start)} does not start a {self.kind.label}: {_valid_starts(self.kind)}.")

    @classmethod
    def containing(cls, kind: PeriodKind, day: dt.date) -> Self:
        """The one period of this kind that `day` falls in."""
        return cls(kind, _first_day(PeriodKind(kind), day.year, day.month))

    @classmethod
    def parse(cls, kind: PeriodKind, code: str) -> Self:
        """Read a code such as "2026-04" (the first month). ValueError with a sentence when it is none."""
        kind = PeriodKind(kind)
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", code)
        if not match or not 1 <= int(match[2]) <= 12:
            raise ValueError(
                f"“{code}” is not a period: give the {kind.label}'s first month as year-month, such as 2026-04."
            )
        return cls(kind, dt.date(int(match[1]), int(match[2]), 1))

    @property
    def end(self) -> dt.date:
        """The last day, included."""
        return _last_day(self.start, self.kind.months)

    @property
    def code(self) -> str:
        """The first month, as commands and file names write it: "2026-04"."""
        return f"{self.start:%Y-%m}"

    @property
    def financial_year(self) -> str:
        """The financial year it belongs to: "2024/25"."""
        first = self.start.year if self.start.month >= FIRST_MONTH else self.start.year - 1
        return f"{first}/{(first + 1) % 100:02}"

    @property
    def label(self) -> str:
        """As tables and headings name it: "Q1 2024/25", "April to September 2026", "2024/25"."""
        return _label(self)

    @property
    def tick(self) -> tuple[str, str]:
        """As a chart's axis names it, and the year it stands under: "Q1" and "2024/25"; a year stands alone."""
        return _tick(self)

    @property
    def long_label(self) -> str:
        """Its first and last day in words: "1 April to 30 September 2026"."""
        return days_in_words(self.start, self.end)

    def next(self) -> "Period":
        return _moved(self, self.kind.months)

    def previous(self) -> "Period":
        return _moved(self, -self.kind.months)

    def year_before(self) -> "Period":
        """The same quarter, half-year or year one year earlier."""
        return _moved(self, -12)

    def contains(self, day: dt.date) -> bool:
        return self.start <= day <= self.end

    def __hash__(self) -> int:
        # Of equal periods equal. That of the kind, an enumeration, is worked out in Python: most of the time of a large table.
        return hash(self.start)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        if self.start != other.start:
            return self.start < other.start
        return self.kind.months < other.kind.months

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class AsAt(Period):
    """A quarter up to a day in it, that day included: what something made "as at" a day is about.

    Raises ValueError, with a sentence, for a day outside the quarter.
    """

    day: dt.date

    def __post_init__(self) -> None:
        Period.__post_init__(self)
        if not Period(self.kind, self.start).contains(self.day):
            raise ValueError(f"{british(self.day)} is not in the {self.kind.label} from {british(self.start)}.")

    @classmethod
    def on(cls, day: dt.date) -> Self:
        return cls(PeriodKind.QUARTER, Period.containing(PeriodKind.QUARTER, day).start, day)

    @property
    def end(self) -> dt.date:
        return self.day

    @property
    def label(self) -> str:
        return f"as at {british(self.day)}"

    @property
    def long_label(self) -> str:
        return self.label


# Asked thousands of times for one page of figures, and always for the same few dozen months:


@functools.lru_cache(maxsize=4096)
def _first_day(kind: PeriodKind, year: int, month: int) -> dt.date:
    months = year * 12 + month - 1
    months -= (month - FIRST_MONTH) % kind.months
    return dt.date(months // 12, months % 12 + 1, 1)


@functools.lru_cache(maxsize=4096)
def _last_day(start: dt.date, months: int) -> dt.date:
    after = start.year * 12 + start.month - 1 + months
    return dt.date(after // 12, after % 12 + 1, 1) - dt.timedelta(days=1)


@functools.lru_cache(maxsize=4096)
def _moved(period: Period, months: int) -> Period:
    month = period.start.year * 12 + period.start.month - 1 + months
    return Period(period.kind, dt.date(month // 12, month % 12 + 1, 1))


@functools.lru_cache(maxsize=4096)
def _label(period: Period) -> str:
    if period.kind is PeriodKind.YEAR:
        return period.financial_year
    if period.kind is PeriodKind.QUARTER:
        return f"Q{(period.start.month - FIRST_MONTH) % 12 // 3 + 1} {period.financial_year}"
    first, last = MONTHS[period.start.month - 1], MONTHS[period.end.month - 1]
    if period.start.year == period.end.year:
        return f"{first} to {last} {period.end.year}"
    return f"{first} {period.start.year} to {last} {period.end.year}"


@functools.lru_cache(maxsize=4096)
def _tick(period: Period) -> tuple[str, str]:
    if period.kind is PeriodKind.QUARTER:
        tick, _, group = period.label.partition(" ")
        return tick, group
    if period.kind is PeriodKind.HALF_YEAR:
        return ("Apr–Sep" if period.start.month == FIRST_MONTH else "Oct–Mar"), period.financial_year
    return period.label, ""


def periods_between(kind: PeriodKind, first_day: dt.date, last_day: dt.date) -> list[Period]:
    """Every period of `kind` that shares a day with first_day..last_day (both included), oldest first.

    Empty when last_day comes before first_day.
    """
    found: list[Period] = []
    if last_day < first_day:
        return found
    period = Period.containing(kind, first_day)
    while period.start <= last_day:
        found.append(period)
        period = period.next()
    return found


def british(day: dt.date) -> str:
    """30 September 2026."""
    # strftime's names follow the machine's locale; a report's must not.
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def days_in_words(first: dt.date, last: dt.date) -> str:
    """Two days and what lies between, saying nothing twice: "3 to 14 November 2025", "28 November to 4 December 2025"."""
    if first == last:
        return british(last)
    if first.year != last.year:
        return f"{british(first)} to {british(last)}"
    begins = str(first.day) if first.month == last.month else f"{first.day} {MONTHS[first.month - 1]}"
    return f"{begins} to {british(last)}"


def _valid_starts(kind: PeriodKind) -> str:
    days = [f"1 {MONTHS[(FIRST_MONTH - 1 + step) % 12]}" for step in range(0, 12, kind.months)]
    choices = f"{', '.join(days[:-1])} or {days[-1]}" if len(days) > 1 else days[0]
    return f"{kind.label}s start on {choices}"
