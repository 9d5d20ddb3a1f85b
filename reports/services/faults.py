"""What keeps the clock from seeing to a plan: a row for each plan that could not be seen to, until it could again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from reports.models import PlanFault

if TYPE_CHECKING:
    from priorities.models import Plan

LONGEST = 2000


@transaction.atomic
def note(*, plan: Plan, reason: str, at: dt.datetime) -> PlanFault:
    """Write down why nothing more is made for the plan; `since` stays that of the first time it failed in a row.

    Called by the clock, not by a person, so it asks for no permission.
    """
    fault, _ = PlanFault.objects.update_or_create(
        plan=plan,
        defaults={"reason": reason[:LONGEST], "last_at": at},
        create_defaults={"reason": reason[:LONGEST], "last_at": at, "since": at},
    )
    return fault


def clear(*, plan: Plan) -> None:
    """The plan was seen to: what was noted of it is over. Nothing noted is no fault."""
    PlanFault.objects.filter(plan=plan).delete()
