"""The two columns that name a period, the same in every table that has one: kind and first day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from priorities.periods import Period, PeriodKind

if TYPE_CHECKING:
    import datetime as dt
import functools

PERIOD_KINDS = [
    (PeriodKind.QUARTER.value, "Quarter"),
    (PeriodKind.HALF_YEAR.value, "Half-year"),
    (PeriodKind.YEAR.value, "Year"),
]

_FIRST_MONTHS = {"quarter": [1, 4, 7, 10], "half_year": [4, 10], "year": [4]}


def period_kind_field() -> models.CharField[str, str]:
    return models.CharField("period", max_length=10, choices=PERIOD_KINDS)


def period_start_field() -> models.DateField[str | dt.date, dt.date]:
    return models.DateField("period starts on", help_text="The first day of the period.")


def period_constraint(name: str) -> models.CheckConstraint:
    """Quarters start in April, July, October or January, half-years in April or October, years in April; on the 1st."""
    allowed = Q()
    for kind, months in _FIRST_MONTHS.items():
        allowed |= Q(period_kind=kind, period_start__month__in=months, period_start__day=1)
    return models.CheckConstraint(
        name=name,
        condition=allowed,
        violation_error_message="That day is not the first day of a period of this kind.",
    )


class HasPeriod:
    """Gives a model with the two columns its `period`."""

    period_kind: str
    period_start: dt.date

    @property
    def period(self) -> Period:
        return _period(self.period_kind, self.period_start)


@functools.lru_cache(maxsize=1024)
def _period(kind: str, start: dt.date) -> Period:
    """Many rows name one of few periods: a snapshot of a thousand actions asks ten thousand times."""
    return Period(PeriodKind(kind), start)
