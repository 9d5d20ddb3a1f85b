"""When the work after a reporting period falls due.

The plan gives no dates. Counting whole weeks from the period's last day and rolling to the next working day is
convention: police figures settle two to three weeks after a period's end, and papers need about a week before a
meeting. The weeks are the plan's own data; the defaults are those below.
"""

import datetime as dt
from dataclasses import dataclass

from priorities import working_days
from priorities.periods import Period


@dataclass(frozen=True, slots=True)
class Weeks:
    """Whole weeks after the period's last day. ValueError when one is under 1 or they run backwards."""

    updates_due: int = 3
    draft: int = 4
    chair: int = 5
    final: int = 6

    def __post_init__(self) -> None:
        steps = (self.updates_due, self.draft, self.chair, self.final)
        if self.updates_due < 1:
            raise ValueError("Updates must be due at least one week after the period's last day.")
        if list(steps) != sorted(steps):
            raise ValueError(
                "The timetable runs backwards: updates, draft, chair and final must follow each other in weeks."
            )


@dataclass(frozen=True, slots=True)
class Timetable:
    """The working days on which one period's update request opens and each later step is due."""

    opens_on: dt.date
    updates_due_on: dt.date
    draft_on: dt.date
    chair_on: dt.date
    final_on: dt.date


def timetable_for(period: Period, weeks: Weeks) -> Timetable:
    """The round opens on the first working day after the period; each step is due whole weeks after its last
    day, or on the next working day when that is a weekend or an English bank holiday."""

    def due(after: int) -> dt.date:
        return working_days.on_or_after(period.end + dt.timedelta(weeks=after))

    return Timetable(
        opens_on=working_days.first_after(period.end),
        updates_due_on=due(weeks.updates_due),
        draft_on=due(weeks.draft),
        chair_on=due(weeks.chair),
        final_on=due(weeks.final),
    )
