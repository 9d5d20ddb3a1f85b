"""My actions: what a person owes, most pressing first, and what is up to date."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from actions.models import Action, ProgressUpdate
from actions.progress import Asked, Standing, cannot_confirm, default_period, pressing
from actions.rating import LIVE, Rating
from actions.views.doors import Moment, SignedIn, for_those_at_work
from actions.views.words import LastWords, last_words
from priorities.models import UpdateRound
from priorities.periods import Period, PeriodKind

MOST = 200
"""More rows than one person can answer for; the page says so instead of growing without end."""


@dataclass(frozen=True)
class Mine:
    """One of a person's actions: how it stands, what was last said, and which period the next update is about."""

    action: Action
    standing: Standing
    words: LastWords | None
    about: Period | None
    may_confirm: bool = False
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@for_those_at_work
@require_safe
def show_mine(request: SignedIn) -> HttpResponse:
    moment = Moment.now()
    owed, current, closed = [], [], []
    mine = _mine(request, moment)
    for row in sorted(mine[:MOST], key=lambda row: (pressing(row.standing, row.action.due_on), row.action.ref)):
        if row.action.state != LIVE:
            closed.append(row)
        elif row.standing.update.ok or moment.open is None:
            current.append(row)
        else:
            owed.append(row)
    return render(
        request,
        "actions/mine.html",
        {
            "round": moment.round,
            "settled": moment.round is not None and moment.open is None,
            "past_due": moment.open is not None and moment.open.updates_due_on < moment.today,
            "owed": owed,
            "current": current,
            "closed": closed,
            "any": bool(mine),
            "more": len(mine) > MOST,
        },
    )


def _mine(request: SignedIn, moment: Moment) -> list[Mine]:
    if moment.plan is None:
        return []
    actions = list(
        Action.objects.filter(plan=moment.plan)
        .visible_to(request.user)
        .answered_for_by(request.user)
        .for_list(moment.today, moment.asked)
        .in_order()[: MOST + 1]
    )
    words = last_words(actions, request.user)
    about = _next_periods(actions, moment)
    return [
        Mine(
            action=action,
            standing=action.standing(moment.asked, moment.today),
            words=words.get(action.pk),
            about=about[action.pk],
            may_confirm=_may_confirm(action, moment),
        )
        for action in actions
    ]


def _next_periods(actions: list[Action], moment: Moment) -> dict[int, Period]:
    """For each action the period its next update is about (the many-row twin of `Action.period_choice`); two queries."""
    assert moment.plan is not None  # noqa: S101 - a plan is where the actions came from
    asked = [
        Asked(period=round_.period, due_on=round_.updates_due_on, settled=round_.settled_at is not None)
        for round_ in UpdateRound.objects.asked_by(moment.plan, moment.today)
    ]
    updated: dict[int, set[Period]] = {action.pk: set() for action in actions}
    said = ProgressUpdate.objects.filter(action__in=actions).standing().order_by()
    for pk, kind, start in said.values_list("action", "period_kind", "period_start").distinct():
        updated[pk].add(Period(PeriodKind(kind), start))
    return {
        action.pk: default_period(asked, updated[action.pk], action.starts_on, moment.plan.update_kind, moment.today)
        for action in actions
    }


def _may_confirm(action: Action, moment: Moment) -> bool:
    """Whether “No change, confirmed” would be taken; only a live action takes updates."""
    last = action.latest_update
    said = Rating(last.rating) if last else None
    return action.state == LIVE and not cannot_confirm(said, last.reason if last else "", action.due_on, moment.today)
