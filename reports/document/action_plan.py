"""The action plan as at a day: every action as it stood then, for a meeting that falls between two reports."""

from __future__ import annotations

import typing
from dataclasses import dataclass

from reports.document.figures import Figure, Known, Sum
from reports.document.matters import Asked, Matter
from reports.document.parts import Count, Definition, Issue, Paper
from reports.document.since import Since
from reports.document.six_monthly import ActionLine, Change, PriorityPart
from reports.document.texts import SectionWords


@dataclass(frozen=True)
class ActionPlanDocument:
    """`asked_label` is the period that partners had been asked about by the day, empty before anything was asked.

    `completed` and `closed` are all that had left the plan by then. `figures`, `known` and `sums` are not printed: by them
    the public version finds words that may tell a withheld number.
    """

    paper: Paper
    definitions: tuple[Definition, ...]
    definitions_note: str
    asked_label: str
    counts: tuple[Count, ...]
    priorities: tuple[PriorityPart, ...]
    actions: tuple[ActionLine, ...]
    completed: tuple[Change, ...]
    closed: tuple[Change, ...]
    figures: tuple[Figure, ...] = ()
    known: tuple[Known, ...] = ()
    sums: tuple[Sum, ...] = ()

    kind: typing.ClassVar[str] = "action_plan"
    # It has none of these, which everything that reads any document may ask for.
    issues: typing.ClassVar[tuple[Issue, ...]] = ()
    restricted_issues: typing.ClassVar[int] = 0
    texts: typing.ClassVar[tuple[SectionWords, ...]] = ()
    matters: typing.ClassVar[tuple[Matter, ...]] = ()
    last_asked: typing.ClassVar[tuple[Asked, ...]] = ()
    last_asked_of: typing.ClassVar[str] = ""
    since: typing.ClassVar[Since | None] = None

    @property
    def by_ref(self) -> dict[str, ActionLine]:
        return {line.ref: line for line in self.actions}
