"""Freezes the live rows into a document: one module a part, each judging as of the period's end and the cut-off.

The caller gives the moment; nothing here reads the clock, and nothing here is changed. On PostgreSQL the caller
wraps `take` in one REPEATABLE READ transaction, so that all parts see the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from reports.models import Report
from reports.snapshot.action_plan import action_plan
from reports.snapshot.plan import plan_document
from reports.snapshot.quarterly import quarterly
from reports.snapshot.six_monthly import six_monthly

if TYPE_CHECKING:
    from reports.document import Document


BUILDERS: dict[str, Callable[..., Document]] = {
    Report.Kind.QUARTERLY: quarterly,
    Report.Kind.SIX_MONTHLY: six_monthly,
    Report.Kind.ACTION_PLAN: action_plan,
    Report.Kind.PLAN: plan_document,
}


def take(*, report: Report, number: int, cut_off: dt.datetime, made_at: dt.datetime, reason: str = "") -> Document:
    """What `report` says of its period, from what was received up to `cut_off`, as version `number`.

    The number of queries does not depend on how many actions, updates or figures there are.
    """
    return BUILDERS[Report.Kind(report.kind)](
        report=report, number=number, cut_off=cut_off, made_at=made_at, reason=reason
    )
