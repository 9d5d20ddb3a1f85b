"""Figures as they were known at the cut-off, each judged by performance.standing and written down in plain values.

Beside what is printed stand all the figures that it rests on, with what decides who may see them: a public version is made
from the frozen text alone.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from charts.numbers import number
from performance.comparison import NO_COMPARISON, Against, Comparison, Measure, against_average
from performance.disclosure import Ratio, Total, Where
from performance.models import Indicator, Measurement, PrintedFigure, known_facts
from performance.standing import (
    BASELINE,
    IndicatorFacts,
    IndicatorStanding,
    KnownFigure,
    average_key,
    cells_of,
    judge_indicator,
    newest_average,
    range_rests_on,
    relations_of,
    rests_on,
)
from priorities.models import Priority
from priorities.periods import Period, PeriodKind, british
from reports.document import (
    Band,
    Compared,
    Correction,
    Figure,
    Known,
    Remark,
    SimilarAreas,
    Sum,
    TrendPoint,
    Value,
    notes_of,
    place_of,
)
from reports.snapshot.paper import end_of, local_day

if TYPE_CHECKING:
    from priorities.models import Plan


@dataclass(frozen=True)
class Figures:
    """What a report prints of indicators, the notes that belong to them, and everything known that this rests on."""

    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    known: tuple[Known, ...]
    sums: tuple[Sum, ...]


def read(plan: Plan, quarter: Period, cut_off: dt.datetime, since: dt.datetime | None) -> Figures:
    """Every indicator in use in `quarter`, in its order, as known at the cut-off; `since` is the last report's.

    The number of queries does not depend on how many indicators and figures there are.
    """
    own = Priority.objects.filter(plan=plan).order_by("position")
    rows = list(
        Indicator.objects.for_plan(plan)
        .select_related("data_owner", "data_source")
        .prefetch_related(Prefetch("priorities", own))
        .order_by("position", "code")
    )
    facts = known_facts(rows, at=cut_off)
    used = set(Indicator.objects.for_plan(plan).in_use(quarter).values_list("pk", flat=True))
    corrected = _corrected(rows, since or end_of(quarter.start - dt.timedelta(days=1)), cut_off)
    shown, day = [row for row in rows if row.pk in used], local_day(cut_off)
    by_plan = list(PrintedFigure.objects.printed_by(plan).exclude(table=""))
    figures = tuple(
        dataclasses.replace(
            _figure(row, judge_indicator(facts[row.pk], quarter, day), corrected.get(row.pk, ()), cut_off),
            quoted=_quoted(row.note, by_plan),
        )
        for row in shown
    )
    return Figures(
        figures=figures,
        notes=(*_not_for_passing_on(shown), *notes_of(figures)),
        # Of every indicator and period: who decides on fewer figures could give one of the others away.
        known=tuple(known for row in rows for known in _known(facts[row.pk])),
        sums=tuple(_sum(one) for one in relations_of(facts.values())),
    )


def _quoted(note: str, by_plan: Iterable[PrintedFigure]) -> tuple[str, ...]:
    """What a note says in the very words of the plan's table: a rate or an average, and with one of them the position.

    Whole numbers stand in other texts by chance, and quote nothing.
    """
    found: list[str] = []
    for row in by_plan if note else ():
        rates = [one for one in (row.printed, row.printed_average) if "." in one and _stands_in(one, note)]
        place = f"position {row.group_position} of {row.group_size}"
        found += [*rates, place] if rates and row.group_position and _stands_in(place, note) else rates
    return tuple(dict.fromkeys(found))


def _stands_in(words: str, text: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(words)}(?!\d|[.,]\d)", text) is not None


def _sum(one: Total | Ratio) -> Sum:
    if isinstance(one, Total):
        return Sum(one.whole, one.parts)
    return Sum(one.key, (one.numerator, one.denominator) if one.denominator else (one.numerator,), ratio=True)


def _corrected(
    rows: Iterable[Indicator], since: dt.datetime, cut_off: dt.datetime
) -> dict[int, tuple[Correction, ...]]:
    made = Measurement.objects.filter(
        indicator__in=[row.pk for row in rows],
        replaces__isnull=False,
        recorded_at__gt=since,
        recorded_at__lte=cut_off,
    )
    found: dict[int, list[Correction]] = defaultdict(list)
    for one in made.select_related("replaces").order_by("recorded_at", "pk"):
        if one.replaces is not None:
            found[one.indicator_id].append(
                Correction(
                    label=one.period.label,
                    was=one.replaces.printed,
                    now=one.printed,
                    because=one.note,
                    on=local_day(one.recorded_at),
                )
            )
    return {pk: tuple(corrections) for pk, corrections in found.items()}


def _figure(
    row: Indicator, standing: IndicatorStanding, corrections: tuple[Correction, ...], cut_off: dt.datetime
) -> Figure:
    facts, period = standing.facts, standing.period
    year, judged = standing.year_before, standing.judgement
    # Of yearly figures the period before is the year before; it is told once.
    previous = facts.figures.get(period.previous()) if facts.kind is not PeriodKind.YEAR else None
    change = year.difference
    against_previous = standing.against(Against.PREVIOUS)
    trend = _Trend.of(standing)
    # The cut-off is the end of a day: what could be had on that day could be had by then.
    overdue = standing.overdue(local_day(cut_off) + dt.timedelta(days=1))
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
        now=_value(facts, standing.newest),
        year_before=_value(facts, facts.figures.get(period.year_before())),
        previous=_value(facts, previous),
        latest=_value(facts, standing.latest),
        difference=change.number_text if change else "",
        percent=change.percent_text if change and change.measure is not Measure.PERCENTAGE else "",
        percent_note=change.reason if change and change.percent is None else "",
        word=year.word,
        symbol=year.symbol,
        sentence=year.sentence if change else f"no comparison with last year: {year.reason}",
        against_previous=against_previous.sentence if against_previous and against_previous.difference else "",
        similar=_similar(standing),
        trend=trend.points,
        commentary=standing.comment_words,
        commentary_by=standing.comment.partner if standing.comment else "",
        commentary_wanted_from=row.data_owner.name if standing.needs_commentary else "",
        missing=_missing(standing, overdue=overdue),
        overdue=overdue,
        comparisons=() if standing.missing else tuple(_compared(standing, one) for one in standing.comparisons),
        judged=judged.word.value,
        than_usual=judged.than_usual,
        range_words=standing.range_words,
        range_sentence="" if standing.missing else judged.sentence,
        bands=trend.bands,
        remarks=trend.remarks,
        corrections=corrections,
        baseline_place=place_of((row.code, BASELINE)) if row.baseline_value is not None else "",
        rests_on=_places(range_rests_on(standing)),
    )


def _missing(standing: IndicatorStanding, *, overdue: bool) -> str:
    """Who owes the figure that is not there, and what was said of it; empty where it is there."""
    if not standing.missing:
        return ""
    owner, wait = standing.facts.owner, standing.wait
    if wait is None:
        return f"not yet available; {'was ' if overdue else ''}due from {owner} on {british(standing.due_on)}"
    expected = (
        f"{'was ' if overdue else ''}expected on {british(wait.expected_on)}" if wait.expected_on else "no day named"
    )
    return f"not yet available: {wait.reason.rstrip('.')}; {expected}, owed by {owner}"


def _compared(standing: IndicatorStanding, row: Comparison) -> Compared:
    change = row.difference
    return Compared(
        kind=row.kind.value,
        label=row.label,
        period=row.period,
        theirs=row.theirs_text,
        number=change.number_text if change else "",
        percent=change.percent_text if change and change.percent is not None else "",
        word="" if row.word == NO_COMPARISON else row.word,
        symbol=row.symbol,
        sentence=row.sentence,
        position=f"{row.position} of {row.group_size}" if row.position and row.group_size else "",
        reason="" if change else row.reason,
        rests_on=_places(rests_on(standing, row.kind)),
    )


def _places(where: Iterable[Where]) -> tuple[str, ...]:
    return tuple(place_of(one) for one in where)


def _text(value: Decimal | None) -> str:
    """The decimal written out, without the zeros that a database column adds."""
    return "" if value is None else f"{value.normalize() + 0:f}"


def _value(facts: IndicatorFacts, known: KnownFigure | None) -> Value | None:
    if known is None:
        return None
    return Value(
        label=known.period.label,
        printed=known.printed,
        number=_text(known.value),
        provisional=known.provisional,
        as_at=known.as_at,
        note=known.note,
        corrected=known.corrected,
        place=place_of((facts.code, known.period)),
    )


def _similar(standing: IndicatorStanding) -> SimilarAreas | None:
    """The newest comparison there is up to the period; judged only against our own figure of the same period."""
    facts = standing.facts
    found = newest_average(facts, Against.SIMILAR_AREAS, standing.period)
    if found is None:
        return None
    average = found.average
    ours = facts.figures.get(average.period)
    return SimilarAreas(
        label=average.period.label,
        average=number(average.average),
        basis=found.basis,
        position=average.position,
        group_size=average.group_size,
        sentence=against_average(ours.value, average.average).sentence if ours else "",
        place=place_of((average_key(facts.code, Against.SIMILAR_AREAS), average.period)),
    )


@dataclass(frozen=True)
class _Trend:
    points: tuple[TrendPoint, ...] = ()
    bands: tuple[Band, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @classmethod
    def of(cls, standing: IndicatorStanding) -> _Trend:
        """The last periods up to the one judged, as many as a chart holds."""
        facts, judged = standing.facts, standing.judgement
        span = facts.course_to(standing.period)
        unusual = {signal.period for signal in judged.signals}
        return cls(
            tuple(_point(facts, period, unusual=period in unusual) for period in span),
            tuple(
                Band(
                    first=stretch.first,
                    last=stretch.last,
                    lower=_text(stretch.range.lower),
                    mean=_text(stretch.range.mean),
                    upper=_text(stretch.range.upper),
                    printed=(stretch.range.lower_text, stretch.range.mean_text, stretch.range.upper_text),
                )
                for stretch in judged.stretches(span)
            ),
            tuple(Remark(span.index(one.period), one.text) for one in facts.remarks if one.period in span),
        )


def _point(facts: IndicatorFacts, period: Period, *, unusual: bool) -> TrendPoint:
    tick, group = period.tick
    known = facts.figures.get(period)
    return TrendPoint(
        tick=tick,
        group=group,
        number=_text(known.value) if known else "",
        printed=known.printed if known else "",
        provisional=bool(known and known.provisional),
        unusual=unusual,
        place=place_of((facts.code, period)) if known else "",
    )


def _known(facts: IndicatorFacts) -> Iterable[Known]:
    for cell in cells_of(facts):
        yield Known(
            place=place_of(cell.where),
            number=_text(cell.value),
            printed=cell.printed,
            measure=cell.measure.value,
            small_numbers=cell.small_numbers,
            publishable=cell.publishable,
            numerator=_text(cell.numerator),
            denominator=_text(cell.denominator),
        )


def _not_for_passing_on(rows: Iterable[Indicator]) -> list[str]:
    """This report shows figures in full; which of them a reader may not hand on is the indicator's to say."""
    small, kept = [], []
    for row in rows:
        if not row.may_be_published:
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
