"""What the schedule says of every report of a plan: due, last run, next run, why not. Read by the page and the command."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from priorities.models import UpdateRound
from priorities.periods import british
from reports.models import NotProducedTakenBack, Rendition, Report, ReportVersion
from reports.services.building import MOST_ATTEMPTS, owed_by
from reports.timetable import dates_of

if TYPE_CHECKING:
    from priorities.models import Plan
    from priorities.periods import Period

NEXT_TICK = "within minutes"
NO_RUN = "–"


@dataclass(frozen=True)
class Line:
    """One report of the plan. `what` is the state in words, `why` why it is not there or not further; both may be shown as they are.

    `taken_back`: each time that it was said not to be produced, and was to be after all, in a sentence; the oldest first.
    """

    kind: str
    title: str
    period: Period
    due_on: dt.date
    report: Report | None
    version: ReportVersion | None
    failed: Rendition | None
    what: str
    last_run: dt.datetime | None
    next_run: str
    why: str
    is_due: bool
    over: bool
    taken_back: tuple[str, ...] = ()

    @property
    def can_run_now(self) -> bool:
        """It is due and not there, and need not wait for the clock; or making it has failed."""
        return self.is_due and self.version is None and not (self.report and self.report.not_produced)

    @property
    def can_be_left_out(self) -> bool:
        """It may be marked "not produced": the period is over, and nobody was shown a version."""
        shown = self.version is not None and self.version.state != ReportVersion.State.DRAFT
        return self.over and not shown and not (self.report and self.report.not_produced)


def lines(plan: Plan, today: dt.date) -> list[Line]:
    """Every report the plan calls for, oldest first. Five queries, whatever their number."""
    taken_back = Prefetch("taken_back", NotProducedTakenBack.objects.select_related("was_by", "by"))
    known = Report.objects.filter(plan=plan).select_related("plan", "not_produced_by").prefetch_related(taken_back)
    reports = {(report.kind, report.period_start): report for report in known}
    versions = (
        ReportVersion.objects.filter(report__plan=plan)
        .select_related("fact_check")
        .defer("snapshot")
        .prefetch_related(Prefetch("renditions", Rendition.objects.partners().defer("html")))
        .order_by("number")
    )
    newest = {version.report_id: version for version in versions}
    found = []
    for one in owed_by(plan):
        report = reports.get((one.kind, one.period.start))
        version = newest.get(report.pk) if report else None
        if report and version:
            version.report = report
        what, last_run, next_run, why, failed = _told(report, version, one.due_on, today)
        found.append(
            Line(
                kind=one.kind,
                title=Report.Kind(one.kind).label,
                period=one.period,
                due_on=one.due_on,
                report=report,
                version=version,
                failed=failed,
                what=what,
                last_run=last_run,
                next_run=next_run,
                why=why,
                is_due=one.due_on <= today,
                over=one.period.end < today,
                taken_back=tuple(one.in_words for one in report.taken_back.all()) if report else (),
            )
        )
    return found


def line_of(report: Report, today: dt.date) -> Line:
    """What the schedule says of one report; one whose period is not the plan's (any more) is never due."""
    plan = report.plan
    for line in lines(plan, today):
        if line.report == report:
            return line
    dates = dates_of(report.period, plan.weeks, UpdateRound.objects.promised(plan))
    why = f"The plan runs from {british(plan.starts_on)} to {british(plan.ends_on)}: it calls for no report on this period."
    return Line(
        kind=report.kind,
        title=report.get_kind_display(),
        period=report.period,
        due_on=dates.draft_on,
        report=report,
        version=None,
        failed=None,
        what="Not produced" if report.not_produced else "Not due",
        last_run=None,
        next_run=NO_RUN,
        why=report.why_not_produced or why,
        is_due=False,
        over=report.period.end < today,
    )


def _told(
    report: Report | None, version: ReportVersion | None, due_on: dt.date, today: dt.date
) -> tuple[str, dt.datetime | None, str, str, Rendition | None]:
    """State in words, last run, next run, why not, and the rendition that failed."""
    if report is not None and report.not_produced:
        return "Not produced", None, NO_RUN, report.why_not_produced, None
    if version is not None:
        return _told_of_version(version)
    if report is not None and report.build_error:
        stopped = report.build_attempts >= MOST_ATTEMPTS
        next_run = "when somebody presses “make it now”" if stopped else NEXT_TICK
        why = f"Attempt {report.build_attempts} of {MOST_ATTEMPTS} failed: {report.build_error}"
        return "Failed", report.build_failed_at, next_run, why, None
    if report is not None and report.build_attempts:
        why = f"Attempt {report.build_attempts} of {MOST_ATTEMPTS} was begun and has not come to an end."
        return "Being made", None, NEXT_TICK, why, None
    if due_on > today:
        return "Not due yet", None, f"on {british(due_on)}", "", None
    return "Due", None, NEXT_TICK, "Nothing has run since it fell due.", None


def _told_of_version(version: ReportVersion) -> tuple[str, dt.datetime | None, str, str, Rendition | None]:
    what = f"Version {version.number}: {version.standing[:1].lower()}{version.standing[1:]}"
    files = sorted(version.renditions.all(), key=lambda rendition: rendition.pk)
    last_run = max([version.made_at, *(file.finished_at for file in files if file.finished_at)])
    for file in files:
        stage = file.get_stage_display().lower()
        if file.state == Rendition.State.FAILED:
            why = f"The {stage} PDF could not be laid out: {file.last_error}"
            return what, last_run, "when somebody presses “try again”", why, file
        if file.state == Rendition.State.RENDERING:
            return what, last_run, "under way", f"The {stage} PDF is being laid out.", None
        if file.state == Rendition.State.QUEUED:
            why = f"The {stage} PDF is waiting to be laid out."
            if file.last_error:
                why += f" Attempt {file.attempts} failed: {file.last_error}"
            return what, last_run, NEXT_TICK, why, None
    check = getattr(version, "fact_check", None)
    if version.state == ReportVersion.State.FACT_CHECK and check is not None and check.closed_at is None:
        why = f"Partners say until the end of {british(check.answers_due_on)} whether it is right."
        return what, last_run, f"after {british(check.answers_due_on)}, to close the fact check", why, None
    settled = version.state in (ReportVersion.State.PUBLISHED, ReportVersion.State.REPLACED)
    return what, version.made_at if settled else last_run, NO_RUN, "", None
