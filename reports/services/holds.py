"""Days on which nothing is published, such as the weeks before an election: whether there is a hold, and what it says."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from priorities.periods import british
from reports.models import HoldPeriod

if TYPE_CHECKING:
    from priorities.models import Plan


def hold_in_force(plan: Plan, day: dt.date) -> HoldPeriod | None:
    """The hold on what `plan` publishes that is in force on `day`, its last day included; None when there is none."""
    return HoldPeriod.objects.on(plan, day)


def why_held(hold: HoldPeriod) -> str:
    """Why nothing is published, and until when, in a sentence. Drafts, decisions and their recording go on."""
    return f"Publishing is on hold until the end of {british(hold.ends_on)}: {hold.reason.strip().rstrip('.')}."
