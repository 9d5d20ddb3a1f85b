"""Documents that the coordinator asks for, instead of the clock."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from priorities.doors import SignedIn
from priorities.models import Plan
from reports import delivery, permissions
from reports.forms.on_request import ActionPlanForm, PlanForm
from reports.models import ReportVersion
from reports.services import on_request
from reports.views.doors import signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def make_action_plan(request: SignedIn) -> HttpResponse:
    """Asks for the day, and makes the action plan of the plan that was in force on it."""
    _only_who_may(request)
    now = timezone.now()
    today = timezone.localdate(now)
    form = ActionPlanForm(request.POST if request.method == "POST" else None, initial={"as_at": today})
    if form.is_valid():
        day = form.cleaned_data["as_at"]
        in_force = Plan.objects.filter(starts_on__lte=day, ends_on__gte=day).order_by("-starts_on").first()
        plan = in_force or Plan.objects.current(today)
        if plan is None:
            raise Http404
        try:
            version, made = on_request.make_action_plan(plan=plan, as_at=day, by=request.user, at=now)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            _say(request, version, made)
            return redirect(version)
    return render(request, "reports/make_action_plan.html", {"form": form})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def make_plan(request: SignedIn) -> HttpResponse:
    """Asks for the year, and makes the plan itself as a document."""
    _only_who_may(request)
    form = PlanForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            version, made = on_request.make_plan(**form.answers(), by=request.user, at=timezone.now())
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            _say(request, version, made)
            return redirect(version)
    return render(request, "reports/make_plan.html", {"form": form})


def _only_who_may(request: SignedIn) -> None:
    if not request.user.sees_the_work:
        raise Http404
    if not request.user.has_perm("reports.make_on_request"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_MAKES_ON_REQUEST)


def _say(request: SignedIn, version: ReportVersion, made: bool) -> None:
    if made:
        delivery.wake_render()
        messages.success(request, f"{version.report} is made. Below stands its PDF, or how far it is.")
        return
    messages.info(
        request,
        f"{version.report} was there already, with what had been received up to {version.received}. "
        "Make another version if it should hold what came since.",
    )
