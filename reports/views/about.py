"""The report that somebody writes for: it may have no row yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from priorities.models import Plan
from priorities.periods import Period
from reports.models import Report, ReportVersion
from reports.services import building, texts
from reports.timetable import KINDS


@dataclass(frozen=True)
class About:
    """The report that texts are for: it may have no row yet. `newest` is its newest version, if there is one."""

    plan: Plan
    kind: str
    period: Period
    draft_on: dt.date
    report: Report | None
    newest: ReportVersion | None

    @property
    def title(self) -> str:
        return f"{Report.Kind(self.kind).label}, {self.period.label}"

    @property
    def texts_address(self) -> str:
        return reverse("reports:texts", args=[self.plan.pk, self.kind, self.period.code])

    @property
    def has_begun(self) -> bool:
        return self.period.start <= timezone.localdate()


def about_of(plan_pk: int, kind: str, code: str) -> About:
    """Raises Http404 for a report that the plan does not call for."""
    plan = get_object_or_404(Plan, pk=plan_pk)
    try:
        owed = building.find_owed(plan, kind, Period.parse(KINDS[kind], code))
    except (ValueError, ValidationError) as error:
        raise Http404 from error
    report = texts.report_about(plan, kind, owed.period)
    newest = report.versions.order_by("-number").first() if report else None
    return About(plan, kind, owed.period, owed.due_on, report, newest)
