"""What both reports have: their head, the ratings and how many, emerging issues, queries and notes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from priorities.periods import british

HOLDER = "Community Safety Team"
"""Who holds what a report leaves out as restricted, and who presents the reports (plan, last page)."""

RESTRICTED = f"Restricted: held by the {HOLDER}."

PARTNERS, PUBLIC = "partners", "public"
"""Editions of a report. Only the partners' is ever frozen; the public one is made of it (reports.public)."""


LONDON = ZoneInfo("Europe/London")


def up_to(moment: dt.datetime) -> str:
    """Up to when things had been received: "21 October 2026" for all of that day, else "10:00 on 21 October 2026"."""
    local = moment.astimezone(LONDON)
    whole = (local.hour, local.minute) == (23, 59)
    return british(local.date()) if whole else f"{local:%H:%M} on {british(local.date())}"


@dataclass(frozen=True)
class Paper:
    """The head of a report: whose it is, what it is about, and what it knew when.

    `check_at`: the address at which anybody can have a copy checked; empty in texts from before there was one. `due_on` is the
    day on which version 1 fell due, and `late_by` so many working days after it was made; None and 0 for later versions, for
    what is made when somebody asks, and in texts from before that was kept.
    """

    partnership: str
    short_name: str
    plan_title: str
    plan_starts_on: dt.date
    plan_ends_on: dt.date
    title: str
    period_kind: str
    period_start: dt.date
    period_end: dt.date
    period_label: str
    period_long_label: str
    month: int
    months: int
    number: int
    reason: str
    cut_off: dt.datetime
    cut_off_on: dt.date
    updates_due_on: dt.date
    made_at: dt.datetime
    made_on: dt.date
    meeting_on: dt.date | None
    report_of: str
    contact: str
    marking: str
    is_demonstration: bool
    strategic_objective: str
    objective_source: str
    priorities: tuple[str, ...]
    edition: str = PARTNERS
    check_at: str = ""
    due_on: dt.date | None = None
    late_by: int = 0

    @property
    def received(self) -> str:
        """Up to when what is in it had been received, with the hour unless it is the end of a day."""
        return up_to(self.cut_off)


@dataclass(frozen=True)
class Mark:
    """How one rating is shown: its word and shape, and the name of its colour."""

    key: str
    word: str
    shape: str
    css: str


@dataclass(frozen=True)
class Definition:
    """A rating and what it means, as the report's readers are told."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Count:
    """So many actions with one rating, `not_confirmed` of them without an update in the period.

    `before` is the number at the end of the period before; None when there is nothing to compare with.
    """

    mark: Mark
    number: int
    not_confirmed: int
    before: int | None


@dataclass(frozen=True)
class Query:
    """A doubtful printed figure or wording, with what is doubtful about it."""

    about: str
    printed: str
    text: str
    source: str


@dataclass(frozen=True)
class Issue:
    """An emerging issue as it stood at the cut-off; `where` is its priority, or outside our priorities.

    `indicator` is the code of the figure that showed it, empty when none did. `changed_on`: since when it is in that state,
    None for one that nobody has decided on, and in documents made before this was told. `is_new`: raised since the last
    report. `answers`: references of actions that are in the plan because of it.
    """

    title: str
    text: str
    evidence: str
    where: str
    raised_on: dt.date
    raised_by: str
    state: str
    reason: str
    indicator: str = ""
    changed_on: dt.date | None = None
    is_new: bool = False
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """A heading and a sentence or two."""

    heading: str
    text: str
