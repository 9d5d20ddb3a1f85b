"""Which reports a plan owes, when each falls due and up to when its updates count. Pure: days in, days out."""

from __future__ import annotations

import datetime as dt
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

    def cut_off(self, zone: dt.tzinfo) -> dt.datetime:
        """The last moment of the day on which updates are due: version 1 holds what was received by then."""
        return dt.datetime.combine(self.timetable.updates_due_on, dt.time.max, tzinfo=zone)


def owed(starts_on: dt.date, ends_on: dt.date, weeks: Weeks) -> list[Owed]:
    """Every report of a plan in force from `starts_on` to `ends_on`, oldest first; of two due on one day the quarterly first."""
    found = [
        Owed(kind, period, timetable_for(period, weeks))
        for kind, period_kind in KINDS.items()
        for period in periods_between(period_kind, starts_on, ends_on)
    ]
    return sorted(found, key=lambda one: (one.due_on, one.period.end, one.kind))
