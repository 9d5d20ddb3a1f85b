"""Figures as they were known at the cut-off, each with what it is compared with and the judgement in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from charts.series import MOST_POINTS
from performance.comparison import Better, Measure, against_average, difference, direction, measure_of
from performance.models import Commentary, Comparator, Indicator, Measurement
from priorities.models import Priority
from priorities.periods import Period, PeriodKind, british
from reports.document import Figure, SimilarAreas, TrendPoint, Value
from reports.snapshot.paper import last_ended, local_day

if TYPE_CHECKING:
    from priorities.models import Plan

AGAINST = {
    PeriodKind.QUARTER: ("the same quarter last year", "the previous quarter"),
    PeriodKind.HALF_YEAR: ("the same half-year last year", "the previous half-year"),
    PeriodKind.YEAR: ("the year before", "the year before"),
}

NOT_BEFORE_YEARS = 5
"""How far back figures are read: five years of quarters fit on a trend, and yearly figures get five points."""


@dataclass(frozen=True)
class Known:
    """Everything read about one indicator, by period."""

    measured: dict[Period, Measurement]
    similar: dict[Period, Comparator]
    commented: dict[Period, Commentary]


def figures(plan: Plan, quarter: Period, cut_off: dt.datetime) -> tuple[Figure, ...]:
    """Every indicator in use in `quarter`, in its order. Five queries, however many figures."""
    own = Priority.objects.filter(plan=plan).order_by("position")
    rows = list(
        Indicator.objects.filter(
            Q(all_priorities=True) | Q(priorities__plan=plan) | Q(priorities__isnull=True),
            Q(active_from__isnull=True) | Q(active_from__lte=quarter.end),
            Q(active_to__isnull=True) | Q(active_to__gte=quarter.start),
        )
        .select_related("data_owner")
        .prefetch_related(Prefetch("priorities", own))
        .order_by("position", "code")
        .distinct()
    )
    known = _read([row.pk for row in rows], quarter, cut_off)
    return tuple(_figure(row, known[row.pk], quarter, cut_off) for row in rows)


def _read(pks: Iterable[int], quarter: Period, cut_off: dt.datetime) -> dict[int, Known]:
    pks = list(pks)
    oldest = quarter.start.replace(year=quarter.start.year - NOT_BEFORE_YEARS)
    span = {"indicator__in": pks, "period_start__gte": oldest, "period_start__lte": quarter.end}
    known = {pk: Known({}, {}, {}) for pk in pks}
    for measurement in Measurement.objects.known_at(cut_off).filter(**span).order_by("pk"):
        known[measurement.indicator_id].measured[measurement.period] = measurement
    similar = Comparator.objects.known_at(cut_off).filter(kind=Comparator.Kind.SIMILAR_AREAS, **span)
    for comparator in similar:
        known[comparator.indicator_id].similar[comparator.period] = comparator
    # Oldest first, so that the newest commentary on a period is the one that stays.
    for commentary in Commentary.objects.filter(at__lte=cut_off, **span).select_related("by__partner").order_by("at"):
        known[commentary.indicator_id].commented[commentary.period] = commentary
    return known


def _figure(row: Indicator, known: Known, quarter: Period, cut_off: dt.datetime) -> Figure:
    kind = row.period_kind
    period = last_ended(kind, quarter.end)
    measure, better = measure_of(row.unit), Better(row.better)
    now = known.measured.get(period)
    year_before = known.measured.get(period.year_before())
    # Of yearly figures the period before is the year before; it is told once.
    previous = known.measured.get(period.previous()) if kind is not PeriodKind.YEAR else None
    earlier = [p for p in known.measured if p.kind == kind and p < period]
    latest = known.measured[max(earlier)] if earlier and now is None else None
    against_year, against_previous = AGAINST[kind]
    judged = direction(_number(now), _number(year_before), better, measure, against_year)
    change = difference(now.value, year_before.value, measure) if now and year_before else None
    commentary = known.commented.get(period)
    available_on = period.end + dt.timedelta(weeks=row.lag_weeks)
    cut_off_on = local_day(cut_off)
    overdue = now is None and available_on <= cut_off_on
    return Figure(
        code=row.code,
        name=row.name,
        unit=row.unit,
        definition=row.definition,
        source=row.source,
        wanted=str(Indicator.Better(row.better).label),
        frequency=str(Indicator.Frequency(row.frequency).label),
        owner=row.data_owner.name,
        priorities=tuple(priority.code for priority in row.priorities.all()),
        all_priorities=row.all_priorities,
        baseline=row.baseline_printed,
        baseline_unit=row.baseline_unit,
        baseline_period=row.baseline_period,
        note=row.note,
        period_label=period.label,
        now=_value(now),
        year_before=_value(year_before),
        previous=_value(previous),
        latest=_value(latest),
        difference=change.number_text if change else "",
        percent=change.percent_text if change and measure is not Measure.PERCENTAGE else "",
        percent_note=change.reason if change and change.percent is None else "",
        word=judged.word,
        symbol=judged.symbol,
        sentence=judged.sentence,
        against_previous=(
            direction(_number(now), _number(previous), better, measure, against_previous).sentence
            if now and previous
            else ""
        ),
        similar=_similar(known, period, row.unit),
        trend=_trend(known, period),
        commentary=commentary.text if commentary else "",
        commentary_by=commentary.by.partner.name if commentary and commentary.by.partner else "",
        commentary_wanted_from="" if commentary or now is None else row.data_owner.name,
        missing=""
        if now
        else f"not yet available; {'was ' if overdue else ''}due from {row.data_owner.name} on {british(available_on)}",
        overdue=overdue,
    )


def _number(measurement: Measurement | None) -> Decimal | None:
    return measurement.value if measurement else None


def _value(measurement: Measurement | None) -> Value | None:
    if measurement is None:
        return None
    return Value(
        label=measurement.period.label,
        printed=measurement.printed,
        number=str(measurement.value.normalize() + 0),
        provisional=measurement.provisional,
        as_at=measurement.as_at,
        note=measurement.note,
        corrected=measurement.replaces_id is not None,
    )


def _similar(known: Known, period: Period, unit: str) -> SimilarAreas | None:
    """The newest comparison there is up to the period; judged only against our own figure of the same period."""
    periods = [p for p in known.similar if p.kind == period.kind and p <= period]
    if not periods:
        return None
    newest = max(periods)
    comparator, ours = known.similar[newest], known.measured.get(newest)
    return SimilarAreas(
        label=newest.label,
        average=f"{comparator.average.normalize() + 0:,f}",
        basis=comparator.basis,
        position=comparator.position,
        group_size=comparator.group_size,
        sentence=against_average(ours.value, comparator.average).sentence if ours else "",
    )


def _trend(known: Known, period: Period) -> tuple[TrendPoint, ...]:
    mine = [p for p in known.measured if p.kind == period.kind and p <= period]
    if not mine:
        return ()
    span = [period]
    while len(span) < MOST_POINTS and span[0] > min(mine):
        span.insert(0, span[0].previous())
    return tuple(_point(p, known.measured.get(p)) for p in span)


def _point(period: Period, measurement: Measurement | None) -> TrendPoint:
    tick, group = period.label, ""
    if period.kind is PeriodKind.QUARTER:
        tick, _, group = period.label.partition(" ")
    elif period.kind is PeriodKind.HALF_YEAR:
        tick, group = ("Apr–Sep" if period.start.month == 4 else "Oct–Mar"), period.financial_year
    return TrendPoint(
        tick=tick,
        group=group,
        number=str(measurement.value.normalize() + 0) if measurement else "",
        printed=measurement.printed if measurement else "",
        provisional=bool(measurement and measurement.provisional),
    )


def data_notes(found: Iterable[Figure]) -> tuple[str, ...]:
    """What a reader must know of the figures: what not to pass on, provisional and corrected ones, and their notes."""
    found = list(found)
    notes = _not_for_passing_on(found)
    provisional = [f.name for f in found if f.now and f.now.provisional]
    if provisional:
        notes.append(f"Provisional, and may be revised: {'; '.join(provisional)}.")
    for figure in found:
        for value in (figure.now, figure.year_before, figure.previous):
            if value and value.corrected:
                notes.append(f"{figure.name}, {value.label}: corrected to {value.printed}. {value.note}")
        if figure.note:
            notes.append(f"{figure.name}: {figure.note}")
    return tuple(dict.fromkeys(notes))


def _not_for_passing_on(found: list[Figure]) -> list[str]:
    """This report shows figures in full; which of them a reader may not hand on is the indicator's to say."""
    rows = Indicator.objects.filter(code__in=[figure.code for figure in found]).order_by("position", "code")
    small, kept = [], []
    for row in rows.only("name", "small_numbers", "publishable"):
        if not row.publishable:
            kept.append(row.name)
        elif row.small_numbers:
            small.append(row.name)
    notes = []
    if small:
        notes.append(f"Partners' copy: small numbers are shown and are not for passing on: {'; '.join(small)}.")
    if kept:
        notes.append(
            f"Partners' copy: these figures are not for publication and not for passing on: {'; '.join(kept)}."
        )
    return notes
