"""What the plan itself printed, character for character, with the queries on it, and the newest table like it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q

from performance.models import (
    ComparatorGroup,
    Finding,
    PrintedFigure,
    SimilarAreasRow,
    SimilarAreasTable,
    StrategicAssessment,
)
from performance.places import OUTSIDE_WORDS, ByCrimeType, is_total
from reports.document import AreaName, Outside, PrintedRow, PrintedTable, Query, SimilarRow, SimilarTable
from reports.snapshot.paper import local_day

if TYPE_CHECKING:
    from priorities.models import Plan
    from priorities.periods import Period


def queries(plan: Plan) -> tuple[Query, ...]:
    """Doubts about figures the plan prints in its text; those of its table stand beside the table's rows."""
    rows = PrintedFigure.objects.printed_by(plan).filter(table="").exclude(query="").order_by("position")
    return tuple(Query(row.label, row.printed, row.query, row.source) for row in rows)


def table(plan: Plan) -> PrintedTable | None:
    """The plan's table of rates against similar areas; None when the plan has none."""
    rows = list(
        PrintedFigure.objects.printed_by(plan).exclude(table="").select_related("priority").order_by("position")
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
                where=row.priority.name if row.priority else OUTSIDE_WORDS,
                query=row.query,
                place=row.group_position,
                areas=row.group_size,
            )
            for row in rows
            if row.table == name
        ),
        group=group.name if group else "",
        group_query=group.query if group else "",
        areas=tuple(AreaName(m.printed_name, m.usual_name, m.query) for m in group.members.all()) if group else (),
    )


def outside(plan: Plan, cut_off: dt.datetime) -> tuple[str, tuple[Outside, ...]]:
    """The findings under none of the priorities of the newest assessment adopted by the cut-off, and its title."""
    adopted = Q(assessment__adopted_on__isnull=True) | Q(assessment__adopted_on__lte=local_day(cut_off))
    rows = list(
        Finding.objects.filter(
            adopted,
            assessment__plan=plan,
            assessment__state=StrategicAssessment.State.ADOPTED,
            priority__isnull=True,
        )
        .select_related("assessment")
        .order_by("-assessment__covers_from", "position")
    )
    newest = [row for row in rows if row.assessment_id == rows[0].assessment_id]
    return (rows[0].assessment.title if rows else ""), tuple(Outside(row.text, row.evidence) for row in newest)


def similar_table(plan: Plan, period: Period, cut_off: dt.datetime) -> SimilarTable | None:
    """The newest table of similar areas up to `period` that was known at the cut-off, each row beside what it was in the
    table before; None without one. Two queries."""
    tables = [
        table
        for table in SimilarAreasTable.objects.known_at(cut_off)
        .filter(plan=plan, period_start__lte=period.end)
        .select_related("data_source")
        .order_by("-period_start", "-pk")
        if table.period.end <= period.end
    ][:2]
    if not tables:
        return None
    newest, before = tables[0], tables[1] if len(tables) > 1 else None
    rows: dict[int, list[SimilarAreasRow]] = {table.pk: [] for table in tables}
    for row in (
        SimilarAreasRow.objects.filter(table__in=tables)
        .select_related("priority", "indicator")
        .order_by("position_in_table")
    ):
        rows[row.table_id].append(row)
    earlier = ByCrimeType({(row.heading, row.label): _rate(row, before) for row in rows[before.pk]} if before else {})
    return SimilarTable(
        label=newest.period.label,
        window=newest.window,
        unit=newest.unit,
        group_size=newest.group_size,
        source=newest.data_source.name if newest.data_source else "",
        # Of a source that is not known nobody can say that it may be published.
        publishable=newest.data_source is not None and newest.data_source.publishable,
        provisional=newest.provisional,
        as_at=newest.as_at,
        note=newest.note,
        before_label=before.period.label if before else "",
        rows=tuple(
            SimilarRow(
                heading=row.heading,
                label=row.label,
                printed=row.printed,
                average=row.printed_average,
                position=row.position,
                number=str(row.value),
                average_number=str(row.average),
                where=row.priority.name if row.priority else "" if is_total(row.label) else OUTSIDE_WORDS,
                outside=row.priority is None and not is_total(row.label),
                query=row.query,
                indicator=row.indicator.code if row.indicator else "",
                before=earlier.get(row.heading, row.label) or "",
            )
            for row in rows[newest.pk]
        ),
    )


def _rate(row: SimilarAreasRow, table: SimilarAreasTable) -> str:
    return row.printed + (f", {row.position} of {table.group_size}" if row.position else "")
