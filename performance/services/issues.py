"""Emerging issues are raised and triaged; each step of their life is a row."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from partners.words import is_blank
from performance.models import EmergingIssue, IssueEvent

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan, Priority, SubGroup


@transaction.atomic
def raise_issue(
    *,
    plan: Plan,
    title: str,
    text: str,
    by: User,
    at: dt.datetime,
    priority: Priority | None = None,
    sub_group: SubGroup | None = None,
    evidence: str = "",
    restricted: bool = False,
) -> EmergingIssue:
    """Raise something new that the quarterly monitoring should look at (plan, section 9).

    Raises PermissionDenied; ValidationError keyed by these parameter names.
    """
    if not by.has_perm("performance.raise_issue"):
        raise PermissionDenied("Emerging issues are raised by partners who work on the plan.")
    if priority is not None and priority.plan_id != plan.pk:
        raise ValidationError({"priority": ["That priority belongs to another plan."]})
    if sub_group is not None and sub_group.plan_id != plan.pk:
        raise ValidationError({"sub_group": ["That sub-group belongs to another plan."]})
    issue = EmergingIssue(
        plan=plan,
        title=title,
        text=text,
        evidence=evidence,
        priority=priority,
        sub_group=sub_group,
        restricted=restricted,
        raised_by=by,
        raised_at=at,
        state_at=at,
    )
    issue.full_clean()
    issue.save()
    IssueEvent.objects.create(issue=issue, state=issue.state, by=by, at=at)
    return issue


@transaction.atomic
def set_issue_state(*, issue: EmergingIssue, state: str, reason: str, by: User, at: dt.datetime) -> EmergingIssue:
    """Watch an issue, propose an action for it, or close it with a reason."""
    if not by.has_perm("performance.triage_issue"):
        raise PermissionDenied("Emerging issues are triaged by the coordinator or the analyst.")
    issue = EmergingIssue.objects.select_for_update().get(pk=issue.pk)
    if state not in EmergingIssue.State.values or state == EmergingIssue.State.RAISED:
        raise ValidationError({"state": ["Choose watching, action proposed or closed."]})
    if state == EmergingIssue.State.CLOSED and is_blank(reason):
        raise ValidationError({"reason": ["Say why the issue is closed."]})
    issue.state, issue.reason, issue.state_at = state, reason, at
    issue.save()
    IssueEvent.objects.create(issue=issue, state=state, reason=reason, by=by, at=at)
    return issue
