"""Figures are recorded, corrected, set beside others' and explained."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from partners.words import is_blank
from performance.models import (
    Commentary,
    Comparator,
    FigureReminder,
    Indicator,
    Measurement,
    NotYetAvailable,
)
from priorities.periods import british

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partners.models import User
    from performance.models import Owing, Source
    from priorities.periods import Period

NOT_YOURS = "Figures come from their data owner, the analyst or the coordinator."
NOT_YOUR_NUDGE = "People are reminded by the analyst or the coordinator."

LONGEST_REASON = 300


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
        raise PermissionDenied(NOT_YOURS)
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
        # A correction comes from where the figure came from.
        data_source=replaces.data_source if replaces else None,
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
    data_source: Source | None = None,
    note: str = "",
    replaces: Comparator | None = None,
) -> Comparator:
    """Record what others did in a period, in the indicator's unit; `basis` says what the average is of. With `replaces`,
    a correction beside the old one, which stays visible.

    Raises PermissionDenied; ValidationError when there is a comparison of this kind for the period already, when the
    position is not one of the group's, when the corrected one belongs elsewhere or is corrected already, or when a
    correction doesn't say why.
    """
    if not by.has_perm("performance.record_measurement", indicator):
        raise PermissionDenied(NOT_YOURS)
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    if replaces is not None:
        if (replaces.indicator_id, replaces.kind, replaces.period) != (indicator.pk, kind, period):
            raise ValidationError({"replaces": ["A correction replaces a comparison of the same kind and period."]})
        if is_blank(note):
            raise ValidationError({"note": ["Say what was corrected and why."]})
        if Comparator.objects.filter(replaces=replaces).exists():
            raise ValidationError(
                {"replaces": ["That comparison has been corrected already. Correct the newest one instead."]}
            )
    comparator = Comparator(
        indicator=indicator,
        kind=kind,
        period_kind=period.kind.value,
        period_start=period.start,
        average=average,
        position=position,
        group_size=group_size,
        basis=basis,
        data_source=data_source,
        note=note,
        replaces=replaces,
        recorded_at=at,
        recorded_by=by,
    )
    earlier = Comparator.objects.filter(
        indicator=indicator, kind=kind, period_kind=period.kind.value, period_start=period.start
    )
    if replaces is None and earlier.exists():
        raise ValidationError(
            {
                "average": [
                    f"{indicator} has a comparison of this kind for {period.label} already. Correct that one instead."
                ]
            }
        )
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


@transaction.atomic
def say_not_available(
    *, indicator: Indicator, period: Period, reason: str, by: User, at: dt.datetime, expected_on: dt.date | None = None
) -> NotYetAvailable:
    """Say that a figure cannot be had yet, why, and when it is expected; nobody is reminded of it before that day.

    Said again with the same words and day, nothing is added. Raises PermissionDenied; ValidationError keyed by these
    parameter names without a reason, for a day that has passed, a period of another kind, or one that has its figure.
    """
    if not by.has_perm("performance.record_measurement", indicator):
        raise PermissionDenied(NOT_YOURS)
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    reason, today = reason.strip(), timezone.localdate(at)
    faults: dict[str, list[str]] = {}
    if period.kind is not indicator.period_kind:
        faults["period"] = [f"{indicator} has a figure every {indicator.period_kind.label}."]
    elif indicator.measurements.for_periods([period]).exists():
        faults["period"] = [f"{indicator} has a figure for {period.label} already."]
    if is_blank(reason):
        faults["reason"] = ["Say why the figure cannot be had yet."]
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = [f"Use at most {LONGEST_REASON} characters."]
    if expected_on is not None and expected_on <= today:
        faults["expected_on"] = [f"Give a day after today; {british(expected_on)} is not."]
    if faults:
        raise ValidationError(faults)
    about = {"indicator": indicator, "period_kind": period.kind.value, "period_start": period.start}
    newest = NotYetAvailable.objects.filter(**about).order_by("at", "pk").last()
    if newest is not None and (newest.reason, newest.expected_on) == (reason, expected_on):
        return newest
    said = NotYetAvailable(**about, reason=reason, expected_on=expected_on, by=by, at=at)
    said.full_clean()
    said.save()
    return said


@transaction.atomic
def nudge(*, owing: Iterable[Owing], by: User, at: dt.datetime) -> list[FigureReminder]:
    """Remind everybody these are asked of, in their next digest; the nudges given, none for whom one waits or was told today.

    Raises PermissionDenied.
    """
    if not by.has_perm("performance.nudge"):
        raise PermissionDenied(NOT_YOUR_NUDGE)
    today, wanted = timezone.localdate(at), list(owing)
    pks = {one.indicator.pk for one in wanted}
    # In one order, so that two presses at once are one after the other and never wait for each other.
    list(Indicator.objects.filter(pk__in=pks).order_by("pk").select_for_update().values_list("pk", flat=True))
    nudges = FigureReminder.objects.filter(indicator__in=pks, stage=FigureReminder.Stage.NUDGED)
    fields = ("indicator", "period_kind", "period_start", "owed", "person")
    told = {tuple(row) for row in nudges.filter(email__isnull=True).values_list(*fields)}
    told |= {tuple(row[:-1]) for row in nudges.values_list(*fields, "at") if timezone.localdate(row[-1]) == today}
    given = []
    for one in wanted:
        kind, start = one.owed.period.kind.value, one.owed.period.start
        given += [
            FigureReminder(
                indicator=one.indicator,
                period_kind=kind,
                period_start=start,
                owed=one.owed.what.value,
                stage=FigureReminder.Stage.NUDGED,
                person_id=person,
                by=by,
                at=at,
            )
            for person in one.asked_of
            if (one.indicator.pk, kind, start, one.owed.what.value, person) not in told
        ]
    return FigureReminder.objects.bulk_create(given)
