"""When people are reminded of the updates they owe, and when somebody else is told: working days before and after a due day.

Which step was sent last is asked of the ledger, never which day it is: what was missed is caught up by the highest step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

from priorities import working_days


class Step(StrEnum):
    """The values are those of `Reminder.step`, in the order in which they come."""

    REQUEST = "request"
    SOON = "soon"
    LAST_DAY = "last_day"
    OVERDUE = "overdue"
    TO_SUB_GROUP_LEAD = "to_sub_group_lead"
    TO_COORDINATOR = "to_coordinator"


#: Steps that tell whoever owes the update; the others tell somebody else.
OWN = (Step.REQUEST, Step.SOON, Step.LAST_DAY, Step.OVERDUE)
#: Steps a person may do without.
BEFORE_DUE = frozenset({Step.SOON, Step.LAST_DAY})

#: Working days from the due day.
DAYS_FROM_DUE = {
    Step.SOON: -5,
    Step.LAST_DAY: -1,
    Step.OVERDUE: 1,
    Step.TO_SUB_GROUP_LEAD: 3,
    Step.TO_COORDINATOR: 5,
}


def day_of(step: Step, opens_on: dt.date, due_on: dt.date) -> dt.date:
    """The working day on which a step is reached."""
    if step == Step.REQUEST:
        return opens_on
    return working_days.add_working_days(due_on, DAYS_FROM_DUE[step])


def reached(step: Step, opens_on: dt.date, due_on: dt.date, today: dt.date, *, since: dt.date | None = None) -> bool:
    """True from the step's day on. A reminder that would come with the request, or before it, never does.

    `since`: the day the portal first heard of a request whose updates were due already; what had been reached by then is
    no news, what is reached later is.
    """
    day = day_of(step, opens_on, due_on)
    if step in BEFORE_DUE and day <= opens_on:
        return False
    return day <= today and (since is None or day > since)


def own_step(
    opens_on: dt.date,
    due_on: dt.date,
    today: dt.date,
    *,
    sent: Collection[Step],
    unwanted: Collection[Step] = (),
    since: dt.date | None = None,
) -> Step | None:
    """The step to send now to whoever owes the update: the highest reached, if it is higher than any sent. Else None."""
    for step in reversed(OWN):
        if step in sent:
            return None
        if step not in unwanted and reached(step, opens_on, due_on, today, since=since):
            return step
    return None
