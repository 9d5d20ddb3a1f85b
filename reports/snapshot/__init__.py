"""Freezes the live rows into a document: one module a part, each judging as of the period's end and the cut-off.

The caller gives the moment; nothing here reads the clock, and nothing here is changed. On PostgreSQL the caller
wraps `take` in one REPEATABLE READ transaction, so that all parts see the same rows.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from reports.models import Report
from reports.snapshot.quarterly import quarterly
from reports.snapshot.six_monthly import six_monthly

if TYPE_CHECKING:
    from reports.document import Document


def take(*, report: Report, number: int, cut_off: dt.datetime, made_at: dt.datetime, reason: str = "") -> Document:
    """What `report` says of its period, from what was received up to `cut_off`, as version `number`.

    The number of queries does not depend on how many actions, updates or figures there are.
    """
    build = six_monthly if report.kind == Report.Kind.SIX_MONTHLY else quarterly
    return build(report=report, number=number, cut_off=cut_off, made_at=made_at, reason=reason)
