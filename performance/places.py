"""Where our rates stand among similar areas, and which of the worst belong to none of our priorities."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from charts.text import listed

ALL, OUTSIDE = "all", "outside"
"""In the place of a priority's code, in addresses and forms: what belongs to every priority, and what belongs to none."""
OUTSIDE_WORDS = "Outside our priorities"
IS_OUTSIDE = OUTSIDE_WORDS[:1].lower() + OUTSIDE_WORDS[1:]
#: Stands in the place of a priority for a row that is the sum of the others.
TOTAL = "total"
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


#: What sources call the sum of all the others. Only these names make a row a total: a missing heading does not.
TOTALS = frozenset(
    f"{all_of}{what}"
    for all_of in ("all ", "total ", "overall ", "all recorded ", "total recorded ", "all police recorded ")
    for what in ("crime", "crimes", "offences", "crime types")
) | {"total", "all", "overall", "total all crime", "all crime total"}


def plain(label: str) -> str:
    """Labels that differ in capitals, spaces, dashes and a footnote's asterisk alone are one."""
    return " ".join(re.sub(r"[\u2010-\u2015-]", " ", label.casefold()).split()).rstrip("* ")


def is_total(label: str) -> bool:
    """Whether it is the sum of all crimes, which no priority could own."""
    return plain(label) in TOTALS


class Coded(Protocol):
    """A priority, as far as a heading needs it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


def under(all_priorities: bool, own: Sequence[Coded]) -> str:
    """What an indicator with these priorities, in the plan's order, stands under: its first one's code, ALL or OUTSIDE."""
    return ALL if all_priorities else own[0].code if own else OUTSIDE


def headings(priorities: Iterable[Coded]) -> list[tuple[str, str]]:
    """What indicators stand under, with its words: the plan's priorities in its order, then all, then none."""
    return [*((one.code, one.name) for one in priorities), (ALL, "All priorities"), (OUTSIDE, OUTSIDE_WORDS)]


Held = TypeVar("Held")


class ByCrimeType(Generic[Held]):
    """What is known of crime types, found by heading and label; by the label alone where one heading holds it."""

    def __init__(self, held: Mapping[tuple[str, str], Held]) -> None:
        self._exact = {(plain(heading), plain(label)): one for (heading, label), one in held.items()}
        once = Counter(label for _, label in self._exact)
        self._by_label = {label: one for (_, label), one in self._exact.items() if once[label] == 1}

    def get(self, heading: str, label: str) -> Held | None:
        found = self._exact.get((plain(heading), plain(label)))
        return found if found is not None else self._by_label.get(plain(label))


@dataclass(frozen=True)
class Place:
    """Where a crime type stands, in the table looked at or in the one the plan printed. `is_total`: the sum of the
    others, which no priority could own."""

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
