"""Documents that never fall due and are made when the coordinator asks: the plan itself, and an action plan as at a day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from priorities.periods import AsAt, Period, PeriodKind, british
from reports import permissions
from reports.models import Report
from reports.services.building import build_version
from reports.snapshot.paper import end_of

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan
    from reports.models import ReportVersion


def make_action_plan(*, plan: Plan, as_at: dt.date, by: User, at: dt.datetime) -> tuple[ReportVersion, bool]:
    """The action plan as it stood at the end of a day, from what had been received by then; whether it was made just now.

    Asked again for the same day it is the newest version there is. Raises PermissionDenied; ValidationError keyed by
    `as_at` for a day to come or outside the plan.
    """
    if not by.has_perm("reports.make_on_request"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_MAKES_ON_REQUEST)
    if as_at > timezone.localdate(at):
        raise ValidationError({"as_at": ["Choose a day that is not in the future."]})
    if not plan.starts_on <= as_at <= plan.ends_on:
        days = f"{british(plan.starts_on)} to {british(plan.ends_on)}"
        raise ValidationError({"as_at": [f"Choose a day of the plan: it runs from {days}."]})
    period = AsAt.on(as_at)
    report, _ = Report.objects.get_or_create(
        plan=plan,
        kind=Report.Kind.ACTION_PLAN,
        as_at=as_at,
        defaults={"period_kind": period.kind.value, "period_start": period.start, "created_at": at},
    )
    return _first_or_newest(report, min(end_of(as_at), at), by, at)


def make_plan(*, plan: Plan, year: Period, by: User, at: dt.datetime) -> tuple[ReportVersion, bool]:
    """The plan as a document, as it stands in one of its financial years; whether it was made just now.

    Asked again for the same year it is the newest version there is. Raises PermissionDenied; ValidationError keyed by
    `year` for one that is not the plan's.
    """
    if not by.has_perm("reports.make_on_request"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_MAKES_ON_REQUEST)
    return _first_or_newest(plan_report(plan, year, at), at, by, at)


def make_first_plan(*, plan: Plan, year: Period, at: dt.datetime) -> ReportVersion:
    """The like for whoever has the server's command line. ValidationError as `make_plan`."""
    return _first_or_newest(plan_report(plan, year, at), at, None, at)[0]


def plan_report(plan: Plan, year: Period, at: dt.datetime) -> Report:
    if year not in plan.periods(PeriodKind.YEAR):
        days = f"{british(plan.starts_on)} to {british(plan.ends_on)}"
        raise ValidationError({"year": [f"Choose a year of the plan: it runs from {days}."]})
    report, _ = Report.objects.get_or_create(
        plan=plan,
        kind=Report.Kind.PLAN,
        period_kind=year.kind.value,
        period_start=year.start,
        as_at=None,
        defaults={"created_at": at},
    )
    return report


def _first_or_newest(
    report: Report, cut_off: dt.datetime, by: User | None, at: dt.datetime
) -> tuple[ReportVersion, bool]:
    newest = report.versions.defer("snapshot").order_by("-number").first()
    if newest is None:
        made = build_version(report=report, number=1, cut_off=cut_off, at=at, by=by)
        return (made, True) if made else (report.versions.get(number=1), False)
    return newest, False
