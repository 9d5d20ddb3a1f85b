"""Emerging issues are raised and triaged; each step of their life is a row."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from partners.words import is_blank
from performance.models import EmergingIssue, Indicator, IssueEvent

if TYPE_CHECKING:
    from uuid import UUID

    from partners.models import User
    from priorities.models import Plan, Priority, SubGroup

State = EmergingIssue.State

#: Longest text of one field, in characters; said in the forms' hints.
LONGEST = 4_000
LONGEST_REASON = 2_000

NOT_RAISING = "Emerging issues are raised by partners who work on the plan."
NOT_TRIAGING = "Emerging issues are triaged by the coordinator or the analyst."

#: Where an issue goes by triage alone. "Action proposed" comes of a proposal, and goes when that is declined.
STEPS: dict[str, tuple[str, ...]] = {
    State.RAISED: (State.WATCHING, State.CLOSED),
    State.WATCHING: (State.CLOSED,),
    State.ACTION_PROPOSED: (State.WATCHING, State.CLOSED),
    State.CLOSED: (State.WATCHING,),
}


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
    indicator: Indicator | None = None,
    evidence: str = "",
    restricted: bool = False,
    submission_key: UUID | None = None,
) -> EmergingIssue:
    """Raise something new that the quarterly monitoring should look at (plan, section 9).

    The same `submission_key` by the same person answers with the issue already raised.
    Raises PermissionDenied; ValidationError keyed by these parameter names.
    """
    if not by.has_perm("performance.raise_issue"):
        raise PermissionDenied(NOT_RAISING)
    if submission_key is not None and (made := _already_raised(by, submission_key)):
        return made
    faults: dict[str, list[str]] = {}
    if priority is not None and priority.plan_id != plan.pk:
        faults["priority"] = ["That priority belongs to another plan."]
    if sub_group is not None and sub_group.plan_id != plan.pk:
        faults["sub_group"] = ["That sub-group belongs to another plan."]
    if indicator is not None and not Indicator.objects.for_plan(plan).filter(pk=indicator.pk).exists():
        faults["indicator"] = ["That indicator belongs to another plan."]
    for name, words in (("text", text), ("evidence", evidence)):
        if len(words) > LONGEST:
            faults[name] = [f"Use at most {LONGEST:,} characters."]
    if faults:
        raise ValidationError(faults)
    issue = EmergingIssue(
        plan=plan,
        title=title,
        text=text,
        evidence=evidence,
        priority=priority,
        sub_group=sub_group,
        indicator=indicator,
        restricted=restricted,
        raised_by=by,
        raised_at=at,
        state_at=at,
        submission_key=submission_key,
    )
    issue.full_clean(exclude=["submission_key"])
    try:
        with transaction.atomic():
            issue.save()
    except IntegrityError:
        # The same form, sent twice in the same instant.
        made = _already_raised(by, submission_key) if submission_key is not None else None
        if made is None:
            raise
        return made
    IssueEvent.objects.create(issue=issue, state=issue.state, by=by, at=at)
    return issue


def _already_raised(by: User, submission_key: UUID) -> EmergingIssue | None:
    made = EmergingIssue.objects.filter(submission_key=submission_key).first()
    if made is not None and made.raised_by_id != by.pk:
        raise ValidationError("This form was sent already by somebody else. Open it again and start anew.")
    return made


@transaction.atomic
def set_issue_state(
    *, issue: EmergingIssue, state: str, reason: str, by: User, at: dt.datetime, seen: str = ""
) -> EmergingIssue:
    """Watch an issue, close it, or open it again, the latter two with a reason.

    `seen` is the state that was before the reader's eyes: a decision on another is refused. Sent twice, it is said once.
    Raises PermissionDenied; ValidationError keyed "state" or "reason", or with a sentence when the issue has moved on.
    """
    if not by.has_perm("performance.triage_issue"):
        raise PermissionDenied(NOT_TRIAGING)
    issue = locked(issue)
    reason = reason.strip()
    if issue.state == state and issue.reason == reason and _last(issue).by_id == by.pk:
        return issue
    if seen and issue.state != seen:
        moved = f"By now the issue is “{issue.get_state_display()}”. Read what was said of it and decide again."
        raise ValidationError(moved)
    if state not in STEPS[issue.state]:
        words = " or ".join(str(State(step).label).lower() for step in STEPS[issue.state])
        raise ValidationError({"state": [f"From “{issue.get_state_display()}” an issue goes to {words}."]})
    if state == State.CLOSED and is_blank(reason):
        raise ValidationError({"reason": ["Say why the issue is closed."]})
    if issue.state == State.CLOSED and is_blank(reason):
        raise ValidationError({"reason": ["Say why the issue is open again."]})
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": [f"Use at most {LONGEST_REASON:,} characters."]})
    return _step(issue, state, reason, by=by, at=at)


@transaction.atomic
def propose_action_for(*, issue: EmergingIssue, reason: str, by: User, at: dt.datetime) -> EmergingIssue:
    """An action is proposed for an issue: whoever may propose one and sees the issue takes it this step on.

    To be called by the verb that makes the proposal. Raises ValidationError keyed "from_issue" for one that is closed.
    """
    issue = locked(issue)
    if issue.state == State.CLOSED:
        raise ValidationError(
            {"from_issue": ["This issue is closed. The coordinator or the analyst can open it again."]}
        )
    return _step(issue, State.ACTION_PROPOSED, reason, by=by, at=at)


@transaction.atomic
def settle_proposal_of(
    *, issue: EmergingIssue, accepted: bool, reason: str, by: User, at: dt.datetime
) -> EmergingIssue | None:
    """What became of the action proposed for an issue: in the plan, or not, which sends the issue back to watching.

    To be called by the verb that decides on the proposal. None, and nothing done, for an issue that has gone on since.
    """
    issue = locked(issue)
    if issue.state != State.ACTION_PROPOSED:
        return None
    return _step(issue, State.ACTION_PROPOSED if accepted else State.WATCHING, reason, by=by, at=at)


def locked(issue: EmergingIssue) -> EmergingIssue:
    """The issue read again under a row lock, so that two decisions at once are taken one after the other."""
    return EmergingIssue.objects.select_for_update().get(pk=issue.pk)


def _last(issue: EmergingIssue) -> IssueEvent:
    return issue.events.order_by("-pk")[0]


def _step(issue: EmergingIssue, state: str, reason: str, *, by: User, at: dt.datetime) -> EmergingIssue:
    issue.state, issue.reason, issue.state_at = state, reason, at
    issue.save()
    IssueEvent.objects.create(issue=issue, state=state, reason=reason, by=by, at=at)
    return issue
