"""The two calendars the Partnership's officers worked out by hand, row for row, as the timetable must give them."""

import dataclasses
import datetime as dt

import pytest

from priorities import periods
from priorities.periods import Period, PeriodKind
from priorities.timetable import Timetable, Weeks, timetable_for
from priorities.working_days import is_working_day

# quarter | from | to | opens | updates due (+3 weeks) | draft (+4) | final (+6)
QUARTERS = """
| Q1 2024/25 | 01 Apr 2024 | 30 Jun 2024 | 01 Jul 2024 | 22 Jul 2024 | 29 Jul 2024 | 12 Aug 2024 |
| Q2 2024/25 | 01 Jul 2024 | 30 Sep 2024 | 01 Oct 2024 | 21 Oct 2024 | 28 Oct 2024 | 11 Nov 2024 |
| Q3 2024/25 | 01 Oct 2024 | 31 Dec 2024 | 02 Jan 2025 | 21 Jan 2025 | 28 Jan 2025 | 11 Feb 2025 |
| Q4 2024/25 | 01 Jan 2025 | 31 Mar 2025 | 01 Apr 2025 | 22 Apr 2025 | 28 Apr 2025 | 12 May 2025 |
| Q1 2025/26 | 01 Apr 2025 | 30 Jun 2025 | 01 Jul 2025 | 21 Jul 2025 | 28 Jul 2025 | 11 Aug 2025 |
| Q2 2025/26 | 01 Jul 2025 | 30 Sep 2025 | 01 Oct 2025 | 21 Oct 2025 | 28 Oct 2025 | 11 Nov 2025 |
| Q3 2025/26 | 01 Oct 2025 | 31 Dec 2025 | 02 Jan 2026 | 21 Jan 2026 | 28 Jan 2026 | 11 Feb 2026 |
| Q4 2025/26 | 01 Jan 2026 | 31 Mar 2026 | 01 Apr 2026 | 21 Apr 2026 | 28 Apr 2026 | 12 May 2026 |
| Q1 2026/27 | 01 Apr 2026 | 30 Jun 2026 | 01 Jul 2026 | 21 Jul 2026 | 28 Jul 2026 | 11 Aug 2026 |
| Q2 2026/27 | 01 Jul 2026 | 30 Sep 2026 | 01 Oct 2026 | 21 Oct 2026 | 28 Oct 2026 | 11 Nov 2026 |
| Q3 2026/27 | 01 Oct 2026 | 31 Dec 2026 | 04 Jan 2027 | 21 Jan 2027 | 28 Jan 2027 | 11 Feb 2027 |
| Q4 2026/27 | 01 Jan 2027 | 31 Mar 2027 | 01 Apr 2027 | 21 Apr 2027 | 28 Apr 2027 | 12 May 2027 |
"""

# half-year | from | to | updates due (+3 weeks) | draft (+4) | chair (+5) | final (+6)
HALF_YEARS = """
| HY1 (H1 2024/25) | 01 Apr 2024 | 30 Sep 2024 | 21 Oct 2024 | 28 Oct 2024 | 04 Nov 2024 | 11 Nov 2024 |
| HY2 (H2 2024/25) | 01 Oct 2024 | 31 Mar 2025 | 22 Apr 2025 | 28 Apr 2025 | 06 May 2025 | 12 May 2025 |
| HY3 (H1 2025/26) | 01 Apr 2025 | 30 Sep 2025 | 21 Oct 2025 | 28 Oct 2025 | 04 Nov 2025 | 11 Nov 2025 |
| HY4 (H2 2025/26) | 01 Oct 2025 | 31 Mar 2026 | 21 Apr 2026 | 28 Apr 2026 | 05 May 2026 | 12 May 2026 |
| HY5 (H1 2026/27) | 01 Apr 2026 | 30 Sep 2026 | 21 Oct 2026 | 28 Oct 2026 | 04 Nov 2026 | 11 Nov 2026 |
| HY6 (H2 2026/27) | 01 Oct 2026 | 31 Mar 2027 | 21 Apr 2027 | 28 Apr 2027 | 05 May 2027 | 12 May 2027 |
"""

MONTHS = {name[:3]: n for n, name in enumerate(periods.MONTHS, 1)}


def read(table: str) -> list[list]:
    return [[read_cell(cell.strip()) for cell in line.strip("| ").split("|")] for line in table.strip().splitlines()]


def read_cell(text: str) -> str | dt.date:
    words = text.split()
    if len(words) == 3 and words[1] in MONTHS:
        return dt.date(int(words[2]), MONTHS[words[1]], int(words[0]))
    return text


def name(row: list) -> str:
    return row[0]


@pytest.mark.parametrize("row", read(QUARTERS), ids=name)
def test_every_quarter_of_the_plan_falls_due_as_in_the_table(row):
    label, first, last, opens, updates_due, draft, final = row
    period = Period(PeriodKind.QUARTER, first)
    timetable = timetable_for(period, Weeks())
    assert (period.label, period.end) == (label, last)
    assert timetable.opens_on == opens
    assert (timetable.updates_due_on, timetable.draft_on, timetable.final_on) == (updates_due, draft, final)


@pytest.mark.parametrize("row", read(HALF_YEARS), ids=name)
def test_every_half_year_of_the_plan_falls_due_as_in_the_table(row):
    _, first, last, updates_due, draft, chair, final = row
    period = Period(PeriodKind.HALF_YEAR, first)
    timetable = timetable_for(period, Weeks())
    assert period.end == last
    assert timetable == Timetable(timetable.opens_on, updates_due, draft, chair, final)


def test_the_tables_are_whole():
    assert len(read(QUARTERS)) == 12
    assert len(read(HALF_YEARS)) == 6


@pytest.mark.parametrize("row", read(HALF_YEARS), ids=name)
def test_a_half_year_opens_falls_due_and_ends_with_its_last_quarter(row):
    half_year = timetable_for(Period(PeriodKind.HALF_YEAR, row[1]), Weeks())
    quarter = timetable_for(Period.containing(PeriodKind.QUARTER, row[2]), Weeks())
    assert half_year == quarter


def test_the_weeks_are_the_plans_to_choose():
    period = Period(PeriodKind.HALF_YEAR, dt.date(2026, 4, 1))
    timetable = timetable_for(period, Weeks(updates_due=1, draft=2, chair=2, final=13))
    assert timetable.updates_due_on == dt.date(2026, 10, 7)
    assert timetable.draft_on == timetable.chair_on == dt.date(2026, 10, 14)
    assert timetable.final_on == dt.date(2026, 12, 30)


def test_thirty_years_of_due_dates_are_working_days_in_order():
    period = Period(PeriodKind.QUARTER, dt.date(2010, 4, 1))
    for _ in range(120):
        dates = dataclasses.astuple(timetable_for(period, Weeks()))
        assert all(map(is_working_day, dates))
        assert period.end < dates[0]
        assert list(dates) == sorted(dates)
        period = period.next()


@pytest.mark.parametrize(
    ("weeks", "sentence"),
    [
        ({"updates_due": 0}, "at least one week"),
        ({"draft": 2}, "runs backwards"),
        ({"final": 4}, "runs backwards"),
    ],
)
def test_weeks_that_make_no_timetable_are_refused(weeks, sentence):
    with pytest.raises(ValueError, match=sentence):
        Weeks(**weeks)
