"""Having regard (plan, section 2): which of the Commissioner's priorities ours answer, and the gaps both ways."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from actions.models import Action
from priorities.models import Plan, PoliceAndCrimePlan, PoliceAndCrimePriority, Priority
from shp_portal.pages.navigation import frame_of, may_read_plan

if TYPE_CHECKING:
    from partners.models import User

#: Actions named beside one of their priorities; the rest is counted.
NAMED = 12


@dataclass(frozen=True)
class Theirs:
    """One of their priorities, ours that answer it, and our actions that do; `more` actions are not named."""

    row: PoliceAndCrimePriority
    ours: list[Priority]
    actions: list[Action]
    more: int

    @property
    def is_gap(self) -> bool:
        return not self.ours and not self.actions


@dataclass(frozen=True)
class TheirPlan:
    plan: PoliceAndCrimePlan
    rows: list[Theirs]

    @property
    def gaps(self) -> list[Theirs]:
        return [row for row in self.rows if row.is_gap]


@dataclass(frozen=True)
class HavingRegardPage:
    plan: Plan
    plans: list[TheirPlan]
    unanswering: list[Priority]
    works: bool


@login_required
@require_safe
def having_regard(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    plan = frame_of(request).plan
    if plan is None or not may_read_plan(user):
        raise Http404
    return render(request, "portal/having_regard.html", {"page": having_regard_page(plan, user)})


def having_regard_page(plan: Plan, user: User) -> HavingRegardPage:
    """Five queries, however many priorities and actions there are; those who read the plan alone see no actions."""
    theirs = list(PoliceAndCrimePriority.objects.regarded_by(plan))
    links = Action.having_regard.through.objects.filter(
        policeandcrimepriority__in=theirs, action__in=Action.objects.visible_to(user).filter(plan=plan)
    )
    named: dict[int, list[Action]] = {}
    for link in links.select_related("action").order_by("action__ref"):
        named.setdefault(link.policeandcrimepriority_id, []).append(link.action)
    plans = [
        TheirPlan(
            of,
            [
                Theirs(
                    row,
                    sorted(row.answered_by.all(), key=lambda ours: ours.position),
                    named.get(row.pk, [])[:NAMED],
                    max(len(named.get(row.pk, [])) - NAMED, 0),
                )
                for row in rows
            ],
        )
        for of, rows in itertools.groupby(theirs, lambda row: row.plan)
    ]
    return HavingRegardPage(
        plan=plan,
        plans=plans,
        unanswering=list(plan.priorities.answering_nothing().order_by("position")) if theirs else [],
        works=user.sees_the_work,
    )
