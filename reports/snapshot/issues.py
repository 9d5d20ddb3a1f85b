"""Emerging issues as they stood at the cut-off."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from performance.models import EmergingIssue
from reports.document import Issue
from reports.snapshot.paper import local_day

if TYPE_CHECKING:
    from priorities.models import Plan

OUTSIDE = "Outside our priorities"


def issues(plan: Plan, since: dt.datetime | None, cut_off: dt.datetime) -> tuple[tuple[Issue, ...], int]:
    """Open issues and those closed since the last report, newest first; and how many restricted ones are left out.

    Only the last change of state is kept with an issue. Where that came after the cut-off the issue is told as it was
    raised: New.
    """
    rows = (
        EmergingIssue.objects.filter(plan=plan)
        .raised_by_moment(cut_off)
        .select_related("priority", "indicator", "raised_by__partner")
        .order_by("-raised_at", "pk")
    )
    told, held = [], 0
    for row in rows:
        known = row.state_at <= cut_off
        state = row.state if known else EmergingIssue.State.RAISED
        if state == EmergingIssue.State.CLOSED and since is not None and row.state_at <= since:
            continue
        if row.restricted:
            held += 1
            continue
        told.append(
            Issue(
                title=row.title,
                text=row.text,
                evidence=row.evidence,
                where=row.priority.name if row.priority else OUTSIDE,
                raised_on=local_day(row.raised_at),
                raised_by=row.raised_by.partner.name if row.raised_by.partner else "",
                state=str(EmergingIssue.State(state).label),
                reason=row.reason if known else "",
                indicator=row.indicator.code if row.indicator else "",
            )
        )
    return tuple(told), held
