"""An indicator's figure with all that is said about it, and the figures that anything printed rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from performance.disclosure import Where
from priorities.periods import Period, PeriodKind


@dataclass(frozen=True)
class Value:
    """One figure as given, for the period named. `number` is the decimal written out; `place` says where among the known
    figures it stands. A figure that an audience must not see has its text in `printed` and an empty `number`.
    """

    label: str
    printed: str
    number: str
    provisional: bool
    as_at: dt.date
    note: str
    corrected: bool
    place: str = ""


@dataclass(frozen=True)
class TrendPoint:
    """One period of a trend. `number` is empty where there is no figure, or none that may be seen."""

    tick: str
    group: str
    number: str
    printed: str
    provisional: bool
    unusual: bool = False
    place: str = ""


@dataclass(frozen=True)
class Band:
    """The usual range over the points `first` to `last` of a trend, both included; `printed` as people read it."""

    first: int
    last: int
    lower: str
    mean: str
    upper: str
    printed: tuple[str, ...]


@dataclass(frozen=True)
class Remark:
    """What happened at one point of a trend."""

    point: int
    text: str


@dataclass(frozen=True)
class SimilarAreas:
    """What similar areas did in the same period; `average` in the indicator's unit, `basis` what it is of."""

    label: str
    average: str
    basis: str
    position: int | None
    group_size: int | None
    sentence: str
    place: str = ""


@dataclass(frozen=True)
class Compared:
    """One thing a figure is compared with: `period` in words, `theirs` the other figure, `number` and `percent` the change.

    `reason` says why there is no comparison; `rests_on` are the places of the figures it is worked out from.
    """

    kind: str
    label: str
    period: str
    theirs: str
    number: str
    percent: str
    word: str
    symbol: str
    sentence: str
    position: str
    reason: str
    rests_on: tuple[str, ...]


@dataclass(frozen=True)
class Correction:
    """A figure that was corrected since the last report: "was 410, corrected to 418 because …"."""

    label: str
    was: str
    now: str
    because: str
    on: dt.date


@dataclass(frozen=True)
class Figure:
    """One indicator: its figure, what it is compared with, and the judgement in words.

    `word` is better, worse, similar, up, down, unchanged or no comparison. `missing` says, when there is no figure,
    who owes it or when it can be had; `overdue` is true only when it could have been had by the cut-off. `baseline_unit` is
    empty where the baseline is in the figure's own unit.

    `quoted`: what of the note quotes the plan's own table, which everybody can read.

    `judged` is unusual, usual, too few points or no figure; `range_words` say shortly whether the change is unusual or noise, `range_sentence` in full, `than_usual` which way where
    one is better; `rests_on` are the places of all figures that is worked out from. `withheld`: of this something is kept
    back from the audience of this edition.
    """

    code: str
    name: str
    unit: str
    definition: str
    source: str
    wanted: str
    frequency: str
    owner: str
    priorities: tuple[str, ...]
    all_priorities: bool
    baseline: str
    baseline_unit: str
    baseline_period: str
    note: str
    period_label: str
    now: Value | None
    year_before: Value | None
    previous: Value | None
    latest: Value | None
    difference: str
    percent: str
    percent_note: str
    word: str
    symbol: str
    sentence: str
    against_previous: str
    similar: SimilarAreas | None
    trend: tuple[TrendPoint, ...]
    commentary: str
    commentary_by: str
    commentary_wanted_from: str
    missing: str
    overdue: bool
    comparisons: tuple[Compared, ...] = ()
    judged: str = ""
    than_usual: str = ""
    range_words: str = ""
    range_sentence: str = ""
    bands: tuple[Band, ...] = ()
    remarks: tuple[Remark, ...] = ()
    corrections: tuple[Correction, ...] = ()
    baseline_place: str = ""
    rests_on: tuple[str, ...] = ()
    withheld: bool = False
    quoted: tuple[str, ...] = ()

    @property
    def unusual(self) -> bool:
        return self.judged == "unusual"

    @property
    def worse(self) -> bool:
        """Worse than a year ago, or unusual in the unwanted way."""
        return self.word == "worse" or self.than_usual == "worse than usual"

    @property
    def better(self) -> bool:
        return (
            not self.worse and not self.withheld and (self.word == "better" or self.than_usual == "better than usual")
        )

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The comparisons there are."""
        return tuple(row for row in self.comparisons if not row.reason)

    @property
    def not_compared(self) -> tuple[Compared, ...]:
        return tuple(row for row in self.comparisons if row.reason)


@dataclass(frozen=True)
class Known:
    """A figure that is printed or that something printed rests on, with all that decides who may see it.

    `place` is the key of its indicator, and its period's kind and code: "I-07 quarter 2026-07". `number` is the decimal
    written out; `numerator` and `denominator` likewise, empty where they are not recorded.
    """

    place: str
    number: str
    printed: str
    measure: str
    small_numbers: bool
    publishable: bool
    numerator: str = ""
    denominator: str = ""


def place_of(where: Where) -> str:
    """The place of a figure as text: "I-07 quarter 2026-07", "I-07 baseline"."""
    key, period = where
    return f"{key} {period.kind.value} {period.code}" if isinstance(period, Period) else f"{key} {period}"


def where_of(place: str) -> Where:
    """What `place_of` wrote. ValueError for anything else."""
    key, _, last = place.rpartition(" ")
    head, _, kind = key.rpartition(" ")
    if head and kind in set(PeriodKind):
        return head, Period.parse(PeriodKind(kind), last)
    if not key:
        raise ValueError(f"“{place}” is no place of a figure.")
    return key, last


def notes_of(figures: Iterable[Figure]) -> tuple[str, ...]:
    """What a reader must know of the figures: which are provisional, which were corrected before, and their own notes."""
    figures = tuple(figures)
    provisional = [f.name for f in figures if f.now and f.now.provisional]
    notes = [f"Provisional (p in the tables), and may be revised: {'; '.join(provisional)}."] if provisional else []
    for figure in figures:
        told = {correction.label for correction in figure.corrections}
        for value in (figure.now, figure.year_before, figure.previous):
            if value and value.corrected and value.label not in told:
                notes.append(f"{figure.name}, {value.label}: corrected to {value.printed}. {value.note}".strip())
        if figure.note:
            notes.append(f"{figure.name}: {figure.note}")
    return tuple(dict.fromkeys(notes))


@dataclass(frozen=True)
class Sum:
    """Indicators that add up to another, by code, in the order in which they are best kept. `ratio`: `whole` is a rate or
    percentage, and `parts` the indicator that it is worked out from and, where there is one, that it is out of."""

    whole: str
    parts: tuple[str, ...]
    ratio: bool = False
