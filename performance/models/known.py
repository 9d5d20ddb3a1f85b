"""Everything known of indicators, read at once: seven queries, however many indicators."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from performance.comparison import Against, Average, BaselineFigure, Better, Reading, Target, Wanted
from performance.models.figures import Commentary, Comparator, Measurement, NotYetAvailable
from performance.models.indicators import Annotation, Indicator, RangeBaseline
from performance.standing import Comment, IndicatorFacts, KnownAverage, KnownFigure, Remark, Wait
from performance.usual_range import Baseline
from priorities.periods import Period, PeriodKind

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = ("indicator_id", "period_kind", "period_start")

AVERAGES = {
    Comparator.Kind.SIMILAR_AREAS: Against.SIMILAR_AREAS,
    Comparator.Kind.REGION: Against.REGION,
    Comparator.Kind.ENGLAND: Against.ENGLAND,
}


@lru_cache(maxsize=512)
def _period(kind: str, start: dt.date) -> Period:
    """The same few dozen periods stand in every row."""
    return Period(PeriodKind(kind), start)


def known_facts(
    indicators: Iterable[Indicator],
    *,
    until: Period | None = None,
    at: dt.datetime | None = None,
    figures_alone: bool = False,
    listed: bool = False,
) -> dict[int, IndicatorFacts]:
    """By indicator's pk, in their order: what is known about periods that end by `until`'s end, as it was known at the
    moment `at` (None: now). Fetch `data_owner` and `data_source` along with the indicators.

    `figures_alone`: the figures, and what is said of those that are missing, in two queries; nothing to judge them by.
    `listed`: what a list judges and draws, in four; no averages, remarks or parts, which pictures of one indicator and
    the public version want.
    """
    rows = list(indicators)
    known = _Known({row.pk: row.code for row in rows}, until, at)
    known.read_figures()
    if not figures_alone:
        known.read_judged()
    if not (figures_alone or listed):
        known.read_beside()
    return {row.pk: known.facts(row) for row in rows}


class _Known:
    """The rows of all indicators asked for, each table read once."""

    def __init__(self, codes: Mapping[int, str], until: Period | None, at: dt.datetime | None) -> None:
        self.codes, self.at = codes, at
        self.said: dict[str, Any] = {"at__lte": at} if at else {}
        self.span: dict[str, Any] = {"indicator__in": list(codes)} | ({"period_start__lte": until.end} if until else {})
        self.last_day = until.end if until else None
        self.figures: dict[int, dict[Period, KnownFigure]] = defaultdict(dict)
        self.averages: dict[int, dict[Against, dict[Period, KnownAverage]]] = defaultdict(lambda: defaultdict(dict))
        self.comments: dict[int, dict[Period, Comment]] = defaultdict(dict)
        self.waits: dict[int, dict[Period, Wait]] = defaultdict(dict)
        self.baselines: dict[int, dict[Period, Baseline]] = defaultdict(dict)
        self.remarks: dict[int, list[Remark]] = defaultdict(list)
        self.parts: dict[int, list[str]] = defaultdict(list)

    def read_figures(self) -> None:
        self._read_measurements()
        self._read_waits()

    def read_judged(self) -> None:
        self._read_comments()
        self._read_ranges()

    def read_beside(self) -> None:
        self._read_averages()
        self._read_remarks()
        self._read_parts()

    def _inside(self, kind: str, start: dt.date) -> Period | None:
        period = _period(kind, start)
        return None if self.last_day and period.end > self.last_day else period

    def _read_measurements(self) -> None:
        rows = Measurement.objects.known_at(self.at) if self.at else Measurement.objects.standing()
        for (
            pk,
            own,
            kind,
            start,
            value,
            printed,
            up,
            down,
            population,
            provisional,
            as_at,
            when,
            note,
            replaces,
            told,
        ) in (
            rows.filter(**self.span)
            .order_by("indicator_id", "period_start", "pk")
            .values_list(
                "pk",
                "indicator_id",
                "period_kind",
                "period_start",
                "value",
                "printed",
                "numerator",
                "denominator",
                "denominator_source",
                "provisional",
                "as_at",
                "recorded_at",
                "note",
                "replaces_id",
                "data_source__publishable",
            )
        ):
            period = self._inside(kind, start)
            if period:
                reading = Reading(period, value, provisional, up, down)
                self.figures[own][period] = KnownFigure(
                    pk, reading, printed, as_at, when, note, replaces is not None, population, told is not False
                )

    def _read_averages(self) -> None:
        rows = Comparator.objects.known_at(self.at) if self.at else Comparator.objects.standing()
        for row in rows.filter(**self.span).select_related("data_source"):
            period = self._inside(row.period_kind, row.period_start)
            if period:
                average = Average(period, row.average, row.position, row.group_size)
                self.averages[row.indicator_id][AVERAGES[Comparator.Kind(row.kind)]][period] = KnownAverage(
                    average, row.basis, row.data_source is not None and row.data_source.publishable, row.pk
                )

    def _read_comments(self) -> None:
        """Oldest first, so that the newest words on a period are those that stay."""
        said = Commentary.objects.filter(**self.span, **self.said).order_by("at", "pk")
        for own, kind, start, text, partner, when in said.values_list(*PLACE, "text", "by__partner__name", "at"):
            period = self._inside(kind, start)
            if period:
                self.comments[own][period] = Comment(period, text, partner or "", when)

    def _read_waits(self) -> None:
        """Oldest first, as comments."""
        waits = NotYetAvailable.objects.filter(**self.span, **self.said).order_by("at", "pk")
        for own, kind, start, reason, expected, when in waits.values_list(*PLACE, "reason", "expected_on", "at"):
            period = self._inside(kind, start)
            if period:
                self.waits[own][period] = Wait(period, reason, expected, when)

    def _read_ranges(self) -> None:
        stated = RangeBaseline.objects.filter(**self.span, **self.said).order_by("period_start", "pk")
        for own, kind, start, last, reason in stated.values_list(*PLACE, "last_start", "reason"):
            first = _period(kind, start)
            self.baselines[own][first] = Baseline(first, _period(kind, last), reason)

    def _read_remarks(self) -> None:
        remarks = Annotation.objects.filter(**self.span, **self.said).order_by("period_start", "pk")
        for own, kind, start, text in remarks.values_list(*PLACE, "text"):
            period = self._inside(kind, start)
            if period:
                self.remarks[own].append(Remark(period, text))

    def _read_parts(self) -> None:
        """In the order in which parts are best kept, which is the indicators' own."""
        sums = Indicator.sum_of.through.objects.filter(from_indicator__in=list(self.codes))
        for own, code in sums.order_by("to_indicator__position", "to_indicator__code").values_list(
            "from_indicator_id", "to_indicator__code"
        ):
            self.parts[own].append(code)

    def facts(self, row: Indicator) -> IndicatorFacts:
        kind, better = row.period_kind, Better(row.better)
        baseline = target = None
        if row.baseline_printed or row.baseline_value is not None:
            unit = "" if row.baseline_unit == row.unit else row.baseline_unit
            baseline = BaselineFigure(row.baseline_value, unit, row.baseline_period)
        if row.target_direction or row.target_value is not None:
            wanted = Wanted(row.target_direction) if row.target_direction else None
            target = Target(wanted, row.target_value)
        return IndicatorFacts(
            pk=row.pk,
            code=row.code,
            name=row.name,
            unit=row.unit,
            better=better,
            kind=kind,
            lag_weeks=row.lag_weeks,
            owner=row.data_owner.name,
            owner_pk=row.data_owner_id,
            seasonal=row.seasonal,
            small_numbers=row.small_numbers,
            publishable=row.may_be_published,
            baseline=baseline,
            baseline_printed=row.baseline_printed,
            target=target,
            parts=tuple(self.parts[row.pk]),
            rate_of=self.codes.get(row.rate_of_id or 0, ""),
            out_of=self.codes.get(row.out_of_id or 0, ""),
            said=row.kept,
            figures=self.figures[row.pk],
            averages=self.averages[row.pk],
            baselines=tuple(found for found in self.baselines[row.pk].values() if found.first.kind is kind),
            comments=self.comments[row.pk],
            waits=self.waits[row.pk],
            remarks=tuple(self.remarks[row.pk]),
        )
