"""Which figures are doubted before they are taken: asked of whoever sends them, never refused and never mended.

The same questions for a figure typed in the grid and for one out of a file. Each sentence says what is odd and against
what; "yes, it is right" answers any of them. Only figures already known are held against the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from charts.numbers import number
from performance.comparison import Measure, figure_text, measure_of, scale_of
from performance.usual_range import Judgement, UsualRange
from priorities.periods import Period

TENFOLD = Decimal(8)
"""From so many times another figure on it looks like a digit too many, and from its inverse like one lost."""

SMALLEST = Decimal(20)
"""Counts below this move by many times of themselves, and stay the same, by chance alone."""

FAR = Decimal(2)
"""So many times as far from the mean as the limits are. Just outside them is what the range is there to show."""


class Doubt(StrEnum):
    """What is odd about a figure. The names are kept with answers: do not change them."""

    TENFOLD = "tenfold"
    NOUGHT = "nought"
    SIGN = "sign"
    OVER_100 = "over-100"
    FRACTION = "fraction"
    OUTSIDE = "outside"
    NOT_WHOLE = "not-whole"
    PARTS = "parts"
    RATE = "rate"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a figure, and what it would rather be."""

    doubt: Doubt
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class Known(Protocol):
    """A figure that is known: performance.standing.KnownFigure is one, and so is performance.comparison.Reading."""

    @property
    def value(self) -> Decimal: ...


Others = Callable[[], Iterator[Decimal]]


def questions(
    value: Decimal,
    *,
    period: Period,
    unit: str,
    figures: Mapping[Period, Known],
    judgement: Judgement | None = None,
    measure: Measure | None = None,
) -> tuple[Question, ...]:
    """What to ask about a figure for `period`, in the indicator's unit. Empty when nothing is odd.

    `figures`: those in force, by period; the one for `period` itself, if there is one, is left aside. `judgement`: of the
    figures known, for the usual range in force in `period`; it may be of a later one, so that one serves many figures.
    `measure`: what the figures are; None: as the unit sounds.
    """
    measure = measure or measure_of(unit)
    neighbours = [(one, figures.get(one)) for one in _neighbours(period)]
    beside = [(one, known.value) for one, known in neighbours if known is not None]
    # An older figure is held against those after it, but not against one alone, which is as likely to be the odd one.
    if len(beside) == 1 and beside[0][0] > period:
        beside = []

    def others() -> Iterator[Decimal]:
        """Gone through only where a figure looks odd, for a table may hold thousands."""
        return (figure.value for known, figure in figures.items() if known != period)

    found = [
        _sign(value, measure, others),
        _nought(value, beside, measure),
        _percentage(value, measure, others),
        _not_whole(value, measure, others),
    ]
    # A percentage as 0.45 is hundredfold too small as well, and one question about it is enough.
    if not any(question and question.doubt in (Doubt.FRACTION, Doubt.NOUGHT) for question in found):
        found += [_tenfold(value, beside, measure) or _outside(value, period, judgement, measure)]
    before, last = neighbours[0]
    found += [_unchanged(value, last, before, measure)]
    return tuple(question for question in found if question)


@lru_cache(maxsize=1024)
def _neighbours(period: Period) -> tuple[Period, ...]:
    """The period before it and the same one last year, then the two after it and the same one of the next year. A table
    asks for the same few dozen thousands of times.
    """
    after = [period.next()]
    while len(after) < max(2, 12 // period.kind.months):
        after.append(after[-1].next())
    return tuple(dict.fromkeys([period.previous(), period.year_before(), *after[:2], after[-1]]))


def parts_question(
    total: Decimal,
    parts: Mapping[str, Decimal | None],
    *,
    unit: str,
    name: str = "The total",
    measure: Measure | None = None,
) -> Question | None:
    """Whether a total is what its parts add up to. `parts`: by the name of the indicator, None where not known.

    With a part missing the others may only not be more than the total; of rates and percentages nothing is asked, for
    they do not add up.
    """
    if not parts or (measure or measure_of(unit)) is not Measure.COUNT:
        return None
    known = [amount for amount in parts.values() if amount is not None]
    added = sum(known, Decimal(0))
    complete = len(known) == len(parts)
    if added == total or (not complete and (not known or added < total)):
        return None
    named = ", ".join(f"{part} {number(amount)}" for part, amount in parts.items() if amount is not None)
    alone = "" if complete else "alone "
    return Question(
        Doubt.PARTS,
        f"{name} is {number(total)}, but its parts {alone}add up to {number(added)} ({named}). Is it right?",
    )


def share_question(part: Decimal, whole: Decimal, *, name: str, of: str) -> Question | None:
    """Whether a count is more than the one it is a part of. `name` and `of`: what the two are called."""
    if part <= whole:
        return None
    return Question(
        Doubt.PARTS,
        f"{name} is {number(part)}, more than {of}, of which it is a part: {number(whole)}. Is it right?",
    )


def average_questions(average: Decimal, *, ours: Decimal | None, measure: Measure) -> tuple[Question, ...]:
    """What to ask about an average of other areas, in the indicator's unit. `ours`: our own figure of the period, None when
    it is not known.
    """
    own = [] if ours is None else [ours]
    found = [_sign(average, measure, lambda: iter(own)), _percentage(average, measure, lambda: iter(own))]
    if not any(found) and (digits := _digits(average, own, measure)) and ours is not None:
        words, guess = digits
        found.append(
            Question(
                Doubt.TENFOLD,
                f"{figure_text(average, measure)} is {words} our own {figure_text(ours, measure)}. {guess}",
            )
        )
    return tuple(question for question in found if question)


def made_questions(
    value: Decimal,
    *,
    numerator: Decimal | None,
    denominator: Decimal | None,
    unit: str,
    measure: Measure | None = None,
    per: int | None = None,
) -> tuple[Question, ...]:
    """Whether a figure is what its count and population make, to the decimals it is given with, and whether they can be.

    `per`: how many a rate is per; None: as its unit says. A count is its own numerator; of what is neither a count nor a
    share, such as average days, the two make the average.
    """
    measure = measure or measure_of(unit)
    shown = figure_text(value, measure)
    if measure is Measure.COUNT:
        if numerator is None or numerator == value:
            return ()
        return (
            Question(
                Doubt.RATE, f"The figure is {shown}, but the count beside it {number(numerator)}. Is {shown} right?"
            ),
        )
    if numerator is None or denominator is None or denominator == 0:
        return ()
    if measure is Measure.PERCENTAGE and numerator > denominator:
        return (
            Question(
                Doubt.RATE,
                f"{number(numerator)} of {number(denominator)} is more than all of them. Are the two the right way round?",
            ),
        )
    scale = Decimal(per) if per and measure is not Measure.PERCENTAGE else scale_of(unit, measure)
    if measure is Measure.OTHER:
        scale = Decimal(1)
    if scale is None:
        return ()
    made = numerator * scale / denominator
    step = Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))
    if abs(made - value) <= step:
        return ()
    makes = figure_text(made.quantize(step if step < 1 else Decimal("0.1")), measure)
    scaled = f" per {number(scale)}" if measure is Measure.RATE else ""
    return (
        Question(
            Doubt.RATE,
            f"{number(numerator)} of {number(denominator)} make {makes}{scaled}, not {shown}. Is {shown} right?",
        ),
    )


def misfit(given_unit: str, unit: str, measure: Measure | None = None) -> str:
    """Why a figure written with this sign ("%", "£" or nothing) cannot be one of the indicator; empty when it can."""
    if given_unit == "%" and (measure or measure_of(unit)) is not Measure.PERCENTAGE:
        return f"It is a percentage, but the figure wanted is: {unit}."
    if given_unit == "£" and "£" not in unit and "pound" not in unit.lower():
        return f"It is an amount of money, but the figure wanted is: {unit}."
    return ""


def _sign(value: Decimal, measure: Measure, others: Others) -> Question | None:
    if value >= 0 or any(other < 0 for other in others()):
        return None
    return Question(Doubt.SIGN, f"{figure_text(value, measure)} is below 0, as no figure before it. Is the sign right?")


def _nought(value: Decimal, beside: list[tuple[Period, Decimal]], measure: Measure) -> Question | None:
    if value != 0 or not beside or any(other < SMALLEST for _, other in beside):
        return None
    return Question(
        Doubt.NOUGHT,
        f"The figure is 0; {_listed(beside, measure)}. Is it 0, or not yet available?",
    )


def _percentage(value: Decimal, measure: Measure, others: Others) -> Question | None:
    if measure is not Measure.PERCENTAGE:
        return None
    if value > 100 and not any(other > 100 for other in others()):
        return Question(Doubt.OVER_100, f"{figure_text(value, measure)} is more than 100%. Is it a percentage?")
    if 0 < value <= 1 and not any(0 < other <= 5 for other in others()):
        meant = figure_text((value * 100).normalize(), measure)
        return Question(
            Doubt.FRACTION,
            f"{number(value)} is read as {figure_text(value, measure)}. Is {meant} meant, written as a fraction?",
        )
    return None


def _not_whole(value: Decimal, measure: Measure, others: Others) -> Question | None:
    if measure is not Measure.COUNT or value == value.to_integral_value():
        return None
    if any(other != other.to_integral_value() for other in others()):
        return None
    return Question(Doubt.NOT_WHOLE, f"{number(value)} is not a whole number, as counts are. Is it right?")


def _tenfold(value: Decimal, beside: list[tuple[Period, Decimal]], measure: Measure) -> Question | None:
    """Against its neighbours, where known: a season makes the one odd and not the other."""
    found = _digits(value, [other for _, other in beside], measure)
    if found is None:
        return None
    words, guess = found
    period, other = beside[0]
    return Question(
        Doubt.TENFOLD,
        f"{figure_text(value, measure)} is {words} the {figure_text(other, measure)} of {period.label}. {guess}",
    )


def _digits(value: Decimal, others: list[Decimal], measure: Measure) -> tuple[str, str] | None:
    """How many times the first of the others the figure is, and what may be wrong with it; None when nothing looks it."""
    if value == 0 or not others or any(other == 0 for other in others):
        return None
    if measure is Measure.COUNT and all(max(abs(value), abs(other)) < SMALLEST for other in others):
        return None
    times = [abs(value / other) for other in others]
    if all(ratio >= TENFOLD for ratio in times):
        return f"{number(times[0], 0)} times", "Is there a digit too many?"
    if all(ratio * TENFOLD <= 1 for ratio in times):
        return f"only 1/{number(1 / times[0], 0)} of", "Is a digit missing?"
    return None


def _outside(value: Decimal, period: Period, judgement: Judgement | None, measure: Measure) -> Question | None:
    held: UsualRange | None = judgement.range_of(period) if judgement else None
    if held is None or not held.enough:
        return None
    # A limit that was cut off at 0 or 100 says less of the spread than the other one.
    reach = max(held.upper - held.mean, held.mean - held.lower)
    if abs(value - held.mean) <= FAR * reach:
        return None
    side = "above" if value > held.mean else "below"
    return Question(
        Doubt.OUTSIDE, f"{figure_text(value, measure)} is far {side} the usual range of {held.text}. Is it right?"
    )


def _unchanged(value: Decimal, last: Known | None, before: Period, measure: Measure) -> Question | None:
    if last is None or value != last.value or (abs(value) < SMALLEST and value == value.to_integral_value()):
        return None
    return Question(
        Doubt.UNCHANGED,
        f"{figure_text(value, measure)} is exactly the figure of {before.label}. Is it the new one?",
    )


def _listed(beside: list[tuple[Period, Decimal]], measure: Measure) -> str:
    return " and ".join(f"it was {figure_text(other, measure)} in {period.label}" for period, other in beside[:2])
