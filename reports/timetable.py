"""Which reports a plan owes, when each falls due and up to when its updates count. Pure: days in, days out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from priorities.periods import Period, PeriodKind, periods_between
from priorities.timetable import Timetable, Weeks, timetable_for

#: The kinds of report, by the kind of period each is about.
KINDS = {"quarterly": PeriodKind.QUARTER, "six_monthly": PeriodKind.HALF_YEAR}


@dataclass(frozen=True, slots=True)
class Owed:
    """One report that a plan calls for. It is due on `timetable.draft_on`, even when the plan has ended by then."""

    kind: str
    period: Period
    timetable: Timetable

    @property
    def due_on(self) -> dt.date:
        return self.timetable.draft_on


def dates_of(period: Period, weeks: Weeks, opened: Mapping[dt.date, Timetable]) -> Timetable:
    """The dates promised when the request on `period` opened, by the period's last day; by the plan's weeks before that.

    Later changes of the weeks move no date that partners were told. A quarter that ends with a half-year shares its dates.
    """
    return opened.get(period.end) or timetable_for(period, weeks)


def owed(starts_on: dt.date, ends_on: dt.date, weeks: Weeks, opened: Mapping[dt.date, Timetable]) -> list[Owed]:
    """Every report of a plan in force from `starts_on` to `ends_on`, oldest first; of two due on one day the quarterly first."""
    found = [
        Owed(kind, period, dates_of(period, weeks, opened))
        for kind, period_kind in KINDS.items()
        for period in periods_between(period_kind, starts_on, ends_on)
    ]
    return sorted(found, key=lambda one: (one.due_on, one.period.end, one.kind))
