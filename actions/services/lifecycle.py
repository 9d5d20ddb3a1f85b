"""An action enters the plan, is withdrawn, replaced or moved to the next plan, is opened again.

Every verb leaves an event; nothing is deleted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions.models import Action, ActionEvent, Milestone, Notice, ProgressUpdate
from actions.progress import beyond_the_plan, due_date_fault
from actions.services.answering import who_is_to_update
from actions.services.chasing import notify
from partners.words import is_blank
from priorities.models import Priority

if TYPE_CHECKING:
    from partners.models import Partner, User
    from performance.models import EmergingIssue, Indicator, Recommendation
    from priorities.models import Plan, PoliceAndCrimePriority, SubGroup

TAKEN_UP = "of the plan before"
"""How the source of an action ends that was carried into the next plan."""
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
    recommendations: Iterable[Recommendation] = (),
    having_regard: Iterable[PoliceAndCrimePriority] = (),
    milestones: Iterable[tuple[str, dt.date]] = (),
    origin: str = Action.Origin.PLAN,
    from_issue: EmergingIssue | None = None,
    source: str = "",
    reason: str = "",
) -> Action:
    """Put an action into the plan. `reason` stands in its history beside “Added to the plan”.

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
    for name, day in (("due_on", due_on), ("review_on", review_on)):
        wrong = due_date_fault(day, starts_on=starts_on, plan_ends_on=plan.ends_on) if day is not None else ""
        if wrong:
            faults[name] = [wrong]
    if "due_on" not in faults and (missing := beyond_the_plan(due_on, plan.ends_on, reason)):
        faults["reason"] = [missing]
    if due_on is None and review_on is None:
        faults["review_on"] = ["Ongoing work needs a review date."]
    if wrong := wrong_with_milestones([text for text, _ in milestones]):
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
    action.recommendations.set(recommendations)
    action.having_regard.set(having_regard)
    for text, milestone_due in milestones:
        Milestone.objects.create(action=action, text=text, due_on=milestone_due)
    ActionEvent.objects.create(
        action=action, kind=ActionEvent.Kind.ADDED, new=action.state, reason=reason, by=by, at=at
    )
    return action


def next_ref(priority: Priority) -> str:
    """The reference after the priority's highest: ASB-13 after ASB-12. Numbers given up stay given up.

    Locks the priority until the end of the transaction, so that two callers at once get two references.
    """
    Priority.objects.select_for_update().get(pk=priority.pk)
    start = f"{priority.code}-"
    refs = Action.objects.filter(plan=priority.plan_id, ref__startswith=start).order_by().values_list("ref", flat=True)
    numbers = [int(tail) for ref in refs if (tail := ref.removeprefix(start)).isascii() and tail.isdecimal()]
    return f"{start}{max(numbers, default=0) + 1:02d}"


@transaction.atomic
def withdraw(*, action: Action, by: User, at: dt.datetime, reason: str) -> Action:
    """Take a live action out of the plan, with a reason. It stays visible as closed."""
    action = locked(action)
    if not by.has_perm("actions.withdraw", action):
        raise PermissionDenied("Only the coordinator withdraws an action.")
    _check_closing(action, reason, "withdrawn")
    _change_state(action, Action.State.WITHDRAWN, by=by, at=at, reason=reason, kind=ActionEvent.Kind.STATE)
    return action


@transaction.atomic
def replace(*, action: Action, successor: Action, by: User, at: dt.datetime, reason: str) -> Action:
    """Close a live action because another live one of its plan carries it on; each page leads to the other.

    Raises PermissionDenied; ValidationError keyed by "successor" and "reason".
    """
    # Both rows in one order, so that two people who replace each by the other wait instead of blocking one another.
    list(Action.objects.select_for_update().filter(pk__in=[action.pk, successor.pk]).order_by("pk"))
    action, successor = locked(action), locked(successor)
    if not by.has_perm("actions.replace", action):
        raise PermissionDenied("Only the coordinator replaces an action.")
    if successor.pk == action.pk:
        raise ValidationError({"successor": ["An action cannot replace itself."]})
    if successor.plan_id != action.plan_id:
        raise ValidationError({"successor": [f"{successor.ref} belongs to another plan."]})
    if successor.state != Action.State.LIVE:
        raise ValidationError({"successor": [f"{successor.ref} is not live; choose an action that is."]})
    _check_closing(action, reason, "replaced")
    _carry_on(action, successor, Action.State.REPLACED, by=by, at=at, reason=reason)
    return action


@dataclass(frozen=True)
class Destination:
    """Where an action goes on in the next plan; `due_on` None keeps it ongoing until `review_on`."""

    priority: Priority
    sub_group: SubGroup
    due_on: dt.date | None = None
    review_on: dt.date | None = None


@transaction.atomic
def move_to_next_plan(
    *, action: Action, by: User, at: dt.datetime, reason: str, into: Destination | None = None
) -> Action:
    """Close a live action here because the next plan takes it up.

    Without `into` the next plan isn't in the portal yet, or takes the work up in another form. With it the action starts
    there on that plan's first day, under the next reference of its priority, with what is left of its milestones.
    Raises PermissionDenied; ValidationError keyed by "reason" and the names of Destination's fields.
    """
    action = locked(action)
    if not by.has_perm("actions.move_to_next_plan", action):
        raise PermissionDenied("Only the coordinator moves an action to the next plan.")
    _check_closing(action, reason, "moved to the next plan")
    successor = _taken_up(action, into, by=by, at=at, reason=reason) if into else None
    _carry_on(action, successor, Action.State.MOVED, by=by, at=at, reason=reason)
    return action


def _taken_up(action: Action, into: Destination, *, by: User, at: dt.datetime, reason: str) -> Action:
    """The action as the next plan has it."""
    plan = into.priority.plan
    if plan.starts_on <= action.plan.starts_on:
        raise ValidationError({"priority": [f"{plan} does not come after {action.plan}."]})
    return add_action(
        plan=plan,
        ref=next_ref(into.priority),
        priority=into.priority,
        sub_group=into.sub_group,
        title=action.title,
        description=action.description,
        measure_of_success=action.measure_of_success,
        lead_partner=action.lead_partner,
        owner=action.owner,
        deputy=action.deputy,
        starts_on=plan.starts_on,
        due_on=into.due_on,
        review_on=into.review_on,
        reoffending_focus=action.reoffending_focus,
        supporting=list(action.supporting.all()),
        indicators=list(action.indicators.all()),
        milestones=[(left.text, left.due_on) for left in action.milestones.filter(done_on__isnull=True)],
        source=f"{action.ref} {TAKEN_UP}",
        reason=reason,
        by=by,
        at=at,
    )


@transaction.atomic
def reopen(*, action: Action, by: User, at: dt.datetime, reason: str, due_on: dt.date | None = None) -> Action:
    """Open an action again, however it was closed, with a reason and, if wanted, a new due date.

    What was replaced or moved points to no successor any more; the successor stays as it is. Whoever is to update the
    action is told.
    """
    action = locked(action)
    if not by.has_perm("actions.reopen", action):
        raise PermissionDenied("Only the coordinator reopens an action.")
    if is_blank(reason):
        raise ValidationError({"reason": ["Say why the action is reopened."]})
    if action.state == Action.State.LIVE:
        raise ValidationError(f"{action.ref} is live already.")
    # The reason for reopening is the reason for its date too, so that none is asked for a date after the plan's end.
    today = timezone.localdate(at)
    wrong = ""
    if due_on is not None:
        ends_on = action.plan.ends_on
        wrong = due_date_fault(due_on, starts_on=action.starts_on, plan_ends_on=ends_on, not_before=today)
    if wrong:
        raise ValidationError({"due_on": [wrong]})
    action.completed_on = None
    if action.successor is not None:
        _point_to(action, None, by=by, at=at)

    if action.latest_update is not None and action.latest_update.kind == ProgressUpdate.Kind.COMPLETION:
        # The completion is taken back: it says nothing about how the action goes from here.
        action.latest_update = None
    _change_state(action, Action.State.LIVE, by=by, at=at, reason=reason, kind=ActionEvent.Kind.REOPENED)
    if due_on is not None and due_on != action.due_on:
        move_date(action, due_on, by=by, at=at, reason=reason)
    # The request for updates may have been told of long ago: without this nobody would hear that one is owed again.
    notify(
        recipients=[person for person in who_is_to_update(action) if person.pk != by.pk],
        kind=Notice.Kind.REOPENED,
        text=f"{by} opened {action} again: {reason}",
        path=action.get_absolute_url(),
        at=at,
        dedupe_key=f"reopened:{action.pk}:{action.revision}",
        right="actions.post_update",
        actions=[action],
    )
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


def wrong_with_milestones(texts: list[str]) -> str:
    """What is wrong with the texts of an action's milestones, in one sentence; empty when nothing is."""
    longest = Milestone._meta.get_field("text").max_length or 0
    if any(is_blank(text) for text in texts):
        return "Say in a few words what each milestone is."
    if any(len(text) > longest for text in texts):
        return f"A milestone has room for {longest} characters."
    return "" if len(set(texts)) == len(texts) else "Two milestones say the same."


def _check_closing(action: Action, reason: str, done: str) -> None:
    if is_blank(reason):
        raise ValidationError({"reason": [f"Say why the action is {done}."]})
    if action.state != Action.State.LIVE:
        raise ValidationError(f"{action.ref} is not live; only a live action can be {done}.")


def _carry_on(action: Action, successor: Action | None, state: str, *, by: User, at: dt.datetime, reason: str) -> None:
    if successor is not None:
        _point_to(action, successor, by=by, at=at)
    _change_state(action, state, by=by, at=at, reason=reason, kind=ActionEvent.Kind.STATE)


def _point_to(action: Action, successor: Action | None, *, by: User, at: dt.datetime) -> None:
    """Saved with the state that goes with it."""
    ActionEvent.objects.create(
        action=action,
        kind=ActionEvent.Kind.EDITED,
        field="successor",
        old=action.successor.ref if action.successor else "",
        new=successor.ref if successor else "",
        by=by,
        at=at,
    )
    action.successor = successor


def _change_state(action: Action, state: str, *, by: User, at: dt.datetime, reason: str, kind: str) -> None:
    ActionEvent.objects.create(action=action, kind=kind, old=action.state, new=state, reason=reason, by=by, at=at)
    action.state = state
    action.revision += 1
    action.save(update_fields=["state", "successor", "completed_on", "latest_update", "revision"])
