"""Emerging issues as they stood at the cut-off, read from the steps of each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from actions.models import Action
from performance.models import EmergingIssue, IssueEvent
from performance.places import OUTSIDE_WORDS
from reports.document import Issue
from reports.snapshot.paper import local_day

if TYPE_CHECKING:
    from priorities.models import Plan

State = EmergingIssue.State


def issues(plan: Plan, since: dt.datetime | None, cut_off: dt.datetime) -> tuple[tuple[Issue, ...], int]:
    """New, watched and answered issues and those closed since the last report, newest first among each; and how many
    restricted ones are left out.

    `since` is the cut-off of the last report, None for the first. What was decided after `cut_off` is not told.
    """
    rows = (
        EmergingIssue.objects.filter(plan=plan)
        .raised_by_moment(cut_off)
        .select_related("priority", "indicator", "raised_by__partner")
        .prefetch_related(
            Prefetch("events", IssueEvent.objects.filter(at__lte=cut_off).order_by("pk"), to_attr="known")
        )
        .order_by("-raised_at", "pk")
    )
    answers = _answers(plan, cut_off)
    told: list[tuple[int, Issue]] = []
    held = 0
    for row in rows:
        known: list[IssueEvent] = getattr(row, "known", [])
        # Nothing but the raising was known then of an issue whose first step was not written down.
        last = known[-1] if known else IssueEvent(state=State.RAISED, at=row.raised_at)
        if last.state == State.CLOSED and since is not None and last.at <= since:
            continue
        if row.restricted:
            held += 1
            continue
        issue = Issue(
            title=row.title,
            text=row.text,
            evidence=row.evidence,
            where=row.priority.name if row.priority else OUTSIDE_WORDS,
            raised_on=local_day(row.raised_at),
            raised_by=row.raised_by.partner.name if row.raised_by.partner else "",
            state=str(State(last.state).label),
            reason=last.reason,
            indicator=row.indicator.code if row.indicator else "",
            changed_on=local_day(last.at) if last.state != State.RAISED else None,
            is_new=since is not None and row.raised_at > since,
            answers=tuple(answers[row.pk]),
        )
        told.append((State.values.index(last.state), issue))
    told.sort(key=lambda one: one[0])
    return tuple(issue for _, issue in told), held


def _answers(plan: Plan, cut_off: dt.datetime) -> dict[int, list[str]]:
    """References of the actions that were in the plan by then because of an issue, by that issue's key."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Action.objects.filter(plan=plan, from_issue__isnull=False, added_at__lte=cut_off).order_by("ref")
    for issue, ref in rows.values_list("from_issue", "ref"):
        found[issue].append(ref)
    return found
