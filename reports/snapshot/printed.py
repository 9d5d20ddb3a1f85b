"""What the plan itself printed, character for character, and the queries on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from performance.models import ComparatorGroup, Finding, PrintedFigure
from reports.document import AreaName, Outside, PrintedRow, PrintedTable, Query
from reports.snapshot.issues import OUTSIDE

if TYPE_CHECKING:
    from priorities.models import Plan


def queries(plan: Plan) -> tuple[Query, ...]:
    """Doubts about figures the plan prints in its text; those of its table stand beside the table's rows."""
    rows = PrintedFigure.objects.filter(plan=plan, table="").exclude(query="").order_by("position")
    return tuple(Query(row.label, row.printed, row.query, row.source) for row in rows)


def table(plan: Plan) -> PrintedTable | None:
    """The plan's table of rates against similar areas; None when the plan has none."""
    rows = list(
        PrintedFigure.objects.filter(plan=plan).exclude(table="").select_related("priority").order_by("position")
    )
    group = ComparatorGroup.objects.filter(plan=plan).order_by("pk").prefetch_related("members").first()
    if not rows:
        return None
    name = rows[0].table
    return PrintedTable(
        name=name,
        period=rows[0].period,
        source=rows[0].source,
        rows=tuple(
            PrintedRow(
                heading=row.heading,
                label=row.label,
                printed=row.printed,
                average=row.printed_average,
                position=row.printed_position,
                comparison=row.printed_comparison,
                number="" if row.value is None else str(row.value),
                average_number="" if row.average is None else str(row.average),
                unit=row.unit,
                where=row.priority.name if row.priority else OUTSIDE,
                query=row.query,
            )
            for row in rows
            if row.table == name
        ),
        group=group.name if group else "",
        group_query=group.query if group else "",
        areas=tuple(AreaName(m.printed_name, m.usual_name, m.query) for m in group.members.all()) if group else (),
    )


def outside(plan: Plan) -> tuple[str, tuple[Outside, ...]]:
    """The assessment's findings under none of the priorities, and the assessment's title."""
    rows = list(
        Finding.objects.filter(assessment__plan=plan, priority__isnull=True)
        .select_related("assessment")
        .order_by("-assessment__covers_from", "position")
    )
    newest = [row for row in rows if row.assessment_id == rows[0].assessment_id]
    return (rows[0].assessment.title if rows else ""), tuple(Outside(row.text, row.evidence) for row in newest)
