"""Round steps for an axis."""

import math
from decimal import Decimal

STARTS_AT_ZERO_BELOW = 0.6
"""When the lowest figure is under this share of the highest, the axis starts at nought. Above it a trend would be
flattened out of sight, so the axis starts higher, and the chart says so."""


def ticks(low: float, high: float, *, whole: bool = False, steps: int = 4) -> list[Decimal]:
    """Round values from at or below `low` to at or above `high`, about `steps` apart; whole numbers alone if `whole`.

    `high` must not be under `low`.
    """
    span = high - low or abs(high) or 1
    rough = span / steps
    power = Decimal(10) ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if float(power * factor) >= rough * 0.999)
    if whole:
        step = max(step, Decimal(1))
    first, last = math.floor(Decimal(str(low)) / step), math.ceil(Decimal(str(high)) / step)
    return [step * n for n in range(first, max(last, first + 1) + 1)]


def trend_ticks(low: float, high: float, *, whole: bool = False) -> list[Decimal]:
    """The value axis of a trend: from nought, unless that would flatten it out of sight."""
    if 0 <= low < high * STARTS_AT_ZERO_BELOW or low == high == 0:
        return ticks(0, high, whole=whole)
    # Some air on both sides, and never less than a share of the figures themselves, so that a steady series does not
    # look like a mountain range.
    air = max((high - low) * 0.2, abs(high) * 0.06)
    bottom = low - air
    return ticks(bottom if low < 0 else max(bottom, 0), high + air, whole=whole)
