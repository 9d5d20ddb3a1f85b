"""How an indicator stands in a quarter: everything known of it, judged once for page, list, board, home and report.

`IndicatorFacts` is what is known (performance.models.known reads it); `judge_indicator` says what follows: the figure,
every comparison, the usual range, whether somebody should say why, and one sentence. What the public may see of it is
for performance.disclosure to say: `cells_of` and `relations_of` are what it asks for, `rests_on` names the figures that
each statement is worked out from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache

from charts.series import MOST_POINTS
from performance.comparison import (
    Against,
    Average,
    BaselineFigure,
    Better,
    Comparison,
    Kept,
    Measure,
    Reading,
    Target,
    compare_all,
    compare_year,
    figure_text,
    guess,
    measure_of,
)
from performance.disclosure import Cell, Ratio, Total, Where
from performance.usual_range import POINTS_NEEDED, Baseline, Judgement, SignalKind, Word, judge
from priorities.periods import Period, PeriodKind, british

WRITTEN_BEFORE = "Written before the figure was corrected"
"""What is said of commentary that speaks of a figure corrected since."""

BASELINE = "baseline"
"""The place of the plan's baseline among an indicator's figures, which belongs to no reporting period."""


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """The figure in force for one period, as given and as a number. `corrected`: it replaces an earlier one, and `note`
    says why. `publishable` is false where this one came from a source that is not for publication."""

    pk: int
    reading: Reading
    printed: str
    as_at: dt.date
    recorded_at: dt.datetime
    note: str = ""
    corrected: bool = False
    denominator_source: str = ""
    publishable: bool = True

    @property
    def period(self) -> Period:
        return self.reading.period

    @property
    def value(self) -> Decimal:
        return self.reading.value

    @property
    def provisional(self) -> bool:
        return self.reading.provisional


@dataclass(frozen=True, slots=True)
class KnownAverage:
    """What others did in a period. `basis` says what the average is of; `publishable` follows its own source; `pk` names
    the row in force."""

    average: Average
    basis: str = ""
    publishable: bool = True
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """Why a figure is what it is: the newest words on a period, and from which partner. Nobody is named."""

    period: Period
    text: str
    partner: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """A data owner's word that a figure cannot be had yet."""

    period: Period
    reason: str
    expected_on: dt.date | None
    at: dt.datetime

    @property
    def said(self) -> str:
        """The reason as a sentence that more may follow."""
        return f"{self.reason.rstrip('.')}."


@dataclass(frozen=True, slots=True)
class Remark:
    """What happened in a period, marked on the chart."""

    period: Period
    text: str


@dataclass(frozen=True)
class IndicatorFacts:
    """Everything known about one indicator. Figures, averages, comments and waits are those in force at the moment asked of.

    `averages` by kind (similar areas, region, England) and period. `baselines`: those stated for the usual range, the
    newest for each first period. `rate_of` and `out_of`: codes of the indicators that it is worked out from. `active_from` and `active_to`: the days between which it is kept.
    """

    pk: int
    code: str
    name: str
    unit: str
    better: Better
    kind: PeriodKind
    lag_weeks: int
    owner: str
    owner_pk: int
    seasonal: bool = False
    small_numbers: bool = False
    publishable: bool = True
    baseline: BaselineFigure | None = None
    baseline_printed: str = ""
    target: Target | None = None
    parts: tuple[str, ...] = ()
    rate_of: str = ""
    out_of: str = ""
    said: Kept | None = None
    """What its figures are, as the indicator says; None: as the unit sounds."""
    figures: Mapping[Period, KnownFigure] = field(default_factory=dict)
    averages: Mapping[Against, Mapping[Period, KnownAverage]] = field(default_factory=dict)
    baselines: tuple[Baseline, ...] = ()
    comments: Mapping[Period, Comment] = field(default_factory=dict)
    waits: Mapping[Period, Wait] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()

    @property
    def kept(self) -> Kept:
        return self.said or guess(self.unit)

    @property
    def measure(self) -> Measure:
        return self.kept.measure

    def period_in(self, quarter: Period, day: dt.date) -> Period:
        """The period whose figure is shown for this quarter: the newest of its own kind ended by the quarter's end whose
        figure is in, or could be had by `day`. Every page, file and report asks here.

        A yearly or late figure is thus about an earlier time than the quarter, and carries its period in words. Before
        the first figure there is nothing to go back to.
        """
        period = last_ended(self.kind, quarter.end)
        first = min((known for known in self.figures if known.kind is self.kind), default=period)
        while period > first and period not in self.figures and self.due_on(period) > day:
            period = period.previous()
        return period

    def course_to(self, period: Period) -> tuple[Period, ...]:
        """The periods of a picture: up to this one, from the first with a figure or as many as a picture holds; none
        before the first figure."""
        first = min((known for known in self.figures if known.kind is self.kind and known <= period), default=None)
        return _course(first, period) if first else ()

    def corrected_since(self, comment: Comment) -> dt.datetime | None:
        """When the figure that a comment is about, or the one of the year before, was corrected after it was written."""
        known = (self.figures.get(one) for one in (comment.period, comment.period.year_before()))
        return max(
            (one.recorded_at for one in known if one and one.corrected and one.recorded_at > comment.at), default=None
        )

    def due_on(self, period: Period) -> dt.date:
        """The day from which its figure can be had."""
        return period.end + dt.timedelta(weeks=self.lag_weeks)


@lru_cache(maxsize=512)
def _course(first: Period, last: Period) -> tuple[Period, ...]:
    span = [last]
    while len(span) < MOST_POINTS and span[-1] > first:
        span.append(span[-1].previous())
    return tuple(reversed(span))


def last_ended(kind: PeriodKind, day: dt.date) -> Period:
    """The last period of this kind that had ended by `day`, its last day included."""
    period = Period.containing(kind, day)
    return period if period.end <= day else period.previous()


@dataclass(frozen=True)
class IndicatorStanding:
    """What is said of an indicator in a quarter. `period` is its figure's own, which may have ended before the quarter.

    `day`: on which it is said, None where that does not matter; only then can somebody be said to owe the figure.
    `newest` is the figure for `period`, None while it is missing, and then `latest` is the newest there is before it.
    `word` and `symbol` judge it against the same period last year. `worse` and `better` hold for a change against last
    year as well as for an unusual one. `needs_commentary`: it is unusual or worse, and nobody has said why.
    """

    facts: IndicatorFacts
    quarter: Period
    period: Period
    newest: KnownFigure | None
    latest: KnownFigure | None
    year_before: Comparison
    judgement: Judgement
    comment: Comment | None
    last_comment: Comment | None
    wait: Wait | None
    day: dt.date | None = None

    @property
    def missing(self) -> bool:
        return self.newest is None

    def overdue(self, today: dt.date) -> bool:
        """Whether the figure is missing though its day has come: its owner's own promise, or else what is usual."""
        promised = self.wait.expected_on if self.wait else None
        return self.missing and (promised or self.due_on) < today

    @property
    def due_on(self) -> dt.date:
        return self.facts.due_on(self.period)

    @property
    def comment_words(self) -> str:
        """The commentary, and whether it speaks of a figure that was corrected since; "" without one."""
        if self.comment is None:
            return ""
        stale = self.facts.corrected_since(self.comment) is not None
        return f"{self.comment.text} [{WRITTEN_BEFORE}.]" if stale else self.comment.text

    def against(self, kind: Against) -> Comparison | None:
        return next((found for found in self.comparisons if found.kind is kind), None)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every one there is, `year_before` first. Worked out when asked for: lists need the first alone."""
        facts = self.facts
        return compare_all(
            _readings(facts),
            period=self.period,
            better=facts.better,
            unit=facts.unit,
            kept=facts.kept,
            baseline=facts.baseline,
            target=facts.target,
            similar_areas=_newest(facts, Against.SIMILAR_AREAS, self.period),
            region=_newest(facts, Against.REGION, self.period),
            england=_newest(facts, Against.ENGLAND, self.period),
            seasonal=facts.seasonal,
        )

    @property
    def word(self) -> str:
        return self.year_before.word

    @property
    def symbol(self) -> str:
        return self.year_before.symbol

    @property
    def unusual(self) -> bool:
        return self.judgement.word is Word.UNUSUAL

    @property
    def worse(self) -> bool:
        return self.word == "worse" or self.judgement.than_usual == "worse than usual"

    @property
    def better(self) -> bool:
        return not self.worse and (self.word == "better" or self.judgement.than_usual == "better than usual")

    @property
    def commentary_wanted(self) -> bool:
        """Whether words are asked for, given already or not."""
        return not self.missing and (self.unusual or self.worse)

    @property
    def needs_commentary(self) -> bool:
        return self.commentary_wanted and self.comment is None

    @property
    def range_words(self) -> str:
        """Unusual or noise, as short as can be; `judgement.sentence` says it in full."""
        held, mine = self.judgement.range, self.judgement.signals_of(self.period)
        if self.missing:
            return ""
        if held is None or self.judgement.word is Word.TOO_FEW:
            return self._too_few_words()
        if self.judgement.word is Word.USUAL:
            if held.moving_range_mean == 0:
                return "No change."
            return f"Within the usual range of {held.text}: may be no more than normal variation."
        outside = next((signal for signal in mine if signal.kind is SignalKind.OUTSIDE), None)
        than = f", {self.judgement.than_usual}" if self.judgement.than_usual else ""
        if outside is None:
            mean = "its season’s mean" if held.season is not None else f"the mean of {held.mean_text}"
            return f"Unusual: {_row(mine[0].since, self.period)} in a row {mine[0].side} {mean}{than}."
        if held.moving_range_mean == 0:
            return f"Unusual: all earlier figures are {held.mean_text}{than}."
        return f"Unusual: {outside.side} the usual range of {held.text}{than}."

    def _too_few_words(self) -> str:
        before = sum(found.kind is self.period.kind and found < self.period for found in self.facts.figures)
        if self.period.kind is not PeriodKind.YEAR or before >= POINTS_NEEDED:
            return "Too few figures to say whether this is unusual."
        # A quarter's figure waits for three years; a yearly one for twelve, and whoever reads it should know.
        count = {0: "none", 1: "one"}.get(before, str(before))
        return (
            f"One year’s change cannot be told from noise with fewer than {POINTS_NEEDED} yearly figures before it; "
            f"there {'is' if before == 1 else 'are'} {count}."
        )

    @property
    def sentence(self) -> str:
        """What a list says of it: the change and against what, then whether that is unusual."""
        if self.missing:
            return self._missing_sentence()
        return f"{self.year_words} {self.range_words}"

    @property
    def year_words(self) -> str:
        """The change against the same period last year: a sentence, or why there is none."""
        said = self.year_before.sentence
        if said.startswith("n/a: "):
            return f"No comparison with last year: {said.removeprefix('n/a: ')}."
        return f"{said[:1].upper()}{said[1:]}."

    def _missing_sentence(self) -> str:
        said = f"No figure for {self.period.label} yet"
        if self.wait is None:
            owes = f" and {self.facts.owner} owes it" if self.day is not None and self.due_on <= self.day else ""
            return f"{said}: it can be had from {british(self.due_on)}{owes}."
        expected = f" Expected on {british(self.wait.expected_on)}." if self.wait.expected_on else ""
        return f"{said}. {self.facts.owner} says it is not yet available: {self.wait.said}{expected}"


def _row(first: Period, last: Period) -> str:
    count = 1
    while first < last:
        first, count = first.next(), count + 1
    return f"{count} {last.kind.label}s"


def judge_indicator(facts: IndicatorFacts, quarter: Period, day: dt.date) -> IndicatorStanding:
    """Judge the figure that is shown for `quarter` on `day`: see `IndicatorFacts.period_in`."""
    return judge_period(facts, facts.period_in(quarter, day), quarter, day)


def judge_period(
    facts: IndicatorFacts, period: Period, quarter: Period | None = None, day: dt.date | None = None
) -> IndicatorStanding:
    """Judge the figure for one of the indicator's own periods."""
    earlier = [found for found in facts.figures if found.kind is facts.kind and found < period]
    newest = facts.figures.get(period)
    judged, year_before = _judged(
        tuple(_readings(facts)),
        period,
        range_baselines(facts, period),
        facts.seasonal,
        facts.unit,
        facts.kept,
        facts.better,
    )
    return IndicatorStanding(
        facts=facts,
        quarter=quarter or period,
        period=period,
        newest=newest,
        latest=facts.figures[max(earlier)] if earlier and newest is None else None,
        year_before=year_before,
        judgement=judged,
        comment=facts.comments.get(period),
        last_comment=facts.comments.get(period.previous()),
        wait=facts.waits.get(period) if newest is None else None,
        day=day,
    )


@lru_cache(maxsize=2048)
def _judged(
    readings: tuple[Reading, ...],
    newest: Period,
    baselines: tuple[Baseline, ...],
    seasonal: bool,
    unit: str,
    kept: Kept,
    better: Better,
) -> tuple[Judgement, Comparison]:
    """Whether the newest is unusual, and how it compares with the year before.

    Kept by all that it follows from, so never out of date: figures come four times a year, and pages that judge every
    indicator are asked for all day.
    """
    judged = judge(
        readings,
        newest=newest,
        baselines=baselines,
        floor=Decimal(0),
        seasonal=seasonal,
        unit=unit,
        measure=kept.measure,
        better=better,
    )
    return judged, compare_year(readings, period=newest, better=better, unit=unit, kept=kept)


def _readings(facts: IndicatorFacts) -> list[Reading]:
    return [figure.reading for figure in facts.figures.values() if figure.period.kind is facts.kind]


def range_baselines(facts: IndicatorFacts, period: Period) -> tuple[Baseline, ...]:
    """The stated ones up to `period`, and before them the range that was in force until the first was stated."""
    stated = tuple(found for found in facts.baselines if found.first <= period)
    mine = sorted(found for found in facts.figures if found.kind is facts.kind)
    if not stated or not mine or stated[0].first <= mine[0]:
        return stated
    before = [found for found in mine if found < stated[0].first][:POINTS_NEEDED]
    return (Baseline(before[0], before[-1]), *stated)


def newest_average(facts: IndicatorFacts, kind: Against, period: Period) -> KnownAverage | None:
    """The newest average there is up to `period`: others' figures come later than our own."""
    periods = [found for found in facts.averages.get(kind, {}) if found.kind is facts.kind and found <= period]
    return facts.averages[kind][max(periods)] if periods else None


def _newest(facts: IndicatorFacts, kind: Against, period: Period) -> Average | None:
    found = newest_average(facts, kind, period)
    return found.average if found else None


# --- What disclosure has to be asked ----------------------------------------------------------------------------------


def average_key(code: str, kind: Against) -> str:
    """Others' figures stand beside the indicator's own under a key of their own, for their source may be another."""
    return f"{code} {kind}"


def cells_of(facts: IndicatorFacts) -> list[Cell]:
    """Every figure of the indicator, its baseline and what others did, for performance.disclosure."""
    cells = [
        Cell(
            facts.code,
            period,
            figure.value,
            figure.printed,
            facts.measure,
            small_numbers=facts.small_numbers,
            publishable=facts.publishable and figure.publishable,
            numerator=figure.reading.numerator,
            denominator=figure.reading.denominator,
        )
        for period, figure in facts.figures.items()
    ]
    if facts.baseline and facts.baseline.value is not None:
        cells.append(
            Cell(
                facts.code,
                BASELINE,
                facts.baseline.value,
                facts.baseline_printed,
                measure_of(facts.baseline.unit) if facts.baseline.unit else facts.measure,
                small_numbers=facts.small_numbers,
                publishable=facts.publishable,
                printed_in_plan=True,
            )
        )
    cells += [
        Cell(
            average_key(facts.code, kind),
            period,
            found.average.average,
            figure_text(found.average.average, facts.measure),
            facts.measure,
            publishable=facts.publishable and found.publishable,
        )
        for kind, averages in facts.averages.items()
        for period, found in averages.items()
    ]
    return cells


def relations_of(all_facts: Iterable[IndicatorFacts]) -> list[Total | Ratio]:
    """Which indicators add up to which, and which are worked out from which."""
    known = list(all_facts)
    totals = [Total(facts.code, facts.parts) for facts in known if facts.parts]
    return [*totals, *(Ratio(facts.code, facts.rate_of, facts.out_of) for facts in known if facts.rate_of)]


def shares_of(all_facts: Iterable[IndicatorFacts]) -> list[tuple[str, str]]:
    """Which counts are a part of which: those that say so themselves, and those that a percentage is worked out from."""
    return [
        (facts.code if facts.measure is Measure.COUNT else facts.rate_of, facts.out_of)
        for facts in all_facts
        if facts.out_of and (facts.rate_of or facts.measure is Measure.COUNT)
    ]


def names_of(all_facts: Iterable[IndicatorFacts]) -> dict[str, str]:
    """What disclosure knows words about an indicator by: its name, and what is counted."""
    return {
        facts.code: facts.name if facts.measure is not Measure.COUNT else f"{facts.name} {facts.unit}"
        for facts in all_facts
    }


def rests_on(standing: IndicatorStanding, kind: Against) -> tuple[Where, ...]:
    """The figures that a comparison is worked out from, those that are there."""
    facts, period = standing.facts, standing.period
    average = newest_average(facts, kind, period)
    if average:
        periods = [average.average.period]
    elif kind in (Against.YEAR_BEFORE, Against.TARGET):
        periods = [period, period.year_before()]
    elif kind is Against.PREVIOUS:
        periods = [period, period.previous()]
    elif kind in (Against.ROLLING, Against.BASELINE):
        periods = _back(period, (24 if kind is Against.ROLLING else 12) // period.kind.months)
    else:
        periods = [period]
    found: list[Where] = [(facts.code, one) for one in periods if one in facts.figures]
    if average:
        found.append((average_key(facts.code, kind), average.average.period))
    if kind is Against.BASELINE and facts.baseline and facts.baseline.value is not None:
        found.append((facts.code, BASELINE))
    return tuple(found)


def range_rests_on(standing: IndicatorStanding) -> tuple[Where, ...]:
    """The figures that usual range and judgement are worked out from: all up to the one judged."""
    facts = standing.facts
    return tuple((facts.code, one) for one in facts.figures if one.kind is facts.kind and one <= standing.period)


def _back(period: Period, count: int) -> list[Period]:
    periods = [period]
    while len(periods) < count:
        periods.append(periods[-1].previous())
    return periods
