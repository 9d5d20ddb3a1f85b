"""An action enters the plan, is withdrawn, is opened again. Every verb leaves an event; nothing is deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from actions.models import Action, ActionEvent, Milestone, ProgressUpdate

if TYPE_CHECKING:
    from partners.models import Partner, User
    from performance.models import EmergingIssue, Indicator
    from priorities.models import Plan, Priority, SubGroup

TAKEN = "This reference is taken."


def locked(action: Action) -> Action:
    """The action read again under a row lock, so that two verbs at once happen one after the other.

    SQLite has no row locks; its transactions begin IMMEDIATE, which has the same effect.
    """
    return (
        Action.objects.select_for_update(of=("self",))
        .select_related("sub_group", "lead_partner", "plan")
        .get(pk=action.pk)
    )


@transaction.atomic
def add_action(
    *,
    plan: Plan,
    ref: str,
    priority: Priority,
    sub_group: SubGroup,
    title: str,
    lead_partner: Partner,
    starts_on: dt.date,
    by: User,
    at: dt.datetime,
    due_on: dt.date | None = None,
    review_on: dt.date | None = None,
    description: str = "",
    measure_of_success: str = "",
    owner: User | None = None,
    deputy: User | None = None,
    reoffending_focus: bool = False,
    supporting: Iterable[Partner] = (),
    indicators: Iterable[Indicator] = (),
    milestones: Iterable[tuple[str, dt.date]] = (),
    origin: str = Action.Origin.PLAN,
    from_issue: EmergingIssue | None = None,
    source: str = "",
) -> Action:
    """Put an action into the plan.

    Raises PermissionDenied unless `by` is a coordinator; ValidationError keyed by these parameter names, among others for
    a taken reference, a due date before the start, ongoing work without a review date, or a milestone said twice.
    """
    if not by.has_perm("actions.add_action"):
        raise PermissionDenied("Only the coordinator adds actions to the plan.")
    milestones = list(milestones)
    faults: dict[str, list[str]] = {}
    if priority.plan_id != plan.pk:
        faults["priority"] = ["That priority belongs to another plan."]
    if sub_group.plan_id != plan.pk:
        faults["sub_group"] = ["That sub-group belongs to another plan."]
    if Action.objects.filter(plan=plan, ref=ref).exists():
        faults["ref"] = [TAKEN]
    if due_on is not None and due_on < starts_on:
        faults["due_on"] = ["The due date cannot come before the start date."]
    if due_on is None and review_on is None:
        faults["review_on"] = ["Ongoing work needs a review date."]
    if wrong := _wrong_with_milestones([text for text, _ in milestones]):
        faults["milestones"] = [wrong]
    if faults:
        raise ValidationError(faults)
    action = Action(
        plan=plan,
        ref=ref,
        priority=priority,
        sub_group=sub_group,
        title=title,
        description=description,
        measure_of_success=measure_of_success,
        lead_partner=lead_partner,
        owner=owner,
        deputy=deputy,
        starts_on=starts_on,
        due_on=due_on,
        original_due_on=due_on,
        review_on=review_on,
        reoffending_focus=reoffending_focus,
        origin=origin,
        from_issue=from_issue,
        source=source,
        added_at=at,
    )
    action.full_clean()
    try:
        with transaction.atomic():
            action.save()
    except IntegrityError as fault:
        # Two people may take the same reference at the same moment; the check above cannot see that.
        if Action.objects.filter(plan=plan, ref=ref).exists():
            raise ValidationError({"ref": [TAKEN]}) from fault
        raise
    action.supporting.set(supporting)
    action.indicators.set(indicators)
    for text, milestone_due in milestones:
        Milestone.objects.create(action=action, text=text, due_on=milestone_due)
    ActionEvent.objects.create(action=action, kind=ActionEvent.Kind.ADDED, new=action.state, by=by, at=at)
    return action


@transaction.atomic
def withdraw(*, action: Action, by: User, at: dt.datetime, reason: str) -> Action:
    """Take a live action out of the plan, with a reason. It stays visible as closed."""
    action = locked(action)
    if not by.has_perm("actions.withdraw", action):
        raise PermissionDenied("Only the coordinator withdraws an action.")
    if not reason.strip():
        raise ValidationError({"reason": ["Say why the action is withdrawn."]})
    if action.state != Action.State.LIVE:
        raise ValidationError(f"{action.ref} is not live; only a live action can be withdrawn.")
    _change_state(action, Action.State.WITHDRAWN, by=by, at=at, reason=reason, kind=ActionEvent.Kind.STATE)
    return action


@transaction.atomic
def reopen(*, action: Action, by: User, at: dt.datetime, reason: str, due_on: dt.date | None = None) -> Action:
    """Open a complete or withdrawn action again, with a reason and, if wanted, a new due date."""
    action = locked(action)
    if not by.has_perm("actions.reopen", action):
        raise PermissionDenied("Only the coordinator reopens an action.")
    if not reason.strip():
        raise ValidationError({"reason": ["Say why the action is reopened."]})
    if action.state == Action.State.LIVE:
        raise ValidationError(f"{action.ref} is live already.")
    if action.state not in (Action.State.COMPLETE, Action.State.WITHDRAWN):
        raise ValidationError(
            f"{action.ref} is {action.get_state_display().lower()}: it goes on under another reference."
        )
    if due_on is not None and due_on < action.starts_on:
        raise ValidationError({"due_on": ["The due date cannot come before the start date."]})
    action.completed_on = None
    if action.latest_update is not None and action.latest_update.kind == ProgressUpdate.Kind.COMPLETION:
        # The completion is taken back: it says nothing about how the action goes from here.
        action.latest_update = None
    _change_state(action, Action.State.LIVE, by=by, at=at, reason=reason, kind=ActionEvent.Kind.REOPENED)
    if due_on is not None and due_on != action.due_on:
        move_date(action, due_on, by=by, at=at, reason=reason)
    return action


def move_date(action: Action, new_due_on: dt.date, *, by: User, at: dt.datetime, reason: str, **event: object) -> None:
    """Move a locked action's due date and write the move into the ledger; the caller has checked the right to."""
    ActionEvent.objects.create(
        action=action,
        kind=ActionEvent.Kind.DATE_MOVED,
        old=action.due_on.isoformat() if action.due_on else "",
        new=new_due_on.isoformat(),
        reason=reason,
        by=by,
        at=at,
        **event,
    )
    action.due_on = new_due_on
    action.revision += 1
    action.save(update_fields=["due_on", "revision"])


def _wrong_with_milestones(texts: list[str]) -> str:
    """What is wrong with the texts of an action's milestones, in one sentence; empty when nothing is."""
    longest = Milestone._meta.get_field("text").max_length or 0
    if not all(text.strip() for text in texts):
        return "Say in a few words what each milestone is."
    if any(len(text) > longest for text in texts):
        return f"A milestone has room for {longest} characters."
    return "" if len(set(texts)) == len(texts) else "Two milestones say the same."


def _change_state(action: Action, state: str, *, by: User, at: dt.datetime, reason: str, kind: str) -> None:
    ActionEvent.objects.create(action=action, kind=kind, old=action.state, new=state, reason=reason, by=by, at=at)
    action.state = state
    action.revision += 1
    action.save(update_fields=["state", "completed_on", "latest_update", "revision"])
