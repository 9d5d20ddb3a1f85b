"""The action page: everything known of one action, and what this person may do about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action, ActionEvent, Milestone, Proposal
from actions.progress import Move, Standing, slip
from actions.services.structure import may_change
from actions.views.doors import action_for, standing_of
from actions.views.timeline import Timeline, timeline
from partners.models import Partner
from performance.models import EmergingIssue, Indicator
from priorities.doors import SignedIn, for_those_at_work
from priorities.models import UpdateRound


@dataclass(frozen=True)
class Deed:
    """What this person may do here, each by the same rule as the verb."""

    post_update: bool
    add_words: bool
    reopen: bool
    hand_over: bool
    extend: bool
    edit: bool
    close: bool

    @property
    def any(self) -> bool:
        return self.post_update or self.add_words or self.reopen or self.hand_over or self.edit or self.close


@dataclass(frozen=True)
class MilestoneRow:
    milestone: Milestone
    missed: bool


@dataclass(frozen=True)
class ActionPage:
    action: Action
    standing: Standing
    replaces: list[Action]
    closing: ActionEvent | None
    proposal: Proposal | None
    issue: EmergingIssue | None
    supporting: list[Partner]
    indicators: list[Indicator]
    milestones: list[MilestoneRow]
    moves: list[Move]
    may: Deed
    timeline: Timeline

    @property
    def slipped(self) -> str:
        """By how much the due date has slipped in all, in words; empty when it stands where it stood at first."""
        first, now = self.action.original_due_on, self.action.due_on
        return slip((now - first).days) if first and now else ""


@for_those_at_work
@require_safe
def show_action(request: SignedIn, pk: int) -> HttpResponse:
    today = timezone.localdate()
    action = action_for(request.user, pk, today)
    live = action.state == Action.State.LIVE
    rounds = list(UpdateRound.objects.asked_by(action.plan, today))
    standing = standing_of(action, today, rounds)
    page = ActionPage(
        action=action,
        standing=standing,
        replaces=list(
            Action.objects.filter(successor=action)
            .select_related("plan")
            .only("ref", "title", "state", "plan__title")
            .order_by("ref")
        ),
        closing=_closing(action),
        proposal=_proposal(action),
        issue=EmergingIssue.objects.visible_to(request.user).filter(pk=action.from_issue_id).first()
        if action.from_issue_id
        else None,
        supporting=list(action.supporting.only("code", "name")),
        indicators=list(action.indicators.only("code", "name")),
        milestones=[
            MilestoneRow(milestone, milestone.done_on is None and milestone.due_on < today and live)
            for milestone in action.milestones.all()
        ],
        moves=action.moves() if getattr(action, "times_moved", 0) else [],
        may=Deed(
            post_update=live and request.user.has_perm("actions.post_update", action),
            add_words=live and request.user.has_perm("actions.add_words", action),
            reopen=not live and request.user.has_perm("actions.reopen", action),
            hand_over=live and request.user.has_perm("actions.hand_over", action),
            extend=live and not standing.update.ok and request.user.has_perm("actions.extend_deadline", action),
            edit=live and bool(may_change(request.user, action)),
            close=live and request.user.has_perm("actions.withdraw", action),
        ),
        timeline=timeline(
            action, request.user, action.open_periods(rounds, today), _moment(request.GET.get("before", ""))
        ),
    )
    return render(request, "actions/action.html", {"page": page})


def _closing(action: Action) -> ActionEvent | None:
    """How and by whom a closed action was closed; None for one that is live."""
    if action.state == Action.State.LIVE:
        return None
    closings = action.events.filter(kind=ActionEvent.Kind.STATE).select_related("by", "update")
    return closings.order_by("-pk").first()


def _proposal(action: Action) -> Proposal | None:
    """How a new initiative came into the plan; what the plan began with has none."""
    if action.origin == Action.Origin.PLAN:
        return None
    return Proposal.objects.filter(action=action).for_list().first()


def _moment(text: str) -> dt.datetime | None:
    """A moment with its zone out of the address; anything else is none, which shows the newest."""
    try:
        moment = dt.datetime.fromisoformat(text)
        return moment.astimezone(dt.UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        # The first and the last day of the calendar fall outside it in another zone.
        return None
