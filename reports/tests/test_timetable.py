"""Which reports the plan of 2024–27 owes, and when."""

import datetime as dt
from zoneinfo import ZoneInfo

from priorities.timetable import Weeks
from reports.timetable import owed

PLAN = owed(dt.date(2024, 4, 1), dt.date(2027, 3, 31), Weeks())


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


def test_updates_count_up_to_the_last_moment_of_the_day_they_are_due():
    last = PLAN[-1].cut_off(ZoneInfo("Europe/London"))
    assert last.isoformat() == "2027-04-21T23:59:59.999999+01:00"
