"""Verbs on figures: a measurement is recorded or corrected, a comparison recorded, a commentary written, an emerging issue raised and triaged."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from performance.models import Commentary, Comparator, EmergingIssue, Indicator, Measurement

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan, Priority, SubGroup
    from priorities.periods import Period


@transaction.atomic
def record_measurement(
    *,
    indicator: Indicator,
    period: Period,
    value: Decimal,
    printed: str,
    by: User,
    at: dt.datetime,
    as_at: dt.date,
    provisional: bool = False,
    numerator: Decimal | None = None,
    denominator: Decimal | None = None,
    note: str = "",
    replaces: Measurement | None = None,
) -> Measurement:
    """Record a figure; with `replaces`, a correction beside the old one, which stays visible.

    Raises PermissionDenied; ValidationError when the period has a figure already, when the corrected one belongs
    elsewhere or is corrected already, or when a correction doesn't say why.
    """
    if not by.has_perm("performance.record_measurement", indicator):
        raise PermissionDenied("Figures come from their data owner, the analyst or the coordinator.")
    # Two people at once happen one after the other, so that the second meets a sentence and not the database.
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    if replaces is not None:
        if replaces.indicator_id != indicator.pk or replaces.period != period:
            raise ValidationError({"replaces": ["A correction replaces a figure of the same indicator and period."]})
        if not note.strip():
            raise ValidationError({"note": ["Say what was corrected and why."]})
        if Measurement.objects.filter(replaces=replaces).exists():
            raise ValidationError(
                {"replaces": ["That figure has been corrected already. Correct the newest one instead."]}
            )
    measurement = Measurement(
        indicator=indicator,
        period_kind=period.kind.value,
        period_start=period.start,
        value=value,
        printed=printed,
        numerator=numerator,
        denominator=denominator,
        provisional=provisional,
        as_at=as_at,
        recorded_at=at,
        recorded_by=by,
        note=note,
        replaces=replaces,
    )
    if (
        replaces is None
        and Measurement.objects.filter(indicator=indicator, replaces__isnull=True).for_periods([period]).exists()
    ):
        raise ValidationError(
            {"value": [f"{indicator} has a figure for {period.label} already. Correct that one instead."]}
        )
    measurement.full_clean()
    measurement.save()
    return measurement


@transaction.atomic
def record_comparator(
    *,
    indicator: Indicator,
    kind: str,
    period: Period,
    average: Decimal,
    by: User,
    at: dt.datetime,
    position: int | None = None,
    group_size: int | None = None,
    basis: str = "",
) -> Comparator:
    """Record what others did in a period, in the indicator's unit; `basis` says what the average is of.

    Raises PermissionDenied; ValidationError when there is a comparison of this kind for the period already, or the position
    is not one of the group's.
    """
    if not by.has_perm("performance.record_measurement", indicator):
        raise PermissionDenied("Figures come from their data owner, the analyst or the coordinator.")
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    comparator = Comparator(
        indicator=indicator,
        kind=kind,
        period_kind=period.kind.value,
        period_start=period.start,
        average=average,
        position=position,
        group_size=group_size,
        basis=basis,
        recorded_at=at,
        recorded_by=by,
    )
    earlier = Comparator.objects.filter(
        indicator=indicator, kind=kind, period_kind=period.kind.value, period_start=period.start
    )
    if earlier.exists():
        raise ValidationError({"average": [f"{indicator} has a comparison of this kind for {period.label} already."]})
    comparator.full_clean()
    comparator.save()
    return comparator


@transaction.atomic
def write_commentary(*, indicator: Indicator, period: Period, text: str, by: User, at: dt.datetime) -> Commentary:
    """Say why a figure is what it is. A later commentary stands before an earlier one; none is changed."""
    if not by.has_perm("performance.write_commentary", indicator):
        raise PermissionDenied("Commentary comes from the data owner, the analyst or the coordinator.")
    if not text.strip():
        raise ValidationError({"text": ["Write a sentence or two."]})
    return Commentary.objects.create(
        indicator=indicator, period_kind=period.kind.value, period_start=period.start, text=text, by=by, at=at
    )


@transaction.atomic
def raise_issue(
    *,
    plan: Plan,
    title: str,
    text: str,
    by: User,
    at: dt.datetime,
    priority: Priority | None = None,
    sub_group: SubGroup | None = None,
    evidence: str = "",
    restricted: bool = False,
) -> EmergingIssue:
    """Raise something new that the quarterly monitoring should look at (plan, section 9).

    Raises PermissionDenied; ValidationError keyed by these parameter names.
    """
    if not by.has_perm("performance.raise_issue"):
        raise PermissionDenied("Emerging issues are raised by partners who work on the plan.")
    if priority is not None and priority.plan_id != plan.pk:
        raise ValidationError({"priority": ["That priority belongs to another plan."]})
    if sub_group is not None and sub_group.plan_id != plan.pk:
        raise ValidationError({"sub_group": ["That sub-group belongs to another plan."]})
    issue = EmergingIssue(
        plan=plan,
        title=title,
        text=text,
        evidence=evidence,
        priority=priority,
        sub_group=sub_group,
        restricted=restricted,
        raised_by=by,
        raised_at=at,
        state_at=at,
    )
    issue.full_clean()
    issue.save()
    return issue


@transaction.atomic
def set_issue_state(*, issue: EmergingIssue, state: str, reason: str, by: User, at: dt.datetime) -> EmergingIssue:
    """Watch an issue, propose an action for it, or close it with a reason."""
    if not by.has_perm("performance.triage_issue"):
        raise PermissionDenied("Emerging issues are triaged by the coordinator or the analyst.")
    issue = EmergingIssue.objects.select_for_update().get(pk=issue.pk)
    if state not in EmergingIssue.State.values or state == EmergingIssue.State.RAISED:
        raise ValidationError({"state": ["Choose watching, action proposed or closed."]})
    if state == EmergingIssue.State.CLOSED and not reason.strip():
        raise ValidationError({"reason": ["Say why the issue is closed."]})
    issue.state, issue.reason, issue.state_at = state, reason, at
    issue.save()
    return issue
