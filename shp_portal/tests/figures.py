"""What the tests of the pages about figures share: series of figures by plain makers, and pages on the tests' day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from performance.models import Indicator, Measurement
from priorities.periods import Period, PeriodKind
from shp_portal.tests.scene import NOW, Cast

#: The tests' day is 12 October 2026.
Q2_2026 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))
Q1_2026 = Q2_2026.previous()

STEADY = ("100", "104", "98", "102", "101", "97", "103", "99", "100", "104", "98", "102", "101")


def indicator(cast: Cast, code: str = "SHOP", **fields: Any) -> Indicator:
    priority = fields.pop("priority", None)
    made = Indicator.objects.create(
        **{
            "code": code,
            "name": f"Shoplifting {code}",
            "unit": "offences",
            "better": "lower",
            "data_owner": cast.fire,
            "all_priorities": priority is None,
            "lag_weeks": 1,
            **fields,
        }
    )
    if priority is not None:
        made.priorities.add(priority)
    return made


def figures(cast: Cast, row: Indicator, *values: str | None, last: Period = Q2_2026, **fields: Any) -> None:
    """One figure a quarter, oldest first, the last of them for `last`; None leaves a gap."""
    period = last
    for value in reversed(values):
        if value is not None:
            Measurement.objects.create(
                indicator=row,
                period_kind=period.kind.value,
                period_start=period.start,
                value=Decimal(value),
                printed=value,
                as_at=dt.date(2026, 10, 8),
                recorded_at=NOW,
                recorded_by=cast.analyst,
                **fields,
            )
        period = period.previous()
