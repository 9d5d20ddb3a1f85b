"""Which figures and which words about them are owed on a day, since when, and when people are asked for them. Pure.

A figure is owed from the day it can be had, or from the day its owner promised. Whom to ask, and who was asked before, is
for performance.models.owing to find out; what is written to people, for the rooms above.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from performance.standing import IndicatorFacts, IndicatorStanding, Wait, judge_period, last_ended
from priorities import working_days
from priorities.periods import Period, PeriodKind, british

LOOKED_BACK = dt.timedelta(days=370)
"""A figure that has been owed for longer is asked for no more: whoever misses it would have said so."""

LOOKED_AHEAD = dt.timedelta(days=90)
"""A figure that can only be had later than that is nobody's matter yet. Under a quarter: it is asked for in the running
one's grid at the latest."""

COMMENTARY_DAYS = 5
"""Working days after the figure came in, until its commentary is due."""

STALE = 20
"""Working days after which a step that nobody was told of is no news: a portal started on old data writes to nobody."""


QUARTERS = 12
"""So many are offered for figures: three years."""


def quarters_until(today: dt.date) -> list[Period]:
    """The last quarters that had ended, newest first."""
    found = [Period.containing(PeriodKind.QUARTER, today).previous()]
    while len(found) < QUARTERS:
        found.append(found[-1].previous())
    return found


class What(StrEnum):
    """What is owed. The values are those of `FigureReminder.owed`."""

    FIGURE = "figure"
    COMMENTARY = "commentary"


class Step(StrEnum):
    """The values are those of `FigureReminder.stage`, in the order in which they come."""

    ASKED = "asked"
    REMINDED = "reminded"
    OVERDUE = "overdue"


DAYS_FROM_DUE = {Step.ASKED: -5, Step.REMINDED: 0, Step.OVERDUE: 5}
"""Working days from the due day; on no day but a working day, and never before the period is over."""


@dataclass(frozen=True)
class Owed:
    """One figure, or the words about one. `due_on`: the day it can be had, or the one its owner promised (`wait`).

    `available_on` stays the day it could be had. `why`: what makes commentary wanted, in a sentence.
    """

    facts: IndicatorFacts
    period: Period
    what: What
    due_on: dt.date
    available_on: dt.date
    wait: Wait | None = None
    why: str = ""

    @property
    def place(self) -> tuple[int, Period]:
        return self.facts.pk, self.period

    @property
    def key(self) -> tuple[int, Period, What]:
        return self.facts.pk, self.period, self.what

    @property
    def is_figure(self) -> bool:
        return self.what is What.FIGURE

    @property
    def quarter(self) -> Period:
        """The quarter in whose grid it is asked for."""
        return asked_in(self.facts, self.period)

    def is_due(self, today: dt.date) -> bool:
        return self.due_on <= today

    def is_overdue(self, today: dt.date) -> bool:
        return self.due_on < today

    @property
    def said(self) -> str:
        """What its owner said about it, in a sentence; "" when nothing was."""
        if self.wait is None:
            return ""
        reason = self.wait.reason.rstrip(".")
        expected = f" Expected on {british(self.wait.expected_on)}." if self.wait.expected_on else ""
        return f"Not yet available: {reason}.{expected}"


def owed_of(
    facts: IndicatorFacts, today: dt.date, *, kept_from: dt.date | None = None, kept_to: dt.date | None = None
) -> list[Owed]:
    """What is owed for an indicator, newest period first; figures from a quarter before their day on.

    `kept_from` and `kept_to`: the days between which the indicator is kept. An older gap counts only after the first
    figure there is, so that a new indicator owes no history.
    """
    last = last_ended(facts.kind, today - dt.timedelta(days=1))
    known = [period for period in facts.figures if period.kind is facts.kind]
    first = min(known, default=last)
    found, period = [], last
    while facts.due_on(period) >= today - LOOKED_BACK:
        kept = (kept_from is None or kept_from <= period.end) and (kept_to is None or kept_to >= period.start)
        near = facts.due_on(period) <= today + LOOKED_AHEAD
        if kept and near and period not in facts.figures and (period == last or period >= first):
            found.append(_figure(facts, period))
        period = period.previous()
    return found + _commentary(facts, last, today)


def _figure(facts: IndicatorFacts, period: Period) -> Owed:
    available_on, wait = facts.due_on(period), facts.waits.get(period)
    promised = wait.expected_on if wait else None
    return Owed(facts, period, What.FIGURE, promised or available_on, available_on, wait)


def _commentary(facts: IndicatorFacts, last: Period, today: dt.date) -> list[Owed]:
    """Words on the newest figure, while it is about the last period or the one before: later ones took its place."""
    newest = max((one for one in facts.figures if one.kind is facts.kind and one <= last), default=None)
    if newest is None or newest in facts.comments or facts.due_on(newest) < today - LOOKED_BACK:
        return []
    if newest not in (last, last.previous()):
        return []
    standing = judge_period(facts, newest)
    if not standing.needs_commentary:
        return []
    recorded_on = standing.newest.recorded_at.date() if standing.newest else newest.end
    due_on = working_days.add_working_days(recorded_on, COMMENTARY_DAYS)
    return [Owed(facts, newest, What.COMMENTARY, due_on, recorded_on, why=_why(standing))]


def _why(standing: IndicatorStanding) -> str:
    words = standing.range_words if standing.unusual else standing.year_words
    return words.strip()


def step_of(owed: Owed, today: dt.date, told: Collection[Step]) -> Step | None:
    """The step to tell now: the highest reached that is no older than `STALE`, if it is higher than any told. Else None.

    `told`: steps of this due day that the person was told of.
    """
    for step in reversed(Step):
        if step in told:
            return None
        day = day_of(step, owed)
        if day <= today:
            return step if working_days.add_working_days(day, STALE) >= today else None
    return None


def day_of(step: Step, owed: Owed) -> dt.date:
    """The working day on which a step is reached."""
    due_on = working_days.on_or_after(owed.due_on)
    day = working_days.add_working_days(due_on, DAYS_FROM_DUE[step]) if DAYS_FROM_DUE[step] else due_on
    return max(day, working_days.first_after(owed.period.end))


# --- The grid of a quarter --------------------------------------------------------------------------------------------


def asked_in(facts: IndicatorFacts, period: Period) -> Period:
    """The quarter whose grid asks for the figure: its own, or for longer periods the one before it can be had."""
    if facts.kind is PeriodKind.QUARTER:
        return period
    due_in = Period.containing(PeriodKind.QUARTER, facts.due_on(period)).previous()
    return max(due_in, Period.containing(PeriodKind.QUARTER, period.end))


def period_asked(facts: IndicatorFacts, quarter: Period) -> Period:
    """The period that the quarter's grid asks this indicator for: the newest that it asked for by then.

    A yearly figure stands in the quarter before it can be had and in the following ones, in or not, until the next one's.
    It is also what a figure sent for the quarter is about when nobody says.
    """
    if facts.kind is PeriodKind.QUARTER:
        return quarter
    period = last_ended(facts.kind, quarter.end)
    while asked_in(facts, period) > quarter:
        period = period.previous()
    return period


def most_pressing(rows: Iterable[Owed]) -> list[Owed]:
    """By the day since which they are owed, the indicators' own order among equals."""
    return sorted(rows, key=lambda one: one.due_on)
