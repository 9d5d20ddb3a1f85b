"""Many figures at once, by the same rules as one by one: all of them, or none.

`figures.record_measurement` asks the database some seven times for each figure; here it is asked a fixed number of times
for all of them. What either refuses, the other does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from performance.models import (
    Indicator,
    Measurement,
    SimilarAreasRow,
    SimilarAreasTable,
    Survey,
    SurveyQuestion,
    SurveyResult,
    Upload,
)
from priorities.models import Plan
from priorities.periods import Period, PeriodKind

if TYPE_CHECKING:
    from partners.models import User
    from performance.importing import GivenFigure, GivenQuestion, GivenRow
    from performance.models import Source
    from priorities.models import Priority

#: Rows of one statement.
BATCH = 500

NOT_YOURS = "Figures come from their data owner, the analyst or the coordinator."
NOT_YOUR_TABLE = "Tables of similar areas and survey results come from the analyst or the coordinator."

#: What the rows themselves point to is known to be there, and asking for each would be a question to the database each.
#: Kind and first day are a Period's, and the moment is everybody's: neither can be wrong in one row alone.
_KNOWN = ("indicator", "recorded_by", "data_source", "replaces", "upload", "period_kind", "period_start", "recorded_at")


@transaction.atomic
def record_measurements(
    *, figures: Sequence[GivenFigure], by: User, at: dt.datetime, reason: str = "", upload: Upload | None = None
) -> int:
    """Record figures, and corrections of figures, of many indicators; how many. `reason`: of corrections without their own.

    Raises PermissionDenied; ValidationError, with a sentence for each figure, when one is there already, when what it
    corrects is not the one in force, when a correction does not say why, or when a figure cannot be kept as it is.
    """
    wanted = sorted({figure.indicator for figure in figures})
    # In one order, so that two files at once happen one after the other and never wait for each other.
    rows = Indicator.objects.filter(pk__in=wanted).order_by("pk").select_for_update()
    indicators = {indicator.pk: indicator for indicator in rows}
    if not all(by.has_perm("performance.record_measurement", indicator) for indicator in indicators.values()):
        raise PermissionDenied(NOT_YOURS)
    standing = _standing(figures)
    told = Measurement.objects.filter(indicator__in=wanted, data_source__isnull=False)
    sources = dict(told.values_list("pk", "data_source_id"))
    faults: list[str] = []
    new: list[Measurement] = []
    for figure in figures:
        indicator = indicators.get(figure.indicator)
        if indicator is None:
            faults.append(f"{figure.called} is not kept any more.")
            continue
        there = standing.get((figure.indicator, figure.period))
        if there != figure.replaces:
            faults.append(f"{figure.called} has another figure for {figure.period.label} by now. Look at it first.")
            continue
        # A second one for the same period in one go would correct nothing and stand beside the first.
        standing[(figure.indicator, figure.period)] = -1
        why = figure.reason.strip() or reason.strip()
        if figure.replaces is not None and not why:
            faults.append(f"Say why {figure.called} is corrected for {figure.period.label}.")
            continue
        measurement = Measurement(
            indicator_id=figure.indicator,
            period_kind=figure.period.kind.value,
            period_start=figure.period.start,
            value=figure.value,
            printed=figure.printed,
            numerator=figure.numerator,
            denominator=figure.denominator,
            denominator_source=figure.denominator_source,
            provisional=figure.provisional,
            # A correction comes from where the figure came from, unless its own file says where else.
            data_source_id=(upload and upload.data_source_id) or sources.get(figure.replaces or 0),
            as_at=figure.as_at,
            recorded_at=at,
            recorded_by_id=by.pk,
            note=_note(why if figure.replaces else "", figure.note),
            replaces_id=figure.replaces,
            upload_id=upload.pk if upload else None,
        )
        faults += _faults(measurement, figure)
        new.append(measurement)
    if faults:
        raise ValidationError(faults)
    Measurement.objects.bulk_create(new, batch_size=BATCH)
    return len(new)


def _standing(figures: Sequence[GivenFigure]) -> dict[tuple[int, Period], int | None]:
    """The figures in force for the periods that are to be recorded."""
    if not figures:
        return {}
    first = min(figure.period.start for figure in figures)
    last = max(figure.period.start for figure in figures)
    rows = Measurement.objects.standing().filter(
        indicator__in={figure.indicator for figure in figures}, period_start__range=(first, last)
    )
    periods: dict[tuple[str, dt.date], Period] = {}
    found: dict[tuple[int, Period], int | None] = {}
    for pk, indicator, kind, start in rows.values_list("pk", "indicator_id", "period_kind", "period_start"):
        period = periods.setdefault((kind, start), Period(PeriodKind(kind), start))
        found[(indicator, period)] = pk
    return found


def _faults(measurement: Measurement, figure: GivenFigure) -> list[str]:
    """What the model's own fields and constraints refuse, asked without the database."""
    found = []
    try:
        measurement.clean_fields(exclude=_KNOWN)
    except ValidationError as fault:
        found += [f"{figure.called}, {figure.period.label}: {' '.join(fault.messages)}"]
    if measurement.denominator is not None and measurement.denominator == 0:
        found.append(f"{figure.called}, {figure.period.label}: nothing can be divided by a population of 0.")
    if measurement.denominator is not None and not measurement.denominator_source:
        found.append(f"{figure.called}, {figure.period.label}: say where the population comes from.")
    return found


@transaction.atomic
def record_similar_areas(
    *,
    plan: Plan,
    period: Period,
    rows: Sequence[GivenRow],
    window: str,
    unit: str,
    group_size: int,
    as_at: dt.date,
    by: User,
    at: dt.datetime,
    provisional: bool = False,
    data_source: Source | None = None,
    reason: str = "",
    upload: Upload | None = None,
) -> SimilarAreasTable:
    """Record a quarter's table of similar areas. One that is there already is replaced, and stays visible: say why.

    Raises PermissionDenied; ValidationError keyed by these parameter names.
    """
    if not by.has_perm("performance.upload_tables"):
        raise PermissionDenied(NOT_YOUR_TABLE)
    Plan.objects.select_for_update().get(pk=plan.pk)
    there = (
        SimilarAreasTable.objects.standing()
        .filter(plan=plan, period_kind=period.kind.value, period_start=period.start)
        .first()
    )
    if there is not None and not reason.strip():
        raise ValidationError(
            {"reason": [f"There is a table for {period.label} already. Say why this one replaces it."]}
        )
    if not rows:
        raise ValidationError({"rows": ["The table has no rows."]})
    table = SimilarAreasTable(
        plan=plan,
        period_kind=period.kind.value,
        period_start=period.start,
        window=window,
        unit=unit,
        group_size=group_size,
        data_source=data_source,
        provisional=provisional,
        as_at=as_at,
        recorded_at=at,
        recorded_by=by,
        note=reason.strip() if there else "",
        replaces=there,
        upload=upload,
    )
    table.full_clean()
    table.save()
    new = [
        SimilarAreasRow(
            table=table,
            position_in_table=number,
            heading=row.heading,
            label=row.label,
            printed=row.printed,
            printed_average=row.printed_average,
            value=row.value,
            average=row.average,
            position=row.position,
            priority_id=row.priority,
            indicator_id=row.indicator,
            query=row.query,
        )
        for number, row in enumerate(rows, start=1)
    ]
    for line in new:
        line.clean_fields(exclude=["table", "priority", "indicator"])
        if line.position is not None and not 1 <= line.position <= group_size:
            raise ValidationError({"rows": [f"{line.label}: {line.position} is no position among {group_size} areas."]})
    SimilarAreasRow.objects.bulk_create(new, batch_size=BATCH)
    return table


@transaction.atomic
def place_crime_types(
    *,
    table: SimilarAreasTable,
    places: Mapping[int, Priority | None],
    reason: str,
    by: User,
    at: dt.datetime,
    indicators: Mapping[int, Indicator | None] | None = None,
) -> SimilarAreasTable:
    """Say to which priority rows of a table belong, by the rows' pk (None: outside our priorities), and which indicator
    counts the same crimes (None: none does). The figures stay; a table with the new places takes the old one's place,
    which stays visible with the reason. The same again is nothing.

    Raises PermissionDenied; ValidationError keyed by these parameter names without a reason, for another plan's priority
    or indicator, and when the table was replaced meanwhile.
    """
    indicators = indicators or {}
    if not by.has_perm("performance.upload_tables"):
        raise PermissionDenied(NOT_YOUR_TABLE)
    Plan.objects.select_for_update().get(pk=table.plan_id)
    if SimilarAreasTable.objects.filter(replaces=table).exists():
        raise ValidationError("The table was replaced meanwhile. Look at the newest one first.")
    rows = list(table.rows.select_related("priority", "indicator"))
    before = [(row.priority, row.indicator) for row in rows]
    for row in rows:
        row.priority = places.get(row.pk, row.priority)
        row.indicator = indicators.get(row.pk, row.indicator)
    if before == [(row.priority, row.indicator) for row in rows]:
        return table
    if any(one is not None and one.plan_id != table.plan_id for one in places.values()):
        raise ValidationError({"places": ["Choose priorities of the plan."]})
    linked = {one.pk for one in indicators.values() if one is not None}
    if Indicator.objects.for_plan(table.plan).filter(pk__in=linked).count() < len(linked):
        raise ValidationError({"indicators": ["Choose indicators of the plan."]})
    if not reason.strip():
        raise ValidationError({"reason": ["Say why a crime type belongs elsewhere."]})
    new = SimilarAreasTable(
        plan_id=table.plan_id,
        period_kind=table.period_kind,
        period_start=table.period_start,
        window=table.window,
        unit=table.unit,
        group_size=table.group_size,
        data_source_id=table.data_source_id,
        provisional=table.provisional,
        as_at=table.as_at,
        recorded_at=at,
        recorded_by=by,
        note=reason.strip(),
        replaces=table,
        upload_id=table.upload_id,
    )
    new.full_clean()
    new.save()
    for row in rows:
        row.pk, row.table = None, new
        row._state.adding = True
    SimilarAreasRow.objects.bulk_create(rows, batch_size=BATCH)
    return new


@transaction.atomic
def record_survey_results(
    *,
    plan: Plan,
    year: int,
    title: str,
    questions: Sequence[GivenQuestion],
    by: User,
    at: dt.datetime,
    responses: int | None = None,
    source: str = "",
    upload: Upload | None = None,
) -> Survey:
    """Record what was answered to the questions of a year's survey, which is made when there is none.

    Raises PermissionDenied; ValidationError when one of the questions has its results already.
    """
    if not by.has_perm("performance.upload_tables"):
        raise PermissionDenied(NOT_YOUR_TABLE)
    Plan.objects.select_for_update().get(pk=plan.pk)
    survey = Survey.objects.filter(plan=plan, year=year).first()
    if survey is None:
        survey = Survey(plan=plan, year=year, title=title, responses=responses, source=source)
    elif survey.responses is None:
        survey.responses = responses
    survey.upload = upload or survey.upload
    survey.full_clean()
    survey.save()
    taken = set(survey.questions.values_list("code", flat=True))
    last = survey.questions.order_by("-position").values_list("position", flat=True).first() or 0
    for number, given in enumerate(questions, start=last + 1):
        if given.code in taken:
            raise ValidationError([f"The survey of {year} has results for “{given.text}” already."])
        question = SurveyQuestion(
            survey=survey,
            code=given.code,
            text=given.text,
            about=given.about,
            priority_id=given.priority,
            base=given.base,
            position=number,
        )
        question.full_clean()
        question.save()
        # One by one: they keep a history, which bulk writes would leave out.
        for position, result in enumerate(given.results, start=1):
            row = SurveyResult(
                question=question, answer=result.answer, count=result.count, percent=result.percent, position=position
            )
            row.full_clean()
            row.save()
    return survey


def _note(why: str, note: str) -> str:
    """What was corrected and why, and the note that came with the figure, told apart."""
    return f"{why}\nNote: {note}" if why and note else why or note
