"""Figures are recorded, corrected, set beside others' and explained."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from partners.words import is_blank
from performance.models import Commentary, Comparator, Indicator, Measurement

if TYPE_CHECKING:
    from partners.models import User
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
    denominator_source: str = "",
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
        if is_blank(note):
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
        denominator_source=denominator_source,
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
    if is_blank(text):
        raise ValidationError({"text": ["Write a sentence or two."]})
    return Commentary.objects.create(
        indicator=indicator, period_kind=period.kind.value, period_start=period.start, text=text, by=by, at=at
    )
