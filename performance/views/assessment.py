"""The decisions of the Partnership on its strategic assessment: adopted, and each recommendation accepted or declined."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from performance.forms.assessment import AdoptForm, DecideForm
from performance.models import Recommendation, StrategicAssessment
from performance.services import assessment as verbs
from priorities.doors import SignedIn, for_those_at_work


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: SignedIn, pk: int) -> HttpResponse:
    assessment = get_object_or_404(StrategicAssessment.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("performance.decide_on_assessment", assessment):
        raise PermissionDenied(verbs.NOT_YOURS)
    today = timezone.localdate()
    before = {"on": assessment.adopted_on or today, "meeting": assessment.adopted_at_meeting}
    form = AdoptForm(request.POST if request.method == "POST" else None, initial=before)
    if form.is_valid():
        try:
            verbs.adopt(assessment=assessment, by=request.user, today=today, **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, f"{assessment.title} is adopted.")
            # Its page stands above this room: settings' ABSOLUTE_URL_OVERRIDES know where.
            return redirect(assessment)  # type: ignore[call-overload]
    return render(request, "performance/adopt.html", {"assessment": assessment, "form": form})


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedIn, pk: int) -> HttpResponse:
    seen = StrategicAssessment.objects.visible_to(request.user)
    row = get_object_or_404(Recommendation.objects.select_related("assessment"), pk=pk, assessment__in=seen)
    if not request.user.has_perm("performance.decide_on_assessment", row.assessment):
        raise PermissionDenied(verbs.NOT_YOURS)
    today = timezone.localdate()
    before = {
        "outcome": row.outcome,
        "reason": row.reason,
        "on": row.decided_on or today,
        "seen": verbs.decision_of(row),
    }
    if row.outcome == Recommendation.Outcome.UNDECIDED:
        before["outcome"] = ""
    form = DecideForm(request.POST if request.method == "POST" else None, initial=before)
    if form.is_valid():
        try:
            done = verbs.decide(recommendation=row, by=request.user, today=today, **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
            # Whoever was overtaken has read the other decision by now, and may record theirs over it.
            row.refresh_from_db()
            data = request.POST.copy()
            data["seen"] = verbs.decision_of(row)
            form.data = data
        else:
            messages.success(request, f"Recorded: {done.get_outcome_display().lower()}.")
            return redirect(row.assessment)  # type: ignore[call-overload]
    return render(request, "performance/decide.html", {"recommendation": row, "form": form})
