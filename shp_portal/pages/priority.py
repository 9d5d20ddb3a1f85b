"""One priority: its statement and annual focus, how its actions stand, the sub-groups that carry it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action
from performance.models import EmergingIssue
from priorities.models import AnnualFocus, Priority, SubGroup, UpdateRound
from shp_portal.pages.issue import OpenIssues, open_issues
from shp_portal.pages.navigation import frame_of
from shp_portal.pages.overview import Overview, overview

if TYPE_CHECKING:
    from partners.models import User


@dataclass(frozen=True)
class PriorityPage:
    priority: Priority
    focuses: list[AnnualFocus]
    sub_groups: list[SubGroup]
    standing: Overview
    issues: OpenIssues


@require_safe
@login_required
def priority(request: HttpRequest, code: str) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    plan = frame_of(request).plan
    if plan is None or not user.sees_the_work:
        raise Http404
    found = get_object_or_404(Priority, plan=plan, code=code)
    today = timezone.localdate()
    round_ = UpdateRound.objects.asked_by(plan, today).first()
    groups = list(found.sub_groups.select_related("chairing_partner").order_by("name"))
    page = PriorityPage(
        priority=found,
        focuses=list(found.focuses.order_by("-year")),
        sub_groups=groups,
        standing=overview(
            Action.objects.visible_to(user).filter(priority=found),
            by="sub_group_id",
            names=dict(plan.sub_groups.order_by("name").values_list("pk", "name")),
            title=f"{found.name}: actions by sub-group and rating",
            today=today,
            asked=round_.period if round_ else None,
            filters={"priority": found.code},
        ),
        issues=open_issues(EmergingIssue.objects.filter(plan=plan).visible_to(user), priority=found),
    )
    return render(request, "portal/priority.html", {"page": page})
