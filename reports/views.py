"""The shelf, a report's page with its decision, its PDF, and the schedule."""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_safe

from partners import outbox
from priorities.models import Plan, UpdateRound
from priorities.periods import Period, british
from priorities.working_days import on_or_after
from reports import delivery, permissions, rendering
from reports.document import file_name, from_json
from reports.forms import ApproveForm, NewVersionForm, NotProducedForm, RecordDecisionForm, ReturnForm
from reports.models import Decision, PlanFault, Rendition, Report, ReportVersion
from reports.public import for_public
from reports.services import building, decisions, renditions, schedule
from reports.timetable import KINDS, dates_of

if TYPE_CHECKING:
    from actions.models import Action
    from partners.models import User
    from priorities.timetable import Timetable
    from reports.document import Document
    from reports.forms import DecisionForm

    Promised = Mapping[dt.date, Timetable]

    class SignedIn(HttpRequest):
        user: User


log = logging.getLogger(__name__)

State = ReportVersion.State
Stage = Rendition.Stage

PAGE = 50


# --- The shelf --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shelved:
    """One report of the list: its newest version that this person sees, how it stands, and whom it waits for."""

    report: Report
    version: ReportVersion | None
    pdf: Rendition | None
    standing: str
    waits_for: str


@login_required
@require_safe
def list_reports(request: SignedIn) -> HttpResponse:
    _only_those_with_a_role(request.user)
    versions = (
        ReportVersion.objects.visible_to(request.user)
        .defer("snapshot")
        .order_by("number")
        .prefetch_related(Prefetch("renditions", Rendition.objects.partners().defer("html")))
    )
    reports = (
        Report.objects.visible_to(request.user)
        .select_related("plan")
        .prefetch_related(Prefetch("versions", versions, to_attr="seen"))
    )
    # A period's end is worked out, so the database cannot order by it; a plan has no more than eighteen reports.
    page = Paginator(sorted(reports, key=_newest_first), PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    promised = {plan: UpdateRound.objects.promised(plan) for plan in {report.plan for report in page}}
    shelved = [_shelved(report, request.user, promised[report.plan], today) for report in page]
    return render(
        request,
        "reports/list.html",
        {
            "page": page,
            "waiting": [one for one in shelved if one.waits_for and request.user.sees_the_work],
            "settled": [one for one in shelved if not (one.waits_for and request.user.sees_the_work)],
        },
    )


def _newest_first(one: Report | schedule.Line) -> tuple[int, str]:
    return -one.period.end.toordinal(), one.kind


def _shelved(report: Report, user: User, promised: Promised, today: dt.date) -> Shelved:
    seen: list[ReportVersion] = report.seen  # type: ignore[attr-defined]
    if not seen:
        standing = "Not produced" if report.not_produced else "Failed" if report.build_error else "Being made"
        return Shelved(report, None, None, standing, "" if report.not_produced else "The portal, to make it")
    version = seen[-1]
    version.report = report
    files = {file.stage: file for file in version.renditions.all()}
    done = [
        files[stage] for stage in _stages_for(user) if stage in files and files[stage].state == files[stage].State.DONE
    ]
    standing = "Not produced" if report.not_produced else version.get_state_display()
    return Shelved(
        report,
        version,
        done[0] if done else None,
        standing,
        _waits_for(version, files, promised, today),
    )


def _waits_for(version: ReportVersion, files: Mapping[str, Rendition], promised: Promised, today: dt.date) -> str:
    """With whom a version is, and for what; empty when nothing is waited for."""
    report = version.report
    if version.state == State.WITH_CHAIR:
        by = dates_of(report.period, report.plan.weeks, promised).chair_on
        sent_on = timezone.localdate(version.sent_at)
        if sent_on > by:
            # Nobody can decide before they are asked: the chair has a week from then.
            by = on_or_after(sent_on + dt.timedelta(weeks=1))
        return (
            f"The chair, to decide by {british(by)}"
            if today <= by
            else f"The chair, whose decision was due on {british(by)}"
        )
    if version.state == State.RETURNED:
        return "The coordinator, to make another version"
    if version.state not in (State.DRAFT, State.APPROVED):
        return ""
    prepared = Stage.FINAL in files or version.state == State.APPROVED
    file = files.get(Stage.FINAL if prepared else Stage.DRAFT)
    if file is None or file.state in (Rendition.State.QUEUED, Rendition.State.RENDERING):
        return f"The portal, which lays out the {'final' if prepared else 'draft'} PDF"
    if file.state == Rendition.State.FAILED:
        return f"The coordinator: the {'final' if prepared else 'draft'} PDF could not be laid out"
    if prepared:
        return "The coordinator, to publish it"
    return (
        "The coordinator, to send it to the chair"
        if report.needs_chair
        else "The coordinator, to prepare it for publishing"
    )


def _only_those_with_a_role(user: User) -> None:
    if not (user.sees_the_work or user.is_reader):
        raise Http404


def _stages_for(user: User) -> list[str]:
    """Stages of a file this person may open, the better first. Drafts are for those who do the work."""
    return [Stage.FINAL, Stage.DRAFT] if user.sees_the_work else [Stage.FINAL]


# --- A report and its versions ----------------------------------------------------------------------------------------


@login_required
@require_safe
def show_report(request: SignedIn, pk: int) -> HttpResponse:
    """On to the newest version this person sees; without one, what became of the report."""
    report = get_object_or_404(Report.objects.visible_to(request.user).select_related("plan"), pk=pk)
    newest = report.versions.visible_to(request.user).defer("snapshot").order_by("-number").first()
    if newest is not None:
        return redirect(newest)
    line = schedule.line_of(report, timezone.localdate())
    return render(request, "reports/without_version.html", {"report": report, "line": line})


@dataclass(frozen=True)
class CameSince:
    """Updates that came after a version's cut-off: how many, and on which actions (the first of them)."""

    number: int
    actions: list[Action]
    more: int

    MOST = 12

    @classmethod
    def read(cls, version: ReportVersion) -> CameSince | None:
        updates = list(version.updates_since())
        actions = list({update.action_id: update.action for update in updates}.values())
        return cls(len(updates), actions[: cls.MOST], max(len(actions) - cls.MOST, 0)) if updates else None


@dataclass(frozen=True)
class VersionPage:
    report: Report
    version: ReportVersion
    others: list[ReportVersion]
    replaced_by: ReportVersion | None
    files: list[Rendition]
    decision: Decision | None
    waits_for: str
    can_send: bool
    can_prepare: bool
    can_publish: bool
    can_make_version: bool
    came_since: CameSince | None
    can_record: bool
    can_try_again: bool
    can_preview_public: bool
    cannot_decide: str
    approve: ApproveForm | None
    turn_back: ReturnForm | None

    @property
    def wrong(self) -> DecisionForm | None:
        """The form whose errors the summary lists."""
        return next((form for form in (self.approve, self.turn_back) if form is not None and form.errors), None)


@login_required
@require_safe
def show_version(request: SignedIn, pk: int, number: int) -> HttpResponse:
    return _version_page(request, _version(request.user, pk, number))


def _version_page(
    request: SignedIn,
    version: ReportVersion,
    approve: ApproveForm | None = None,
    turn_back: ReturnForm | None = None,
) -> HttpResponse:
    user = request.user
    report = version.report
    by_stage = {file.stage: file for file in version.renditions.partners().defer("html")}
    draft = by_stage.get(Stage.DRAFT)
    ready = draft is not None and draft.state == Rendition.State.DONE
    with_chair = version.state == State.WITH_CHAIR and ready
    for form in (approve, turn_back):
        if form is not None:
            form.show_again(draft)
    if with_chair and user.has_perm("reports.decide", version):
        approve = approve or ApproveForm(version=version, draft=draft)
        turn_back = turn_back or ReturnForm(version=version, draft=draft)
    sent_it = with_chair and user.is_chair and version.sent_by_id == user.pk
    can_make_version = (
        not report.not_produced
        and version.state in (State.DRAFT, State.RETURNED, State.APPROVED, State.PUBLISHED)
        and user.has_perm("reports.make_version", report)
        and not report.versions.filter(number__gt=version.number).exists()
    )
    undecided = version.state in (State.DRAFT, State.RETURNED)
    others = report.versions.visible_to(user).defer("snapshot").exclude(pk=version.pk).order_by("-number")
    page = VersionPage(
        report=report,
        version=version,
        others=list(others),
        replaced_by=version.successor(),
        files=[by_stage[stage] for stage in _stages_for(user) if stage in by_stage],
        decision=_decision_on(version) if user.sees_the_work else None,
        waits_for=_waits_for(version, by_stage, UpdateRound.objects.promised(report.plan), timezone.localdate())
        if user.sees_the_work
        else "",
        can_send=version.state == State.DRAFT
        and report.needs_chair
        and ready
        and user.has_perm("reports.send_to_chair", version),
        can_prepare=Stage.FINAL not in by_stage
        and not decisions.cannot_prepare(version, by_stage)
        and user.has_perm("reports.publish", version),
        can_publish=not decisions.cannot_publish(version, by_stage) and user.has_perm("reports.publish", version),
        can_make_version=can_make_version,
        came_since=CameSince.read(version) if can_make_version and undecided else None,
        can_record=with_chair and user.has_perm("reports.record_decision", version),
        can_try_again=user.has_perm("reports.try_again"),
        can_preview_public=user.has_perm("reports.preview_public"),
        cannot_decide=permissions.SENT_IT if sent_it else "",
        approve=approve,
        turn_back=turn_back,
    )
    return render(request, "reports/version.html", {**_shown(version, from_json(version.snapshot)), "view": page})


def _shown(version: ReportVersion, document: Document) -> dict[str, Any]:
    """What the templates of the document need, with the decision once there is one."""
    final_words = version.state == State.APPROVED or version.published_at is not None
    return rendering.screen_context(
        document,
        snapshot_sha256=version.snapshot_sha256,
        sign_off=renditions.sign_off_of(version) if final_words else None,
        stage="final" if final_words else "draft",
    )


@login_required
@require_safe
def show_public(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """What the public version of a report would say, for those who answer for it before anybody else sees it."""
    version = _version(request.user, pk, number)
    if not request.user.has_perm("reports.preview_public"):
        raise PermissionDenied(permissions.ONLY_THOSE_WHO_ANSWER_PREVIEW)
    context: dict[str, Any] = {"version": version, "report": version.report, "refused": ""}
    try:
        context |= _shown(version, for_public(from_json(version.snapshot)))
    except ValueError as refused:
        context["refused"] = str(refused)
    return render(request, "reports/public.html", context)


def _decision_on(version: ReportVersion) -> Decision | None:
    return Decision.objects.filter(version=version).select_related("by", "meeting").first()


@login_required
@require_safe
def send_pdf(request: SignedIn, pk: int, number: int, stage: str) -> HttpResponse:
    """The file itself, shown in the browser. Only the bytes that were made leave: a damaged file is refused."""
    if stage not in _stages_for(request.user):
        raise Http404
    version = _version(request.user, pk, number, whole=False)
    rendition = get_object_or_404(version.renditions.partners().defer("html"), stage=stage, state=Rendition.State.DONE)
    etag = f'"{rendition.sha256}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    try:
        content = delivery.read(rendition)
    except delivery.FileLost:
        log.exception("A PDF could not be sent")
        return render(request, "reports/file_lost.html", {"version": version}, status=503)
    report = version.report
    name = file_name(
        short_name=report.plan.short_name,
        kind=report.kind,
        period_start=report.period.start,
        period_end=report.period.end,
        number=version.number,
    )
    if stage == Stage.DRAFT:
        name = name.replace(".pdf", "-draft.pdf")
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "ETag": etag},
    )


def _version(user: User, pk: int, number: int, *, whole: bool = True) -> ReportVersion:
    """The version, without its heavy snapshot unless `whole`."""
    versions = ReportVersion.objects.visible_to(user).select_related(
        "report__plan", "sent_by", "published_by", "made_by"
    )
    return get_object_or_404(versions if whole else versions.defer("snapshot"), report=pk, number=number)


# --- One verb a button ------------------------------------------------------------------------------------------------


def pressed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A verb that only a button runs. Its address followed or reloaded leads to the report and changes nothing."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @functools.wraps(view)
    def press_or_read(request: SignedIn, pk: int, number: int | None = None, **more: str) -> HttpResponse:
        if request.method != "POST":
            seen = Report.objects.visible_to(request.user)
            return redirect(get_object_or_404(seen, pk=pk) if number is None else _version(request.user, pk, number))
        return view(request, pk=pk, **({} if number is None else {"number": number}), **more)

    return press_or_read


@login_required
@pressed
def send_to_chair(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = _version(request.user, pk, number)
    return _press(
        request,
        version.get_absolute_url(),
        f"Version {number} is with the chair, who has been sent an e-mail.",
        lambda at: decisions.send_to_chair(version=version, by=request.user, at=at),
    )


@login_required
@pressed
def prepare(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = _version(request.user, pk, number)
    return _press(
        request,
        version.get_absolute_url(),
        f"The final PDF of version {number} is being laid out. Publish it when you have looked at it.",
        lambda at: decisions.prepare(version=version, by=request.user, at=at),
    )


@login_required
@pressed
def publish(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = _version(request.user, pk, number)
    return _press(
        request,
        version.get_absolute_url(),
        f"Version {number} is published.",
        lambda at: decisions.publish(version=version, by=request.user, at=at),
    )


@login_required
@pressed
def lay_out_again(request: SignedIn, pk: int, number: int, stage: str) -> HttpResponse:
    version = _version(request.user, pk, number)
    rendition = get_object_or_404(version.renditions.partners(), stage=stage)
    return _press(
        request,
        version.get_absolute_url(),
        f"The {rendition.get_stage_display().lower()} PDF is waiting to be laid out again.",
        lambda at: renditions.try_again(rendition=rendition, by=request.user, at=at),
    )


@login_required
@pressed
def try_again(request: SignedIn, pk: int) -> HttpResponse:
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    return _press(
        request,
        reverse("reports:schedule"),
        f"{report} will be made at the next run, within a few minutes.",
        lambda at: building.try_again(report=report, by=request.user, at=at),
    )


@login_required
@pressed
def approve(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = _version(request.user, pk, number)
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


@login_required
@pressed
def return_to_coordinator(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = _version(request.user, pk, number)
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
        raise PermissionDenied(permissions.refusal_to_decide(request.user))
    version.refresh_from_db()
    if version.state != State.WITH_CHAIR:
        messages.error(
            request, f"Version {version.number} is not with the chair (any more): there is nothing to decide."
        )
        return redirect(version)
    return _version_page(request, version, **forms)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record_decision(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = _version(request.user, pk, number)
    if not request.user.has_perm("reports.record_decision", version):
        raise PermissionDenied("Only the coordinator records a decision taken at a meeting.")
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
    return render(request, "reports/record_decision.html", {"version": version, "form": form})


@login_required
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
            messages.success(request, f"Version {version.number} is made; its PDF is being laid out.")
            return redirect(version)
    return render(request, "reports/new_version.html", {"report": report, "newest": newest, "form": form})


def _press(request: SignedIn, back: str, done: str, verb: Callable[[dt.datetime], object]) -> HttpResponse:
    """Run a verb that asks nothing more, and say what came of it on the page the button stood on."""
    try:
        verb(timezone.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        _wake()
        messages.success(request, done)
    return redirect(back)


def _wake() -> None:
    """Nudge those who lay out and send; what they find is in the rows, so a lost nudge only waits for the next tick."""
    delivery.wake_render()
    outbox.wake_drain()


# --- The schedule -----------------------------------------------------------------------------------------------------


@login_required
@require_safe
def show_schedule(request: SignedIn) -> HttpResponse:
    if not request.user.has_perm("reports.see_schedule"):
        raise Http404
    today = timezone.localdate()
    plans = list(Plan.objects.all())
    plan = next((one for one in plans if str(one.pk) == request.GET.get("plan")), Plan.objects.current(today))
    return render(
        request,
        "reports/schedule.html",
        {
            "plan": plan,
            "plans": plans,
            "lines": sorted(schedule.lines(plan, today), key=_newest_first) if plan else [],
            "may_act": request.user.is_coordinator,
            "faults": PlanFault.objects.select_related("plan"),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mark_not_produced(request: SignedIn, plan_pk: int, kind: str, code: str) -> HttpResponse:
    if not request.user.has_perm("reports.see_schedule"):
        raise Http404
    if not request.user.has_perm("reports.mark_not_produced"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_LEAVES_OUT)
    plan = get_object_or_404(Plan, pk=plan_pk)
    try:
        owed = building.find_owed(plan, kind, Period.parse(KINDS[kind], code))
    except (ValueError, ValidationError) as error:
        raise Http404 from error
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
