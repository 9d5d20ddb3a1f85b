"""Is a change unusual, or no more than the normal variation? The usual range of an indicator (an XmR control chart).

Method and sources:

- **Limits**: mean ± 2.66 × the mean difference between neighbouring figures (2.66 is 3 ÷ 1.128, kept unrounded).
  Wheeler, *Understanding Variation*, pp. 60 and 137; NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2
  "Individuals control charts" (itl.nist.gov/div898/handbook/pmc/section3/pmc322.htm), whose worked example the tests reproduce digit for digit.
- **Unusual**: outside the limits, or eight in a row on one side of the mean (Wheeler's rule for a weak but lasting
  change; NHS England's *Making data count* takes seven). A figure that is exactly
  the mean is on neither side and ends the row.
- **How many**: "useful limits may be constructed with as few as five or six values" (Wheeler, p. 60), but they move
  with every figure added. So twelve are needed to call anything unusual; from five on the range is shown all the same,
  and said to rest on too few points.
- **Gaps**: no difference is taken across a missing period (Hart and Hart, "Interrupted I and MR chart",
  statit.com/support/quality_practice_tips/interrupted_iandmr_chart.shtml: a step that falls in a gap would widen the limits and hide itself; its example is reproduced too). A gap also
  ends a row of eight: "eight in a row" is said of figures that are there, and the missing one may have been on the other
  side. Where fewer than half of the neighbours wanted are there, there are too few points.
- **The figure judged never helps to make its own range.** Figures after it are left aside, so that a judgement of last
  year reads as it would have read then.
- **Stated baselines**: the periods whose figures make mean and limits. Several are a re-based range, each in force from
  its first period until the next one's: a shift that was looked into and accepted, with its reason. A row of eight does
  not reach across. Without a stated one: the first twelve figures, frozen, so that the range does not drift after them.
  One stated on fewer grows with the figures after it until they suffice, as the first one does, and is frozen then.
- **Seasonal series**: each figure's own season's mean is taken off (the additive seasonal adjustment of textbooks; the
  portal's quarters of the year), and the limits are those of what is left, put back around each season's mean. With
  three or four figures a season, a season's mean lies closer to those figures than to the next one, and the limits
  would be too narrow: they are widened by √(n ÷ (n − seasons)) for the spread (the degrees of freedom that the means
  used up) and √(1 + 1 ÷ k) for the mean of k figures. On chance figures of three years, 7 in 100 would be called unusual
  without this, 2 in 100 with it, as many as for a plain series of twelve. Three figures of every season are needed.
- **No variation at all**: when all the figures of the baseline are equal the range is that one figure, and whatever
  differs from it is unusual in the plain sense of the word; the sentence says so instead of naming limits.
- **Limits that cannot be**: a count, rate or percentage is not below 0 and a percentage not above 100. The range stops
  there and says so, unless the series itself has such a figure.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Literal

from charts.numbers import rounded
from performance.comparison import Better, Measure, figure_text, measure_of
from performance.comparison import Reading as Reading
from priorities.periods import FIRST_MONTH, MONTHS, Period, PeriodKind

THREE_SIGMA = Decimal(3) / Decimal("1.128")
"""Of a mean moving range: 1.128 (d2) is how many standard deviations two neighbours differ by on average."""

POINTS_NEEDED, POINTS_SHOWN = 12, 5
OF_EACH_SEASON_NEEDED, OF_EACH_SEASON_SHOWN = 3, 2

RUN = 8
"""So many in a row on one side of the mean are unusual."""

TIE = Decimal("1E-20")
"""Relative: closer than this is equal. Far below what stored figures can differ by, far above a division's rounding."""


MOST_PLACES = 6
"""More decimals than a stored figure has (four): a quotient that nobody rounded must not break the words."""


class Word(StrEnum):
    UNUSUAL = "unusual"
    USUAL = "usual"
    TOO_FEW = "too few points"
    NO_FIGURE = "no figure"


class SignalKind(StrEnum):
    OUTSIDE = "outside"
    RUN = "run"


Side = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The periods, both included, whose figures make a usual range; `reason` says why a later one replaces it."""

    first: Period
    last: Period
    reason: str = ""

    def __post_init__(self) -> None:
        if self.first.kind is not self.last.kind:
            raise ValueError("A baseline starts and ends with periods of one kind.")
        if self.last < self.first:
            raise ValueError(f"A baseline cannot end with {self.last.label}, before it starts with {self.first.label}.")


@dataclass(frozen=True, slots=True)
class UsualRange:
    """Mean and limits, unrounded and in the indicator's unit, and from when until when they hold (None: still).

    `baseline` ends with the last period that had a figure to count; the range holds from its first period on.

    Of a seasonal series there is one for each season (`season`: its first month), the limits around that season's mean;
    `points` counts the figures of all seasons, `of_season` those of this one. `enough` is False where the range is shown
    on too few points and nothing is judged by it. `stops` says where a limit was cut off.
    """

    baseline: Baseline
    points: int
    mean: Decimal
    lower: Decimal
    upper: Decimal
    moving_range_mean: Decimal
    holds_to: Period | None = None
    season: int | None = None
    of_season: int = 0
    enough: bool = True
    stops: str = ""
    places: int = 0
    measure: Measure = Measure.COUNT

    def holds(self, period: Period) -> bool:
        if period.start < self.baseline.first.start or (self.holds_to and self.holds_to.start < period.start):
            return False
        return self.season is None or self.season == period.start.month

    @property
    def mean_text(self) -> str:
        """To one decimal more than the figures, or as many as show that it is none of them.

        So no figure is called above or below a mean that prints the same.
        """
        for places in range(self.places + 1, self.places + MOST_PLACES):
            shown = rounded(self.mean, places)
            if shown == self.mean or shown != rounded(self.mean, self.places):
                break
        return figure_text(shown, self.measure)

    @property
    def lower_text(self) -> str:
        return figure_text(self._inward()[0], self.measure)

    @property
    def upper_text(self) -> str:
        return figure_text(self._inward()[1], self.measure)

    @property
    def text(self) -> str:
        """ "350 to 410", or "350" alone where there was no variation."""
        lower, upper = self.lower_text, self.upper_text
        return lower if lower == upper else f"{lower} to {upper}"

    def _inward(self) -> tuple[Decimal, Decimal]:
        """Rounded towards the mean, so that no figure is ever called above a limit that it equals in print.

        Of figures with so many decimals the printed range holds exactly those that the unrounded range holds.
        """
        for places in range(self.places, self.places + 6):
            unit = Decimal(1).scaleb(-places)
            lower = self.lower.quantize(unit, rounding=ROUND_CEILING)
            upper = self.upper.quantize(unit, rounding=ROUND_FLOOR)
            if lower <= self.mean <= upper:
                return lower, upper
        return self.lower, self.upper


@dataclass(frozen=True, slots=True)
class Signal:
    """An unusual figure: why, on which side, and in a row since when (`since` is its own period when outside)."""

    period: Period
    kind: SignalKind
    sentence: str
    side: Side
    since: Period


@dataclass(frozen=True, slots=True)
class Stretch:
    """Points `first` to `last` of a chart (counted from 0, both included) that one range holds for."""

    first: int
    last: int
    range: UsualRange


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of the newest figure, every range there is, and every unusual figure up to the newest.

    `than_usual` is "better than usual" or "worse than usual" where the newest is unusual and one way is better, else
    empty. `sentence` says everything that is to be said beside the figure.
    """

    word: Word
    ranges: tuple[UsualRange, ...]
    signals: tuple[Signal, ...]
    sentence: str
    newest: Period
    provisional: bool = False
    than_usual: str = ""

    @property
    def range(self) -> UsualRange | None:
        """The range that the newest figure is held against."""
        return self.range_of(self.newest)

    def range_of(self, period: Period) -> UsualRange | None:
        return next((found for found in self.ranges if found.holds(period)), None)

    def signals_of(self, period: Period) -> tuple[Signal, ...]:
        return tuple(signal for signal in self.signals if signal.period == period)

    def stretches(self, periods: Sequence[Period]) -> tuple[Stretch, ...]:
        """The ranges by the points of a chart over `periods`, for its bands."""
        found: list[Stretch] = []
        for index, period in enumerate(periods):
            held = self.range_of(period)
            if held is None:
                continue
            if found and found[-1].range is held and found[-1].last == index - 1:
                found[-1] = Stretch(found[-1].first, index, held)
            else:
                found.append(Stretch(index, index, held))
        return tuple(found)


def judge(
    readings: Iterable[Reading],
    *,
    newest: Period,
    baselines: Sequence[Baseline] = (),
    floor: Decimal | None = Decimal(0),
    seasonal: bool = False,
    unit: str = "",
    measure: Measure | None = None,
    better: Better | str | None = None,
) -> Judgement:
    """Judge the figure for `newest` by the usual range of the figures before it.

    `readings` come in any order, those after `newest` are left aside. `baselines` in their order, each in force from its
    `first` until the next one's; none: the first twelve figures. `floor` is what the figure cannot go below (None:
    nothing). `seasonal` has no meaning for yearly figures. `measure`: what they are; None: as the unit sounds. `better` says which way is better, if it is to be said.

    Raises ValueError, with a sentence, for periods of two kinds, two figures for one period, a figure that is not a
    number, and baselines out of order.
    """
    series = _series(readings, newest)
    seasonal = seasonal and newest.kind is not PeriodKind.YEAR
    measure = measure or measure_of(unit)
    lowest, highest = _bounds(series, floor, measure)
    places = max((_places(reading.value) for reading in series.values()), default=0)
    bases = _bases(series, newest, baselines, seasonal)
    ranges = tuple(
        found
        for basis in bases
        for found in _ranges(basis, measure=measure, places=places, floor=lowest, ceiling=highest)
    )
    signals = _signals(series, ranges, newest.kind)
    return _judgement(series, newest, bases, ranges, signals, Better(better) if better else None, measure)


def _series(readings: Iterable[Reading], newest: Period) -> dict[Period, Reading]:
    """Oldest first, up to the newest."""
    found: dict[Period, Reading] = {}
    for reading in readings:
        if reading.period.kind is not newest.kind:
            raise ValueError(f"{reading.period.label} is a {reading.period.kind.label}, not a {newest.kind.label}.")
        if reading.period in found:
            raise ValueError(f"There are two figures for {reading.period.label}.")
        if not reading.value.is_finite():
            raise ValueError(f"The figure for {reading.period.label} is not a number.")
        found[reading.period] = reading
    return {period: found[period] for period in sorted(found, key=_place) if _place(period) <= _place(newest)}


def _bounds(
    series: dict[Period, Reading], floor: Decimal | None, measure: Measure
) -> tuple[Decimal | None, Decimal | None]:
    ceiling = Decimal(100) if measure is Measure.PERCENTAGE else None
    values = [reading.value for reading in series.values()]
    if floor is not None and any(value < floor for value in values):
        floor = None
    if ceiling is not None and any(value > ceiling for value in values):
        ceiling = None
    return floor, ceiling


def _place(period: Period) -> int:
    """Neighbours in time have neighbouring numbers; cheaper than asking each period for the one before."""
    return (period.start.year * 12 + period.start.month - FIRST_MONTH) // period.kind.months


def _places(value: Decimal) -> int:
    return min(MOST_PLACES, max(0, -int(value.normalize().as_tuple().exponent)))


@dataclass(frozen=True, slots=True)
class _Basis:
    """The figures of one baseline, and what follows from them. A series that is not seasonal has one season, None."""

    baseline: Baseline
    holds_to: Period | None
    values: dict[Period, Decimal]
    stated: bool
    seasonal: bool
    counts: Counter[int | None]
    means: dict[int | None, Decimal]
    moving_ranges: list[Decimal]
    flat: bool


def _basis(
    baseline: Baseline, holds_to: Period | None, values: dict[Period, Decimal], *, seasonal: bool, stated: bool
) -> _Basis:
    seasons = {period: period.start.month if seasonal else None for period in values}
    counts = Counter(seasons.values())
    sums = dict.fromkeys(counts, Decimal(0))
    for period, value in values.items():
        sums[seasons[period]] += value
    means = {season: total / counts[season] for season, total in sums.items()}
    # What is left of each figure when its season's mean is taken off; differences of neighbours, none across a gap.
    left = {_place(period): value - means[seasons[period]] for period, value in values.items()}
    neighbours = [(here, left[place - 1]) for place, here in left.items() if place - 1 in left]
    return _Basis(
        baseline,
        holds_to,
        values,
        stated,
        seasonal,
        counts,
        means,
        moving_ranges=[abs(here - there) if _side(here, there) else Decimal(0) for here, there in neighbours],
        flat=all(_side(value, means[seasons[period]]) is None for period, value in values.items()),
    )


def _wanting(basis: _Basis, points: int, of_each: int) -> str:
    """What is missing for a range on so many points, in words; empty when nothing is."""
    kind, found = basis.baseline.first.kind, len(basis.values)
    if found < points:
        where = f"before it in the baseline from {basis.baseline.first.label}" if basis.stated else "before it"
        return f"there {_are(found, kind)} {where}, and {points} are needed"
    if basis.seasonal:
        season = min(_seasons(kind), key=lambda month: basis.counts[month])
        least = basis.counts[season]
        if least < of_each:
            return (
                f"figures of {of_each} years are needed for each {kind.label} of the year, "
                f"and of {_season_name(season, kind)} there {'is' if least == 1 else 'are'} {least or 'none'}"
            )
    if len(basis.moving_ranges) * 2 < points:
        return f"too many of the {kind.label}s have no figure in the {kind.label} before"
    if not any(basis.moving_ranges) and not basis.flat:
        return f"{kind.label}s next to each other never differ, which says nothing about the variation"
    return ""


def _ranges(
    basis: _Basis, *, measure: Measure, places: int, floor: Decimal | None, ceiling: Decimal | None
) -> list[UsualRange]:
    if _wanting(basis, POINTS_SHOWN, OF_EACH_SEASON_SHOWN):
        return []
    enough = not _wanting(basis, POINTS_NEEDED, OF_EACH_SEASON_NEEDED)
    points = len(basis.values)
    spread = sum(basis.moving_ranges, Decimal(0)) / len(basis.moving_ranges)
    counted = replace(basis.baseline, last=max(basis.values))
    found = []
    for season, mean in basis.means.items():
        of_season = basis.counts[season]
        reach = THREE_SIGMA * spread
        if basis.seasonal:
            reach *= (Decimal(points) / (points - len(basis.means)) * (1 + Decimal(1) / of_season)).sqrt()
        lower, upper, stops = mean - reach, mean + reach, []
        if floor is not None and lower < floor:
            lower = floor
            stops.append(figure_text(floor, measure))
        if ceiling is not None and upper > ceiling:
            upper = ceiling
            stops.append(figure_text(ceiling, measure))
        found.append(
            UsualRange(
                baseline=counted,
                points=points,
                mean=mean,
                lower=lower,
                upper=upper,
                moving_range_mean=spread,
                holds_to=basis.holds_to,
                season=season,
                of_season=of_season,
                enough=enough,
                stops=f"it stops at {' and '.join(stops)}, as the figure must" if stops else "",
                places=places,
                measure=measure,
            )
        )
    return found


def _bases(
    series: dict[Period, Reading], newest: Period, baselines: Sequence[Baseline], seasonal: bool
) -> list[_Basis]:
    before = {period: reading.value for period, reading in series.items() if period != newest}
    if not baselines:
        return _first_twelve(before, seasonal)
    for baseline in baselines:
        if baseline.first.kind is not newest.kind:
            raise ValueError(f"The baseline from {baseline.first.label} is not one of {newest.kind.label}s.")
    for earlier, later in itertools.pairwise(baselines):
        if not earlier.first < later.first:
            raise ValueError(f"The baseline from {later.first.label} comes after the one from {earlier.first.label}.")
    found = []
    for index, baseline in enumerate(baselines):
        holds_to = baselines[index + 1].first.previous() if index + 1 < len(baselines) else None
        last = min(baseline.last, holds_to) if holds_to else baseline.last
        values = {period: value for period, value in before.items() if baseline.first <= period <= last}
        basis = _basis(baseline, holds_to, values, seasonal=seasonal, stated=True)
        for period, value in before.items():
            if not _wanting(basis, POINTS_NEEDED, OF_EACH_SEASON_NEEDED):
                break
            if last < period and (holds_to is None or period <= holds_to):
                values = {**values, period: value}
                basis = _basis(baseline, holds_to, values, seasonal=seasonal, stated=True)
        found.append(basis)
    return found


def _first_twelve(before: dict[Period, Decimal], seasonal: bool) -> list[_Basis]:
    """The shortest beginning of the series that is enough to judge by; all of it when none is."""
    periods = list(before)
    for count in [*range(min(POINTS_NEEDED, len(periods)), len(periods)), len(periods)]:
        if not count:
            return []
        values = {period: before[period] for period in periods[:count]}
        baseline = Baseline(periods[0], periods[count - 1])
        basis = _basis(baseline, None, values, seasonal=seasonal, stated=False)
        if count == len(periods) or not _wanting(basis, POINTS_NEEDED, OF_EACH_SEASON_NEEDED):
            return [basis]
    return []


def _side(value: Decimal, line: Decimal) -> Side | None:
    tie = TIE * max(abs(value), abs(line), Decimal(1))
    if value - line > tie:
        return "above"
    return "below" if line - value > tie else None


def _outside(value: Decimal, found: UsualRange) -> Side | None:
    if _side(value, found.upper) == "above":
        return "above"
    return "below" if _side(value, found.lower) == "below" else None


def _signals(series: dict[Period, Reading], ranges: Sequence[UsualRange], kind: PeriodKind) -> tuple[Signal, ...]:
    found: list[Signal] = []
    row: list[Period] = []
    row_side: Side | None = None
    row_from: Baseline | None = None
    for period, reading in series.items():
        held = next((usual for usual in ranges if usual.holds(period)), None)
        if held is None or not held.enough:
            row, row_side = [], None
            continue
        outside, side = _outside(reading.value, held), _side(reading.value, held.mean)
        if outside:
            text = figure_text(reading.value, held.measure)
            sentence = f"{period.label}: {text} is {outside} {_range_words(held, kind)}."
            found.append(Signal(period, SignalKind.OUTSIDE, sentence, outside, period))
        goes_on = row and side == row_side and _place(row[-1]) == _place(period) - 1 and row_from == held.baseline
        row = [*row, period] if goes_on else [period] if side else []
        row_side, row_from = side, held.baseline
        if side and len(row) >= RUN:
            sentence = f"{period.label}: {_row_words(row, side, held)}."
            found.append(Signal(period, SignalKind.RUN, sentence, side, row[0]))
    return tuple(found)


def _judgement(
    series: dict[Period, Reading],
    newest: Period,
    bases: Sequence[_Basis],
    ranges: tuple[UsualRange, ...],
    signals: tuple[Signal, ...],
    better: Better | None,
    measure: Measure,
) -> Judgement:
    reading = series.get(newest)
    if reading is None:
        sentence = f"No figure for {newest.label} yet, so nothing can be said about a change."
        return Judgement(Word.NO_FIGURE, ranges, signals, sentence, newest)
    text = figure_text(reading.value, measure)
    held = next((found for found in ranges if found.holds(newest)), None)
    mine = [signal for signal in signals if signal.period == newest]
    if held is None or not held.enough:
        word, said, than = Word.TOO_FEW, _too_few(text, reading.value, newest, bases, held), ""
    elif mine:
        word, than = Word.UNUSUAL, _than_usual(mine[0].side, better)
        said = _unusual(text, newest, held, mine, than)
    else:
        word, than, said = Word.USUAL, "", _usual(text, newest, held)
    if reading.provisional:
        said += f" The figure for {newest.label} is provisional and may be revised."
    return Judgement(word, ranges, signals, said, newest, reading.provisional, than)


def _than_usual(side: Side, better: Better | None) -> str:
    if better not in (Better.LOWER, Better.HIGHER):
        return ""
    return "better than usual" if (side == "below") == (better is Better.LOWER) else "worse than usual"


def _unusual(text: str, newest: Period, held: UsualRange, mine: Sequence[Signal], than: str) -> str:
    kind = newest.kind
    outside = next((signal for signal in mine if signal.kind is SignalKind.OUTSIDE), None)
    row = next((signal for signal in mine if signal.kind is SignalKind.RUN), None)
    said = f"{text} is {outside.side if outside else 'within'} {_range_words(held, kind)}"
    if row:
        said += f"{', and' if outside else ', but'} {_row_words(_between(row.since, newest), row.side, held)}"
    said += f": an unusual change{f', {than}' if than else ''}"
    if held.season is not None:
        season = _season_name(held.season, kind)
        said += f", comparing {season} with {season} of other years"
    return f"{said}."


def _usual(text: str, newest: Period, held: UsualRange) -> str:
    kind = newest.kind
    if held.moving_range_mean == 0:
        return f"{text} is no change on {_range_words(held, kind)}."
    said = f"{text} is within {_range_words(held, kind)}, so the change may be no more than the normal variation"
    if held.season is not None:
        return f"{said} between {_season_name(held.season, kind)} of one year and another."
    return f"{said} from {kind.label} to {kind.label}."


def _too_few(text: str, value: Decimal, newest: Period, bases: Sequence[_Basis], held: UsualRange | None) -> str:
    said = f"Too few points to say whether {text} is unusual: "
    basis = next((found for found in reversed(bases) if found.baseline.first <= newest), None)
    if not bases:
        return f"{said}there {_are(0, newest.kind)} before it, and {POINTS_NEEDED} are needed."
    if basis is None:
        return f"{said}the first usual range holds from {bases[0].baseline.first.label}."
    said += f"{_wanting(basis, POINTS_NEEDED, OF_EACH_SEASON_NEEDED)}."
    if held is None:
        return said
    return (
        f"{said} Showing the range anyway: {held.text}{_for_season(held)} ({_made_of(held, newest.kind)}); "
        f"{text} is {_outside(value, held) or 'within'} it."
    )


def _range_words(held: UsualRange, kind: PeriodKind) -> str:
    """ "the usual range of 350 to 410 (mean 380, from 12 quarters Q1 2023/24 to Q4 2025/26)"."""
    season = _for_season(held)
    if held.moving_range_mean == 0:
        counted = f"{held.of_season} figures{season}" if season else f"{held.points} {kind.label}s"
        return f"the {held.mean_text} of all {counted}, {_span(held.baseline.first, held.baseline.last)}"
    return f"the usual range of {held.text}{season} ({_made_of(held, kind)})"


def _for_season(held: UsualRange) -> str:
    return f" for {_season_name(held.season, held.baseline.first.kind)}" if held.season is not None else ""


def _made_of(held: UsualRange, kind: PeriodKind) -> str:
    stops = f"; {held.stops}" if held.stops else ""
    return f"mean {held.mean_text}, {_from(held, kind)}{stops}"


def _from(held: UsualRange, kind: PeriodKind) -> str:
    reason = f"; counted anew from {held.baseline.first.label}: {held.baseline.reason}" if held.baseline.reason else ""
    return f"from {held.points} {kind.label}s {_span(held.baseline.first, held.baseline.last)}{reason}"


def _row_words(row: Sequence[Period], side: Side, held: UsualRange) -> str:
    kind = row[0].kind
    mean = "its season’s mean" if held.season is not None else f"the mean of {held.mean_text}"
    return f"each of the last {len(row)} {kind.label}s, {_span(row[0], row[-1])}, is {side} {mean}"


def _between(first: Period, last: Period) -> list[Period]:
    periods = [first]
    while periods[-1] < last:
        periods.append(periods[-1].next())
    return periods


def _are(count: int, kind: PeriodKind) -> str:
    if count == 1:
        return f"is 1 {kind.label}"
    return f"are {count or 'no'} {kind.label}s"


def _span(first: Period, last: Period) -> str:
    """ "Q1 2023/24 to Q4 2025/26"; half-years, whose labels have a "to" of their own, by their months."""
    if first == last:
        return first.label
    if first.kind is PeriodKind.HALF_YEAR:
        return f"{MONTHS[first.start.month - 1]} {first.start.year} to {MONTHS[last.end.month - 1]} {last.end.year}"
    return f"{first.label} to {last.label}"


def _seasons(kind: PeriodKind) -> list[int]:
    """The first months of the seasons of a year, which begin as its quarters and half-years do."""
    return sorted((FIRST_MONTH - 1 + step) % 12 + 1 for step in range(0, 12, kind.months))


def _season_name(month: int, kind: PeriodKind) -> str:
    """ "April–June"."""
    return f"{MONTHS[month - 1]}–{MONTHS[(month + kind.months - 2) % 12]}"
