"""Comparing a figure with earlier periods, its baseline and target, and an area's rate with other areas' averages.

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
  percentage, unless it is known to have been made from fewer than 20. Two percentages differ by percentage points, never by a percentage of a percentage.
- Only like is compared with like: the same unit, the same length of time, the same period for both sides. What cannot
  be compared is "n/a" with its reason, never a number that looks like a comparison.
- Twelve months are added up from quarters or half-years when every one of them is there (the "rolling 12 months" of
  recorded-crime reports). Percentages and rates are not added: they are worked out anew from numerators and
  denominators, when those are known. People in touch with a service are not added either, for one person can be in
  every quarter's count.
- A baseline is taken to cover twelve months unless told otherwise: the plan's do, or do not say.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from charts.numbers import Number, exact, number, percent, rounded, signed, signed_percent
from priorities.periods import MONTHS, Period, PeriodKind

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
    OTHER = "other"  # money, time, a rank: no number of cases, and no share of one


class Kept(StrEnum):
    """What an indicator says that its figures are: what kind, and whether quarters of it add up to a year.

    The names are kept with indicators: do not change them.
    """

    COUNT = "count"  # of events
    PEOPLE = "people"  # who may be there again next quarter
    RATE = "rate"
    PERCENTAGE = "percentage"
    MONEY = "money"
    TIME = "time"
    OTHER = "other"

    @property
    def measure(self) -> Measure:
        return _MEASURES.get(self, Measure.OTHER)

    @property
    def adds_up(self) -> bool:
        """Whether four quarters' figures may be added up to a year's: counts of events and money."""
        return self in (Kept.COUNT, Kept.MONEY)


_MEASURES = {
    Kept.COUNT: Measure.COUNT,
    Kept.PEOPLE: Measure.COUNT,
    Kept.RATE: Measure.RATE,
    Kept.PERCENTAGE: Measure.PERCENTAGE,
}

_RATE = re.compile(r"^rate\b|\bper (?:[0-9]|(?:hundred|thousand|million|head|capita|person|resident|household)\b)")
_TIME = re.compile(r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b")
_MONEY = re.compile(r"£|\b(?:pounds?|pence)\b")
HEADCOUNTS = frozenset(
    {
        "adults",
        "applicants",
        "children",
        "clients",
        "families",
        "females",
        "households",
        "individuals",
        "inmates",
        "males",
        "men",
        "offenders",
        "patients",
        "people",
        "perpetrators",
        "prisoners",
        "pupils",
        "residents",
        "survivors",
        "tenants",
        "users",
        "victims",
        "women",
    }
)
"""Units that count people, or homes, that may be there again next quarter."""


@lru_cache(maxsize=1024)
def guess(unit: str) -> Kept:
    """What the words of a unit sound like: what is proposed for an indicator that does not say itself."""
    unit = unit.strip().lower()
    if unit.startswith(("%", "per cent", "percent")):
        return Kept.PERCENTAGE
    if _RATE.search(unit):
        return Kept.RATE
    if _MONEY.search(unit):
        return Kept.MONEY
    words = set(re.findall(r"[a-z]+", unit))
    if words & {"average", "mean", "median"} or (_TIME.search(unit) and not words & {"people", "adults"}):
        return Kept.TIME if _TIME.search(unit) else Kept.OTHER
    if words & {"rank", "score", "index"}:
        return Kept.OTHER
    return Kept.PEOPLE if words & HEADCOUNTS else Kept.COUNT


def measure_of(unit: str) -> Measure:
    """What a figure is whose unit alone is known, as a printed baseline's: "% of clients", "rate per 100,000"."""
    return guess(unit).measure


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


def difference(
    now: Number, before: Number, measure: Measure = Measure.COUNT, *, cases: Decimal | None = None
) -> Difference:
    """The change from `before` to `now`, both in the same unit. `cases`: how many the earlier one counts, where it is a
    rate and that is known: a percentage would make much of a few people in a rate as well.
    """
    change, base = exact(now) - exact(before), exact(before)
    if measure is Measure.PERCENTAGE:
        return Difference(change, None, "two percentages are compared in percentage points", measure)
    if base == 0:
        return Difference(change, None, "the earlier figure is 0", measure)
    if measure is Measure.RATE and cases is not None and cases < SMALLEST_BASE:
        return Difference(change, None, f"the earlier figure is of under {SMALLEST_BASE} cases", measure)
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
    *,
    cases: Decimal | None = None,
) -> Direction:
    """Judge the change by the indicator's own direction. Either figure may be missing (None). `cases`: see `difference`.

    The 5 per cent band is measured against the earlier figure whatever its size, so a small count can be "worse"
    with its number alone beside it.
    """
    better = Better(better)
    if now is None:
        return Direction(NO_COMPARISON, "", f"{NO_COMPARISON}: no figure for this period yet")
    if before is None:
        return Direction(NO_COMPARISON, "", f"{NO_COMPARISON}: no figure for {against}")
    change = difference(now, before, measure, cases=cases)
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


def against_average(rate: Number, average: Number, areas: str = "similar areas’ average") -> AgainstAverage:
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


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure for one period, in the indicator's unit.

    Numerator and denominator (their plain counts) are wanted only where a rate or percentage is to be worked out over
    several periods.
    """

    period: Period
    value: Decimal
    provisional: bool = False
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BaselineFigure:
    """Where the plan started from. `unit` is empty when it is the indicator's own, `covers` the period in words."""

    value: Decimal | None
    unit: str = ""
    covers: str = ""
    months: int = 12


class Wanted(StrEnum):
    """A target as a direction: what councils print as "Local Directional Target"."""

    REDUCE = "reduce"
    INCREASE = "increase"
    MAINTAIN = "maintain"


@dataclass(frozen=True, slots=True)
class Target:
    """A direction, a value, or both. A value without a direction is read by which way is better."""

    wanted: Wanted | None = None
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Average:
    """What others did in `period`. `unit` is empty when it is the indicator's own; position 1 is the lowest figure."""

    period: Period
    average: Decimal
    position: int | None = None
    group_size: int | None = None
    unit: str = ""


class Against(StrEnum):
    """What a figure is compared with. The last three are the kinds of other areas a comparison is stored for."""

    YEAR_BEFORE = "year_before"
    PREVIOUS = "previous"
    ROLLING = "rolling"
    BASELINE = "baseline"
    TARGET = "target"
    SIMILAR_AREAS = "similar_areas"
    REGION = "region"
    ENGLAND = "england"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of a table of comparisons.

    `period` says in words what the other figure is about (a quarter's label, "12 months to July 2023"), for annual and
    late figures are not about the quarter that is reported. `ours` and `theirs` are in the indicator's unit; `ours` is
    a year's figure in a row about twelve months. `word` is the judgement (better, worse, similar, up, down, unchanged;
    met, not met and the like for a target; above, below for other areas) and `sentence` says it against what.
    `theirs_unit`: the other figure's, where it is not the indicator's. `names_figure` is false of a target that is a
    direction alone: `theirs` is then what it is judged against, and none to be reached. Where nothing can be compared `difference` is None, the word is "no comparison", and `reason` says why.
    """

    kind: Against
    label: str
    period: str
    ours: Decimal | None
    theirs: Decimal | None
    measure: Measure
    difference: Difference | None
    word: str
    symbol: str
    sentence: str
    reason: str = ""
    position: int | None = None
    group_size: int | None = None
    provisional: bool = False
    theirs_unit: str = ""
    names_figure: bool = True

    @property
    def ours_text(self) -> str:
        return "" if self.ours is None else figure_text(self.ours, self.measure)

    @property
    def theirs_text(self) -> str:
        if self.theirs is not None and self.theirs_unit:
            return with_unit(number(self.theirs), self.theirs_unit)
        return "" if self.theirs is None or not self.names_figure else figure_text(self.theirs, self.measure)

    @property
    def number_text(self) -> str:
        """ "+266", or "n/a"."""
        return self.difference.number_text if self.difference else "n/a"

    @property
    def percent_text(self) -> str:
        """ "+9.5%", or "n/a"."""
        return self.difference.percent_text if self.difference else "n/a"


def figure_text(value: Decimal, measure: Measure) -> str:
    """ "2,805", or "62.5%" of a percentage."""
    return f"{number(value)}%" if measure is Measure.PERCENTAGE else number(value)


def with_unit(printed: str, unit: str) -> str:
    """ "418 offences", "45% of clients", "5.5 per 100,000": a figure as it was given, and what it counts, which may begin
    with the sign, or say that it is a rate.
    """
    if unit.startswith("%"):
        return f"{printed.removesuffix('%').rstrip()}{unit}"
    return f"{printed} {unit.removeprefix('rate ') if unit.startswith('rate per ') else unit}"


def compare_all(
    readings: Iterable[Reading],
    *,
    period: Period,
    better: Better | str,
    unit: str,
    baseline: BaselineFigure | None = None,
    target: Target | None = None,
    similar_areas: Average | None = None,
    region: Average | None = None,
    england: Average | None = None,
    kept: Kept | None = None,
    seasonal: bool = False,
) -> tuple[Comparison, ...]:
    """Every comparison there is of the figure for `period`, in the order a table has them.

    The same period last year always, the previous period and the twelve months unless the figures are yearly; baseline,
    target and other areas when given. `period` is the figure's own (for an annual figure that comes late, the year it
    is about). Readings after it are left aside. `kept`: what its figures are; None: as the unit sounds. `seasonal`: the
    period before is of another season, which makes no figure better or worse.
    """
    case = _case(readings, period, better, unit, kept)
    rows = [_year_before(case)]
    if period.kind is not PeriodKind.YEAR:
        rows += [_previous(case, seasonal=seasonal), _rolling(case)]
    if baseline:
        rows.append(_baseline(case, baseline))
    if target:
        rows.append(_target(case, target))
    areas = (
        (Against.SIMILAR_AREAS, "the similar areas’ average", similar_areas),
        (Against.REGION, "the region’s average", region),
        (Against.ENGLAND, "England’s average", england),
    )
    return (*rows, *(_average(case, kind, whose, average) for kind, whose, average in areas if average))


def compare_year(
    readings: Iterable[Reading], *, period: Period, better: Better | str, unit: str, kept: Kept | None = None
) -> Comparison:
    """The first row of `compare_all` alone: what a list says of a figure."""
    case = _case(readings, period, better, unit, kept)
    return _year_before(case)


def _case(readings: Iterable[Reading], period: Period, better: Better | str, unit: str, kept: Kept | None) -> "_Case":
    return _Case({reading.period: reading for reading in readings}, period, Better(better), unit, kept or guess(unit))


@dataclass(frozen=True, slots=True)
class _Case:
    known: dict[Period, Reading]
    period: Period
    better: Better
    unit: str
    kept: Kept

    @property
    def measure(self) -> Measure:
        return self.kept.measure

    @property
    def now(self) -> Reading | None:
        return self.known.get(self.period)

    @property
    def same_period(self) -> str:
        if self.period.kind is PeriodKind.YEAR:
            return "the year before"
        return f"the same {self.period.kind.label} last year"


@dataclass(frozen=True, slots=True)
class _Side:
    """One figure of a comparison, or the reason why it cannot be had."""

    value: Decimal | None
    reason: str = ""
    provisional: bool = False
    cases: Decimal | None = None


def _one(reading: Reading | None, period: Period) -> _Side:
    if reading is None:
        return _Side(None, f"no figure for {period.label}")
    return _Side(reading.value, "", reading.provisional, reading.numerator)


def _label(against: str) -> str:
    """ "the previous quarter" → "Previous quarter", the heading of a row."""
    text = against.removeprefix("the ")
    return text[:1].upper() + text[1:]


def _in_time(case: _Case, kind: Against, against: str, about: str, ours: _Side, theirs: _Side) -> Comparison:
    """A comparison with a figure of our own from an earlier time: `against` in words, `about` its period."""
    label = _label(against)
    if ours.value is None or theirs.value is None:
        return _none(case, kind, label, about, ours.reason or theirs.reason, ours.value, theirs.value)
    named = f"{against} ({about}: {figure_text(theirs.value, case.measure)})"
    judged = direction(ours.value, theirs.value, case.better, case.measure, named, cases=theirs.cases)
    provisional = ours.provisional or theirs.provisional
    return Comparison(
        kind=kind,
        label=label,
        period=about,
        ours=ours.value,
        theirs=theirs.value,
        measure=case.measure,
        difference=difference(ours.value, theirs.value, case.measure, cases=theirs.cases),
        word=judged.word,
        symbol=judged.symbol,
        sentence=_marked(judged.sentence, provisional),
        provisional=provisional,
    )


def _none(
    case: _Case,
    kind: Against,
    label: str,
    about: str,
    reason: str,
    ours: Decimal | None = None,
    theirs: Decimal | None = None,
    average: Average | None = None,
) -> Comparison:
    sentence = f"n/a: {reason}"
    if average:
        sentence += _position(average)
    return Comparison(
        kind=kind,
        label=label,
        period=about,
        ours=ours,
        theirs=theirs,
        measure=case.measure,
        difference=None,
        word=NO_COMPARISON,
        symbol="",
        sentence=sentence,
        reason=reason,
        position=average.position if average else None,
        group_size=average.group_size if average else None,
    )


def _marked(sentence: str, provisional: bool) -> str:
    return f"{sentence}; provisional, and may be revised" if provisional else sentence


def _year_before(case: _Case) -> Comparison:
    before = case.period.year_before()
    ours, theirs = _one(case.now, case.period), _one(case.known.get(before), before)
    return _in_time(case, Against.YEAR_BEFORE, case.same_period, before.label, ours, theirs)


def _previous(case: _Case, *, seasonal: bool) -> Comparison:
    before = case.period.previous()
    ours, theirs = _one(case.now, case.period), _one(case.known.get(before), before)
    about = before.label
    if seasonal:
        case, about = replace(case, better=Better.NEUTRAL), f"{about}, another season"
    return _in_time(case, Against.PREVIOUS, f"the previous {case.period.kind.label}", about, ours, theirs)


def _rolling(case: _Case) -> Comparison:
    """The twelve months that end with the period, against the twelve months before them."""
    later = _year_to(case.period)
    earlier = _year_to(later[0].previous())
    ours, theirs = _twelve_months(case, later), _twelve_months(case, earlier)
    if ours.value is None:
        # Half a comparison would print twelve months' figure beside a year that is not there.
        theirs = _Side(None, ours.reason)
    return _in_time(case, Against.ROLLING, "the 12 months before", _months(earlier), ours, theirs)


def _year_to(period: Period) -> list[Period]:
    """The periods of the twelve months that end with `period`, oldest first."""
    periods = [period]
    while len(periods) < 12 // period.kind.months:
        periods.insert(0, periods[0].previous())
    return periods


def _months(periods: Sequence[Period]) -> str:
    """ "October 2024 to September 2025"."""
    first, last = periods[0].start, periods[-1].end
    return f"{MONTHS[first.month - 1]} {first.year} to {MONTHS[last.month - 1]} {last.year}"


def _twelve_months(case: _Case, periods: Sequence[Period]) -> _Side:
    if case.kept is Kept.PEOPLE:
        return _Side(None, f"the same {case.unit} may be counted in more than one {case.period.kind.label}")
    found = [case.known[period] for period in periods if period in case.known]
    if len(found) < len(periods):
        missing = [period.label for period in periods if period not in case.known]
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return _Side(None, f"no figure for {missing[0]}{more}")
    provisional = any(reading.provisional for reading in found)
    if case.kept.adds_up:
        return _Side(sum((reading.value for reading in found), Decimal(0)), "", provisional)
    if case.measure is Measure.OTHER:
        return _Side(None, f"{case.unit}: such figures are not added up")
    pooled = _pooled(case, found)
    if isinstance(pooled, str):
        return _Side(None, pooled)
    return _Side(pooled, "", provisional, sum((reading.numerator or Decimal(0) for reading in found), Decimal(0)))


def _pooled(case: _Case, readings: Sequence[Reading]) -> Decimal | str:
    """One share or rate for several periods: all numerators over all denominators. Or the reason why there is none.

    A rate's is on the scale of one period's (the year's events over the sum of the four quarters' populations), so that
    it stays comparable with the quarters beside it.
    """
    scale = scale_of(case.unit, case.measure)
    if scale is None:
        return "the unit does not say per how many the rate is"
    numerator, denominator = Decimal(0), Decimal(0)
    for reading in readings:
        if reading.numerator is None or not reading.denominator:
            return (
                f"percentages and rates are not added up, and {reading.period.label} has no numerator and denominator"
            )
        if not _gives(reading.numerator * scale / reading.denominator, reading.value):
            return f"numerator and denominator do not give the figure of {reading.period.label}"
        numerator += reading.numerator
        denominator += reading.denominator
    # Whole percentages have lost the zero after the point: a pooled one has a decimal all the same.
    return rounded(numerator * scale / denominator, max(1, *(_places(reading.value) for reading in readings)))


def scale_of(unit: str, measure: Measure) -> Decimal | None:
    """Per how many a rate is, 100 for a percentage; None where its unit does not say."""
    if measure is Measure.PERCENTAGE:
        return Decimal(100)
    match = re.search(r"per ([0-9][0-9,]*)", unit.lower())
    return Decimal(match[1].replace(",", "")) if match else None


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def _gives(worked_out: Decimal, printed: Decimal) -> bool:
    """Equal up to the rounding of the printed figure, whose last zeros may have been lost: at most one unit off."""
    return abs(worked_out - printed) <= Decimal(1).scaleb(-_places(printed))


def _baseline(case: _Case, baseline: BaselineFigure) -> Comparison:
    about = baseline.covers or "period not stated"
    kind, label = Against.BASELINE, "Baseline"
    if baseline.value is None:
        return _none(case, kind, label, about, "the baseline is not a number")
    if not _same_unit(baseline.unit, case.unit):
        reason = f"the baseline is in another unit: {baseline.unit}, not {case.unit}"
        return replace(_none(case, kind, label, about, reason, None, baseline.value), theirs_unit=baseline.unit)
    ours = _one(case.now, case.period)
    # A share is a share over any length of time; a year's count beside a quarter's would always look four times worse.
    if case.measure is not Measure.PERCENTAGE and baseline.months != case.period.kind.months:
        if baseline.months != 12 or not (case.measure is Measure.COUNT or case.kept.adds_up):
            reason = f"the baseline covers {baseline.months} months, the figure {case.period.kind.months}"
            return _none(case, kind, label, about, reason, None, baseline.value)
        periods = _year_to(case.period)
        ours = _twelve_months(case, periods)
        about = f"{about}; ours of {_months(periods)}"
    return _in_time(case, kind, "the baseline", about, ours, _Side(baseline.value))


def _same_unit(theirs: str, ours: str) -> bool:
    return not theirs.strip() or _plain_unit(theirs) == _plain_unit(ours)


def _plain_unit(unit: str) -> str:
    """ "rate per 100,000" and "per 100,000 population" are one and the same; of whom else than everybody, is not."""
    plain = " ".join(unit.lower().split())
    if measure_of(unit) is not Measure.RATE:
        return plain
    return re.sub(r"^rate (?=per )|(?<=[0-9]) (of the )?(population|residents|people|inhabitants)$", "", plain)


WANTED_OF = {Better.LOWER: Wanted.REDUCE, Better.HIGHER: Wanted.INCREASE}


def _target(case: _Case, target: Target) -> Comparison:
    label = "Target"
    if case.now is None:
        return _none(case, Against.TARGET, label, case.period.label, f"no figure for {case.period.label}")
    wanted = target.wanted or WANTED_OF.get(case.better)
    if target.value is not None:
        return _against_value(case, case.now, wanted, target.value)
    if wanted is None:
        return _none(case, Against.TARGET, label, case.period.label, "the target names no direction")
    return _towards(case, wanted)


def _towards(case: _Case, wanted: Wanted) -> Comparison:
    """A target that is a direction alone is judged on the same period last year, as the councils' tables do."""
    base = _year_before(case)
    if base.ours is None or base.theirs is None:
        return _none(case, Against.TARGET, "Target", base.period, base.reason, base.ours, base.theirs)
    way = Better.HIGHER if wanted is Wanted.INCREASE else Better.LOWER
    judged = direction(base.ours, base.theirs, way, case.measure).word
    if wanted is Wanted.MAINTAIN:
        word = "held" if judged in ("similar", "unchanged") else "not held"
    else:
        word = {"better": "moving as wanted", "worse": "moving the wrong way"}.get(judged, "little change")
    named = f"{case.same_period} ({base.period}: {base.theirs_text})"
    moved = direction(base.ours, base.theirs, Better.NEUTRAL, case.measure, named).sentence
    return Comparison(
        kind=Against.TARGET,
        label=f"Target: to {wanted.value}, judged against",
        period=base.period,
        ours=base.ours,
        theirs=base.theirs,
        measure=case.measure,
        difference=base.difference,
        word=word,
        symbol=base.symbol,
        sentence=_marked(f"the target is to {wanted.value}: {word}, {moved}", base.provisional),
        provisional=base.provisional,
        names_figure=False,
    )


def _against_value(case: _Case, now: Reading, wanted: Wanted | None, value: Decimal) -> Comparison:
    change = difference(now.value, value, case.measure)
    text, gap = figure_text(value, case.measure), _gap(change)
    if wanted is None:
        # Nobody said which way is better, so nobody can say that it was met.
        word = "above" if change.number > 0 else "below" if change.number < 0 else "the same"
        sentence = f"{gap} the target of {text}"
    else:
        bound = {Wanted.REDUCE: " or less", Wanted.INCREASE: " or more", Wanted.MAINTAIN: ""}[wanted]
        met = {
            Wanted.REDUCE: change.number <= 0,
            Wanted.INCREASE: change.number >= 0,
            Wanted.MAINTAIN: abs(change.number) <= SIMILAR_WITHIN * abs(value),
        }[wanted]
        word = "met" if met else "not met"
        sentence = f"{word}: {figure_text(now.value, case.measure)} against a target of {text}{bound}"
    return Comparison(
        kind=Against.TARGET,
        label="Target",
        period=case.period.label,
        ours=now.value,
        theirs=value,
        measure=case.measure,
        difference=change,
        word=word,
        symbol="",
        sentence=_marked(sentence, now.provisional),
        provisional=now.provisional,
    )


def _average(case: _Case, kind: Against, whose: str, average: Average) -> Comparison:
    """Beside our own figure of the average's period, which may be an earlier one than the period reported."""
    about, ours, label = average.period.label, case.known.get(average.period), _label(whose)
    if not _same_unit(average.unit, case.unit):
        reason = f"the average is in another unit: {average.unit}, not {case.unit}"
        return _none(case, kind, label, about, reason, average=average)
    if ours is None:
        reason = f"no figure of our own for {about}"
        return _none(case, kind, label, about, reason, None, average.average, average)
    change = difference(ours.value, average.average, case.measure)
    word = "the same"
    if change.number:
        judged = _judge(change.number, average.average, case.better)
        word = {"up": "above", "down": "below"}.get(judged, judged)
    sentence = f"{_gap(change)} {whose} of {figure_text(average.average, case.measure)} in {about}"
    if word in ("better", "worse", "similar"):
        sentence = f"{word}: {sentence}"
    return Comparison(
        kind=kind,
        label=label,
        period=about,
        ours=ours.value,
        theirs=average.average,
        measure=case.measure,
        difference=change,
        word=word,
        symbol="",
        sentence=_marked(sentence + _position(average), ours.provisional),
        position=average.position,
        group_size=average.group_size,
        provisional=ours.provisional,
    )


def _gap(change: Difference) -> str:
    """ "31.1% above", "3.5 percentage points below", "the same as"."""
    if change.number == 0:
        return "the same as"
    return f"{_size(change)} {'above' if change.number > 0 else 'below'}"


def _position(average: Average) -> str:
    if average.position is None or average.group_size is None:
        return ""
    return f"; position {average.position} of {average.group_size}, where 1 is the lowest"
