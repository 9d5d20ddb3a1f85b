"""Working days in England: Monday to Friday, less the bank holidays (from the `holidays` library)."""

import datetime as dt
import functools

import holidays

_DAY = dt.timedelta(days=1)


@functools.cache
def _bank_holidays(year: int) -> frozenset[dt.date]:
    # A year at a time and frozen: the library's own lazy filling marks a year as known before it has filled it,
    # so a second thread could be told that Christmas Day is a working day.
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def on_or_after(day: dt.date) -> dt.date:
    """`day` itself when it is a working day, else the next one."""
    while not is_working_day(day):
        day += _DAY
    return day


def first_after(day: dt.date) -> dt.date:
    """The first working day later than `day`."""
    return on_or_after(day + _DAY)


def add_working_days(day: dt.date, n: int) -> dt.date:
    """The nth working day after `day` (before it, when n is negative).

    n = 0 gives `day` back, rolled forward to a working day when it is none.
    """
    if n == 0:
        return on_or_after(day)
    step = _DAY if n > 0 else -_DAY
    left = abs(n)
    while left:
        day += step
        if is_working_day(day):
            left -= 1
    return day


def working_days_since(day: dt.date, today: dt.date) -> int:
    """How many working days lie after `day` up to `today`, that day included; 0 when it is not later."""
    later = (day + _DAY * n for n in range(1, (today - day).days + 1))
    return sum(is_working_day(one) for one in later)
