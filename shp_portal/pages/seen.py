"""What an audience sees of indicators: standings, comparisons and pictures, with whatever must not be seen left out.

Pages, their files and their pictures all come through here, so that one decision (performance.disclosure) holds for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.template.loader import render_to_string

from charts.frame import NARROW, WIDE
from charts.line import LineChart, line_chart
from charts.series import Band, Note, Point
from charts.sparkline import sparkline
from performance.comparison import NO_COMPARISON, Against, Comparison, Measure
from performance.disclosure import (
    NOT_COMPARED_SENTENCE,
    NOT_COMPARED_TEXT,
    Audience,
    Shown,
    Table,
    disclose,
)
from performance.standing import (
    IndicatorFacts,
    IndicatorStanding,
    cells_of,
    names_of,
    range_rests_on,
    relations_of,
    rests_on,
)
from priorities.periods import Period


def disclosed(all_facts: Iterable[IndicatorFacts], audience: Audience) -> Table:
    """Decide on every figure there is, of whichever quarter: two pages that decided on fewer could give one away."""
    known = list(all_facts)
    return disclose(
        [cell for facts in known for cell in cells_of(facts)], relations_of(known), audience, names_of(known)
    )


@dataclass(frozen=True)
class SeenComparison:
    """A row of the table of comparisons as an audience sees it. `change` and `change_percent` are numbers for files, None
    where there is none to see."""

    label: str
    period: str
    theirs: str
    number: str
    percent: str
    word: str
    symbol: str
    sentence: str
    position: str
    change: Decimal | None = None
    change_percent: Decimal | None = None


@dataclass(frozen=True)
class Seen:
    """An indicator's quarter as an audience sees it. `figure` is None while it is missing; `value` and `value_before`
    are for files, and None where the figure is hidden.
    """

    standing: IndicatorStanding
    figure: Shown | None
    before: Shown | None
    year: SeenComparison
    sentence: str
    range_sentence: str
    unusual: bool
    worse: bool
    better: bool
    needs_commentary: bool
    commentary: Shown | None

    @property
    def facts(self) -> IndicatorFacts:
        return self.standing.facts

    @property
    def period(self) -> Period:
        return self.standing.period

    @property
    def missing(self) -> bool:
        return self.standing.missing

    @property
    def provisional(self) -> bool:
        newest = self.standing.newest
        return newest is not None and newest.provisional

    @property
    def other_period(self) -> str:
        """The period the figure is about where that is not the quarter itself."""
        return "" if self.period == self.standing.quarter else self.period.label

    @property
    def rank(self) -> int:
        """Exceptions first: what is worse and unusual, worse, unusual, missing; the rest."""
        if self.worse:
            return 0 if self.unusual else 1
        if self.unusual:
            return 2
        return 3 if self.missing else 4


def see(standing: IndicatorStanding, table: Table) -> Seen:
    facts, period = standing.facts, standing.period
    public = table.audience is Audience.PUBLIC
    figure = table.shown(facts.code, period) if standing.newest else None
    earlier = period.year_before()
    before = table.shown(facts.code, earlier) if earlier in facts.figures else None
    by_year = _may(table, standing, Against.YEAR_BEFORE)
    by_range = not public or table.may_derive(*range_rests_on(standing))
    if standing.missing and public:
        sentence = f"No figure for {period.label} yet."
    elif standing.missing:
        sentence = standing.sentence
    else:
        said = [standing.year_words if by_year else NOT_COMPARED_SENTENCE, standing.range_words if by_range else ""]
        sentence = " ".join(filter(None, said))
    unusual = by_range and standing.unusual
    worse = (by_year and standing.word == "worse") or (by_range and standing.judgement.than_usual == "worse than usual")
    return Seen(
        standing=standing,
        figure=figure,
        before=before,
        year=compared(standing, standing.year_before, table),
        sentence=sentence,
        range_sentence=standing.judgement.sentence if by_range else NOT_COMPARED_SENTENCE,
        unusual=unusual,
        worse=worse,
        better=by_year and by_range and standing.better,
        # Whoever may see only part of the reasons is not told that there is one.
        needs_commentary=by_year and by_range and standing.needs_commentary,
        commentary=table.words(standing.comment_words, facts.code) if standing.comment else None,
    )


def _may(table: Table, standing: IndicatorStanding, kind: Against) -> bool:
    """Whether a comparison may be shown. Of figures that are not there nothing can be learnt."""
    if table.audience is Audience.PARTNERS:
        return True
    places = rests_on(standing, kind)
    return not places or table.may_derive(*places)


def compared(standing: IndicatorStanding, row: Comparison, table: Table) -> SeenComparison:
    position = f"{row.position} of {row.group_size}" if row.position and row.group_size else ""
    if _may(table, standing, row.kind):
        percent = "" if row.measure is Measure.PERCENTAGE else row.percent_text
        sentence = row.sentence[:1].upper() + row.sentence[1:] if row.difference else f"n/a: {row.reason}"
        return SeenComparison(
            row.label,
            row.period,
            row.theirs_text,
            row.number_text if row.difference else "n/a",
            percent,
            "" if row.word == NO_COMPARISON else row.word,
            row.symbol,
            sentence,
            position,
            row.difference.number.normalize() + 0 if row.difference else None,
            row.difference.percent if row.difference else None,
        )
    theirs = ""
    if row.kind in (Against.YEAR_BEFORE, Against.PREVIOUS):
        period = standing.period.year_before() if row.kind is Against.YEAR_BEFORE else standing.period.previous()
        theirs = table.shown(standing.facts.code, period).text if period in standing.facts.figures else ""
    return SeenComparison(row.label, row.period, theirs, NOT_COMPARED_TEXT, "", "", "", NOT_COMPARED_SENTENCE, "")


# --- Pictures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trend:
    """The points of a picture and what lies behind them; `periods` in step with `points`."""

    periods: tuple[Period, ...]
    points: tuple[Point, ...]
    bands: tuple[Band, ...]
    notes: tuple[Note, ...]


def trend_of(standing: IndicatorStanding, table: Table) -> Trend | None:
    """The last 24 periods up to the one judged; None where nobody may see a figure."""
    facts, judged = standing.facts, standing.judgement
    span = facts.course_to(standing.period)
    if not span:
        return None
    ranged = table.audience is Audience.PARTNERS or table.may_derive(*range_rests_on(standing))
    unusual = {signal.period for signal in judged.signals} if ranged else set()
    points = []
    for period in span:
        tick, group = period.tick
        known = facts.figures.get(period)
        shown = table.shown(facts.code, period) if known else Shown("")
        points.append(Point(tick, group, shown.value, shown.text, bool(known and known.provisional), period in unusual))
    if all(point.value is None for point in points):
        return None
    bands = tuple(
        Band(
            stretch.first,
            stretch.last,
            stretch.range.lower,
            stretch.range.mean,
            stretch.range.upper,
            (stretch.range.lower_text, stretch.range.mean_text, stretch.range.upper_text),
        )
        for stretch in (judged.stretches(span) if ranged else ())
    )
    notes = []
    for remark in facts.remarks:
        words = table.words(remark.text, facts.code).text
        if words and remark.period in span:
            notes.append(Note(span.index(remark.period), words))
    return Trend(span, tuple(points), bands, tuple(notes))


def spark_of(standing: IndicatorStanding, table: Table) -> str:
    """The line for a table's cell, ready to print; empty where there is none to draw."""
    trend = trend_of(standing, table)
    if trend is None or len(trend.points) < 2:
        return ""
    return _spark(trend.points, trend.bands, standing.facts.code, standing.facts.name)


@lru_cache(maxsize=1024)
def _spark(points: tuple[Point, ...], bands: tuple[Band, ...], code: str, name: str) -> str:
    """Kept by all that it shows, so never out of date; its template prints the same in every language."""
    chart = sparkline(points, id_prefix=f"spark-{code.lower()}", name=name, ranges=bands)
    return render_to_string("charts/sparkline.svg.html", {"chart": chart})


def chart_of(trend: Trend, facts: IndicatorFacts) -> tuple[LineChart, LineChart]:
    """The line for wide and for narrow screens."""
    wide, narrow = (
        line_chart(
            trend.points,
            id_prefix=f"line-{name}",
            name=facts.name,
            unit=facts.unit,
            ranges=trend.bands,
            annotations=trend.notes,
            width=width,
        )
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    )
    return wide, narrow


def numbered(trend: Trend | None) -> dict[Period, list[tuple[int, str]]]:
    """The remarks by period, with the numbers they have on the picture."""
    found: dict[Period, list[tuple[int, str]]] = {}
    if trend:
        for count, note in enumerate(sorted(trend.notes, key=lambda note: note.index), start=1):
            found.setdefault(trend.periods[note.index], []).append((count, note.text))
    return found


def exact_value(shown: Shown | None) -> Decimal | None:
    """For the cells of a file: the number, without the zeros that a database column adds."""
    return None if shown is None or shown.value is None else shown.value.normalize() + 0
