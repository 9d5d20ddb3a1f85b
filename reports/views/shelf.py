"""The shelf: which reports there are, how each stands and whom it waits for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from priorities.doors import SignedIn
from priorities.models import UpdateRound
from priorities.periods import british
from priorities.working_days import on_or_after
from reports.models import Rendition, Report, ReportVersion
from reports.services import schedule
from reports.services.fact_check import is_wanted
from reports.services.holds import hold_in_force
from reports.timetable import dates_of

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan
    from priorities.timetable import Timetable
    from reports.models import FactCheck, HoldPeriod

    Promised = Mapping[dt.date, Timetable]

State = ReportVersion.State
Stage = Rendition.Stage

PAGE = 50


@dataclass(frozen=True)
class Shelved:
    """One report of the list: its newest version that this person sees, how it stands, and whom it waits for.

    `is_followed`: a later version was published, which readers cannot read yet.
    """

    report: Report
    version: ReportVersion | None
    pdf: Rendition | None
    standing: str
    waits_for: str
    is_followed: bool = False


@dataclass(frozen=True)
class Around:
    """What of a plan decides how its reports stand on a day: the dates it promised, and a hold on publishing."""

    plan: Plan
    promised: Promised
    today: dt.date

    @classmethod
    def of(cls, plan: Plan, today: dt.date) -> Around:
        return cls(plan, UpdateRound.objects.promised(plan), today)

    @cached_property
    def hold(self) -> HoldPeriod | None:
        """Asked for only by what could be published."""
        return hold_in_force(self.plan, self.today)


@login_required
@require_safe
def list_reports(request: SignedIn) -> HttpResponse:
    _only_those_with_a_role(request.user)
    versions = (
        ReportVersion.objects.readable_by(request.user)
        .select_related("fact_check")
        .defer("snapshot")
        .order_by("number")
        .prefetch_related(Prefetch("renditions", Rendition.objects.readable_by(request.user)))
    )
    reports = (
        Report.objects.visible_to(request.user)
        .select_related("plan")
        .prefetch_related(Prefetch("versions", versions, to_attr="seen"))
    )
    # Before the portal begins to make a report it may have texts, and nothing to show here; readers read what was released.
    told = request.user.sees_the_work
    begun = [one for one in reports if one.seen or (told and (one.not_produced or one.build_attempts))]  # type: ignore[attr-defined]
    # A period's end is worked out, so the database cannot order by it; a plan has no more than eighteen reports.
    page = Paginator(sorted(begun, key=newest_first), PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    around = {plan: Around.of(plan, today) for plan in {report.plan for report in page}}
    shelved = [_shelved(report, request.user, around[report.plan]) for report in page]
    return render(
        request,
        "reports/list.html",
        {
            "page": page,
            "makes": request.user.has_perm("reports.make_on_request"),
            "waiting": [one for one in shelved if one.waits_for and request.user.sees_the_work],
            "settled": [one for one in shelved if not (one.waits_for and request.user.sees_the_work)],
        },
    )


def newest_first(one: Report | schedule.Line) -> tuple[int, str]:
    return -one.period.end.toordinal(), one.kind


def _shelved(report: Report, user: User, around: Around) -> Shelved:
    seen: list[ReportVersion] = report.seen  # type: ignore[attr-defined]
    if not seen:
        standing = "Not produced" if report.not_produced else "Failed" if report.build_error else "Being made"
        return Shelved(report, None, None, standing, "" if report.not_produced else "The portal, to make it")
    version = seen[-1]
    version.report = report
    files = {file.stage: file for file in version.renditions.all()}
    done = [
        files[stage] for stage in stages_for(user) if stage in files and files[stage].state == files[stage].State.DONE
    ]
    is_followed = not user.sees_the_work and version.state == State.REPLACED
    standing = "Not produced" if report.not_produced else "Published" if is_followed else version.standing
    checks = (getattr(one, "fact_check", None) for one in reversed(seen))
    return Shelved(
        report,
        version,
        done[0] if done else None,
        standing,
        waits_for(version, files, around, next(filter(None, checks), None)),
        is_followed=is_followed,
    )


def waits_for(version: ReportVersion, files: Mapping[str, Rendition], around: Around, check: FactCheck | None) -> str:
    """With whom a version is, and for what; empty when nothing is waited for. `check` is the newest fact check so far."""
    report, today = version.report, around.today
    if version.state == State.WITH_CHAIR:
        sent_on = timezone.localdate(version.sent_at)
        by = dates_of(report.period, report.plan.weeks, around.promised).chair_on if report.falls_due else None
        if by is None or sent_on > by:
            # Nobody can decide before they are asked: the chair has a week from then.
            by = on_or_after(sent_on + dt.timedelta(weeks=1))
        return (
            f"The chair, to decide by {british(by)}"
            if today <= by
            else f"The chair, whose decision was due on {british(by)}"
        )
    if version.state == State.RETURNED:
        return "The coordinator, to make another version"
    if version.state == State.FACT_CHECK and check is not None:
        return _waits_for_check(check, today)
    if version.state not in (State.DRAFT, State.APPROVED):
        return ""
    prepared = Stage.FINAL in files or version.state == State.APPROVED
    file = files.get(Stage.FINAL if prepared else Stage.DRAFT)
    if file is None or file.state in (Rendition.State.QUEUED, Rendition.State.RENDERING):
        return f"The portal, which lays out the {'final' if prepared else 'draft'} PDF"
    if file.state == Rendition.State.FAILED:
        return f"The coordinator: the {'final' if prepared else 'draft'} PDF could not be laid out"
    if prepared:
        wait = f" when the hold is over, after {british(around.hold.ends_on)}" if around.hold else ""
        return f"The coordinator, to publish it{wait}"
    if report.kind == Report.Kind.ACTION_PLAN:
        return ""  # made for a meeting; that it may be published as well is for nobody to wait for
    if is_wanted(version, check):
        return "The coordinator, to open the fact check"
    return (
        "The coordinator, to send it to the chair"
        if report.needs_chair
        else "The coordinator, to prepare it for publishing"
    )


def _waits_for_check(check: FactCheck, today: dt.date) -> str:
    if check.closed_at is not None:
        return "The coordinator, to send it to the chair"
    if today <= check.answers_due_on:
        return f"The partners, to check it by {british(check.answers_due_on)}"
    return "The portal, to close the fact check"


def _only_those_with_a_role(user: User) -> None:
    if not (user.sees_the_work or user.is_reader):
        raise Http404


def stages_for(user: User) -> list[str]:
    """Stages of a file this person may open, the better first. Drafts are for those who do the work."""
    return [Stage.FINAL, Stage.DRAFT] if user.sees_the_work else [Stage.FINAL]


@login_required
@require_safe
def show_report(request: SignedIn, pk: int) -> HttpResponse:
    """On to the newest version this person can read, else sees; without one, what became of the report."""
    report = get_object_or_404(Report.objects.visible_to(request.user).select_related("plan"), pk=pk)
    seen = report.versions.visible_to(request.user).defer("snapshot").order_by("-number")
    newest = seen.readable_by(request.user).first() or seen.first()
    if newest is not None:
        return redirect(newest)
    line = schedule.line_of(report, timezone.localdate())
    return render(request, "reports/without_version.html", {"report": report, "line": line})
