"""The quarterly report: the figures of each priority, similar areas, and headlines of the actions."""

from __future__ import annotations

import datetime as dt
import typing
from dataclasses import dataclass

from reports.document.figures import Figure, Known, Sum
from reports.document.matters import Asked, Matter
from reports.document.parts import Count, Definition, Issue, Mark, Note, Paper, Query
from reports.document.since import Since
from reports.document.texts import SectionWords


@dataclass(frozen=True)
class FigurePriority:
    """A priority and the codes of its indicators, in order."""

    code: str
    name: str
    statement: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class PrintedRow:
    """A row of the plan's table of similar areas, character for character, with the query on it."""

    heading: str
    label: str
    printed: str
    average: str
    position: str
    comparison: str
    number: str
    average_number: str
    unit: str
    where: str
    query: str
    place: int | None = None
    areas: int | None = None


@dataclass(frozen=True)
class AreaName:
    printed: str
    usual: str
    query: str


@dataclass(frozen=True)
class PrintedTable:
    """The plan's Table 1 and the group it compares with."""

    name: str
    period: str
    source: str
    rows: tuple[PrintedRow, ...]
    group: str
    group_query: str
    areas: tuple[AreaName, ...]


@dataclass(frozen=True)
class SimilarRow:
    """A crime of a quarter's table of similar areas, as given and as numbers. `indicator` is a code, or empty."""

    heading: str
    label: str
    printed: str
    average: str
    position: int | None
    number: str
    average_number: str
    where: str
    outside: bool
    query: str
    indicator: str
    before: str = ""


@dataclass(frozen=True)
class SimilarTable:
    """The newest table of similar areas by the cut-off. `before_label` is the quarter of the table before it, if any."""

    label: str
    window: str
    unit: str
    group_size: int
    source: str
    publishable: bool
    provisional: bool
    as_at: dt.date
    note: str
    before_label: str
    rows: tuple[SimilarRow, ...]


@dataclass(frozen=True)
class Outside:
    """A finding of the strategic assessment that belongs to none of the priorities."""

    text: str
    evidence: str


@dataclass(frozen=True)
class Headline:
    """An action off track, at risk or silent: its last known rating, and when it was given."""

    ref: str
    title: str
    lead: str
    mark: Mark
    confirmed: bool
    last_heard: dt.date | None
    due_on: dt.date | None


@dataclass(frozen=True)
class OtherAction:
    """An action that is not among the headlines. `became`: how it was closed, in lower case; `completed_on` if it was."""

    ref: str
    title: str
    mark: Mark
    became: str = ""
    completed_on: dt.date | None = None


@dataclass(frozen=True)
class LeftAlone:
    """An indicator, by its code, that is worse and has no live action; `why` says whether it has any."""

    code: str
    why: str


@dataclass(frozen=True)
class QuarterlyDocument:
    """`other_actions` is empty in texts from before what became of a headline was kept."""

    paper: Paper
    definitions: tuple[Definition, ...]
    rules: tuple[Note, ...]
    priorities: tuple[FigurePriority, ...]
    shared_codes: tuple[str, ...]
    other_codes: tuple[str, ...]
    figures: tuple[Figure, ...]
    table: PrintedTable | None
    outside_source: str
    outside: tuple[Outside, ...]
    counts: tuple[Count, ...]
    headlines: tuple[Headline, ...]
    headlines_label: str
    issues: tuple[Issue, ...]
    restricted_issues: int
    data_notes: tuple[str, ...]
    queries: tuple[Query, ...]
    similar_table: SimilarTable | None = None
    figure_notes: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()
    sums: tuple[Sum, ...] = ()
    texts: tuple[SectionWords, ...] = ()
    since: Since | None = None
    matters: tuple[Matter, ...] = ()
    last_asked: tuple[Asked, ...] = ()
    last_asked_of: str = ""
    left_alone: tuple[LeftAlone, ...] = ()
    other_actions: tuple[OtherAction, ...] = ()

    kind: typing.ClassVar[str] = "quarterly"

    @property
    def by_code(self) -> dict[str, Figure]:
        return {figure.code: figure for figure in self.figures}
