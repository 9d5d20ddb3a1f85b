"""Yearly duties: when each falls due, and whether it is done, due soon or overdue. Pure; the day is an argument."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

#: Days before it falls due that a duty, or an assessment, is shown as due: a quarter of a year.
SOON = 92


class Standing(StrEnum):
    DONE = "done"
    OVERDUE = "overdue"
    SOON = "soon"
    AHEAD = "ahead"

    @property
    def word(self) -> str:
        return {"done": "Done", "overdue": "Overdue", "soon": "Due soon", "ahead": "Not due yet"}[self.value]


def year_of(day: dt.date) -> int:
    """The financial year (1 April to 31 March) that holds `day`, by the year it starts in."""
    return day.year if day.month >= 4 else day.year - 1


def year_label(year: int) -> str:
    """2024 is 2024/25."""
    return f"{year}/{(year + 1) % 100:02d}"


def years_of(first: dt.date, last: dt.date) -> list[int]:
    """The financial years that a plan from `first` to `last` touches."""
    return list(range(year_of(first), year_of(last) + 1))


def due_on(year: int, month: int, day: int) -> dt.date:
    """The `day` of `month` within the financial year starting in `year`. ValueError for a day not every year has."""
    if (month, day) == (2, 29):
        raise ValueError("29 February is not a day of every year.")
    return dt.date(year if month >= 4 else year + 1, month, day)


def standing(due: dt.date, done: bool, today: dt.date) -> Standing:
    """Due today is not overdue yet."""
    if done:
        return Standing.DONE
    if due < today:
        return Standing.OVERDUE
    return Standing.SOON if (due - today).days <= SOON else Standing.AHEAD
