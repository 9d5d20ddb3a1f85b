"""Re-offending across all sub-groups: a focus of each of them (plan, section 9), not a priority of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action
from priorities.models import SubGroup, UpdateRound
from shp_portal.pages.navigation import frame_of
from shp_portal.pages.overview import Overview, Row, lacks_of_reoffending, overview, rows, worst_first

if TYPE_CHECKING:
    from partners.models import User

LONGEST = 50


@dataclass(frozen=True)
class Group:
    """A sub-group and its actions that focus on re-offending."""

    sub_group: SubGroup
    rows: list[Row]
    lacks: list[str]


@dataclass(frozen=True)
class ReoffendingPage:
    standing: Overview
    groups: list[Group]
    cut: bool


@require_safe
@login_required
def reoffending(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    plan = frame_of(request).plan
    if plan is None or not user.sees_the_work:
        raise Http404
    today = timezone.localdate()
    round_ = UpdateRound.objects.asked_by(plan, today).first()
    asked = round_.period if round_ else None
    actions = Action.objects.visible_to(user).filter(plan=plan, reoffending_focus=True)
    sub_groups = list(plan.sub_groups.select_related("reoffending_lead__partner").order_by("name"))
    lacks = lacks_of_reoffending(sub_groups)
    shown = rows(worst_first(actions)[: LONGEST + 1], today, asked)
    page = ReoffendingPage(
        standing=overview(
            actions,
            by="sub_group_id",
            names={group.pk: group.name for group in sub_groups},
            title="Actions on re-offending by sub-group and rating",
            today=today,
            asked=asked,
            filters={"reoffending": "on"},
        ),
        groups=[
            Group(
                group, [row for row in shown[:LONGEST] if row.action.sub_group_id == group.pk], lacks.get(group.pk, [])
            )
            for group in sub_groups
        ],
        cut=len(shown) > LONGEST,
    )
    return render(request, "portal/reoffending.html", {"page": page})
