"""The part of the demonstration that comes round once a year: assessments, surveys, the Commissioner's priorities, later
figures of the town, and the duties ticked off.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from performance.models import (
    Finding,
    PrintedFigure,
    Recommendation,
    StrategicAssessment,
    Survey,
    SurveyQuestion,
    SurveyResult,
)
from performance.services.assessment import decide
from priorities.models import AnnualFocus, ContextFact, Duty, PoliceAndCrimePlan, PoliceAndCrimePriority
from priorities.services import tick_off
from shp_portal.published_plan.reading import BrokenData, Record

if TYPE_CHECKING:
    from shp_portal.demo.cast import Cast
    from shp_portal.demo.story import Timeline

LONDON = ZoneInfo("Europe/London")
HOUR = 11


def prepare(cast: Cast, data: Record) -> None:
    """What actions are linked to from their first day: advice of the plan's assessment, the Commissioner's priorities."""
    assessment = StrategicAssessment.objects.written_on(cast.plan).first()
    if assessment is None:
        raise BrokenData(f"{data.where}: the plan has no assessment to recommend anything.")
    for position, record in enumerate(data.records("recommendations"), start=1):
        row = _recommendation(cast, assessment, position, record)
        for ref in record.texts("actions") if "actions" in record else []:
            cast.recommendations.setdefault(ref, []).append(row)
    given = data.record("police_and_crime")
    plan = PoliceAndCrimePlan(
        plan=cast.plan,
        title=given.text("title"),
        starts_on=given.day("starts_on"),
        ends_on=given.day("ends_on"),
        query=given.text("query"),
    )
    plan.save()
    for position, record in enumerate(given.records("priorities"), start=1):
        theirs = PoliceAndCrimePriority(
            plan=plan, position=position, name=record.text("name"), text=record.text("text")
        )
        theirs.save()
        theirs.answered_by.set([cast.priorities[code] for code in record.texts("answered_by")])
        for ref in record.texts("actions"):
            cast.regards.setdefault(ref, []).append(theirs)


def add_steps(timeline: Timeline, cast: Cast, data: Record) -> None:
    """Rows an administrator types in and decisions the coordinator records, each on its day."""
    advice = list(Recommendation.objects.filter(assessment__plan=cast.plan).order_by("position"))
    for row, record in zip(advice, data.records("recommendations"), strict=True):
        timeline.add(record.day("on"), HOUR, partial(_decide, cast, row, record))
    for record in data.records("assessments"):
        timeline.add(record.day("on"), HOUR, partial(_assess, cast, record))
    for record in data.records("surveys"):
        timeline.add(record.day("on"), HOUR, partial(_ask, cast, record))
    for record in data.records("context"):
        timeline.add(record.day("on"), HOUR, partial(_look_up, cast, record))
    for record in data.records("duties"):
        timeline.add(record.day("done_on"), HOUR, partial(_tick, cast, record))


def _recommendation(cast: Cast, assessment: StrategicAssessment, position: int, record: Record) -> Recommendation:
    row = Recommendation(assessment=assessment, position=position, text=record.text("text"))
    row.save()
    row.priorities.set([cast.priorities[code] for code in record.texts("priorities")])
    for named in record.texts("focuses") if "focuses" in record else []:
        code, _, year = named.partition(" ")
        row.focuses.add(AnnualFocus.objects.get(priority=cast.priorities[code], year=int(year)))
    return row


def _decide(cast: Cast, row: Recommendation, record: Record, at: dt.datetime) -> None:
    decide(
        recommendation=row,
        outcome=record.text("outcome"),
        reason=record.text("reason", ""),
        on=record.day("on"),
        by=cast.people["coordinator"],
        today=at.astimezone(LONDON).date(),
    )


def _assess(cast: Cast, record: Record, at: dt.datetime) -> None:
    row = StrategicAssessment(
        plan=cast.plan,
        title=record.text("title"),
        covers_from=record.day("covers_from"),
        covers_to=record.day("covers_to"),
        due_on=record.day("due_on"),
        source=record.text("source"),
        query=record.text("query"),
    )
    row.full_clean()
    row.save()
    for position, given in enumerate(record.records("findings"), start=1):
        Finding(
            assessment=row,
            position=position,
            priority=cast.priority(given) if given.text("priority", "") else None,
            text=given.text("text"),
            evidence=given.text("evidence", ""),
        ).save()
    for position, given in enumerate(record.records("recommendations"), start=1):
        _recommendation(cast, row, position, given)
    _table(cast, row, record.record("table"))


def _table(cast: Cast, row: StrategicAssessment, record: Record) -> None:
    last = PrintedFigure.objects.filter(plan=cast.plan).order_by("-position").first()
    first = last.position + 1 if last else 1
    for position, cells in enumerate(record.lists("rows"), start=first):
        try:
            heading, label, printed, average, place, code = cells
            value, mean, rank = Decimal(printed), Decimal(average), int(place)
        except (ValueError, InvalidOperation) as fault:
            raise BrokenData(f"{record.where}: a row of the table should be six texts, found {cells}.") from fault
        figure = PrintedFigure(
            plan=cast.plan,
            assessment=row,
            position=position,
            table=record.text("name"),
            heading=heading,
            label=label,
            printed=printed,
            printed_average=average,
            printed_position=place,
            printed_comparison="Above" if value > mean else "Below",
            value=value,
            average=mean,
            group_position=rank,
            group_size=record.number("size"),
            unit="per 1,000 households" if label.startswith("Burglary Residential") else "per 1,000 population",
            period=record.text("period"),
            priority=cast.priorities[code] if code else None,
            source=record.text("source"),
        )
        figure.full_clean()
        figure.save()


def _ask(cast: Cast, record: Record, at: dt.datetime) -> None:
    survey = Survey(
        plan=cast.plan,
        year=record.number("year"),
        title=record.text("title"),
        opened_on=record.day("opened_on"),
        closed_on=record.day("closed_on"),
        responses=record.number("responses"),
        source=record.text("source"),
    )
    survey.full_clean()
    survey.save()
    for position, given in enumerate(record.records("questions"), start=1):
        question = SurveyQuestion(
            survey=survey,
            position=position,
            code=given.text("code"),
            about=given.text("about"),
            priority=cast.priority(given) if given.text("priority", "") else None,
            text=given.text("text"),
            base=given.number("base"),
        )
        question.full_clean()
        question.save()
        answers = given.record("answers")
        for place, answer in enumerate(answers.keys(), start=1):
            result = SurveyResult(
                question=question, position=place, answer=answer, percent=answers.decimal_or_none(answer)
            )
            result.full_clean()
            result.save()


def _look_up(cast: Cast, record: Record, at: dt.datetime) -> None:
    """A later figure beside the fact that the plan prints at place `of`."""
    printed = ContextFact.objects.get(plan=cast.plan, position=record.number("of"))
    last = ContextFact.objects.filter(plan=cast.plan).order_by("-position").first()
    fact = ContextFact(
        plan=cast.plan,
        position=(last.position if last else 0) + 1,
        refreshes=printed,
        year=record.number("year"),
        topic=printed.topic,
        text=record.text("text"),
        printed=record.text("printed"),
        source="DEMONSTRATION DATA, invented",
    )
    fact.full_clean()
    fact.save()


def _tick(cast: Cast, record: Record, at: dt.datetime) -> None:
    tick_off(
        duty=Duty.objects.get(plan=cast.plan, code=record.text("code")),
        year=record.number("year"),
        done_on=record.day("done_on"),
        note=record.text("note"),
        by=cast.people["coordinator"],
        at=at,
        today=at.astimezone(LONDON).date(),
    )
