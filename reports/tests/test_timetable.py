"""Which reports the plan of 2024–27 owes, and when."""

import datetime as dt

from priorities.periods import Period, PeriodKind
from priorities.timetable import Weeks, timetable_for
from reports.timetable import owed

LAST_DAY = dt.date(2027, 3, 31)
PLAN = owed(dt.date(2024, 4, 1), LAST_DAY, Weeks(), {})


def test_twelve_quarters_and_six_half_years():
    assert [one.kind for one in PLAN].count("quarterly") == 12
    assert [one.kind for one in PLAN].count("six_monthly") == 6


def test_oldest_first_and_the_quarterly_before_the_six_monthly_of_the_same_day():
    days = [one.due_on for one in PLAN]
    assert days == sorted(days)
    assert [(one.kind, one.period.code) for one in PLAN[:3]] == [
        ("quarterly", "2024-04"),
        ("quarterly", "2024-07"),
        ("six_monthly", "2024-04"),
    ]


def test_the_last_reports_fall_due_after_the_plan_has_ended():
    assert [one.due_on for one in PLAN[-2:]] == [dt.date(2027, 4, 28), dt.date(2027, 4, 28)]


def test_dates_promised_when_a_request_opened_stand_and_only_later_ones_follow_new_weeks():
    half_year, next_one = (Period(PeriodKind.HALF_YEAR, dt.date(2026, month, 1)) for month in (4, 10))
    opened = {half_year.end: timetable_for(half_year, Weeks())}
    hurried = Weeks(updates_due=1, draft=2, chair=3, final=4)
    plan = {(one.kind, one.period): one.due_on for one in owed(dt.date(2024, 4, 1), LAST_DAY, hurried, opened)}
    assert plan["six_monthly", half_year] == dt.date(2026, 10, 28)
    # The quarter that ends on the same day was asked for in the same breath.
    assert plan["quarterly", Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))] == dt.date(2026, 10, 28)
    assert plan["six_monthly", next_one] == dt.date(2027, 4, 14)
