"""Verbs of the calendar: a request for updates opens, is closed by hand, and is settled when its report is approved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from priorities.models import UpdateRound
from priorities.timetable import timetable_for

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan
    from priorities.periods import Period


def open_round(*, plan: Plan, period: Period, at: dt.datetime) -> tuple[UpdateRound, bool]:
    """Open the request for updates on a period by the plan's timetable; (round, whether it was opened just now).

    Called by the clock, not by a person, so it asks for no permission. Safe to call twice and at once.
    """
    dates = timetable_for(period, plan.weeks)
    return UpdateRound.objects.get_or_create(
        plan=plan,
        period_kind=period.kind.value,
        period_start=period.start,
        defaults={
            "opens_on": dates.opens_on,
            "updates_due_on": dates.updates_due_on,
            "draft_on": dates.draft_on,
            "chair_on": dates.chair_on,
            "final_on": dates.final_on,
            "opened_at": at,
        },
    )


@transaction.atomic
def settle_round(*, plan: Plan, period: Period, at: dt.datetime) -> bool:
    """Note that a report on the period is approved; True when this call was the one that settled it.

    The caller has checked the right to decide. Later updates then belong to the next period.
    """
    return (
        UpdateRound.objects.filter(
            plan=plan, period_kind=period.kind.value, period_start=period.start, settled_at__isnull=True
        ).update(settled_at=at)
        == 1
    )


@transaction.atomic
def close_round(*, round_: UpdateRound, by: User, at: dt.datetime) -> UpdateRound:
    """Close a request for updates by hand: reminders end, and what still comes is taken and marked late.

    Raises PermissionDenied unless `by` is a coordinator, ValidationError when the request is closed already.
    """
    if not by.has_perm("priorities.close_round", round_):
        raise PermissionDenied("Only the coordinator closes a request for updates.")
    found = UpdateRound.objects.select_for_update().get(pk=round_.pk)
    if found.closed_at is not None:
        raise ValidationError("This request was closed already.")
    found.closed_at, found.closed_by = at, by
    found.save(update_fields=["closed_at", "closed_by"])
    return found
