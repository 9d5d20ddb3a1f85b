"""One sub-group: who leads it, who sits in it, when it meets, and how its actions stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action
from performance.models import EmergingIssue
from priorities.models import Meeting, Membership, Priority, SubGroup, UpdateRound
from shp_portal.pages.issue import OpenIssues, open_issues
from shp_portal.pages.navigation import frame_of
from shp_portal.pages.overview import Overview, lacks_of_reoffending, overview

if TYPE_CHECKING:
    from partners.models import User

MEETINGS = 4


@dataclass(frozen=True)
class SubGroupPage:
    sub_group: SubGroup
    priorities: list[Priority]
    members: list[Membership]
    meetings: list[Meeting]
    last_meeting: Meeting | None
    standing: Overview
    issues: OpenIssues
    lacks: list[str]


@require_safe
@login_required
def sub_group(request: HttpRequest, code: str) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    plan = frame_of(request).plan
    if plan is None or not user.sees_the_work:
        raise Http404
    people = ("lead__partner", "deputy__partner", "reoffending_lead__partner", "chairing_partner", "reports_to")
    found = get_object_or_404(SubGroup.objects.select_related(*people), plan=plan, code=code)
    today = timezone.localdate()
    round_ = UpdateRound.objects.asked_by(plan, today).first()
    priorities = list(found.priorities.order_by("position"))
    page = SubGroupPage(
        sub_group=found,
        priorities=priorities,
        members=list(
            found.memberships.filter(Q(left_on__isnull=True) | Q(left_on__gt=today))
            .select_related("user__partner")
            .order_by("user__name")
        ),
        meetings=list(found.meetings.filter(date__gte=today).order_by("date")[:MEETINGS]),
        last_meeting=found.meetings.filter(date__lt=today).order_by("-date").first(),
        standing=overview(
            Action.objects.visible_to(user).filter(sub_group=found),
            by="priority_id",
            names=dict(plan.priorities.order_by("position").values_list("pk", "name")),
            title=f"{found.name}: actions by priority and rating",
            today=today,
            asked=round_.period if round_ else None,
            filters={"sub_group": found.code},
        ),
        issues=open_issues(EmergingIssue.objects.filter(plan=plan).visible_to(user), sub_group=found),
        lacks=lacks_of_reoffending([found]).get(found.pk, []),
    )
    return render(request, "portal/sub_group.html", {"page": page})
