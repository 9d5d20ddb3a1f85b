"""A figure as a table gives it, and what is known where it is checked: its indicator, and what its sender said besides."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from performance.standing import IndicatorFacts
from priorities.periods import Period

#: What the database keeps: ten digits before the point and four after it.
SMALLEST_STEP = Decimal("0.0001")
LARGEST = Decimal(10) ** 10
LONGEST_PRINTED = 40
LONGEST_SOURCE = 200
LONGEST_NOTE = 2_000
#: Where the base of a percentage comes from when nobody says: unlike a population it is counted with the figure.
OWN_COUNT = "counted with the figure"


@dataclass(frozen=True)
class Wanted:
    """An indicator that a table may name. `mine`: whether its sender may record figures for it."""

    facts: IndicatorFacts
    mine: bool = True
    rate_per: int | None = None
    active_from: dt.date | None = None
    active_to: dt.date | None = None

    def kept_in(self, period: Period) -> bool:
        begun = self.active_from is None or self.active_from <= period.end
        return begun and (self.active_to is None or self.active_to >= period.start)


@dataclass(frozen=True)
class Terms:
    """What the sender said besides the table. `several`: it holds other periods than the quarter's, too."""

    quarter: Period
    as_at: dt.date
    today: dt.date
    provisional: bool = False
    population_source: str = ""
    several: bool = False
    owner: str = ""
    """Whose figures they are said to be; empty: nobody said."""


class GivenFigure(NamedTuple):
    """A figure to record. `replaces`: the one it corrects; `reason`: why, where the table says so itself.

    A tuple as cells are, for there may be thousands.
    """

    cell: str
    indicator: int
    code: str
    called: str
    period: Period
    value: Decimal
    printed: str
    as_at: dt.date
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    denominator_source: str = ""
    provisional: bool = False
    note: str = ""
    reason: str = ""
    replaces: int | None = None


def stored(value: Decimal) -> Decimal:
    """As the database keeps it, to four decimals. As whole as it was: 418 stays 418."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -4:
        return value
    return value.quantize(SMALLEST_STEP, ROUND_HALF_UP).normalize() + 0


def worked_out(count: Decimal, base: Decimal, scale: Decimal) -> Decimal:
    """`count` of `base` as a rate per `scale`, as it is printed: one decimal from 10 on, two from 1, else three. What is
    compared is what is printed; count and base are kept, so nothing is lost.
    """
    exact = count * scale / base
    places = 1 if abs(exact) >= 10 or exact == 0 else 2 if abs(exact) >= 1 else 3
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def called(facts: IndicatorFacts) -> str:
    """Shoplifting (I-22): codes alone say nothing to most people, and names alone are not in every table."""
    return f"{facts.name} ({facts.code})"
