"""Comparing a figure with the same period a year before, and an area's rate with its similar areas' average.

The conventions are those of the Partnership's own quarterly reports and of councils' performance reports:

- A quarter is compared with the same quarter last year, as a number and a percentage (how the Partnership has
  printed its figures, e.g. "3,071 v 2,805, +266, +9.5%").
- Better and worse follow the indicator's own direction; within 5 per cent either way is "similar" (a wider version of
  the "within 10 per cent of target" bands councils use, centred on last year because the plan sets no targets).
- Figures that only show activity or give context (arrests, reports of domestic abuse: more may be good news) are
  never called better or worse, only up or down.
- Arrow and word say different things: the arrow is the number's direction, the word is the judgement.
- From nought there is no percentage ("n/a", not infinity). From a count under 20 the number is given without a
  percentage, which would make much of a few cases. That rule is about counts: a rate of 14.8 per 100,000 keeps its
  percentage. Two percentages differ by percentage points, never by a percentage of a percentage.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from charts.numbers import Number, exact, number, percent, rounded, signed, signed_percent

SIMILAR_WITHIN = Decimal("0.05")
"""A share of the earlier figure: up to and including this much either way is "similar"."""

SMALLEST_BASE = 20
"""Under this count in the earlier period a percentage is not printed."""

SAME_QUARTER = "the same quarter last year"


class Better(StrEnum):
    """Which way is better. NEUTRAL figures show activity, CONTEXT figures describe the town: neither is judged."""

    LOWER = "lower"
    HIGHER = "higher"
    NEUTRAL = "neutral"
    CONTEXT = "context"


class Measure(StrEnum):
    """What kind of figure it is, which decides how two of them may be compared."""

    COUNT = "count"
    RATE = "rate"
    PERCENTAGE = "percentage"


def measure_of(unit: str) -> Measure:
    """Read the kind off an indicator's unit: "% of clients", "rate per 100,000", "offences" (a count)."""
    unit = unit.strip().lower()
    if unit.startswith(("%", "per cent", "percent")):
        return Measure.PERCENTAGE
    if unit.startswith(("rate", "per 1")) or " per 1" in unit:
        return Measure.RATE
    return Measure.COUNT


@dataclass(frozen=True, slots=True)
class Difference:
    """`number` in the figure's own unit (percentage points for percentages); `percent` of the earlier figure,
    to one decimal, or None, and then `reason` says why in a sentence part ("the earlier figure is 0")."""

    number: Decimal
    percent: Decimal | None
    reason: str = ""
    measure: Measure = Measure.COUNT

    @property
    def number_text(self) -> str:
        """ "+266", "−12", "0", "+2.4 points"."""
        if self.measure is Measure.PERCENTAGE:
            return f"{signed(self.number)} point{'' if abs(self.number) == 1 else 's'}"
        return signed(self.number)

    @property
    def percent_text(self) -> str:
        """ "+9.5%", or "n/a"."""
        return "n/a" if self.percent is None else signed_percent(self.percent)


def difference(now: Number, before: Number, measure: Measure = Measure.COUNT) -> Difference:
    """The change from `before` to `now`, both in the same unit."""
    change, base = exact(now) - exact(before), exact(before)
    if measure is Measure.PERCENTAGE:
        return Difference(change, None, "two percentages are compared in percentage points", measure)
    if base == 0:
        return Difference(change, None, "the earlier figure is 0", measure)
    if measure is Measure.COUNT and abs(base) < SMALLEST_BASE:
        return Difference(change, None, f"the earlier figure is under {SMALLEST_BASE}", measure)
    return Difference(change, rounded(change * 100 / abs(base), 1), "", measure)


@dataclass(frozen=True, slots=True)
class Direction:
    """`word`: better, worse, similar, up, down, unchanged or no comparison. `arrow`: the number's own direction with
    its word, empty when there is no comparison. `sentence`: both together, ready for a table or a page."""

    word: str
    arrow: str
    sentence: str

    @property
    def symbol(self) -> str:
        """The arrow alone, for a narrow column that has the word beside it."""
        return self.arrow[:1]


NO_COMPARISON = "no comparison"


def direction(
    now: Number | None,
    before: Number | None,
    better: Better | str,
    measure: Measure = Measure.COUNT,
    against: str = SAME_QUARTER,
) -> Direction:
    """Judge the change by the indicator's own direction. Either figure may be missing (None).

    The 5 per cent band is measured against the earlier figure whatever its size, so a small count can be "worse"
    with its number alone beside it.
    """
    better = Better(better)
    if now is None:
        return Direction(NO_COMPARISON, "", f"{NO_COMPARISON}: no figure for this period yet")
    if before is None:
        return Direction(NO_COMPARISON, "", f"{NO_COMPARISON}: no figure for {against}")
    change = difference(now, before, measure)
    if change.number == 0:
        return Direction("unchanged", "▶ unchanged", f"unchanged on {against}")
    way = "up" if change.number > 0 else "down"
    moved = f"{way} {_size(change)} on {against}"
    if change.percent is None and measure is Measure.COUNT and exact(before) == 0:
        moved += " (from 0)"
    word = _judge(change.number, exact(before), better)
    return Direction(word, "▲ up" if way == "up" else "▼ down", moved if word == way else f"{word}: {moved}")


def _judge(change: Decimal, base: Decimal, better: Better) -> str:
    if better in (Better.NEUTRAL, Better.CONTEXT):
        return "up" if change > 0 else "down"
    if abs(change) <= SIMILAR_WITHIN * abs(base):
        return "similar"
    return "better" if (change < 0) == (better is Better.LOWER) else "worse"


def _size(change: Difference) -> str:
    if change.percent:
        return percent(abs(change.percent))
    if change.measure is Measure.PERCENTAGE:
        points = number(abs(change.number))
        return f"{points} percentage point{'' if points == '1' else 's'}"
    # No percentage allowed, or one that rounds to 0.0: the number itself says more.
    return number(abs(change.number))


@dataclass(frozen=True, slots=True)
class AgainstAverage:
    """An area's rate beside the average of the areas most like it. `times`: rate ÷ average, None for an average of 0."""

    word: str
    times: Decimal | None
    sentence: str


def against_average(rate: Number, average: Number, areas: str = "similar areas' average") -> AgainstAverage:
    """Above, below or the same, with how far in per cent. Two rates of the same unit, e.g. per 1,000 residents."""
    ours, theirs = exact(rate), exact(average)
    word = "Above" if ours > theirs else "Below" if ours < theirs else "The same as"
    if theirs == 0:
        return AgainstAverage(word, None, f"{word} the {areas} of 0")
    times = ours / theirs
    if ours == theirs:
        return AgainstAverage(word, times, f"{word} the {areas}")
    gap = percent(abs(times - 1) * 100)
    return AgainstAverage(word, times, f"{gap} {word.lower()} the {areas}")
