"""The action page: everything known of one action, and what this person may do about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action, Milestone
from actions.progress import Standing
from actions.views.doors import SignedIn, action_for, for_those_at_work, standing_of
from actions.views.timeline import Timeline, timeline
from partners.models import Partner
from performance.models import Indicator


@dataclass(frozen=True)
class Deed:
    """What this person may do here, each by the same rule as the verb."""

    post_update: bool
    add_words: bool
    reopen: bool

    @property
    def any(self) -> bool:
        return self.post_update or self.add_words or self.reopen


@dataclass(frozen=True)
class MilestoneRow:
    milestone: Milestone
    missed: bool


@dataclass(frozen=True)
class ActionPage:
    action: Action
    standing: Standing
    supporting: list[Partner]
    indicators: list[Indicator]
    milestones: list[MilestoneRow]
    may: Deed
    timeline: Timeline


@for_those_at_work
@require_safe
def show_action(request: SignedIn, pk: int) -> HttpResponse:
    today = timezone.localdate()
    action = action_for(request.user, pk, today)
    live = action.state == Action.State.LIVE
    page = ActionPage(
        action=action,
        standing=standing_of(action, today),
        supporting=list(action.supporting.all()),
        indicators=list(action.indicators.all()),
        milestones=[
            MilestoneRow(milestone, milestone.done_on is None and milestone.due_on < today and live)
            for milestone in action.milestones.all()
        ],
        may=Deed(
            post_update=live and request.user.has_perm("actions.post_update", action),
            add_words=live and request.user.has_perm("actions.add_words", action),
            reopen=not live and request.user.has_perm("actions.reopen", action),
        ),
        timeline=timeline(action, request.user, _moment(request.GET.get("before", ""))),
    )
    return render(request, "actions/action.html", {"page": page})


def _moment(text: str) -> dt.datetime | None:
    """A moment with its zone out of the address; anything else is none, which shows the newest."""
    try:
        moment = dt.datetime.fromisoformat(text)
        return moment.astimezone(dt.UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        # The first and the last day of the calendar fall outside it in another zone.
        return None
