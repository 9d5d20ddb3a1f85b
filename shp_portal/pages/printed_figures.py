"""The figures the plan prints, character for character, each beside what is doubtful about it. Nothing is corrected."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from charts.rate import Rate
from charts.ratio_dots import RatioDots
from performance.models import ComparatorGroup, PrintedFigure
from performance.places import IS_OUTSIDE, Place, is_total, last_and_outside
from priorities.models import Plan
from reports.rendering import area_of
from shp_portal.pages.navigation import frame_of, may_read_plan
from shp_portal.pages.similar_areas import pictures

if TYPE_CHECKING:
    from partners.models import User


@dataclass(frozen=True)
class Group:
    heading: str
    rows: list[PrintedFigure]


@dataclass(frozen=True)
class PrintedTable:
    """A table as printed. `outside` is the sentence on what is ranked last and fits no priority."""

    name: str
    anchor: str
    period: str
    source: str
    groups: list[Group]
    queries: int
    outside: str
    wide: RatioDots | None
    narrow: RatioDots | None


@dataclass(frozen=True)
class PrintedFiguresPage:
    plan: Plan
    area: str
    tables: list[PrintedTable]
    figures: list[PrintedFigure]
    queries: int
    group: ComparatorGroup | None


@require_safe
@login_required
def printed_figures(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    plan = frame_of(request).plan
    if plan is None or not may_read_plan(user):
        raise Http404
    return render(request, "portal/printed_figures.html", {"page": printed_figures_page(plan)})


def printed_figures_page(plan: Plan) -> PrintedFiguresPage:
    printed = list(PrintedFigure.objects.printed_by(plan).select_related("priority").order_by("position"))
    area = area_of(plan.partnership)
    tables = [
        printed_table(name, list(rows), area, number)
        for number, (name, rows) in enumerate(itertools.groupby((row for row in printed if row.table), _name), start=1)
    ]
    return PrintedFiguresPage(
        plan=plan,
        area=area,
        tables=tables,
        figures=[row for row in printed if not row.table],
        queries=sum(bool(row.query) for row in printed),
        group=ComparatorGroup.objects.filter(plan=plan).prefetch_related("members").order_by("pk").first(),
    )


def _name(row: PrintedFigure) -> str:
    return row.table


def printed_table(name: str, rows: list[PrintedFigure], area: str, number: int) -> PrintedTable:
    """The rows of one table, with its picture; `number` tells tables of one page apart."""
    wide, narrow = pictures(
        [
            _rate(row, value=row.value, average=row.average)
            for row in rows
            if row.value is not None and row.average is not None
        ],
        id_prefix=f"printed-{number}",
        area=area,
        unit="as printed",
    )
    return PrintedTable(
        name=name,
        anchor=f"printed-table-{number}",
        period=rows[0].period,
        source=rows[0].source,
        groups=[Group(heading, list(run)) for heading, run in itertools.groupby(rows, lambda row: row.heading)],
        queries=sum(bool(row.query) for row in rows),
        outside=last_and_outside(
            Place(row.label, row.group_position, row.group_size, row.priority is None, is_total(row.label))
            for row in rows
        ),
        wide=wide,
        narrow=narrow,
    )


def _rate(row: PrintedFigure, *, value: Decimal, average: Decimal) -> Rate:
    return Rate(
        name=row.label,
        rate=value,
        average=average,
        rate_text=row.printed,
        average_text=row.printed_average,
        query=row.query,
        group=row.heading,
        position=row.group_position,
        areas=row.group_size,
        mark=IS_OUTSIDE if row.priority is None and not is_total(row.label) else "",
    )
