"""Freezing the action plan, beside the least that reads the same rows and writes them as JSON; with 50, 1,000 and 10,000 actions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Action, ActionEvent, ProgressUpdate, SubGroupReturn
from bench.measuring import Sheet, beside
from bench.rows import the_plan
from performance.models import EmergingIssue, Indicator, Measurement, PrintedFigure
from priorities.models import AnnualFocus, Meeting, PoliceAndCrimePriority, Priority, SubGroup, UpdateRound
from reports import snapshot
from reports.document import to_json
from reports.models import MatterArising, Report, ReportVersion, SectionText
from reports.snapshot.paper import usual_cut_off

SIZES = (50, 1_000, 10_000)
LIMIT = 2.0

_queries: dict[int, int] = {}


def report() -> Report:
    plan = the_plan()
    found, _ = Report.objects.get_or_create(
        plan=plan,
        kind=Report.Kind.SIX_MONTHLY,
        period_kind="half_year",
        period_start=dt.date(2026, 4, 1),
        defaults={"created_at": timezone.now()},
    )
    return found


def ours() -> str:
    about = report()
    cut_off = usual_cut_off(about.plan, about.period)
    return to_json(snapshot.take(report=about, number=1, cut_off=cut_off, made_at=timezone.now()))


def bare() -> str:
    """The rows of the same tables, each table read plainly and each row told as its columns; nothing is judged."""
    actions = (
        Action.objects.filter(plan=the_plan())
        .select_related("priority", "sub_group", "lead_partner", "owner")
        .prefetch_related(
            Prefetch("updates", ProgressUpdate.objects.select_related("by__partner", "on_behalf_of").order_by("pk")),
            Prefetch("events", ActionEvent.objects.order_by("pk")),
            "milestones",
            "supporting",
        )
        .order_by("priority__position", "ref")
    )
    told = [
        {
            **_columns(action),
            "priority": action.priority.name,
            "sub_group": action.sub_group.name,
            "lead": action.lead_partner.name,
            "updates": [_columns(update) for update in action.updates.all()],
            "events": [_columns(event) for event in action.events.all()],
            "milestones": [_columns(milestone) for milestone in action.milestones.all()],
            "supporting": [partner.name for partner in action.supporting.all()],
        }
        for action in actions
    ]
    others = {name: [_columns(row) for row in rows] for name, rows in _others()}
    return json.dumps({"actions": told, **others}, default=str)


def _others() -> Iterator[tuple[str, QuerySet[Any]]]:
    """What else the report is made of, however many actions the plan has."""
    plan = the_plan()
    yield "rounds", UpdateRound.objects.filter(plan=plan)
    yield "priorities", Priority.objects.filter(plan=plan)
    yield "focus", AnnualFocus.objects.filter(priority__plan=plan).select_related("priority")
    yield "sub_groups", SubGroup.objects.filter(plan=plan).prefetch_related("priorities")
    yield "meetings", Meeting.objects.filter(plan=plan).select_related("sub_group")
    yield "regard", PoliceAndCrimePriority.objects.all()
    yield "returns", SubGroupReturn.objects.filter(sub_group__plan=plan).select_related("sub_group")
    yield "indicators", Indicator.objects.for_plan(plan).prefetch_related("priorities")
    yield "measures", Action.indicators.through.objects.filter(action__plan=plan).select_related("indicator")
    yield "measurements", Measurement.objects.filter(indicator__in=Indicator.objects.for_plan(plan))
    yield "printed", PrintedFigure.objects.filter(plan=plan)
    yield "issues", EmergingIssue.objects.filter(plan=plan).prefetch_related("events")
    yield "reports", Report.objects.filter(plan=plan)
    yield "versions", ReportVersion.objects.filter(report__plan=plan)
    yield "texts", SectionText.objects.filter(report__plan=plan)
    yield "matters", MatterArising.objects.filter(report__plan=plan)


def _columns(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def measure(sheet: Sheet, size: int) -> None:
    sheet.heading(f"Snapshot of the six-monthly report, {size:,} actions with ten updates each")
    sheet.ratio("Snapshot", beside(ours, bare, rounds=11 if size <= 1_000 else 3), LIMIT)
    with CaptureQueriesContext(connection) as queries:
        ours()
    _queries[size] = len(queries)
    sheet.number("  queries", len(queries), "")


def conclude(sheet: Sheet) -> None:
    sheet.heading("Snapshot: queries at every size")
    sheet.number("  most less fewest", max(_queries.values()) - min(_queries.values()), "", 0)
