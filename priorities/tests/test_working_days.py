import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorities.working_days import add_working_days, first_after, is_working_day, on_or_after, working_days_since

days = st.dates(dt.date(2024, 1, 1), dt.date(2033, 12, 31))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-04-03", "Good Friday"),
        ("2026-04-06", "Easter Monday, which Scotland works"),
        ("2026-05-04", "early May bank holiday"),
        ("2026-08-31", "summer bank holiday, at the end of August in England"),
        ("2026-12-28", "substitute day: Boxing Day is a Saturday"),
        ("2027-12-27", "substitute day: Christmas Day is a Saturday"),
        ("2027-12-28", "substitute day: Boxing Day is a Sunday"),
        ("2023-05-08", "the Coronation, once"),
        ("2026-11-21", "Saturday"),
        ("2026-11-22", "Sunday"),
    ],
)
def test_nobody_is_asked_to_work(day, why):
    assert not is_working_day(dt.date.fromisoformat(day)), why


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-23", "a plain Monday"),
        ("2026-01-02", "a bank holiday in Scotland only"),
        ("2026-03-17", "a bank holiday in Northern Ireland only"),
        ("2026-08-03", "a bank holiday in Scotland only"),
        ("2026-12-24", "Christmas Eve"),
    ],
)
def test_england_works(day, why):
    assert is_working_day(dt.date.fromisoformat(day)), why


@given(days)
def test_rolling_lands_on_the_nearest_working_day_forward(day):
    rolled = on_or_after(day)
    assert is_working_day(rolled)
    assert rolled >= day
    assert not any(is_working_day(day + dt.timedelta(days=n)) for n in range((rolled - day).days))
    assert first_after(day) == on_or_after(day + dt.timedelta(days=1)) > day


def test_christmas_2026_rolls_over_five_days():
    assert on_or_after(dt.date(2026, 12, 25)) == dt.date(2026, 12, 29)
    assert first_after(dt.date(2026, 12, 24)) == dt.date(2026, 12, 29)


@pytest.mark.parametrize(
    ("day", "n", "answer"),
    [
        ("2026-12-23", 1, "2026-12-24"),
        ("2026-12-23", 2, "2026-12-29"),
        ("2026-12-26", 1, "2026-12-29"),
        ("2026-12-26", 0, "2026-12-29"),
        ("2026-12-29", -1, "2026-12-24"),
        ("2026-12-26", -2, "2026-12-23"),
        ("2026-11-23", 7, "2026-12-02"),
    ],
)
def test_counting_working_days(day, n, answer):
    assert add_working_days(dt.date.fromisoformat(day), n) == dt.date.fromisoformat(answer)


@given(days, st.integers(1, 40))
def test_counting_there_and_back_again(day, n):
    start = on_or_after(day)
    assert add_working_days(add_working_days(start, n), -n) == start


@given(days, st.integers(0, 40))
def test_as_many_working_days_lie_between_as_were_counted(day, n):
    start = on_or_after(day)
    assert working_days_since(start, add_working_days(start, n)) == n
    assert working_days_since(add_working_days(start, n), start) == 0
