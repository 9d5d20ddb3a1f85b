"""Verbs of the calendar: a request for updates opens, is closed by hand, and is settled when its report is approved; a
yearly duty is ticked off.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from partners.words import is_blank
from priorities import duties
from priorities.models import Duty, DutyDone, UpdateRound
from priorities.periods import british
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


NOT_YOUR_CALENDAR = "Only the coordinator ticks off the yearly duties."
LONGEST_HOW = DutyDone._meta.get_field("note").max_length or 0


@transaction.atomic
def tick_off(
    *, duty: Duty, year: int, done_on: dt.date, note: str, by: User, at: dt.datetime, today: dt.date
) -> DutyDone:
    """Note that a duty was done for the financial year starting in `year`; said again, it puts right what was said before.

    Raises PermissionDenied unless `by` is a coordinator; ValidationError keyed by these parameter names for a year outside
    the plan, a day to come, or without a word on how.
    """
    if not by.has_perm("priorities.tick_off_duty", duty):
        raise PermissionDenied(NOT_YOUR_CALENDAR)
    # Two people at once happen one after the other.
    duty = Duty.objects.select_for_update(of=("self",)).select_related("plan").get(pk=duty.pk)
    faults: dict[str, list[str]] = {}
    if year not in duties.years_of(duty.plan.starts_on, duty.plan.ends_on):
        faults["year"] = [f"{duties.year_label(year)} is not a year of the plan."]
    if done_on > today:
        faults["done_on"] = [f"Write a day that has been: today is {british(today)}."]
    elif done_on < (earliest := dt.date(year - 1, 4, 1)):
        faults["done_on"] = [f"For {duties.year_label(year)} write a day from {british(earliest)} on."]
    if is_blank(note):
        faults["note"] = ["Say how it was done, for example where it was published or to whom it was sent."]
    elif len(note.strip()) > LONGEST_HOW:
        faults["note"] = [f"Use at most {LONGEST_HOW} characters."]
    if faults:
        raise ValidationError(faults)
    done = DutyDone.objects.filter(duty=duty, year=year).first() or DutyDone(duty=duty, year=year)
    said = (done_on, note.strip())
    if done.pk and (done.done_on, done.note) == said:
        return done  # the same form sent twice
    (done.done_on, done.note), done.by, done.at = said, by, at
    done.full_clean()
    done.save()
    return done


@transaction.atomic
def take_back(*, duty: Duty, year: int, by: User) -> bool:
    """The duty was not done after all; its history keeps what was said. False when nothing was ticked off.

    Raises PermissionDenied unless `by` is a coordinator.
    """
    if not by.has_perm("priorities.tick_off_duty", duty):
        raise PermissionDenied(NOT_YOUR_CALENDAR)
    done = DutyDone.objects.select_for_update(of=("self",)).filter(duty=duty, year=year).first()
    if done is None:
        return False
    done.delete()
    return True
