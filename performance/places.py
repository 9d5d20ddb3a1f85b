"""Where our rates stand among similar areas, and which of the worst belong to none of our priorities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from charts.text import listed

OUTSIDE = "outside our priorities"
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Place:
    """Where a crime type stands, in the table looked at or in the one the plan printed. `is_total` stands under no
    heading and is the sum of the others, so no priority could own it."""

    label: str
    position: int | None
    areas: int | None
    outside: bool
    is_total: bool

    @property
    def is_last(self) -> bool:
        """The highest rate of all: the last position."""
        return self.position is not None and self.position == self.areas


def last_and_outside(places: Iterable[Place]) -> str:
    """A sentence on the crimes with the highest rate of the group that none of our priorities covers; "" for none."""
    mine = [place for place in places if place.is_last and place.outside and not place.is_total]
    if not mine:
        return ""
    count = COUNTS[len(mine)] if len(mine) < len(COUNTS) else str(len(mine))
    crimes, fits = ("crime is", "fits") if len(mine) == 1 else ("crimes are", "fit")
    areas = mine[0].areas
    return (
        f"{count[:1].upper()}{count[1:]} {crimes} ranked {areas} of {areas}, the highest rate of the group, and "
        f"{fits} none of our priorities: {listed([place.label for place in mine])}."
    )
