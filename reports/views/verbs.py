"""One verb a button: what the coordinator and the chair do with a version."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from partners import outbox
from priorities.doors import SignedIn
from priorities.models import Meeting
from reports import delivery, permissions
from reports.forms import ApproveForm, NewVersionForm, RecordDecisionForm, ReturnForm
from reports.forms.fact_check import DespiteHoldForm
from reports.models import Decision, Rendition, Report, ReportVersion
from reports.services import building, decisions, holds, renditions, steps
from reports.views.doors import signed_in
from reports.views.version import TooLate, version_of, version_page

State = ReportVersion.State
Stage = Rendition.Stage
Made = TypeVar("Made")


def pressed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A verb that only a button runs. Its address followed or reloaded leads to the report and changes nothing."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @functools.wraps(view)
    def press_or_read(request: SignedIn, pk: int, number: int | None = None, **more: str) -> HttpResponse:
        if request.method != "POST":
            seen = Report.objects.visible_to(request.user)
            return redirect(get_object_or_404(seen, pk=pk) if number is None else version_of(request.user, pk, number))
        return view(request, pk=pk, **({} if number is None else {"number": number}), **more)

    return press_or_read


@signed_in
@pressed
def send_to_chair(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = version_of(request.user, pk, number)
    return press(
        request,
        version.get_absolute_url(),
        lambda sent: f"Version {number} is with the chair. {decisions.who_was_told(sent)}",
        lambda at: decisions.send_to_chair(version=version, by=request.user, at=at),
    )


@signed_in
@pressed
def prepare(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = version_of(request.user, pk, number)
    return press(
        request,
        version.get_absolute_url(),
        f"The final PDF of version {number} is asked for; it stands below, or how far it is. Publish it when you have looked at it.",
        lambda at: decisions.prepare(version=version, by=request.user, at=at),
    )


@signed_in
@pressed
def publish(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Published; while publishing is on hold, only with a reason, for which the page asks."""
    version = version_of(request.user, pk, number)
    now = timezone.now()
    form = DespiteHoldForm(request.POST)
    held = holds.hold_in_force(version.report.plan, timezone.localdate(now)) is not None
    may = request.user.has_perm("reports.publish", version)
    if held and may and not form.is_valid() and not decisions.cannot_publish(version, steps.files_of(version)):
        return version_page(request, version, despite=form)
    reason = form.cleaned_data["despite_hold"] if held and form.is_valid() else ""
    return press(
        request,
        version.get_absolute_url(),
        f"Version {number} is published.",
        lambda at: decisions.publish(version=version, by=request.user, at=at, despite_hold=reason),
    )


@signed_in
@pressed
def lay_out_again(request: SignedIn, pk: int, number: int, stage: str) -> HttpResponse:
    version = version_of(request.user, pk, number)
    rendition = get_object_or_404(version.renditions.partners(), stage=stage)
    return press(
        request,
        version.get_absolute_url(),
        f"The {rendition.get_stage_display().lower()} PDF is laid out again; it stands below, or how far it is.",
        lambda at: renditions.try_again(rendition=rendition, by=request.user, at=at),
    )


@signed_in
@pressed
def approve(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = version_of(request.user, pk, number)
    form = ApproveForm(request.POST, version=version, draft=None)
    if form.is_valid():
        try:
            decisions.approve(version=version, by=request.user, at=timezone.now(), **form.answers())
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            _wake()
            messages.success(
                request, f"Version {number} is approved for the Partnership. The coordinator has been told."
            )
            return redirect(version)
    return _decision_again(request, version, approve=form)


@signed_in
@pressed
def return_to_coordinator(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = version_of(request.user, pk, number)
    form = ReturnForm(request.POST, version=version, draft=None)
    if form.is_valid():
        try:
            decisions.return_to_coordinator(version=version, by=request.user, at=timezone.now(), **form.answers())
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            _wake()
            messages.success(request, f"Version {number} is returned. The coordinator has been told why.")
            return redirect(version)
    return _decision_again(request, version, turn_back=form)


def _decision_again(request: SignedIn, version: ReportVersion, **forms: Any) -> HttpResponse:
    """The page with what was typed and what is wrong with it; only for those who could have decided."""
    if not request.user.has_perm("reports.decide", version):
        raise PermissionDenied(permissions.refusal_to_decide(request.user, version))
    version.refresh_from_db()
    if version.state == State.WITH_CHAIR:
        return version_page(request, version, **forms)
    late = _too_late(request, version)
    wanted = Decision.Outcome.APPROVED if "approve" in forms else Decision.Outcome.RETURNED
    if Decision.objects.filter(version=version, by=request.user, outcome=wanted).exists():
        messages.info(request, late.why)  # pressed twice
        return redirect(version)
    return version_page(request, version, too_late=late)


def _too_late(request: SignedIn, version: ReportVersion) -> TooLate:
    return TooLate(decisions.too_late(version), request.POST.get("comment", "").strip())


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def record_decision(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = version_of(request.user, pk, number)
    if not request.user.has_perm("reports.record_decision", version):
        raise PermissionDenied(permissions.refusal_to_record(request.user, version))
    draft = version.renditions.partners().filter(stage=Stage.DRAFT, state=Rendition.State.DONE).first()
    now = timezone.now()
    form = RecordDecisionForm(
        request.POST if request.method == "POST" else None,
        version=version,
        draft=draft,
        today=timezone.localdate(now),
    )
    if form.is_valid():
        approved = form.cleaned_data["outcome"] == Decision.Outcome.APPROVED
        verb = decisions.approve if approved else decisions.return_to_coordinator
        try:
            verb(version=version, by=request.user, at=now, **form.answers())
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            _wake()
            messages.success(request, f"Recorded: version {number} was {'approved' if approved else 'returned'}.")
            return redirect(version)
    too_late = None
    if request.method == "POST":
        version.refresh_from_db(fields=["state"])
        too_late = _too_late(request, version) if version.state != State.WITH_CHAIR else None
    following = None
    if not form.has_meeting:
        following = Meeting.objects.next_of_partnership(version.report.plan, timezone.localdate(now))
    context = {"version": version, "form": form, "too_late": too_late, "next_meeting": following}
    return render(request, "reports/record_decision.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def make_new_version(request: SignedIn, pk: int) -> HttpResponse:
    report = get_object_or_404(Report.objects.visible_to(request.user).select_related("plan"), pk=pk)
    if not request.user.has_perm("reports.make_version", report):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_MAKES)
    newest = report.versions.defer("snapshot").order_by("-number").first()
    if newest is None:
        messages.error(request, "There is no version yet: the first is made when the report falls due.")
        return redirect(report)
    form = NewVersionForm(request.POST if request.method == "POST" else None, newest=newest)
    if form.is_valid():
        now = timezone.now()
        try:
            version = building.make_new_version(report=report, by=request.user, at=now, **form.answers(now))
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            _wake()
            messages.success(request, f"Version {version.number} is made. Below stands its PDF, or how far it is.")
            return redirect(version)
    return render(request, "reports/new_version.html", {"report": report, "newest": newest, "form": form})


def press(
    request: SignedIn, back: str, done: str | Callable[[Made], str], verb: Callable[[dt.datetime], Made]
) -> HttpResponse:
    """Run a verb that asks nothing more, and say what came of it on the page the button stood on."""
    try:
        made = verb(timezone.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        _wake()
        messages.success(request, done if isinstance(done, str) else done(made))
    return redirect(back)


def _wake() -> None:
    """Nudge those who lay out and send; what they find is in the rows, so a lost nudge only waits for the next tick."""
    delivery.wake_render()
    outbox.wake_drain()
