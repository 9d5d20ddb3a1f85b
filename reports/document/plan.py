"""The plan itself: what its rows say, section by section, so that next year's plan is an edit of the rows."""

from __future__ import annotations

import datetime as dt
import typing
from dataclasses import dataclass

from reports.document.figures import Figure, Known, Sum
from reports.document.matters import Asked, Matter
from reports.document.parts import Count, Issue, Paper, Query
from reports.document.quarterly import PrintedTable
from reports.document.since import Since
from reports.document.texts import SectionWords


@dataclass(frozen=True)
class PlanSection:
    """`number` is that of the published plan, empty for a part that has no text of its own; `holds` names what stands in it."""

    anchor: str
    number: str
    heading: str
    body: str
    source: str
    query: str
    holds: str


@dataclass(frozen=True)
class Item:
    """One thing that is said: what is printed, what is doubtful about it, and what was known in later years."""

    text: str
    note: str = ""
    query: str = ""
    later: tuple[str, ...] = ()


@dataclass(frozen=True)
class Items:
    heading: str
    rows: tuple[Item, ...]


@dataclass(frozen=True)
class SurveyPart:
    """A survey of the plan's years, and what it found by topic."""

    title: str
    source: str
    query: str
    findings: tuple[Items, ...]


@dataclass(frozen=True)
class PlanAction:
    ref: str
    title: str
    lead: str
    due_on: dt.date | None
    review_on: dt.date | None
    completed_on: dt.date | None


@dataclass(frozen=True)
class PlanPriority:
    """`focus` is what is given special weight in the document's year; empty for nothing."""

    code: str
    name: str
    statement: str
    source: str
    focus: str
    actions: tuple[PlanAction, ...]


@dataclass(frozen=True)
class Group:
    """A sub-group; `reports_to` is the code of another, empty when that is the Partnership itself."""

    code: str
    name: str
    reports_to: str
    priorities: tuple[str, ...]
    chaired_by: str
    meets: str


@dataclass(frozen=True)
class ReportDates:
    """When the reports on one period are made."""

    period: str
    updates_due_on: dt.date
    draft_on: dt.date
    chair_on: dt.date
    final_on: dt.date


@dataclass(frozen=True)
class PlanDocument:
    """`figures`, `known` and `sums` are not printed: by them the public version finds words that may tell a withheld number."""

    paper: Paper
    dates_note: str
    sections: tuple[PlanSection, ...]
    partners: tuple[Items, ...]
    context: tuple[Items, ...]
    achievements: tuple[Items, ...]
    assessment: str
    assessment_query: str
    findings: tuple[Items, ...]
    outside: tuple[Item, ...]
    table: PrintedTable | None
    surveys: tuple[SurveyPart, ...]
    priorities: tuple[PlanPriority, ...]
    groups: tuple[Group, ...]
    updates_every: str
    dates: tuple[ReportDates, ...]
    queries: tuple[Query, ...]
    figures: tuple[Figure, ...] = ()
    known: tuple[Known, ...] = ()
    sums: tuple[Sum, ...] = ()

    kind: typing.ClassVar[str] = "plan"
    # It has none of these, which everything that reads any document may ask for.
    counts: typing.ClassVar[tuple[Count, ...]] = ()
    issues: typing.ClassVar[tuple[Issue, ...]] = ()
    restricted_issues: typing.ClassVar[int] = 0
    texts: typing.ClassVar[tuple[SectionWords, ...]] = ()
    matters: typing.ClassVar[tuple[Matter, ...]] = ()
    last_asked: typing.ClassVar[tuple[Asked, ...]] = ()
    last_asked_of: typing.ClassVar[str] = ""
    since: typing.ClassVar[Since | None] = None
