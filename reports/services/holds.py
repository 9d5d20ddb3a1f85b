"""Days on which nothing is published, such as the weeks before an election: whether there is a hold, and what it says."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from partners.words import is_blank
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


def reason_in_spite(plan: Plan, day: dt.date, despite_hold: str) -> str:
    """Why somebody goes on although publishing is on hold, to be kept beside their name; empty on a day without a hold.

    ValidationError keyed `despite_hold` when there is a hold and no reason.
    """
    hold = hold_in_force(plan, day)
    if hold is None:
        return ""
    if is_blank(despite_hold):
        raise ValidationError({"despite_hold": [f"{why_held(hold)} Say why it goes out all the same."]})
    return despite_hold.strip()
