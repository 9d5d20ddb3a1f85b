import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorities.periods import Period, PeriodKind, periods_between

QUARTER, HALF_YEAR, YEAR = PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.YEAR
DAY = dt.timedelta(days=1)

kinds = st.sampled_from(PeriodKind)
ten_years = st.dates(dt.date(2020, 1, 1), dt.date(2029, 12, 31))


@pytest.mark.parametrize(
    ("kind", "start", "end", "label", "long_label", "code"),
    [
        (QUARTER, (2024, 4, 1), (2024, 6, 30), "Q1 2024/25", "1 April to 30 June 2024", "2024-04"),
        (QUARTER, (2024, 7, 1), (2024, 9, 30), "Q2 2024/25", "1 July to 30 September 2024", "2024-07"),
        (QUARTER, (2024, 10, 1), (2024, 12, 31), "Q3 2024/25", "1 October to 31 December 2024", "2024-10"),
        (QUARTER, (2024, 1, 1), (2024, 3, 31), "Q4 2023/24", "1 January to 31 March 2024", "2024-01"),
        (
            HALF_YEAR,
            (2026, 4, 1),
            (2026, 9, 30),
            "April to September 2026",
            "1 April to 30 September 2026",
            "2026-04",
        ),
        (
            HALF_YEAR,
            (2026, 10, 1),
            (2027, 3, 31),
            "October 2026 to March 2027",
            "1 October 2026 to 31 March 2027",
            "2026-10",
        ),
        (YEAR, (2024, 4, 1), (2025, 3, 31), "2024/25", "1 April 2024 to 31 March 2025", "2024-04"),
        (YEAR, (2099, 4, 1), (2100, 3, 31), "2099/00", "1 April 2099 to 31 March 2100", "2099-04"),
    ],
)
def test_a_period_knows_its_end_and_its_names(kind, start, end, label, long_label, code):
    period = Period(kind, dt.date(*start))
    assert period.end == dt.date(*end)
    assert period.label == str(period) == label
    assert period.long_label == long_label
    assert period.code == code
    assert Period.parse(kind, code) == period


@pytest.mark.parametrize(
    ("kind", "start", "sentence"),
    [
        (
            HALF_YEAR,
            (2026, 5, 1),
            "1 May 2026 does not start a half-year: half-years start on 1 April or 1 October.",
        ),
        (
            QUARTER,
            (2026, 4, 2),
            "2 April 2026 does not start a quarter: quarters start on 1 April, 1 July, 1 October or 1 January.",
        ),
        (YEAR, (2026, 1, 1), "1 January 2026 does not start a year: years start on 1 April."),
        (QUARTER, (9999, 10, 1), "9999 is outside the years 1901 to 2199."),
    ],
)
def test_a_day_that_starts_no_period_is_refused_with_the_days_that_do(kind, start, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        Period(kind, dt.date(*start))


def test_a_moment_is_no_first_day():
    with pytest.raises(ValueError, match="not at a moment"):
        Period(QUARTER, dt.datetime(2026, 4, 1, 9, 0, tzinfo=dt.UTC))


def test_a_kind_may_come_as_the_plain_text_of_a_column():
    assert Period("quarter", dt.date(2026, 4, 1)) == Period(QUARTER, dt.date(2026, 4, 1))
    assert Period("quarter", dt.date(2026, 4, 1)).kind is QUARTER
    with pytest.raises(ValueError, match="fortnight"):
        Period("fortnight", dt.date(2026, 4, 1))


@pytest.mark.parametrize("code", ["", "2026", "2026-4", "2026-13", "2026-00", "April 2026", "2026-04-01", "२०२६-०४"])
def test_a_code_that_is_not_year_and_month_is_refused(code):
    with pytest.raises(ValueError, match="is not a period: give the half-year's first month"):
        Period.parse(HALF_YEAR, code)


def test_a_code_of_a_month_that_starts_none_is_refused():
    with pytest.raises(ValueError, match="half-years start on 1 April or 1 October"):
        Period.parse(HALF_YEAR, "2026-05")


@given(kinds, ten_years)
def test_every_day_is_in_exactly_one_period(kind, day):
    period = Period.containing(kind, day)
    assert period.start <= day <= period.end
    assert period.contains(day)
    assert not period.next().contains(day)
    assert not period.previous().contains(day)
    assert period.next().start - DAY == period.end
    assert period.next().previous() == period
    assert period.previous().next() == period


@pytest.mark.parametrize("kind", list(PeriodKind))
def test_ten_years_are_partitioned_without_gap_or_overlap(kind):
    first, last = dt.date(2020, 4, 1), dt.date(2030, 3, 31)
    periods = periods_between(kind, first, last)
    days = [period.start + DAY * n for period in periods for n in range((period.end - period.start).days + 1)]
    assert days == [first + DAY * n for n in range((last - first).days + 1)]
    assert dt.date(2024, 2, 29) in days
    assert dt.date(2028, 2, 29) in days
    assert len(periods) == 120 // kind.months


@given(ten_years)
def test_shorter_periods_lie_inside_the_longer(day):
    quarter, half, year = (Period.containing(kind, day) for kind in (QUARTER, HALF_YEAR, YEAR))
    assert half.contains(quarter.start)
    assert half.contains(quarter.end)
    assert year.contains(half.start)
    assert year.contains(half.end)
    assert quarter.financial_year == half.financial_year == year.label


@given(kinds, ten_years)
def test_the_year_before_is_as_many_periods_back(kind, day):
    period = back = Period.containing(kind, day)
    for _ in range(12 // kind.months):
        back = back.previous()
    assert period.year_before() == back


def test_the_leap_day_ends_nothing_and_belongs_to_the_fourth_quarter():
    assert Period.containing(QUARTER, dt.date(2024, 2, 29)).label == "Q4 2023/24"
    assert Period.containing(HALF_YEAR, dt.date(2024, 2, 29)).end == dt.date(2024, 3, 31)


def test_periods_sort_by_first_day_then_shorter_first():
    quarter, half = Period(QUARTER, dt.date(2026, 4, 1)), Period(HALF_YEAR, dt.date(2026, 4, 1))
    assert sorted([quarter.next(), half, quarter]) == [quarter, half, quarter.next()]
    assert max(half, quarter) == half
    assert len({quarter, Period(QUARTER, dt.date(2026, 4, 1))}) == 1


def test_the_plan_of_2024_to_2027_has_twelve_quarters_and_six_half_years():
    first, last = dt.date(2024, 4, 1), dt.date(2027, 3, 31)
    assert len(periods_between(QUARTER, first, last)) == 12
    assert len(periods_between(HALF_YEAR, first, last)) == 6
    assert len(periods_between(YEAR, first, last)) == 3


def test_periods_between_takes_those_that_only_overlap():
    labels = [period.label for period in periods_between(QUARTER, dt.date(2024, 6, 30), dt.date(2024, 10, 1))]
    assert labels == ["Q1 2024/25", "Q2 2024/25", "Q3 2024/25"]
    assert periods_between(QUARTER, dt.date(2024, 6, 30), dt.date(2024, 6, 29)) == []
