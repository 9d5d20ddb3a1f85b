"""The schedule: what is due when, and a report that is not produced."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from priorities.doors import SignedIn
from priorities.models import Plan
from priorities.periods import Period
from reports import delivery, permissions
from reports.forms import NotProducedForm, ProducedAfterAllForm
from reports.models import PlanFault, Report
from reports.services import building, holds, schedule
from reports.timetable import KINDS, Owed
from reports.views.shelf import newest_first


@login_required
@require_safe
def show_schedule(request: SignedIn) -> HttpResponse:
    if not request.user.has_perm("reports.see_schedule"):
        raise Http404
    today = timezone.localdate()
    plans = list(Plan.objects.all())
    plan = next((one for one in plans if str(one.pk) == request.GET.get("plan")), Plan.objects.current(today))
    hold = holds.hold_in_force(plan, today) if plan else None
    return render(
        request,
        "reports/schedule.html",
        {
            "plan": plan,
            "plans": plans,
            "lines": sorted(schedule.lines(plan, today), key=newest_first) if plan else [],
            "may_act": request.user.is_coordinator,
            "hold": holds.why_held(hold) if hold else "",
            "faults": PlanFault.objects.select_related("plan"),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run_now(request: SignedIn, plan_pk: int, kind: str, code: str) -> HttpResponse:
    """Make a report that is due at once, and go to it. Its address followed leads to the schedule and makes nothing."""
    if not request.user.has_perm("reports.see_schedule"):
        raise Http404
    plan = get_object_or_404(Plan, pk=plan_pk)
    back = redirect(f"{reverse('reports:schedule')}?plan={plan.pk}")
    if request.method != "POST":
        return back
    if not request.user.has_perm("reports.run_now"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_RUNS)
    owed = _owed_or_404(plan, kind, code)
    try:
        version = building.run_now(plan=plan, kind=kind, period=owed.period, by=request.user, now=timezone.now())
    except ValidationError as refused:
        messages.error(request, f"{Report.Kind(kind).label}, {owed.period.label}: {' '.join(refused.messages)}")
        return back
    delivery.wake_render()
    messages.success(request, f"{version.report} is made. Below stands its draft PDF, or how far it is.")
    return redirect(version)


def _left_out_or_not(request: SignedIn, plan_pk: int, kind: str, code: str) -> tuple[Plan, Owed]:
    """The report that whoever asks may leave out or take back; 404 for those who do not see the schedule, else 403."""
    if not request.user.has_perm("reports.see_schedule"):
        raise Http404
    if not request.user.has_perm("reports.mark_not_produced"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_LEAVES_OUT)
    plan = get_object_or_404(Plan, pk=plan_pk)
    return plan, _owed_or_404(plan, kind, code)


def _owed_or_404(plan: Plan, kind: str, code: str) -> Owed:
    try:
        return building.find_owed(plan, kind, Period.parse(KINDS[kind], code))
    except (ValueError, ValidationError) as error:
        raise Http404 from error


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mark_not_produced(request: SignedIn, plan_pk: int, kind: str, code: str) -> HttpResponse:
    plan, owed = _left_out_or_not(request, plan_pk, kind, code)
    form = NotProducedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            building.mark_not_produced(
                plan=plan,
                kind=kind,
                period=owed.period,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, f"{Report.Kind(kind).label}, {owed.period.label}: marked as not produced.")
            return redirect("reports:schedule")
    return render(
        request,
        "reports/not_produced.html",
        {"form": form, "period": owed.period, "title": Report.Kind(kind).label},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def produce_after_all(request: SignedIn, plan_pk: int, kind: str, code: str) -> HttpResponse:
    """Take back that a report is not produced. One that is not marked leads back to the schedule."""
    plan, owed = _left_out_or_not(request, plan_pk, kind, code)
    marked = Report.objects.exclude(not_produced="").select_related("not_produced_by")
    report = marked.filter(plan=plan, kind=kind, period_start=owed.period.start).first()
    back = redirect(f"{reverse('reports:schedule')}?plan={plan.pk}")
    if report is None:
        messages.error(request, f"{Report.Kind(kind).label}, {owed.period.label}: it is not marked as not produced.")
        return back
    form = ProducedAfterAllForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            building.produce_after_all(
                plan=plan,
                kind=kind,
                period=owed.period,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, f"{Report.Kind(kind).label}, {owed.period.label}: it will be produced after all.")
            return back
    return render(request, "reports/produced_after_all.html", {"form": form, "report": report})
