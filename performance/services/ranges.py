"""The usual range is set anew when a shift is accepted, and what happened in a period is marked on the chart."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from performance.models import Annotation, Indicator, RangeBaseline

if TYPE_CHECKING:
    from partners.models import User
    from priorities.periods import Period

LONGEST_REASON, LONGEST_REMARK = 500, 200

NOT_YOURS = "The usual range is set by the analyst or the coordinator."
NOT_YOUR_CHART = "Remarks on a chart come from the data owner, the analyst or the coordinator."


@transaction.atomic
def set_baseline(
    *, indicator: Indicator, first: Period, last: Period, reason: str, by: User, at: dt.datetime
) -> RangeBaseline:
    """Work the usual range out anew from the figures of `first` to `last`, in force from `first` on.

    Of several for one first period the newest stands; none is changed, and the same said again adds none. Raises PermissionDenied; ValidationError keyed by
    these parameter names for periods of another kind or out of order, fewer than two periods, no figure for `first`, or
    without a reason.
    """
    if not by.has_perm("performance.set_baseline", indicator):
        raise PermissionDenied(NOT_YOURS)
    # One after the other, so that a form sent twice leaves one row.
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    faults: dict[str, list[str]] = {}
    kind = indicator.period_kind
    if first.kind is not kind or last.kind is not kind:
        faults["first"] = [f"{indicator} has a figure every {kind.label}: choose {kind.label}s."]
    elif last <= first:
        faults["last"] = ["Choose a later period: a range needs more figures than one."]
    elif not indicator.measurements.standing().for_periods([first]).exists():
        faults["first"] = [f"There is no figure for {first.label}. Choose a period that has one."]
    if not reason.strip():
        faults["reason"] = ["Say what changed, and who accepted it."]
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = [f"Use at most {LONGEST_REASON} characters."]
    if faults:
        raise ValidationError(faults)
    newest = RangeBaseline.objects.filter(indicator=indicator, period_kind=kind.value, period_start=first.start).last()
    if newest is not None and (newest.last_start, newest.reason, newest.by_id) == (last.start, reason.strip(), by.pk):
        return newest
    baseline = RangeBaseline(
        indicator=indicator,
        period_kind=kind.value,
        period_start=first.start,
        last_start=last.start,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    baseline.full_clean()
    baseline.save()
    return baseline


@transaction.atomic
def annotate(*, indicator: Indicator, period: Period, text: str, by: User, at: dt.datetime) -> Annotation:
    """Mark what happened in a period. Raises PermissionDenied; ValidationError for a period of another kind, no or too
    many words, or a remark that stands there already."""
    if not by.has_perm("performance.annotate", indicator):
        raise PermissionDenied(NOT_YOUR_CHART)
    # One after the other, so that a form sent twice leaves one remark.
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    text = text.strip()
    if period.kind is not indicator.period_kind:
        raise ValidationError({"period": [f"{indicator} has a figure every {indicator.period_kind.label}."]})
    if not text:
        raise ValidationError({"text": ["Say what happened."]})
    there = Annotation.objects.filter(
        indicator=indicator, period_kind=period.kind.value, period_start=period.start, text=text
    )
    if there.exists():
        raise ValidationError({"text": [f"This remark stands at {period.label} already."]})
    remark = Annotation(
        indicator=indicator, period_kind=period.kind.value, period_start=period.start, text=text, by=by, at=at
    )
    remark.full_clean()
    remark.save()
    return remark
