"""Freezing the action plan, beside the least that reads the same rows and writes them as JSON; with 50, 1,000 and 10,000 actions."""

from __future__ import annotations

import datetime as dt
import json

from django.db import connection
from django.db.models import Prefetch
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Action, ActionEvent, ProgressUpdate
from bench.measuring import Sheet, beside
from bench.rows import the_plan
from reports import snapshot
from reports.document import to_json
from reports.models import Report
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
    """The same rows of the same tables by the same number of queries, each row as its columns."""
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
    return json.dumps(told, default=str)


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
