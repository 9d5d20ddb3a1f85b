"""Our rates beside those of the areas most like us: a quarter's table as a picture and in figures, and what changed in it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from charts.frame import NARROW, WIDE
from charts.numbers import number, signed
from charts.rate import Rate
from charts.ratio_dots import RatioDots, ratio_dots
from performance.comparison import figure_text
from performance.models import Comparator, ComparatorGroup, Indicator, SimilarAreasRow, SimilarAreasTable
from performance.places import IS_OUTSIDE, ByCrimeType, Place, is_total, last_and_outside
from priorities.doors import SignedIn, for_those_at_work
from priorities.models import Plan
from priorities.periods import Period
from reports.rendering import area_of
from shp_portal.pages.navigation import frame_of

if TYPE_CHECKING:
    from partners.models import User

MOST_TABLES = 40
#: Of a row's number in an address; longer ones are no row's.
MOST_DIGITS = 10
#: Older averages say nothing of today.
AVERAGES_BACK = dt.timedelta(days=3 * 366)


def pictures(
    rates: Sequence[Rate], *, id_prefix: str, area: str, unit: str
) -> tuple[RatioDots | None, RatioDots | None]:
    """Rates as multiples of the similar areas' average, for wide and for narrow screens."""
    if not rates:
        return None, None
    wide, narrow = (
        ratio_dots(rates, id_prefix=f"{id_prefix}-{name}", area=area, unit=unit, width=width)
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    )
    return wide, narrow


@dataclass(frozen=True)
class Line:
    """A row of the table, with what it was in the table before: `moved` in places, "" where there is nothing to say."""

    row: SimilarAreasRow
    times: str
    place: str
    before: str
    moved: str
    last: bool
    total: bool


@dataclass(frozen=True)
class Group:
    heading: str
    lines: list[Line]


@dataclass(frozen=True)
class Average:
    """What similar areas did beside one of our indicators. `old`: what it was said to be before, newest first."""

    row: Comparator
    text: str
    old: list[tuple[str, Comparator]]
    may_correct: bool


@dataclass(frozen=True)
class SimilarAreasPage:
    plan: Plan
    table: SimilarAreasTable
    previous: SimilarAreasTable | None
    others: list[SimilarAreasTable]
    sentence: str
    outside: str
    groups: list[Group]
    outside_lines: list[Line]
    wide: RatioDots | None
    narrow: RatioDots | None
    group: ComparatorGroup | None
    corrected: list[SimilarAreasTable]
    replaced_by: SimilarAreasTable | None
    area: str


@for_those_at_work
@require_safe
def similar_areas(request: SignedIn) -> HttpResponse:
    plan = frame_of(request).plan
    if plan is None:
        raise Http404
    tables = list(SimilarAreasTable.objects.standing().filter(plan=plan).select_related("data_source")[:MOST_TABLES])
    if not tables:
        averages = averages_until(plan, timezone.localdate(), request.user)
        return render(request, "portal/similar_areas.html", {"page": None, "averages": averages})
    code, old = request.GET.get("quarter", ""), request.GET.get("table", "")
    table = next((one for one in tables if one.period.code == code), tables[0])
    if old.isdecimal():
        # One that was replaced stays to be looked at, by its own address.
        kept = SimilarAreasTable.objects.filter(plan=plan).select_related("data_source")
        table = get_object_or_404(kept, pk=int(old)) if len(old) < MOST_DIGITS else tables[0]
    told = {
        "may_place": request.user.has_perm("performance.upload_tables"),
        "page": similar_areas_page(plan, table, tables),
        "averages": averages_until(plan, table.period.end, request.user),
    }
    return render(request, "portal/similar_areas.html", told)


def averages_until(plan: Plan, last_day: dt.date, by: User) -> list[Average]:
    """The newest average of similar areas that each indicator has for a period up to `last_day`."""
    rows = Comparator.objects.filter(
        indicator__in=Indicator.objects.for_plan(plan),
        kind=Comparator.Kind.SIMILAR_AREAS,
        period_start__range=(last_day - AVERAGES_BACK, last_day),
    ).select_related("indicator__data_owner", "data_source")
    made: dict[int, dict[Period, list[Comparator]]] = {}
    for row in rows.order_by("indicator__position", "indicator__code", "pk"):
        if row.period.end <= last_day:
            made.setdefault(row.indicator_id, {}).setdefault(row.period, []).append(row)
    return [_average(periods[max(periods)], by) for periods in made.values()]


def _average(steps: Sequence[Comparator], by: User) -> Average:
    """Of the rows of one indicator and period, oldest first: each one after the first corrects the one before."""
    *before, row = steps
    measure = row.indicator.kept.measure
    old = [(figure_text(one.average, measure), after) for one, after in zip(before, steps[1:], strict=True)]
    may = by.has_perm("performance.record_measurement", row.indicator)
    return Average(row, figure_text(row.average, measure), old[::-1], may)


def similar_areas_page(plan: Plan, table: SimilarAreasTable, tables: Sequence[SimilarAreasTable]) -> SimilarAreasPage:
    """`tables` are the plan's in force, newest first; what changed is told against the one before `table`."""
    earlier = [one for one in tables if one.period < table.period]
    previous = earlier[0] if earlier else None
    wanted = [table.pk] + ([previous.pk] if previous else [])
    rows: dict[int, list[SimilarAreasRow]] = {pk: [] for pk in wanted}
    for row in SimilarAreasRow.objects.filter(table__in=wanted).select_related("priority", "indicator"):
        rows[row.table_id].append(row)
    before = ByCrimeType({(row.heading, row.label): row for row in rows[previous.pk]} if previous else {})
    lines = [_line(row, table, before.get(row.heading, row.label), previous) for row in rows[table.pk]]
    places = [
        Place(line.row.label, line.row.position, table.group_size, line.row.priority is None, line.total)
        for line in lines
    ]
    area = area_of(plan.partnership)
    wide, narrow = pictures([_rate(line.row, table) for line in lines], id_prefix="similar", area=area, unit=table.unit)
    return SimilarAreasPage(
        plan=plan,
        table=table,
        previous=previous,
        others=[one for one in tables if one.pk != table.pk],
        sentence=_sentence(lines, places, area),
        outside=last_and_outside(places),
        groups=[Group(heading, list(run)) for heading, run in itertools.groupby(lines, lambda line: line.row.heading)],
        outside_lines=[line for line in lines if line.row.priority is None and not line.total],
        wide=wide,
        narrow=narrow,
        group=ComparatorGroup.objects.filter(plan=plan).prefetch_related("members").order_by("pk").first(),
        corrected=_corrected(table),
        replaced_by=SimilarAreasTable.objects.filter(replaces=table).first(),
        area=area,
    )


def _line(
    row: SimilarAreasRow, table: SimilarAreasTable, before: SimilarAreasRow | None, previous: SimilarAreasTable | None
) -> Line:
    times = _times(row)
    moved = ""
    if before is not None and before.position is not None and row.position is not None:
        change = row.position - before.position
        # Position 1 is the lowest rate, so a higher number is a higher rate than others'.
        way = "nearer the highest" if change > 0 else "nearer the lowest"
        moved = f"{signed(change)}, {way}" if change else "unchanged"
    return Line(
        row=row,
        times="–" if times is None else f"{number(times, 2)}×",
        place=f"{row.position} of {table.group_size}" if row.position else "–",
        before=_then(before, previous),
        moved=moved,
        last=row.position == table.group_size,
        total=is_total(row.label),
    )


def _then(before: SimilarAreasRow | None, previous: SimilarAreasTable | None) -> str:
    if before is None or previous is None:
        return "–"
    return before.printed + (f", {before.position} of {previous.group_size}" if before.position else "")


def _times(row: SimilarAreasRow) -> Decimal | None:
    return row.value / row.average if row.average else None


def _rate(row: SimilarAreasRow, table: SimilarAreasTable) -> Rate:
    return Rate(
        name=row.label,
        rate=row.value,
        average=row.average,
        rate_text=row.printed,
        average_text=row.printed_average,
        query=row.query,
        group=row.heading,
        position=row.position,
        areas=table.group_size,
        mark=IS_OUTSIDE if row.priority is None and not is_total(row.label) else "",
    )


def _sentence(lines: Sequence[Line], places: Sequence[Place], area: str) -> str:
    above = sum(line.row.value > line.row.average for line in lines)
    last = sum(place.is_last for place in places)
    worst = f", and has the highest rate of all on {last}" if last else ""
    return f"{area} is above the similar areas’ average on {above} of {len(lines)} rows{worst}."


def _corrected(table: SimilarAreasTable) -> list[SimilarAreasTable]:
    """The tables of the quarter that this one replaces, newest first; each correction's note says why."""
    made = {
        one.pk: one
        for one in SimilarAreasTable.objects.filter(
            plan=table.plan_id, period_kind=table.period_kind, period_start=table.period_start
        )
    }
    found, step = [], made.get(table.pk)
    while step is not None and step.replaces_id is not None:
        step = made.get(step.replaces_id)
        if step is not None:
            found.append(step)
    return found
